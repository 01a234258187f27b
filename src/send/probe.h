/*
 * Probes: is a credential let in, seen from outside? One GET of /v1/self at the vault's own listener, by whoever has the
 * time to wait for it: never by the keeper's thread. Example: `seen = probe_try(url, token);`
 */
#ifndef AMN_SEND_PROBE_H
#define AMN_SEND_PROBE_H

/* Stored in reports of leaves: never reuse a number. */
enum probe_seen {
    PROBE_NOT_TRIED,
    PROBE_LET_IN,  /* 200 */
    PROBE_REFUSED, /* 401 or 403 */
    PROBE_NO_ANSWER
};

enum { PROBE_MS_MAX = 2000 };

/**
 * Try one.
 *
 * @param url    the listener, "https://127.0.0.1:8420". Its certificate is not checked: the port is our own, and a probe
 *               opens nothing
 * @param token  zero-terminated; borrowed
 * Takes PROBE_MS_MAX at most. Thread-safe.
 */
enum probe_seen probe_try(const char *url, const char *token);

#endif
