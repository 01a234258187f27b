#include "base/json.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

enum { POINTER_NAME_MAX = 64 };
static const double whole_number_end =
    9007199254740992.0; /* 2^53: every whole number below is exact in a double */

/* Values that cJSON copied: wiped before they are freed. Depth is bounded by json_check(). */
static void tree_free(cJSON *tree)
{
    cJSON *path[JSON_DEPTH_MAX + 1] = {tree};
    for (size_t depth = 1; depth > 0;) {
        cJSON *node = path[depth - 1];
        if (node == NULL) {
            depth--;
            continue;
        }
        path[depth - 1] = node->next;
        if (node->valuestring) explicit_bzero(node->valuestring, strlen(node->valuestring));
        node->valuedouble = 0;
        node->valueint = 0;
        if (node->child) {
            assert(depth <= JSON_DEPTH_MAX);
            path[depth++] = node->child;
        }
    }
    cJSON_Delete(tree);
}

static void tree_done(cJSON **tree)
{
    if (*tree) tree_free(*tree);
    *tree = NULL;
}

struct reader {
    struct arena *arena;
    struct json_errors *errors;
};

/* Where one is, without memory of its own: each level borrows the one above. */
struct place {
    const struct place *above;
    const char *name; /* NULL: `item` counts */
    size_t item;
};

static bool plain_name(const char *name)
{
    size_t len = strlen(name);
    if (len == 0 || len > POINTER_NAME_MAX) return false;
    for (size_t i = 0; i < len; i++) {
        char low = (char)(name[i] | 0x20);
        bool letter = (low >= 'a' && low <= 'z') || name[i] == '_';
        if (!letter && (i == 0 || !((name[i] >= '0' && name[i] <= '9') || name[i] == '.' || name[i] == '-')))
            return false;
    }
    return true;
}

static void wrong(const struct reader *reader, const struct place *place, enum cause cause,
                  const char *detail)
{
    struct json_errors *errors = reader->errors;
    if (errors->count == JSON_ERRORS_MAX) return;
    struct json_error *error = &errors->at[errors->count++];
    const struct place *path[JSON_DEPTH_MAX];
    size_t depth = 0, len = 0;
    *error = (struct json_error){.cause = cause, .detail = detail};
    for (; place && depth < JSON_DEPTH_MAX; place = place->above) path[depth++] = place;
    while (depth > 0 && len < sizeof error->pointer) {
        const struct place *at = path[--depth];
        char *out = error->pointer + len;
        size_t room = sizeof error->pointer - len;
        int more = at->name ? snprintf(out, room, "/%s", plain_name(at->name) ? at->name : "?")
                            : snprintf(out, room, "/%zu", at->item);
        len += more > 0 ? (size_t)more : 0;
    }
}

static struct slice keep(const struct reader *reader, const char *text)
{
    return arena_copy(reader->arena, slice_text(text));
}

static bool whole_number(const cJSON *json, double *out)
{
    if (!cJSON_IsNumber(json)) return false;
    double number = json->valuedouble;
    if (number <= -whole_number_end || number >= whole_number_end || number != (double)(int64_t)number)
        return false;
    *out = number;
    return true;
}

/* A value's text: a text, or a whole number as its digits. */
static bool value_text(const struct reader *reader, const cJSON *json, const struct place *place,
                       struct slice *out)
{
    double number = 0;
    if (cJSON_IsString(json)) {
        *out = keep(reader, json->valuestring);
        return true;
    }
    if (whole_number(json, &number)) {
        char digits[24];
        (void)snprintf(digits, sizeof digits, "%lld", (long long)number);
        *out = keep(reader, digits);
        explicit_bzero(digits, sizeof digits);
        return true;
    }
    wrong(reader, place, CAUSE_INVALID, "must be a text, a whole number below 2^53, or null");
    return false;
}

struct filling {
    const struct reader *reader;
    const struct place *place; /* of the field */
    struct value *at;
    size_t count;
};

/* One leaf: a text, a number, or null. */
static void fill_leaf(struct filling *filling, const cJSON *json, struct value value,
                      const struct place *place)
{
    if (cJSON_IsNull(json)) {
        value.kind = VALUE_REMOVE;
    } else if (!value_text(filling->reader, json, place, &value.text)) {
        return;
    }
    filling->at[filling->count++] = value;
}

