/*
 * Access: who asks, in which role, and what that role may see for which purpose.
 *
 * Only access.c makes a `struct permit`, and records open only for one. Credentials (reader.c) are random secrets
 * kept as HMAC(pepper, secret), so no key of the server can mint one. Main calls: access_reader(), access_permit().
 */
#ifndef AMN_KEEP_ACCESS_H
#define AMN_KEEP_ACCESS_H

#include "base/asks.h"
#include "base/clock.h"
#include "keep/access/body_row.h"
#include "keep/access/network.h"
#include "keep/access/staff.h"
#include "keep/field.h"
#include "prove/entry.h"
#include "watch/budget/budget.h"
#include "watch/policy.h"

struct shop;

enum act {
#define ACT(NAME, bit, name, of, about) ACT_##NAME = (bit),
#include "keep/access/acts.def"
#undef ACT
};

enum {
    ROLE_NAME_BYTES_MAX = 32,
    ROLE_PURPOSES_MAX = 32,
    KEY_HOLDERS_MAX = 64,
    CSRF_BYTES = 32,
    KEY_NETWORKS_MAX = 16,
    KEY_DAYS_MAX = 90,
    KEY_UNUSED_DAYS = 14,   /* then it ends */
    KEY_FAR_HOURS_MAX = 24, /* a plain bearer from elsewhere than this machine */
    AMK_SECRET_BYTES = 32,
    AMK_BYTES = 4 + 4 + AMK_SECRET_BYTES, /* shop tag, key number, secret */
    PURPOSE_ANY = UINT32_MAX
};

/* What acts are about: a column of acts.def. */
enum { ACTS_OF_HOUSE, ACTS_OF_PERSONS = 1, ACTS_OF_VOUCHERS = 2, ACTS_OF_BOTH = 3 };
bool act_is_of(enum act act, unsigned of);

struct role {
    uint32_t id; /* from 1 */
    char name[ROLE_NAME_BYTES_MAX + 1];
    uint64_t full, masked; /* fields it may see; `full` includes masked forms */
    bool fields_all;       /* also those added later */
    uint64_t acts;         /* bits of enum act */
    uint32_t purposes[ROLE_PURPOSES_MAX];
    size_t purpose_count;          /* PURPOSE_ANY as the only one: any */
    struct limits limits;          /* of one reader; 0 in a window: by the shop's size */
    uint32_t classes[CLASS_COUNT]; /* people a day at fields of that class; 0: no limit of its own */
    bool reason;
    bool grant, pass;                     /* each subject needs an open grant; a self pass of that subject */
    char lesson[ROLE_NAME_BYTES_MAX + 1]; /* everybody behind the reader must have learned it; empty: none */
    uint64_t approval_above; /* more subjects in one ask or day need an approved permit; 0: never */
    enum stance stance;      /* what a finding of a detector may do to its readers */
    bool alone;              /* when several of them are stopped, the others are not: watch/together.h */
};

/* How a key's holder proves to be one. */
enum key_proof {
    PROOF_SECRET = 1, /* sends it: `proof` is HMAC(pepper, number and secret) */
    PROOF_SIGNATURE,  /* signs a challenge: `proof` is the Ed25519 public key */
    PROOF_CERTIFICATE, /* has the private key of a TLS certificate: `proof` is SHA-256 of its public key (SPKI) */
};

struct key {
    uint32_t id; /* from 1 */
    uint32_t role;
    char name[NAME_BYTES_MAX + 1];
    uint32_t holders[KEY_HOLDERS_MAX];
    size_t holder_count;
    enum key_proof proof_kind;
    struct hash proof;
    int64_t created_us, expires_us, ended_us; /* ended 0: not yet */
    struct network_range networks[KEY_NETWORKS_MAX];
    size_t network_count;  /* 0: good from anywhere */
    uint32_t rotated_from; /* the key whose place it takes; 0: none */
    uint64_t made_by;      /* reader_no() of who issued it, and saw its secret */
    struct hash probe_mac; /* of its probe: a secret that only tells whether the key is let in */
    uint8_t probe[AMK_SECRET_BYTES + AEAD_EXTRA_BYTES]; /* that secret, sealed; key_probe() opens it */
};

