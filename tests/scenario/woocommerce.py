#!/usr/bin/env python3
"""The WooCommerce plugin in Debian's WordPress and MariaDB, against the real program: observe, and the vault in place of the tables.

WooCommerce itself is not in Debian: tests/scenario/woocommerce/standin.php has its tables and hooks.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import PROGRAM, Home, check, environment, free_port, same, skip, story, within  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.abspath(os.path.join(HERE, "../.."))
CORE = "/usr/share/wordpress/"
RUN = os.path.join(HERE, "woocommerce/run.php")


def person(no, **more):
    """Somebody whose every value is planted: it can be looked for anywhere."""
    return {"first_name": f"Plantina{no}", "last_name": f"Sariwati{no}", "company": f"Plantco{no}", "address_1": f"Jalan Planted {no}",
            "address_2": f"Blok P{no}", "city": f"Plantoville{no}", "state": "JB", "postcode": f"4011{no}", "country": "ID",
            "email": f"planted{no}@mail.example", "phone": f"+62812345678{no:02d}"} | more


def planted(no):
    hidden = ("state", "country", "phone", "postcode")
    return [value for name, value in person(no).items() if name not in hidden] + [f"2345678{no:02d}", f"4011{no}"]


class Database:
    """MariaDB with a folder of its own, on the loopback."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="amanah-maria-")
        self.port, self.socket = free_port(), os.path.join(self.folder, "s")
        data = os.path.join(self.folder, "data")
        made = subprocess.run(["mariadb-install-db", "--no-defaults", "--user=root", f"--datadir={data}", "--skip-test-db",
                               "--auth-root-authentication-method=normal"], capture_output=True, check=False)
        check(made.returncode == 0, repr(made.stdout[-500:] + made.stderr[-500:]))
        with open(os.path.join(self.folder, "log"), "wb") as log:
            self.process = subprocess.Popen(
                [shutil.which("mariadbd") or "/usr/sbin/mariadbd", "--no-defaults", "--user=root", f"--datadir={data}", f"--port={self.port}",
                 "--bind-address=127.0.0.1", f"--socket={self.socket}", "--innodb-flush-log-at-trx-commit=0", "--skip-log-bin"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until = time.monotonic() + 60
        while subprocess.run(["mariadb-admin", *self.who(), "ping"], capture_output=True, check=False).returncode:
            check(time.monotonic() < until and self.process.poll() is None, "MariaDB did not start")
            time.sleep(0.1)

    def who(self):
        return ["--no-defaults", f"--socket={self.socket}", "-uroot"]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        shutil.rmtree(self.folder, ignore_errors=True)


class Shop(Home):
    """A vault, a WordPress with the plugin, an owner, a packer, and two customers. Each stage is made once, and copied from then on."""

    number, people, made = 0, None, {}  # made: of a stage, its dump, a folder with copies, and what Home knows of the vault

    def __init__(self, stage="observe"):
        super().__init__(init=False)
        Shop.number += 1
        self.name = f"shop{Shop.number}"
        self.sql(f"CREATE DATABASE {self.name}", base="")
        self.content = os.path.join(self.folder, "web/wp-content")
        self.keys = os.path.join(self.folder, "keys-of-the-shop")
        if stage in Shop.made:
            self.take(stage)
            return
        if "new" in Shop.made:
            self.take("new")
        else:
            self.build()
            self.keep("new")
        self.owner, self.packer, self.ana, self.budi, self.orders = Shop.people
        if stage == "vault":
            self.to_vault()
        else:
            self.job("backfill")
        self.keep(stage)

    def keep(self, stage):
        self.stop()
        folder = os.path.join(MARIA.folder, stage)
        for path in self.kept():
            shutil.copytree(path, os.path.join(folder, os.path.basename(path)), ignore=shutil.ignore_patterns("socket"))
        Shop.made[stage] = (self.dump(), folder, (self.admin, self.vkey, self.origin))
        self.again()

    def kept(self):
        return self.path, self.keys, os.path.dirname(self.content)

    def take(self, stage):
        dump, folder, (self.admin, self.vkey, self.origin) = Shop.made[stage]
        for path in self.kept():
            shutil.copytree(os.path.join(folder, os.path.basename(path)), path)
        self.sql(dump)
        self.owner, self.packer, self.ana, self.budi, self.orders = Shop.people
        self.again()

    def again(self):
        """The vault is there again, at another port."""
        self.start()
        with open(os.path.join(self.keys, "config.json"), encoding="utf-8") as file:
            config = json.load(file)
        self.file("keys-of-the-shop/config.json", json.dumps(config | {"url": f"http://127.0.0.1:{self.port}"}))

    def build(self):
        """WordPress is installed, and the shop was there before the plugin was."""
        self.init()
        os.makedirs(os.path.join(self.content, "plugins"))
        os.makedirs(os.path.join(self.content, "mu-plugins"))
        shutil.copy(os.path.join(HERE, "woocommerce/standin.php"), os.path.join(self.content, "mu-plugins"))
        self.start()
        archive = self.file("plugin.zip")
        subprocess.run([sys.executable, os.path.join(TOP, "plugins/woocommerce/zip.py"), archive], check=True)
        with zipfile.ZipFile(archive) as file:  # what make plugin makes
            file.extractall(os.path.join(self.content, "plugins"))
        self.connect(f"http://127.0.0.1:{self.port}", self.keys)
        self.ask_php("""require ABSPATH . 'wp-admin/includes/upgrade.php';
            wp_install('Toko', 'owner', 'owner@shop.example', false, '', 'owner');""", install=True)
        self.ask_php("standin_install();")
        packer = self.ask_php("return wp_insert_user(['user_login' => 'packer', 'user_pass' => 'x', 'user_email' => 'p@shop.example',"
                              " 'role' => 'shop_manager']);")
        ana, budi = self.customer(1), self.customer(2)
        orders = [self.checkout(ana, 1), self.checkout(budi, 2), self.checkout(0, 3)]
        self.ask_php("""require ABSPATH . 'wp-admin/includes/plugin.php'; unlink(WP_CONTENT_DIR . '/mails.jsonl');
            $e = activate_plugin('amanah/amanah.php'); return is_wp_error($e) ? $e->get_error_message() : '';""")
        Shop.people = (1, packer, ana, budi, orders)

    def connect(self, *words):
        done = subprocess.run([os.path.join(TOP, "plugins/woocommerce/connect.sh"), *words], capture_output=True, check=False,
                              env=environment({"AMANAH": PROGRAM, "AMANAH_HOME": self.path, "DAILY": "20"}))
        check(done.returncode == 0, repr(done))

    def sql(self, text, base=None):
        done = subprocess.run(["mariadb", *MARIA.who(), "-N", "-B", self.name if base is None else base], input=text.encode(),
                              capture_output=True, check=False)
        check(done.returncode == 0, repr(done.stderr))
        return done.stdout.decode()

    def dump(self, *tables):
        done = subprocess.run(["mariadb-dump", *MARIA.who(), "--skip-comments", "--skip-extended-insert", "--order-by-primary", "--hex-blob",
                               self.name, *tables], capture_output=True, check=True)
        return done.stdout.decode()

    def given(self, code, user=0, post=None, get=None, method=None, install=False, data=None, **constants):
        return {"code": code, "data": data, "user": user, "post": post or {}, "get": get or {}, "install": install,
                 "method": method or ("POST" if post else "GET"),
                 "constants": {"DB_NAME": self.name, "DB_USER": "root", "DB_PASSWORD": "", "DB_HOST": f"localhost:{MARIA.socket}",
                               "DB_CHARSET": "utf8mb4", "DB_COLLATE": "", "ABSPATH": CORE, "WP_CONTENT_DIR": self.content,
                               "WP_CONTENT_URL": "http://shop.example/wp-content", "WP_HOME": "http://shop.example",
                               "WP_SITEURL": "http://shop.example", "DISABLE_WP_CRON": True, "WP_HTTP_BLOCK_EXTERNAL": True,
                               "AMANAH_FOLDER": self.keys, "AMANAH_TEST": True, "AUTH_KEY": "k1", "SECURE_AUTH_KEY": "k2",
                               "LOGGED_IN_KEY": "k3", "NONCE_KEY": "k4", "AUTH_SALT": "s1", "SECURE_AUTH_SALT": "s2",
                               "LOGGED_IN_SALT": "s3", "NONCE_SALT": "s4"} | constants}

    def killed(self, code, query):
        """The same, ended by SIGKILL before that query of it."""
        die = f"add_filter('query', function ($q) {{ static $n = 0; if (++$n === {query}) posix_kill(getmypid(), 9); return $q; }});"
        return subprocess.run(["php", *FAST, RUN], input=json.dumps(self.given(die + code)).encode(), capture_output=True, check=False,
                              timeout=120).returncode

    def php(self, code, **more):
        given = self.given(code, **more)
        began = time.monotonic()
        done = subprocess.run(["php", *FAST, "-d", "display_errors=stderr", RUN], input=json.dumps(given).encode(), capture_output=True,
                              check=False, timeout=120)
        self.took = time.monotonic() - began
        check(done.returncode == 0 and done.stdout.startswith(b"{"), f"{code[:200]}: {done}"[:3000])
        check(b"/amanah/" not in done.stderr, repr(done.stderr[:2000]))
        return json.loads(done.stdout)

    def ask_php(self, code, **more):
        answer = self.php(code, **more)
        check(not (isinstance(answer["out"], dict) and "died" in answer["out"]), f"{code[:200]}: {answer}"[:2000])
        return answer["out"]

    def customer(self, no):
        return self.ask_php(f"return wc_create_new_customer('{person(no)['email']}', 'plantlogin{no}', 'secret{no}', ['first_name' => "
                            f"'Plantina{no}', 'last_name' => 'Sariwati{no}', 'display_name' => 'Plantina{no} Sariwati{no}']);")

    def checkout(self, user, no, status="processing", **more):
        return self.ask_php(f"return standin_checkout({user}, $in['data'], [], '{status}');", user=user, data=person(no, **more))

    def tick(self):
        """A minute later, and whatever waits is due."""
        self.ask_php("global $wpdb; $wpdb->query('UPDATE wp_amanah_queue SET after_s = 0 WHERE after_s < 4000000000');"
                     "update_option('amanah_pause', 0); AmanahShop\\Stages::tick();")

    def job(self, what):
        """Begin a job as the owner does, and let the timer end it."""
        said = self.php("do_action('admin_post_amanah_do');", user=self.owner, post={"what": what, "_wpnonce": self.nonce("amanah_do")})
        check("died" not in str(said["out"]), str(said))
        for _ in range(20):
            job = self.ask_php("return AmanahShop\\Stages::job();")
            if job["state"] != "running":
                return job
            self.tick()
        return job

    def nonce(self, act, user=None):
        return self.ask_php(f"return wp_create_nonce('{act}');", user=user or self.owner)

    def to_vault(self):
        self.job("shadow")
        same(self.job("compare")["found"], [])
        same(self.job("cut-over")["found"], [])

    def fields(self, ref):
        self.door.close()
        found = self.http("POST", "/v1/lookup", {"field": "ref", "value": ref, "purpose": "operations"})
        if found.status == 404:
            return None
        one = found.json["ids"][0]
        return self.values(one, ["name", "email", "phone", "addresses", "woo_billing"])[one]

    def mails(self):
        try:
            with open(os.path.join(self.content, "mails.jsonl"), encoding="utf-8") as file:
                return [json.loads(line) for line in file]
        except FileNotFoundError:
            return []

    def nothing_planted(self, *numbers):
        text = self.dump().replace("\\'", "'")
        for no in numbers:
            for value in planted(no):
                rows = [line[:300] for line in text.split("\n") if value.lower() in line.lower() and not line.startswith("/*!")]
                check(not rows, f"{value} is in the shop's database: {rows[:3]}")


def observe_mirrors_customers_and_changes_nothing():
    with Shop() as shop:
        before = shop.dump("wp_users", "wp_usermeta", "wp_wc_orders", "wp_wc_order_addresses", "wp_wc_customer_lookup")
        shop.tick()
        seen = shop.fields(f"wc-user-{shop.ana}")
        same([seen["name"], seen["email"], seen["phone"]], ["Plantina1 Sariwati1", "planted1@mail.example", "+6281234567801"])
        same(seen["addresses"], [{"recipient": "Plantina1 Sariwati1", "postcode": "40111",
                                  "address": "Plantco1\nJalan Planted 1\nBlok P1\nPlantoville1"}])
        same(shop.fields(f"wc-order-{shop.orders[2]}")["email"], "planted3@mail.example", "a guest is known by the order")
        same(shop.fields(f"wc-order-{shop.orders[0]}"), None, "a customer's orders are the customer's")
        same(shop.fields(f"wc-user-{shop.packer}"), None, "staff are no customers")
        same(shop.dump("wp_users", "wp_usermeta", "wp_wc_orders", "wp_wc_order_addresses", "wp_wc_customer_lookup"), before)
        shop.ask_php(f"update_user_meta({shop.ana}, 'billing_city', 'Bandung');", user=shop.ana)
        shop.tick()
        within("Bandung", shop.fields(f"wc-user-{shop.ana}")["addresses"][1]["address"])
        size = int(shop.http("GET", "/v1/ledger/checkpoint").body.split(b"\n")[1])
        shop.job("backfill")
        kinds = [shop.good("GET", f"/v1/ledger/entries/{i}")["kind"] for i in
                 range(size, int(shop.http("GET", "/v1/ledger/checkpoint").body.split(b"\n")[1]))]
        check("compare" not in kinds, f"what did not change is not sent again, as that costs a budget: {kinds}")
        shop.ask_php(f"require ABSPATH . 'wp-admin/includes/user.php'; wp_delete_user({shop.ana});", user=shop.owner)
        shop.tick()
        subject = shop.sql(f"SELECT subject FROM wp_amanah_map WHERE ref = 'wc-user-{shop.ana}'").strip()
        same(shop.good("GET", f"/v1/subjects/{subject}")["status"], "closed")


def views_of_staff_become_sightings():
    with Shop() as shop:
        shop.tick()
        shop.ask_php(f"""$order = wc_get_order({shop.orders[0]});
            do_action('woocommerce_admin_order_data_after_order_details', $order);
            do_action('manage_woocommerce_page_wc-orders_custom_column', 'order_number', wc_get_order({shop.orders[1]}));
            do_action('export_wp', []);""", user=shop.packer)
        shop.ask_php(f"do_action('edit_user_profile', get_userdata({shop.budi}));", user=shop.owner)
        shop.ask_php(f"do_action('show_user_profile', get_userdata({shop.ana}));", user=shop.ana)
        shop.tick()
        for user, events in ((shop.ana, ["packer"]), (shop.budi, ["owner", "packer"])):
            subject = shop.sql(f"SELECT subject FROM wp_amanah_map WHERE ref = 'wc-user-{user}'").strip()
            seen = [item for item in shop.good("GET", f"/v1/subjects/{subject}/sightings")["items"] if item["kind"] == "observed"]
            text = json.dumps(seen)
            same([who for who in ("owner", "packer") if who in text], events, text)
            check("plantlogin" not in text, "a customer who sees themself is no sighting")
        same(shop.good("GET", "/v1/observed")["items"][0]["unattributed"], 1, "an export is counted, of nobody")


def the_shop_works_when_the_vault_is_down():
    with Shop() as shop:
        shop.tick()
        shop.stop()
        order = shop.checkout(shop.ana, 4)
        check(shop.took < 10, f"{shop.took} s")
        shop.tick()
        same(shop.sql("SELECT COUNT(*) FROM wp_amanah_queue").strip(), "1")
        page = shop.php("AmanahShop\\Admin::page();", user=shop.owner)["printed"]
        within("did not answer", page)
        shop.ask_php("update_user_meta(2, 'locale', 'ko_KR'); update_option('amanah_queue_test', 1);")
        same(len([m for m in shop.mails() if str(order) in m["subject"]]), 1, "the order's mail went")
        shop.ask_php("for ($i = 0; $i < 3; $i++) AmanahShop\\Mirror::put('order', 5000 + $i, 'push', null);")
        shop.sql("INSERT INTO wp_amanah_queue (ref, kind, object, act, after_s) SELECT CONCAT('x-', seq), 'order', seq, 'push', 4000000000 "
                 "FROM seq_1_to_10000")
        shop.checkout(0, 5)
        same(shop.sql("SELECT COUNT(*) FROM wp_amanah_queue").strip(), "10004", "the queue is bounded, and the checkout went on")
        shop.sql("DELETE FROM wp_amanah_queue WHERE ref LIKE 'x-%'")
        within("queue was full", shop.php("AmanahShop\\Admin::page();", user=shop.owner)["printed"])
        shop.again()
        shop.tick()
        same(shop.fields(f"wc-user-{shop.ana}")["email"], "planted4@mail.example", "what waited was sent")
        shop.job("backfill")
        same(shop.fields(f"wc-order-{order + 1}")["email"], "planted5@mail.example", "and what found no room, by copying all again")


def a_vault_that_refuses_gets_no_shop_connected():
    folder = tempfile.mkdtemp(prefix="amanah-connect-")
    vault, shop, left = (os.path.join(folder, name) for name in ("vault", "shop", "left"))
    os.mkdir(left)
    try:
        for refused, names in (("key issue", 0), ("ledger pin", 7)):
            with open(vault, "w", encoding="utf-8") as file:
                file.write(f'#!/bin/sh\n[ "$1 $2" != "{refused}" ] || exit 3\n[ "$1 $2" != "key issue" ] || echo \'{{"id":"key_1"}}\'\n')
            os.chmod(vault, 0o700)
            done = subprocess.run([os.path.join(TOP, "plugins/woocommerce/connect.sh"), "http://127.0.0.1:1", shop], capture_output=True,
                                  check=False, env=environment({"AMANAH": vault, "TMPDIR": left}))
            same(done.returncode, 3, refused)
            same((len(os.listdir(os.path.join(shop, "keys"))), os.listdir(left)), (names, []), "no key that is none, and no private half")
            check(not os.path.exists(os.path.join(shop, "config.json")), "nothing to go on with")
    finally:
        shutil.rmtree(folder)


def keys_are_not_in_the_database_and_not_in_the_web_root():
    with Shop() as shop:
        shop.tick()
        dump = shop.dump()
        for name in os.listdir(os.path.join(shop.keys, "keys")):
            if name.endswith(".json"):
                kept = json.load(open(os.path.join(shop.keys, "keys", name), encoding="utf-8"))
                for secret in (kept["seed"], kept.get("token")):
                    check(secret is None or secret not in dump, f"{name} is in the database")
                check(os.stat(os.path.join(shop.keys, "keys", name)).st_mode & 0o077 == 0, name)
        inside = os.path.join(shop.content, "keys")
        shutil.copytree(shop.keys, inside)
        for folder, problem in ((inside, "folder.web"), ("/nonexistent", "folder.missing")):
            same(shop.ask_php("return AmanahShop\\Config::problem();", AMANAH_FOLDER=folder), problem)
        within("inside the web root", shop.php("AmanahShop\\Admin::page();", user=shop.owner, AMANAH_FOLDER=inside)["printed"])
        os.chmod(shop.keys, 0o755)
        same(shop.ask_php("return AmanahShop\\Config::problem();"), "folder.open")


def compare_lists_what_differs_without_values():
    with Shop() as shop:
        shop.job("shadow")
        refused = shop.php("do_action('admin_post_amanah_do');", user=shop.owner,
                           post={"what": "cut-over", "_wpnonce": shop.nonce("amanah_do")})
        same(shop.ask_php("return AmanahShop\\Stages::stage();"), "shadow", f"no cut over before a comparison: {refused}")
        subject = shop.sql(f"SELECT subject FROM wp_amanah_map WHERE ref = 'wc-user-{shop.budi}'").strip()
        changed = shop.http("PATCH", f"/v1/subjects/{subject}", {"fields": {"woo_billing": "{}"}},
                            headers={"If-Match": shop.http("GET", f"/v1/subjects/{subject}").headers["etag"]})
        same(changed.status, 200)
        job = shop.job("compare")
        same(job["found"], [f"wc-user-{shop.budi}"])
        check("lant" not in json.dumps(job), "no value is listed")
        page = shop.php("AmanahShop\\Admin::page();", user=shop.owner)["printed"]
        within(f"wc-user-{shop.budi}", page)
        same(shop.ask_php("return AmanahShop\\Stages::begin('cut-over');"), "job.compare")
        shop.sql("UPDATE wp_amanah_map SET digest = ''")
        shop.job("backfill")
        same(shop.job("compare")["found"], [])


TABLES = ("wp_users", "wp_usermeta", "wp_wc_orders", "wp_wc_order_addresses", "wp_wc_orders_meta", "wp_wc_customer_lookup")


def after_cut_over_a_dump_holds_no_planted_value_and_back_restores_every_column():
    with Shop() as shop:
        before = shop.dump(*TABLES)
        shop.to_vault()
        shop.nothing_planted(1, 2, 3)
        within(f"wc-user-{shop.ana}@vault.invalid", shop.dump("wp_users"))
        within("owner@shop.example", shop.dump("wp_users"), "staff stay as they are")
        same(shop.ask_php("return AmanahShop\\Stages::begin('back');"), "job.back", "no standing key sees everybody")
        shop.connect("--back", shop.keys)
        same(shop.job("back")["found"], [])
        after = shop.dump(*TABLES)
        differing = [pair for pair in zip(before.split("\n"), after.split("\n")) if pair[0] != pair[1]]
        check(before == after, f"every column is as it was: {differing[:3]}")
        same(shop.job("compare")["found"], [])
        same(shop.job("cut-over")["found"], [], "and forward again")
        shop.nothing_planted(1, 2, 3)


SEE = """$o = wc_get_order(%d); $c = new WC_Customer(%d);
    return [$o->get_billing_first_name(), $o->get_billing_email(), $o->get_address('shipping')['address_1'], $c->get_billing_city(),
        get_user_meta(%d, 'billing_phone', true)];"""


def customers_see_themselves_and_nobody_else():
    with Shop("vault") as shop:
        page = SEE % (shop.orders[0], shop.ana, shop.ana)
        same(shop.ask_php(page, user=shop.ana), ["Plantina1", "planted1@mail.example", "Jalan Planted 1", "Plantoville1", "+6281234567801"])
        subject = shop.sql(f"SELECT subject FROM wp_amanah_map WHERE ref = 'wc-order-{shop.orders[0]}'").strip()
        within("pass", [item["kind"] for item in shop.good("GET", f"/v1/subjects/{subject}/sightings")["items"]])
        for who in (shop.budi, 0, shop.packer, shop.owner):
            seen = json.dumps(shop.ask_php(page, user=who))
            for value in planted(1):
                check(value not in seen, f"{value} was shown to {who}: {seen}")
        named = shop.ask_php("$GLOBALS['is_account_page'] = true; do_action('template_redirect'); $u = wp_get_current_user(); "
                             "return [$u->user_email, $u->display_name];", user=shop.budi)
        same(named, ["planted2@mail.example", "Plantina2 Sariwati2"])
        shop.nothing_planted(1, 2, 3)
        shop.stop()
        seen = shop.ask_php(page, user=shop.ana)
        check(not any(value in json.dumps(seen) for value in planted(1)), "nothing falls back to the tables")
        order = shop.checkout(shop.ana, 4)
        shop.nothing_planted(1, 2, 3, 4)
        same(shop.ask_php(SEE % (order, shop.ana, shop.ana), user=shop.ana)[0], "Plantina4", "what waits, sealed, is there for its customer")
        check("Plantina4" not in json.dumps(shop.ask_php(SEE % (order, shop.ana, shop.ana), user=shop.budi)), "and for nobody else")
        notices = shop.ask_php(f"return standin_save_address({shop.budi}, 'billing', ['city' => 'X']);", user=shop.budi)
        same(notices[0][0], "error", "a part of an address needs the rest of it")


def orders_that_are_kept_as_posts_go_the_same_way():
    with Shop() as shop:
        shop.ask_php("update_option('woocommerce_custom_orders_table_enabled', 'no');")
        shop.sql("DELETE FROM wp_wc_orders; DELETE FROM wp_wc_order_addresses; DELETE FROM wp_wc_orders_meta")
        orders = [shop.checkout(shop.ana, 1), shop.checkout(0, 4)]
        shop.job("backfill")
        before = shop.dump("wp_postmeta", "wp_usermeta", "wp_users", "wp_wc_customer_lookup")
        shop.to_vault()
        shop.nothing_planted(1, 2, 4)
        page = SEE % (orders[0], shop.ana, shop.ana)
        same(shop.ask_php(page, user=shop.ana)[:3], ["Plantina1", "planted1@mail.example", "Jalan Planted 1"])
        check(not any(value in json.dumps(shop.ask_php(page, user=shop.budi)) for value in planted(1)), "nobody else sees it")
        again = shop.checkout(shop.ana, 5)
        shop.nothing_planted(5)
        shop.tick()
        same(shop.fields(f"wc-order-{again}")["email"], "planted5@mail.example")
        shop.sql(f"DELETE FROM wp_postmeta WHERE post_id = {again}; DELETE FROM wp_posts WHERE ID = {again}")
        shop.connect("--back", shop.keys)
        shop.job("back")
        after = shop.dump("wp_postmeta")
        differing = [pair for pair in zip([line for line in before.split("\n") if "wp_postmeta" in line and "INSERT" in line],
                                          [line for line in after.split("\n") if "INSERT" in line]) if pair[0] != pair[1]]
        check(not differing, f"each of its columns is as it was: {differing[:3]}")
        within("Jalan Planted 4", after)


def a_customer_signs_in_by_mail_changes_and_orders_again():
    with Shop("vault") as shop:
        sign_in = "$u = wp_authenticate(%r, %r); return is_wp_error($u) ? 0 : $u->ID;"
        same(shop.ask_php(sign_in % ("Planted1@mail.example", "secret1")), shop.ana)
        same(shop.ask_php(sign_in % ("planted1@mail.example", "secret2")), 0)
        same(shop.ask_php(sign_in % ("planted9@mail.example", "secret1")), 0)
        again = shop.ask_php("$e = wc_create_new_customer('planted1@mail.example', 'x', 'y'); return is_wp_error($e) ? $e->get_error_code() : 0;")
        same(again, "registration-error-email-exists")
        new = shop.customer(6)
        shop.nothing_planted(6)
        check(shop.sql(f"SELECT user_login FROM wp_users WHERE ID = {new}").startswith("c-"), "its login says nothing")
        same(shop.ask_php(sign_in % ("planted6@mail.example", "secret6")), new)
        same(shop.ask_php(f"return standin_save_address({shop.ana}, 'billing', ['city' => 'Plantoville7']);", user=shop.ana,
                          post={"billing_city": "Plantoville7", "billing_address_2": "", "billing_company": "Plantco1"}), [])
        shop.nothing_planted(7)
        shop.tick()
        billing = json.loads(shop.fields(f"wc-user-{shop.ana}")["woo_billing"])
        same([billing["city"], billing.get("address_2"), billing["first_name"]], ["Plantoville7", None, "Plantina1"],
             "a part is laid over the rest, and what was left empty is gone")
        same(shop.fields(f"wc-user-{new}")["email"], "planted6@mail.example")
        order = shop.checkout(shop.ana, 8)
        same(len([mail for mail in shop.mails() if "planted8@mail.example" in str(mail["to"])]), 1)
        shop.nothing_planted(8)
        shop.tick()
        shop.ask_php(f"wc_get_order({order})->set_status('completed');", user=shop.packer)
        mail = [mail for mail in shop.mails() if f"Order {order} completed" == mail["subject"]]
        same([mail[0]["to"], len(mail)], [["planted8@mail.example"], 1], "a mail to the token goes to its customer")
        shop.stop()
        shop.ask_php(f"wc_get_order({order})->set_status('refunded');", user=shop.packer)
        check("refunded" not in str(shop.mails()), "without the vault it waits, sealed")
        shop.again()
        shop.tick()
        same([mail["to"] for mail in shop.mails() if "refunded" in mail["subject"]], [["planted8@mail.example"]])
        pending = shop.checkout(shop.ana, 9, status="pending")
        within("Plantina9", shop.dump("wp_wc_order_addresses"), "a gateway needs it until it is paid")
        shop.ask_php(f"wc_get_order({pending})->set_status('processing');")
        shop.nothing_planted(9)
        shop.ask_php("AmanahShop\\Config::ledger()->check(AmanahShop\\Config::client('write'));")


def a_vault_that_lies_is_said_on_the_page_and_stops_no_customer():
    with Shop("vault") as shop:
        page = SEE % (shop.orders[0], shop.ana, shop.ana)
        config = json.load(open(os.path.join(shop.keys, "config.json"), encoding="utf-8"))
        other = Home()
        with other:  # the same name of a log would do as well: the key is another one
            shop.file("keys-of-the-shop/config.json", json.dumps(config | {"vkey": other.vkey}))
            seen = shop.ask_php(page, user=shop.ana)
        check(not any(value in json.dumps(seen) for value in planted(1)), "what cannot be proved is not shown")
        within("does not hold", shop.php("AmanahShop\\Admin::page();", user=shop.owner)["printed"])
        check(shop.checkout(shop.budi, 5) > 0, "the shop sells")


ACCOUNT = """return standin_save_account(%d, ['user_email' => '%s', 'first_name' => '%s', 'last_name' => 'Sariwati1',
    'display_name' => 'Plantina1 Sariwati1']);"""


def an_account_is_changed_by_its_customer_and_an_address_belongs_to_one():
    with Shop("vault") as shop:
        sign_in = "$u = wp_authenticate(%r, %r); return is_wp_error($u) ? 0 : $u->ID;"
        shop.tick()
        sent = len(shop.mails())
        same(shop.ask_php(ACCOUNT % (shop.ana, "planted1@mail.example", "Plantina7"), user=shop.ana), "")
        same(len(shop.mails()), sent, "nobody is told of a change of address that is none")
        shop.nothing_planted(1, 7)
        shop.tick()
        seen = shop.ask_php("$GLOBALS['is_account_page'] = true; do_action('template_redirect'); $u = wp_get_current_user(); "
                            "return [$u->first_name, $u->user_email, get_user_meta($u->ID, 'billing_email', true)];", user=shop.ana)
        same(seen, ["Plantina7", "planted1@mail.example", "planted1@mail.example"])
        same(shop.ask_php(ACCOUNT % (shop.ana, "planted2@mail.example", "x"), user=shop.ana), "email", "somebody else's address")
        same(shop.ask_php(ACCOUNT % (shop.ana, "planted8@mail.example", "Plantina1"), user=shop.ana), "")
        within("planted1@mail.example", str(shop.mails()[-1]["to"]), "a change is told to the old address")
        shop.nothing_planted(1, 8)
        shop.tick()
        same(shop.ask_php(sign_in % ("planted8@mail.example", "secret1")), shop.ana)
        same(shop.ask_php(sign_in % ("planted1@mail.example", "secret1")), 0)
        same(shop.ask_php("return standin_lost_password();", post={"wc_reset_password": "1", "user_login": "planted8@mail.example"}), True)
        same(shop.mails()[-1]["to"], ["planted8@mail.example"])
        same(shop.ask_php("return retrieve_password('');", post={"user_login": "planted2@mail.example"}), True)
        same(shop.mails()[-1]["to"], ["planted2@mail.example"])


def a_token_that_somebody_types_reaches_nobody():
    """Whoever orders in the name of a number would have the shop's mails, with words of theirs, go to that customer."""
    with Shop("vault") as shop:
        sent = len(shop.mails())
        token = f"wc-user-{shop.budi}@vault.invalid"
        for user in (0, shop.ana):
            answer = shop.php("return standin_checkout($in['user'], $in['data']);", user=user, data=person(9, email=token),
                              post={"billing_email": token})
            within("invalid_billing_email", str(answer["out"]))
        same(shop.ask_php("$e = wc_create_new_customer($_POST['email'], 'x', 'y'); return $e->get_error_code();", post={"email": token.upper()}),
             "registration-error-invalid-email")
        same(shop.ask_php(ACCOUNT % (shop.ana, token, "x"), user=shop.ana, post={"account_email": token}), "email")
        same(len(shop.mails()), sent)


def its_sentences_stand_in_three_languages():
    with Shop() as shop:
        said = shop.ask_php("""return (new ReflectionClassConstant('AmanahShop\\Words', 'SENTENCES'))->getValue();""")
        check(len(said) > 40, "the sentences were not found")
        for key, sentences in said.items():
            same(len(sentences), 3, key)
            check(all(sentences) and (len(set(sentences)) == 3 or key == "count.sent"), f"{key}: {sentences}")
            marks = [sorted(mark.split("$")[-1].lstrip("%") for mark in re.findall(r"%(?:[0-9][$])?[sd]", one)) for one in sentences]
            check(marks[0] == marks[1] == marks[2], f"{key} names other things in another language: {marks}")
        code = "".join(open(os.path.join(TOP, "plugins/woocommerce/amanah", name), encoding="utf-8").read()
                       for name in os.listdir(os.path.join(TOP, "plugins/woocommerce/amanah")))
        for key in re.findall(r"say\('([a-z._]+)'[,)]", code):
            within(key, said)


def staff_look_with_a_reason_or_for_a_fresh_order():
    with Shop("vault") as shop:
        hostile = "<script>alert(1)</script>\"'"
        order = shop.checkout(0, 5, first_name=hostile, company="<img src=x onerror=alert(2)>")
        shop.tick()
        act = f"amanah_show_order_{order}"

        def show(user, reason="", **post):
            return shop.php("do_action('admin_post_amanah_show');", user=user,
                            post={"kind": "order", "id": str(order), "reason": reason, "_wpnonce": shop.nonce(act, user)} | post)["printed"]

        within("grant.missing", show(shop.packer))
        seen = show(shop.packer, "parcel came back")
        within("planted5@mail.example", seen)
        check("<script" not in seen and "<img" not in seen and "&lt;script&gt;" in seen, seen)
        subject = shop.sql(f"SELECT subject FROM wp_amanah_map WHERE ref = 'wc-order-{order}'").strip()
        within("reveal", [item["kind"] for item in shop.good("GET", f"/v1/subjects/{subject}/sightings")["items"]])
        shop.ask_php(f"do_action('woocommerce_order_status_processing', {order});")
        seen = show(shop.packer)
        within("Jalan Planted 5", seen)
        check("planted5@mail.example" not in seen, "the packers' grant shows what packers need")
        box = shop.php(f"do_action('woocommerce_admin_order_data_after_billing_address', wc_get_order({order})); do_action('admin_footer');",
                       user=shop.packer)["printed"]
        within(act, box)
        same(shop.php(f"do_action('woocommerce_admin_order_data_after_billing_address', wc_get_order({order}));", user=shop.ana)["printed"], "")


def each_act_of_the_admin_needs_a_right_a_nonce_and_a_post():
    with Shop("vault") as shop:
        order = shop.orders[0]
        show = {"kind": "order", "id": str(order), "reason": "x"}
        act = {"what": "back"}
        tries = [("show", shop.budi, show | {"_wpnonce": shop.nonce(f"amanah_show_order_{order}", shop.budi)}, "POST"),
                 ("show", shop.packer, show, "POST"),
                 ("show", shop.packer, show | {"_wpnonce": shop.nonce("amanah_show_order_1", shop.packer)}, "POST"),
                 ("show", shop.packer, show | {"_wpnonce": shop.nonce(f"amanah_show_order_{order}", shop.packer)}, "GET"),
                 ("show", 0, show | {"_wpnonce": shop.nonce(f"amanah_show_order_{order}", shop.packer)}, "POST"),
                 ("do", shop.packer, act | {"_wpnonce": shop.nonce("amanah_do", shop.packer)}, "POST"),
                 ("do", shop.budi, act | {"_wpnonce": shop.nonce("amanah_do", shop.budi)}, "POST"),
                 ("do", shop.owner, act, "POST"),
                 ("do", shop.owner, act | {"_wpnonce": shop.nonce("amanah_do")}, "GET")]
        for what, user, post, method in tries:
            answer = shop.php(f"do_action('admin_post_amanah_{what}');", user=user, post=post, method=method)
            within("died", str(answer["out"]), f"{what} by {user}, {method}: {answer}")
            check("lant" not in answer["printed"], str(answer))
        same(shop.ask_php("return AmanahShop\\Stages::stage();"), "vault")
        died = shop.php("AmanahShop\\Admin::page();", user=shop.packer)
        within("died", str(died["out"]))
        for lang, words in (("id_ID", "Tahap 3"), ("ko_KR", "3단계"), ("", "Stage 3")):
            shop.ask_php(f"update_user_meta(1, 'locale', '{lang}');")
            page = shop.php("AmanahShop\\Admin::page();", user=shop.owner, get={"said": "<b>x"})["printed"]
            within(words, page)
            check("<b>x" not in page, "nothing of a link is printed")


def what_is_left_anywhere_is_found_without_holding_it():
    with Shop("vault") as shop:
        same(shop.job("scan")["found"], [])
        shop.sql("INSERT INTO wp_options (option_name, option_value) VALUES ('some_plugin', "
                 "'a:1:{s:4:\"mail\";s:21:\"Planted1@mail.example\";}'), ('harmless', 'someone@else.example')")
        shop.sql(f"INSERT INTO wp_comments (comment_post_ID, comment_author, comment_author_email, comment_author_url, comment_author_IP, "
                 f"comment_content, comment_agent, comment_type) VALUES ({shop.orders[1]}, 'WooCommerce', '', '', '', "
                 "'Please call plantina2 SARIWATI2 on 0812-3456-7802', '', 'order_note')")
        shop.sql("INSERT INTO wp_woocommerce_sessions (session_key, session_value, session_expiry) VALUES ('k', "
                 "'a:1:{s:9:\"address_1\";s:16:\"Jalan Planted 3x\";s:1:\"b\";s:15:\"jalan planted 3\";}', 1)")
        os.makedirs(os.path.join(shop.content, "uploads/wc-logs"))
        with open(os.path.join(shop.content, "uploads/wc-logs/pay.log"), "w", encoding="utf-8") as log:
            log.write("2026-11-22 paid by +62 812 3456 7801\n")
        found = shop.job("scan")["found"]
        same(sorted(place.split(" ")[0] for place in found),
             ["file:uploads/wc-logs/pay.log", "wp_comments.comment_content", "wp_options.option_value",
              "wp_woocommerce_sessions.session_value"])
        check(not any(value.lower() in json.dumps(found).lower() for no in (1, 2, 3) for value in planted(no)), "no value is listed")
        check("else.example" not in shop.dump("wp_amanah_trace"), "only tags are kept")


def a_cut_over_that_is_killed_goes_on_and_loses_nothing():
    with Shop() as shop:
        shop.ask_php("""for ($i = 0; $i < 60; $i++) { $o = new WC_Order(); $o->data = ['billing' => ['first_name' => "Massa$i",
            'last_name' => 'Kill', 'email' => "massa$i@mail.example"], 'shipping' => []]; $o->status = 'wc-completed'; $o->save(); }""")
        shop.job("shadow")
        same(shop.job("compare")["found"], [])
        before = shop.dump(*TABLES)
        same(shop.ask_php("return AmanahShop\\Stages::begin('cut-over');"), "")
        for query in (9, 33, 34, 35, 36, 37, 38, 39, 150, 301):
            same(shop.killed("AmanahShop\\Stages::step(20);", query), -signal.SIGKILL, f"killed before query {query}")
        for _ in range(10):
            shop.tick()
            if shop.ask_php("return AmanahShop\\Stages::job();")["state"] != "running":
                break
        check("massa" not in shop.dump().lower(), "all of them were moved")
        shop.connect("--back", shop.keys)
        same(shop.job("back")["found"], [])
        differing = [pair for pair in zip(before.split("\n"), shop.dump(*TABLES).split("\n")) if pair[0] != pair[1]]
        check(not differing, f"and nothing was lost on the way: {differing[:3]}")


def who_takes_the_shop_over_opens_a_busy_day_and_each_of_them_is_known():
    """Code in the web server's place has every key, and issues passes to itself."""
    with Shop("vault") as shop:
        for no in range(60):
            shop.create(f"extra-{no}", name=f"Extra {no}")
        ids = [shop.good("POST", "/v1/lookup", {"field": "ref", "value": f"extra-{no}", "purpose": "operations"})["ids"][0]
               for no in range(60)]
        stolen = shop.ask_php("""$seen = []; $last = '';
            foreach ($in['data'] as $id) {
                try {
                    $pass = AmanahShop\\Config::client('signin')->issuePass($id, '203.0.113.' . random_int(1, 250));
                    $seen += AmanahShop\\Config::client('front')->reveal([], ['woo_account'], 'self', ['pass' => $pass]);
                } catch (Amanah\\Failure $failure) { $last = $failure->code_; }
            }
            foreach (['write', 'orders', 'signin'] as $key) {
                try { $seen += AmanahShop\\Config::client($key)->reveal($in['data'], ['name'], 'order', ['reason' => 'x']); }
                catch (Amanah\\Failure $failure) { $last .= ' ' . $failure->code_; }
            }
            return [array_keys($seen), $last];""", data=ids)
        check(0 < len(stolen[0]) <= 20, f"{len(stolen[0])} were opened, {stolen[1]}")
        within("role.act", stolen[1])
        known = [one for one in ids if any(item["kind"] == "reveal" for item in
                                           shop.good("GET", f"/v1/subjects/{one}/sightings")["items"])]
        same(sorted(known), sorted(stolen[0]), "each of them, and nobody else, is in the ledger")


MARIA = None
FAST = []  # PHP keeps what it compiled


def main():
    global MARIA
    for tool in ("php", "mariadb-install-db", "mariadb-dump"):
        if not shutil.which(tool):
            skip(f"{tool} is not here")
    if not os.path.exists(os.path.join(CORE, "wp-settings.php")):
        skip("Debian's wordpress is not here")
    MARIA = Database()
    cache = os.path.join(MARIA.folder, "opcache")
    os.mkdir(cache)
    FAST.extend(["-d", "opcache.enable_cli=1", "-d", f"opcache.file_cache={cache}", "-d", "opcache.file_cache_only=1"])
    try:
        story(*CHAPTERS)
    finally:
        MARIA.stop()


CHAPTERS = (observe_mirrors_customers_and_changes_nothing, views_of_staff_become_sightings, the_shop_works_when_the_vault_is_down,
            a_vault_that_refuses_gets_no_shop_connected, keys_are_not_in_the_database_and_not_in_the_web_root, compare_lists_what_differs_without_values,
            after_cut_over_a_dump_holds_no_planted_value_and_back_restores_every_column, customers_see_themselves_and_nobody_else,
            orders_that_are_kept_as_posts_go_the_same_way, a_customer_signs_in_by_mail_changes_and_orders_again,
            an_account_is_changed_by_its_customer_and_an_address_belongs_to_one, a_token_that_somebody_types_reaches_nobody,
            a_vault_that_lies_is_said_on_the_page_and_stops_no_customer, its_sentences_stand_in_three_languages, staff_look_with_a_reason_or_for_a_fresh_order,
            each_act_of_the_admin_needs_a_right_a_nonce_and_a_post, what_is_left_anywhere_is_found_without_holding_it,
            a_cut_over_that_is_killed_goes_on_and_loses_nothing,
            who_takes_the_shop_over_opens_a_busy_day_and_each_of_them_is_known)
main()