static void fill_item(struct filling *filling, const cJSON *item, struct slice group, size_t index)
{
    struct place place = {filling->place, NULL, index};
    if (!cJSON_IsObject(item)) {
        struct value value = {.name = group, .item = (uint16_t)index};
        if (cJSON_IsNull(item))
            wrong(filling->reader, &place, CAUSE_INVALID, "must be a text or an object");
        else
            fill_leaf(filling, item, value, &place);
        return;
    }
    if (item->child == NULL) wrong(filling->reader, &place, CAUSE_INVALID, "an item without members");
    for (const cJSON *member = item->child; member; member = member->next) {
        struct place at = {&place, member->string, 0};
        struct value value = {keep(filling->reader, member->string), group, {0}, (uint16_t)index, VALUE_TEXT};
        fill_leaf(filling, member, value, &at);
    }
}

static void fill_field(struct filling *filling, const cJSON *field)
{
    struct slice name = keep(filling->reader, field->string);
    if (!cJSON_IsArray(field)) {
        fill_leaf(filling, field, (struct value){.name = name}, filling->place);
        return;
    }
    if (field->child == NULL) {
        filling->at[filling->count++] = (struct value){.group = name, .kind = VALUE_REMOVE};
        return;
    }
    size_t index = 0;
    for (const cJSON *item = field->child; item; item = item->next, index++) {
        if (index == ITEMS_MAX) {
            wrong(filling->reader, filling->place, CAUSE_TOO_MANY, "more than 64 items");
            return;
        }
        fill_item(filling, item, name, index);
    }
}

static size_t count_leaves(const cJSON *fields)
{
    size_t count = 0;
    for (const cJSON *field = fields->child; field; field = field->next) {
        count++;
        if (!cJSON_IsArray(field)) continue;
        for (const cJSON *item = field->child; item; item = item->next)
            count += cJSON_IsObject(item) ? (size_t)cJSON_GetArraySize(item) : 1;
    }
    return count;
}

static bool doubled(const cJSON *member)
{
    for (const cJSON *later = member->next; later; later = later->next) {
        if (strcmp(later->string, member->string) == 0) return true;
    }
    return false;
}

static void read_values(const struct reader *reader, const struct member *member, const cJSON *json,
                        const struct place *place, struct values *out)
{
    if (!cJSON_IsObject(json)) {
        wrong(reader, place, CAUSE_INVALID, "must be an object of fields");
        return;
    }
    size_t most = count_leaves(json);
    if (most > 2 * member->max) { /* each array counts once more than it gives */
        wrong(reader, place, CAUSE_TOO_MANY, "too many values for one subject");
        return;
    }
    struct filling filling = {reader, NULL, arena_take(reader->arena, most * sizeof(struct value)), 0};
    for (const cJSON *field = json->child; field; field = field->next) {
        struct place at = {place, field->string, 0};
        filling.place = &at;
        fill_field(&filling, field);
    }
    filling.place = NULL;
    assert(filling.count <= most);
    if (filling.count > member->max) wrong(reader, place, CAUSE_TOO_MANY, "too many values for one subject");
    *out = (struct values){filling.at, filling.count};
}

static void read_texts(const struct reader *reader, const struct member *member, const cJSON *json,
                       const struct place *place, struct texts *out)
{
    if (!cJSON_IsArray(json)) {
        wrong(reader, place, CAUSE_INVALID, "must be an array of texts");
        return;
    }
    size_t count = (size_t)cJSON_GetArraySize(json), index = 0;
    if (count > member->max) {
        wrong(reader, place, CAUSE_TOO_MANY, "more items than the limit of this member");
        return;
    }
    struct slice *texts = arena_take(reader->arena, count * sizeof *texts);
    for (const cJSON *item = json->child; item; item = item->next, index++) {
        struct place at = {place, NULL, index};
        if (!cJSON_IsString(item))
            wrong(reader, &at, CAUSE_INVALID, "must be a text");
        else if (strlen(item->valuestring) > BEARER_BYTES_MAX)
            wrong(reader, &at, CAUSE_INVALID, "too long");
        else
            texts[index] = keep(reader, item->valuestring);
    }
    *out = (struct texts){texts, count};
}

static void read_number(const struct reader *reader, const struct member *member, const cJSON *json,
                        const struct place *place, uint64_t *out)
{
    double number = 0;
    if (!whole_number(json, &number) || number < 0 || (uint64_t)number > member->max) {
        wrong(reader, place, CAUSE_INVALID, "must be a whole number from 0 up to this member's limit");
        return;
    }
    *out = (uint64_t)number;
}

