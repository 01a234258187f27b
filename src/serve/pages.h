/*
 * The console's and the portal's files, built into the program (web/build): which a path means on a listener, in which
 * encoding, under which headers. They are public and the same for everybody; what is somebody's comes from the routes.
 *
 * Must never open a file or make a page: the front parses and holds nothing. Main call: pages_find(). Example:
 *     const struct page_file *page = pages_find(DOOR_CONSOLE, "/");
 */
#ifndef AMN_SERVE_PAGES_H
#define AMN_SERVE_PAGES_H

#include "serve/route.h"

#include <microhttpd.h>

enum door_kind { DOOR_API, DOOR_CONSOLE, DOOR_PORTAL, DOOR_COUNT };
enum { PAGE_FORMS_MAX = 3 };

struct page_form {
    const char *encoding; /* Content-Encoding; NULL: as it is */
    const uint8_t *at;
    size_t len;
};

struct page_file {
    const char *path, *type, *etag;
    unsigned doors; /* bit 1 << enum door_kind */
    bool immutable; /* its name holds a hash of what is in it */
    size_t form_count;
    struct page_form forms[PAGE_FORMS_MAX]; /* the smallest first, the last one as it is */
};

/* Made by web/build. */
extern const struct page_file page_rows[];
extern const size_t page_row_count;

/* What stands for the answers of routes, where only headers are asked for: they load and run nothing. */
extern const struct page_file page_of_answers;
/* The same of public words, which bring their own style. */
extern const struct page_file page_of_words;

/* Does this program have pages for such a listener? */
bool pages_there(enum door_kind door);

/* NULL when the path is no file there. */
const struct page_file *pages_find(enum door_kind door, const char *path);

/* The smallest form that Accept-Encoding (or NULL) takes. */
const struct page_form *pages_form(const struct page_file *page, const char *accept);

/* The first language of Accept-Language (or NULL), by weight, that our pages have: "en", "id", "ko"; empty: none. */
struct slice pages_language(const char *accept);

/* Does If-None-Match (or NULL) name what we have? */
bool pages_known(const struct page_file *page, const char *if_none_match);

/* Security headers, by `add`. `secure`: browsers come over TLS. */
void pages_headers(const struct page_file *page, bool secure, struct MHD_Response *response,
                   void (*add)(struct MHD_Response *response, const char *name, const char *value));

/* May this listener be asked for it? The portal's has what it is for, and nothing of the staff's; no other has that. */
bool pages_route(enum door_kind door, const struct route *route);

#endif
