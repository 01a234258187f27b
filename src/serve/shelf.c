#include "serve/shelf.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* "ko en.html": no language has a blank. */
static bool name_of(const struct shelf_key *key, char out[SHELF_NAME_BYTES + 1])
{
    size_t len = key->name.len + 1 + key->language.len;
    if (len > SHELF_NAME_BYTES) return false;
    (void)snprintf(out, SHELF_NAME_BYTES + 1, "%.*s %.*s", (int)key->language.len,
                   (const char *)key->language.at, (int)key->name.len, (const char *)key->name.at);
    return strlen(out) == len; /* a zero byte names nothing */
}

/* SHELF_PLACES: it has none. */
static size_t place_of(const struct shelf *shelf, const struct route *route, const char *name)
{
    size_t i = 0;
    while (i < SHELF_PLACES && (shelf->places[i].route != route || strcmp(shelf->places[i].name, name) != 0))
        i++;
    return i;
}

struct MHD_Response *shelf_find(const struct shelf *shelf, const struct shelf_key *key, int64_t now_us)
{
    char name[SHELF_NAME_BYTES + 1];
    assert(key->route);
    if (!name_of(key, name)) return NULL;
    size_t at = place_of(shelf, key->route, name);
    return at < SHELF_PLACES && now_us < shelf->places[at].until_us ? shelf->places[at].response : NULL;
}

bool shelf_put(struct shelf *shelf, const struct shelf_key *key, struct MHD_Response *response,
               int64_t now_us)
{
    char name[SHELF_NAME_BYTES + 1];
    if (!name_of(key, name)) return false;
    size_t at = place_of(shelf, key->route, name);
    struct shelf_place *place = &shelf->places[at < SHELF_PLACES ? at : shelf->next++ % SHELF_PLACES];
    if (place->response) MHD_destroy_response(place->response); /* who is being sent it keeps it until then */
    *place = (struct shelf_place){.route = key->route, .response = response, .until_us = now_us + SHELF_US};
    memcpy(place->name, name, sizeof place->name);
    return true;
}

void shelf_done(struct shelf *shelf)
{
    for (size_t i = 0; i < SHELF_PLACES; i++) {
        if (shelf->places[i].response) MHD_destroy_response(shelf->places[i].response);
    }
    *shelf = (struct shelf){0};
}
