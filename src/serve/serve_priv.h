/* Shared inside serve/: the front's state, its connections and its requests. */
#ifndef AMN_SERVE_SERVE_PRIV_H
#define AMN_SERVE_SERVE_PRIV_H

#include "base/clock.h"
#include "base/log.h"
#include "base/rows/encoding.h"
#include "serve/address.h"
#include "serve/cookie.h"
#include "serve/download.h"
#include "serve/events.h"
#include "serve/import.h"
#include "serve/launch.h"
#include "serve/link.h"
#include "serve/pages.h"
#include "serve/reply.h"
#include "serve/route.h"
#include "serve/shelf.h"
#include "serve/sources.h"
#include "serve/tls.h"

#include <microhttpd.h>

enum {
    BODY_BYTES_MAX = 1024 * 1024, /* of a JSON body */
    BODY_PORTAL_BYTES_MAX =
        64 * 1024, /* the same from strangers: so much is held for each connection of thousands */
    SWALLOW_BYTES_MAX = 8 * 1024 * 1024, /* read on after a refusal, so that the asker can read why */
    SWALLOW_LIST_BYTES_MAX = 1 << 30,    /* the same of a customer list */
    CONNECTIONS_MAX = 1024,              /* of a listener for programs and for staff */
    CONNECTIONS_PORTAL_MAX = 16384,      /* of the customers' */
    CONNECTIONS_OF_ONE = 8,              /* so much of those one source may hold: an eighth */
    CONNECTIONS_CROWDED = 4,             /* below a quarter of room, who says nothing is sent away */
    FILES_OWN = 64,                      /* descriptors that are no connections */
    CONNECTION_BYTES = 16 * 1024,        /* memory of one: the bound of its request head as well */
    IDLE_S = 10,                         /* without a byte, then it is closed */
    REQUEST_US = 10 * 1000 * 1000,       /* from request line to the end of its body */
    BETWEEN_US = 20 * 1000 * 1000,       /* without a whole request line, however it drips */
    CROWDED_US = 3 * 1000 * 1000,        /* the same where others wait for a place */
    REPLY_US = 60 * 1000 * 1000,         /* to take the answer */
    LIST_S = 3600,                       /* to send a customer list */
    REQUEST_ID_BYTES = 64 + 1,
    STATUS_CLASSES = 6
};

/* One listener. All of the context that libmicrohttpd hands back is this. */
struct door {
    struct front *front;
    struct MHD_Daemon *daemon; /* NULL: there is none */
    enum door_kind kind;
    size_t connections, connections_max;
};

struct connection {
    struct door *door;
    struct MHD_Connection *mhd;
    struct connection *before, *after;
    struct request *request; /* NULL between requests */
    struct tls_pair *pair;
    struct tls_client client; /* once `client_read` */
    bool client_read;
    int64_t since;         /* accepted, or last request ended */
    struct source *source; /* of the portal's, but those of a listed proxy; else NULL */
};

/* Values of headers, as they stand in the connection's memory; NULL: not there. */
struct headers {
    const char *authorization, *content_type, *content_length, *encoding, *if_match, *idempotency,
        *request_id, *forwarded, *expect, *as_cookie, *last_event, *padding, *if_none_match, *accept_encoding,
        *accept_language;
    struct cookie_headers cookie;
};

struct request {
    struct front *front;
    enum door_kind door;
    const struct page_file *page; /* a file of the console or portal; NULL: a route */
    struct connection *connection;
    struct MHD_Connection *mhd;
    struct route_found found;
    struct headers headers;
    struct result headers_failed; /* a header that must not be there twice */
    bool begun, refused, answered, suspended, swept;
    bool ended;       /* its body is here */
    size_t asks_open; /* answers that will come for it */
    size_t swallowed;
    struct buf body;
    struct buf bearer;         /* made of a cookie, or of the certificate that a client showed */
    struct reply refusal;      /* why it is refused, until the body has passed */
    struct import *import;     /* of BODY_ROWS */
    struct stream *stream;     /* of REPLY_EVENTS, once it is open */
    struct download *download; /* of REPLY_FILE, once it has begun */
    bool one_piece;            /* of REPLY_FILE: it asked for one alone */
    uint8_t network[NETWORK_BYTES];
    int64_t began_us, replied_us;
    char id[REQUEST_ID_BYTES];
};

struct front {
    struct link *link;
    struct door doors[DOOR_COUNT];
    struct buf openapi;
    struct tls tls;
    struct encodings_held encodings; /* loaded before the sandbox closes */
    bool secure;                     /* browsers reach it over TLS, here or at a proxy in front */
    bool use_tls, log_requests, ending, keeper_gone;
    int control_fd, epoll_fd;
    struct connection *connections;
    struct sources sources; /* of the portal's connections */
    struct shelf shelf;
    size_t connection_count, request_count, stream_count, proxy_count;
    uint8_t proxies[FRONT_PROXIES_MAX][NETWORK_BYTES];
    uint64_t serial, answered[STATUS_CLASSES];
    int64_t now_us;
    struct arena arena; /* of the ask in the making */
    char boot[9];       /* begins the request ids made here */
};

/* http.c: what libmicrohttpd calls. */
bool http_start(struct door *door, int listen_fd); /* sets its daemon; false when it could not be */
void http_answer(void *context, void *asker, const struct answer_head *head, struct slice body,
                 struct slice checkpoint);
void http_late(void *context, void *asker);
void http_sweep(struct front *front); /* ends connections that are over their time; about once a second */

/* request.c */
bool is_proxy(const struct front *front,
              const uint8_t ip[NETWORK_BYTES]); /* one whose X-Forwarded-For is believed */
void request_begin(struct request *request, const char *method,
                   const char *path);                               /* route, headers, refusal */
RESULT request_ask(struct request *request);                        /* parse what came and send the ask */
RESULT request_head(struct request *request, struct ask_head *out); /* who asks; borrowed from the request */
RESULT request_import(struct request *request);                     /* set the import up from the query */
void request_refuse(struct request *request, struct result failure, const struct json_errors *errors);
void request_done(struct request *request);
bool request_has_body(const struct request *request);
size_t request_body_max(const struct request *request);

/* respond.c */
bool respond(struct request *request, struct reply *reply); /* empties the reply */
bool respond_page(struct request *request);
bool respond_kept(struct request *request, bool *out_kept); /* by what the shelf has, if it has it */
bool respond_stream(struct request *request, size_t block, MHD_ContentReaderCallback reader);
bool respond_file(struct request *request, uint64_t total, size_t block, MHD_ContentReaderCallback reader);
void add_metrics(const struct front *front, struct buf *out);

#endif