static void read_text(const struct reader *reader, const struct member *member, const cJSON *json,
                      const struct place *place, struct slice *out)
{
    if (!cJSON_IsString(json))
        wrong(reader, place, CAUSE_INVALID, "must be a text");
    else if (strlen(json->valuestring) > member->max)
        wrong(reader, place, CAUSE_INVALID, "longer than this member may be");
    else
        *out = keep(reader, json->valuestring);
}

/* Bytes stand as base64. */
static void read_bytes(const struct reader *reader, const struct member *member, const cJSON *json,
                       const struct place *place, struct slice *out)
{
    SCOPED(buf_done) struct buf bytes = {0};
    if (!cJSON_IsString(json) || base64_get(slice_text(json->valuestring), &bytes).code != CODE_OK)
        wrong(reader, place, CAUSE_INVALID, "must be base64");
    else if (bytes.len > member->max)
        wrong(reader, place, CAUSE_INVALID, "longer than this member may be");
    else
        *out = arena_copy(reader->arena, buf_slice(&bytes));
}

static void read_member(const struct reader *reader, const struct member *member, const cJSON *json,
                        const struct place *place, uint8_t *ask)
{
    void *field = ask + member->offset;
    switch (member->wire) {
    case WIRE_TEXT:
        read_text(reader, member, json, place, field);
        return;
    case WIRE_U64:
        read_number(reader, member, json, place, field);
        return;
    case WIRE_BOOL:
        if (cJSON_IsBool(json))
            *(bool *)field = cJSON_IsTrue(json);
        else
            wrong(reader, place, CAUSE_INVALID, "must be true or false");
        return;
    case WIRE_TEXTS:
        read_texts(reader, member, json, place, field);
        return;
    case WIRE_VALUES:
        read_values(reader, member, json, place, field);
        return;
    case WIRE_BYTES:
        read_bytes(reader, member, json, place, field);
        return;
    case WIRE_END:
        break;
    }
    wrong(reader, place, CAUSE_MEMBER_UNKNOWN, "this route does not know it");
}

/* The index of a member that the body may have; -1 otherwise. */
static int find_member(const struct member *members, uint64_t taken, const char *name)
{
    for (int i = 0; members[i].wire != WIRE_END; i++) {
        if (strcmp(members[i].name, name) == 0) return (taken >> i & 1) == 0 ? i : -1;
    }
    return -1;
}

/* Doubled names anywhere below `object`: bounded by the depth and JSON_MEMBERS_MAX. */
static void find_doubled(const struct reader *reader, const cJSON *object)
{
    const cJSON *path[JSON_DEPTH_MAX + 1] = {object};
    for (size_t depth = 1; depth > 0;) {
        const cJSON *node = path[depth - 1];
        if (node == NULL) {
            depth--;
            continue;
        }
        path[depth - 1] = node->next;
        if (node->string && doubled(node)) {
            struct place place = {NULL, node->string, 0};
            wrong(reader, &place, CAUSE_INVALID, "a name that is there twice");
        }
        if (node->child) {
            assert(depth <= JSON_DEPTH_MAX);
            path[depth++] = node->child;
        }
    }
}

RESULT json_to_ask(struct slice text, const struct member *members, uint64_t taken, struct arena *arena,
                   void *ask, struct json_errors *errors)
{
    assert(members && arena && ask && errors && errors->count == 0);
    TRY(json_check(text));
    SCOPED(tree_done) cJSON *tree = cJSON_ParseWithLength((const char *)text.at, text.len);
    if (tree == NULL) return FAIL(INVALID, "JSON: the text cannot be read");
    if (!cJSON_IsObject(tree)) return FAIL(INVALID, "JSON: the body must be an object");

    struct reader reader = {arena, errors};
    uint64_t given = taken;
    find_doubled(&reader, tree);
    for (const cJSON *json = tree->child; json; json = json->next) {
        struct place place = {NULL, json->string, 0};
        int index = find_member(members, taken, json->string);
        if (index < 0) {
            wrong(&reader, &place, CAUSE_MEMBER_UNKNOWN, "this route does not know it");
            continue;
        }
        given |= (uint64_t)1 << index;
        read_member(&reader, &members[index], json, &place, ask);
    }
    for (int i = 0; members[i].wire != WIRE_END; i++) {
        struct place place = {NULL, members[i].name, 0};
        if (members[i].required && (given >> i & 1) == 0)
            wrong(&reader, &place, CAUSE_MEMBER_MISSING, "this route needs it");
    }
    if (errors->count == 0) return OK;
    char count[64];
    int len =
        snprintf(count, sizeof count, "request: %zu of its members are wrong; see errors", errors->count);
    return result_carry(errors->at[0].cause, count, (size_t)len);
}
