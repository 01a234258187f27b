/*
 * Asks: what the front and the command line send to the keeper, and the answers that come back.
 *
 * An ask is a C struct described by a member table. The same table reads a JSON body (base/json.h), writes and reads
 * the wire form below, and makes the OpenAPI document, so a verb's shape stands in one place. The wire form is
 * positional, bounded and binary: the keeper never parses text that a stranger wrote.
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

enum {
    ASK_FRAME_BYTES_MAX = 4 * 1024 * 1024,
    ANSWER_FRAME_BYTES_MAX = 64 * 1024 * 1024, /* 1,000 subjects with every field at its limit stay below */
    BEARER_BYTES_MAX = 200,
    IDEMPOTENCY_BYTES_MAX = 200,
    NETWORK_BYTES = 16, /* IPv6, or IPv4 mapped (::ffff:a.b.c.d); all zero: the local operator */

    REVEAL_SUBJECTS_MAX = 1000,
    REVEAL_FIELDS_MAX = 64,
    VALUES_MAX = 512,        /* values of one subject */
    VALUE_BYTES_MAX = 16384, /* one value */
    ITEMS_MAX = 64,          /* items of a repeating group */
    REASON_BYTES_MAX = 500,
    NAME_BYTES_MAX = 64, /* of a field, role, purpose, key */
    ID_BYTES_MAX = 64,
    IMPORT_TARGETS_MAX = 256,
    IMPORT_ROWS_MAX = 1000,
    IMPORT_BYTES_MAX = 3 * 1024 * 1024,
    SCOPE_TEXTS_MAX = 256,
    EVIDENCE_PART_BYTES = 512 * 1024,
    HELD_FILES_MAX = 128, /* of one place */
    EXPORT_PIECE_BYTES = 256 * 1024,
    PAGE_MAX = 1000,
    MANIFEST_BYTES_MAX = 1024 * 1024, /* of a backup */
    NOTICE_LETTERS_MAX = 500
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

enum wire { WIRE_END, WIRE_TEXT, WIRE_BYTES, WIRE_U64, WIRE_BOOL, WIRE_TEXTS, WIRE_VALUES };

struct texts {
    const struct slice *at;
    size_t count;
};

enum value_kind { VALUE_TEXT, VALUE_REMOVE };

/* One personal value on its way in. A member of a repeating group names its group and which item it belongs to. */
struct value {
    struct slice name;  /* "email"; in a group its member, "door_code". REMOVE of a whole group: empty */
    struct slice group; /* "addresses"; empty outside a group */
    struct slice text;
    uint16_t item; /* 0 outside a group */
    uint8_t kind;  /* enum value_kind */
};

struct values {
    const struct value *at;
    size_t count;
};

/* One member of an ask. `max`: bytes of a TEXT or BYTES, entries of TEXTS and VALUES, largest number of U64. */
struct member {
    const char *name;
    enum wire wire;
    size_t max;
    size_t offset;
    bool required;
    const char *about; /* one line for OpenAPI */
};

