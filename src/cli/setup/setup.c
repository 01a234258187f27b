/*
 * A vault for whoever has never set one up: six questions, then a home that is sealed, whose keys have a copy, whose
 * owner was seen to hold the sheet that opens both, that is backed up, and whose backup was brought back once.
 *
 * Nothing is made before the sheet was shown to be at hand. The words on it are drawn here and never asked for: what
 * people make up is guessed.
 */
#include "cli/ask.h"
#include "cli/command/backup.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/setup/setup_priv.h"
#include "cli/show.h"
#include "keep/backup/backup.h"
#include "keep/backup/kept.h"
#include "mail/texts.h"
#include "mail/words.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { QUESTIONS = 6, TRIES_MAX = 10, KEY_BYTES = 24, REFUSAL_BYTES = 1024 };

static const char service_home[] = "/var/lib/amanah/home";

static void setup_done(struct setup *setup)
{
    if (setup->in && setup->in != stdin) (void)fclose(setup->in);
    if (setup->phrase_fd >= 0) (void)close(setup->phrase_fd);
    if (setup->lock_fd >= 0) (void)close(setup->lock_fd);
    home_made_done(&setup->made);
    struct buf *const all[] = {&setup->line,     &setup->lang_text, &setup->shop,    &setup->folder,
                               &setup->phrase,   &setup->key,       &setup->domain,  &setup->command,
                               &setup->address,  &setup->mail_host, &setup->backups, &setup->certificate,
                               &setup->etc_text, &setup->seal,      &setup->offer};
    for (size_t i = 0; i < COUNT_OF(all); i++) buf_done(all[i]);
    explicit_bzero(setup->group, sizeof setup->group);
}

void setup_say_of(const struct setup *setup, const char *key, const char *a, const char *b)
{
    SCOPED(buf_done) struct buf text = {0};
    const struct mail_value values[] = {{"a", slice_text(a)}, {"b", slice_text(b)}};
    words_put(setup->lang, key, values, COUNT_OF(values), &text);
    (void)fprintf(stderr, "%s\n", buf_c(&text)); /* questions are asked with --quiet too */
}

void setup_say(const struct setup *setup, const char *key)
{
    setup_say_of(setup, key, NULL, NULL);
}

/* Once in each language, where none is known yet. */
static void say_in_each(struct setup *setup, const char *key, const char *a)
{
    struct slice lang = setup->lang;
    for (size_t i = 0; mail_language(i); i++) {
        if (lang.len > 0 && !slice_is(lang, mail_language(i))) continue;
        setup->lang = slice_text(mail_language(i));
        setup_say_of(setup, key, a, NULL);
    }
    setup->lang = lang;
}

RESULT setup_refuse(const struct setup *setup, const char *key, const char *a, const char *b)
{
    SCOPED(buf_done) struct buf text = {0};
    const struct mail_value values[] = {{"a", slice_text(a)}, {"b", slice_text(b)}};
    words_put(setup->lang, key, values, COUNT_OF(values), &text);
    return FAIL(CONFLICT, "%.*s", REFUSAL_BYTES, buf_c(&text));
}

bool setup_line(struct setup *setup)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t got = getline(&line, &cap, setup->in);
    buf_clear(&setup->line);
    if (got > 0) buf_put(&setup->line, line, (size_t)got);
    while (setup->line.len > 0 && strchr(" \t\r\n", setup->line.at[setup->line.len - 1])) setup->line.len--;
    if (line) explicit_bzero(line, cap);
    free(line);
    return got >= 0;
}

