/* What was observed of one subject, as their history tells it: never like a look at the vault. */
#include "keep/observe/observe.h"
#include "keep/put.h"

enum { SHOWN_MAX = 100 };

static RESULT one_put(struct shop *shop, const struct observation *one, bool names, struct buf *out)
{
    uint32_t system = 0;
    SCOPED(buf_done) struct buf name = {0};
    TRY(outside_reader_open(shop, one->reader, &system, &name));
    cbor_map(out, names ? 7 : 6);
    put_id(shop, out, "reader", ID_OUTSIDE, one->reader);
    if (names) put_text(out, "name", buf_slice(&name));
    put_text(out, "system", slice_text(outside_system_name(shop, system)));
    put_time(out, "hour", (int64_t)one->hour * HOUR_US);
    cbor_text(out, SLICE_TEXT("fields"));
    size_t mark = cbor_open(out);
    cbor_array_close(out, mark, field_names_put(&shop->fields, one->full, "", out));
    put_number(out, "line", one->line);
    put_number(out, "lines", one->lines);
    return OK;
}

RESULT observed_put(struct shop *shop, const struct aside_read *aside, size_t position, bool names,
                    struct buf *out)
{
    struct observations of = observed_of(&aside->observed, position);
    struct outside_file_row file;
    SCOPED(buf_done) struct buf sealed = {0}, source = {0};
    struct result got = shop->store->observed->file_get(shop->store, aside->observed.file, &file, &sealed);
    if (got.code == CODE_NOT_FOUND)
        return FAIL(TAMPERED, "observed: the row of file %u is missing", aside->observed.file);
    TRY(got);
    buf_text(&source, "observed in ");
    hex_put(&source, (struct slice){file.hash, sizeof file.hash});
    buf_print(&source, " line %llu, hour ", (unsigned long long)of.at[0].line);
    time_put(&source, (int64_t)of.at[0].hour * HOUR_US);
    if (of.count > 1 || of.at[0].lines > 1) buf_text(&source, " and more");
    put_text(out, "source", buf_slice(&source));
    cbor_text(out, SLICE_TEXT("observed"));
    cbor_array(out, of.count < SHOWN_MAX ? of.count : SHOWN_MAX);
    for (size_t i = 0; i < of.count && i < SHOWN_MAX; i++) TRY(one_put(shop, &of.at[i], names, out));
    return OK;
}
