/* The second half: who saw whom, proofs without trust, an erasure, and what happens to a ledger that is changed. */
#include "cli/demo/demo.h"

#include "cli/input.h"
#include "cli/show.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { DATABASE_BYTES_MAX = 1 << 30, PROOF_BYTES_MAX = 1 << 24, QUOTED_LOOKS_MAX = 8, EXIT_TAMPERED = 6 };

/* What a person's history says of the support key. */
struct history {
    size_t entries, looks;
};

static bool is_look_by(struct doc entry, enum demo_reader reader)
{
    return doc_is(doc_get(entry, "kind"), "reveal") &&
           doc_is(doc_get(entry, "role"), demo_reader_name(reader));
}

static RESULT read_history(struct demo *demo, struct slice id, struct history *out,
                           struct remote_answer *answer)
{
    struct subject_sightings_ask ask = {.id = id, .limit = PAGE_MAX};
    struct doc entry = {0};
    *out = (struct history){0};
    TRY(demo_ask(demo, DEMO_AUDITOR, VERB_SUBJECT_SIGHTINGS, &ask, answer));
    TRY(demo_expect(demo, answer->cause == CAUSE_OK, "the auditor may read a person's history"));
    struct docs items = docs_of(doc_get(demo_doc(answer), "items"));
    while (docs_next(&items, &entry)) {
        out->entries++;
        out->looks += is_look_by(entry, DEMO_SUPPORT);
    }
    return OK;
}

/* "name, email" of a look in full, "masked name, email" of one behind masks. */
static void put_fields(struct doc entry, const char *member, const char *word, struct buf *line)
{
    struct doc fields = doc_get(entry, member);
    if (doc_count(fields) == 0) return;
    buf_text(line, word);
    item_words_put(line, fields);
}

static void quote_entry(struct demo *demo, struct doc entry)
{
    SCOPED(buf_done) struct buf line = {0};
    time_words_put(&line, doc_get(entry, "time"));
    buf_text(&line, "  ");
    item_words_put(&line, doc_get(entry, "kind"));
    buf_text(&line, " by ");
    item_words_put(&line, doc_get(entry, doc_is(doc_get(entry, "reader"), "operator") ? "reader" : "role"));
    put_fields(entry, "fields", ": ", &line);
    put_fields(entry, "masked", ": masked ", &line);
    page_quote(&demo->page, buf_c(&line));
}

/* The history of the first person whom the support key saw. */
static RESULT quote_history(struct demo *demo)
{
    struct history history = {0};
    struct doc entry = {0};
    SCOPED(demo_answer_done) struct remote_answer answer = {0};
    TRY(read_history(demo, buf_slice(&demo->first_id), &history, &answer));
    struct docs items = docs_of(doc_get(demo_doc(&answer), "items"));
    page_say(&demo->page, PAGE_CAME, "The history of the first of them has %zu entries:", history.entries);
    for (size_t i = 0; i < QUOTED_LOOKS_MAX && docs_next(&items, &entry); i++) quote_entry(demo, entry);
    return OK;
}

RESULT demo_step_history(struct demo *demo)
{
    size_t seen = 0, unseen = 0;
    enum cause cause = CAUSE_OK;
    page_step(&demo->page, "Which people did that key see?");
    for (uint64_t n = 0; n < demo->seen + DEMO_UNSEEN; n++) {
        SCOPED(buf_done) struct buf id = {0};
        SCOPED(demo_answer_done) struct remote_answer answer = {0};
        struct history history = {0};
        TRY(demo_find(demo, DEMO_SERVICE, n, &id, &cause));
        TRY(demo_expect(demo, cause == CAUSE_OK, "service finds every customer"));
        TRY(read_history(demo, buf_slice(&id), &history, &answer));
        seen += history.looks > 0 && n < demo->seen;
        unseen += history.looks == 0 && n >= demo->seen;
    }
    TRY(demo_expect(demo, seen == demo->seen, "each person who was seen has the look in their history"));
    TRY(demo_expect(demo, unseen == DEMO_UNSEEN, "nobody else has one"));
    page_say(&demo->page, PAGE_DONE,
             "GET /v1/subjects/{id}/sightings with the auditor's key: for the %zu people of the walk, and "
             "for %d who "
             "came after them.",
             demo->seen, DEMO_UNSEEN);
    page_say(&demo->page, PAGE_CAME,
             "Exactly the %zu have a look by that key in their history; the other %d have none.", demo->seen,
             DEMO_UNSEEN);
    TRY(quote_history(demo));
    page_say(
        &demo->page, PAGE_WHY,
        "The first word from Coupang was 4,536 accounts; ten days later it was 33.7 million, and about five "
        "months of web logs were lost. Who knows whom a key saw can tell the right people at once.");
    return OK;
}

