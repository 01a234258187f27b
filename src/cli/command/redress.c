/* Compensation: campaigns and their codes; vouchers as a checkout uses them. */
#include "answer/redress/money.h"
#include "base/json.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/members.h"
#include "cli/output.h"
#include "cli/pieces.h"
#include "cli/show.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void show_member(struct doc at, const char *name, const char *before)
{
    struct slice text = doc_text(doc_get(at, name));
    if (text.len == 0) return;
    show_words("%s", before);
    show_value(text);
    show_words("\n");
}

/* An amount as people write it, behind it its currency or unit. */
static void show_amount(struct doc part, uint64_t amount)
{
    unsigned digits = 0;
    struct slice currency = doc_text(doc_get(part, "currency")), unit = doc_text(doc_get(part, "unit"));
    SCOPED(buf_done) struct buf text = {0};
    if (currency.len > 0 && currency_find(currency, &digits).code != CODE_OK) digits = 0; /* in minor units */
    amount_put(&text, amount, digits);
    show_value(buf_slice(&text));
    show_words(" ");
    show_value(currency.len > 0 ? currency : unit);
}

static void show_part(struct doc part)
{
    static const char *const sums[] = {"budget", "open", "reserved", "used", "refunded", "expired"};
    show_words("  ");
    show_value(doc_text(doc_get(part, "part")));
    show_words(": ");
    show_amount(part, doc_number(doc_get(part, "worth")));
    show_words(" each\n");
    for (size_t i = 0; i < COUNT_OF(sums); i++) {
        show_words("    %-10s", sums[i]);
        show_amount(part, doc_number(doc_get(part, sums[i])));
        show_words("\n");
    }
}

static void show_parts(struct doc campaign)
{
    struct docs each = docs_of(doc_get(campaign, "parts"));
    struct doc part = {0};
    while (docs_next(&each, &part)) show_part(part);
}

static void show_terms(struct doc terms)
{
    static const char *const languages[] = {"en", "id", "ko"};
    for (size_t i = 0; i < COUNT_OF(languages); i++) {
        struct doc one = doc_get(terms, languages[i]), flag = {0};
        if (!doc_true(doc_get(one, "there"))) {
            show_words("  terms in %s: none yet\n", languages[i]);
            continue;
        }
        show_words("  terms in %s: %llu conditions\n", languages[i],
                   (unsigned long long)doc_number(doc_get(one, "conditions")));
        struct docs each = docs_of(doc_get(one, "flags"));
        while (docs_next(&each, &flag)) {
            show_words("    ");
            show_value(doc_text(doc_get(flag, "flag")));
            show_member(flag, "sentence", ": ");
        }
    }
}

static void show_reminders(struct doc campaign)
{
    struct docs each = docs_of(doc_get(campaign, "remind"));
    struct doc one = {0};
    while (docs_next(&each, &one)) {
        show_words("  reminder %llu days before the end: ",
                   (unsigned long long)doc_number(doc_get(one, "days")));
        show_value(doc_text(doc_get(one, "state")));
        show_words(", %llu told, begins ", (unsigned long long)doc_number(doc_get(one, "told")));
        show_member(one, "begins", "");
    }
}

static void show_campaign(struct doc campaign)
{
    show_value(doc_text(doc_get(campaign, "id")));
    show_words(": ");
    show_value(doc_text(doc_get(campaign, "title")));
    show_words(", ");
    show_value(doc_text(doc_get(campaign, "state")));
    show_words("\n  %llu people, %llu of them were given codes\n",
               (unsigned long long)doc_number(doc_get(campaign, "people")),
               (unsigned long long)doc_number(doc_get(campaign, "codes_given")));
    show_member(campaign, "from", "  from ");
    show_member(campaign, "until", "  until ");
    show_parts(campaign);
    show_reminders(campaign);
    show_terms(doc_get(campaign, "terms"));
    show_member(campaign, "approval", "  a second person agrees by: amanah approval approve ");
}

static void show_campaigns(const struct call *call, struct doc answer)
{
    (void)call;
    struct doc items = doc_get(answer, "items"), item = {0};
    if (doc_there(doc_get(answer, "what"))) { /* it waits for somebody */
        show_member(answer, "what", "");
        show_member(answer, "approval", "a second person agrees by: amanah approval approve ");
        return;
    }
    if (!doc_there(items)) {
        show_campaign(answer);
        return;
    }
    struct docs each = docs_of(items);
    if (doc_count(items) == 0) show_words("no campaign was opened\n");
    while (docs_next(&each, &item)) show_campaign(item);
}

