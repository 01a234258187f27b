#include "answer/evidence/verdict.h"

enum {
    FEW_ROWS = 20,    /* below so many hardly anything can be said */
    NEARLY_ALL = 900, /* of 1,000 rows: no list that another made holds so many of ours by chance */
    SOME = 50,        /* of 1,000 */
    AGREE_MUCH = 700, /* of 1,000 that were compared */
    AGREE_LITTLE = 200,
    OWN_LEAST = 3,     /* rows with a mark of the shop's own */
    CROSSED_MUCH = 300 /* of 1,000 that hit */
};

const char *verdict_name(enum verdict_kind kind)
{
    static const char *const names[] = {
#define VERDICT(NAME, name) name,
#define REASON(NAME, name)
#include "answer/evidence/verdict.def"
#undef VERDICT
#undef REASON
    };
    return names[kind];
}

const char *verdict_reason_name(enum verdict_reason reason)
{
    static const char *const names[] = {
#define VERDICT(NAME, name)
#define REASON(NAME, name) name,
#include "answer/evidence/verdict.def"
#undef VERDICT
#undef REASON
    };
    return names[reason];
}

const char *verdict_sure_name(enum verdict_sure sure)
{
    return sure == SURE_HIGH ? "high" : sure == SURE_MEDIUM ? "medium" : "low";
}

static uint64_t of_thousand(uint64_t part, uint64_t whole)
{
    return whole ? part * 1000 / whole : 0;
}

static void because(struct verdict *verdict, enum verdict_reason reason)
{
    verdict->reasons |= 1U << reason;
}

/* Only this shop could have written it: its canaries, its own numbers of customers and orders. */
static bool is_own(const struct verdict_numbers *numbers, struct verdict *out)
{
    bool marks = numbers->own_agreeing >= OWN_LEAST &&
                 of_thousand(numbers->own_agreeing, numbers->own_compared) >= AGREE_MUCH / 2;
    if (marks) because(out, REASON_OWN_MARKS);
    if (numbers->canaries > 0) because(out, REASON_CANARIES);
    return marks || numbers->canaries > 0;
}

/* Addresses of ours, beside details that are nobody's of them. */
static bool is_made_up(const struct verdict_numbers *numbers, struct verdict *out)
{
    bool contradicts = numbers->names_compared >= FEW_ROWS &&
                       of_thousand(numbers->names_agreeing, numbers->names_compared) < AGREE_LITTLE;
    bool crossed = of_thousand(numbers->crossed, numbers->hit) >= CROSSED_MUCH && numbers->hit >= FEW_ROWS;
    if (contradicts) because(out, REASON_CONTRADICTS);
    if (crossed) because(out, REASON_CROSSED);
    return contradicts || crossed;
}

static struct verdict nothing_found(const struct verdict_numbers *numbers)
{
    struct verdict verdict = {VERDICT_ANOTHERS, SURE_LOW, 1U << REASON_NOBODY};
    if (numbers->keyed == 0) return (struct verdict){VERDICT_UNDECIDED, SURE_LOW, 1U << REASON_NO_KEYS};
    if (numbers->keyed >= FEW_ROWS) verdict.sure = SURE_MEDIUM;
    if (numbers->keyed >= (uint64_t)FEW_ROWS * 10) verdict.sure = SURE_HIGH;
    return verdict;
}

/* Nearly everybody in it is a customer. */
static void all_found(const struct verdict_numbers *numbers, bool own, bool agrees, struct verdict *out)
{
    bool few = numbers->hit < FEW_ROWS;
    because(out, REASON_NEARLY_ALL);
    out->kind = few && !own ? VERDICT_UNDECIDED : VERDICT_OURS;
    out->sure = own ? SURE_HIGH : agrees && !few ? SURE_MEDIUM : SURE_LOW;
    if (!own) because(out, REASON_NOTHING_OWN);
}

/* Some are. */
static void some_found(const struct verdict_numbers *numbers, bool own, struct verdict *out)
{
    bool few = numbers->hit < FEW_ROWS, many = of_thousand(numbers->hit, numbers->keyed) >= SOME;
    because(out, many ? REASON_SOME : REASON_CHANCE);
    out->kind = own ? VERDICT_PARTLY : VERDICT_ANOTHERS;
    if (own) {
        out->sure = few ? SURE_MEDIUM : SURE_HIGH;
        return;
    }
    because(out, REASON_NOTHING_OWN);
    out->sure = few ? SURE_LOW : many ? SURE_MEDIUM : SURE_HIGH;
}

struct verdict verdict_of(const struct verdict_numbers *numbers)
{
    struct verdict verdict = {VERDICT_UNDECIDED, SURE_LOW, 0};
    if (numbers->hit == 0) return nothing_found(numbers);
    bool agrees = of_thousand(numbers->agreeing, numbers->compared) >= AGREE_MUCH;
    bool own = is_own(numbers, &verdict);
    if (numbers->hit < FEW_ROWS) because(&verdict, REASON_FEW);
    if (!own && is_made_up(numbers, &verdict)) {
        verdict.kind = VERDICT_MADE_UP;
        verdict.sure = numbers->hit >= (uint64_t)FEW_ROWS * 5 ? SURE_HIGH : SURE_MEDIUM;
        return verdict;
    }
    if (agrees) because(&verdict, REASON_AGREES);
    if (of_thousand(numbers->hit, numbers->keyed) >= NEARLY_ALL)
        all_found(numbers, own, agrees, &verdict);
    else
        some_found(numbers, own, &verdict);
    return verdict;
}