/* A proof that says another thing in one place of an entry. */
static RESULT change_proof(const char *from, const char *to)
{
    static const char member[] = "\"entry\":\"";
    enum { INTO_ENTRY = 24 };
    SCOPED(buf_done) struct buf file = {0};
    TRY(input_read(from, PROOF_BYTES_MAX, &file));
    char *at = strstr(buf_c(&file), member);
    if (!at || strlen(at) < sizeof member + INTO_ENTRY)
        return FAIL(CHECK_NOT_MET, "demo: the proof file holds no entry");
    at += sizeof member - 1 + INTO_ENTRY;
    *at = *at == 'A' ? 'B' : 'A';
    return output_write(to, buf_slice(&file));
}

RESULT demo_step_proof(struct demo *demo)
{
    char proof[DEMO_PATH_BYTES], changed[DEMO_PATH_BYTES];
    SCOPED(buf_done) struct buf found = {0};
    SCOPED(ended_done) struct ended refused = {0};
    const char *vkey = buf_c(&demo->vkey);
    const char *const history[] = {"subject",  "history", buf_c(&demo->first_id),
                                   "--proofs", "--out",   demo_path(demo, "person.proof", proof),
                                   "--quiet",  NULL};
    const char *const verify[] = {"verify", proof, "--vkey", vkey, "--json", NULL};
    const char *const verify_changed[] = {"verify", demo_path(demo, "changed.proof", changed), "--vkey", vkey,
                                          NULL};
    page_step(&demo->page, "Proof for one person, checked without trusting us");
    TRY(demo_run(demo, history, DEMO_AUDITOR, 0, NULL));
    TRY(demo_run(demo, verify, DEMO_READERS, 0, &found));
    struct doc says = doc_of(buf_slice(&found));
    uint64_t looks = doc_number(doc_get(says, "entries"));
    TRY(demo_expect(demo, doc_true(doc_get(says, "holds")) && looks > 0, "the proof holds"));
    TRY(change_proof(proof, changed));
    TRY(program_run(&(struct program_options){.words = verify_changed}, &refused));
    TRY(demo_expect(demo, refused.exit != 0, "a changed proof is refused"));
    page_say(&demo->page, PAGE_DONE,
             "amanah subject history ID --proofs --out FILE, then amanah verify FILE --vkey KEY; then the "
             "same with "
             "one letter of the file changed.");
    page_say(&demo->page, PAGE_CAME,
             "Good: each of %llu entries is in the signed ledger and is about this person and these fields. "
             "Changed: "
             "refused (exit %d).",
             (unsigned long long)looks, refused.exit);
    page_say(&demo->page, PAGE_WHY,
             "The check needs no vault, no network, no secret: the person or the authority can run it, years "
             "later. "
             "Nobody else who was in the same look is shown by it.");
    return OK;
}

