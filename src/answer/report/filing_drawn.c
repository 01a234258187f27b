/* What papers.def asks for beside the elements of the law: from what stands in the timeline and the shop's profile. */
#include "answer/report/filing.h"

#include "answer/facts/said.h"
#include "keep/profile.h"
#include "mail/words.h"

static void number_value(struct mail_value *value, const char *name, uint64_t number, struct buf *text)
{
    buf_decimal(text, number);
    *value = (struct mail_value){name, buf_slice(text)};
}

/* Whether what was taken can be read is a circumstance: somebody answers it, nobody supposes it. */
static void encryption_put(const struct filing_making *making, struct slice language, struct buf *out)
{
    struct slice unintelligible = circumstance_of(&making->reading->fold, "unintelligible");
    words_put(language, "filing.encryption", NULL, 0, out);
    buf_byte(out, ' ');
    words_put(language,
              slice_is(unintelligible, "yes")  ? "filing.encryption.unreadable"
              : slice_is(unintelligible, "no") ? "filing.encryption.readable"
                                               : "filing.encryption.unsaid",
              NULL, 0, out);
}

static void cooperation_put(const struct filing_making *making, struct slice language, struct buf *out)
{
    uint64_t counts[4] = {0}; /* requests, delivered, in time; consultations */
    static const char *const names[] = {"requests", "delivered", "in_time", "consultations"};
    struct buf texts[COUNT_OF(names)] = {{0}};
    struct mail_value values[COUNT_OF(names)];
    const struct fold *fold = &making->reading->fold;
    for (size_t i = 0; i < fold->item_count; i++) {
        const struct item *item = &fold->items[i];
        bool delivered = slice_is(item->now.state, "delivered");
        counts[3] += item->now.kind == LINE_CONSULTATION;
        if (item->now.kind != LINE_REQUEST) continue;
        counts[0]++;
        counts[1] += delivered;
        counts[2] += delivered && item->now.due > 0 && item->last_us <= item->now.due;
    }
    for (size_t i = 0; i < COUNT_OF(names); i++) number_value(&values[i], names[i], counts[i], &texts[i]);
    words_put(language, "filing.cooperation", values, COUNT_OF(values), out);
    for (size_t i = 0; i < COUNT_OF(texts); i++) buf_done(&texts[i]);
}

static void investment_put(struct shop *shop, const struct filing_making *making, struct slice language,
                           struct buf *out)
{
    const struct profile *profile = profile_of(shop);
    const struct fold *fold = &making->reading->fold;
    SCOPED(buf_done) struct buf planned = {0}, passed = {0}, amount = {0};
    uint64_t all = 0, held = 0;
    for (size_t i = 0; i < fold->item_count; i++) {
        all += fold->items[i].now.kind == LINE_PREVENTION;
        held += fold->items[i].now.kind == LINE_PREVENTION && fold->items[i].passed > 0;
    }
    struct mail_value values[2];
    number_value(&values[0], "planned", all, &planned);
    number_value(&values[1], "passed", held, &passed);
    words_put(language, "filing.prevention", values, COUNT_OF(values), out);
    buf_byte(out, ' ');
    if (profile->prevention == 0) {
        words_put(language, "filing.investment.unsaid", NULL, 0, out);
        return;
    }
    buf_print(&amount, "%s %llu", profile->currency, (unsigned long long)profile->prevention);
    const struct mail_value value = {"amount", buf_slice(&amount)};
    words_put(language, "filing.investment", &value, 1, out);
}

bool filing_drawn(struct shop *shop, const struct filing_making *making, struct slice name,
                  struct slice language, struct buf *out)
{
    if (slice_is(name, "encryption"))
        encryption_put(making, language, out);
    else if (slice_is(name, "cooperation"))
        cooperation_put(making, language, out);
    else if (slice_is(name, "investment"))
        investment_put(shop, making, language, out);
    else
        return false;
    return true;
}
