/* Members of the asks of who may do what. */
#include "base/asks/tables.h"

enum {
    WEBAUTHN_CLIENT_MAX = 2732,       /* 2,048 bytes as base64url */
    WEBAUTHN_ATTESTATION_MAX = 10924, /* 8,192 */
    WEBAUTHN_DATA_MAX = 1368,         /* 1,024 */
    WEBAUTHN_ID_MAX = 684,            /* 512 */
    SIGNATURE_MAX = 800,              /* 600, such as an RSA signature's */
    PEM_BYTES_MAX = 16384
};

static const char staff_id_about[] = "a member of staff, staff_…";
static const char networks_about[] = "where it may be used from, such as 192.0.2.0/24; none: anywhere";
static const char public_key_about[] =
    "Ed25519 public key, PEM or base64: its holder signs challenges, and no secret is made";
static const char certificate_about[] = "TLS client certificate, PEM: its public key is the credential";
static const char secret_about[] = "the secret's id in the register, sec_…";
static const char fingerprint_about[] =
    "of the secret, such as SHA-256 of its public part; never the secret itself";

const struct member self_members[] = {{0}};
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
const struct member secret_list_members[] = {
    TEXT(secret_list_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(secret_list_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
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
