#include "serve/pages.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

/* Scripts and styles of ours alone, nothing inline; and no text ever becomes markup (trusted types). */
#define POLICY_OF_PAGES                                                                                 \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "     \
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; " \
    "trusted-types 'none'"
#define POLICY_OF_ANSWERS "default-src 'none'; frame-ancestors 'none'"

#define POLICY_OF_WORDS \
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const struct page_file page_of_answers = {.path = NULL}, page_of_words = {.path = NULL};

bool pages_there(enum door_kind door)
{
    return pages_find(door, "/") != NULL;
}

const struct page_file *pages_find(enum door_kind door, const char *path)
{
    if (door == DOOR_API) return NULL;
    for (size_t i = 0; i < page_row_count; i++) {
        if (page_rows[i].doors >> door & 1 && strcmp(page_rows[i].path, path) == 0) return &page_rows[i];
    }
    return NULL;
}

/* `gzip, br;q=1.0`: is this coding in the list, and not with a weight of zero? */
static bool takes(const char *list, const char *coding)
{
    size_t len = strlen(coding);
    for (const char *at = list; at && *at; at = strchr(at, ',')) {
        while (*at == ',' || *at == ' ') at++;
        if (strncasecmp(at, coding, len) != 0 || !strchr(",; ", at[len])) continue;
        const char *weight = at + len;
        while (*weight == ' ' || *weight == ';') weight++;
        if (strncasecmp(weight, "q=0", 3) != 0) return true;
        return weight[3] == '.' && strspn(weight + 4, "0") < strcspn(weight + 4, ", ");
    }
    return false;
}

const struct page_form *pages_form(const struct page_file *page, const char *accept)
{
    assert(page->form_count > 0 && page->forms[page->form_count - 1].encoding == NULL);
    for (size_t i = 0; i + 1 < page->form_count; i++) {
        if (takes(accept, page->forms[i].encoding)) return &page->forms[i];
    }
    return &page->forms[page->form_count - 1];
}

/* The weight of an item `ko-KR;q=0.9`, in thousandths. */
static unsigned weight_of(const char *item)
{
    const char *end = item + strcspn(item, ","), *at = strchr(item, ';');
    while (at && at < end && (*at == ';' || *at == ' ')) at++;
    if (!at || at >= end || strncasecmp(at, "q=", 2) != 0) return 1000;
    unsigned weight = at[2] == '1' ? 1000 : 0, digit = 100;
    if (at[2] != '0' || at[3] != '.') return weight;
    for (at += 4; *at >= '0' && *at <= '9' && digit > 0; at++, digit /= 10)
        weight += digit * (unsigned)(*at - '0');
    return weight;
}

struct slice pages_language(const char *accept)
{
    static const char *const tags[][2] = {{"en", "en"}, {"id", "id"}, {"in", "id"}, {"ko", "ko"}};
    struct slice best = {0};
    unsigned most = 0;
    for (const char *at = accept; at && *at; at = strchr(at, ',')) {
        while (*at == ',' || *at == ' ') at++;
        for (size_t i = 0; i < COUNT_OF(tags); i++) {
            if (strncasecmp(at, tags[i][0], 2) != 0 || !strchr(",; -", at[2])) continue;
            if (weight_of(at) <= most) continue;
            most = weight_of(at);
            best = slice_text(tags[i][1]);
        }
    }
    return best;
}

/* Weak comparison, as for If-None-Match (RFC 9110 section 13.1.2). */
bool pages_known(const struct page_file *page, const char *if_none_match)
{
    if (if_none_match == NULL) return false;
    return strcmp(if_none_match, "*") == 0 || strstr(if_none_match, page->etag) != NULL;
}

void pages_headers(const struct page_file *page, bool secure, struct MHD_Response *response,
                   void (*add)(struct MHD_Response *response, const char *name, const char *value))
{
    add(response, "Content-Security-Policy",
        page == &page_of_words ? POLICY_OF_WORDS
        : page->path           ? POLICY_OF_PAGES
                               : POLICY_OF_ANSWERS);
    add(response, "X-Content-Type-Options", "nosniff");
    add(response, "Referrer-Policy", "no-referrer");
    add(response, "Cross-Origin-Opener-Policy", "same-origin");
    add(response, "Cross-Origin-Resource-Policy", "same-origin");
    add(response, "Permissions-Policy",
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()");
    if (secure) add(response, "Strict-Transport-Security", "max-age=31536000");
}

bool pages_route(enum door_kind door, const struct route *route)
{
    bool portal = verb_at_portal(route->verb);
    return door == DOOR_PORTAL ? portal || route->reply == REPLY_HEALTH : !portal;
}
