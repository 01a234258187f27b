#include "keep/access/access.h"
#include "keep/access/notice_row.h"

#include "keep/access/approval.h"
#include "keep/access/authority.h"
#include "keep/access/grant.h"
#include "keep/access/leave.h"
#include "keep/access/pass.h"
#include "keep/access/secret.h"
#include "keep/access/service.h"
#include "keep/access/sign_in.h"
#include "keep/access/staff.h"
#include "keep/keeping.h"
#include "keep/shop.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    uint32_t number;
    const char *name;
} purposes[] = {
#define PURPOSE(number, name) {number, name},
#include "keep/access/purposes.def"
#undef PURPOSE
};

static const struct {
    enum act act;
    const char *name;
    unsigned of;
} acts[] = {
#define ACT(NAME, bit, name, of, about) {ACT_##NAME, name, ACTS_OF_##of},
#include "keep/access/acts.def"
#undef ACT
};

bool act_is_of(enum act act, unsigned of)
{
    for (size_t i = 0; i < COUNT_OF(acts); i++) {
        if (acts[i].act == act) return (acts[i].of & of) != 0;
    }
    return false;
}

void access_done(struct access *access)
{
    for (size_t i = 0; i < access->staff_count; i++) buf_done(&access->staff[i].sealed);
    for (size_t i = 0; i < access->sign_in_count; i++) buf_done(&access->sign_ins[i].sealed);
    free(access->roles);
    free(access->keys);
    for (size_t i = 0; i < access->approval_count; i++) buf_done(&access->approvals[i].sealed);
    free(access->staff);
    free(access->approvals);
    for (size_t i = 0; i < access->secret_count; i++) buf_done(&access->secrets[i].sealed);
    free(access->secrets);
    for (size_t i = 0; i < access->service_count; i++) service_done(&access->services[i]);
    free(access->services);
    free(access->containments);
    free(access->holds);
    for (size_t i = 0; i < access->keeping_count; i++) keeping_done(&access->keepings[i]);
    free(access->keepings);
    body_rows_done(&access->notices);
    body_rows_done(&access->redress);
    body_rows_done(&access->payments);
    free(access->uses);
    for (size_t i = 0; i < access->leave_count; i++) leave_done(&access->leaves[i]);
    free(access->leaves);
    free(access->sign_ins);
    free(access->budgets);
    *access = (struct access){.redress = access->redress}; /* of which only how often it changed is left */
}

const char *act_name(enum act act)
{
    for (size_t i = 0; i < COUNT_OF(acts); i++) {
        if (acts[i].act == act) return acts[i].name;
    }
    return NULL;
}

const char *purpose_name(uint32_t purpose)
{
    for (size_t i = 0; i < COUNT_OF(purposes); i++) {
        if (purposes[i].number == purpose) return purposes[i].name;
    }
    return NULL;
}

static uint32_t purpose_number(struct slice name)
{
    for (size_t i = 0; i < COUNT_OF(purposes); i++) {
        if (slice_is(name, purposes[i].name)) return purposes[i].number;
    }
    return 0;
}

const struct role *role_find(const struct access *access, struct slice name)
{
    for (size_t i = 0; i < access->role_count; i++) {
        if (slice_is(name, access->roles[i].name)) return &access->roles[i];
    }
    return NULL;
}

const struct role *role_by_id(const struct access *access, uint32_t id)
{
    for (size_t i = 0; i < access->role_count; i++) {
        if (access->roles[i].id == id) return &access->roles[i];
    }
    return NULL;
}

struct key *key_by_id(struct access *access, uint32_t id)
{
    /* ids are given out in order and rows are never removed: a key stands at id - 1 */
    return id > 0 && id <= access->key_count && access->keys[id - 1].id == id ? &access->keys[id - 1] : NULL;
}

uint64_t reader_line(const struct access *access, uint64_t reader)
{
    uint32_t id = (uint32_t)reader;
    if (reader >> 32 != READER_KEY) return reader;
    while (id > 0 && id <= access->key_count && access->keys[id - 1].rotated_from < id &&
           access->keys[id - 1].rotated_from > 0)
        id = access->keys[id - 1].rotated_from; /* a successor has the higher id, so this ends */
    return reader_no(READER_KEY, id);
}

