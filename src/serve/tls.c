#include "serve/tls.h"

#include "base/clock.h"

#include <assert.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct tls_pair {
    size_t holders;
    unsigned chain_len;
    gnutls_pcert_st chain[TLS_CHAIN_MAX];
    gnutls_privkey_t key;
};

void tls_pair_drop(struct tls_pair **pair)
{
    struct tls_pair *it = TAKE(*pair);
    if (it == NULL || --it->holders > 0) return;
    for (unsigned i = 0; i < it->chain_len; i++) gnutls_pcert_deinit(&it->chain[i]);
    if (it->key) gnutls_privkey_deinit(it->key);
    free(it);
}

struct tls_pair *tls_pair_take(struct tls *tls)
{
    assert(tls->newest);
    tls->newest->holders++;
    return tls->newest;
}

void tls_done(struct tls *tls)
{
    tls_pair_drop(&tls->newest);
}

static RESULT read_file(int fd, const char *what, struct buf *out)
{
    size_t len = 0;
    buf_reserve(out, TLS_FILE_BYTES_MAX + 1);
    while (len <= TLS_FILE_BYTES_MAX) {
        ssize_t more = pread(fd, out->at + len, TLS_FILE_BYTES_MAX + 1 - len, (off_t)len);
        if (more < 0) return FAIL(CONFIG, "%s: cannot be read", what);
        if (more == 0) break;
        len += (size_t)more;
    }
    if (len == 0 || len > TLS_FILE_BYTES_MAX)
        return FAIL(CONFIG, "%s: empty, or larger than %d bytes", what, TLS_FILE_BYTES_MAX);
    out->len = len;
    return OK;
}

static RESULT check(int status, const char *what)
{
    if (status >= 0) return OK;
    return FAIL(CONFIG, "%s: %s", what, gnutls_strerror(status));
}

/* Do they belong together? Credentials are made once to ask, and dropped. */
static RESULT check_match(const gnutls_datum_t *chain, const gnutls_datum_t *key)
{
    gnutls_certificate_credentials_t credentials = NULL;
    TRY(check(gnutls_certificate_allocate_credentials(&credentials), "TLS"));
    int status = gnutls_certificate_set_x509_key_mem(credentials, chain, key, GNUTLS_X509_FMT_PEM);
    gnutls_certificate_free_credentials(credentials);
    return check(status, "TLS certificate and key");
}

static RESULT read_pair(struct tls_pair *pair, int certificate_fd, int key_fd)
{
    SCOPED(buf_done) struct buf chain = {0}, key = {0};
    TRY(read_file(certificate_fd, "TLS certificate", &chain));
    TRY(read_file(key_fd, "TLS key", &key));
    gnutls_datum_t chain_data = {chain.at, (unsigned)chain.len}, key_data = {key.at, (unsigned)key.len};
    TRY(check_match(&chain_data, &key_data));
    unsigned len = TLS_CHAIN_MAX;
    TRY(check(gnutls_pcert_list_import_x509_raw(pair->chain, &len, &chain_data, GNUTLS_X509_FMT_PEM, 0),
              "TLS certificate"));
    pair->chain_len = len;
    TRY(check(gnutls_privkey_init(&pair->key), "TLS key"));
    return check(gnutls_privkey_import_x509_raw(pair->key, &key_data, GNUTLS_X509_FMT_PEM, NULL, 0),
                 "TLS key");
}

RESULT tls_load(struct tls *tls, int certificate_fd, int key_fd)
{
    SCOPED(tls_pair_drop) struct tls_pair *pair = calloc(1, sizeof *pair);
    if (pair == NULL) return FAIL(UNAVAILABLE, "TLS: no memory");
    pair->holders = 1;
    TRY(read_pair(pair, certificate_fd, key_fd));
    tls_pair_drop(&tls->newest);
    tls->newest = TAKE(pair);
    return OK;
}

void tls_ask_client(gnutls_session_t session)
{
    gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUEST);
}

static void x509_done(gnutls_x509_crt_t *certificate)
{
    if (*certificate) gnutls_x509_crt_deinit(*certificate);
}

void tls_client_read(gnutls_session_t session, struct tls_client *out)
{
    SCOPED(x509_done) gnutls_x509_crt_t certificate = NULL;
    struct tls_client client = {.there = true};
    size_t len = sizeof client.spki;
    unsigned count = 0;
    const gnutls_datum_t *shown = gnutls_certificate_get_peers(session, &count);
    *out = (struct tls_client){0};
    if (!shown || count == 0 || gnutls_x509_crt_init(&certificate) != 0 ||
        gnutls_x509_crt_import(certificate, shown, GNUTLS_X509_FMT_DER) != 0 ||
        gnutls_x509_crt_get_key_id(certificate, GNUTLS_KEYID_USE_SHA256, client.spki, &len) != 0 ||
        len != sizeof client.spki)
        return;
    client.from_us = (int64_t)gnutls_x509_crt_get_activation_time(certificate) * SECOND_US;
    client.until_us = (int64_t)gnutls_x509_crt_get_expiration_time(certificate) * SECOND_US;
    *out = client;
}

/* NOLINTNEXTLINE(readability-function-size): GnuTLS's eight parameters */
int tls_retrieve(gnutls_session_t session, const gnutls_datum_t *authorities, int authority_count,
                 const gnutls_pk_algorithm_t *algorithms, int algorithm_count, gnutls_pcert_st **out_chain,
                 unsigned *out_count, gnutls_privkey_t *out_key)
{
    (void)authorities;
    (void)authority_count;
    (void)algorithms;
    (void)algorithm_count;
    struct tls_pair *pair = gnutls_session_get_ptr(session);
    if (pair == NULL) return -1;
    *out_chain = pair->chain;
    *out_count = pair->chain_len;
    *out_key = pair->key;
    return 0;
}