RESULT demo_step_erase(struct demo *demo)
{
    struct slice id = buf_slice(&demo->last_id);
    struct slice field = SLICE_TEXT("name.mask");
    struct subject_erase_ask erase = {.id = id, .reason = SLICE_TEXT("amanah demo")};
    struct reveal_ask look = {.subjects = {&id, 1}, .fields = {&field, 1}, .purpose = SLICE_TEXT("support")};
    enum cause cause = CAUSE_OK;
    SCOPED(buf_done) struct buf none = {0};
    SCOPED(demo_answer_done) struct remote_answer answer = {0};
    page_step(&demo->page, "One customer is erased");
    TRY(demo_ask(demo, DEMO_ADMIN, VERB_SUBJECT_ERASE, &erase, &answer));
    TRY(demo_expect(demo, answer.cause == CAUSE_OK, "the admin may erase"));
    TRY(demo_ask(demo, DEMO_SERVICE, VERB_REVEAL, &look, &answer));
    TRY(demo_expect(demo, answer.cause == CAUSE_SUBJECT_ERASED, "a look at an erased customer answers 410"));
    TRY(demo_find(demo, DEMO_SERVICE, demo->seen - 1, &none, &cause));
    TRY(demo_expect(demo, cause == CAUSE_SUBJECT_UNKNOWN, "a lookup no longer finds them"));
    page_say(&demo->page, PAGE_DONE,
             "DELETE /v1/subjects/{id} with the admin key, then a look and a lookup.");
    page_say(&demo->page, PAGE_CAME, "The look: 410 subject.erased. The lookup: 404, nobody.");
    page_say(
        &demo->page, PAGE_WHY,
        "Erasing destroys the person's own key, so what may still lie about opens no more. The ledger keeps "
        "that somebody was seen, and no longer says who.");
    return OK;
}

RESULT demo_step_pin(struct demo *demo)
{
    char pin[DEMO_PATH_BYTES];
    SCOPED(buf_done) struct buf doc = {0};
    const char *const words[] = {"ledger", "pin", "--out", demo_path(demo, "pin", pin), "--json", NULL};
    page_step(&demo->page, "Somebody outside keeps a checkpoint");
    TRY(demo_run(demo, words, DEMO_READERS, 0, &doc));
    demo->pinned = doc_number(doc_get(doc_of(buf_slice(&doc)), "size"));
    TRY(demo_expect(demo, demo->pinned > demo->look, "the checkpoint covers the walk"));
    page_say(&demo->page, PAGE_DONE,
             "amanah ledger pin --out FILE; in real life by mail to an accountant, say.");
    page_say(&demo->page, PAGE_CAME, "Five lines of text: the ledger has %llu entries and this root, signed.",
             (unsigned long long)demo->pinned);
    page_say(&demo->page, PAGE_WHY,
             "Whoever runs the vault holds its signing key and could write the past anew. Once somebody else "
             "holds "
             "a checkpoint, not unseen.");
    return OK;
}

static RESULT copy_file(const struct demo *demo, const char *name)
{
    char from[DEMO_PATH_BYTES], to[DEMO_PATH_BYTES];
    SCOPED(buf_done) struct buf bytes = {0};
    (void)snprintf(from, sizeof from, "%s/home/%s", demo->folder, name);
    (void)snprintf(to, sizeof to, "%s/copy/%s", demo->folder, name);
    TRY(input_read(from, DATABASE_BYTES_MAX, &bytes));
    return output_write(to, buf_slice(&bytes));
}

static void directory_done(DIR **directory)
{
    if (*directory) (void)closedir(*directory); /* it was only read */
}

static RESULT copy_home(const struct demo *demo)
{
    static const char *const folders[] = {"copy", "copy/shops", "copy/shops/demo"};
    char path[DEMO_PATH_BYTES];
    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        if (mkdir(demo_path(demo, folders[i], path), S_IRWXU) != 0)
            return FAIL(UNAVAILABLE, "demo: no folder for a copy");
    }
    SCOPED(directory_done) DIR *directory = opendir(demo_path(demo, "home/shops/demo", path));
    if (!directory) return FAIL(UNAVAILABLE, "demo: the home cannot be read");
    for (const struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        if (entry->d_type != DT_REG) continue;
        (void)snprintf(path, sizeof path, "shops/demo/%s", entry->d_name); /* ours, and short */
        TRY(copy_file(demo, path));
    }
    return copy_file(demo, "home");
}

