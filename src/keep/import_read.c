/* The first step of an import: what a chunk's bytes say, read by two hands or ahead of its turn. */
#include "keep/import_priv.h"
#include "keep/verbs.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void reading_free(struct reading **reading)
{
    struct reading *at = *reading;
    if (!at) return;
    hands_stop(&at->job);
    for (size_t i = 0; i < COUNT_OF(at->rows); i++)
        import_row_done(&at->rows[i]); /* what rests has room, too */
    for (unsigned hand = 0; hand < HANDS; hand++) new_fields_done(&at->hands[hand].values);
    shop_hand_free(&at->second);
    buf_done(&at->bytes);
    arena_done(&at->arena);
    explicit_bzero(at, sizeof *at);
    free(at);
    *reading = NULL;
}

void reading_rest(struct shop *shop, struct reading **reading)
{
    struct reading *at = *reading;
    if (!at || shop->spare) {
        reading_free(reading);
        return;
    }
    hands_stop(&at->job);
    for (size_t i = 0; i < at->row_count; i++) import_row_clear(&at->rows[i]);
    at->row_count = 0;
    buf_clear(&at->bytes);
    arena_reset(&at->arena);
    shop_hand_free(&at->second);
    shop->spare = TAKE(*reading);
}

static RESULT columns_find(struct reading *reading)
{
    bool ref = false;
    for (size_t i = 0; i < reading->targets.count; i++) {
        struct slice name = reading->targets.at[i];
        struct column *column = &reading->columns[i];
        if (slice_is(name, "lang")) {
            column->kind = COLUMN_LANG;
        } else if (slice_is(name, "country")) {
            column->kind = COLUMN_COUNTRY;
        } else if (slice_is(name, "status")) {
            column->kind = COLUMN_STATUS;
        } else {
            column->field = field_find(&reading->second->fields, name);
            if (!column->field)
                return FAIL(FIELD_UNKNOWN, "import: column %zu is mapped to no field of this shop", i + 1);
            ref = ref || column->field->number == FIELD_REF;
        }
    }
    return ref ? OK
               : FAIL(FIELD_UNKNOWN, "import: no column is mapped to ref; say which with --map ref=HEADER");
}

/* Where each row begins. A hand reads it. */
static RESULT rows_find(struct reading *reading)
{
    struct cursor rows = {buf_slice(&reading->bytes), false};
    struct import_value *cells = reading->hands[0].cells;
    struct slice before = rows.rest;
    uint64_t line = 0;
    size_t count = 0;
    while (import_row_read(&rows, &line, cells, &count)) {
        if (reading->row_count == IMPORT_ROWS_MAX)
            return FAIL(TOO_MANY, "import: more than %d rows in a chunk", IMPORT_ROWS_MAX);
        for (size_t i = 0; i < count; i++) {
            if (cells[i].target >= reading->targets.count)
                return FAIL(INVALID, "import: a value of no column");
        }
        struct import_row *row = &reading->rows[reading->row_count++];
        row->bytes = slice_part(before, 0, before.len - rows.rest.len);
        row->line = line;
        before = rows.rest;
    }
    return rows.bad ? FAIL(INVALID, "import: the rows of the chunk are malformed") : OK;
}

static void ask_copy(struct reading *reading, const struct import_ask *ask)
{
    struct slice *targets = arena_take(&reading->arena, ask->targets.count * sizeof *targets);
    for (size_t i = 0; i < ask->targets.count; i++)
        targets[i] = arena_copy(&reading->arena, ask->targets.at[i]);
    reading->targets = (struct texts){targets, ask->targets.count};
    buf_slice_put(&reading->bytes, ask->rows);
}

RESULT reading_begin(struct shop *shop, const struct import_ask *ask, struct reading **out)
{
    assert(ask->targets.count <= IMPORT_TARGETS_MAX);
    SCOPED(reading_free) struct reading *reading = TAKE(shop->spare);
    if (!reading) reading = calloc(1, sizeof *reading);
    if (!reading) return FAIL(UNAVAILABLE, "import: out of memory");
    memset(reading->columns, 0, sizeof reading->columns);
    ask_copy(reading, ask);
    TRY(shop_hand_new(shop, &reading->second));
    reading->hands[0].shop = shop;
    reading->hands[1].shop = reading->second;
    TRY(columns_find(reading));
    TRY(rows_find(reading));
    hands_begin(&reading->job, reading->row_count, import_row_take, reading);
    *out = TAKE(reading);
    return OK;
}

static bool is_of(const struct reading *reading, const struct shop *shop, const struct import_ask *ask)
{
    const struct shop *read_by = reading->second;
    if (!slice_equal(buf_slice(&reading->bytes), ask->rows) || reading->targets.count != ask->targets.count)
        return false;
    for (size_t i = 0; i < ask->targets.count; i++) {
        if (!slice_equal(reading->targets.at[i], ask->targets.at[i])) return false;
    }
    return fields_equal(&read_by->fields, &shop->fields) &&
           memcmp(read_by->index, shop->index, sizeof shop->index) == 0 &&
           memcmp(read_by->index_epoch, shop->index_epoch, sizeof shop->index_epoch) == 0 &&
           read_by->kek_epoch == shop->kek_epoch;
}

RESULT reading_take(struct shop *shop, const struct import_ask *ask, struct reading **out)
{
    SCOPED(reading_free) struct reading *reading = TAKE(shop->ahead);
    if (reading && !is_of(reading, shop, ask)) reading_rest(shop, &reading);
    if (!reading) TRY(reading_begin(shop, ask, &reading));
    hands_end(&reading->job);
    *out = TAKE(reading);
    return OK;
}

void import_soon(struct shop *shop, const struct import_ask *ask)
{
    import_drop(shop);
    struct result begun = reading_begin(shop, ask, &shop->ahead);
    (void)begun; /* its own turn will tell */
}

void import_wait(struct shop *shop)
{
    if (shop->ahead) hands_end(&shop->ahead->job);
}

void import_drop(struct shop *shop)
{
    reading_rest(shop, &shop->ahead);
}

void import_room_free(struct shop *shop)
{
    reading_free(&shop->ahead);
    reading_free(&shop->spare);
}
