#include "answer/incident/posting.h"

#include "answer/law/zone.h"

#include <string.h>

/* The longest time that a substitute of the duty must stand, as its rules have it. */
static int64_t needed_of(const struct law *law, struct slice name)
{
    int64_t needed_us = 0;
    for (size_t i = 0; law_at(law, i); i++) {
        const struct law_regime *regime = law_at(law, i);
        size_t len = strlen(regime->id);
        if (name.len <= len || !slice_is(slice_part(name, 0, len), regime->id) || name.at[len] != '/')
            continue;
        for (uint32_t j = 0; j < regime->substitutes_count; j++) {
            const struct law_substitute *one = &regime->substitutes[j];
            struct span span;
            const struct zone utc = {0};
            bool meant = slice_is(slice_from(name, len + 1), one->of) && one->at_least;
            if (!meant || span_get(slice_text(one->at_least), &span).code != CODE_OK) continue;
            int64_t us = span_end(span, LAW_COUNT_HOURS, 0, &utc);
            if (us > needed_us) needed_us = us;
        }
    }
    return needed_us;
}

void posting_of(const struct fold *fold, const struct law *law, const struct item *item, struct posting *out)
{
    struct posting posting = {.item = item, .needed_us = needed_of(law, item->now.name)};
    int64_t seen_us = 0;
    for (size_t i = 0; i < fold->line_count; i++) {
        const struct line *line = &fold->lines[i];
        if (line->kind != LINE_PROBE || line->of != item->now.n) continue;
        bool seen = slice_is(line->state, "seen");
        int64_t apart_us = line->time_us - seen_us;
        if (seen && seen_us > 0 && apart_us > 0 && apart_us <= POSTING_APART_US)
            posting.proven_us += apart_us;
        seen_us = seen ? line->time_us : 0;
        posting.last = line;
        posting.probes++;
    }
    *out = posting;
}

RESULT posting_may(const struct fold *fold, const struct law *law, const struct line *line)
{
    struct posting posting;
    const struct item *item = line->of > 0 ? fold_item(fold, LINE_POSTING, line->of) : NULL;
    if (line->kind != LINE_POSTING || !item || !slice_is(line->state, "ended")) return OK;
    posting_of(fold, law, item, &posting);
    if (posting.proven_us >= posting.needed_us) return OK;
    return FAIL(CHECK_NOT_MET, "posting: of %lld hours that the law asks %lld are proven by probes",
                (long long)(posting.needed_us / HOUR_US), (long long)(posting.proven_us / HOUR_US));
}
