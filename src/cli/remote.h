/*
 * A vault far away: asks over HTTPS by libcurl, answers back as the CBOR that a home would give.
 *
 * Must never send a credential in the clear over a network, nor follow a redirect with it. Main calls: remote_open(),
 * remote_ask(). Example: TRY(remote_open("https://vault.example", bearer, &remote));
 */
#ifndef AMN_CLI_REMOTE_H
#define AMN_CLI_REMOTE_H

#include "base/asks.h"

enum { REMOTE_ANSWER_BYTES_MAX = 128 * 1024 * 1024, REMOTE_CONNECT_S_MAX = 10 };

struct remote;

/**
 * Get ready to ask. Nothing is sent.
 *
 * @param url     https://HOST[:PORT], or http:// of this machine (127.0.0.1, [::1], localhost)
 * @param bearer  the key; empty: none is sent
 * AMANAH_CERT and AMANAH_CERT_KEY name a TLS certificate to show, and its private key, PEM files both.
 * @return CONFIG  another URL; AMANAH_CACERT names who may sign its certificate, else whom this machine trusts
 */
RESULT remote_open(const char *url, struct slice bearer, struct remote **out);
void remote_free(struct remote **remote);

/* Ask with this credential from now on. */
void remote_bearer(struct remote *remote, struct slice bearer);

/* What came back: `cause` of a refusal, and the document as CBOR; of octets, the bytes. */
struct remote_answer {
    enum cause cause;
    struct buf body; /* owned */
};

/**
 * Ask and wait, `seconds` at most.
 *
 * @return USAGE        a verb without a route
 *         UNAVAILABLE  no connection, no trust in its certificate, no answer in time, or an answer that is none; whether
 *                      it did what was asked is then unknown
 */
RESULT remote_ask(struct remote *remote, enum verb verb, const void *ask, long seconds,
                  struct remote_answer *out);

/* A customer list on its way up: `read` gives the next bytes, 0 at the end, -1 to break off. */
struct remote_list {
    size_t (*read)(void *context, void *room, size_t len);
    void *context;
    const char *format, *map, *on_conflict; /* NULL: not said */
    bool dry_run;
};

/* Stream a list into POST /v1/import: no limit of time while bytes flow. */
RESULT remote_import(struct remote *remote, struct remote_list *list, struct remote_answer *out);

/* Its path and query. */
void remote_import_path(const struct remote_list *list, struct buf *out);

#endif