static bool folder_there(const char *path)
{
    struct stat status = {0};
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool file_there(struct slice path)
{
    SCOPED(buf_done) struct buf text = {0};
    buf_slice_put(&text, path);
    return path.len > 0 && access(buf_c(&text), R_OK) == 0;
}

static void keep(struct buf *out, struct slice text)
{
    buf_clear(out);
    buf_slice_put(out, text);
}

/* The line at its first blank: two words, the second empty where there is none. */
static void two_words(const struct setup *setup, struct slice *first, struct slice *second)
{
    struct slice line = buf_slice(&setup->line);
    const uint8_t *blank = line.len > 0 ? memchr(line.at, ' ', line.len) : NULL;
    size_t at = blank ? (size_t)(blank - line.at) : line.len;
    *first = slice_part(line, 0, at);
    while (at < line.len && line.at[at] == ' ') at++;
    *second = slice_from(line, at);
}

static bool lang_take(struct setup *setup)
{
    struct slice line = buf_slice(&setup->line);
    if (!slice_is(line, "id") && !slice_is(line, "ko") && !slice_is(line, "en")) return false;
    keep(&setup->lang_text, line);
    setup->lang = buf_slice(&setup->lang_text);
    return true;
}

static bool shop_sign(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/* What a name such as "Toko Siti" can be made into: small letters, one dash for whatever else stood between. */
static void shop_offer(struct setup *setup)
{
    struct buf *offer = &setup->offer;
    for (size_t i = 0; i < setup->line.len && offer->len < SHOP_NAME_BYTES_MAX; i++) {
        uint8_t c = setup->line.at[i];
        if (c >= 'A' && c <= 'Z') c = (uint8_t)(c + 'a' - 'A');
        if (!shop_sign(c)) c = '-';
        bool good = offer->len == 0 ? c >= 'a' && c <= 'z' : c != '-' || offer->at[offer->len - 1] != '-';
        if (good) buf_put(offer, &c, 1);
    }
    while (offer->len > 0 && offer->at[offer->len - 1] == '-') offer->len--;
}

static bool shop_take(struct setup *setup)
{
    struct slice line = setup->line.len > 0 ? buf_slice(&setup->line) : SLICE_TEXT("shop");
    bool good = line.len <= SHOP_NAME_BYTES_MAX && line.at[0] >= 'a' && line.at[0] <= 'z';
    for (size_t i = 0; i < line.len; i++) good = good && shop_sign(line.at[i]);
    if (good)
        keep(&setup->shop, line);
    else
        shop_offer(setup);
    return good;
}

static bool holds(struct setup *setup, const char *name)
{
    SCOPED(buf_done) struct buf path = {0};
    buf_print(&path, "%s/%s", buf_c(&setup->folder), name);
    return access(buf_c(&path), F_OK) == 0;
}

/* Where the sheet and the copy of the keys go: not where the home is, or one disk holds all. Empty: here. Those of another
 * vault are never written over. */
static bool folder_take(struct setup *setup)
{
    char whole[PATH_MAX];
    keep(&setup->folder, setup->line.len > 0 ? buf_slice(&setup->line) : SLICE_TEXT("."));
    if (!realpath(buf_c(&setup->folder), whole)) return false; /* a setup that goes on may begin elsewhere */
    keep(&setup->folder, slice_text(whole));
    if (!folder_there(whole) || access(whole, W_OK) != 0) return false;
    if (!holds(setup, SHEET_FILE) && !holds(setup, KEYS_FILE)) return true;
    setup_say_of(setup, "setup.q3.taken", whole, NULL);
    return false;
}

/* Empty: this machine only. "CERT KEY": her own files. A name: how to get a certificate for it is said at the end. */
static bool certificate_take(struct setup *setup)
{
    struct slice first = {0}, second = {0};
    two_words(setup, &first, &second);
    if (first.len == 0) return true;
    if (second.len == 0) {
        for (size_t i = 0; i < first.len; i++) {
            uint8_t c = first.at[i];
            if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.')) return false;
        }
        keep(&setup->domain, first);
        return memchr(first.at, '.', first.len) != NULL;
    }
    if (!file_there(first) || !file_there(second)) return false;
    keep(&setup->certificate, first);
    keep(&setup->key, second);
    return true;
}

static bool command_take(struct setup *setup)
{
    keep(&setup->command, buf_slice(&setup->line));
    return setup->line.len == 0 || access(buf_c(&setup->command), X_OK) == 0;
}

static bool mail_take(struct setup *setup)
{
    struct slice first = {0}, second = {0};
    two_words(setup, &first, &second);
    if (first.len == 0) return true;
    if (!memchr(first.at, '@', first.len) ||
        (!slice_starts(second, "smtp://") && !slice_starts(second, "smtps://")))
        return false;
    keep(&setup->address, first);
    keep(&setup->mail_host, second);
    return true;
}

/* The first one in every language, as none is known yet. */
static void question_say(struct setup *setup, size_t question, bool again)
{
    char key[KEY_BYTES];
    (void)snprintf(key, sizeof key, "setup.q%zu%s", question + 1, again ? ".again" : "");
    if (question > 0) {
        setup_say(setup, key);
        return;
    }
    say_in_each(setup, key, NULL);
}

/* Ask once more what had an answer that does not fit; Enter takes what is offered in its place, if anything is. */
static bool question_again(struct setup *setup, size_t question)
{
    SCOPED(buf_done) struct buf offer = TAKE(setup->offer);
    question_say(setup, question, true);
    if (offer.len == 0) {
        question_say(setup, question, false);
        return setup_line(setup);
    }
    setup_say_of(setup, "setup.offer", buf_c(&offer), NULL);
    bool got = setup_line(setup);
    if (got && setup->line.len == 0) keep(&setup->line, buf_slice(&offer));
    return got;
}

static RESULT questions_ask(struct setup *setup)
{
    static bool (*const takes[QUESTIONS])(struct setup * setup) = {
        lang_take, shop_take, folder_take, certificate_take, command_take, mail_take};
    for (size_t i = setup->lang.len > 0 ? 1 : 0; i < QUESTIONS; i++) {
        bool took = false;
        for (size_t tried = 0; tried < TRIES_MAX && !took; tried++) {
            if (tried == 0) question_say(setup, i, false);
            if (!(tried == 0 ? setup_line(setup) : question_again(setup, i)))
                return FAIL(INVALID, "setup: it ended before question %zu; nothing was made", i + 1);
            took = takes[i](setup);
        }
        if (!took)
            return FAIL(INVALID, "setup: question %zu: %d answers that do not fit; nothing was made", i + 1,
                        TRIES_MAX);
    }
    return OK;
}

/* Commands find the passphrase where they look for it, and it is on no disk for that. */
static RESULT phrase_lend(struct setup *setup)
{
    char path[64];
    setup->phrase_fd = memfd_create("passphrase", MFD_CLOEXEC);
    ssize_t put = setup->phrase_fd < 0 ? -1 : write(setup->phrase_fd, setup->phrase.at, setup->phrase.len);
    if (put != (ssize_t)setup->phrase.len) return FAIL(UNAVAILABLE, "setup: %s", strerror(errno));
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", setup->phrase_fd);
    if (setenv("AMANAH_PASSPHRASE_FILE", path, 1) != 0)
        return FAIL(UNAVAILABLE, "setup: %s", strerror(errno));
    return OK;
}

bool sealed_by_tpm(const struct setup *setup)
{
    return slice_is(buf_slice(&setup->seal), seal_name(SEAL_TPM));
}

static RESULT home_make(struct setup *setup)
{
    const struct home_options options = {.path = setup->home,
                                         .shop = buf_c(&setup->shop),
                                         .seal = {.kind = sealed_by_tpm(setup) ? SEAL_TPM : SEAL_PASSPHRASE,
                                                  .passphrase = buf_slice(&setup->phrase)},
                                         .clock = clock_system()};
    return home_init(&options, &setup->made);
}

static RESULT keys_put(void *context, struct slice bytes)
{
    buf_slice_put(context, bytes);
    return OK;
}

static RESULT keys_copy(struct setup *setup)
{
    SCOPED(buf_done) struct buf keys = {0}, path = {0};
    struct slice phrase = buf_slice(&setup->phrase);
    struct clock clock = clock_system();
    int64_t begun_us = clock_now(&clock);
    buf_print(&path, "%s/" KEYS_FILE, buf_c(&setup->folder));
    TRY(keys_export(setup->home, phrase, phrase, keys_put, &keys));
    TRY(output_write(buf_c(&path), buf_slice(&keys)));
    TRY(keys_kept(setup->home, begun_us));
    setup_say_of(setup, "setup.keys", buf_c(&path), NULL);
    return OK;
}

/* `out` NULL: nobody wants the answer. */
static RESULT ask_home(const struct setup *setup, enum verb verb, const void *ask, struct answer *out)
{
    struct call call = {
        .command = setup->call->command, .given_count = 1, .given = {{OPT_HOME, setup->home}}};
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(answer_done) struct answer unread = {0};
    TRY(client_open(&call, &client));
    return client_ask(client, verb, ask, out ? out : &unread);
}

static bool items_have(struct slice answer, const char *member, const char *text)
{
    struct doc item = {0};
    for (struct docs items = docs_of(doc_get(doc_of(answer), "items")); docs_next(&items, &item);)
        if (doc_is(doc_get(item, member), text)) return true;
    return false;
}

static RESULT mail_set(struct setup *setup)
{
    const struct mail_put_ask mail = {.url = buf_slice(&setup->mail_host),
                                      .from = buf_slice(&setup->address),
                                      .name = buf_slice(&setup->shop),
                                      .lang = setup->lang};
    const struct sink_put_ask sink = {
        .kind = SLICE_TEXT("mail"), .address = buf_slice(&setup->address), .lang = setup->lang};
    const struct sink_list_ask all = {0};
    SCOPED(answer_done) struct answer sinks = {0};
    if (setup->address.len == 0) return OK;
    TRY(ask_home(setup, VERB_MAIL_PUT, &mail, NULL));
    TRY(ask_home(setup, VERB_SINK_LIST, &all, &sinks));
    if (items_have(buf_slice(&sinks.body), "kind", "mail"))
        return OK; /* by a setup that was cut off after it */
    return ask_home(setup, VERB_SINK_PUT, &sink, NULL);
}

/* The first backup, and its drill: what was never brought back is no backup. */
static RESULT backup_first(struct setup *setup)
{
    struct call call = {
        .command = setup->call->command,
        .arg_count = 1,
        .args = {setup->home},
        .given_count = 3,
        .given = {{OPT_SCHEDULED, NULL}, {OPT_QUIET, NULL}, {OPT_OUT, buf_c(&setup->backups)}}};
    if (mkdir(buf_c(&setup->backups), 0700) != 0 && errno != EEXIST)
        return FAIL(UNAVAILABLE, "setup: %s: cannot make it: %s", buf_c(&setup->backups), strerror(errno));
    if (setup->command.len > 0)
        call.given[call.given_count++] = (struct option_given){OPT_COMMAND, buf_c(&setup->command)};
    TRY(backup_scheduled(&call));
    setup_say_of(setup, "setup.backed", buf_c(&setup->backups), NULL);
    return OK;
}

static void list_show(struct setup *setup)
{
    bool here = setup->certificate.len == 0;
    SCOPED(buf_done) struct buf domain = {0};
    buf_slice_put(&domain, buf_slice(&setup->domain));
    setup_say(setup, "setup.list");
    setup_say_of(setup, "setup.list.home", setup->home, NULL);
    setup_say(setup, "setup.list.sheet");
    if (setup->domain.len > 0)
        setup_say_of(setup, "setup.list.acme", buf_c(&domain), setup->etc ? setup->etc : "/etc");
    if (here && setup->domain.len == 0) setup_say(setup, "setup.list.here");
    if (setup->command.len == 0) setup_say(setup, "setup.list.away");
    setup_say_of(setup, setup->address.len > 0 ? "setup.list.mail" : "setup.list.nomail",
                 buf_c(&setup->address), NULL);
    if (!setup->service) setup_say_of(setup, "setup.list.start", setup->home, buf_c(&setup->backups));
    setup_say(setup, "setup.list.staff");
    setup_say(setup, "setup.list.shop");
    if (sealed_by_tpm(setup)) setup_say_of(setup, "setup.list.tpm", setup->home, NULL);
    if (!sealed_by_tpm(setup) && setup->etc) setup_say(setup, "setup.list.file");
    setup_say(setup, "setup.list.doctor");
}

/* The admin key of a vault whose setup was cut off before it was noted as shown: another one, and those before end. */
static RESULT key_anew(struct setup *setup)
{
    SCOPED(answer_done) struct answer before = {0}, issued = {0};
    const struct key_list_ask all = {.limit = PAGE_MAX};
    const struct key_issue_ask one = {.role = SLICE_TEXT("admin"), .name = SLICE_TEXT("first admin key")};
    struct doc item = {0};
    TRY(ask_home(setup, VERB_KEY_LIST, &all, &before));
    for (struct docs items = docs_of(doc_get(doc_of(buf_slice(&before.body)), "items"));
         docs_next(&items, &item);) {
        const struct key_revoke_ask end = {.id = doc_text(doc_get(item, "id"))};
        if (!doc_there(doc_get(item, "ended"))) TRY(ask_home(setup, VERB_KEY_REVOKE, &end, NULL));
    }
    TRY(ask_home(setup, VERB_KEY_ISSUE, &one, &issued));
    keep(&setup->made.key, doc_text(doc_get(doc_of(buf_slice(&issued.body)), "key")));
    keep(&setup->made.shop, buf_slice(&setup->shop));
    return OK;
}

/* Standard output has the one secret that is not on the sheet. */
static RESULT key_show(struct setup *setup)
{
    bool anew = setup->made.key.len == 0;
    if (anew) TRY(key_anew(setup));
    if (call_has(setup->call, OPT_JSON)) {
        SCOPED(buf_done) struct buf doc = {0};
        cbor_map(&doc, setup->made.vkey.len > 0 ? 3 : 2);
        cbor_text(&doc, SLICE_TEXT("key"));
        cbor_text(&doc, buf_slice(&setup->made.key));
        cbor_text(&doc, SLICE_TEXT("shop"));
        cbor_text(&doc, buf_slice(&setup->made.shop));
        if (setup->made.vkey.len > 0) {
            cbor_text(&doc, SLICE_TEXT("vkey"));
            cbor_text(&doc, buf_slice(&setup->made.vkey));
        }
        TRY(show_json(doc_of(buf_slice(&doc))));
        return show_end(); /* now: it must be out before it is noted as shown */
    }
    setup_say(setup, anew ? "setup.key.anew" : "setup.key");
    show_slice(buf_slice(&setup->made.key));
    show_words("\n");
    return show_end();
}

static RESULT setup_begin(struct setup *setup)
{
    struct call *call = setup->call;
    const char *answers = call_text(call, OPT_ANSWERS);
    if (!setup->etc && call->arg_count == 0 && geteuid() == 0) setup->etc = "/etc";
    if (setup->etc && strcmp(setup->etc, "/etc") == 0 && strcmp(setup->home, service_home) != 0)
        return FAIL(USAGE, "--etc: the service of this machine has its home in %s", service_home);
    enum seal_kind seal = SEAL_PASSPHRASE;
    if (call_has(call, OPT_SEAL) && (!seal_named(call_slice(call, OPT_SEAL), &seal) || seal == SEAL_PLAIN))
        return FAIL(USAGE, "--seal: setup knows passphrase and tpm; give one of them");
    setup->in = answers && strcmp(answers, "-") != 0 ? fopen(answers, "re") : stdin;
    if (!setup->in) return FAIL(NOT_FOUND, "--answers: %s: %s", answers, strerror(errno));
    setup->lang = call_slice(call, OPT_LANG);
    char *copy = strdup(setup->home);
    if (!copy) abort();
    buf_print(&setup->backups, "%s/backups", dirname(copy));
    free(copy);
    return setup_lock(setup);
}

/* One there already, whole, or one that was cut off: before the home was there nothing was lost. */
static RESULT setup_find(struct setup *setup, bool *goes_on)
{
    bool home = access(setup->home, F_OK) == 0, noted = false;
    TRY(note_read(setup, &noted));
    if (home && !noted) {
        say_in_each(setup, "setup.there", setup->home);
        return FAIL(HOME_EXISTS, "%s: is there already", setup->home);
    }
    *goes_on = home;
    if (!noted) return OK;
    setup_say_of(setup, home ? "setup.on" : "setup.anew", setup->home, buf_c(&setup->folder));
    if (home) {
        setup->etc = setup->etc_text.len > 0 ? buf_c(&setup->etc_text) : NULL;
        return OK;
    }
    TRY(note_undo(setup)); /* and all answers are asked for again */
    setup->done = 0;
    setup->lang = call_slice(setup->call, OPT_LANG);
    return OK;
}

static RESULT setup_answer(struct setup *setup)
{
    TRY(questions_ask(setup));
    if (setup->etc) keep(&setup->etc_text, slice_text(setup->etc));
    keep(&setup->seal, slice_text(call_has(setup->call, OPT_SEAL) ? call_text(setup->call, OPT_SEAL)
                                                                  : seal_name(SEAL_PASSPHRASE)));
    TRY(sheet_make(setup));
    return sheet_prove(setup);
}

/* Each may be done again. The key comes first: before anything else can fail, as nobody can ask for it later. */
static RESULT setup_go(struct setup *setup)
{
    static struct result (*const steps[])(struct setup * setup) = {
        home_make, key_show, deploy_settings, keys_copy, mail_set, backup_first, deploy_start};
    TRY(phrase_lend(setup));
    setup_say(setup, "setup.working");
    while (setup->done < COUNT_OF(steps)) {
        TRY(steps[setup->done](setup));
        setup->done++;
        TRY(note_write(setup));
    }
    return OK;
}

RESULT command_setup(struct call *call)
{
    SCOPED(setup_done)
    struct setup setup = {.call = call,
                          .home = call->arg_count > 0 ? call->args[0] : service_home,
                          .etc = call_text(call, OPT_ETC),
                          .phrase_fd = -1,
                          .lock_fd = -1};
    bool goes_on = false;
    TRY(setup_begin(&setup));
    TRY(setup_find(&setup, &goes_on));
    TRY(goes_on ? sheet_type(&setup) : setup_answer(&setup));
    if (goes_on && setup.done == 0) setup.done = 1; /* the home is there: only the note was not written */
    TRY(setup_go(&setup));
    list_show(&setup);
    return note_remove(&setup);
}