static const enum act by_verb[] = {
    [VERB_SELF] = ACT_NONE,
    [VERB_SUBJECT_CREATE] = ACT_CREATE,
    [VERB_SUBJECT_SHOW] = ACT_SHOW,
    [VERB_SUBJECT_PATCH] = ACT_CHANGE,
    [VERB_SUBJECT_CLOSE] = ACT_CHANGE,
    [VERB_SUBJECT_ERASE] = ACT_ERASE,
    [VERB_SUBJECT_SIGHTINGS] = ACT_HISTORY,
    [VERB_LOOKUP] = ACT_LOOKUP,
    [VERB_REVEAL] = ACT_REVEAL,
    [VERB_IMPORT] = ACT_IMPORT,
    [VERB_LEDGER_CHECKPOINT] = ACT_LEDGER,
    [VERB_LEDGER_TILE] = ACT_LEDGER,
    [VERB_LEDGER_PROOF] = ACT_LEDGER,
    [VERB_LEDGER_ENTRY] = ACT_LEDGER,
    [VERB_LEDGER_COSIGN] = ACT_PIN,
    [VERB_LEDGER_PIN] = ACT_PIN,
    [VERB_STAFF_ADD] = ACT_STAFF,
    [VERB_STAFF_LIST] = ACT_STAFF,
    [VERB_STAFF_LEAVE] = ACT_STAFF,
    [VERB_STAFF_LEFT] = ACT_STAFF,
    [VERB_STAFF_LESSON] = ACT_STAFF,
    [VERB_STAFF_ROLE] = ACT_STAFF,
    [VERB_STAFF_INVITE] = ACT_STAFF,
    [VERB_STAFF_RECOVER] = ACT_SHOPS,
    [VERB_ENROL] = ACT_STRANGER,
    [VERB_KEY_ISSUE] = ACT_KEYS,
    [VERB_KEY_REVOKE] = ACT_KEYS,
    [VERB_KEY_LIST] = ACT_KEYS,
    [VERB_KEY_ROTATE] = ACT_NONE, /* or its own key: the verb looks */
    [VERB_SESSION_OPEN] = ACT_STRANGER,
    [VERB_SESSION_END] = ACT_NONE,
    [VERB_ROLE_PUT] = ACT_ROLES,
    [VERB_ROLE_LIST] = ACT_ROLES,
    [VERB_BUDGET_PUT] = ACT_SETTINGS,
    [VERB_BUDGET_LIST] = ACT_SETTINGS,
    [VERB_BLAST_RADIUS] = ACT_WATCH,
    [VERB_WATCH_STATUS] = ACT_WATCH,
    [VERB_ALERT_LIST] = ACT_WATCH,
    [VERB_BREAKER_TRIP] = ACT_WATCH,
    [VERB_BREAKER_RESET] = ACT_WATCH,
    [VERB_MUTE_PUT] = ACT_WATCH,
    [VERB_CANARY_BEGIN] = ACT_WATCH,
    [VERB_CANARY_PLANT] = ACT_WATCH,
    [VERB_CANARY_LIST] = ACT_WATCH,
    [VERB_APPROVAL_ASK] = ACT_REVEAL,
    [VERB_APPROVAL_LIST] = ACT_NONE, /* others' asks only for who may approve */
    [VERB_APPROVAL_APPROVE] = ACT_APPROVE,
    [VERB_APPROVAL_CANCEL] = ACT_NONE, /* or one's own ask: the verb looks */
    [VERB_SERVICE_PUT] = ACT_SETTINGS,
    [VERB_SERVICE_LIST] = ACT_SHOW,
    [VERB_SECRET_ADD] = ACT_SECRETS,
    [VERB_SECRET_HOLD] = ACT_SECRETS,
    [VERB_SECRET_ROTATED] = ACT_SECRETS,
    [VERB_PASSWORD_RANGE] = ACT_NONE, /* about nobody: any credential may */
    [VERB_OBSERVE] = ACT_OBSERVE,
    [VERB_OBSERVE_LIST] = ACT_OBSERVE,
    [VERB_SECRET_LIST] = ACT_SECRETS,
    [VERB_FIELD_PUT] = ACT_FIELDS,
    [VERB_FIELD_LIST] = ACT_NONE,
    [VERB_GRANT_ADD] = ACT_GRANT,
    [VERB_GRANT_LIST] = ACT_GRANT,
    [VERB_PASS_ISSUE] = ACT_PASS,
    [VERB_MAIL_PUT] = ACT_SETTINGS,
    [VERB_MAIL_SHOW] = ACT_SETTINGS,
    [VERB_MAIL_TEST] = ACT_SETTINGS,
    [VERB_MAIL_LIST] = ACT_STATUS,
    [VERB_SINK_PUT] = ACT_SETTINGS,
    [VERB_SINK_LIST] = ACT_SETTINGS,
    [VERB_SINK_DROP] = ACT_SETTINGS,
    [VERB_SINK_TEST] = ACT_SETTINGS,
    [VERB_WEEKLY] = ACT_WATCH,
    [VERB_BACKUP_TELL] = ACT_BACKUP,
    [VERB_BACKUP_STATUS] = ACT_WATCH,
    [VERB_EVENTS] = ACT_NONE, /* of each kind of news what the role may: the verb looks */
    [VERB_INCIDENT_OPEN] = ACT_INCIDENT,
    [VERB_INCIDENT_LIST] = ACT_INCIDENT,
    [VERB_INCIDENT_SHOW] = ACT_INCIDENT,
    [VERB_INCIDENT_ADD] = ACT_INCIDENT,
    [VERB_INCIDENT_CONTAIN] = ACT_CONTAIN,
    [VERB_INCIDENT_CLOSE] = ACT_INCIDENT,
    [VERB_INCIDENT_SCOPE] = ACT_INCIDENT,
    [VERB_INCIDENT_HOLD] = ACT_INCIDENT,
    [VERB_INCIDENT_CHECK] = ACT_INCIDENT,
    [VERB_INCIDENT_EXPOSURES] = ACT_INCIDENT,
    [VERB_INCIDENT_FACTS] = ACT_INCIDENT,
    [VERB_REPORT_DRAFT] = ACT_INCIDENT,
    [VERB_REPORT_SHOW] = ACT_INCIDENT,
    [VERB_REPORT_FILE] = ACT_INCIDENT,
    [VERB_INCIDENT_RECONCILE] = ACT_INCIDENT,
    [VERB_INCIDENT_EXPORT] = ACT_INCIDENT,
    [VERB_INCIDENT_CLOCKS] = ACT_INCIDENT,
    [VERB_INCIDENT_SEVERITY] = ACT_INCIDENT,
    [VERB_INCIDENT_COST] = ACT_INCIDENT,
    [VERB_PROFILE_PUT] = ACT_SETTINGS,
    [VERB_PROFILE_SHOW] = ACT_INCIDENT,
    [VERB_CONTACT_PUT] = ACT_INCIDENT,
    [VERB_CONTACT_LIST] = ACT_INCIDENT,
    [VERB_STATEMENT_DRAFT] = ACT_INCIDENT,
    [VERB_STATEMENT_SHOW] = ACT_INCIDENT,
    [VERB_STATEMENT_PUBLISH] = ACT_INCIDENT,
    [VERB_EVIDENCE_ADD] = ACT_INCIDENT,
    [VERB_EVIDENCE_READ] = ACT_INCIDENT,
    [VERB_EVIDENCE_RELEASE] = ACT_INCIDENT,
    [VERB_EVIDENCE_ORPHANS] = ACT_INCIDENT,
    [VERB_EVIDENCE_MATCH] = ACT_INCIDENT,
    [VERB_EXPORT_ASK] = ACT_EXPORT,
    [VERB_EXPORT_LIST] = ACT_NONE, /* one's own, or all for who may approve: the verb looks */
    [VERB_EXPORT_SHOW] = ACT_NONE,
    [VERB_EXPORT_READ] = ACT_EXPORT,
    [VERB_JOB_LIST] = ACT_NONE,
    [VERB_JOB_SHOW] = ACT_NONE,
    [VERB_JOB_CANCEL] = ACT_NONE,
    [VERB_ROTATE] = ACT_SETTINGS,
    [VERB_ROTATION] = ACT_SETTINGS,
    [VERB_NOTICE_DRAFT] = ACT_NOTIFY,
    [VERB_NOTICE_STATUS] = ACT_NOTIFY,
    [VERB_NOTICE_ACT] = ACT_NOTIFY,
    [VERB_NOTICE_PREVIEW] = ACT_NOTIFY,
    [VERB_NOTICE_PERSON] = ACT_NOTIFY,
    [VERB_NOTICE_VERIFY] = ACT_NOTIFY,
    [VERB_NOTICE_BOUNCE] = ACT_NOTIFY,
    [VERB_NOTICE_TEXT] = ACT_NOTIFY,
    [VERB_WORDS_CHECK] = ACT_INCIDENT,
    [VERB_NOTICE_LETTERS] = ACT_NOTIFY,
    [VERB_REPORT_PRINT] = ACT_INCIDENT,
    [VERB_NOTICE_HOOK] = ACT_NOTIFY,
    [VERB_CAMPAIGN_OPEN] = ACT_REDRESS,
    [VERB_CAMPAIGN_ANNOUNCE] = ACT_REDRESS,
    [VERB_CAMPAIGN_CHANGE] = ACT_REDRESS,
    [VERB_CAMPAIGN_SHOW] = ACT_REDRESS,
    [VERB_CAMPAIGN_TOTALS] = ACT_NONE,
    [VERB_CAMPAIGN_CODES] = ACT_REDRESS,
    [VERB_PAYMENTS_MAKE] = ACT_PAY,
    [VERB_PAYMENTS_SHOW] = ACT_PAY,
    [VERB_PAYMENTS_FILE] = ACT_PAY,
    [VERB_PAYMENTS_BOOK] = ACT_PAY,
    [VERB_CAMPAIGN_REKEY] = ACT_REDRESS,
    [VERB_TICKET_OPEN] = ACT_DESK,
    [VERB_TICKET_LIST] = ACT_DESK,
    [VERB_TICKET_SHOW] = ACT_DESK,
    [VERB_TICKET_ACT] = ACT_DESK,
    [VERB_POOL_OPEN] = ACT_REDRESS,
    [VERB_POOL_LIST] = ACT_REDRESS,
    [VERB_POOL_ACT] = ACT_REDRESS,
    [VERB_CLAIM_MAKE] = ACT_DESK,
    [VERB_CLAIM_LIST] = ACT_DESK,
    [VERB_CLAIM_SHOW] = ACT_DESK,
    [VERB_CLAIM_ACT] = ACT_REDRESS,
    [VERB_COUNSEL_OPEN] = ACT_REDRESS,
    [VERB_COUNSEL_NAME] = ACT_REDRESS,
    [VERB_COUNSEL_LIST] = ACT_REDRESS,
    [VERB_COUNSEL_SHOW] = ACT_REDRESS,
    [VERB_COUNSEL_ACT] = ACT_REDRESS,
    [VERB_COUNSEL_FILE] = ACT_REDRESS,
    [VERB_MANDATE_OWN] = ACT_WALLET,
    [VERB_PROMISE_ADD] = ACT_REDRESS,
    [VERB_PROMISE_LIST] = ACT_REDRESS,
    [VERB_PROMISE_ACT] = ACT_REDRESS,
    [VERB_DESK_RIGHTS] = ACT_NONE, /* about nobody */
    [VERB_WALLET] = ACT_WALLET,
    [VERB_VOUCHER_CHECK] = ACT_REDEEM,
    [VERB_VOUCHER_RESERVE] = ACT_REDEEM,
    [VERB_VOUCHER_REDEEM] = ACT_REDEEM,
    [VERB_VOUCHER_CAPTURE] = ACT_REDEEM,
    [VERB_VOUCHER_VOID] = ACT_REDEEM,
    [VERB_VOUCHER_REFUND] = ACT_REDEEM,
    [VERB_PORTAL_SHOW] = ACT_STRANGER,
    [VERB_PORTAL_VERIFY] = ACT_STRANGER,
    [VERB_PORTAL_STATUS] = ACT_STRANGER,
    [VERB_PORTAL_CODE] = ACT_STRANGER,
    [VERB_PORTAL_ENTER] = ACT_STRANGER,
    [VERB_PORTAL_LEAVE] = ACT_STRANGER,
    [VERB_PORTAL_MINE] = ACT_STRANGER,
    [VERB_PORTAL_DATA] = ACT_STRANGER,
    [VERB_PORTAL_PAYEE] = ACT_STRANGER,
    [VERB_PORTAL_SEEN] = ACT_STRANGER,
    [VERB_PORTAL_WALLET] = ACT_STRANGER,
    [VERB_PORTAL_WRITE] = ACT_STRANGER,
    [VERB_STATUS] = ACT_STATUS,
    [VERB_SHOP_ADD] = ACT_SHOPS,
    [VERB_SHOP_LIST] = ACT_SHOPS,
};
_Static_assert(COUNT_OF(by_verb) == VERB_COUNT, "each verb has its act");

