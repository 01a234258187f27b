/* The members of every ask, in the order of the wire: one table a verb. How they are written and read is in asks.c. */
#include "base/asks.h"

#include <assert.h>

enum {
    SUBJECT_REF_BYTES_MAX = 128,
    PATH_BYTES_MAX = 80,
    LINE_TEXT_MAX = 4000,
    VKEY_BYTES_MAX = 400,
    DAYS_MAX = 90,
    WEBAUTHN_CLIENT_MAX = 2732,       /* 2,048 bytes as base64url */
    WEBAUTHN_ATTESTATION_MAX = 10924, /* 8,192 */
    WEBAUTHN_DATA_MAX = 1368,         /* 1,024 */
    WEBAUTHN_ID_MAX = 684,            /* 512 */
    SIGNATURE_MAX = 800,              /* 600, such as an RSA signature's */
    PEM_BYTES_MAX = 16384,
    INDEX_MAX_BITS = 40
};

#define TEXT(ask, name, max, required, about)                              \
    {                                                                      \
#name, WIRE_TEXT, max, offsetof(struct ask, name), required, about \
    }
#define MEMBER(ask, name, wire, max, required, about)                 \
    {                                                                 \
#name, wire, max, offsetof(struct ask, name), required, about \
    }

static const char subject_id_about[] = "the subject's public id, sub_…";
static const char staff_id_about[] = "a member of staff, staff_…";
static const char purpose_about[] = "why, as one of the role's purposes";
static const char reason_about[] = "why, in words; sealed, never in the ledger";
static const char lang_about[] = "id, ko, en or another ISO 639 code";
static const char country_about[] = "ISO 3166 alpha-2";
static const char ref_about[] = "the shop's own id of the customer, unique";
static const char conflict_about[] = "fail, update or skip when the ref exists";
static const char page_about[] = "the `next` of the page before";
static const char networks_about[] = "where it may be used from, such as 192.0.2.0/24; none: anywhere";
static const char public_key_about[] =
    "Ed25519 public key, PEM or base64: its holder signs challenges, and no secret is made";
static const char certificate_about[] = "TLS client certificate, PEM: its public key is the credential";
static const char limit_about[] = "1 to 1000, default 100";

