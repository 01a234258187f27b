#include "watch/budget.h"

#include "base/set.h"

#include <assert.h>
#include <stdlib.h>

struct day {
    uint64_t reader;
    int64_t day;
    uint64_t used; /* how many `subjects` has: asking a set of many chunks takes long */
    struct set subjects;
};

struct noted {
    size_t day; /* index into days */
    uint64_t subject;
};

struct budgets {
    struct day *days;
    size_t count, cap;
    struct noted *journal;
    size_t noted, journal_cap;
};

RESULT budgets_new(struct budgets **out)
{
    struct budgets *budgets = calloc(1, sizeof *budgets);
    if (!budgets) return FAIL(UNAVAILABLE, "budgets: out of memory");
    *out = budgets;
    return OK;
}

void budgets_free(struct budgets **budgets)
{
    if (!*budgets) return;
    for (size_t i = 0; i < (*budgets)->count; i++) set_done(&(*budgets)->days[i].subjects);
    free((*budgets)->days);
    free((*budgets)->journal);
    free(*budgets);
    *budgets = NULL;
}

/* The reader's set of the day; one of an earlier day is emptied first, once its reservations are settled. */
static size_t day_of(struct budgets *budgets, uint64_t reader, int64_t now_us)
{
    int64_t today = now_us / DAY_US;
    for (size_t i = 0; i < budgets->count; i++) {
        struct day *day = &budgets->days[i];
        if (day->reader != reader) continue;
        if (day->day < today) {
            set_clear(&day->subjects);
            day->used = 0;
            day->day = today;
        }
        return i;
    }
    if (budgets->count == budgets->cap) {
        size_t cap = budgets->cap ? budgets->cap * 2 : 16;
        struct day *days = realloc(budgets->days, cap * sizeof *days);
        if (!days) abort();
        budgets->days = days;
        budgets->cap = cap;
    }
    budgets->days[budgets->count] = (struct day){.reader = reader, .day = today};
    return budgets->count++;
}

static void journal_add(struct budgets *budgets, size_t day, uint64_t subject)
{
    if (budgets->noted == budgets->journal_cap) {
        size_t cap = budgets->journal_cap ? budgets->journal_cap * 2 : 1024;
        struct noted *journal = realloc(budgets->journal, cap * sizeof *journal);
        if (!journal) abort();
        budgets->journal = journal;
        budgets->journal_cap = cap;
    }
    budgets->journal[budgets->noted++] = (struct noted){day, subject};
}

RESULT budget_reserve(struct budgets *budgets, uint64_t reader, int64_t now_us, uint64_t limit,
                      const uint64_t *subjects, size_t count)
{
    size_t at = day_of(budgets, reader, now_us), mark = budgets->noted;
    struct day *day = &budgets->days[at];
    for (size_t i = 0; i < count; i++) {
        if (set_add(&day->subjects, subjects[i])) journal_add(budgets, at, subjects[i]);
    }
    day->used += budgets->noted - mark;
    if (budgets->noted == mark || day->used <= limit) return OK;
    budget_undo(budgets, mark);
    return FAIL(BUDGET_DAY,
                "budget: this reader may look at %llu people a day; it refills at 00:00 UTC, or ask for a "
                "bigger role",
                (unsigned long long)limit);
}

size_t budget_mark(const struct budgets *budgets)
{
    return budgets->noted;
}

void budget_undo(struct budgets *budgets, size_t mark)
{
    assert(mark <= budgets->noted);
    while (budgets->noted > mark) {
        const struct noted *noted = &budgets->journal[--budgets->noted];
        struct day *day = &budgets->days[noted->day];
        if (set_remove(&day->subjects, noted->subject)) day->used--; /* gone already if the day turned */
    }
}

void budget_settle(struct budgets *budgets)
{
    budgets->noted = 0;
}

uint64_t budget_used(struct budgets *budgets, uint64_t reader, int64_t now_us)
{
    size_t at = day_of(budgets, reader, now_us); /* may move the days */
    return budgets->days[at].used;
}

uint32_t budget_refill_s(int64_t now_us)
{
    return (uint32_t)((DAY_US - now_us % DAY_US) / SECOND_US + 1);
}

void budget_restore(struct budgets *budgets, uint64_t reader, int64_t at_us, uint64_t subject)
{
    size_t at = day_of(budgets, reader, at_us);
    struct day *day = &budgets->days[at];
    if (set_add(&day->subjects, subject)) day->used++; /* may be there: sets overlap between hours */
}
