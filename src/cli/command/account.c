#include "cli/command/account.h"

#include "cli/show.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

enum {
    SHOWN_REFUSALS_MAX = 10,   /* on the terminal; --rejects has them all */
    LISTED_REFUSALS_MAX = 1000 /* in --json */
};

void account_done(struct account *account)
{
    if (account->rejects) (void)fclose(account->rejects); /* written out in account_end() */
    buf_done(&account->listed);
    buf_done(&account->mapping);
}

RESULT account_begin(struct account *account)
{
    const char *path = call_text(account->call, OPT_REJECTS);
    if (!path) return OK;
    account->rejects = fopen(path, "we");
    if (!account->rejects) return FAIL(UNAVAILABLE, "--rejects: cannot be written: %s", strerror(errno));
    (void)fputs("line,reason\n", account->rejects); /* a failed write is seen in account_end() */
    return OK;
}

void account_count(struct account *account, struct doc counts)
{
    struct docs refusals = docs_of(doc_get(counts, "refused"));
    struct doc refusal = {0};
    account->created += doc_number(doc_get(counts, "created"));
    account->changed += doc_number(doc_get(counts, "changed"));
    account->unchanged += doc_number(doc_get(counts, "unchanged"));
    while (docs_next(&refusals, &refusal)) {
        account_refuse(account, doc_number(doc_get(refusal, "line")), doc_text(doc_get(refusal, "detail")));
    }
}

static void list_refusal(struct account *account, uint64_t line, struct slice reason)
{
    if (account->listed_count == LISTED_REFUSALS_MAX) return;
    account->listed_count++;
    cbor_map(&account->listed, 2);
    cbor_text(&account->listed, SLICE_TEXT("line"));
    cbor_uint(&account->listed, line);
    cbor_text(&account->listed, SLICE_TEXT("reason"));
    cbor_text(&account->listed, reason);
}

void account_refuse(struct account *account, uint64_t line, struct slice reason)
{
    SCOPED(buf_done) struct buf text = {0};
    account->refused++;
    list_refusal(account, line, reason);
    if (account->rejects) {
        buf_print(&text, "%" PRIu64 ",\"", line);
        for (size_t i = 0; i < reason.len; i++) {
            if (reason.at[i] == '"') buf_byte(&text, '"');
            buf_byte(&text, reason.at[i]);
        }
        buf_text(&text, "\"\n");
        (void)fwrite(text.at, 1, text.len, account->rejects); /* a failed write is seen at the end */
    } else if (account->refused <= SHOWN_REFUSALS_MAX && !call_has(account->call, OPT_JSON)) {
        progress_end(account->progress);
        buf_slice_put(&text, reason);
        show_remark(account->call, "line %" PRIu64 ": %s", line, buf_c(&text));
    }
}

RESULT account_end(struct account *account)
{
    if (!account->rejects || (fflush(account->rejects) == 0 && !ferror(account->rejects))) return OK;
    return FAIL(UNAVAILABLE, "--rejects: cannot be written: %s; the import itself is done", strerror(errno));
}

/* The mapping as the HTTP answer has it. */
static void put_mapping(const struct rows_summary *read, struct buf *out)
{
    cbor_array(out, read->column_count);
    for (size_t i = 0; i < read->column_count; i++) {
        const struct column *column = &read->columns[i];
        cbor_map(out, 2 + (column->item > 0));
        cbor_text(out, SLICE_TEXT("column"));
        cbor_text(out, column->header);
        cbor_text(out, SLICE_TEXT("target"));
        if (column->target) {
            cbor_text(out, slice_text(column->target));
        } else {
            cbor_null(out);
        }
        if (column->item == 0) continue;
        cbor_text(out, SLICE_TEXT("item"));
        cbor_uint(out, column->item);
    }
}

static RESULT show_json_account(const struct account *account)
{
    SCOPED(buf_done) struct buf doc = {0};
    const struct {
        const char *name;
        uint64_t count;
    } counts[] = {{"rows", account->row_count},
                  {"created", account->created},
                  {"changed", account->changed},
                  {"unchanged", account->unchanged},
                  {"refused", account->refused}};
    cbor_map(&doc, COUNT_OF(counts) + 3);
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        cbor_text(&doc, slice_text(counts[i].name));
        cbor_uint(&doc, counts[i].count);
    }
    cbor_text(&doc, SLICE_TEXT("refused_rows"));
    cbor_array(&doc, account->listed_count);
    buf_slice_put(&doc, buf_slice(&account->listed));
    cbor_text(&doc, SLICE_TEXT("format"));
    cbor_text(&doc, slice_text(account->format));
    cbor_text(&doc, SLICE_TEXT("mapping"));
    buf_slice_put(&doc, buf_slice(&account->mapping));
    return show_json(doc_of(buf_slice(&doc)));
}

