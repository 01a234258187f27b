/* The first half of the story: a home, its customers, three readers, and one who wants to see everybody. */
#include "cli/demo/demo.h"

#include "base/clock.h"
#include "cli/input.h"
#include "cli/show.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* Certain by official findings: accounts, and the days from 24 June to 8 November 2025. */
#define COUPANG_ACCOUNTS 33700000.0
#define COUPANG_DAYS 137.0
#define DAYS_OF_YEAR 365.0
#define DAY_SECONDS 86400.0

enum { FIELDS_MAX = 4 };

/* Keep a key where its owner would, and get ready to ask with it. */
static RESULT keep_key(struct demo *demo, enum demo_reader reader, struct slice key)
{
    char name[32], path[DEMO_PATH_BYTES];
    (void)snprintf(name, sizeof name, "%s.key", demo_reader_name(reader));
    return output_write(demo_path(demo, name, path), key);
}

RESULT demo_step_home(struct demo *demo)
{
    SCOPED(buf_done) struct buf doc = {0};
    const char *const words[] = {"init", buf_c(&demo->home), "--seal", "plain", "--shop",
                                 "demo", "--json",           NULL};
    page_step(&demo->page, "A home for a shop's customers");
    TRY(demo_run(demo, words, DEMO_READERS, 0, &doc));
    struct doc made = doc_of(buf_slice(&doc));
    buf_slice_put(&demo->vkey, doc_text(doc_get(made, "vkey")));
    TRY(demo_expect(demo, demo->vkey.len > 0, "init gives a verifier key"));
    TRY(keep_key(demo, DEMO_ADMIN, doc_text(doc_get(made, "key"))));
    page_say(&demo->page, PAGE_DONE, "amanah init, in a folder that goes away at the end.");
    page_say(
        &demo->page, PAGE_CAME,
        "A shop with keys, store and ledger of its own, an admin key shown once, and the verifier key with "
        "which anybody can check the ledger.");
    page_say(
        &demo->page, PAGE_WHY,
        "Each customer gets an encryption key of their own, so a copy of the database alone opens nobody. "
        "(This home is sealed \"plain\": its root key lies beside it. Fine for a show, not for people.)");
    return OK;
}

RESULT demo_step_import(struct demo *demo)
{
    char list[DEMO_PATH_BYTES], subjects[16], seed[16];
    SCOPED(buf_done) struct buf first = {0}, again = {0};
    SCOPED(ended_done) struct ended made = {0};
    (void)snprintf(subjects, sizeof subjects, "%d", DEMO_SUBJECTS);
    (void)snprintf(seed, sizeof seed, "%d", DEMO_SEED);
    const char *const synth[] = {"synth", "--subjects", subjects, "--seed", seed, NULL};
    const char *const import[] = {"import", demo_path(demo, "customers.csv", list), "--json", NULL};
    page_step(&demo->page, "20,000 customers move in");
    TRY(program_run(&(struct program_options){.words = synth, .output = list}, &made));
    TRY(demo_expect(demo, made.exit == 0, "amanah synth makes customers up"));
    int64_t began_us = clock_monotonic_us();
    TRY(demo_run(demo, import, DEMO_READERS, 0, &first));
    double seconds = (double)(clock_monotonic_us() - began_us) / SECOND_US;
    struct doc taken = doc_of(buf_slice(&first));
    TRY(demo_expect(demo, doc_number(doc_get(taken, "created")) == DEMO_SUBJECTS,
                    "every row becomes a customer"));
    TRY(demo_run(demo, import, DEMO_READERS, 0, &again));
    taken = doc_of(buf_slice(&again));
    TRY(demo_expect(demo, doc_number(doc_get(taken, "unchanged")) == DEMO_SUBJECTS,
                    "a second run changes nothing"));
    page_say(&demo->page, PAGE_DONE,
             "amanah synth made up 20,000 Korean, Indonesian and English-speaking customers as a CSV file; "
             "amanah import took it in, and then took the same file once more.");
    page_say(
        &demo->page, PAGE_CAME,
        "20,000 created in %.1f seconds; the second time 20,000 unchanged. The columns were recognised by "
        "their headers.",
        seconds);
    page_say(&demo->page, PAGE_WHY,
             "Moving in must be easy, and safe to repeat: after a crash one simply runs it again.");
    return OK;
}

static RESULT issue(struct demo *demo, enum demo_reader reader)
{
    SCOPED(buf_done) struct buf doc = {0};
    const char *const words[] = {"key",    "issue",    "--role", demo_reader_name(reader),
                                 "--name", "demo key", "--json", NULL};
    TRY(demo_run(demo, words, DEMO_READERS, 0, &doc));
    struct doc made = doc_of(buf_slice(&doc));
    if (reader == DEMO_SUPPORT) buf_slice_put(&demo->support_id, doc_text(doc_get(made, "id")));
    return keep_key(demo, reader, doc_text(doc_get(made, "key")));
}

