/* Inside base/weblog only: one parser a format, and what they share. */
#ifndef AMN_BASE_WEBLOG_PRIV_H
#define AMN_BASE_WEBLOG_PRIV_H

#include "base/weblog/weblog.h"

/* What a JSON member may say. */
enum weblog_what {
    WHAT_TIME,
    WHAT_READER,
    WHAT_NETWORK,
    WHAT_METHOD,
    WHAT_ROUTE,
    WHAT_STATUS,
    WHAT_SUBJECT,
    WHAT_ROWS,
    WHAT_COUNT
};

enum { NAME_SLOTS = 256 };

/* A member's name and what it says. */
struct name_slot {
    char path[WEBLOG_PATH_BYTES_MAX + 1];
    uint8_t len;        /* 0: none */
    uint8_t what, rank; /* the lower rank wins where a line has several */
};

struct names {
    struct name_slot slots[NAME_SLOTS];
};

void names_usual(struct names *names);
RESULT names_map(struct names *names,
                 const char *map); /* those it names are no longer found by their usual ones */

/* All that a parser reads with. `scratch` takes what had to be unescaped: it lives as long as the line. */
struct parse {
    struct when when;
    struct names *names;
    struct buf scratch;
    bool zone_missing;
};

/*
 * One line without its end. False when it is broken: line->why says how. `line` is empty at first; line->method stays
 * empty when the line tells of no request, and `other` is set when it is about something else altogether.
 */
bool combined_parse(struct parse *parse, struct slice text, struct weblog_line *line, bool *other);
bool json_parse(struct parse *parse, struct slice text, struct weblog_line *line, bool *other);
bool pgcsv_parse(struct parse *parse, struct slice text, struct weblog_line *line, bool *other);

/* The time of a line; false with line->why. */
bool time_take(struct parse *parse, struct slice text, struct weblog_line *line);

/* "GET /x HTTP/1.1" into method and target; neither when it is no request. */
void request_split(struct slice request, struct weblog_line *line);

/* An address without its port and brackets: "10.0.0.3:54321", "[2001:db8::1]:443". */
struct slice address_bare(struct slice text);

/* Room in the scratch that stays where it is until the line is done: at most `most` bytes. */
uint8_t *scratch_room(struct parse *parse, size_t most);

#endif
