/* Inside answer/facts: a fact in the making, and the one place where its words are put together in three languages. */
#ifndef AMN_ANSWER_FACTS_PRIV_H
#define AMN_ANSWER_FACTS_PRIV_H

#include "answer/facts/facts.h"
#include "keep/profile.h"
#include "mail/words.h"

struct making {
    struct shop *shop;
    const struct fold *fold;
    struct facts *out;
};

/* Three texts that grow together. */
struct compose {
    struct buf at[3]; /* en, id, ko */
};
enum { COMPOSE_LANGUAGES = 3 };
struct slice compose_language(size_t i);
void compose_done(struct compose *compose);
bool compose_empty(const struct compose *compose);
void compose_text(struct compose *compose, struct slice text); /* the same in each */
void compose_texts(struct compose *compose, const struct fact_texts *texts);
void compose_word(struct compose *compose, const char *key);
void compose_with(struct compose *compose, const char *key, const struct mail_value *values, size_t count);
void compose_number(struct compose *compose, const char *key, uint64_t n);
void compose_keep(const struct compose *compose, struct arena *arena, struct fact_texts *out);
/* A key of words.txt in all three. */
struct fact_texts words_of(const char *key, struct arena *arena);

typedef void (*fact_maker)(const struct making *making, struct fact *fact);
fact_maker fact_maker_of(const char *element); /* NULL: people say it */

/* Impact and help keys of a field: "phish", "door", ... */
const char *field_risk(struct slice name, struct slice class_name);

#endif
