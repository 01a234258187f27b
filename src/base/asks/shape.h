/*
 * What asks are made of: kinds of members on the wire, and the bounds that all of them keep. A struct here borrows what
 * it points to.
 */
#ifndef AMN_BASE_ASKS_SHAPE_H
#define AMN_BASE_ASKS_SHAPE_H

#include "base/bytes.h"

enum {
    VALUES_MAX = 512,        /* values of one subject */
    VALUE_BYTES_MAX = 16384, /* one value */
    ITEMS_MAX = 64,          /* items of a repeating group */
    REASON_BYTES_MAX = 500,
    NAME_BYTES_MAX = 64, /* of a field, role, purpose, key */
    ID_BYTES_MAX = 64,
    PAGE_MAX = 1000
};

enum wire { WIRE_END, WIRE_TEXT, WIRE_BYTES, WIRE_U64, WIRE_BOOL, WIRE_TEXTS, WIRE_VALUES };

struct texts {
    const struct slice *at;
    size_t count;
};

enum value_kind { VALUE_TEXT, VALUE_REMOVE };

/* One personal value on its way in. A member of a repeating group names its group and which item it belongs to. */
struct value {
    struct slice name;  /* "email"; in a group its member, "door_code". REMOVE of a whole group: empty */
    struct slice group; /* "addresses"; empty outside a group */
    struct slice text;
    uint16_t item; /* 0 outside a group */
    uint8_t kind;  /* enum value_kind */
};

struct values {
    const struct value *at;
    size_t count;
};

/* One member of an ask. `max`: bytes of a TEXT or BYTES, entries of TEXTS and VALUES, largest number of U64. */
struct member {
    const char *name;
    enum wire wire;
    size_t max;
    size_t offset;
    bool required;
    const char *about; /* one line for OpenAPI */
};

#endif
