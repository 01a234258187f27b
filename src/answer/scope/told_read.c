#include "answer/scope/told_read.h"

#include "answer/scope/kept.h"
#include "base/cbor.h"

enum { TOLD_ITEMS_MAX = 4096 };

/* What reads the members of one map. */
struct walk {
    struct arena *arena;
    void *to;
};
typedef RESULT (*member_read)(struct walk *walk, struct slice name, struct cbor *reader, bool *taken);

/* Past one item with all that is in it; its keys may stand in any order. */
static RESULT item_pass(struct cbor *reader)
{
    size_t left = 1;
    struct slice text = {0};
    struct cbor_head head = {0};
    for (; left > 0; left--) {
        enum cbor_major next = cbor_next(reader);
        if (next == CBOR_TEXT) {
            TRY(cbor_read_text(reader, &text));
        } else if (next == CBOR_BYTES) {
            TRY(cbor_read_bytes(reader, &text));
        } else {
            TRY(cbor_read_head(reader, &head));
            if (next == CBOR_ARRAY) left += head.argument;
            if (next == CBOR_MAP) left += 2 * head.argument;
        }
    }
    return OK;
}

static RESULT map_walk(struct cbor *reader, struct walk *walk, member_read read)
{
    size_t pairs = 0;
    TRY(cbor_read_map(reader, &pairs));
    for (; pairs > 0; pairs--) {
        struct slice name = {0};
        bool taken = false;
        TRY(cbor_read_text(reader, &name));
        TRY(read(walk, name, reader, &taken));
        if (!taken) TRY(item_pass(reader));
    }
    return OK;
}

struct number_member {
    const char *name;
    uint64_t *to;
};

static RESULT number_take(const struct number_member *members, size_t count, struct slice name,
                          struct cbor *reader, bool *taken)
{
    for (size_t i = 0; i < count && !*taken; i++) {
        if (!slice_is(name, members[i].name)) continue;
        *taken = true;
        return cbor_read_uint(reader, members[i].to);
    }
    return OK;
}

static RESULT known_member(struct walk *walk, struct slice name, struct cbor *reader, bool *taken)
{
    struct told_three *three = walk->to;
    const struct number_member members[] = {{"count", &three->known},
                                            {"persons", &three->known_persons},
                                            {"full", &three->full},
                                            {"masked", &three->masked},
                                            {"observed", &three->observed}};
    return number_take(members, COUNT_OF(members), name, reader, taken);
}

static RESULT possible_member(struct walk *walk, struct slice name, struct cbor *reader, bool *taken)
{
    struct told_three *three = walk->to;
    const struct number_member members[] = {{"count", &three->possible},
                                            {"persons", &three->possible_persons}};
    return number_take(members, COUNT_OF(members), name, reader, taken);
}

static RESULT excluded_member(struct walk *walk, struct slice name, struct cbor *reader, bool *taken)
{
    struct told_three *three = walk->to;
    const struct number_member members[] = {{"count", &three->excluded}};
    size_t count = 0;
    if (!slice_is(name, "not_provable_in")) return number_take(members, 1, name, reader, taken);
    TRY(cbor_read_array(reader, &count));
    three->unprovable = count > 0;
    for (; count > 0; count--) TRY(item_pass(reader));
    *taken = true;
    return OK;
}

static RESULT three_member(struct walk *walk, struct slice name, struct cbor *reader, bool *taken)
{
    static const struct {
        const char *name;
        member_read read;
    } parts[] = {{"known", known_member}, {"possible", possible_member}, {"excluded", excluded_member}};
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (!slice_is(name, parts[i].name)) continue;
        *taken = true;
        return map_walk(reader, walk, parts[i].read);
    }
    return OK;
}

static RESULT field_member(struct walk *walk, struct slice name, struct cbor *reader, bool *taken)
{
    struct told_field *field = walk->to;
    struct walk three = {walk->arena, &field->three};
    *taken = true;
    if (slice_is(name, "field")) return cbor_read_text(reader, &field->name);
    if (slice_is(name, "class")) return cbor_read_text(reader, &field->class_name);
    *taken = false;
    return three_member(&three, name, reader, taken);
}

static RESULT group_member(struct walk *walk, struct slice name, struct cbor *reader, bool *taken)
{
    struct told_group *group = walk->to;
    const struct number_member members[] = {
        {"known", &group->known}, {"possible", &group->possible}, {"excluded", &group->excluded}};
    TRY(number_take(members, COUNT_OF(members), name, reader, taken));
    if (*taken || cbor_next(reader) != CBOR_TEXT) return OK;
    *taken = true; /* the one text of a group: its code */
    return cbor_read_text(reader, &group->code);
}

static RESULT items_begin(struct cbor *reader, struct arena *arena, size_t item_bytes, void **at,
                          size_t *count)
{
    TRY(cbor_read_array(reader, count));
    if (*count > TOLD_ITEMS_MAX) return FAIL(CORRUPT, "scope: a stored count lists too much");
    *at = arena_take(arena, (*count + 1) * item_bytes);
    return OK;
}

