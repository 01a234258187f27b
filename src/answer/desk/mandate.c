#include "answer/desk/mandate.h"

#include "keep/record.h"

#include <stdio.h>
#include <stdlib.h>

void counsel_words_done(struct counsel_words *words)
{
    buf_done(&words->counsel);
    buf_done(&words->recipient);
}

/* The newest text of that name, if the line has one. */
static void text_take(struct slice map, const char *name, struct buf *out)
{
    struct slice text = matter_text(map, name);
    if (text.len == 0) return;
    buf_clear(out);
    buf_slice_put(out, text);
}

static uint64_t number_in(struct slice map, const char *name)
{
    struct slice text = matter_text(map, name);
    uint64_t number = 0;
    for (size_t i = 0; i < text.len; i++)
        number = number * 10 + (uint64_t)(text.at[i] - '0'); /* we wrote it */
    return number;
}

static RESULT counsel_line(void *context, const struct matter_line *line)
{
    struct counsel_words *words = context;
    text_take(line->text, "counsel", &words->counsel);
    text_take(line->text, "recipient", &words->recipient);
    words->lines += number_in(line->text, "lines");
    return OK;
}

RESULT counsel_words_read(struct shop *shop, const struct matter_row *row, struct counsel_words *out)
{
    return matter_read(shop, row, counsel_line, out);
}

void mandate_words_done(struct mandate_words *words)
{
    struct buf *const texts[] = {&words->line,   &words->day,   &words->reference,
                                 &words->digest, &words->proof, &words->certificate};
    for (size_t i = 0; i < COUNT_OF(texts); i++) buf_done(texts[i]);
}

static RESULT mandate_text(void *context, const struct matter_line *line)
{
    struct mandate_words *words = context;
    text_take(line->text, "line", &words->line);
    text_take(line->text, "day", &words->day);
    text_take(line->text, "reference", &words->reference);
    text_take(line->text, "digest", &words->digest);
    text_take(line->text, "proof", &words->proof);
    text_take(line->text, "certificate", &words->certificate);
    if (matter_text(line->text, "certificate").len == 0) return OK;
    words->entry = number_in(line->text, "entry");
    words->count = number_in(line->text, "count");
    words->certified = true;
    return OK;
}

RESULT mandate_words_read(struct shop *shop, const struct matter_row *row, struct mandate_words *out)
{
    return matter_read(shop, row, mandate_text, out);
}

static RESULT mandate_take(void *context, const struct matter_row *row)
{
    struct mandates *mandates = context;
    if (mandates->count == COUNSEL_PEOPLE_MAX)
        return FAIL(TAMPERED, "counsel: a request has more mandates than it may");
    mandates->at[mandates->count++] = *row;
    return OK;
}

RESULT mandates_of(struct shop *shop, uint64_t counsel, struct mandates *out)
{
    out->count = 0;
    TRY(shop->store->matter->of_about(shop->store, MATTER_MANDATE, counsel, 0, mandate_take, out));
    for (size_t i = 0; i < out->count; i++) TRY(matter_held(shop, &out->at[i]));
    return OK;
}

void concerned_begin(struct batch *batch, const struct reader *reader, enum relief_entry kind,
                     uint64_t object, struct concerned *out)
{
    out->draft = batch_draft(batch, reader, ENTRY_RELIEF);
    out->draft.entry.object_kind = kind;
    out->draft.entry.object_id = object;
    out->count = 0;
}

void concerned_add(struct shop *shop, struct concerned *concerned, struct subject_no no,
                   const struct secret *data_key)
{
    struct hash salt = {{0}};
    struct sighted *sighted = &concerned->set[concerned->count];
    *sighted = (struct sighted){no, 0, 0};
    leaf_salt(shop->crypto, data_key, concerned->draft.entry.nonce, &salt);
    set_leaf(shop->crypto, &salt, sighted, NULL, &concerned->leaves[concerned->count]);
    concerned->count++;
}

void concerned_note(struct batch *batch, struct concerned *concerned, struct receipt *out)
{
    concerned->draft.set = concerned->count > 0 ? concerned->set : NULL;
    concerned->draft.leaves = concerned->count > 0 ? concerned->leaves : NULL;
    concerned->draft.set_count = concerned->count;
    batch_append(batch, &concerned->draft, out);
}
