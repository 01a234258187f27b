/* Compensation: terms that take something back are refused, and a code is worth what it says exactly once. */
#include "cli/demo/demo.h"

#include "cli/input.h"
#include "cli/show.h"
#include "crypto/age.h"

#include <stdio.h>
#include <string.h>

enum { EXIT_REFUSED = 1, CODES_BYTES_MAX = 1 << 20, WORTH_SHOP = 5000, WORTH_TRAVEL = 20000 };

#define TERMS_FAIR "Good until 31 January 2027. What is left over stays good."
#define TERMS_UNFAIR TERMS_FAIR " By using it you waive further claims."

/* Who sends the codes out: the file of codes opens for them alone. */
struct sender {
    struct crypto *crypto;
    struct secret identity;
    struct buf recipient; /* "recipient=age1..." */
};

static void sender_done(struct sender *sender)
{
    crypto_free(&sender->crypto);
    secret_done(&sender->identity);
    buf_done(&sender->recipient);
}

static RESULT sender_new(struct sender *out)
{
    struct age_recipient recipient = {0};
    TRY(crypto_new(&out->crypto));
    age_identity_new(out->crypto, &out->identity);
    TRY(age_identity_recipient(&out->identity, &recipient));
    buf_text(&out->recipient, "recipient=");
    age_recipient_put(&out->recipient, &recipient);
    return OK;
}

/* A draft for the people of the incident: its id, and how much is planned. */
static RESULT draft(struct demo *demo, const char *terms, struct sender *sender, struct buf *id,
                    uint64_t *planned)
{
    SCOPED(buf_done) struct buf doc = {0}, incident = {0}, english = {0};
    char shop[32], travel[32];
    (void)snprintf(shop, sizeof shop, "parts=shop=%d", WORTH_SHOP);
    (void)snprintf(travel, sizeof travel, "parts=travel=%d", WORTH_TRAVEL);
    buf_print(&incident, "incident=%s", buf_c(&demo->incident));
    buf_print(&english, "terms_en=%s", terms);
    const char *const words[] = {
        "redress",
        "open",
        "Sorry",
        buf_c(&incident),
        "currency=KRW",
        "zone=Asia/Seoul",
        "until=2027-01-31",
        shop,
        travel,
        buf_c(&english),
        "terms_id=Berlaku sampai 31 Januari 2027. Sisanya tetap berlaku.",
        "terms_ko=2027년 1월 31일까지 쓸 수 있습니다. 남은 금액은 계속 쓸 수 있습니다.",
        buf_c(&sender->recipient),
        "--json",
        NULL};
    TRY(demo_run(demo, words, DEMO_READERS, 0, &doc));
    struct doc made = doc_of(buf_slice(&doc)), part = {0};
    struct docs parts = docs_of(doc_get(made, "parts"));
    buf_clear(id);
    buf_slice_put(id, doc_text(doc_get(made, "id")));
    for (*planned = 0; docs_next(&parts, &part);) *planned += doc_number(doc_get(part, "planned"));
    return OK;
}

static RESULT announce(struct demo *demo, struct buf *campaign, int exit)
{
    const char *const words[] = {"redress", "announce", buf_c(campaign), "--yes", "--json", NULL};
    return demo_run(demo, words, DEMO_READERS, exit, NULL);
}

/* The first code of the first person in the file, for the part "shop". */
static RESULT first_code(struct demo *demo, struct buf *campaign, struct sender *sender, struct buf *code)
{
    char path[DEMO_PATH_BYTES];
    SCOPED(buf_done) struct buf file = {0}, text = {0};
    SCOPED(age_open_free) struct age_open *open = NULL;
    const char *const words[] = {
        "redress", "codes", buf_c(campaign), "--out", demo_path(demo, "codes.age", path), "--quiet", NULL};
    TRY(demo_run(demo, words, DEMO_READERS, 0, NULL));
    TRY(input_read(path, CODES_BYTES_MAX, &file));
    TRY(age_open_new(sender->crypto, &sender->identity, 1, (struct slice){0}, &open));
    TRY(age_open_put(open, buf_slice(&file), &text));
    TRY(age_open_end(open, &text));
    const char *line = strchr(buf_c(&text), '\n');
    const char *comma = line ? strchr(line, ',') : NULL;
    if (!comma) return demo_expect(demo, false, "the file has a row a person");
    buf_put(code, comma + 1, strcspn(comma + 1, ",\r\n"));
    return OK;
}

static RESULT redeem(struct demo *demo, struct buf *code, int exit)
{
    SCOPED(buf_done) struct buf amount = {0};
    buf_print(&amount, "amount=%d", WORTH_SHOP);
    const char *const words[] = {"redress", "redeem", buf_c(code), buf_c(&amount), "--json", NULL};
    return demo_run(demo, words, DEMO_READERS, exit, NULL);
}

RESULT demo_step_redress(struct demo *demo)
{
    SCOPED(sender_done) struct sender sender = {0};
    SCOPED(buf_done) struct buf campaign = {0}, code = {0}, doc = {0}, won = {0};
    uint64_t planned = 0;
    const char *const verify[] = {"redress", "verify", "--json", NULL};
    page_step(&demo->page, "Amends that cannot be hedged, nor spent twice");
    TRY(sender_new(&sender));
    TRY(draft(demo, TERMS_UNFAIR, &sender, &campaign, &planned));
    TRY(announce(demo, &campaign, EXIT_REFUSED));
    TRY(draft(demo, TERMS_FAIR, &sender, &campaign, &planned));
    TRY(demo_expect(demo, planned == (uint64_t)demo->seen * (WORTH_SHOP + WORTH_TRAVEL),
                    "the budget is the people times the worth"));
    TRY(announce(demo, &campaign, 0));
    TRY(first_code(demo, &campaign, &sender, &code));
    TRY(redeem(demo, &code, 0));
    TRY(redeem(demo, &code, EXIT_REFUSED));
    TRY(demo_run(demo, verify, DEMO_READERS, 0, &doc));
    TRY(demo_expect(demo, doc_true(doc_get(doc_of(buf_slice(&doc)), "holds")), "every posting adds up"));
    count_put(&won, planned);
    page_say(&demo->page, PAGE_DONE,
             "amanah redress open, for exactly these people, once with \"By using it you waive further "
             "claims\" in its terms and once without; announce, codes, redeem twice, verify.");
    page_say(&demo->page, PAGE_CAME,
             "With it: refused, the sentence named. Without: %s won for %zu people in two parts. The codes "
             "are in a file that only their sender opens. The first code was taken once, for 5,000 won; the "
             "second time it was refused. All postings, added up again from the ledger, hold.",
             buf_c(&won), demo->seen);
    page_say(
        &demo->page, PAGE_WHY,
        "Vouchers worth 1.69 trillion won were promised in Korea, over four services, and their "
        "conditions were what people talked about. Here terms are frozen, with their hash in the ledger; "
        "once somebody else works in the shop, two people must agree to them.");
    return OK;
}