RESULT command_redress_open(struct call *call)
{
    struct campaign_open_ask ask = {.title = slice_text(call->args[0])};
    return ask_members(call, 1, VERB_CAMPAIGN_OPEN, &ask, show_campaigns);
}

RESULT command_redress_change(struct call *call)
{
    struct campaign_change_ask ask = {.id = slice_text(call->args[0])};
    return ask_members(call, 1, VERB_CAMPAIGN_CHANGE, &ask, show_campaigns);
}

RESULT command_redress_announce(struct call *call)
{
    struct campaign_announce_ask ask = {.id = slice_text(call->args[0])};
    TRY(confirm(call, "Announce it? What it promises stands from then on."));
    return ask_members(call, 1, VERB_CAMPAIGN_ANNOUNCE, &ask, show_campaigns);
}

RESULT command_redress_status(struct call *call)
{
    struct campaign_show_ask ask = {0};
    if (call->arg_count > 0) ask.id = slice_text(call->args[0]);
    return ask_and_show(call, VERB_CAMPAIGN_SHOW, &ask, show_campaigns);
}

RESULT command_redress_rekey(struct call *call)
{
    struct campaign_rekey_ask ask = {.id = slice_text(call->args[0])};
    TRY(confirm(call, "Make new codes? Those that were handed out end now."));
    return ask_and_show(call, VERB_CAMPAIGN_REKEY, &ask, show_campaigns);
}

static void show_totals(const struct call *call, struct doc answer)
{
    (void)call;
    show_each_line(doc_text(doc_get(answer, "note")), "");
}

RESULT command_redress_totals(struct call *call)
{
    struct campaign_totals_ask ask = {.id = slice_text(call->args[0])};
    return ask_and_show(call, VERB_CAMPAIGN_TOTALS, &ask, show_totals);
}

RESULT command_redress_codes(struct call *call)
{
    struct campaign_codes_ask ask = {.id = slice_text(call->args[0])};
    struct pieces pieces = {VERB_CAMPAIGN_CODES, &ask, &ask.taking, &ask.piece, 0, true};
    bool saved = false;
    TRY(pieces_save(call, &pieces, &saved));
    return saved ? pieces_saved_show(call, pieces.people, "Codes of") : OK;
}

static void show_payments_made(const struct call *call, struct doc answer)
{
    (void)call;
    show_member(answer, "payments", "");
    show_member(answer, "what", "  ");
    show_member(answer, "approval", "  a second person agrees by: amanah approval approve ");
}

RESULT command_redress_pay(struct call *call)
{
    struct payments_make_ask ask = {.id = slice_text(call->args[0]), .part = slice_text(call->args[1])};
    return ask_members(call, 2, VERB_PAYMENTS_MAKE, &ask, show_payments_made);
}

static void show_payments(const struct call *call, struct doc answer)
{
    static const struct {
        const char *name, *sum;
    } rows[] = {{"reserved", "reserved_sum"}, {"paid", "paid_sum"}, {"returned", "returned_sum"}};
    struct doc open = doc_get(answer, "open"), id = {0};
    struct docs each = docs_of(open);
    (void)call;
    show_value(doc_text(doc_get(answer, "id")));
    show_member(answer, "state", ": ");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        show_words("  %-9s %llu, ", rows[i].name,
                   (unsigned long long)doc_number(doc_get(answer, rows[i].name)));
        show_amount(answer, doc_number(doc_get(answer, rows[i].sum)));
        show_words("\n");
    }
    show_words("  left out: %llu without a number that can be one, %llu as the budget was used up, %llu "
               "whose record "
               "was changed in the last 72 hours\n",
               (unsigned long long)doc_number(doc_get(answer, "unusable")),
               (unsigned long long)doc_number(doc_get(answer, "unfunded")),
               (unsigned long long)doc_number(doc_get(answer, "waiting")));
    while (docs_next(&each, &id)) {
        show_words("  not booked yet: ");
        show_value(doc_text(id));
        show_words("\n");
    }
}

RESULT command_redress_payments(struct call *call)
{
    struct payments_show_ask ask = {.id = slice_text(call->args[0])};
    return ask_and_show(call, VERB_PAYMENTS_SHOW, &ask, show_payments);
}

RESULT command_redress_file(struct call *call)
{
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(member_files_done) struct member_files files = {0};
    struct payments_file_ask ask = {.id = slice_text(call->args[0])};
    struct pieces pieces = {VERB_PAYMENTS_FILE, &ask, &ask.taking, &ask.piece, 0, false};
    bool saved = false;
    TRY(members_set(call, 1, VERB_PAYMENTS_FILE, &arena, &files, &ask));
    TRY(pieces_save(call, &pieces, &saved));
    return saved ? pieces_saved_show(call, pieces.people, "Payments to") : OK;
}

