/*
 * Columns of a customer list: which header means which field.
 *
 * Obvious headers in English, Indonesian and Korean are known (columns.def); --map names the others. Must never take
 * two columns for one target: the first wins, the other is left unmapped and can be seen in columns_list(). Main calls:
 * columns_header() for a CSV list, columns_member() for JSON lines.
 */
#ifndef AMN_BASE_ROWS_COLUMNS_H
#define AMN_BASE_ROWS_COLUMNS_H

#include "base/bytes.h"

enum target_group {
    TARGET_PLAIN,   /* a field */
    TARGET_CONTROL, /* ref, lang, country, status: about the row, not of the person */
    TARGET_ADDRESS, /* a member of addresses */
    TARGET_ORDER,   /* a member of orders */
    TARGET_PART     /* first_name, last_name */
};

enum {
    TARGET_NAME_BYTES = 33, /* [a-z][a-z0-9_]{0,31} and a zero */
    TARGET_ITEMS_MAX = 100  /* of one group in one row */
};

struct column {
    struct slice header; /* without blanks around it */
    const char *target;  /* NULL: not mapped */
    enum target_group group;
    enum target_group within; /* of a JSON member: the array it stands in; TARGET_PLAIN outside */
    uint16_t item;            /* of a group, from 0 */
};

struct columns;

/*
 * @param map  "target=header,…", NULL or "" for none. A header with a comma stands in "quotes". A target is one of
 *             columns.def, with a number behind it for the items of a group ("address2"), or a shop's own field.
 * @param columns_max  1 … 65,535; what columns_list() can hold
 * @param out  the caller frees it; everything a column points to lives as long
 * @return INVALID  the map is malformed, or names one target twice: says which part
 */
RESULT columns_new(const char *map, size_t columns_max, struct columns **out);
void columns_free(struct columns **columns);

/*
 * Map the header of a CSV list, once.
 * @param count  1 … columns_max
 * @return INVALID  no column is the ref, or a header that the map names is not there; columns_list() still works
 */
RESULT columns_header(struct columns *columns, const struct slice *headers, size_t count);

/*
 * The column of a JSON member, remembered up to columns_max of them. `group`: TARGET_PLAIN outside of "addresses" and
 * "orders"; inside only members of that group are mapped. Valid until the next call. Cheap where members come in the
 * same order each time.
 */
const struct column *columns_member(struct columns *columns, struct slice name, enum target_group group);

/* All columns seen so far, in their order. */
const struct column *columns_list(const struct columns *columns, size_t *count);

/* The one pointer that every column mapped to this target of columns.def has; NULL if there is no such target. */
const char *columns_target(const char *name);

/* The first column mapped to a target of columns.def and item 0; NULL if none. */
const struct column *columns_find(const struct columns *columns, const char *target);

#endif