/* Flip one bit of an entry in the copy's database, wherever it lies. */
static RESULT change_entry(const struct demo *demo, const char *entry_file)
{
    char path[DEMO_PATH_BYTES];
    SCOPED(buf_done) struct buf entry = {0}, database = {0};
    size_t changed = 0;
    TRY(input_read(entry_file, PROOF_BYTES_MAX, &entry));
    TRY(input_read(demo_path(demo, "copy/shops/demo/shop.db", path), DATABASE_BYTES_MAX, &database));
    for (uint8_t *at = database.at;;) {
        at = memmem(at, database.len - (size_t)(at - database.at), entry.at, entry.len);
        if (!at) break;
        at[entry.len / 2] ^= 1;
        at += entry.len;
        changed++;
    }
    TRY(demo_expect(demo, changed > 0, "the entry lies in the database"));
    return output_write(path, buf_slice(&database));
}

RESULT demo_step_tamper(struct demo *demo)
{
    char entry[DEMO_PATH_BYTES], copy[DEMO_PATH_BYTES], number[24], name[48];
    SCOPED(buf_done) struct buf doc = {0}, finding = {0};
    (void)snprintf(number, sizeof number, "%llu", (unsigned long long)demo->look);
    (void)snprintf(name, sizeof name, "entry %s", number);
    const char *const show[] = {"ledger", "show", number, "--out", demo_path(demo, "entry", entry), NULL};
    const char *const verify[] = {"ledger", "verify", "--home", demo_path(demo, "copy", copy),
                                  "--json", NULL};
    page_step(&demo->page, "Somebody changes the ledger on disk");
    TRY(demo_run(demo, show, DEMO_READERS, 0, NULL));
    pid_t daemon = demo->daemon;
    demo->daemon = 0;
    TRY(program_stop(daemon));
    TRY(copy_home(demo));
    TRY(change_entry(demo, entry));
    TRY(demo_run(demo, verify, DEMO_READERS, EXIT_TAMPERED, &doc));
    struct docs findings = docs_of(doc_get(doc_of(buf_slice(&doc)), "findings"));
    struct doc first = {0};
    TRY(demo_expect(demo, docs_next(&findings, &first), "the change is found"));
    buf_slice_put(&finding, doc_text(first));
    TRY(demo_expect(demo, strstr(buf_c(&finding), name) != NULL, "the changed entry is named"));
    page_say(&demo->page, PAGE_DONE,
             "The vault is stopped, its home copied, and in the copy one bit flipped: in entry %s, the first "
             "look of "
             "the walk. Then amanah ledger verify on the copy.",
             number);
    page_say(&demo->page, PAGE_CAME, "Found and named, exit %d:", EXIT_TAMPERED);
    page_quote(&demo->page, buf_c(&finding));
    page_say(&demo->page, PAGE_WHY, "A log that can be quietly mended proves nothing.");
    return OK;
}

static void say_counts(struct demo *demo, struct doc report)
{
    static const char *const names[] = {"entries", "tiles", "leaves",     "subjects",
                                        "fields",  "tags",  "checkpoints"};
    SCOPED(buf_done) struct buf line = {0};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (i > 0) buf_text(&line, ", ");
        count_put(&line, doc_number(doc_get(report, names[i])));
        buf_print(&line, " %s", names[i]);
    }
    page_quote(&demo->page, buf_c(&line));
}

RESULT demo_step_verify(struct demo *demo)
{
    char pin[DEMO_PATH_BYTES];
    SCOPED(buf_done) struct buf doc = {0};
    const char *const words[] = {"ledger", "verify", "--from", demo_path(demo, "pin", pin), "--json", NULL};
    page_step(&demo->page, "The real vault is verified, from top to bottom");
    TRY(demo_run(demo, words, DEMO_READERS, 0, &doc));
    struct doc report = doc_of(buf_slice(&doc));
    TRY(demo_expect(demo, doc_true(doc_get(report, "holds")), "the real home holds together"));
    TRY(demo_expect(demo, doc_true(doc_get(report, "pin_matched")),
                    "it continues the checkpoint kept outside"));
    page_say(&demo->page, PAGE_DONE, "amanah ledger verify --from the checkpoint of step %u.",
             demo->page.steps - 2);
    page_say(&demo->page, PAGE_CAME, "Everything holds together, and continues that checkpoint. Recomputed:");
    say_counts(demo, report);
    page_say(&demo->page, PAGE_WHY,
             "Every entry, every hash of the tree, every person in every look, every sealed record: made "
             "again and "
             "compared, not believed.");
    return OK;
}