enum act access_act_of(enum verb verb)
{
    return by_verb[verb];
}

RESULT access_act(const struct reader *reader, enum act act)
{
    if (act == ACT_NONE || act == ACT_STRANGER) return OK;
    if (reader->role->acts >> act & 1) return OK;
    return FAIL(ROLE_ACT, "role %s may not %s; ask an admin for a role that may", reader->role->name,
                act_name(act));
}

bool access_audits(const struct reader *reader)
{
    return (reader->role->acts >> ACT_AUDIT & 1) && !(reader->role->acts >> ACT_INCIDENT & 1);
}

RESULT access_verb(const struct reader *reader, enum verb verb)
{
    static const enum verb audited[] = {VERB_INCIDENT_LIST, VERB_INCIDENT_SHOW, VERB_INCIDENT_EXPORT,
                                        VERB_EVIDENCE_MATCH};
    for (size_t i = 0; i < COUNT_OF(audited); i++) {
        if (verb == audited[i] && access_audits(reader)) return OK;
    }
    return access_act(reader, access_act_of(verb));
}

RESULT access_lesson(struct shop *shop, const struct reader *reader)
{
    const struct slice lesson = slice_text(reader->role->lesson);
    bool learned = reader->person_count > 0;
    if (lesson.len == 0) return OK;
    for (size_t i = 0; i < reader->person_count; i++) {
        const struct staff *staff = staff_by_id(&shop->access, reader->persons[i]);
        learned = learned && staff && staff_has_lesson(staff, lesson);
    }
    return learned ? OK
                   : FAIL(ROLE_LESSON,
                          "role %s asks for the lesson %s: somebody behind this reader has not taken it, "
                          "or nobody is named",
                          reader->role->name, reader->role->lesson);
}

