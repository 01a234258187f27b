#include "answer/redress/check.h"
#include "answer/scope/kept.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/progress.h"
#include "cli/show.h"
#include "keep/verify.h"
#include "prove/note.h"

/* What was looked at, in the order in which it is told. */
struct looked_at {
    const char *name;
    uint64_t count;
};
enum { LOOKED_AT = 11 };

static void list_looked_at(const struct verify_report *report, const char *kept,
                           struct looked_at out[LOOKED_AT])
{
    const struct looked_at list[LOOKED_AT] = {
        {"shops", report->shops},   {"entries", report->entries},
        {"tiles", report->tiles},   {"sets", report->sets},
        {"leaves", report->leaves}, {"subjects", report->subjects},
        {"fields", report->fields}, {"rows", report->rows},
        {"tags", report->tags},     {"checkpoints", report->checkpoints},
        {kept, report->exposures},
    };
    for (size_t i = 0; i < LOOKED_AT; i++) out[i] = list[i];
}

static size_t kept_findings(const struct verify_report *report)
{
    return report->finding_count < VERIFY_FINDINGS_MAX ? report->finding_count : VERIFY_FINDINGS_MAX;
}

static RESULT show_report_json(const struct verify_report *report, const char *kept, bool pinned)
{
    struct looked_at counts[LOOKED_AT];
    SCOPED(buf_done) struct buf doc = {0};
    list_looked_at(report, kept, counts);
    cbor_map(&doc, LOOKED_AT + 3 + pinned);
    cbor_text(&doc, SLICE_TEXT("holds"));
    cbor_bool(&doc, report->finding_count == 0 && (!pinned || report->pin_matched));
    for (size_t i = 0; i < LOOKED_AT; i++) {
        cbor_text(&doc, slice_text(counts[i].name));
        cbor_uint(&doc, counts[i].count);
    }
    if (pinned) cbor_text(&doc, SLICE_TEXT("pin_matched"));
    if (pinned) cbor_bool(&doc, report->pin_matched);
    cbor_text(&doc, SLICE_TEXT("finding_count"));
    cbor_uint(&doc, report->finding_count);
    cbor_text(&doc, SLICE_TEXT("findings"));
    cbor_array(&doc, kept_findings(report));
    for (size_t i = 0; i < kept_findings(report); i++) cbor_text(&doc, slice_text(report->findings[i]));
    return show_json(doc_of(buf_slice(&doc)));
}

static void show_report(const struct call *call, const struct verify_report *report, const char *kept,
                        bool pinned)
{
    struct looked_at counts[LOOKED_AT];
    SCOPED(table_done) struct table table = {.columns = 2};
    list_looked_at(report, kept, counts);
    for (size_t i = 0; i < LOOKED_AT; i++) {
        SCOPED(buf_done) struct buf count = {0};
        count_put(&count, counts[i].count);
        table_cell(&table, slice_text(counts[i].name));
        table_cell(&table, buf_slice(&count));
    }
    table_show(&table);
    for (size_t i = 0; i < kept_findings(report); i++) {
        show_words("found: ");
        show_value(slice_text(report->findings[i]));
        show_words("\n");
    }
    if (report->finding_count == 0) {
        show_words("Everything holds together%s.\n",
                   report->pin_matched ? ", and continues the checkpoint that was kept outside" : "");
    }
    if (!pinned) {
        show_remark(
            call,
            "Without a checkpoint that was kept outside (--from FILE) a whole history rewritten with the "
            "ledger's key would not be seen.");
    }
}

static void picture(void *context, uint64_t done, uint64_t all)
{
    progress_part(context, done, all, "entries");
}

static RESULT judge(const struct verify_report *report, bool pinned)
{
    if (report->finding_count > 0) {
        return FAIL(
            TAMPERED,
            "ledger verify: %zu %s not hold together; stop, keep a copy of the home, and find out why",
            report->finding_count, report->finding_count == 1 ? "thing does" : "things do");
    }
    if (pinned && !report->pin_matched) {
        return FAIL(CHECK_NOT_MET,
                    "--from: the checkpoint is of no ledger in this home; is it the right file?");
    }
    return OK;
}

/* What the rows below keep beside the ledger. */
static RESULT kept_check(struct shop *shop, uint64_t *sets)
{
    uint64_t postings = 0;
    TRY(exposures_check(shop, sets));
    return redress_check(shop, &postings);
}

static RESULT verify(struct call *call, const char *kept_name,
                     RESULT (*kept)(struct shop *shop, uint64_t *count))
{
    struct progress progress = progress_begin(call, 0);
    struct verify_options options = {.shop = call_text(call, OPT_SHOP),
                                     .clock = clock_system(),
                                     .progress = picture,
                                     .context = &progress,
                                     .kept = kept};
    struct verify_report report = {0};
    SCOPED(buf_done) struct buf phrase = {0}, pin = {0};
    bool pinned = call_has(call, OPT_FROM);
    TRY(client_home(call, &options.home));
    if (pinned) TRY(input_read(call_text(call, OPT_FROM), NOTE_BYTES_MAX, &pin));
    TRY(home_phrase_get(options.home, &phrase));
    options.passphrase = buf_slice(&phrase);
    options.pin = buf_slice(&pin);
    struct result verified = verify_home(&options, &report);
    progress_end(&progress);
    if (verified.code != CODE_OK) return verified;
    if (call_has(call, OPT_JSON)) {
        TRY(show_report_json(&report, kept_name, pinned));
        call->printed = true;
    } else {
        show_report(call, &report, kept_name, pinned);
    }
    return judge(&report, pinned);
}

RESULT command_ledger_verify(struct call *call)
{
    return verify(call, "exposures", kept_check);
}

RESULT command_redress_verify(struct call *call)
{
    return verify(call, "postings", redress_check);
}
