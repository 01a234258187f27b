/*
 * The members of every ask, in the order of the wire: one table a verb. How they are written and read is in asks.c; the
 * asks of incidents, and of what answers them, are in asks_answer.c.
 */
#include "base/asks_priv.h"

#include <string.h>

#include <assert.h>

enum {
    SUBJECT_REF_BYTES_MAX = 128,
    PATH_BYTES_MAX = 80,
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

const char subject_id_about[] = "the subject's public id, sub_…";
static const char staff_id_about[] = "a member of staff, staff_…";
static const char purpose_about[] = "why, as one of the role's purposes";
static const char reason_about[] = "why, in words; sealed, never in the ledger";
const char lang_about[] = "id, ko, en or another ISO 639 code";
static const char country_about[] = "ISO 3166 alpha-2";
static const char ref_about[] = "the shop's own id of the customer, unique";
static const char conflict_about[] = "fail, update or skip when the ref exists";
const char page_about[] = "the `next` of the page before";
static const char networks_about[] = "where it may be used from, such as 192.0.2.0/24; none: anywhere";
static const char public_key_about[] =
    "Ed25519 public key, PEM or base64: its holder signs challenges, and no secret is made";
static const char certificate_about[] = "TLS client certificate, PEM: its public key is the credential";
const char limit_about[] = "1 to 1000, default 100";

const struct member self_members[] = {{0}};
const struct member subject_create_members[] = {
    TEXT(subject_create_ask, ref, SUBJECT_REF_BYTES_MAX, true, ref_about),
    TEXT(subject_create_ask, lang, 8, false, lang_about),
    TEXT(subject_create_ask, country, 2, false, country_about),
    TEXT(subject_create_ask, kind, 16, false, "customer (default) or linked"),
    TEXT(subject_create_ask, on_conflict, 8, false, conflict_about),
    MEMBER(subject_create_ask, fields, WIRE_VALUES, VALUES_MAX, true, "the personal values by field"),
    {0},
};
const struct member subject_show_members[] = {
    TEXT(subject_show_ask, id, ID_BYTES_MAX, true, subject_id_about),
    {0},
};
const struct member subject_patch_members[] = {
    TEXT(subject_patch_ask, id, ID_BYTES_MAX, true, subject_id_about),
    TEXT(subject_patch_ask, lang, 8, false, lang_about),
    TEXT(subject_patch_ask, country, 2, false, country_about),
    TEXT(subject_patch_ask, ref, SUBJECT_REF_BYTES_MAX, false, ref_about),
    MEMBER(subject_patch_ask, version, WIRE_U64, UINT64_MAX, false,
           "the version it was made from (If-Match)"),
    MEMBER(subject_patch_ask, fields, WIRE_VALUES, VALUES_MAX, false, "new values; null removes one"),
    {0},
};
const struct member subject_close_members[] = {
    TEXT(subject_close_ask, id, ID_BYTES_MAX, true, subject_id_about),
    {0},
};
const struct member subject_erase_members[] = {
    TEXT(subject_erase_ask, id, ID_BYTES_MAX, true, subject_id_about),
    TEXT(subject_erase_ask, reason, REASON_BYTES_MAX, false, reason_about),
    MEMBER(subject_erase_ask, dry_run, WIRE_BOOL, 1, false, "say what would be erased, change nothing"),
    {0},
};
const struct member subject_sightings_members[] = {
    TEXT(subject_sightings_ask, id, ID_BYTES_MAX, true, subject_id_about),
    TEXT(subject_sightings_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(subject_sightings_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    MEMBER(subject_sightings_ask, proofs, WIRE_BOOL, 1, false, "with leaf, path and inclusion proof"),
    {0},
};
const struct member lookup_members[] = {
    TEXT(lookup_ask, field, NAME_BYTES_MAX, true, "an indexed field, or ref"),
    TEXT(lookup_ask, value, 1024, true, "the value to look for"),
    TEXT(lookup_ask, purpose, NAME_BYTES_MAX, true, purpose_about),
    TEXT(lookup_ask, reason, REASON_BYTES_MAX, false, reason_about),
    {0},
};
const struct member reveal_members[] = {
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
const struct member import_members[] = {
    MEMBER(import_ask, targets, WIRE_TEXTS, IMPORT_TARGETS_MAX, true, "what the columns hold"),
    MEMBER(import_ask, rows, WIRE_BYTES, IMPORT_BYTES_MAX, true, "encoded rows"),
    TEXT(import_ask, on_conflict, 8, false, conflict_about),
    MEMBER(import_ask, dry_run, WIRE_BOOL, 1, false, "say what would happen, change nothing"),
    {0},
};
const struct member ledger_checkpoint_members[] = {{0}};
const struct member ledger_tile_members[] = {
    TEXT(ledger_tile_ask, path, PATH_BYTES_MAX, true, "tile path"),
    {0},
};
const struct member ledger_proof_members[] = {
    MEMBER(ledger_proof_ask, index, WIRE_U64, (size_t)1 << INDEX_MAX_BITS, true, "entry number, from 0"),
    MEMBER(ledger_proof_ask, size, WIRE_U64, (size_t)1 << INDEX_MAX_BITS, false,
           "tree size; 0 or none: the newest"),
    {0},
};
const struct member ledger_entry_members[] = {
    MEMBER(ledger_entry_ask, index, WIRE_U64, (size_t)1 << INDEX_MAX_BITS, true, "entry number, from 0"),
    {0},
};
const struct member ledger_cosign_members[] = {
    TEXT(ledger_cosign_ask, vkey, VKEY_BYTES_MAX, true, "the witness's verifier key"),
    TEXT(ledger_cosign_ask, url, 400, false, "where it takes checkpoints"),
    TEXT(ledger_cosign_ask, checkpoint, 2000, false, "the signed checkpoint that it cosigned"),
    TEXT(ledger_cosign_ask, line, 1000, false, "its cosignature line"),
    {0},
};
const struct member ledger_pin_members[] = {
    TEXT(ledger_pin_ask, where, REASON_BYTES_MAX, true, "who holds the checkpoint outside"),
    {0},
};
const struct member staff_add_members[] = {
    TEXT(staff_add_ask, name, 200, true, "the person's name"),
    TEXT(staff_add_ask, email, 254, true, "the person's e-mail, by which they sign in"),
    TEXT(staff_add_ask, role, NAME_BYTES_MAX, false, "the role of their sessions; none: they cannot sign in"),
    TEXT(staff_add_ask, lang, 8, false, lang_about),
    {0},
};
const struct member staff_leave_members[] = {
    TEXT(staff_leave_ask, id, ID_BYTES_MAX, true, "who leaves, staff_…"),
    MEMBER(staff_leave_ask, at_once, WIRE_BOOL, 1, false,
           "keys that others hold as well end now, not within 24 hours"),
    {0},
};
const struct member staff_left_members[] = {
    TEXT(staff_left_ask, id, ID_BYTES_MAX, true, "who left, staff_…"),
    {0},
};
const struct member staff_list_members[] = {
    TEXT(staff_list_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(staff_list_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
const struct member staff_lesson_members[] = {
    TEXT(staff_lesson_ask, id, ID_BYTES_MAX, true, staff_id_about),
    TEXT(staff_lesson_ask, lesson, 32, true, "what they were taught: letters, digits, - and _"),
    {0},
};
const struct member staff_role_members[] = {
    TEXT(staff_role_ask, id, ID_BYTES_MAX, true, staff_id_about),
    TEXT(staff_role_ask, role, NAME_BYTES_MAX, false,
         "the role of their sessions from now on; none: they cannot sign in"),
    {0},
};
const struct member staff_invite_members[] = {
    TEXT(staff_invite_ask, id, ID_BYTES_MAX, true, staff_id_about),
    {0},
};
const struct member staff_recover_members[] = {
    TEXT(staff_recover_ask, id, ID_BYTES_MAX, true, staff_id_about),
    {0},
};
const struct member enrol_members[] = {
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
const struct member key_issue_members[] = {
    TEXT(key_issue_ask, role, NAME_BYTES_MAX, true, "the role its holder gets"),
    TEXT(key_issue_ask, name, NAME_BYTES_MAX, false, "what the key is for"),
    MEMBER(key_issue_ask, holders, WIRE_TEXTS, 64, false, "staff ids of everyone who holds it"),
    MEMBER(key_issue_ask, days, WIRE_U64, DAYS_MAX, false, "days until it ends; default and most 90"),
    MEMBER(key_issue_ask, networks, WIRE_TEXTS, 16, false, networks_about),
    TEXT(key_issue_ask, public_key, PEM_BYTES_MAX, false, public_key_about),
    TEXT(key_issue_ask, certificate, PEM_BYTES_MAX, false, certificate_about),
    {0},
};
const struct member key_rotate_members[] = {
    TEXT(key_rotate_ask, id, ID_BYTES_MAX, true, "the key's id, key_…"),
    TEXT(key_rotate_ask, public_key, PEM_BYTES_MAX, false, public_key_about),
    TEXT(key_rotate_ask, certificate, PEM_BYTES_MAX, false, certificate_about),
    {0},
};
const struct member key_revoke_members[] = {
    TEXT(key_revoke_ask, id, ID_BYTES_MAX, true, "the key's id, key_…"),
    {0},
};
const struct member key_list_members[] = {
    TEXT(key_list_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(key_list_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
const struct member session_open_members[] = {
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
const struct member session_end_members[] = {{0}};
static const char minute_about[] = "different people in a minute; 0 or none: by the shop's size";
static const char hour_about[] = "different people in an hour; 0 or none: by the shop's size";
static const char daily_about[] = "different people in a day; 0 or none: by the shop's size";
static const char monthly_about[] = "different people in 30 days; 0 or none: by the shop's size";
const struct member role_put_members[] = {
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
const struct member role_list_members[] = {{0}};
const struct member budget_put_members[] = {
    TEXT(budget_put_ask, scope, 16, true, "reader, holder, network, role or shop"),
    TEXT(budget_put_ask, id, ID_BYTES_MAX, false,
         "of which: a key's or staff id, an address, a role's name; not of shop"),
    MEMBER(budget_put_ask, minute, WIRE_U64, UINT32_MAX, false, minute_about),
    MEMBER(budget_put_ask, hour, WIRE_U64, UINT32_MAX, false, hour_about),
    MEMBER(budget_put_ask, daily, WIRE_U64, UINT32_MAX, false, daily_about),
    MEMBER(budget_put_ask, monthly, WIRE_U64, UINT32_MAX, false, monthly_about),
    {0},
};
const struct member budget_list_members[] = {{0}};
const struct member blast_radius_members[] = {{0}};
const struct member watch_status_members[] = {{0}};
static const char reader_about[] = "key_… or staff_…";
const struct member alert_list_members[] = {
    TEXT(alert_list_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(alert_list_ask, limit, WIRE_U64, 1000, false, limit_about),
    MEMBER(alert_list_ask, all, WIRE_BOOL, 1, false, "those that are over as well"),
    {0},
};
const struct member breaker_trip_members[] = {
    TEXT(breaker_trip_ask, reader, ID_BYTES_MAX, true, reader_about),
    {0},
};
const struct member breaker_reset_members[] = {
    TEXT(breaker_reset_ask, reader, ID_BYTES_MAX, true, reader_about),
    {0},
};
const struct member canary_begin_members[] = {
    MEMBER(canary_begin_ask, domains, WIRE_TEXTS, 4, true,
           "mail domains of the shop where their addresses stand"),
    MEMBER(canary_begin_ask, keepers, WIRE_TEXTS, 2, false, "the two members of staff who may see the list"),
    {0},
};
const struct member canary_plant_members[] = {
    TEXT(canary_plant_ask, key, ID_BYTES_MAX, false, "the key whose leak it shall show, key_…"),
    TEXT(canary_plant_ask, partner, 64, false, "or a partner's name"),
    {0},
};
const struct member canary_list_members[] = {{0}};
const struct member mute_put_members[] = {
    TEXT(mute_put_ask, detector, 32, false, "a detector, such as first_seen; none: all of that reader"),
    TEXT(mute_put_ask, reader, ID_BYTES_MAX, false, "operator, key_… or staff_…; none: all of that detector"),
    TEXT(mute_put_ask, reason, 200, true, "why, in words without personal data"),
    MEMBER(mute_put_ask, days, WIRE_U64, DAYS_MAX, true, "1 to 90"),
    {0},
};
const struct member approval_ask_members[] = {
    TEXT(approval_ask_ask, reason, REASON_BYTES_MAX, true, reason_about),
    MEMBER(approval_ask_ask, subjects_max, WIRE_U64, UINT32_MAX, true, "how many people at most"),
    MEMBER(approval_ask_ask, minutes, WIRE_U64, 1440, false, "for how long, once approved; default 60"),
    {0},
};
const struct member approval_list_members[] = {
    TEXT(approval_list_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(approval_list_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
const struct member approval_approve_members[] = {
    TEXT(approval_approve_ask, id, ID_BYTES_MAX, true, "the approval's id, apr_…"),
    {0},
};
const struct member approval_cancel_members[] = {
    TEXT(approval_cancel_ask, id, ID_BYTES_MAX, true, "the approval's id, apr_…"),
    {0},
};
const struct member service_put_members[] = {
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
const struct member service_list_members[] = {{0}};
static const char secret_about[] = "the secret's id in the register, sec_…";
static const char fingerprint_about[] =
    "of the secret, such as SHA-256 of its public part; never the secret itself";
const struct member secret_add_members[] = {
    TEXT(secret_add_ask, name, 100, true, "what it opens; never the secret itself"),
    TEXT(secret_add_ask, kind, 16, false, "signing_key, database, cloud, server, api, password or other"),
    TEXT(secret_add_ask, owner, ID_BYTES_MAX, false, "staff id of who answers for it"),
    TEXT(secret_add_ask, fingerprint, 128, false, fingerprint_about),
    MEMBER(secret_add_ask, holders, WIRE_TEXTS, 64, false, "staff ids of everyone who has it"),
    MEMBER(secret_add_ask, rotate_days, WIRE_U64, 3650, false, "days until it must be rotated; default 90"),
    {0},
};
const struct member secret_hold_members[] = {
    TEXT(secret_hold_ask, id, ID_BYTES_MAX, true, secret_about),
    MEMBER(secret_hold_ask, holders, WIRE_TEXTS, 64, true, "staff ids of who was given it"),
    {0},
};
const struct member secret_rotated_members[] = {
    TEXT(secret_rotated_ask, id, ID_BYTES_MAX, true, secret_about),
    TEXT(secret_rotated_ask, owner, ID_BYTES_MAX, false, "staff id of who answers for the new one"),
    TEXT(secret_rotated_ask, fingerprint, 128, false, fingerprint_about),
    TEXT(secret_rotated_ask, proof, 1000, true, "what was done: a ticket, a change, a command"),
    TEXT(secret_rotated_ask, old_dead, 1000, true, "how the old one was tried and refused"),
    MEMBER(secret_rotated_ask, holders, WIRE_TEXTS, 64, false,
           "staff ids of who has the new one; default: its owner"),
    {0},
};
const struct member observe_members[] = {
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
const struct member observe_list_members[] = {
    TEXT(observe_list_ask, system, NAME_BYTES_MAX, false, "one service; none: all"),
    TEXT(observe_list_ask, first, 64, false, "SHA-256 of the first line, hexadecimal"),
    TEXT(observe_list_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(observe_list_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
const struct member secret_list_members[] = {
    TEXT(secret_list_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(secret_list_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
const struct member field_put_members[] = {
    TEXT(field_put_ask, name, 32, true, "letters, digits and _; begins with a letter"),
    TEXT(field_put_ask, kind, 16, false, "normaliser: text, email, phone, date, national_id, postcode"),
    TEXT(field_put_ask, mask, 16, false, "mask: text, name, email, tail, date"),
    TEXT(field_put_ask, group, 32, false, "repeating group it belongs to"),
    TEXT(field_put_ask, index, 8, false, "none (default) or full"),
    MEMBER(field_put_ask, bytes, WIRE_U64, VALUE_BYTES_MAX, false, "longest value in bytes"),
    {0},
};
const struct member field_list_members[] = {{0}};
const struct member grant_add_members[] = {
    TEXT(grant_add_ask, subject, ID_BYTES_MAX, true, subject_id_about),
    TEXT(grant_add_ask, role, NAME_BYTES_MAX, false, "the role whose readers may look; or key"),
    TEXT(grant_add_ask, key, ID_BYTES_MAX, false, "the one key that may look; or role"),
    TEXT(grant_add_ask, ticket, 200, true, "the order or ticket that needs it; once for each subject"),
    MEMBER(grant_add_ask, fields, WIRE_TEXTS, REVEAL_FIELDS_MAX, false,
           "fields it is narrowed to; none: all that the role sees"),
    MEMBER(grant_add_ask, minutes, WIRE_U64, 1440, false, "minutes until it ends; default 60, most 1440"),
    {0},
};
const struct member grant_list_members[] = {
    TEXT(grant_list_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(grant_list_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
const struct member pass_issue_members[] = {
    TEXT(pass_issue_ask, subject, ID_BYTES_MAX, true, subject_id_about),
    TEXT(pass_issue_ask, client_network, 64, true, "the customer's IP address, or a block of addresses"),
    {0},
};
const struct member mail_put_members[] = {
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
const struct member mail_show_members[] = {{0}};
const struct member mail_test_members[] = {
    TEXT(mail_test_ask, to, 254, true, "address that the test goes to"),
    TEXT(mail_test_ask, lang, 8, false, "id, ko or en"),
    {0},
};
const struct member mail_list_members[] = {{0}};
static const char sink_about[] = "the sink's id, sink_…";
const struct member sink_put_members[] = {
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
const struct member sink_list_members[] = {{0}};
const struct member sink_drop_members[] = {
    TEXT(sink_drop_ask, id, ID_BYTES_MAX, true, sink_about),
    {0},
};
const struct member sink_test_members[] = {
    TEXT(sink_test_ask, id, ID_BYTES_MAX, false,
         "the sink's id, sink_…; none: every sink, and whoever watches"),
    {0},
};
const struct member weekly_members[] = {
    TEXT(weekly_ask, lang, 8, false, "id, ko or en; default: the shop's"),
    {0},
};
const struct member backup_tell_members[] = {
    TEXT(backup_tell_ask, outcome, 16, true, "made, failed, drill or drill_failed"),
    TEXT(backup_tell_ask, manifest, MANIFEST_BYTES_MAX, false,
         "of made and drill: the backup's signed manifest"),
    TEXT(backup_tell_ask, cause, 64, false, "of failed and drill_failed: the cause, such as store.full"),
    {0},
};
const struct member backup_status_members[] = {{0}};
const struct member events_members[] = {
    MEMBER(events_ask, next, WIRE_U64, INT64_MAX, false, "number of the first one wanted; 0: from now on"),
    {0},
};
const struct member export_ask_members[] = {
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
const struct member export_list_members[] = {
    TEXT(export_list_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(export_list_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
static const char export_about[] = "the export's id, exp_…";
const struct member export_show_members[] = {
    TEXT(export_show_ask, id, ID_BYTES_MAX, true, export_about),
    {0},
};
const struct member export_read_members[] = {
    TEXT(export_read_ask, id, ID_BYTES_MAX, true, export_about),
    MEMBER(export_read_ask, from, WIRE_U64, INT64_MAX, false, "one piece of it, from this byte on"),
    MEMBER(export_read_ask, bytes, WIRE_U64, EXPORT_PIECE_BYTES, false,
           "one piece of at most so many; neither: all of it"),
    {0},
};
const struct member job_list_members[] = {
    TEXT(job_list_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(job_list_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
static const char job_about[] = "the job's id, job_…";
const struct member job_show_members[] = {
    TEXT(job_show_ask, id, ID_BYTES_MAX, true, job_about),
    {0},
};
const struct member job_cancel_members[] = {
    TEXT(job_cancel_ask, id, ID_BYTES_MAX, true, job_about),
    {0},
};
const struct member rotate_members[] = {
    MEMBER(rotate_ask, rekey, WIRE_BOOL, 1, false,
           "new data keys, and every record sealed anew under its own"),
    MEMBER(rotate_ask, dry_run, WIRE_BOOL, 1, false, "say what would happen, change nothing"),
    {0},
};
const struct member rotation_members[] = {{0}};
const struct member status_members[] = {
    MEMBER(status_ask, metrics, WIRE_BOOL, 1, false, "as Prometheus text"),
    {0},
};
const struct member shop_add_members[] = {
    TEXT(shop_add_ask, name, 32, true, "letters, digits and -; begins with a letter"),
    TEXT(shop_add_ask, origin, 200, false, "the log's origin, a schema-less URL"),
    {0},
};
const struct member shop_list_members[] = {{0}};

static const struct verb_row verbs[] = {
#define VERB(NAME, name, changes) {#name, name##_members, sizeof(struct name##_ask), changes},
#include "keeper/verbs.def"
#undef VERB
};

bool verb_at_portal(enum verb verb)
{
    static const char prefix[] = "portal_";
    return strncmp(verb_row(verb)->name, prefix, sizeof prefix - 1) == 0;
}

const struct verb_row *verb_row(enum verb verb)
{
    assert((unsigned)verb < VERB_COUNT);
    return &verbs[verb];
}