/* Readers of a shop in memory, as its authority rows say. */
struct access {
    struct role *roles;
    size_t role_count;
    struct key *keys;
    size_t key_count;
    struct staff *staff;
    size_t staff_count;
    struct approval *approvals; /* keep/access/approval.h */
    size_t approval_count;
    struct secret_row *secrets; /* keep/access/secret.h */
    size_t secret_count;
    struct leave *leaves; /* keep/access/leave.h */
    size_t leave_count;
    struct service *services; /* keep/access/service.h */
    size_t service_count;
    struct containment *containments; /* keep/access/containment.h */
    size_t containment_count;
    struct body_rows notices;  /* keep/access/notice_row.h */
    struct body_rows redress;  /* keep/access/redress_row.h */
    struct body_rows payments; /* the same */
    struct hold *holds;        /* keep/hold.h */
    size_t hold_count;
    struct keeping *keepings; /* keep/keeping.h */
    size_t keeping_count;
    struct service_use *uses; /* by key number - 1: what each key asked for since the start */
    size_t use_count;
    struct sign_in_row *sign_ins; /* one a member of staff, of the same id: keep/access/sign_in.h */
    size_t sign_in_count;
    struct budget_row *budgets; /* keep/access/limits.h */
    size_t budget_count;
    int64_t quiet_us; /* since when nobody is told of persons; 0: they are: keep/access/quiet.h */
    struct role
        operator_role; /* of whoever holds the machine: built in, so that no change of roles locks them out */
};
void access_done(struct access *access);

/* Who asks. */
struct reader {
    uint64_t no;   /* reader_no() */
    uint64_t line; /* reader_line(): what its budgets are counted under */
    const struct role *role;
    const struct key *key;     /* NULL: the local operator, a member of staff, a stranger */
    uint32_t session;          /* number of the session it came by; 0: none */
    char csrf[CSRF_BYTES + 1]; /* what its browser must show to change something; empty without a cookie */
    uint8_t network[NETWORK_BYTES];
    /* The staff who may be behind it: the holders of a key, or who signed in. None: the operator, an unnamed key. */
    uint32_t persons[KEY_HOLDERS_MAX];
    size_t person_count;
};

/*
 * Find the reader of a credential: a key's secret or certificate, a session's token, a key's probe. No credential from
 * the local socket is the operator, in role admin. A verb that wants none has a stranger: number 0, a role that may do nothing.
 * When the credential is somebody's, yet not let in, `out` says whose. KEY_NETWORK, KEY_PROBE, CREDENTIAL_MISSING;
 * CREDENTIAL_UNKNOWN (never says which part of a secret was wrong; the same work for every wrong one).
 */
RESULT access_reader(struct shop *shop, const struct ask_head *head, bool local, struct reader *out);

/* May this reader do that? ROLE_ACT otherwise. */
RESULT access_act(const struct reader *reader, enum act act);

/* May it ask that? By the verb's act; or, of what an auditor reads, by AUDIT: such a verb changes nothing then, see access_audits(). */
RESULT access_verb(const struct reader *reader, enum verb verb);

/* Does it read incidents as an auditor, by AUDIT alone? Then it is given what is there, each time with an entry. */
bool access_audits(const struct reader *reader);

enum act access_act_of(enum verb verb);

/* Has everybody behind this reader learned what its role asks? ROLE_LESSON otherwise, also when nobody is named. */
RESULT access_lesson(struct shop *shop, const struct reader *reader);

/* The number of a purpose: 0 and no failure for one that is in no table, when the role may use any. */
RESULT access_purpose(const struct reader *reader, struct slice purpose, uint32_t *out);

/* One asked field, in the form that was asked. */
enum form { FORM_FULL, FORM_MASK, FORM_LAST4 };
struct asked_field {
    uint8_t field; /* its number */
    uint8_t form;  /* enum form */
};

/*
 * The right to look: made here and nowhere else.
 * fields in the order asked; a group stands as its fields.
 */