static RESULT fields_read(struct cbor *reader, struct arena *arena, struct told_count *out)
{
    void *at = NULL;
    TRY(items_begin(reader, arena, sizeof *out->fields, &at, &out->field_count));
    out->fields = at;
    for (size_t i = 0; i < out->field_count; i++)
        TRY(map_walk(reader, &(struct walk){arena, &out->fields[i]}, field_member));
    return OK;
}

static RESULT groups_read(struct cbor *reader, struct arena *arena, struct told_groups *out)
{
    void *at = NULL;
    TRY(items_begin(reader, arena, sizeof *out->at, &at, &out->count));
    out->at = at;
    for (size_t i = 0; i < out->count; i++)
        TRY(map_walk(reader, &(struct walk){arena, &out->at[i]}, group_member));
    return OK;
}

static RESULT names_read(struct cbor *reader, struct arena *arena, struct told_names *out)
{
    void *at = NULL;
    TRY(items_begin(reader, arena, sizeof *out->at, &at, &out->count));
    out->at = at;
    for (size_t i = 0; i < out->count; i++) TRY(cbor_read_text(reader, &out->at[i]));
    return OK;
}

static RESULT earliest_member(struct walk *walk, struct slice name, struct cbor *reader, bool *taken)
{
    struct told_count *count = walk->to;
    if (slice_is(name, "time")) {
        *taken = true;
        return cbor_read_text(reader, &count->earliest);
    }
    if (!slice_is(name, "entry") || cbor_next(reader) != CBOR_UINT) return OK;
    *taken = count->earliest_has_entry = true;
    return cbor_read_uint(reader, &count->earliest_entry);
}

static RESULT nobody_member(struct walk *walk, struct slice name, struct cbor *reader, bool *taken)
{
    struct told_count *count = walk->to;
    const struct number_member members[] = {{"lines", &count->nobody_lines}, {"rows", &count->nobody_rows}};
    return number_take(members, COUNT_OF(members), name, reader, taken);
}

static RESULT suspicion_member(struct walk *walk, struct slice name, struct cbor *reader, bool *taken)
{
    struct told_count *count = walk->to;
    *taken = slice_is(name, "from") || slice_is(name, "to");
    if (!*taken) return OK;
    return cbor_read_text(reader, slice_is(name, "from") ? &count->from : &count->to);
}

/* Members that are no plain numbers or texts. */
static RESULT part_read(struct walk *walk, struct slice name, struct cbor *reader, bool *taken)
{
    struct told_count *count = walk->to;
    struct walk any = {walk->arena, &count->any};
    *taken = true;
    if (slice_is(name, "fields")) return fields_read(reader, walk->arena, count);
    if (slice_is(name, "statuses")) return groups_read(reader, walk->arena, &count->statuses);
    if (slice_is(name, "countries")) return groups_read(reader, walk->arena, &count->countries);
    if (slice_is(name, "languages")) return groups_read(reader, walk->arena, &count->languages);
    if (slice_is(name, "not_provable")) return names_read(reader, walk->arena, &count->not_provable);
    if (slice_is(name, "any")) return map_walk(reader, &any, three_member);
    if (slice_is(name, "suspicion")) return map_walk(reader, walk, suspicion_member);
    if (slice_is(name, "of_nobody")) return map_walk(reader, walk, nobody_member);
    if (slice_is(name, "earliest") && cbor_next(reader) == CBOR_MAP)
        return map_walk(reader, walk, earliest_member);
    *taken = false;
    return OK;
}

static RESULT count_member(struct walk *walk, struct slice name, struct cbor *reader, bool *taken)
{
    struct told_count *count = walk->to;
    uint64_t version = 0;
    const struct number_member members[] = {{"entries", &count->entries},
                                            {"everybody", &count->everybody},
                                            {"linked", &count->linked},
                                            {"persons", &count->persons}};
    TRY(number_take(members, COUNT_OF(members), name, reader, taken));
    if (*taken) return OK;
    *taken = true;
    if (slice_is(name, "counted")) return cbor_read_text(reader, &count->counted);
    if (slice_is(name, "suspicion_hash")) return cbor_read_text(reader, &count->suspicion_hash);
    if (!slice_is(name, "version")) return part_read(walk, name, reader, taken);
    TRY(cbor_read_uint(reader, &version));
    count->version = (uint32_t)version;
    return OK;
}

RESULT told_read(struct slice line_body, struct arena *arena, struct told_count *out)
{
    struct slice suspicion = {0}, told = {0};
    struct told_count count = {0};
    TRY(scope_body_read(line_body, &suspicion, &told));
    struct cbor reader = cbor_reader(told);
    struct result read = map_walk(&reader, &(struct walk){arena, &count}, count_member);
    if (read.code == CODE_OK) read = cbor_end(&reader);
    if (read.code != CODE_OK) return FAIL(CORRUPT, "scope: a stored count is malformed");
    *out = count;
    return OK;
}
