#include "answer/facts/facts_priv.h"

#include <string.h>

struct slice compose_language(size_t i)
{
    static const char *const languages[COMPOSE_LANGUAGES] = {"en", "id", "ko"};
    return slice_text(languages[i]);
}

void compose_done(struct compose *compose)
{
    for (size_t i = 0; i < COMPOSE_LANGUAGES; i++) buf_done(&compose->at[i]);
}

bool compose_empty(const struct compose *compose)
{
    return compose->at[0].len == 0;
}

void compose_text(struct compose *compose, struct slice text)
{
    for (size_t i = 0; i < COMPOSE_LANGUAGES; i++) buf_slice_put(&compose->at[i], text);
}

void compose_texts(struct compose *compose, const struct fact_texts *texts)
{
    for (size_t i = 0; i < COMPOSE_LANGUAGES; i++)
        buf_slice_put(&compose->at[i], texts_in(texts, compose_language(i)));
}

void compose_word(struct compose *compose, const char *key)
{
    for (size_t i = 0; i < COMPOSE_LANGUAGES; i++)
        words_put(compose_language(i), key, NULL, 0, &compose->at[i]);
}

void compose_with(struct compose *compose, const char *key, const struct mail_value *values, size_t count)
{
    for (size_t i = 0; i < COMPOSE_LANGUAGES; i++)
        words_put(compose_language(i), key, values, count, &compose->at[i]);
}

void compose_number(struct compose *compose, const char *key, uint64_t n)
{
    for (size_t i = 0; i < COMPOSE_LANGUAGES; i++) words_count(compose_language(i), key, n, &compose->at[i]);
}

void compose_keep(const struct compose *compose, struct arena *arena, struct fact_texts *out)
{
    struct slice *const to[COMPOSE_LANGUAGES] = {&out->en, &out->id, &out->ko};
    for (size_t i = 0; i < COMPOSE_LANGUAGES; i++) *to[i] = arena_copy(arena, buf_slice(&compose->at[i]));
}

struct fact_texts words_of(const char *key, struct arena *arena)
{
    SCOPED(compose_done) struct compose compose = {0};
    struct fact_texts texts = {0};
    compose_word(&compose, key);
    compose_keep(&compose, arena, &texts);
    return texts;
}

const char *field_risk(struct slice name, struct slice class_name)
{
    static const struct {
        const char *name, *risk;
    } rows[] = {{"ref", "none"},
                {"name", "phish"},
                {"email", "phish"},
                {"phone", "phish"},
                {"recipient", "others"},
                {"address", "visit"},
                {"postcode", "visit"},
                {"door_code", "door"},
                {"birth_date", "identity"},
                {"national_id", "identity"},
                {"note", "unclear"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (slice_is(name, rows[i].name)) return rows[i].risk;
    }
    return slice_is(class_name, "purchase") ? "orders" : "unclear";
}
