#include "answer/facts/said.h"

#include "keep/put.h"

enum { NUMBERS_OF_THREE = 8 };

struct slice circumstance_of(const struct fold *fold, const char *name)
{
    struct slice state = {0};
    for (size_t i = 0; i < fold->item_count; i++) {
        const struct line *now = &fold->items[i].now;
        if (now->kind == LINE_CIRCUMSTANCE && slice_is(now->name, name)) state = now->state;
    }
    return state;
}

static void three_take(const struct told_three *three, uint64_t *numbers, size_t *count)
{
    const uint64_t all[NUMBERS_OF_THREE] = {three->known,
                                            three->known_persons,
                                            three->possible,
                                            three->possible_persons,
                                            three->known + three->possible,
                                            three->known_persons + three->possible_persons,
                                            three->masked,
                                            three->excluded};
    for (size_t i = 0; i < NUMBERS_OF_THREE; i++) numbers[(*count)++] = all[i];
}

static void groups_take(const struct told_groups *groups, uint64_t *numbers, size_t *count)
{
    for (size_t i = 0; i < groups->count; i++) {
        numbers[(*count)++] = groups->at[i].known;
        numbers[(*count)++] = groups->at[i].possible;
        numbers[(*count)++] = groups->at[i].known + groups->at[i].possible;
    }
}

static void numbers_find(const struct facts *facts, struct arena *arena, struct words_facts *out)
{
    const struct told_count *scope = &facts->scope;
    const struct told_groups *const groups[] = {&scope->statuses, &scope->countries, &scope->languages};
    size_t room = (facts->field_count + 1) * NUMBERS_OF_THREE + 2, count = 0;
    for (size_t i = 0; i < COUNT_OF(groups); i++) room += groups[i]->count * 3;
    uint64_t *numbers = arena_take(arena, room * sizeof *numbers);
    if (facts->counted) {
        three_take(&scope->any, numbers, &count);
        for (size_t i = 0; i < facts->field_count; i++) three_take(&facts->fields[i].three, numbers, &count);
        for (size_t i = 0; i < COUNT_OF(groups); i++) groups_take(groups[i], numbers, &count);
        numbers[count++] = scope->everybody;
        numbers[count++] = scope->persons;
    }
    out->numbers = numbers;
    out->number_count = count;
}

static void claims_find(const struct fold *fold, struct arena *arena, struct words_facts *out)
{
    struct words_claim *claims = arena_take(arena, (fold->item_count + 1) * sizeof *claims);
    for (size_t i = 0; i < fold->item_count; i++) {
        const struct line *now = &fold->items[i].now;
        if (now->kind == LINE_CLAIM)
            claims[out->claim_count++] = (struct words_claim){now->text, slice_is(now->state, "verified")};
    }
    out->claims = claims;
}

void said_of(const struct facts *facts, const struct fold *fold, struct slice language, struct arena *arena,
             struct words_facts *out)
{
    const struct told_three *any = &facts->scope.any;
    struct slice *texts = arena_take(arena, (facts->count + 1) * sizeof *texts);
    *out = (struct words_facts){.texts = texts};
    out->confirmed =
        slice_is(circumstance_of(fold, "leak_confirmed"), "yes") || (facts->counted && any->known > 0);
    out->open = fold->closed_us == 0;
    for (size_t i = 0; i < facts->count; i++) {
        if (facts->at[i].state == FACT_KNOWN) texts[out->text_count++] = fact_text(&facts->at[i], language);
    }
    numbers_find(facts, arena, out);
    claims_find(fold, arena, out);
}

void findings_put(const struct words_findings *findings, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("findings"));
    cbor_array(out, findings->count);
    for (size_t i = 0; i < findings->count; i++) {
        const struct words_finding *one = &findings->at[i];
        cbor_map(out, 4);
        put_number(out, "line", one->line);
        put_text(out, "rule", slice_text(words_rule_slug(one->rule)));
        put_text(out, "word", one->word);
        put_text(out, "instead",
                 one->instead.len > 0 ? one->instead : slice_text(words_rule_about(one->rule)));
    }
}

RESULT wording_of(const struct shop *shop, struct wording **out)
{
    SCOPED(buf_done) struct buf folder = {0};
    if (!shop->home) return wording_load(NULL, out);
    buf_print(&folder, "%s/locale", home_path(shop->home));
    return wording_load(buf_c(&folder), out);
}