struct permit {
    uint32_t role, purpose;
    bool purpose_named; /* its name must stand aside */
    struct asked_field fields[FIELD_MAX * 3];
    size_t field_count;
    uint64_t full, masked;     /* what may be opened for it */
    uint32_t right_kind;       /* enum right_kind, when a grant or self pass was needed or shown; 0: none */
    uint64_t right_entry;      /* the one that was used; 0: several grants */
    struct subject_no subject; /* of a pass: the customer; 0: no pass */
    uint8_t network
        [NETWORK_BYTES]; /* where the person is who looks: the reader's, or for a pass the customer's tag */
};

/*
 * Role, purpose, reason, fields, and where the role asks for them or the ask names them: grant and pass.
 * ROLE_PURPOSE, PURPOSE_UNKNOWN, REASON_MISSING, ROLE_FIELD, FIELD_UNKNOWN, and those of grant_permit(), pass_permit().
 */
RESULT access_permit(struct shop *shop, const struct reader *reader, const struct reveal_ask *ask,
                     struct permit *out);

/* Bodies of authority rows, and taking them into memory. `id` and `entry` come with the row. */
void role_body_write(const struct role *role, struct buf *out);
RESULT role_from_ask(struct shop *shop, const struct role_put_ask *ask, struct role *out);
void key_body_write(const struct key *key, struct buf *out);
RESULT access_take(struct shop *shop, uint16_t kind, uint32_t id, struct slice body);

/*
 * May who has the role `giver` hand out credentials of `given`? Not with fields or acts beyond its own, or whoever may
 * issue keys could make itself an admin. Numbers of people are not looked at.
 */
bool role_may_give(const struct role *giver, const struct role *given);

/* Does it give out roles and keys, so that its reader could give itself anything? */
bool role_gives_rights(const struct role *role);

/*
 * Would a reader of `inner` be able to do nothing that one of `outer` could not, in a shop of so many customers? Then
 * `inner` is no loosening of it.
 */
bool role_within(const struct role *inner, const struct role *outer, uint64_t customers);

const struct role *role_find(const struct access *access, struct slice name); /* NULL */
const struct role *role_by_id(const struct access *access, uint32_t id);      /* NULL */
struct key *key_by_id(struct access *access, uint32_t id);                    /* NULL */

/*
 * The number under which a reader's looks are counted: of a key that took another's place by rotation the first one's
 * of that line, else a key could fill its own budgets again. Of anybody else their own.
 */
uint64_t reader_line(const struct access *access, uint64_t reader);

/* The built-in roles: admin, service, support, auditor. `index` 0 … role_builtin_count() - 1. */
/* The built-in roles, as docs/roles.md tells of them. `index` 0 … role_builtin_count() - 1. */
size_t role_builtin_count(void);
struct role role_builtin(size_t index);

/* Make a new key's secret: its text "amk_…" goes to `text`, its MAC into the key. */
void key_secret_make(struct shop *shop, struct key *key, struct buf *text);
/* Make a new key's probe: its MAC and the sealed secret go into the key. */
void key_probe_make(struct shop *shop, struct key *key);
/* The text of a key's probe, "amt_…", appended: it answers as the key would, and may only ask who it is. CORRUPT. */
RESULT key_probe(struct shop *shop, const struct key *key, struct buf *out);
/* May this key be used now: CREDENTIAL_UNKNOWN when it was ended, is over, or was unused for too long. And from this
 * network: KEY_NETWORK. */
RESULT key_usable(const struct shop *shop, const struct key *key, int64_t now_us);
/* The first alone, whether or not an incident suspends the key: for what ends or rotates keys. */
RESULT key_live(const struct shop *shop, const struct key *key, int64_t now_us);
RESULT key_here(const struct key *key, const uint8_t network[NETWORK_BYTES]);
/* The shop tag at the start of a token; false when it is none. */
bool token_shop(struct slice token, uint8_t out[4]);
/* The key whose certificate "cert:…" names, as the front says of a TLS client; NULL. Cost: a walk over the keys. */
const struct key *key_of_certificate(const struct access *access, struct slice bearer);

const char *act_name(enum act act);         /* NULL: a bit of no act */
const char *purpose_name(uint32_t purpose); /* NULL */

#endif
