/*
 * Asks: what the front and the command line send to the keeper, and the answers that come back.
 *
 * An ask is a C struct described by a member table. The same table reads a JSON body (base/json.h), writes and reads
 * the wire form below, and makes the OpenAPI document, so a verb's shape stands in one place: asks/ has, for each
 * subject, a header of structs and a table of members. The wire form is positional, bounded and binary: the keeper never
 * parses text that a stranger wrote.
 *
 *   ask frame     u32 length of the rest · u64 ask id · u16 verb · 16 network · u8 bearer length, bearer ·
 *                 u8 idempotency length, idempotency key · members in table order
 *   member        TEXT, BYTES: varint length, bytes · U64: varint · BOOL: one byte, 0 or 1
 *                 TEXTS: varint count, then texts · VALUES: varint count, then (u8 flags, u16 item, name, group, text)
 *   answer frame  u32 length of the rest · u64 ask id · u16 cause · u8 shape · u8 flags · u32 shop · u64 version ·
 *                 u32 retry after seconds · u64 index · 32 leaf hash · body to the end
 *
 * Numbers are big-endian. A frame of ask id 0 with shape ANSWER_CHECKPOINT carries the signed checkpoint that the
 * receipts of the following answers of that shop refer to. Main calls: ask_write(), ask_read().
 */
#ifndef AMN_BASE_ASKS_H
#define AMN_BASE_ASKS_H

#include "base/arena.h"
#include "base/asks/access.h"
#include "base/asks/desk.h"
#include "base/asks/evidence.h"
#include "base/asks/home.h"
#include "base/asks/incident.h"
#include "base/asks/ledger.h"
#include "base/asks/notice.h"
#include "base/asks/portal.h"
#include "base/asks/redress.h"
#include "base/asks/subject.h"
#include "base/asks/watch.h"

enum {
    ASK_FRAME_BYTES_MAX = 4 * 1024 * 1024,
    ANSWER_FRAME_BYTES_MAX = 64 * 1024 * 1024, /* 1,000 subjects with every field at its limit stay below */
    BEARER_BYTES_MAX = 200,
    IDEMPOTENCY_BYTES_MAX = 200,
    NETWORK_BYTES = 16 /* IPv6, or IPv4 mapped (::ffff:a.b.c.d); all zero: the local operator */
};

/*
 * What the front writes as bearer of a TLS client that showed a certificate and sent no credential: this, and SHA-256 of
 * the certificate's public key (SPKI) in hex. A client's own bearer never has a colon.
 */
#define BEARER_CERTIFICATE "cert:"
/* And of a browser that sent its session as a cookie: this and the token; where the request may change something, also a
 * colon and what X-CSRF-Token held. */
#define BEARER_COOKIE "web:"

enum verb {
#define VERB(NAME, name, changes) VERB_##NAME,
#include "keeper/verbs.def"
#undef VERB
    VERB_COUNT
};

/* What comes before the members. Slices borrow. */
struct ask_head {
    uint64_t id; /* chosen by the asker, above 0; the answer carries it */
    enum verb verb;
    uint8_t network[NETWORK_BYTES];
    struct slice bearer, idempotency;
};

/* The largest ask struct: room for any decoded ask. */
union any_ask {
#define VERB(NAME, name, changes) struct name##_ask name;
#include "keeper/verbs.def"
#undef VERB
};

struct verb_row {
    const char *name;
    const struct member *members;
    size_t ask_bytes;
    bool changes;
};

/* The row of a verb below VERB_COUNT. */
const struct verb_row *verb_row(enum verb verb);

/* Is it one of the portal's, which need no credential and are served there alone? Their names begin with portal_. */
bool verb_at_portal(enum verb verb);

/* Append a whole ask frame to `out`. INVALID (and `out` as before) when a member is above its bound. */
RESULT ask_write(const struct ask_head *head, const void *ask, struct buf *out);

/* The members alone, in table order: what an idempotency key is bound to, and what ask_write() puts after the head. */
RESULT ask_members_write(const struct member *members, const void *ask, struct buf *out);

/*
 * Read the frame after its length word. Slices borrow from `frame`, arrays live in `arena`.
 * @param ask   at least verb_row()->ask_bytes; `union any_ask` always fits
 * INVALID for an unknown verb, a bound exceeded, a short or an over-long frame.
 */
RESULT ask_read(struct slice frame, struct arena *arena, struct ask_head *head, union any_ask *ask);

enum answer_shape { ANSWER_CBOR, ANSWER_TEXT, ANSWER_OCTETS, ANSWER_CHECKPOINT };
enum {
    ANSWER_RECEIPT = 1,  /* index and leaf hash are set; the shop's latest checkpoint frame belongs to them */
    ANSWER_REPLAYED = 2, /* an idempotency key gave this answer before */
    ANSWER_CREATED = 4,  /* 201 rather than 200 */
    ANSWER_ACCEPTED = 8  /* 202: it waits for somebody */
};

struct answer_head {
    uint64_t id;
    enum cause cause; /* CAUSE_OK, or why not: then the body is a CBOR map {detail, errors?, ...} */
    enum answer_shape shape;
    uint8_t flags;
    uint32_t shop;          /* number of the shop in this keeper */
    uint64_t version;       /* ETag of a subject; 0: none */
    uint32_t retry_after_s; /* of a refusal; 0: none */
    uint64_t index;
    uint8_t leaf_hash[32];
};

enum { ANSWER_HEAD_BYTES = 8 + 2 + 1 + 1 + 4 + 8 + 4 + 8 + 32 };

void answer_write(const struct answer_head *head, struct slice body,
                  struct buf *out); /* with its length word */
RESULT answer_read(struct slice frame, struct answer_head *head,
                   struct slice *body); /* after the length word */

#endif
