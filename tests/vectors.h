/* Published vectors: files of the folder `vectors`, the tables among them as rows of words under `#` comments. */
#ifndef AMN_TESTS_VECTORS_H
#define AMN_TESTS_VECTORS_H

#include "prop.h"

enum { VECTOR_WORDS_MAX = 70 };

static inline void vector_read(const char *name, struct buf *out)
{
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s", VECTORS_DIR, name);
    FILE *file = fopen(path, "rb");
    if (!file) fail_msg("%s: cannot be read", path);
    size_t got = 0;
    do {
        buf_reserve(out, 4096);
        got = fread(out->at + out->len, 1, 4096, file);
        out->len += got;
    } while (got > 0);
    (void)fclose(file); /* read only */
}

/* The next row that is no comment: how many words it has; 0 at the end. */
static inline size_t vector_row(struct slice *rest, struct slice words[VECTOR_WORDS_MAX])
{
    while (rest->len > 0) {
        const uint8_t *end = memchr(rest->at, '\n', rest->len);
        struct slice line = slice_part(*rest, 0, end ? (size_t)(end - rest->at) : rest->len);
        *rest = slice_from(*rest, line.len + 1);
        if (slice_starts(line, "#")) continue;
        size_t count = 0;
        while (line.len > 0 && count < VECTOR_WORDS_MAX) {
            const uint8_t *space = memchr(line.at, ' ', line.len);
            words[count] = slice_part(line, 0, space ? (size_t)(space - line.at) : line.len);
            line = slice_from(line, words[count].len + 1);
            count++;
        }
        return count;
    }
    return 0;
}

static inline uint64_t vector_number(struct slice word)
{
    uint64_t number = 0;
    for (size_t i = 0; i < word.len; i++) {
        assert_in_range(word.at[i], '0', '9');
        number = number * 10 + (uint64_t)(word.at[i] - '0');
    }
    return number;
}

#endif
