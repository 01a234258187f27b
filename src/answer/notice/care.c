#include "answer/notice/care.h"

#include "answer/law/zone.h"
#include "base/clock.h"

#include <assert.h>

static const int care_months[] = {1, 3, 6, 12};

int64_t care_after(int64_t us, int months)
{
    enum { YEAR_MONTHS = 12 };
    int year = 0, month = 0, day = 0, last = 0, unused = 0;
    date_of(us / DAY_US, &year, &month, &day);
    int at = month - 1 + months;
    year += at / YEAR_MONTHS;
    month = at % YEAR_MONTHS + 1;
    int64_t next = month == YEAR_MONTHS ? date_days(year + 1, 1, 1) : date_days(year, month + 1, 1);
    date_of(next - 1, &unused, &unused, &last);
    return date_days(year, month, day < last ? day : last) * DAY_US + us % DAY_US;
}

/* Which step is due now; 0: none. */
static uint32_t step_due(const struct run *run, int64_t now_us)
{
    uint32_t step = 0;
    while (step < COUNT_OF(care_months) && care_after(run->row.started_us, care_months[step]) <= now_us)
        step++;
    return step;
}

/* The newest step of it that began. */
static RESULT step_begun(struct batch *batch, struct notices *runs, const struct run *run, uint32_t *out)
{
    *out = 0;
    for (size_t i = 0; i < runs->count; i++) {
        struct run *at = runs->at[i];
        if (at->row.incident != run->row.incident || at->row.id <= run->row.id) continue;
        TRY(run_words(batch, at));
        const struct spec *spec = &at->words->spec;
        if (spec->follows == run->row.id && spec->step > *out) *out = spec->step;
        if (at->row.state == RUN_STOPPED || at->row.state == RUN_DONE) run_words_drop(at);
    }
    return OK;
}

static RESULT incident_of_run(struct shop *shop, const struct run *run, struct incident **out)
{
    struct incidents *incidents = NULL;
    TRY(incidents_of(shop, &incidents));
    for (size_t i = 0; i < incidents->count; i++) {
        if (incidents->at[i].no != run->row.incident) continue;
        *out = &incidents->at[i];
        return OK;
    }
    return FAIL(CORRUPT, "notice: its incident is not there");
}

/* All whom the run reached are queued; who asked not to be written to is passed over when their turn comes. */
static void people_queue(const struct run *before, struct run *run)
{
    static const enum person_state from[] = {PERSON_ACCEPTED, PERSON_OTHERWISE};
    for (size_t i = 0; i < COUNT_OF(from); i++) {
        uint64_t at = 0;
        set_union_in(&run->states[PERSON_QUEUED], &before->states[from[i]]);
        while (set_next(&before->states[from[i]], at, &at)) { /* one number a chunk marks it */
            run_move(run, (struct subject_no){at}, (enum person_state)0, PERSON_QUEUED);
            at = ((at >> SET_CHUNK_BITS) + 1) << SET_CHUNK_BITS;
        }
    }
}

static RESULT care_begin(struct batch *batch, struct notices *runs, struct run *before, uint32_t step)
{
    struct reader system = {.no = reader_no(READER_SYSTEM, 0)};
    struct incident *incident = NULL;
    struct run *run = NULL;
    struct receipt receipt = {0};
    SCOPED(buf_done) struct buf body = {0}, text = {0}, name = {0};
    struct spec spec = spec_care(&before->words->spec);
    spec.follows = before->row.id;
    spec.step = step;
    TRY(incident_of_run(batch->shop, before, &incident));
    assert(incident);
    const struct run_row row = {.incident = incident->no,
                                .line = incident->lines + 1,
                                .state = RUN_SENDING,
                                .started_us = batch->now_us};
    TRY(run_new(batch, runs, &row, &run));
    assert(run);
    people_queue(before, run);
    TRY(run_flush(batch, run));
    spec_write(&spec, &body);
    buf_print(&name, "%u", run->row.id);
    buf_print(&text, "notice %u: after-care by itself, %d months after notice %u, to %llu people",
              run->row.id, care_months[step - 1], before->row.id,
              (unsigned long long)set_count(&run->states[PERSON_QUEUED]));
    struct line line = {.kind = LINE_NOTICE,
                        .text = buf_slice(&text),
                        .name = buf_slice(&name),
                        .body = buf_slice(&body),
                        .state = SLICE_TEXT("sending")};
    return incident_line(batch, &system, incident, NULL, &line, &receipt);
}

RESULT notices_care(struct batch *batch, struct notices *runs)
{
    if (batch->now_us < runs->care_us && runs->care_us - batch->now_us <= HOUR_US) return OK;
    runs->care_us = batch->now_us + HOUR_US;
    for (size_t i = 0, count = runs->count; i < count; i++) {
        struct run *run = runs->at[i];
        uint32_t begun = 0, due = run->row.started_us > 0 ? step_due(run, batch->now_us) : 0;
        if (due == 0 || (run->row.state != RUN_DONE && run->row.state != RUN_SENDING)) continue;
        TRY(run_words(batch, run));
        bool cares = run->words->spec.care[0].len > 0;
        if (cares) TRY(step_begun(batch, runs, run, &begun));
        if (cares && due > begun) TRY(care_begin(batch, runs, run, due));
        if (run->row.state == RUN_DONE) run_words_drop(run);
    }
    return OK;
}
