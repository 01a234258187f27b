/* What people write to the desk at the portal: somebody, or who came in with a code as themself. Nobody reads it there. */
#include "answer/desk/desk.h"
#include "answer/portal/portal.h"
#include "answer/portal/verbs.h"
#include "keep/normalise.h"

/* As whom: a customer whose mailbox was proved, or somebody who may leave an address. */
static RESULT writer_of(struct batch *batch, const struct portal_write_ask *ask, struct buf *contact,
                        struct ticket_new *out)
{
    if (!ask->mine) {
        if (ask->contact.len == 0) return OK;
        TRY(normalise(NORMALISE_EMAIL, ask->contact, (struct slice){0}, contact));
        out->contact = buf_slice(contact);
        return OK;
    }
    return portal_account(batch, ask->browser, ask->account, &out->subject);
}

RESULT verb_portal_write(struct batch *batch, const struct reader *reader, const struct portal_write_ask *ask,
                         struct answer *out)
{
    struct portal *portal = NULL;
    const struct reader person = portal_reader(reader);
    const struct source from = portal_source(batch->shop, reader);
    SCOPED(buf_done) struct buf contact = {0};
    struct ticket_new ticket = {
        .kind = ticket_kind(ask->kind), .text = ask->text, .lang = ask->lang, .country = ask->country};
    if (ticket.kind == MATTER_SCAM) ticket.sender = ask->sender;
    TRY(portal_of(batch->shop, &portal));
    TRY(gate_may(portal->gate, GATE_TICKET, &from, batch->now_us, &out->head.retry_after_s));
    TRY(writer_of(batch, ask, &contact, &ticket));
    TRY(desk_open(batch, &person, &ticket, out));
    gate_count(portal->gate, GATE_TICKET, &from, batch->now_us);
    if (!ask->mine) return OK;
    const struct sighted sighted = {ticket.subject, 0,
                                    0}; /* they see it, should it have been somebody else */
    return portal_note(batch, PORTAL_WROTE, &person, &sighted, 1, NULL);
}