/* A code is worth money: it may come from standard input, so that it stands in no list of processes. */
static RESULT code_of(const struct call *call, struct buf *line, struct slice *out)
{
    *out = slice_text(call->args[0]);
    if (!slice_is(*out, "-")) return OK;
    TRY(input_line("Code: ", line));
    *out = buf_slice(line);
    return OK;
}

static void show_voucher(const struct call *call, struct doc answer)
{
    (void)call;
    show_value(doc_text(doc_get(answer, "part")));
    show_words(": ");
    show_value(doc_text(doc_get(answer, "state")));
    show_words(", ");
    show_amount(answer, doc_number(doc_get(answer, "left")));
    show_words(" left of ");
    show_amount(answer, doc_number(doc_get(answer, "worth")));
    show_member(answer, "until", ", until ");
}

static void show_held_part(struct doc part)
{
    show_words("  ");
    show_value(doc_text(doc_get(part, "part")));
    show_words(": ");
    show_amount(part, doc_number(doc_get(part, "left")));
    show_words(" left of ");
    show_amount(part, doc_number(doc_get(part, "worth")));
    show_member(part, "state", ", ");
    show_member(part, "until", ", until ");
    show_member(part, "code", "    ");
}

static void show_wallet(const struct call *call, struct doc answer)
{
    struct doc items = doc_get(answer, "items"), item = {0}, part = {0};
    struct docs each = docs_of(items);
    (void)call;
    if (doc_count(items) == 0) show_words("no campaign was announced to this customer\n");
    while (docs_next(&each, &item)) {
        struct docs parts = docs_of(doc_get(item, "parts"));
        show_value(doc_text(doc_get(item, "campaign")));
        show_words(": ");
        show_value(doc_text(doc_get(item, "title")));
        show_member(item, "state", ", ");
        while (docs_next(&parts, &part)) show_held_part(part);
    }
}

RESULT command_redress_wallet(struct call *call)
{
    struct wallet_ask ask = {0};
    struct slice id = slice_text(call->args[0]);
    if (!slice_is(id, "-")) ask.id = id;
    return ask_members(call, 1, VERB_WALLET, &ask, show_wallet);
}

RESULT command_redress_check(struct call *call)
{
    struct voucher_check_ask ask = {0};
    struct slice code = {0};
    SCOPED(buf_done) struct buf line = {0};
    TRY(code_of(call, &line, &code));
    ask.code = code;
    return ask_members(call, 1, VERB_VOUCHER_CHECK, &ask, show_voucher);
}

static void show_redemption(const struct call *call, struct doc answer)
{
    (void)call;
    show_value(doc_text(doc_get(answer, "redemption")));
    show_words(": ");
    show_value(doc_text(doc_get(answer, "state")));
    show_words(", ");
    show_amount(answer, doc_number(doc_get(answer, "amount")));
    show_words("; ");
    show_amount(answer, doc_number(doc_get(answer, "left")));
    show_words(" left\n");
}

RESULT command_redress_reserve(struct call *call)
{
    struct voucher_reserve_ask ask = {0};
    struct slice code = {0};
    SCOPED(buf_done) struct buf line = {0};
    TRY(code_of(call, &line, &code));
    ask.code = code;
    return ask_members(call, 1, VERB_VOUCHER_RESERVE, &ask, show_redemption);
}

RESULT command_redress_redeem(struct call *call)
{
    struct voucher_redeem_ask ask = {0};
    struct slice code = {0};
    SCOPED(buf_done) struct buf line = {0};
    TRY(code_of(call, &line, &code));
    ask.code = code;
    return ask_members(call, 1, VERB_VOUCHER_REDEEM, &ask, show_redemption);
}

RESULT command_redress_capture(struct call *call)
{
    struct voucher_capture_ask ask = {.redemption = slice_text(call->args[0])};
    return ask_members(call, 1, VERB_VOUCHER_CAPTURE, &ask, show_redemption);
}

RESULT command_redress_void(struct call *call)
{
    struct voucher_void_ask ask = {.redemption = slice_text(call->args[0])};
    return ask_and_show(call, VERB_VOUCHER_VOID, &ask, show_redemption);
}

RESULT command_redress_refund(struct call *call)
{
    struct voucher_refund_ask ask = {.redemption = slice_text(call->args[0])};
    return ask_members(call, 1, VERB_VOUCHER_REFUND, &ask, show_redemption);
}
