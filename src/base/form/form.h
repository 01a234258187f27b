/*
 * Files that people write, in YAML: read within bounds, and refused by file, line and field. The program carries its own;
 * those of a home stand in a folder. What a kind of file may say is a schema of libcyaml.
 *
 * Main calls: places_find(), then form_build(). Example:
 *     TRY(places_find(file, &places));  TRY(form_build(file, &places, &playbook_schema, &data));
 */
#ifndef AMN_BASE_FORM_H
#define AMN_BASE_FORM_H

#include "base/bytes.h"
#include "base/result.h"

enum {
    FORM_FILE_BYTES_MAX = 65536,
    FORM_FILES_MAX = 256,       /* of a folder */
    FORM_TEXT_BYTES_MAX = 2000, /* of one value */
    FORM_KEY_BYTES_MAX = 40,
    FORM_NAME_BYTES_MAX = FORM_KEY_BYTES_MAX + 8, /* of a file */
    PLACES_MAX = 4096,                            /* values of a file */
    PLACE_DEPTH_MAX = 6,
    PLACE_KEYS_MAX = 32, /* of a mapping */
    PLACE_BYTES_MAX = 96 /* of a path, with its zero */
};

struct form_file {
    const char *name; /* id-pdp.yaml */
    struct slice text;
};

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
RESULT places_find(struct form_file file, struct places *out);
uint32_t places_line(const struct places *places,
                     const char *path); /* of the nearest that is there; 1 at least */

/* "FILE:LINE: PATH: WHY", as CONFIG. */
#define FORM_BAD(file, places, path, ...) form_bad(file, places, path, __FILE__, __LINE__, __VA_ARGS__)
struct result form_bad(struct form_file file, const struct places *places, const char *path,
                       const char *source, int line, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* One text in the languages of people. */
struct form_texts { /* English always; the others may be NULL */
    char *en, *id, *ko;
};
const char *form_text(const struct form_texts *texts, struct slice language); /* else the English one */

struct form_schema {
    const struct cyaml_schema_value *value;
    const char *manual; /* the page that says how such a file is written */
};

/* Build what a file says, its places found before; for form_free(). CONFIG. */
RESULT form_build(struct form_file file, const struct places *places, const struct form_schema *schema,
                  void **out);
void form_free(const struct form_schema *schema, void *data); /* NULL: nothing */

/* The *.yaml of a folder, by name; empty when there is no such folder. */
struct form_folder {
    struct form_file files[FORM_FILES_MAX];
    char names[FORM_FILES_MAX][FORM_NAME_BYTES_MAX];
    struct buf texts[FORM_FILES_MAX];
    size_t count;
};
void form_folder_done(struct form_folder *folder);
/* CONFIG: too many files, or a name that is too long. UNAVAILABLE: cannot be read. */
RESULT form_folder_read(const char *path, struct form_folder *out);

#endif
