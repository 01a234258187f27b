/* Members of the asks of what people want of the shop. */
#include "base/asks/tables.h"

enum { TICKET_TEXT_BYTES_MAX = 8000 };

static const char ticket_about[] = "the ticket's id, tkt_…";
static const char pool_about[] = "the pool's id, pool_…";
static const char claim_about[] = "the claim's id, clm_…";
static const char counsel_about[] = "the id of counsel's request, cns_…";

const struct member ticket_open_members[] = {
    TEXT(ticket_open_ask, kind, 16, true, "complaint, question, scam or rights"),
    TEXT(ticket_open_ask, text, TICKET_TEXT_BYTES_MAX, true, "what they say; sealed"),
    TEXT(ticket_open_ask, subject, ID_BYTES_MAX, false, "the customer who asks; none: somebody"),
    TEXT(ticket_open_ask, incident, ID_BYTES_MAX, false, "the incident that it is about, inc_…"),
    TEXT(ticket_open_ask, contact, 254, false, "an e-mail address for somebody who is no customer; sealed"),
    TEXT(ticket_open_ask, sender, 300, false, "of a scam: who wrote or called; sealed"),
    TEXT(ticket_open_ask, lang, 3, false, lang_about),
    TEXT(ticket_open_ask, country, 2, false,
         "whose law says by when they are answered: KR; none: the customer's"),
    {0},
};
const struct member ticket_list_members[] = {
    TEXT(ticket_list_ask, kind, 16, false, "complaint, question, scam or rights; none: all"),
    TEXT(ticket_list_ask, state, 16, false, "open, answered or closed; none: all"),
    TEXT(ticket_list_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(ticket_list_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    MEMBER(ticket_list_ask, overdue, WIRE_BOOL, 1, false, "only those that should have been answered"),
    {0},
};
const struct member ticket_show_members[] = {
    TEXT(ticket_show_ask, id, ID_BYTES_MAX, true, ticket_about),
    {0},
};
const struct member ticket_act_members[] = {
    TEXT(ticket_act_ask, id, ID_BYTES_MAX, true, ticket_about),
    TEXT(ticket_act_ask, act, 32, true, "answer, escalate, note or close"),
    TEXT(ticket_act_ask, text, TICKET_TEXT_BYTES_MAX, true, "the answer, or why; sealed"),
    TEXT(ticket_act_ask, who, ID_BYTES_MAX, false, "of escalate: who answers for it, staff_…"),
    MEMBER(ticket_act_ask, mail, WIRE_BOOL, 1, false, "of answer: send it by mail"),
    {0},
};
const struct member desk_rights_members[] = {
    TEXT(desk_rights_ask, country, 32, true, "where the person lives: KR"),
    TEXT(desk_rights_ask, lang, 8, false, lang_about),
    {0},
};
const struct member counsel_open_members[] = {
    TEXT(counsel_open_ask, incident, ID_BYTES_MAX, true, "the incident that it is about, inc_…"),
    TEXT(counsel_open_ask, counsel, 200, true, "who acts for these people, as the certificates name them"),
    TEXT(counsel_open_ask, recipient, 128, true, "age1…: the only one who opens the file; counsel's own key"),
    TEXT(counsel_open_ask, text, 2000, false, "how they asked, and how it was made sure who they are"),
    {0},
};
const struct member counsel_name_members[] = {
    TEXT(counsel_name_ask, id, ID_BYTES_MAX, true, counsel_about),
    MEMBER(counsel_name_ask, lines, WIRE_TEXTS, 500, true,
           "a line a person: WHO,DAY,REFERENCE[,SHA256]; WHO a ref, sub_… or the code of their notice; then "
           "the mandate's day, what counsel calls it, and the digest of its file"),
    MEMBER(counsel_name_ask, seen, WIRE_BOOL, 1, false, "the mandate of each of these lines was seen"),
    {0},
};
const struct member counsel_list_members[] = {{0}};
const struct member counsel_show_members[] = {
    TEXT(counsel_show_ask, id, ID_BYTES_MAX, true, counsel_about),
    {0},
};
const struct member counsel_act_members[] = {
    TEXT(counsel_act_ask, id, ID_BYTES_MAX, true, "cns_…, or of seen and withdraw one mandate of it, mnd_…"),
    TEXT(counsel_act_ask, act, 32, true,
         "start (somebody else than who opened it), drop; of a mandate: seen, withdraw"),
    TEXT(counsel_act_ask, text, 2000, false, "why; sealed"),
    {0},
};
const struct member counsel_file_members[] = {
    TEXT(counsel_file_ask, id, ID_BYTES_MAX, true, counsel_about),
    {0},
};
const struct member mandate_own_members[] = {
    TEXT(mandate_own_ask, pass, 128, true, "a self pass of the customer's"),
    TEXT(mandate_own_ask, mandate, ID_BYTES_MAX, false, "which one is acted on, mnd_…"),
    TEXT(mandate_own_ask, act, 32, false, "confirm: I gave it; withdraw: I did not, or not any more"),
    {0},
};
const struct member promise_add_members[] = {
    TEXT(promise_add_ask, kind, 40, true,
         "identity_monitoring, credit_watch, insurance, audit, programme, …"),
    TEXT(promise_add_ask, text, 2000, true, "what was promised, in the words in which it was"),
    TEXT(promise_add_ask, due, 40, true, "by when it is kept: a day, or a time"),
    TEXT(promise_add_ask, provider, 200, false, "who provides it"),
    MEMBER(promise_add_ask, years, WIRE_U64, 50, false, "for how many years people have it"),
    TEXT(promise_add_ask, enrolment, 1000, false, "how people get it, and until when"),
    MEMBER(promise_add_ask, cost, WIRE_U64, AMOUNT_MOST, false, "what it costs the shop, in minor units"),
    TEXT(promise_add_ask, currency, 3, false, "of the cost: KRW, IDR, USD, …"),
    TEXT(promise_add_ask, purpose, 400, false, "why: duty, goodwill, …"),
    TEXT(promise_add_ask, incident, ID_BYTES_MAX, false, "the incident because of which, inc_…"),
    {0},
};
const struct member promise_list_members[] = {
    TEXT(promise_list_ask, incident, ID_BYTES_MAX, false, "of this incident alone"),
    MEMBER(promise_list_ask, open, WIRE_BOOL, 1, false, "only those that were not kept yet"),
    {0},
};
const struct member promise_act_members[] = {
    TEXT(promise_act_ask, id, ID_BYTES_MAX, true, "the promise's id, prm_…"),
    TEXT(promise_act_ask, act, 32, true, "done, note or drop"),
    TEXT(promise_act_ask, text, 2000, true, "how it was kept, how many enrolled, why it was dropped"),
    TEXT(promise_act_ask, proof, 64, false, "SHA-256 of what shows it; done needs one"),
    {0},
};
const struct member pool_open_members[] = {
    TEXT(pool_open_ask, title, 200, true, "its name, as people read it"),
    TEXT(pool_open_ask, currency, 3, true, "ISO 4217: KRW, IDR, USD, …"),
    MEMBER(pool_open_ask, amount, WIRE_U64, AMOUNT_MOST, true, "all that it holds, in minor units"),
    TEXT(pool_open_ask, until, 40, true, "the last day on which claims are made, in UTC, or a time"),
    TEXT(pool_open_ask, text, 4000, true, "what may be claimed, with which evidence; how it is shared out"),
    TEXT(pool_open_ask, incident, ID_BYTES_MAX, false, "the incident because of which, inc_…"),
    {0},
};
const struct member pool_list_members[] = {{0}};
const struct member pool_act_members[] = {
    TEXT(pool_act_ask, id, ID_BYTES_MAX, true, pool_about),
    TEXT(pool_act_ask, act, 32, true,
         "confirm (somebody else than who opened it), share (once it has closed)"),
    TEXT(pool_act_ask, text, 2000, false, "why; sealed"),
    {0},
};
const struct member claim_make_members[] = {
    TEXT(claim_make_ask, pool, ID_BYTES_MAX, true, pool_about),
    TEXT(claim_make_ask, subject, ID_BYTES_MAX, true, "whose loss, sub_…"),
    MEMBER(claim_make_ask, amount, WIRE_U64, AMOUNT_MOST, true, "what is claimed, in minor units"),
    TEXT(claim_make_ask, evidence, 64, true, "SHA-256 of what proves the loss"),
    TEXT(claim_make_ask, text, TICKET_TEXT_BYTES_MAX, true, "what was lost, and how; sealed"),
    {0},
};
const struct member claim_list_members[] = {
    TEXT(claim_list_ask, pool, ID_BYTES_MAX, true, pool_about),
    TEXT(claim_list_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(claim_list_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
const struct member claim_show_members[] = {
    TEXT(claim_show_ask, id, ID_BYTES_MAX, true, claim_about),
    {0},
};
const struct member claim_act_members[] = {
    TEXT(claim_act_ask, id, ID_BYTES_MAX, true, claim_about),
    TEXT(claim_act_ask, act, 32, true,
         "propose an amount; grant or refuse it: somebody else than who proposed"),
    MEMBER(claim_act_ask, amount, WIRE_U64, AMOUNT_MOST, false, "of propose; 0 or none: what was claimed"),
    TEXT(claim_act_ask, text, 2000, true, "why; sealed"),
    {0},
};
