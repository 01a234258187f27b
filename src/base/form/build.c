#include "base/form/form.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cyaml/cyaml.h>

/* The path that libcyaml tells in its log when it refuses something: from the inside out, one step a line. */
enum { STEPS_MAX = 16, STEP_BYTES = 48 };
struct trace {
    size_t count;
    bool missing; /* a field is: the innermost step was the last field that is there */
    char steps[STEPS_MAX][STEP_BYTES];
};

static void step_take(struct trace *trace, const char *before, const char *name, size_t len,
                      const char *after)
{
    if (trace->count == STEPS_MAX) return;
    (void)snprintf(trace->steps[trace->count++], STEP_BYTES, "%s%.*s%s", before,
                   (int)(len < STEP_BYTES - 4 ? len : STEP_BYTES - 4), name, after);
}

/* Lines such as "in mapping field 'due' (line: ...", "in sequence entry '3' (...", counted from 1. */
static void trace_take(cyaml_log_t level, void *context, const char *format, va_list list)
{
    static const char *const keys[] = {"Unexpected key: ", "Missing required mapping field: "};
    static const char field[] = "in mapping field '", entry[] = "in sequence entry '";
    struct trace *trace = context;
    char line[256];
    const char *at = NULL;
    (void)level;
    (void)vsnprintf(line, sizeof line, format, list); /* a longer one is cut */
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        if ((at = strstr(line, keys[i])) == NULL) continue;
        at += strlen(keys[i]);
        step_take(trace, ".", at, strspn(at, "abcdefghijklmnopqrstuvwxyz_"), "");
        trace->missing = i == 1;
        return;
    }
    if ((at = strstr(line, field)) != NULL) {
        at += strlen(field);
        if (!trace->missing) step_take(trace, ".", at, strcspn(at, "'"), "");
        trace->missing = false;
    } else if ((at = strstr(line, entry)) != NULL) {
        char number[16];
        unsigned long from_one = strtoul(at + strlen(entry), NULL, 10);
        int len = snprintf(number, sizeof number, "%lu", from_one > 0 ? (from_one - 1) % 100000 : 0);
        step_take(trace, "[", number, (size_t)len, "]");
    }
}

/* Outside in: "duties[2].due". */
static void trace_path(const struct trace *trace, char path[PLACE_BYTES_MAX])
{
    size_t len = 0;
    path[0] = '\0';
    for (size_t i = trace->count; i > 0; i--) {
        const char *step = trace->steps[i - 1] + (len == 0 && trace->steps[i - 1][0] == '.');
        size_t more = strlen(step);
        if (len + more >= PLACE_BYTES_MAX) return;
        memcpy(path + len, step, more + 1);
        len += more;
    }
}

static const char *why_of(cyaml_err_t error)
{
    switch ((int)error) {
    case CYAML_ERR_INVALID_KEY:
        return "a field that such files do not have";
    case CYAML_ERR_INVALID_VALUE:
    case CYAML_ERR_UNEXPECTED_EVENT:
        return "none of the words, numbers or lists that may stand here";
    case CYAML_ERR_STRING_LENGTH_MIN:
    case CYAML_ERR_STRING_LENGTH_MAX:
        return "an empty or overlong text";
    case CYAML_ERR_SEQUENCE_ENTRIES_MIN:
    case CYAML_ERR_SEQUENCE_ENTRIES_MAX:
        return "too many items";
    case CYAML_ERR_MAPPING_FIELD_MISSING:
        return "a field that must be there is missing";
    default:
        return "not as such files are written";
    }
}

static cyaml_config_t config_with(struct trace *trace)
{
    return (cyaml_config_t){.log_fn = trace ? trace_take : NULL,
                            .log_ctx = trace,
                            .mem_fn = cyaml_mem,
                            .log_level = CYAML_LOG_ERROR,
                            .flags = CYAML_CFG_NO_ALIAS};
}

RESULT form_build(struct form_file file, const struct places *places, const struct form_schema *schema,
                  void **out)
{
    struct trace trace = {0};
    char path[PLACE_BYTES_MAX];
    cyaml_config_t config = config_with(&trace);
    cyaml_data_t *data = NULL;
    assert(file.text.len <= FORM_FILE_BYTES_MAX);
    cyaml_err_t error = cyaml_load_data(file.text.at, file.text.len, &config, schema->value, &data, NULL);
    if (error != CYAML_OK) {
        trace_path(&trace, path);
        return FORM_BAD(file, places, path, "%s, see %s", why_of(error), schema->manual);
    }
    *out = data;
    return OK;
}

void form_free(const struct form_schema *schema, void *data)
{
    cyaml_config_t config = config_with(NULL);
    if (data) (void)cyaml_free(&config, schema->value, data, 0); /* fails on a bad schema alone */
}

const char *form_text(const struct form_texts *texts, struct slice language)
{
    if (texts->id && slice_is(language, "id")) return texts->id;
    if (texts->ko && slice_is(language, "ko")) return texts->ko;
    return texts->en;
}