struct self_ask {
    char none;
};
struct subject_create_ask {
    struct slice ref, lang, country, kind, on_conflict;
    struct values fields;
};
struct subject_show_ask {
    struct slice id;
};
struct subject_patch_ask {
    struct slice id, lang, country, ref;
    uint64_t version; /* from If-Match; 0: none given */
    struct values fields;
};
struct subject_close_ask {
    struct slice id;
};
struct subject_erase_ask {
    struct slice id, reason;
    bool dry_run;
};
struct subject_sightings_ask {
    struct slice id, after;
    uint64_t limit;
    bool proofs;
};
struct lookup_ask {
    struct slice field, value, purpose, reason;
};
struct reveal_ask {
    struct texts subjects, fields;
    struct slice purpose, reason, grant, pass;
};
/* rows: repeated (varint line · u8 count · count x (u8 index into targets · u8 item · varint length · bytes)) */
struct import_ask {
    struct texts targets;
    struct slice rows, on_conflict;
    bool dry_run;
};
struct ledger_checkpoint_ask {
    char none;
};
struct ledger_tile_ask {
    struct slice path; /* "tile/0/000.p/3", "tile/entries/000" */
};
struct ledger_proof_ask {
    uint64_t index, size; /* size 0: the newest */
};
struct ledger_entry_ask {
    uint64_t index;
};
struct ledger_cosign_ask {
    struct slice vkey, url;        /* register a witness, */
    struct slice checkpoint, line; /* or hand in the line by which it cosigned a checkpoint of this log */
};
struct ledger_pin_ask {
    struct slice where; /* who holds it outside: "mail to accountant", free text, sealed */
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
struct budget_put_ask {
    struct slice scope, id;
    uint64_t minute, hour, daily, monthly; /* 0: as without it */
};
struct budget_list_ask {
    char none;
};
struct blast_radius_ask {
    char none;
};
struct watch_status_ask {
    char none;
};
struct role_list_ask {
    char none;
};
struct alert_list_ask {
    struct slice after;
    uint64_t limit;
    bool all;
};
struct breaker_trip_ask {
    struct slice reader;
};
struct breaker_reset_ask {
    struct slice reader;
};
struct canary_begin_ask {
    struct texts domains, keepers;
};
struct canary_plant_ask {
    struct slice key, partner;
};
struct canary_list_ask {
    char none;
};
struct mute_put_ask {
    struct slice detector, reader, reason;
    uint64_t days;
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
struct field_put_ask {
    struct slice name, kind, mask, group, index; /* index: none | full */
    uint64_t bytes;
};
struct field_list_ask {
    char none;
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
struct mail_put_ask {
    struct slice url, starttls; /* starttls: required | never */
    struct slice user, password, from, name, reply_to, lang, ca;
};
struct mail_show_ask {
    char none;
};
struct mail_test_ask {
    struct slice to, lang;
};
/* What lines `lines_from` + 1 to `lines_to` of a log say, its bytes `from` to `to`: base/weblog/seen.h. Only on a home's own machine. */
struct observe_ask {
    struct slice system;      /* name of the service whose log it is */
    struct slice first, hash; /* SHA-256 of its first line, and of its first `to` bytes */
    uint64_t file, known;     /* its number, 0: new; then so many files of the system begin with that line */
    uint64_t from, to, lines_from, lines_to, broken;
    uint64_t newest_us, behind; /* time of its newest line; bytes that are there behind `to` */
    struct slice name;          /* of the file, sealed */
    struct slice
        marks; /* SHA-256 of its first 256 bytes, 512 … up to `to`: tells an older copy from another file */
    struct texts routes; /* of the service, as the rows number them */
    struct slice rows;
};
struct observe_list_ask {
    struct slice system, first, after;
    uint64_t limit;
};
struct mail_list_ask {
    char none;
};
struct sink_put_ask {
    struct slice id, kind, url, file, address, severity, state, ca, lang, offset; /* id empty: a new one */
};
struct sink_list_ask {
    char none;
};
struct sink_drop_ask {
    struct slice id;
};
struct sink_test_ask {
    struct slice id;
};
struct weekly_ask {
    struct slice lang;
};
struct backup_tell_ask {
    struct slice outcome, manifest, cause; /* manifest: the signed note, where one was made */
};
struct backup_status_ask {
    char none;
};
struct password_range_ask {
    struct slice prefix;
    bool padding;
};
struct events_ask {
    uint64_t next; /* number of the first one that is wanted; 0: from now on */
};
struct incident_open_ask {
    struct slice title, kind, at, source, lang;
};
struct incident_list_ask {
    struct slice after;
    uint64_t limit;
};
struct incident_show_ask {
    struct slice id, part, after; /* part empty: its state; timeline; or one kind of line */
    uint64_t limit;
};
struct incident_add_ask {
    struct slice id, kind, text, name, state, who, at, due;
    uint64_t of;
    struct slice source, confidence;
    struct texts evidence;
    struct slice hash, receipt, check;
    uint64_t fixes;
    struct slice stance;
    bool cause, needs_evidence;
    uint64_t minutes, amount;
    struct slice currency, peers, role, question, lang, answer, until, url;
    struct texts says;
    uint64_t people;
    struct slice basis;
};
struct incident_facts_ask {
    struct slice id;
};
struct report_draft_ask {
    struct slice id, duty, lang;
    uint64_t amends;
    bool dry_run;
};
struct report_show_ask {
    struct slice id;
    uint64_t line; /* 0: all, without their texts */
};
struct report_print_ask {
    struct slice id;
    uint64_t line;
};
struct report_file_ask {
    struct slice id, at, how, receipt, hash;
    uint64_t line;
};
struct incident_clocks_ask {
    struct slice id;
};
struct incident_severity_ask {
    struct slice id;
};
struct incident_cost_ask {
    struct slice id; /* empty: what a leak of everybody would cost today */
    uint64_t notice_each, redress_each;
};
struct profile_put_ask { /* empty: as it was; "-": not said any more */
    struct slice seat, turnover, currency, sector, marketplace, medium, prevention, name, contact, desk;
};
struct profile_show_ask {
    char none;
};
struct contact_put_ask {
    uint64_t number; /* 0: a new one */
    struct slice regime, recipient, name, way, note;
    bool drop;
};
struct contact_list_ask {
    struct slice regime;
};
struct statement_draft_ask {
    struct slice id, kind, lang, channel, text;
    uint64_t amends, hours;
    bool dry_run;
};
struct statement_show_ask {
    struct slice id;
    uint64_t line; /* 0: all, without their texts */
};
struct statement_publish_ask {
    struct slice id, where;
    uint64_t line, hours;
};
struct incident_contain_ask {
    struct slice id;
    bool dry_run, lift;
};
struct incident_scope_ask {
    struct slice id, from, to;
    struct texts fields, keys, staff, holders, outside_readers, networks, purposes, gaps, copied_at, keks,
        indexes, outside, evidence;
    uint64_t quiet_hours; /* 0: a day */
};
struct incident_hold_ask {
    struct slice id, place;
    struct texts files;
    struct slice text; /* why it ends */
    bool end;
};
struct incident_check_ask {
    struct slice id;
    uint64_t line; /* 0: all */
};
struct incident_exposures_ask {
    struct slice id, subject, after;
    uint64_t number, limit; /* number 0: the newest count */
};
struct incident_reconcile_ask {
    struct slice id;
};
struct incident_export_ask {
    struct slice id, personal;
};
struct incident_close_ask {
    struct slice id, text;
    bool dry_run, reopen;
};
struct evidence_add_ask {
    struct slice id, data, name, source, upload; /* data: a part, base64 */
    uint64_t part;
    bool more;
};
struct evidence_read_ask {
    struct slice id;
    uint64_t line;
    struct slice reason, taking; /* taking: as the first answer names it; empty: begin */
    uint64_t part;
    bool check;
};
struct evidence_match_ask {
    struct slice id;
    uint64_t line;
    bool progress, again;
};
struct evidence_orphans_ask {
    struct slice id, file, reason;
    bool dry_run;
};
struct notice_draft_ask {
    struct slice id, kind, channel;
    struct texts audiences, regimes;
    uint64_t number, after, per_day;
    bool consent, no_care;
};
struct notice_status_ask {
    struct slice id, state, after;
    uint64_t run, limit;
};
struct notice_act_ask {
    struct slice id, act, to, lang, text;
    uint64_t run;
    struct texts subjects;
};
struct notice_hook_ask {
    struct slice url, form, template, token, ca;
};
struct notice_letters_ask {
    struct slice id, after;
    uint64_t run, limit;
};
struct notice_preview_ask {
    struct slice id, lang;
    uint64_t run;
};
struct notice_person_ask {
    struct slice id, subject;
    uint64_t run;
};
struct notice_verify_ask {
    struct slice code;
};
struct portal_show_ask {
    struct slice browser;
};
struct portal_verify_ask {
    struct slice browser, code;
};
struct portal_code_ask {
    struct slice browser, email, lang;
};
struct portal_enter_ask {
    struct slice browser, code;
};
struct portal_leave_ask {
    struct slice browser;
};
struct portal_mine_ask {
    struct slice browser;
};
struct portal_data_ask {
    struct slice browser, notice;
};
struct portal_seen_ask {
    struct slice browser, after;
    uint64_t account;
};
struct portal_wallet_ask {
    struct slice browser, lang;
    uint64_t account;
};
struct portal_write_ask {
    struct slice browser, kind, text, sender, contact, lang, country;
    uint64_t account;
    bool mine;
};
struct portal_status_ask {
    struct slice browser, file, lang;
};
struct notice_bounce_ask {
    struct slice recipient, message;
};
struct notice_text_ask {
    struct slice lang, kind, text;
};
struct words_check_ask {
    struct slice id, lang, kind, subject, text;
    bool part, possible;
};
struct campaign_open_ask {
    struct slice title, purpose, incident, class, who;
    uint64_t number;
    struct texts subjects, parts, budgets;
    struct slice currency, from, until, zone, recipient;
    uint64_t refund_days;
    bool linked;
    struct slice terms_en, terms_id, terms_ko;
};
struct campaign_announce_ask {
    struct slice id;
    struct texts accepted;
};
struct campaign_change_ask {
    struct slice id, from, until, zone, recipient;
    uint64_t refund_days;
    struct texts budgets;
    struct slice terms_en, terms_id, terms_ko;
    struct texts accepted;
    bool announce;
};
struct campaign_show_ask {
    struct slice id; /* empty: all */
};
struct campaign_totals_ask {
    struct slice id;
};
struct campaign_codes_ask {
    struct slice id, taking;
    uint64_t piece;
};
struct campaign_rekey_ask {
    struct slice id;
};
struct ticket_open_ask {
    struct slice kind, text, subject, incident, contact, sender, lang, country;
};
struct ticket_list_ask {
    struct slice kind, state, after;
    uint64_t limit;
    bool overdue;
};
struct ticket_show_ask {
    struct slice id;
};
struct ticket_act_ask {
    struct slice id, act, text, who;
    bool mail;
};
struct pool_open_ask {
    struct slice title, currency, until, incident, text;
    uint64_t amount;
};
struct pool_list_ask {
    char none;
};
struct pool_act_ask {
    struct slice id, act, text;
};
struct claim_make_ask {
    struct slice pool, subject, text, evidence;
    uint64_t amount;
};
struct claim_list_ask {
    struct slice pool, after;
    uint64_t limit;
};
struct claim_show_ask {
    struct slice id;
};
struct claim_act_ask {
    struct slice id, act, text;
    uint64_t amount;
};
struct promise_add_ask {
    struct slice kind, text, due, provider, enrolment, purpose, currency, incident;
    uint64_t years, cost;
};
struct promise_list_ask {
    struct slice incident;
    bool open;
};
struct promise_act_ask {
    struct slice id, act, text, proof;
};
struct desk_rights_ask {
    struct slice country, lang;
};
struct wallet_ask {
    struct slice id, pass, grant, reason, lang;
    bool codes;
};
struct voucher_check_ask {
    struct slice code, campaign, part, client_network;
};
struct voucher_reserve_ask {
    struct slice code, campaign, part, client_network;
    uint64_t amount, seconds;
};
struct voucher_redeem_ask {
    struct slice code, campaign, part, client_network;
    uint64_t amount;
};
struct voucher_capture_ask {
    struct slice redemption;
    uint64_t amount;
};
struct voucher_void_ask {
    struct slice redemption;
};
struct voucher_refund_ask {
    struct slice redemption;
    uint64_t amount;
};
struct evidence_release_ask {
    struct slice id;
    uint64_t line;
    struct slice reason;
    bool dry_run;
};
struct export_ask_ask {
    struct texts fields, subjects;
    struct slice purpose, reason, who, incident, field, class, format, recipient;
    uint64_t number; /* which count of the incident; 0: the newest */
};
struct export_list_ask {
    struct slice after;
    uint64_t limit;
};
struct export_show_ask {
    struct slice id;
};
struct export_read_ask {
    struct slice id;
    uint64_t from, bytes; /* bytes 0: as many as go into a piece */
};
struct job_list_ask {
    struct slice after;
    uint64_t limit;
};
struct job_show_ask {
    struct slice id;
};
struct job_cancel_ask {
    struct slice id;
};
struct rotate_ask {
    bool rekey, dry_run;
};
struct rotation_ask {
    char none;
};
struct status_ask {
    bool metrics;
};
struct shop_add_ask {
    struct slice name, origin;
};
struct shop_list_ask {
    char none;
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
/* Is it one of the portal's, which need no credential and are served there alone? Their names begin with portal_. */
bool verb_at_portal(enum verb verb);

const struct verb_row *verb_row(enum verb verb);

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

/* Rows of an import ask. A writer appends to `rows`; the reader walks them. Bounds as in import_ask. */
struct import_value {
    uint8_t target; /* index into targets */
    uint8_t item;
    struct slice text;
};
void import_row_write(uint64_t line, const struct import_value *values, size_t count, struct buf *rows);
/* False at the end or when the bytes are bad (`rows->bad`). `values` has room for IMPORT_TARGETS_MAX. */
bool import_row_read(struct cursor *rows, uint64_t *line, struct import_value *values, size_t *count);

#endif