static RESULT open_reader(struct demo *demo, enum demo_reader reader)
{
    char name[32], path[DEMO_PATH_BYTES];
    SCOPED(buf_done) struct buf key = {0};
    (void)snprintf(name, sizeof name, "%s.key", demo_reader_name(reader));
    TRY(input_read(demo_path(demo, name, path), BEARER_BYTES_MAX, &key));
    return remote_open(buf_c(&demo->url), buf_slice(&key), &demo->readers[reader]);
}

RESULT demo_take_key(struct demo *demo, enum demo_reader reader, struct slice key)
{
    TRY(keep_key(demo, reader, key));
    remote_free(&demo->readers[reader]);
    return open_reader(demo, reader);
}

RESULT demo_step_keys(struct demo *demo)
{
    page_step(&demo->page, "The vault opens, and five readers get keys");
    TRY(demo_serve(demo));
    for (enum demo_reader reader = DEMO_SERVICE; reader < DEMO_READERS; reader++) TRY(issue(demo, reader));
    for (enum demo_reader reader = DEMO_ADMIN; reader < DEMO_READERS; reader++)
        TRY(open_reader(demo, reader));
    page_say(&demo->page, PAGE_DONE,
             "amanah serve at %s, and amanah key issue for five roles: service (the shop's own programs), "
             "support (people who answer customers), auditor, signin (where customers sign in) and frontend "
             "(the pages that customers see).",
             buf_c(&demo->url));
    page_say(&demo->page, PAGE_CAME,
             "Five keys, each shown once; the vault keeps a keyed hash of them. Two processes: one speaks "
             "HTTP and "
             "holds no key, one holds the keys and reads no stranger's text.");
    page_say(&demo->page, PAGE_WHY,
             "At Coupang (Korea, 2025) somebody who had left still had the key that signs the shop's login "
             "tokens, "
             "and it was not replaced when they left. Here a key ends within 90 days, and opens only what "
             "its role "
             "may see.");
    return OK;
}

static const char *const full_fields[] = {"name", "email", "phone", "addresses", NULL};
static const char *const masked_fields[] = {"name.mask", "email.mask", "phone.mask", NULL};
static const char *const door_field[] = {"door_code", NULL};

static RESULT reveal(struct demo *demo, enum demo_reader reader, struct slice id, const char *const *names,
                     struct remote_answer *out)
{
    struct slice fields[FIELDS_MAX] = {{0}};
    size_t count = 0;
    for (; names[count]; count++) {
        assert(count < FIELDS_MAX);
        fields[count] = slice_text(names[count]);
    }
    struct reveal_ask ask = {.subjects = {&id, 1},
                             .fields = {fields, count},
                             .purpose = SLICE_TEXT("support"),
                             .reason = SLICE_TEXT("amanah demo")};
    return demo_ask(demo, reader, VERB_REVEAL, &ask, out);
}

/* The fields of the first subject that an answer shows. */
static struct doc shown_fields(const struct remote_answer *answer)
{
    struct docs values = docs_of(doc_get(demo_doc(answer), "values"));
    struct doc first = {0};
    return docs_next(&values, &first) ? doc_get(first, "fields") : (struct doc){0};
}

static bool has_door_code(struct doc fields)
{
    struct docs addresses = docs_of(doc_get(fields, "addresses"));
    struct doc address = {0};
    return docs_next(&addresses, &address) && doc_text(doc_get(address, "door_code")).len > 0;
}

/* The first made-up customer in this language who has a door code, or none where that language's have no such codes. */
static uint64_t first_in(const char *lang, bool with_door)
{
    struct synth_customer customer = {0};
    for (uint64_t n = 0; n < DEMO_SUBJECTS; n++) {
        synth_customer(DEMO_SEED, n, &customer);
        if (strcmp(customer.lang, lang) == 0 && (!with_door || customer.door_code[0])) return n;
    }
    return 0;
}

static RESULT look_masked(struct demo *demo, uint64_t n, const char *who)
{
    enum cause cause = CAUSE_OK;
    SCOPED(buf_done) struct buf id = {0}, line = {0};
    SCOPED(demo_answer_done) struct remote_answer answer = {0};
    TRY(demo_find(demo, DEMO_SUPPORT, n, &id, &cause));
    TRY(demo_expect(demo, cause == CAUSE_OK && id.len > 0,
                    "support finds a customer by the shop's own number"));
    TRY(reveal(demo, DEMO_SUPPORT, buf_slice(&id), masked_fields, &answer));
    TRY(demo_expect(demo, answer.cause == CAUSE_OK, "support sees masked fields"));
    struct doc fields = shown_fields(&answer);
    for (size_t i = 0; masked_fields[i]; i++) {
        if (i > 0) buf_text(&line, "   ");
        buf_slice_put(&line, doc_text(doc_get(fields, masked_fields[i])));
    }
    page_value(&demo->page, who, buf_slice(&line));
    return OK;
}