/* Which columns went where, and which were left out. */
static void remark_columns(const struct account *account)
{
    SCOPED(buf_done) struct buf taken = {0}, left = {0};
    struct docs columns = docs_of(doc_of(buf_slice(&account->mapping)));
    struct doc column = {0};
    while (docs_next(&columns, &column)) {
        struct slice target = doc_text(doc_get(column, "target"));
        uint64_t item = doc_number(doc_get(column, "item"));
        struct buf *list = target.len > 0 ? &taken : &left;
        if (list->len > 0) buf_text(list, ", ");
        item_words_put(list, doc_get(column, "column"));
        if (target.len == 0) continue;
        buf_text(list, " = ");
        buf_slice_put(list, target);
        if (item > 0) buf_decimal(list, item + 1);
    }
    if (taken.len > 0) show_remark(account->call, "Columns taken: %s.", buf_c(&taken));
    if (left.len > 0)
        show_remark(account->call, "Columns left out: %s. --map FIELD=COLUMN takes one in.", buf_c(&left));
}

static void put_part(struct buf *out, uint64_t count, const char *what)
{
    if (count == 0) return;
    if (out->len > 0) buf_text(out, ", ");
    count_put(out, count);
    buf_print(out, " %s", what);
}

static void show_account(const struct account *account)
{
    SCOPED(buf_done) struct buf rows = {0}, parts = {0};
    uint64_t count = account->row_count;
    bool dry = call_has(account->call, OPT_DRY_RUN);
    count_put(&rows, count);
    put_part(&parts, account->created, dry ? "would be created" : "created");
    put_part(&parts, account->changed, dry ? "would be changed" : "changed");
    put_part(&parts, account->unchanged, "unchanged");
    put_part(&parts, account->refused, "refused");
    show_words("%s %s", buf_c(&rows), plural(count, "row", "rows"));
    if (parts.len > 0) show_words(": %s", buf_c(&parts));
    show_words(".");
    if (account->created + account->changed == 0) {
        show_words(" Nothing %s.", dry ? "would change" : "changed");
    } else if (dry) {
        show_words(" This was a dry run: nothing changed.");
    }
    show_words("\n");
    remark_columns(account);
    if (account->refused > 0 && !account->rejects) {
        show_remark(account->call, "--rejects FILE keeps the line and reason of every refused row.");
    }
}

void account_read(struct account *account, const struct rows_summary *read)
{
    account->row_count = read->rows + read->rejects;
    (void)snprintf(account->format, sizeof account->format, "%s", rows_format_name(read->format));
    buf_clear(&account->mapping);
    put_mapping(read, &account->mapping);
}

void account_take(struct account *account, struct doc counts)
{
    struct docs refusals = docs_of(doc_get(counts, "refused"));
    struct doc refusal = {0};
    account->row_count = doc_number(doc_get(counts, "rows"));
    account->created = doc_number(doc_get(counts, "created"));
    account->changed = doc_number(doc_get(counts, "changed"));
    account->unchanged = doc_number(doc_get(counts, "unchanged"));
    while (docs_next(&refusals, &refusal)) {
        account_refuse(account, doc_number(doc_get(refusal, "line")), doc_text(doc_get(refusal, "detail")));
    }
    uint64_t listed = account->refused;
    account->refused = doc_number(doc_get(counts, "refused_count"));
    if (account->refused > listed) {
        show_remark(account->call, "The vault lists the first %" PRIu64 " of the refused rows only.", listed);
    }
    struct slice format = doc_text(doc_get(counts, "format"));
    (void)snprintf(account->format, sizeof account->format, "%.*s", (int)format.len, (const char *)format.at);
    buf_clear(&account->mapping);
    if (doc_there(doc_get(counts, "mapping"))) {
        buf_slice_put(&account->mapping, doc_get(counts, "mapping").item);
    } else {
        cbor_array(&account->mapping, 0);
    }
}

RESULT account_show(const struct account *account)
{
    if (call_has(account->call, OPT_JSON)) return show_json_account(account);
    show_account(account);
    return OK;
}
