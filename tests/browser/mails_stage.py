"""Notices as they came out of a home, and its letters: files in a folder, and one line of JSON that tells of them."""
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../scenario"))
from amanah import Home  # noqa: E402
from mail_host import MailHost  # noqa: E402
from notices import await_state, incident, looked_at  # noqa: E402

NAMES = {"en": "Ann O'Neil", "id": "Siti Rahmawati binti Abdullah", "ko": "김민수"}
LONGEST = {"en": "Wolfeschlegelsteinhausenbergerdorff" * 3, "id": "Bhagavad" * 14, "ko": "아주긴이름" * 12}
ADDRESS = {"en": "1 Long Street, Springfield", "id": "Jalan Merdeka Selatan No. 1, Jakarta Pusat", "ko": "서울특별시 중구 세종대로 110"}
DESK = "privacy@a-shop-with-quite-a-long-name.example, +82 2-1234-5678"
FIELDS = ["name", "email", "phone", "address", "door_code", "birth_date"]


def person(home, lang, which, name, **more):
    return home.create(f"{which}-{lang}", lang=lang, country={"en": "US", "id": "ID", "ko": "KR"}[lang], name=name, phone="+6281234567890",
                       addresses=[{"address": ADDRESS[lang], "postcode": "04524", "door_code": "1234#"}], **more)


def sent(home, made, run, *more):
    home.run("notice", "draft", made, *more)
    home.run("notice", "send", made, str(run), "--yes")
    return await_state(home, made, "sending" if "channel=letter" in more else "done", run=run)


def main():
    folder = sys.argv[1]
    with Home() as home, MailHost() as host:
        home.start()
        home.ask("mail", "put", host.url, "--no-tls", "--sender", "toko@shop.example", "--name", "Toko 김")
        home.run("field", "put", "guardian_email", "--kind", "email")
        ids = []
        for lang, name in NAMES.items():
            ids.append(person(home, lang, "notice", name, email=f"notice-{lang}@person.example", birth_date="1980-02-03"))
            ids.append(person(home, lang, "longest", LONGEST[lang], email=f"longest-{lang}@person.example", birth_date="1980-02-03"))
            ids.append(person(home, lang, "guardian", name, email=f"child-{lang}@person.example", birth_date="2020-02-03",
                              guardian_email=f"guardian-{lang}@person.example"))
            ids.append(person(home, lang, "letter", name))
        looked_at(home, ids, FIELDS[:3])
        made = incident(home, desk={"": DESK}, rights={"ko": "손해배상, 법정손해배상, 분쟁조정을 신청하실 수 있습니다.", "": "You may claim damages."})
        sent(home, made, 1)
        looked_at(home, ids, FIELDS[3:5])
        home.run("incident", "scope", made, "from=2020-01-01T00:00:00Z", f"copied_at={time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(home.now() + 1))}")
        sent(home, made, 2, "kind=supplement", "after=1")
        sent(home, made, 3, "kind=care", "after=1")
        sent(home, made, 4, "channel=letter", "after=1")
        home.run("notice", "letters", made, "4", folder)
        mails = []
        for at, mail in enumerate(host.mails):
            kind, lang = mail.to.split("@")[0].split("-")
            path = os.path.join(folder, f"{at}.eml")
            with open(path, "wb") as file:
                file.write(mail.raw)
            mails.append({"kind": kind, "lang": lang, "path": path})
        print(json.dumps({"mails": mails, "letters": os.path.join(folder, "letters-4-0001.pdf")}))


main()