RESULT demo_step_look(struct demo *demo)
{
    enum cause cause = CAUSE_OK;
    SCOPED(buf_done) struct buf id = {0};
    SCOPED(demo_answer_done) struct remote_answer answer = {0};
    uint64_t door = first_in("ko", true);
    page_step(&demo->page, "One customer, looked at by three readers");
    page_say(&demo->page, PAGE_DONE, "POST /v1/lookup and /v1/reveal with each of the keys.");
    TRY(demo_find(demo, DEMO_SERVICE, door, &id, &cause));
    TRY(demo_expect(demo, cause == CAUSE_OK && id.len > 0, "service finds a customer"));
    TRY(reveal(demo, DEMO_SERVICE, buf_slice(&id), full_fields, &answer));
    TRY(demo_expect(demo, answer.cause == CAUSE_OK && has_door_code(shown_fields(&answer)),
                    "service sees everything, the door code too"));
    page_say(&demo->page, PAGE_CAME,
             "service: name, e-mail, telephone, address and door code in full (not printed here).");
    page_say(&demo->page, PAGE_CAME, "support: masked, as its role says. Three made-up customers:");
    TRY(look_masked(demo, door, "Korean"));
    TRY(look_masked(demo, first_in("id", false), "Indonesian"));
    TRY(look_masked(demo, first_in("en", false), "English"));
    TRY(reveal(demo, DEMO_SUPPORT, buf_slice(&id), door_field, &answer));
    TRY(demo_expect(demo, answer.cause == CAUSE_ROLE_FIELD, "support may not see door codes"));
    page_say(&demo->page, PAGE_CAME, "support, asking for the door code: 403 role.field, refused.");
    TRY(reveal(demo, DEMO_AUDITOR, buf_slice(&id), masked_fields, &answer));
    TRY(demo_expect(demo, answer.cause == CAUSE_ROLE_ACT, "the auditor may not look at people"));
    page_say(&demo->page, PAGE_CAME,
             "auditor: 403 role.act. An auditor reads the ledger, never a customer. Both refusals are "
             "entries, too.");
    page_say(
        &demo->page, PAGE_WHY,
        "In the Coupang leak pages with readable door codes of homes were opened 50,474 times. Who does not "
        "need a field does not get it.");
    return OK;
}

/* One person further: find and look. `*spent` when the vault refuses it. */
static RESULT walk_on(struct demo *demo, uint64_t n, bool *spent)
{
    enum cause cause = CAUSE_OK;
    SCOPED(buf_done) struct buf id = {0};
    SCOPED(demo_answer_done) struct remote_answer answer = {0};
    TRY(demo_find(demo, DEMO_SUPPORT, n, &id, &cause));
    *spent = cause == CAUSE_BUDGET_DAY;
    if (*spent) return OK;
    TRY(demo_expect(demo, cause == CAUSE_OK && id.len > 0, "the support key finds the next customer"));
    TRY(reveal(demo, DEMO_SUPPORT, buf_slice(&id), masked_fields, &answer));
    *spent = answer.cause == CAUSE_BUDGET_DAY;
    if (*spent) return OK;
    TRY(demo_expect(demo, answer.cause == CAUSE_OK, "the support key sees the next customer"));
    demo->seen = n + 1;
    buf_clear(&demo->last_id);
    buf_slice_put(&demo->last_id, buf_slice(&id));
    if (n > 0) return OK;
    demo->look = doc_number(doc_get(doc_get(demo_doc(&answer), "receipt"), "index"));
    buf_slice_put(&demo->first_id, buf_slice(&id));
    return OK;
}

RESULT demo_step_walk(struct demo *demo)
{
    const struct self_ask self = {0};
    SCOPED(demo_answer_done) struct remote_answer answer = {0};
    bool spent = false;
    page_step(&demo->page, "Somebody in support wants to see everybody");
    TRY(demo_ask(demo, DEMO_SUPPORT, VERB_SELF, &self, &answer));
    uint64_t limit = doc_number(doc_get(doc_get(demo_doc(&answer), "budget"), "limit"));
    int64_t began_us = clock_monotonic_us();
    for (uint64_t n = 0; n < DEMO_WALK_MAX && !spent; n++) TRY(walk_on(demo, n, &spent));
    double seconds = (double)(clock_monotonic_us() - began_us) / SECOND_US;
    TRY(demo_expect(demo, spent, "the support key is stopped"));
    TRY(demo_expect(demo, demo->seen == limit, "it is stopped exactly at its daily number of people"));
    double years = COUPANG_ACCOUNTS / (double)limit / DAYS_OF_YEAR;
    page_say(&demo->page, PAGE_DONE,
             "With the support key, one customer after the other by number: C0000001, C0000002 and so on.");
    page_say(&demo->page, PAGE_CAME,
             "After %zu people of 20,000 (%.1f %%) and %.1f seconds: 429 budget.day. The limit of this role "
             "is %llu "
             "different people a day; whoever was seen already may be seen again.",
             demo->seen, 100.0 * (double)demo->seen / DEMO_SUBJECTS, seconds, (unsigned long long)limit);
    page_say(&demo->page, PAGE_WHY,
             "At Coupang 33.7 million accounts were read in 137 days, 24 June to 8 November 2025: about %.2f "
             "people "
             "a second, computed. With this limit that key would have needed %.0f years.",
             COUPANG_ACCOUNTS / COUPANG_DAYS / DAY_SECONDS, years);
    return OK;
}
