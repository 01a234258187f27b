#include "answer/notice/word.h"

#include "answer/notice/care.h"
#include "answer/notice/delivery.h"
#include "mail/retry.h"

static void host_failed(struct notice_host *host, const struct mail_done *done, int64_t now_us)
{
    if (host->paused_us <= now_us) { /* else it is word of the same failure */
        host->failures++;
        host->paused_us = now_us + mail_pause_us(host->failures);
    }
    host->problem = done->problem;
    host->reply = done->reply;
}

static void host_works(struct notice_host *host)
{
    host->failures = 0;
    host->paused_us = 0;
    host->problem = NULL;
}

static RESULT odd_word(struct batch *batch, struct run *run, const struct flight *flight,
                       const struct mail_done *done, bool lost)
{
    struct run_odd *odd = run_odd_of(run, flight->no, true);
    int64_t due_us = batch->now_us + mail_retry_us(done->attempts);
    if (odd->made_us == 0) odd->made_us = done->made_us;
    odd->attempts = done->attempts;
    odd->doubts += lost;
    odd->reply = done->reply;
    odd->due_us = due_us;
    enum person_state to = lost                        ? PERSON_UNKNOWN
                           : done->end == MAIL_REFUSED ? PERSON_REFUSED
                                                       : PERSON_WAITING;
    if (to == PERSON_WAITING && due_us - odd->made_us > MAIL_AGE_MAX_US) to = PERSON_REFUSED;
    run_move(run, flight->no, PERSON_SENDING, to);
    return run_odd_keep(batch, odd);
}

static RESULT word_take(struct batch *batch, struct notices *runs, struct run *run,
                        const struct flight *flight, const struct bulk_word *word, struct delivery *delivery)
{
    const struct mail_done *done = &word->done;
    enum pace_end end = done->end == MAIL_ARRIVED ? PACE_TOOK
                        : done->end == MAIL_LATER ? PACE_LATER
                                                  : PACE_OTHER;
    pace_word(&runs->pace, flight->domain, end, batch->now_us);
    switch (done->end) {
    case MAIL_ARRIVED:
        host_works(&runs->hosts[flight->host]);
        run_move(run, flight->no, PERSON_SENDING, PERSON_ACCEPTED);
        TRY(run_reached_before(batch, runs, run, flight->no));
        return delivery_add(batch, flight, slice_text(word->text), delivery);
    case MAIL_REFUSED:
    case MAIL_LATER:
        host_works(&runs->hosts[flight->host]);
        return odd_word(batch, run, flight, done, false);
    case MAIL_LOST:
        return odd_word(batch, run, flight, done, true);
    case MAIL_DOWN:
        host_failed(&runs->hosts[flight->host], done, batch->now_us);
        break;
    case MAIL_UNTOUCHED:
        break;
    }
    const struct run_odd *odd = run_odd_of(run, flight->no, false);
    run_move(run, flight->no, PERSON_SENDING,
             odd && odd->doubts > 0 ? PERSON_UNKNOWN
             : odd                  ? PERSON_WAITING
                                    : PERSON_QUEUED);
    if (run->row.today > 0) run->row.today--; /* it did not count at the host */
    run->row_dirty = true;
    return OK;
}

static struct flight *flight_of(struct notices *runs, uint64_t id)
{
    for (size_t i = 0; i < runs->flight_count; i++) {
        struct flight *flight = &runs->flights[i];
        if (((uint64_t)flight->run << 40 | flight->no.at) == id) return flight;
    }
    return NULL;
}

/* Those of one run, of which word came. */
static RESULT run_word(struct batch *batch, struct notices *runs, struct run *run,
                       const struct bulk_word *words, size_t count)
{
    SCOPED(delivery_done) struct delivery delivery = {0};
    TRY(delivery_new(count, &delivery));
    for (size_t i = 0; i < count; i++) {
        struct flight *flight =
            words[i].done.id >> 40 == run->row.id ? flight_of(runs, words[i].done.id) : NULL;
        if (!flight || !set_has(&run->states[PERSON_SENDING], flight->no.at)) continue;
        TRY(word_take(batch, runs, run, flight, &words[i], &delivery));
    }
    TRY(delivery_enter(batch, run, &delivery));
    return run_flush(batch, run);
}

RESULT notices_word(struct batch *batch, const struct bulk_word *words, size_t count)
{
    struct notices *runs = NULL;
    TRY(runs_of(batch->shop, &runs));
    for (size_t i = 0; i < runs->count && count > 0; i++) {
        bool any = false;
        for (size_t k = 0; k < count; k++) any = any || words[k].done.id >> 40 == runs->at[i]->row.id;
        if (any) TRY(run_word(batch, runs, runs->at[i], words, count));
    }
    return OK;
}

void notices_told(struct shop *shop, const struct bulk_word *words, size_t count)
{
    struct notices *runs = shop->notice.at;
    for (size_t i = 0; runs && i < count; i++) {
        struct flight *flight = flight_of(runs, words[i].done.id);
        if (flight) *flight = runs->flights[--runs->flight_count];
    }
}

static RESULT run_recover(struct batch *batch, struct run *run)
{
    uint64_t at = 0;
    size_t done = 0;
    while (set_next(&run->states[PERSON_SENDING], at, &at)) {
        struct run_odd *odd = run_odd_of(run, (struct subject_no){at}, true);
        if (odd->made_us == 0) odd->made_us = batch->now_us;
        odd->doubts++;
        odd->attempts += odd->attempts == 0;
        odd->due_us = batch->now_us;
        TRY(run_odd_keep(batch, odd));
        run_move(run, odd->no, PERSON_SENDING, PERSON_UNKNOWN);
        done++;
    }
    return done > 0 ? run_flush(batch, run) : OK;
}

RESULT notices_recover(struct batch *batch)
{
    struct notices *runs = NULL;
    TRY(runs_of(batch->shop, &runs));
    if (runs->recovered) return OK;
    for (size_t i = 0; i < runs->count; i++) TRY(run_recover(batch, runs->at[i]));
    runs->recovered = true;
    return OK;
}