static const struct member self_members[] = {{0}};
static const struct member subject_create_members[] = {
    TEXT(subject_create_ask, ref, SUBJECT_REF_BYTES_MAX, true, ref_about),
    TEXT(subject_create_ask, lang, 8, false, lang_about),
    TEXT(subject_create_ask, country, 2, false, country_about),
    TEXT(subject_create_ask, kind, 16, false, "customer (default) or linked"),
    TEXT(subject_create_ask, on_conflict, 8, false, conflict_about),
    MEMBER(subject_create_ask, fields, WIRE_VALUES, VALUES_MAX, true, "the personal values by field"),
    {0},
};
static const struct member subject_show_members[] = {
    TEXT(subject_show_ask, id, ID_BYTES_MAX, true, subject_id_about),
    {0},
};
static const struct member subject_patch_members[] = {
    TEXT(subject_patch_ask, id, ID_BYTES_MAX, true, subject_id_about),
    TEXT(subject_patch_ask, lang, 8, false, lang_about),
    TEXT(subject_patch_ask, country, 2, false, country_about),
    TEXT(subject_patch_ask, ref, SUBJECT_REF_BYTES_MAX, false, ref_about),
    MEMBER(subject_patch_ask, version, WIRE_U64, UINT64_MAX, false,
           "the version it was made from (If-Match)"),
    MEMBER(subject_patch_ask, fields, WIRE_VALUES, VALUES_MAX, false, "new values; null removes one"),
    {0},
};
static const struct member subject_close_members[] = {
    TEXT(subject_close_ask, id, ID_BYTES_MAX, true, subject_id_about),
    {0},
};
static const struct member subject_erase_members[] = {
    TEXT(subject_erase_ask, id, ID_BYTES_MAX, true, subject_id_about),
    TEXT(subject_erase_ask, reason, REASON_BYTES_MAX, false, reason_about),
    MEMBER(subject_erase_ask, dry_run, WIRE_BOOL, 1, false, "say what would be erased, change nothing"),
    {0},
};
static const struct member subject_sightings_members[] = {
    TEXT(subject_sightings_ask, id, ID_BYTES_MAX, true, subject_id_about),
    TEXT(subject_sightings_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(subject_sightings_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    MEMBER(subject_sightings_ask, proofs, WIRE_BOOL, 1, false, "with leaf, path and inclusion proof"),
    {0},
};
static const struct member lookup_members[] = {
    TEXT(lookup_ask, field, NAME_BYTES_MAX, true, "an indexed field, or ref"),
    TEXT(lookup_ask, value, 1024, true, "the value to look for"),
    TEXT(lookup_ask, purpose, NAME_BYTES_MAX, true, purpose_about),
    TEXT(lookup_ask, reason, REASON_BYTES_MAX, false, reason_about),
    {0},
};
static const struct member reveal_members[] = {
    MEMBER(reveal_ask, subjects, WIRE_TEXTS, REVEAL_SUBJECTS_MAX, false,
           "1 to 1000 public ids; none with a pass: its customer"),
    MEMBER(reveal_ask, fields, WIRE_TEXTS, REVEAL_FIELDS_MAX, true,
           "field names, groups, or name.mask, name.last4"),
    TEXT(reveal_ask, purpose, NAME_BYTES_MAX, true, purpose_about),
    TEXT(reveal_ask, reason, REASON_BYTES_MAX, false, reason_about),
    TEXT(reveal_ask, grant, ID_BYTES_MAX, false, "the grant it is made under; none: any that is open for it"),
    TEXT(reveal_ask, pass, BEARER_BYTES_MAX, false, "the self pass of a customer who signed in, amp_…"),
    {0},
};
static const struct member import_members[] = {
    MEMBER(import_ask, targets, WIRE_TEXTS, IMPORT_TARGETS_MAX, true, "what the columns hold"),
    MEMBER(import_ask, rows, WIRE_BYTES, IMPORT_BYTES_MAX, true, "encoded rows"),
    TEXT(import_ask, on_conflict, 8, false, conflict_about),
    MEMBER(import_ask, dry_run, WIRE_BOOL, 1, false, "say what would happen, change nothing"),
    {0},
};
static const struct member ledger_checkpoint_members[] = {{0}};
static const struct member ledger_tile_members[] = {
    TEXT(ledger_tile_ask, path, PATH_BYTES_MAX, true, "tile path"),
    {0},
};
static const struct member ledger_proof_members[] = {
    MEMBER(ledger_proof_ask, index, WIRE_U64, (size_t)1 << INDEX_MAX_BITS, true, "entry number, from 0"),
    MEMBER(ledger_proof_ask, size, WIRE_U64, (size_t)1 << INDEX_MAX_BITS, false,
           "tree size; 0 or none: the newest"),
    {0},
};
static const struct member ledger_entry_members[] = {
    MEMBER(ledger_entry_ask, index, WIRE_U64, (size_t)1 << INDEX_MAX_BITS, true, "entry number, from 0"),
    {0},
};
static const struct member ledger_cosign_members[] = {
    TEXT(ledger_cosign_ask, vkey, VKEY_BYTES_MAX, true, "the witness's verifier key"),
    TEXT(ledger_cosign_ask, url, 400, false, "where it takes checkpoints"),
    TEXT(ledger_cosign_ask, checkpoint, 2000, false, "the signed checkpoint that it cosigned"),
    TEXT(ledger_cosign_ask, line, 1000, false, "its cosignature line"),
    {0},
};
static const struct member ledger_pin_members[] = {
    TEXT(ledger_pin_ask, where, REASON_BYTES_MAX, true, "who holds the checkpoint outside"),
    {0},
};
static const struct member staff_add_members[] = {
    TEXT(staff_add_ask, name, 200, true, "the person's name"),
    TEXT(staff_add_ask, email, 254, true, "the person's e-mail, by which they sign in"),
    TEXT(staff_add_ask, role, NAME_BYTES_MAX, false, "the role of their sessions; none: they cannot sign in"),
    TEXT(staff_add_ask, lang, 8, false, lang_about),
    {0},
};
static const struct member staff_leave_members[] = {
    TEXT(staff_leave_ask, id, ID_BYTES_MAX, true, "who leaves, staff_…"),
    MEMBER(staff_leave_ask, at_once, WIRE_BOOL, 1, false,
           "keys that others hold as well end now, not within 24 hours"),
    {0},
};
static const struct member staff_left_members[] = {
    TEXT(staff_left_ask, id, ID_BYTES_MAX, true, "who left, staff_…"),
    {0},
};
static const struct member staff_list_members[] = {
    TEXT(staff_list_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(staff_list_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
static const struct member staff_lesson_members[] = {
    TEXT(staff_lesson_ask, id, ID_BYTES_MAX, true, staff_id_about),
    TEXT(staff_lesson_ask, lesson, 32, true, "what they were taught: letters, digits, - and _"),
    {0},
};
static const struct member staff_role_members[] = {
    TEXT(staff_role_ask, id, ID_BYTES_MAX, true, staff_id_about),
    TEXT(staff_role_ask, role, NAME_BYTES_MAX, false,
         "the role of their sessions from now on; none: they cannot sign in"),
    {0},
};
static const struct member staff_invite_members[] = {
    TEXT(staff_invite_ask, id, ID_BYTES_MAX, true, staff_id_about),
    {0},
};
static const struct member staff_recover_members[] = {
    TEXT(staff_recover_ask, id, ID_BYTES_MAX, true, staff_id_about),
    {0},
};
static const struct member enrol_members[] = {
    TEXT(enrol_ask, invite, ID_BYTES_MAX, false, "the invitation, ami_…; none: for whom the session is"),
    TEXT(enrol_ask, current, 8, false, "without an invitation: a code of the present app"),
    TEXT(enrol_ask, password, 200, false, "a new password of 12 to 200 bytes"),
    TEXT(enrol_ask, totp, 8, false, "the first code of the new app: confirms the password"),
    TEXT(enrol_ask, passkey, 8, false, "begin: options for the browser; finish: what it gave back"),
    TEXT(enrol_ask, name, NAME_BYTES_MAX, false, "a name to know the passkey by"),
    TEXT(enrol_ask, challenge, 64, false, "the challenge of those options, as it was given"),
    TEXT(enrol_ask, client_data, WEBAUTHN_CLIENT_MAX, false, "clientDataJSON, base64url"),
    TEXT(enrol_ask, attestation, WEBAUTHN_ATTESTATION_MAX, false, "attestationObject, base64url"),
    {0},
};
static const struct member key_issue_members[] = {
    TEXT(key_issue_ask, role, NAME_BYTES_MAX, true, "the role its holder gets"),
    TEXT(key_issue_ask, name, NAME_BYTES_MAX, false, "what the key is for"),
    MEMBER(key_issue_ask, holders, WIRE_TEXTS, 64, false, "staff ids of everyone who holds it"),
    MEMBER(key_issue_ask, days, WIRE_U64, DAYS_MAX, false, "days until it ends; default and most 90"),
    MEMBER(key_issue_ask, networks, WIRE_TEXTS, 16, false, networks_about),
    TEXT(key_issue_ask, public_key, PEM_BYTES_MAX, false, public_key_about),
    TEXT(key_issue_ask, certificate, PEM_BYTES_MAX, false, certificate_about),
    {0},
};
static const struct member key_rotate_members[] = {
    TEXT(key_rotate_ask, id, ID_BYTES_MAX, true, "the key's id, key_…"),
    TEXT(key_rotate_ask, public_key, PEM_BYTES_MAX, false, public_key_about),
    TEXT(key_rotate_ask, certificate, PEM_BYTES_MAX, false, certificate_about),
    {0},
};
static const struct member key_revoke_members[] = {
    TEXT(key_revoke_ask, id, ID_BYTES_MAX, true, "the key's id, key_…"),
    {0},
};
static const struct member key_list_members[] = {
    TEXT(key_list_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(key_list_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
static const struct member session_open_members[] = {
    TEXT(session_open_ask, key, ID_BYTES_MAX, false, "the key's id, key_…"),
    TEXT(session_open_ask, challenge, 512, false, "the challenge, as it was given"),
    TEXT(session_open_ask, signature, SIGNATURE_MAX, false,
         "base64 of the key's Ed25519 signature over the challenge, or of the passkey's"),
    TEXT(session_open_ask, staff, 254, false, "who signs in: e-mail or staff_…"),
    TEXT(session_open_ask, shop, 32, false,
         "which shop of this vault, where they have the same address in several"),
    TEXT(session_open_ask, password, 200, false, "their password"),
    TEXT(session_open_ask, totp, 8, false, "the code of now"),
    TEXT(session_open_ask, recovery, 32, false, "a recovery code in place of it: gives an invitation"),
    TEXT(session_open_ask, passkey, 8, false, "begin: options for the browser; finish: what it gave back"),
    TEXT(session_open_ask, credential, WEBAUTHN_ID_MAX, false, "rawId, base64url"),
    TEXT(session_open_ask, client_data, WEBAUTHN_CLIENT_MAX, false, "clientDataJSON, base64url"),
    TEXT(session_open_ask, authenticator_data, WEBAUTHN_DATA_MAX, false, "authenticatorData, base64url"),
    MEMBER(session_open_ask, cookie, WIRE_BOOL, 1, false, "the token comes as a cookie, for browsers"),
    {0},
};
static const struct member session_end_members[] = {{0}};
static const char minute_about[] = "different people in a minute; 0 or none: by the shop's size";
static const char hour_about[] = "different people in an hour; 0 or none: by the shop's size";
static const char daily_about[] = "different people in a day; 0 or none: by the shop's size";
static const char monthly_about[] = "different people in 30 days; 0 or none: by the shop's size";
static const struct member role_put_members[] = {
    TEXT(role_put_ask, name, NAME_BYTES_MAX, true, "the role's name"),
    MEMBER(role_put_ask, fields, WIRE_TEXTS, 128, true, "fields it may see; name.mask: only masked; *: all"),
    MEMBER(role_put_ask, purposes, WIRE_TEXTS, 32, true, "purposes it may look for"),
    MEMBER(role_put_ask, acts, WIRE_TEXTS, 32, true, "what it may do: reveal, lookup, create, …"),
    MEMBER(role_put_ask, minute, WIRE_U64, UINT32_MAX, false, minute_about),
    MEMBER(role_put_ask, hour, WIRE_U64, UINT32_MAX, false, hour_about),
    MEMBER(role_put_ask, daily, WIRE_U64, UINT32_MAX, false, daily_about),
    MEMBER(role_put_ask, monthly, WIRE_U64, UINT32_MAX, false, monthly_about),
    MEMBER(role_put_ask, classes, WIRE_TEXTS, 16, false,
           "people a day at fields of a class, such as identity=5"),
    MEMBER(role_put_ask, reason, WIRE_BOOL, 1, false, "must it say why in words"),
    MEMBER(role_put_ask, grant, WIRE_BOOL, 1, false, "does each subject need an open grant"),
    MEMBER(role_put_ask, pass, WIRE_BOOL, 1, false, "does it need the subject's own self pass"),
    TEXT(role_put_ask, lesson, 32, false, "what everybody behind the reader must have learned"),
    MEMBER(role_put_ask, approval_above, WIRE_U64, UINT32_MAX, false,
           "more people than this in one ask or day need an approved permit; 0: never"),
    TEXT(role_put_ask, watch, 16, false, "what a detector's finding does: default, alert, slow or trip"),
    MEMBER(role_put_ask, watch_alone, WIRE_BOOL, 1, false,
           "when several readers of it are stopped within a day, do not stop all of it"),
    {0},
};
static const struct member role_list_members[] = {{0}};
static const struct member budget_put_members[] = {
    TEXT(budget_put_ask, scope, 16, true, "reader, holder, network, role or shop"),
    TEXT(budget_put_ask, id, ID_BYTES_MAX, false,
         "of which: a key's or staff id, an address, a role's name; not of shop"),
    MEMBER(budget_put_ask, minute, WIRE_U64, UINT32_MAX, false, minute_about),
    MEMBER(budget_put_ask, hour, WIRE_U64, UINT32_MAX, false, hour_about),
    MEMBER(budget_put_ask, daily, WIRE_U64, UINT32_MAX, false, daily_about),
    MEMBER(budget_put_ask, monthly, WIRE_U64, UINT32_MAX, false, monthly_about),
    {0},
};
static const struct member budget_list_members[] = {{0}};
static const struct member blast_radius_members[] = {{0}};
static const struct member watch_status_members[] = {{0}};
static const char reader_about[] = "key_… or staff_…";
static const struct member alert_list_members[] = {
    TEXT(alert_list_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(alert_list_ask, limit, WIRE_U64, 1000, false, limit_about),
    MEMBER(alert_list_ask, all, WIRE_BOOL, 1, false, "those that are over as well"),
    {0},
};
static const struct member breaker_trip_members[] = {
    TEXT(breaker_trip_ask, reader, ID_BYTES_MAX, true, reader_about),
    {0},
};
static const struct member breaker_reset_members[] = {
    TEXT(breaker_reset_ask, reader, ID_BYTES_MAX, true, reader_about),
    {0},
};
static const struct member canary_begin_members[] = {
    MEMBER(canary_begin_ask, domains, WIRE_TEXTS, 4, true,
           "mail domains of the shop where their addresses stand"),
    MEMBER(canary_begin_ask, keepers, WIRE_TEXTS, 2, false, "the two members of staff who may see the list"),
    {0},
};
static const struct member canary_plant_members[] = {
    TEXT(canary_plant_ask, key, ID_BYTES_MAX, false, "the key whose leak it shall show, key_…"),
    TEXT(canary_plant_ask, partner, 64, false, "or a partner's name"),
    {0},
};
static const struct member canary_list_members[] = {{0}};
static const struct member mute_put_members[] = {
    TEXT(mute_put_ask, detector, 32, false, "a detector, such as first_seen; none: all of that reader"),
    TEXT(mute_put_ask, reader, ID_BYTES_MAX, false, "operator, key_… or staff_…; none: all of that detector"),
    TEXT(mute_put_ask, reason, 200, true, "why, in words without personal data"),
    MEMBER(mute_put_ask, days, WIRE_U64, DAYS_MAX, true, "1 to 90"),
    {0},
};
static const struct member approval_ask_members[] = {
    TEXT(approval_ask_ask, reason, REASON_BYTES_MAX, true, reason_about),
    MEMBER(approval_ask_ask, subjects_max, WIRE_U64, UINT32_MAX, true, "how many people at most"),
    MEMBER(approval_ask_ask, minutes, WIRE_U64, 1440, false, "for how long, once approved; default 60"),
    {0},
};
static const struct member approval_list_members[] = {
    TEXT(approval_list_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(approval_list_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
static const struct member approval_approve_members[] = {
    TEXT(approval_approve_ask, id, ID_BYTES_MAX, true, "the approval's id, apr_…"),
    {0},
};
static const struct member approval_cancel_members[] = {
    TEXT(approval_cancel_ask, id, ID_BYTES_MAX, true, "the approval's id, apr_…"),
    {0},
};
static const struct member service_put_members[] = {
    TEXT(service_put_ask, name, NAME_BYTES_MAX, true, "the service, such as shop-frontend"),
    TEXT(service_put_ask, about, 400, false, "what it is for"),
    TEXT(service_put_ask, recipients, 400, false, "who else gets the data, and in which country"),
    TEXT(service_put_ask, basis, 400, false, "the legal ground"),
    TEXT(service_put_ask, retention, 400, false, "how long it keeps what it gets"),
    MEMBER(service_put_ask, keys, WIRE_TEXTS, 64, false, "ids of its keys"),
    MEMBER(service_put_ask, fields, WIRE_TEXTS, 128, true, "fields it gets"),
    MEMBER(service_put_ask, purposes, WIRE_TEXTS, 32, true, "purposes it gets them for"),
    MEMBER(service_put_ask, routes, WIRE_TEXTS, 200, false, "its own routes: GET /path/{ref} = field,field"),
    {0},
};
static const struct member service_list_members[] = {{0}};
static const char secret_about[] = "the secret's id in the register, sec_…";
static const char fingerprint_about[] =
    "of the secret, such as SHA-256 of its public part; never the secret itself";
static const struct member secret_add_members[] = {
    TEXT(secret_add_ask, name, 100, true, "what it opens; never the secret itself"),
    TEXT(secret_add_ask, kind, 16, false, "signing_key, database, cloud, server, api, password or other"),
    TEXT(secret_add_ask, owner, ID_BYTES_MAX, false, "staff id of who answers for it"),
    TEXT(secret_add_ask, fingerprint, 128, false, fingerprint_about),
    MEMBER(secret_add_ask, holders, WIRE_TEXTS, 64, false, "staff ids of everyone who has it"),
    MEMBER(secret_add_ask, rotate_days, WIRE_U64, 3650, false, "days until it must be rotated; default 90"),
    {0},
};
static const struct member secret_hold_members[] = {
    TEXT(secret_hold_ask, id, ID_BYTES_MAX, true, secret_about),
    MEMBER(secret_hold_ask, holders, WIRE_TEXTS, 64, true, "staff ids of who was given it"),
    {0},
};
static const struct member secret_rotated_members[] = {
    TEXT(secret_rotated_ask, id, ID_BYTES_MAX, true, secret_about),
    TEXT(secret_rotated_ask, owner, ID_BYTES_MAX, false, "staff id of who answers for the new one"),
    TEXT(secret_rotated_ask, fingerprint, 128, false, fingerprint_about),
    TEXT(secret_rotated_ask, proof, 1000, true, "what was done: a ticket, a change, a command"),
    TEXT(secret_rotated_ask, old_dead, 1000, true, "how the old one was tried and refused"),
    MEMBER(secret_rotated_ask, holders, WIRE_TEXTS, 64, false,
           "staff ids of who has the new one; default: its owner"),
    {0},
};
static const struct member observe_members[] = {
    TEXT(observe_ask, system, NAME_BYTES_MAX, true, "the service whose log it is"),
    MEMBER(observe_ask, first, WIRE_BYTES, 32, true, "SHA-256 of the first line"),
    MEMBER(observe_ask, hash, WIRE_BYTES, 32, true, "SHA-256 of all that was read"),
    MEMBER(observe_ask, file, WIRE_U64, UINT32_MAX, false, "the file's number; 0: a new one"),
    MEMBER(observe_ask, known, WIRE_U64, UINT32_MAX, false, "files that begin alike"),
    MEMBER(observe_ask, from, WIRE_U64, SIZE_MAX / 2, false, "bytes read before"),
    MEMBER(observe_ask, to, WIRE_U64, SIZE_MAX / 2, true, "and after"),
    MEMBER(observe_ask, lines_from, WIRE_U64, SIZE_MAX / 2, false, "lines read before"),
    MEMBER(observe_ask, lines_to, WIRE_U64, SIZE_MAX / 2, true, "and after"),
    MEMBER(observe_ask, broken, WIRE_U64, SIZE_MAX / 2, false, "lines that could not be read"),
    MEMBER(observe_ask, newest_us, WIRE_U64, SIZE_MAX / 2, false, "time of the newest line"),
    MEMBER(observe_ask, behind, WIRE_U64, SIZE_MAX / 2, false, "bytes not read yet"),
    TEXT(observe_ask, name, 1024, false, "the file's name"),
    MEMBER(observe_ask, marks, WIRE_BYTES, 2048, false, "hashes at powers of two"),
    MEMBER(observe_ask, routes, WIRE_TEXTS, 200, false, "routes of the service"),
    MEMBER(observe_ask, rows, WIRE_BYTES, IMPORT_BYTES_MAX, false, "encoded rows"),
    {0},
};
static const struct member observe_list_members[] = {
    TEXT(observe_list_ask, system, NAME_BYTES_MAX, false, "one service; none: all"),
    TEXT(observe_list_ask, first, 64, false, "SHA-256 of the first line, hexadecimal"),
    TEXT(observe_list_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(observe_list_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
static const struct member secret_list_members[] = {
    TEXT(secret_list_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(secret_list_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
static const struct member field_put_members[] = {
    TEXT(field_put_ask, name, 32, true, "letters, digits and _; begins with a letter"),
    TEXT(field_put_ask, kind, 16, false, "normaliser: text, email, phone, date, national_id, postcode"),
    TEXT(field_put_ask, mask, 16, false, "mask: text, name, email, tail, date"),
    TEXT(field_put_ask, group, 32, false, "repeating group it belongs to"),
    TEXT(field_put_ask, index, 8, false, "none (default) or full"),
    MEMBER(field_put_ask, bytes, WIRE_U64, VALUE_BYTES_MAX, false, "longest value in bytes"),
    {0},
};
static const struct member field_list_members[] = {{0}};
static const struct member grant_add_members[] = {
    TEXT(grant_add_ask, subject, ID_BYTES_MAX, true, subject_id_about),
    TEXT(grant_add_ask, role, NAME_BYTES_MAX, false, "the role whose readers may look; or key"),
    TEXT(grant_add_ask, key, ID_BYTES_MAX, false, "the one key that may look; or role"),
    TEXT(grant_add_ask, ticket, 200, true, "the order or ticket that needs it; once for each subject"),
    MEMBER(grant_add_ask, fields, WIRE_TEXTS, REVEAL_FIELDS_MAX, false,
           "fields it is narrowed to; none: all that the role sees"),
    MEMBER(grant_add_ask, minutes, WIRE_U64, 1440, false, "minutes until it ends; default 60, most 1440"),
    {0},
};
static const struct member grant_list_members[] = {
    TEXT(grant_list_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(grant_list_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
static const struct member pass_issue_members[] = {
    TEXT(pass_issue_ask, subject, ID_BYTES_MAX, true, subject_id_about),
    TEXT(pass_issue_ask, client_network, 64, true, "the customer's IP address, or a block of addresses"),
    {0},
};
static const struct member mail_put_members[] = {
    TEXT(mail_put_ask, url, 300, true, "smtp://host:port or smtps://host:port"),
    TEXT(mail_put_ask, starttls, 8, false, "required (default), or never, to this machine alone"),
    TEXT(mail_put_ask, user, 256, false, "to sign in as; none: without"),
    TEXT(mail_put_ask, password, 256, false, "kept sealed; may be left out while host and user stay"),
    TEXT(mail_put_ask, from, 254, true, "address that mails come from"),
    TEXT(mail_put_ask, name, 200, false, "the shop's name in mails; default its name here"),
    TEXT(mail_put_ask, reply_to, 254, false, "address that answers go to"),
    TEXT(mail_put_ask, lang, 8, false, "id, ko or en (default): of mails to staff"),
    TEXT(mail_put_ask, ca, 65536, false, "certificates to trust, PEM; none: the machine's"),
    {0},
};
static const struct member mail_show_members[] = {{0}};
static const struct member mail_test_members[] = {
    TEXT(mail_test_ask, to, 254, true, "address that the test goes to"),
    TEXT(mail_test_ask, lang, 8, false, "id, ko or en"),
    {0},
};
static const struct member mail_list_members[] = {{0}};
static const char sink_about[] = "the sink's id, sink_…";
static const struct member sink_put_members[] = {
    TEXT(sink_put_ask, id, ID_BYTES_MAX, false, "the sink to change, sink_…; none: a new one"),
    TEXT(sink_put_ask, kind, 16, false, "webhook, syslog, ocsf or mail; of a new one"),
    TEXT(sink_put_ask, url, 500, false,
         "of a webhook: https://…; of syslog: tcp://host:port or tls://host:port"),
    TEXT(sink_put_ask, file, 500, false, "of ocsf: a plain name, in the home; or a path, by the operator"),
    TEXT(sink_put_ask, address, 254, false, "of mail: who gets it"),
    TEXT(sink_put_ask, severity, 16, false, "nothing below: info (default), low, medium, high or critical"),
    TEXT(sink_put_ask, state, 8, false, "on or off"),
    TEXT(sink_put_ask, ca, 65536, false, "certificates to trust, PEM, in place of the machine's"),
    TEXT(sink_put_ask, lang, 8, false, "of mail: id, ko or en; default: the shop's"),
    TEXT(sink_put_ask, offset, 8, false, "of mail: local time, such as +07:00, for the weekly mail"),
    {0},
};
static const struct member sink_list_members[] = {{0}};
static const struct member sink_drop_members[] = {
    TEXT(sink_drop_ask, id, ID_BYTES_MAX, true, sink_about),
    {0},
};
static const struct member sink_test_members[] = {
    TEXT(sink_test_ask, id, ID_BYTES_MAX, false,
         "the sink's id, sink_…; none: every sink, and whoever watches"),
    {0},
};
static const struct member weekly_members[] = {{0}};
static const struct member events_members[] = {
    MEMBER(events_ask, next, WIRE_U64, INT64_MAX, false, "number of the first one wanted; 0: from now on"),
    {0},
};
static const char incident_about[] = "the incident's id, inc_…";
static const char rfc3339_about[] = "a time, RFC 3339, such as 2026-11-22T09:00:00Z";
static const char of_about[] = "number of the line that it amends or is about; 0 or none: a new one";
static const struct member incident_open_members[] = {
    TEXT(incident_open_ask, title, 300, true, "what happened, as far as is known, in one line"),
    TEXT(incident_open_ask, kind, NAME_BYTES_MAX, true,
         "which playbook it goes by, such as drained_by_key; its tasks are added at once; other: none"),
    TEXT(incident_open_ask, at, 40, false, "when it was known: RFC 3339; none: now"),
    TEXT(incident_open_ask, source, LINE_TEXT_MAX, false, "who or what said so"),
    TEXT(incident_open_ask, lang, 8, false,
         "the language of its playbook's tasks: en, id or ko; none: that of mails"),
    {0},
};
static const struct member incident_list_members[] = {
    TEXT(incident_list_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(incident_list_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
static const struct member incident_show_members[] = {
    TEXT(incident_show_ask, id, ID_BYTES_MAX, true, incident_about),
    TEXT(incident_show_ask, part, 32, false, "timeline, tasks, claims, …; none: its state"),
    TEXT(incident_show_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(incident_show_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
static const struct member incident_add_members[] = {
    TEXT(incident_add_ask, id, ID_BYTES_MAX, true, incident_about),
    TEXT(incident_add_ask, kind, 32, true, "tasks, claims, notes, hypotheses, instants, …"),
    TEXT(incident_add_ask, text, LINE_TEXT_MAX, false, "what, in words; sealed"),
    TEXT(incident_add_ask, name, 100, false, "whom or which: an authority, an instant's name"),
    TEXT(incident_add_ask, state, 16, false, "open, done, verified, … as its kind has them"),
    TEXT(incident_add_ask, who, ID_BYTES_MAX, false, "a reader: staff_…, key_… or operator"),
    TEXT(incident_add_ask, at, 40, false, rfc3339_about),
    TEXT(incident_add_ask, due, 40, false, rfc3339_about),
    MEMBER(incident_add_ask, of, WIRE_U64, UINT32_MAX, false, of_about),
    TEXT(incident_add_ask, source, LINE_TEXT_MAX, false, "who or what says so"),
    TEXT(incident_add_ask, confidence, 8, false, "low, medium or high"),
    MEMBER(incident_add_ask, evidence, WIRE_TEXTS, 32, false,
           "what shows it: files, tickets, entries of the ledger"),
    TEXT(incident_add_ask, hash, 128, false, "SHA-256 of what was delivered, or of a check's output"),
    TEXT(incident_add_ask, receipt, 300, false, "what the other side gave for it"),
    TEXT(incident_add_ask, check, LINE_TEXT_MAX, false, "how it is seen that a prevention holds"),
    MEMBER(incident_add_ask, fixes, WIRE_U64, UINT32_MAX, false,
           "the hypothesis, marked as the cause, that it mends"),
    TEXT(incident_add_ask, stance, 8, false, "for or against: what the evidence speaks"),
    MEMBER(incident_add_ask, cause, WIRE_BOOL, 1, false, "this confirmed hypothesis is the cause"),
    MEMBER(incident_add_ask, needs_evidence, WIRE_BOOL, 1, false, "the task is done only with evidence"),
    MEMBER(incident_add_ask, minutes, WIRE_U64, UINT32_MAX, false, "time that it took"),
    MEMBER(incident_add_ask, amount, WIRE_U64, INT64_MAX, false, "money that it cost, in minor units"),
    TEXT(incident_add_ask, currency, 3, false, "ISO 4217"),
    TEXT(incident_add_ask, peers, 8, false, "of a suspect: key, or role: who has their role is a peer too"),
    TEXT(incident_add_ask, role, 32, false, "of a task: legal, security, comms, support, owner"),
    TEXT(incident_add_ask, question, LINE_TEXT_MAX, false, "what was decided upon, and between what"),
    TEXT(incident_add_ask, lang, 8, false, "of a fact: the language of its text: en, id or ko; none: any"),
    TEXT(incident_add_ask, answer, 40, false, "of severity: an answer of that factor; of choices: a value"),
    TEXT(incident_add_ask, until, 40, false, "the end of a time that began at `at`, RFC 3339"),
    TEXT(incident_add_ask, url, 1000, false, "of postings: the page"),
    MEMBER(incident_add_ask, says, WIRE_TEXTS, 32, false,
           "of what was done: the elements that the text said, so that what it left out is known"),
    {0},
};
static const struct member incident_facts_members[] = {
    TEXT(incident_facts_ask, id, ID_BYTES_MAX, true, incident_about),
    {0},
};
static const struct member report_draft_members[] = {
    TEXT(report_draft_ask, id, ID_BYTES_MAX, true, incident_about),
    TEXT(report_draft_ask, duty, 100, false,
         "which: kr-pipa/authority, id-pdp/authority, …, impact or surcharge"),
    TEXT(report_draft_ask, lang, 8, false, "en, id or ko; none: the authority's"),
    MEMBER(report_draft_ask, amends, WIRE_U64, UINT32_MAX, false,
           "the line of a report that this one changes"),
    MEMBER(report_draft_ask, dry_run, WIRE_BOOL, 1, false, "only show it, keep nothing"),
    {0},
};
static const struct member report_show_members[] = {
    TEXT(report_show_ask, id, ID_BYTES_MAX, true, incident_about),
    MEMBER(report_show_ask, line, WIRE_U64, UINT32_MAX, false,
           "the report's line; none: all of the incident"),
    {0},
};
static const struct member report_file_members[] = {
    TEXT(report_file_ask, id, ID_BYTES_MAX, true, incident_about),
    TEXT(report_file_ask, at, 40, false, "when it was filed, RFC 3339; none: now"),
    TEXT(report_file_ask, how, LINE_TEXT_MAX, true, "by which way: its form, mail, letter; to whom"),
    TEXT(report_file_ask, receipt, 300, false, "what the authority gave for it: a number, a name"),
    TEXT(report_file_ask, hash, 128, false, "SHA-256 of the file that was sent"),
    MEMBER(report_file_ask, line, WIRE_U64, UINT32_MAX, true, "the report's line"),
    {0},
};
static const struct member incident_clocks_members[] = {
    TEXT(incident_clocks_ask, id, ID_BYTES_MAX, true, incident_about),
    {0},
};
static const struct member incident_severity_members[] = {
    TEXT(incident_severity_ask, id, ID_BYTES_MAX, true, incident_about),
    {0},
};
static const struct member incident_cost_members[] = {
    TEXT(incident_cost_ask, id, ID_BYTES_MAX, false,
         "the incident's id; none: as if everybody's data leaked today"),
    MEMBER(incident_cost_ask, notice_each, WIRE_U64, 1000000000, false,
           "what one notice costs, in whole units of the profile's currency"),
    MEMBER(incident_cost_ask, redress_each, WIRE_U64, 1000000000, false,
           "what each person would be given, as well"),
    {0},
};
static const struct member profile_put_members[] = {
    TEXT(profile_put_ask, seat, 2, false, "country of the shop's seat, such as ID; -: not said"),
    TEXT(profile_put_ask, turnover, 16, false, "of a year, whole units of its currency; -: not said"),
    TEXT(profile_put_ask, currency, 3, false, "ISO 4217"),
    TEXT(profile_put_ask, sector, 40, false, "what the shop does, in its words"),
    TEXT(profile_put_ask, marketplace, 3, false, "yes, no or -: is it an online marketplace?"),
    TEXT(profile_put_ask, medium, 3, false, "yes, no or -: is it of medium size or larger?"),
    TEXT(profile_put_ask, prevention, 16, false, "what prevention costs a year, in the same currency"),
    TEXT(profile_put_ask, name, 1000, false, "the controller's name, as reports say it"),
    TEXT(profile_put_ask, contact, 1000, false, "whom an authority asks: name, telephone, e-mail"),
    TEXT(profile_put_ask, desk, 1000, false, "who takes complaints and claims, and how to reach them"),
    {0},
};
static const struct member profile_show_members[] = {{0}};
static const struct member contact_put_members[] = {
    MEMBER(contact_put_ask, number, WIRE_U64, UINT32_MAX, false, "which one; 0 or none: a new one"),
    TEXT(contact_put_ask, regime, 40, false, "of which rules, such as kr-pipa"),
    TEXT(contact_put_ask, recipient, 40, false, "which authority, as these rules call it"),
    TEXT(contact_put_ask, name, 1000, false, "who"),
    TEXT(contact_put_ask, way, 1000, false, "telephone, e-mail, page of the form"),
    TEXT(contact_put_ask, note, 1000, false, "hours, account, case number"),
    MEMBER(contact_put_ask, drop, WIRE_BOOL, 1, false, "take it out of the list"),
    {0},
};
static const struct member contact_list_members[] = {
    TEXT(contact_list_ask, regime, 40, false, "of these rules only"),
    {0},
};
static const char cadence_about[] = "hours until the next word at the latest; none: 72";
static const struct member statement_draft_members[] = {
    TEXT(statement_draft_ask, id, ID_BYTES_MAX, true, incident_about),
    TEXT(statement_draft_ask, kind, 16, false, "statement, apology, or update"),
    TEXT(statement_draft_ask, lang, 8, false, "of a text of one's own: en, id or ko"),
    TEXT(statement_draft_ask, channel, 16, false,
         "of a text of one's own: page, email, sms, messenger, social, banner, desk, qa"),
    TEXT(statement_draft_ask, text, 20000, false, "what shall stand there in place of the draft's"),
    MEMBER(statement_draft_ask, amends, WIRE_U64, UINT32_MAX, false,
           "the line of the draft in which one text is replaced"),
    MEMBER(statement_draft_ask, hours, WIRE_U64, 720, false, cadence_about),
    MEMBER(statement_draft_ask, dry_run, WIRE_BOOL, 1, false, "only show it, keep nothing"),
    {0},
};
static const struct member statement_show_members[] = {
    TEXT(statement_show_ask, id, ID_BYTES_MAX, true, incident_about),
    MEMBER(statement_show_ask, line, WIRE_U64, UINT32_MAX, false,
           "the statement's line; none: all of the incident"),
    {0},
};
static const struct member statement_publish_members[] = {
    TEXT(statement_publish_ask, id, ID_BYTES_MAX, true, incident_about),
    TEXT(statement_publish_ask, where, LINE_TEXT_MAX, true, "where it was published: pages and accounts"),
    MEMBER(statement_publish_ask, line, WIRE_U64, UINT32_MAX, true, "the statement's line"),
    MEMBER(statement_publish_ask, hours, WIRE_U64, 720, false, cadence_about),
    {0},
};
static const struct member incident_contain_members[] = {
    TEXT(incident_contain_ask, id, ID_BYTES_MAX, true, incident_about),
    MEMBER(incident_contain_ask, dry_run, WIRE_BOOL, 1, false, "say what would be suspended, change nothing"),
    MEMBER(incident_contain_ask, lift, WIRE_BOOL, 1, false,
           "let what it suspended in again; takes two people"),
    {0},
};
static const struct member incident_scope_members[] = {
    TEXT(incident_scope_ask, id, ID_BYTES_MAX, true, incident_about),
    TEXT(incident_scope_ask, from, 40, false, "when it may have begun, RFC 3339; none: when the vault did"),
    TEXT(incident_scope_ask, to, 40, false, "when it ended, RFC 3339; none: now"),
    MEMBER(incident_scope_ask, fields, WIRE_TEXTS, REVEAL_FIELDS_MAX, false, "field names; none: all"),
    MEMBER(incident_scope_ask, keys, WIRE_TEXTS, SCOPE_TEXTS_MAX, false,
           "keys that may have been used, with those they took the place of"),
    MEMBER(incident_scope_ask, staff, WIRE_TEXTS, SCOPE_TEXTS_MAX, false,
           "staff by whose sessions it may have been"),
    MEMBER(incident_scope_ask, holders, WIRE_TEXTS, SCOPE_TEXTS_MAX, false,
           "staff: their sessions, and every key they hold or held"),
    MEMBER(incident_scope_ask, outside_readers, WIRE_TEXTS, SCOPE_TEXTS_MAX, false,
           "users or addresses in logs of other systems, SYSTEM:NAME"),
    MEMBER(incident_scope_ask, networks, WIRE_TEXTS, SCOPE_TEXTS_MAX, false,
           "addresses or ranges it came from"),
    MEMBER(incident_scope_ask, purposes, WIRE_TEXTS, SCOPE_TEXTS_MAX, false, "purposes that were given"),
    MEMBER(incident_scope_ask, gaps, WIRE_TEXTS, 16, false,
           "FROM/TO: times in which nothing was written down"),
    MEMBER(incident_scope_ask, copied_at, WIRE_TEXTS, 16, false,
           "times of which a copied database or backup is"),
    MEMBER(incident_scope_ask, keks, WIRE_TEXTS, 16, false, "epochs of the key-encryption key that leaked"),
    MEMBER(incident_scope_ask, indexes, WIRE_TEXTS, 16, false,
           "FIELD or FIELD:EPOCH: index keys that leaked"),
    MEMBER(incident_scope_ask, outside, WIRE_TEXTS, 16, false,
           "NAME or NAME:FIELD,FIELD: what is outside the vault, so not provable here"),
    MEMBER(incident_scope_ask, evidence, WIRE_TEXTS, 16, false,
           "lines of files that were matched: who is in them is known; alone, no look is suspected"),
    {0},
};
static const struct member incident_hold_members[] = {
    TEXT(incident_hold_ask, id, ID_BYTES_MAX, true, incident_about),
    TEXT(incident_hold_ask, place, 100, true, "where they are: the name of a machine"),
    MEMBER(incident_hold_ask, files, WIRE_TEXTS, HELD_FILES_MAX, false,
           "each \"BYTES SHA256 SHA256-OF-AS-MANY-AS-WERE-KNOWN PATH\", or \"- PATH\": it is not there"),
    TEXT(incident_hold_ask, text, LINE_TEXT_MAX, false, "why nothing is kept there any more"),
    MEMBER(incident_hold_ask, end, WIRE_BOOL, 1, false, "nothing is kept there any more"),
    {0},
};
static const struct member incident_check_members[] = {
    TEXT(incident_check_ask, id, ID_BYTES_MAX, true, incident_about),
    MEMBER(incident_check_ask, line, WIRE_U64, UINT32_MAX, false,
           "the prevention; none: all that the vault can check"),
    {0},
};
static const struct member incident_exposures_members[] = {
    TEXT(incident_exposures_ask, id, ID_BYTES_MAX, true, incident_about),
    TEXT(incident_exposures_ask, subject, ID_BYTES_MAX, false,
         "one person: what, when, by whom, with proofs"),
    MEMBER(incident_exposures_ask, number, WIRE_U64, UINT32_MAX, false, "which count; 0 or none: the newest"),
    TEXT(incident_exposures_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(incident_exposures_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
static const struct member incident_close_members[] = {
    TEXT(incident_close_ask, id, ID_BYTES_MAX, true, incident_about),
    TEXT(incident_close_ask, text, LINE_TEXT_MAX, false, "a last word; of reopen: why"),
    MEMBER(incident_close_ask, dry_run, WIRE_BOOL, 1, false, "say what is missing, change nothing"),
    MEMBER(incident_close_ask, reopen, WIRE_BOOL, 1, false, "open a closed one again"),
    {0},
};
static const char evidence_line_about[] = "the line that took the file in";
static const struct member evidence_add_members[] = {
    TEXT(evidence_add_ask, id, ID_BYTES_MAX, true, incident_about),
    TEXT(evidence_add_ask, data, EVIDENCE_PART_BYTES / 3 * 4 + 8, true,
         "the file, base64; or a part of 524,288 bytes of it, the last one shorter"),
    TEXT(evidence_add_ask, name, 100, true, "what the file is called; sealed"),
    TEXT(evidence_add_ask, source, LINE_TEXT_MAX, false, "where it is from, or who gave it"),
    TEXT(evidence_add_ask, upload, ID_BYTES_MAX, false, "as the answer to the first part names it"),
    MEMBER(evidence_add_ask, part, WIRE_U64, UINT32_MAX, false, "which part, from 0"),
    MEMBER(evidence_add_ask, more, WIRE_BOOL, 1, false, "parts follow; else this is the last"),
    {0},
};
static const char notice_run_about[] = "number of the run";
static const struct member notice_draft_members[] = {
    TEXT(notice_draft_ask, id, ID_BYTES_MAX, true, incident_about),
    TEXT(notice_draft_ask, kind, 16, false,
         "notice (default), supplement: what changed since another run, care: a later reminder"),
    MEMBER(notice_draft_ask, audiences, WIRE_TEXTS, 8, false, "active, closed, linked; none: all of them"),
    MEMBER(notice_draft_ask, regimes, WIRE_TEXTS, 16, false,
           "laws that it must meet; none: those of the people's countries"),
    MEMBER(notice_draft_ask, number, WIRE_U64, UINT32_MAX, false, "by which count; 0 or none: the newest"),
    MEMBER(notice_draft_ask, after, WIRE_U64, UINT32_MAX, false,
           "of a supplement or care: the run that it follows"),
    MEMBER(notice_draft_ask, per_day, WIRE_U64, UINT32_MAX, false,
           "mails a day that the host takes; none: not known"),
    MEMBER(notice_draft_ask, consent, WIRE_BOOL, 1, false,
           "only those with a date in the field e_notice_consent"),
    {0},
};
static const struct member notice_status_members[] = {
    TEXT(notice_status_ask, id, ID_BYTES_MAX, true, incident_about),
    MEMBER(notice_status_ask, run, WIRE_U64, UINT32_MAX, false,
           "number of the run; none: all of the incident"),
    TEXT(notice_status_ask, state, 32, false, "list those in this state: no_address, refused, bounced, …"),
    TEXT(notice_status_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(notice_status_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
static const struct member notice_act_members[] = {
    TEXT(notice_act_ask, id, ID_BYTES_MAX, true, incident_about),
    MEMBER(notice_act_ask, run, WIRE_U64, UINT32_MAX, true, notice_run_about),
    TEXT(notice_act_ask, act, 32, true, "send, pause, resume, stop, reached, test"),
    TEXT(notice_act_ask, to, 254, false, "of test: to which address"),
    TEXT(notice_act_ask, lang, 8, false, lang_about),
    TEXT(notice_act_ask, text, 1000, false, "of reached: how and when"),
    MEMBER(notice_act_ask, subjects, WIRE_TEXTS, REVEAL_SUBJECTS_MAX, false, "of reached: whom"),
    {0},
};
static const struct member notice_preview_members[] = {
    TEXT(notice_preview_ask, id, ID_BYTES_MAX, true, incident_about),
    MEMBER(notice_preview_ask, run, WIRE_U64, UINT32_MAX, true, notice_run_about),
    TEXT(notice_preview_ask, lang, 8, false, lang_about),
    {0},
};
static const struct member notice_person_members[] = {
    TEXT(notice_person_ask, id, ID_BYTES_MAX, true, incident_about),
    MEMBER(notice_person_ask, run, WIRE_U64, UINT32_MAX, true, notice_run_about),
    TEXT(notice_person_ask, subject, ID_BYTES_MAX, true, subject_id_about),
    {0},
};
static const struct member notice_verify_members[] = {
    TEXT(notice_verify_ask, code, 64, true, "the notice code, as it stands in the mail"),
    {0},
};
static const struct member notice_bounce_members[] = {
    TEXT(notice_bounce_ask, recipient, 320, true, "the address that the bounce came to"),
    TEXT(notice_bounce_ask, message, (size_t)512 * 1024, true, "the bounce, as it came"),
    {0},
};
static const struct member notice_text_members[] = {
    TEXT(notice_text_ask, lang, 8, true, lang_about),
    TEXT(notice_text_ask, kind, 16, false, "notice (default), supplement, care"),
    TEXT(notice_text_ask, text, (size_t)32 * 1024, false, "the new template; none: show it"),
    {0},
};
static const struct member evidence_read_members[] = {
    TEXT(evidence_read_ask, id, ID_BYTES_MAX, true, incident_about),
    MEMBER(evidence_read_ask, line, WIRE_U64, UINT32_MAX, true, evidence_line_about),
    TEXT(evidence_read_ask, reason, LINE_TEXT_MAX, false, "why it is taken out, to whom it goes; sealed"),
    TEXT(evidence_read_ask, taking, ID_BYTES_MAX, false,
         "as the first answer names it; none: begin, and nothing is given out yet"),
    MEMBER(evidence_read_ask, part, WIRE_U64, UINT32_MAX, false, "which part, from 0"),
    MEMBER(evidence_read_ask, check, WIRE_BOOL, 1, false,
           "give nothing out, only check it, 16 parts at once"),
    {0},
};
static const struct member evidence_match_members[] = {
    TEXT(evidence_match_ask, id, ID_BYTES_MAX, true, incident_about),
    MEMBER(evidence_match_ask, line, WIRE_U64, UINT32_MAX, true, evidence_line_about),
    MEMBER(evidence_match_ask, progress, WIRE_BOOL, 1, false, "how far it is, while another asked for it"),
    MEMBER(evidence_match_ask, again, WIRE_BOOL, 1, false,
           "match it anew, with the vault as it is now; else what was found last is told"),
    {0},
};
static const struct member evidence_orphans_members[] = {
    TEXT(evidence_orphans_ask, id, ID_BYTES_MAX, true, incident_about),
    TEXT(evidence_orphans_ask, file, ID_BYTES_MAX, false, "the one to destroy; none: list them"),
    TEXT(evidence_orphans_ask, reason, LINE_TEXT_MAX, false, "why it is destroyed; sealed"),
    MEMBER(evidence_orphans_ask, dry_run, WIRE_BOOL, 1, false, "say what would happen, change nothing"),
    {0},
};
static const struct member evidence_release_members[] = {
    TEXT(evidence_release_ask, id, ID_BYTES_MAX, true, incident_about),
    MEMBER(evidence_release_ask, line, WIRE_U64, UINT32_MAX, true, evidence_line_about),
    TEXT(evidence_release_ask, reason, LINE_TEXT_MAX, true, "why it is destroyed; sealed"),
    MEMBER(evidence_release_ask, dry_run, WIRE_BOOL, 1, false, "say what would happen, change nothing"),
    {0},
};
static const struct member export_ask_members[] = {
    TEXT(export_ask_ask, purpose, NAME_BYTES_MAX, true, purpose_about),
    TEXT(export_ask_ask, reason, REASON_BYTES_MAX, true, reason_about),
    TEXT(export_ask_ask, who, NAME_BYTES_MAX, true, "all, active, closed, listed or exposed"),
    MEMBER(export_ask_ask, fields, WIRE_TEXTS, REVEAL_FIELDS_MAX, false,
           "fields, such as email or email.mask; none: ids alone, of exposed"),
    MEMBER(export_ask_ask, subjects, WIRE_TEXTS, REVEAL_SUBJECTS_MAX, false, "of listed: ids"),
    TEXT(export_ask_ask, incident, ID_BYTES_MAX, false, "of exposed: whose count it is, inc_…"),
    MEMBER(export_ask_ask, number, WIRE_U64, UINT32_MAX, false, "which count; 0 or none: the newest"),
    TEXT(export_ask_ask, field, NAME_BYTES_MAX, false, "of exposed: this field; none: any"),
    TEXT(export_ask_ask, class, NAME_BYTES_MAX, false, "of exposed: known, possible; none: either"),
    TEXT(export_ask_ask, format, NAME_BYTES_MAX, false, "jsonl (default) or csv"),
    TEXT(export_ask_ask, recipient, NAME_BYTES_MAX, true, "for whom it is encrypted: age1…"),
    {0},
};
static const struct member export_list_members[] = {
    TEXT(export_list_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(export_list_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
static const char export_about[] = "the export's id, exp_…";
static const struct member export_show_members[] = {
    TEXT(export_show_ask, id, ID_BYTES_MAX, true, export_about),
    {0},
};
static const struct member export_read_members[] = {
    TEXT(export_read_ask, id, ID_BYTES_MAX, true, export_about),
    MEMBER(export_read_ask, from, WIRE_U64, INT64_MAX, false, "one piece of it, from this byte on"),
    MEMBER(export_read_ask, bytes, WIRE_U64, EXPORT_PIECE_BYTES, false,
           "one piece of at most so many; neither: all of it"),
    {0},
};
static const struct member job_list_members[] = {
    TEXT(job_list_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(job_list_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
static const char job_about[] = "the job's id, job_…";
static const struct member job_show_members[] = {
    TEXT(job_show_ask, id, ID_BYTES_MAX, true, job_about),
    {0},
};
static const struct member job_cancel_members[] = {
    TEXT(job_cancel_ask, id, ID_BYTES_MAX, true, job_about),
    {0},
};
static const struct member status_members[] = {
    MEMBER(status_ask, metrics, WIRE_BOOL, 1, false, "as Prometheus text"),
    {0},
};
static const struct member shop_add_members[] = {
    TEXT(shop_add_ask, name, 32, true, "letters, digits and -; begins with a letter"),
    TEXT(shop_add_ask, origin, 200, false, "the log's origin, a schema-less URL"),
    {0},
};
static const struct member shop_list_members[] = {{0}};

static const struct verb_row verbs[] = {
#define VERB(NAME, name, changes) {#name, name##_members, sizeof(struct name##_ask), changes},
#include "keeper/verbs.def"
#undef VERB
};

const struct verb_row *verb_row(enum verb verb)
{
    assert((unsigned)verb < VERB_COUNT);
    return &verbs[verb];
}
