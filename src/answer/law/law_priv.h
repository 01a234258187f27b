/* Inside answer/law only: the files that embed.py made of law/, where their lines are, and the steps of reading one. */
#ifndef AMN_ANSWER_LAW_PRIV_H
#define AMN_ANSWER_LAW_PRIV_H

#include "answer/law/law.h"

enum {
    PLACES_MAX = 4096, /* values of a file */
    PLACE_DEPTH_MAX = 6,
    PLACE_KEYS_MAX = 32, /* of a mapping */
    PLACE_BYTES_MAX = 96 /* of a path, with its zero */
};

struct law_file {
    const char *name; /* id-pdp.yaml */
    struct slice text;
};
extern const struct law_file law_files[]; /* ends with an empty row */

/* Where each value of a file stands: "duties[2].must[1]" in line 40. */
struct place {
    char path[PLACE_BYTES_MAX];
    uint32_t line;
};
struct places {
    struct place *at;
    size_t count;
};
void places_done(struct places *places);

/*
 * Walk through a file as YAML, before any of it is built: within the bounds above, one document, no anchors, aliases,
 * tags or doubled keys. CONFIG with file, line and field otherwise.
 */
RESULT places_find(struct law_file file, struct places *out);
uint32_t places_line(const struct places *places,
                     const char *path); /* of the nearest that is there; 1 at least */

/* "FILE:LINE: PATH: WHY", as CONFIG. */
#define LAW_BAD(file, places, path, ...) law_bad(file, places, path, __FILE__, __LINE__, __VA_ARGS__)
struct result law_bad(struct law_file file, const struct places *places, const char *path, const char *source,
                      int line, const char *format, ...) __attribute__((format(printf, 6, 7)));

struct element_file {
    struct law_element *elements;
    uint32_t elements_count;
};
struct country_file {
    struct law_country *countries;
    uint32_t countries_count;
};

/* Each builds what a file says, its places found before. CONFIG. `out` is for *_free(). */
RESULT schema_regime(struct law_file file, const struct places *places, struct law_regime **out);
RESULT schema_elements(struct law_file file, const struct places *places, struct element_file **out);
RESULT schema_countries(struct law_file file, const struct places *places, struct country_file **out);
void schema_regime_free(struct law_regime **regime);
void schema_elements_free(struct element_file **elements);
void schema_countries_free(struct country_file **countries);

/* What a schema cannot say: that names lead somewhere, that dates, durations and rules are ones. CONFIG. */
RESULT check_regime(const struct law *law, struct law_file file, const struct places *places,
                    const struct law_regime *regime);
RESULT check_elements(struct law_file file, const struct places *places, const struct element_file *elements);
RESULT check_countries(struct law_file file, const struct places *places,
                       const struct country_file *countries);

#endif
