/* Asks of who may do what: staff, keys, sessions, roles, grants, approvals, secrets held elsewhere. */
#ifndef AMN_BASE_ASKS_ACCESS_H
#define AMN_BASE_ASKS_ACCESS_H

#include "base/asks/shape.h"

struct self_ask {
    char none;
};
struct staff_add_ask {
    struct slice name, email, role, lang;
};
struct staff_leave_ask {
    struct slice id;
    bool at_once;
};
struct staff_left_ask {
    struct slice id;
};
struct staff_list_ask {
    struct slice after;
    uint64_t limit;
};
struct staff_lesson_ask {
    struct slice id, lesson;
};
struct staff_role_ask {
    struct slice id, role; /* role empty: none */
};
struct staff_invite_ask {
    struct slice id;
};
struct staff_recover_ask {
    struct slice id;
};
/* How somebody sets up their sign-in: with an invitation, or in a session of theirs with a code of the present app. */
struct enrol_ask {
    struct slice invite, current;
    struct slice password, totp;
    struct slice passkey; /* begin, finish */
    struct slice name, challenge, client_data, attestation;
};
struct key_issue_ask {
    struct slice role, name, public_key, certificate;
    struct texts holders, networks;
    uint64_t days;
};
struct key_rotate_ask {
    struct slice id, public_key, certificate;
};
struct key_revoke_ask {
    struct slice id;
};
struct key_list_ask {
    struct slice after;
    uint64_t limit;
};
/*
 * Asked without a credential. A key: `key` alone gets a challenge, with challenge and signature a session. Staff: with
 * password and totp a session, with a recovery code an invitation; `passkey` begin gets a challenge, finish a session.
 */
struct session_open_ask {
    struct slice key, challenge, signature;
    struct slice staff, shop; /* shop: which, where several of a home have the same address */
    struct slice password, totp, recovery, passkey, credential, client_data, authenticator_data;
    bool cookie; /* the token comes as a cookie, with what it wants in X-CSRF-Token beside it */
};
struct session_end_ask {
    char none;
};
struct role_put_ask {
    struct slice name;
    struct texts fields, purposes, acts;   /* fields: "email", "email.mask" */
    uint64_t minute, hour, daily, monthly; /* 0: by the shop's size */
    struct texts classes;                  /* "identity=5" */
    bool reason;
    bool grant, pass;
    struct slice lesson;
    uint64_t approval_above;
    struct slice watch;
    bool watch_alone;
};
struct role_list_ask {
    char none;
};
struct approval_ask_ask {
    struct slice reason;
    uint64_t subjects_max, minutes;
};
struct approval_list_ask {
    struct slice after;
    uint64_t limit;
};
struct approval_approve_ask {
    struct slice id;
};
struct approval_cancel_ask {
    struct slice id;
};
struct service_put_ask {
    struct slice name, about, recipients, basis, retention;
    struct texts keys, fields, purposes, routes;
};
struct service_list_ask {
    char none;
};
struct secret_add_ask {
    struct slice name, kind, owner, fingerprint;
    struct texts holders;
    uint64_t rotate_days;
};
struct secret_hold_ask {
    struct slice id;
    struct texts holders;
};
struct secret_rotated_ask {
    struct slice id, owner, fingerprint, proof, old_dead;
    struct texts holders;
};
struct secret_list_ask {
    struct slice after;
    uint64_t limit;
};
struct grant_add_ask {
    struct slice subject, role, key, ticket;
    struct texts fields;
    uint64_t minutes;
};
struct grant_list_ask {
    struct slice after;
    uint64_t limit;
};
struct pass_issue_ask {
    struct slice subject, client_network;
};

#endif
