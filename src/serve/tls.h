/*
 * The certificate and key of the listener, which may change while it runs: a new connection gets the newest pair, an
 * old one keeps the pair it began with. TLS 1.2 and 1.3 only.
 *
 * Must never open a file: the parent hands open descriptors over. Main calls: tls_load(), tls_pair_take().
 */
#ifndef AMN_SERVE_TLS_H
#define AMN_SERVE_TLS_H

#include "base/bytes.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE"

enum { TLS_FILE_BYTES_MAX = 256 * 1024, TLS_CHAIN_MAX = 10 };

struct tls_pair; /* one certificate chain and its key, counted */
struct tls {
    struct tls_pair *newest; /* NULL until the first load */
};

void tls_done(struct tls *tls);

/*
 * Read a PEM chain and its PEM key and make them the newest pair. CONFIG when they cannot be read or do not belong
 * together: then the pair before stays.
 */
RESULT tls_load(struct tls *tls, int certificate_fd, int key_fd);

struct tls_pair *tls_pair_take(struct tls *tls); /* the newest, held until tls_pair_drop() */
void tls_pair_drop(struct tls_pair **pair);

/* What a client showed of itself in its handshake; it has the private key, GnuTLS has seen to that. Nobody vouches for it. */
enum { TLS_SPKI_BYTES = 32 };
struct tls_client {
    bool there;                   /* it showed a certificate */
    uint8_t spki[TLS_SPKI_BYTES]; /* SHA-256 of its public key's DER */
    int64_t from_us, until_us;    /* valid from, and before */
};

/* Ask the client of a new session for a certificate; it may have none. Before the handshake. */
void tls_ask_client(gnutls_session_t session);
/* What it showed. After the handshake. A certificate that cannot be read is none. Cost: one parse of it. */
void tls_client_read(gnutls_session_t session, struct tls_client *out);

/* GnuTLS's question for a certificate; the session's pointer is its struct tls_pair. */
int tls_retrieve(gnutls_session_t session, const gnutls_datum_t *authorities, int authority_count,
                 const gnutls_pk_algorithm_t *algorithms, int algorithm_count, gnutls_pcert_st **out_chain,
                 unsigned *out_count, gnutls_privkey_t *out_key);

#endif