static bool purpose_word(struct slice purpose)
{
    if (purpose.len == 0 || purpose.len > ROLE_NAME_BYTES_MAX) return false;
    for (size_t i = 0; i < purpose.len; i++) {
        uint8_t c = purpose.at[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-')) return false;
    }
    return true;
}

RESULT access_purpose(const struct reader *reader, struct slice purpose, uint32_t *out)
{
    const struct role *role = reader->role;
    uint32_t number = purpose_number(purpose);
    bool any = role->purpose_count == 1 && role->purposes[0] == PURPOSE_ANY;
    if (!purpose_word(purpose)) {
        return FAIL(PURPOSE_UNKNOWN, "purpose: say one, such as support, delivery or security");
    }
    if (any) {
        *out = number;
        return OK;
    }
    if (number == 0) return FAIL(PURPOSE_UNKNOWN, "purpose: not one of this shop's");
    for (size_t i = 0; i < role->purpose_count; i++) {
        if (role->purposes[i] != number) continue;
        *out = number;
        return OK;
    }
    return FAIL(ROLE_PURPOSE, "role %s may not look for this purpose", role->name);
}

static bool form_of(struct slice name, struct slice *base, enum form *form)
{
    static const struct {
        const char *suffix;
        enum form form;
    } suffixes[] = {{".mask", FORM_MASK}, {".last4", FORM_LAST4}};
    for (size_t i = 0; i < COUNT_OF(suffixes); i++) {
        size_t len = strlen(suffixes[i].suffix);
        if (name.len <= len || !slice_is(slice_from(name, name.len - len), suffixes[i].suffix)) continue;
        *base = slice_part(name, 0, name.len - len);
        *form = suffixes[i].form;
        return true;
    }
    *base = name;
    *form = FORM_FULL;
    return false;
}

static RESULT permit_add(const struct role *role, const struct field *field, enum form form,
                         struct permit *out)
{
    uint64_t bit = field_bit(field), full = role->fields_all ? UINT64_MAX : role->full;
    if (!(full & bit) && !(role->masked & bit)) {
        return FAIL(ROLE_FIELD, "role %s may not see %s", role->name, field->name);
    }
    bool tail =
        form == FORM_LAST4 && field->mask == MASK_TAIL; /* then its mask shows the same four characters */
    if (form != FORM_MASK && !tail && !(full & bit)) {
        return FAIL(ROLE_FIELD, "role %s sees %s only masked; ask for %s.mask", role->name, field->name,
                    field->name);
    }
    for (size_t i = 0; i < out->field_count; i++) {
        if (out->fields[i].field == field->number && out->fields[i].form == form)
            return OK; /* named twice, shown once */
    }
    if (out->field_count == COUNT_OF(out->fields))
        return FAIL(TOO_MANY, "fields: asked for too many at once");
    out->fields[out->field_count++] = (struct asked_field){field->number, (uint8_t)form};
    if (form == FORM_FULL) {
        out->full |= bit;
    } else {
        out->masked |= bit;
    }
    return OK;
}

static RESULT permit_fields(struct shop *shop, const struct role *role, const struct texts *asked,
                            struct permit *out)
{
    for (size_t i = 0; i < asked->count; i++) {
        struct slice name = {0};
        enum form form = FORM_FULL;
        (void)form_of(asked->at[i], &name, &form); /* no suffix: the full form */
        const struct field *field = field_find(&shop->fields, name);
        uint64_t group = field ? 0 : field_group_mask(&shop->fields, name);
        if (!field && group == 0)
            return FAIL(FIELD_UNKNOWN, "fields: item %zu is not a field of this shop", i);
        if (field) TRY(permit_add(role, field, form, out));
        for (size_t bit = 0; bit < FIELD_MAX; bit++) {
            if (group >> bit & 1) TRY(permit_add(role, &shop->fields.at[bit], form, out));
        }
    }
    return OK;
}

/* What a look needs beside its role. */
static RESULT permit_rights(struct shop *shop, const struct reader *reader, const struct reveal_ask *ask,
                            struct permit *permit)
{
    memcpy(permit->network, reader->network, NETWORK_BYTES);
    if (reader->role->grant || ask->grant.len > 0) TRY(grant_permit(shop, reader, ask, permit));
    if (reader->role->pass || ask->pass.len > 0) TRY(pass_permit(shop, reader, ask, permit));
    return OK;
}

RESULT access_permit(struct shop *shop, const struct reader *reader, const struct reveal_ask *ask,
                     struct permit *out)
{
    struct permit permit = {.role = reader->role->id};
    TRY(access_purpose(reader, ask->purpose, &permit.purpose));
    permit.purpose_named = permit.purpose == 0;
    if (reader->role->reason && ask->reason.len == 0) {
        return FAIL(REASON_MISSING, "reason: role %s must say why it looks", reader->role->name);
    }
    TRY(permit_fields(shop, reader->role, &ask->fields, &permit));
    permit.masked &= ~permit.full;
    TRY(permit_rights(shop, reader, ask, &permit));
    *out = permit;
    return OK;
}
