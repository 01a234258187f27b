#include "answer/facts/facts_priv.h"

#include <assert.h>
#include <string.h>

void facts_done(struct facts *facts)
{
    arena_done(&facts->arena);
    *facts = (struct facts){0};
}

const char *fact_state_name(enum fact_state state)
{
    static const char *const names[] = {"known", "not_yet", "not_here"};
    assert((unsigned)state < COUNT_OF(names));
    return names[state];
}

const struct fact *fact_by(const struct facts *facts, const char *element)
{
    for (size_t i = 0; i < facts->count; i++) {
        if (strcmp(facts->at[i].element, element) == 0) return &facts->at[i];
    }
    return NULL;
}

static struct slice exact(const struct fact_texts *texts, struct slice language)
{
    if (slice_is(language, "ko")) return texts->ko;
    if (slice_is(language, "id")) return texts->id;
    return texts->en;
}

struct slice texts_in(const struct fact_texts *texts, struct slice language)
{
    struct slice own = exact(texts, language);
    if (own.len > 0) return own;
    if (texts->any.len > 0) return texts->any;
    if (texts->en.len > 0) return texts->en;
    return texts->id.len > 0 ? texts->id : texts->ko;
}

struct slice fact_text(const struct fact *fact, struct slice language)
{
    return texts_in(&fact->text, language);
}

bool fact_has(const struct fact *fact, struct slice language)
{
    return exact(&fact->text, language).len > 0;
}

/* The instants of the timeline, and the earliest trace of the count, in order of time. */
static void instant_add(struct facts *out, const struct fact_instant *instant)
{
    size_t at = out->instant_count++;
    for (; at > 0 && out->instants[at - 1].at_us > instant->at_us; at--)
        out->instants[at] = out->instants[at - 1];
    out->instants[at] = *instant;
}

static void instants_find(const struct fold *fold, struct facts *out)
{
    int64_t trace_us = 0;
    out->instants = arena_take(&out->arena, (fold->item_count + 1) * sizeof *out->instants);
    for (size_t i = 0; i < fold->item_count; i++) {
        const struct line *now = &fold->items[i].now;
        if (now->kind != LINE_INSTANT || slice_is(now->state, "withdrawn")) continue;
        const struct fact_instant one = {now->name,   now->at,
                                         now->n,      now->who ? now->who : now->author,
                                         now->source, slice_is(now->state, "chosen"),
                                         false};
        instant_add(out, &one);
    }
    if (!out->counted || out->scope.earliest.len == 0 ||
        time_get(out->scope.earliest, &trace_us).code != CODE_OK)
        return;
    instant_add(out, &(struct fact_instant){.name = SLICE_TEXT("occurred"), .at_us = trace_us, .ours = true});
}

static void fields_find(struct shop *shop, struct facts *out)
{
    (void)shop;
    out->field_count = out->scope.field_count;
    out->fields = arena_take(&out->arena, (out->field_count + 1) * sizeof *out->fields);
    for (size_t i = 0; i < out->field_count; i++) {
        const struct told_field *told = &out->scope.fields[i];
        struct fact_field *field = &out->fields[i];
        char key[64] = "field.";
        const char *risk = field_risk(told->name, told->class_name);
        *field =
            (struct fact_field){.name = told->name, .class_name = told->class_name, .three = told->three};
        field->affected = told->three.known + told->three.possible > 0;
        if (told->name.len < sizeof key - 8) memcpy(key + 6, told->name.at, told->name.len);
        if (words_has(SLICE_TEXT("en"), key))
            field->label = words_of(key, &out->arena);
        else
            field->label = (struct fact_texts){.any = told->name}; /* a field of the shop's own */
        SCOPED(buf_done) struct buf impact = {0}, help = {0};
        buf_print(&impact, "fact.impact.%s", risk);
        buf_print(&help, "fact.help.%s", risk);
        field->impact = words_of(buf_c(&impact), &out->arena);
        field->help = words_of(buf_c(&help), &out->arena);
    }
}

/* What people said of an element: the newest in each language, unless it was withdrawn. */
static void said_take(const struct fold *fold, struct fact *fact)
{
    struct fact_texts texts = {0};
    const struct line *newest = NULL;
    for (size_t i = 0; i < fold->item_count; i++) {
        const struct line *now = &fold->items[i].now;
        if (now->kind != LINE_FACT || slice_is(now->state, "withdrawn") ||
            !slice_is(now->name, fact->element))
            continue;
        if (!slice_is(now->state, "known")) texts = (struct fact_texts){0}; /* it was known, and is no more */
        newest = now;
        if (slice_is(now->lang, "en")) texts.en = now->text;
        if (slice_is(now->lang, "id")) texts.id = now->text;
        if (slice_is(now->lang, "ko")) texts.ko = now->text;
        if (now->lang.len == 0) texts.any = now->text;
    }
    if (!newest) return;
    fact->state = slice_is(newest->state, "known")      ? FACT_KNOWN
                  : slice_is(newest->state, "not_here") ? FACT_NOT_HERE
                                                        : FACT_NOT_YET;
    fact->text = texts;
    fact->follows_us = fact->state == FACT_NOT_YET ? newest->due : 0;
    fact->line = newest->n;
    fact->source = "line";
    fact->scope = 0;
    fact->partly = false;
}

static RESULT scope_find(const struct fold *fold, struct facts *out)
{
    const struct line *line = NULL;
    for (size_t i = 0; i < fold->line_count; i++) {
        if (fold->lines[i].kind == LINE_SCOPE) line = &fold->lines[i];
    }
    if (!line) return OK;
    TRY(told_read(line->body, &out->arena, &out->scope));
    out->counted = true;
    return OK;
}

RESULT facts_of(struct shop *shop, const struct fold *fold, int64_t now_us, struct facts *out)
{
    SCOPED(facts_done) struct facts facts = {.now_us = now_us};
    const struct element_row *rows = element_rows(&facts.count);
    const struct making making = {shop, fold, &facts};
    TRY(scope_find(fold, &facts));
    instants_find(fold, &facts);
    fields_find(shop, &facts);
    if (fold->line_count > 0) {
        facts.title = fold->lines[0].text;
        facts.kind = fold->kind;
    }
    facts.at = arena_take(&facts.arena, facts.count * sizeof *facts.at);
    for (size_t i = 0; i < facts.count; i++) {
        struct fact *fact = &facts.at[i];
        *fact = (struct fact){.element = rows[i].name,
                              .says = rows[i].says,
                              .state = FACT_NOT_YET,
                              .source = "",
                              .knows = rows[i].knows};
        fact_maker make = fact_maker_of(rows[i].name);
        if (make) make(&making, fact);
        if (rows[i].says != ELEMENT_COUNTED) said_take(fold, fact);
    }
    *out = TAKE(facts);
    return OK;
}
