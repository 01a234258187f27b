#include "mail/words.h"

#include "mail/mail_priv.h"
#include "mail/texts.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { KEY_BYTES_MAX = 64 };

static const char *find(struct slice language, const char *key)
{
    for (const struct mail_source *at = mail_words; at->text; at++) {
        if (slice_is(language, at->language) && strcmp(at->name, key) == 0) return at->text;
    }
    return NULL;
}

bool words_has(struct slice language, const char *key)
{
    return find(language, key) != NULL;
}

static const struct mail_value *value_of(struct slice name, const struct mail_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (slice_is(name, values[i].name)) return &values[i];
    }
    return NULL;
}

/* The sentence for one of something, where there is one. */
static const char *choose(struct slice language, const char *key, const struct mail_value *values,
                          size_t count)
{
    char one[KEY_BYTES_MAX];
    const struct mail_value *n = value_of(SLICE_TEXT("n"), values, count);
    const char *text = NULL;
    (void)snprintf(one, sizeof one, "%s.1", key); /* a longer key is none */
    if (n && slice_is(n->text, "1")) text = find(language, one);
    return text ? text : find(language, key);
}

void words_put(struct slice language, const char *key, const struct mail_value *values, size_t count,
               struct buf *out)
{
    bool known = false;
    for (size_t i = 0; mail_language(i); i++) known = known || slice_is(language, mail_language(i));
    const char *text = choose(known ? language : slice_text(mail_language(0)), key, values, count);
    assert(text);
    for (const char *open = NULL; (open = strstr(text, "{{")) != NULL;) {
        const char *close = strstr(open, "}}");
        assert(close);
        struct slice name = {(const uint8_t *)open + 2, (size_t)(close - open) - 2};
        const struct mail_value *value = value_of(name, values, count);
        assert(value);
        buf_put(out, text, (size_t)(open - text));
        buf_slice_put(out, value->text);
        text = close + 2;
    }
    buf_text(out, text);
}

void words_count(struct slice language, const char *key, uint64_t n, struct buf *out)
{
    SCOPED(buf_done) struct buf number = {0};
    buf_decimal(&number, n);
    const struct mail_value value = {"n", buf_slice(&number)};
    words_put(language, key, &value, 1, out);
}
