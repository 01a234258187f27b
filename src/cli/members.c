#include "cli/members.h"

#include "cli/input.h"

#include <string.h>

enum { VALUE_FILE_MAX = 16384 };

void member_files_done(struct member_files *files)
{
    for (size_t i = 0; i < files->count; i++) buf_done(&files->at[i]);
}

static RESULT value_of(struct slice text, struct member_files *files, struct slice *out)
{
    *out = text;
    if (!slice_starts(text, "@")) return OK;
    if (files->count == MEMBER_FILES_MAX)
        return FAIL(USAGE, "arguments: more than %d files", MEMBER_FILES_MAX);
    struct buf *file = &files->at[files->count++];
    TRY(input_read((const char *)text.at + 1, VALUE_FILE_MAX, file));
    *out = buf_slice(file);
    while (out->len > 0 && out->at[out->len - 1] == '\n') out->len--;
    return OK;
}

static RESULT member_set(const struct member *member, struct slice value, struct arena *arena, uint8_t *ask)
{
    void *at = ask + member->offset;
    struct texts *texts = at;
    if (member->wire == WIRE_TEXT) {
        *(struct slice *)at = value;
        return OK;
    }
    if (member->wire == WIRE_U64) {
        if (number_get(value, member->max, at)) return OK;
        return FAIL(USAGE, "%s: not a number up to %zu", member->name, member->max);
    }
    if (member->wire == WIRE_BOOL) {
        *(bool *)at = slice_is(value, "true");
        if (*(bool *)at || slice_is(value, "false")) return OK;
        return FAIL(USAGE, "%s: true or false", member->name);
    }
    if (texts->count == member->max) return FAIL(USAGE, "%s: more than %zu", member->name, member->max);
    struct slice *items = arena_take(arena, (texts->count + 1) * sizeof *items);
    if (texts->count > 0) memcpy(items, texts->at, texts->count * sizeof *items);
    items[texts->count] = value;
    *texts = (struct texts){items, texts->count + 1};
    return OK;
}

RESULT members_set(const struct call *call, size_t from, enum verb verb, struct arena *arena,
                   struct member_files *files, void *ask)
{
    for (size_t i = from; i < call->arg_count; i++) {
        struct slice arg = slice_text(call->args[i]), value = {0};
        const char *equals = strchr(call->args[i], '=');
        const struct member *member = verb_row(verb)->members;
        struct slice name = {arg.at, equals ? (size_t)(equals - call->args[i]) : arg.len};
        while (member->wire != WIRE_END && !slice_is(name, member->name)) member++;
        bool taken = slice_is(name, "id") || slice_is(name, verb == VERB_INCIDENT_ADD ? "kind" : "title");
        if (!equals || member->wire == WIRE_END || taken)
            return FAIL(USAGE, "argument %zu: not MEMBER=VALUE; see amanah help %s", i + 1,
                        call->command->words);
        TRY(value_of(slice_from(arg, name.len + 1), files, &value));
        TRY(member_set(member, value, arena, ask));
    }
    return OK;
}

RESULT ask_members(struct call *call, size_t from, enum verb verb, void *ask, show_answer *words)
{
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(member_files_done) struct member_files files = {0};
    TRY(members_set(call, from, verb, &arena, &files, ask));
    return ask_and_show(call, verb, ask, words);
}
