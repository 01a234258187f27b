/* Between the shops' sinks and the carrier: what is due goes out, what became of it comes in. */
#include "keep/watch/sink.h"
#include "keeper/keeper_priv.h"

enum {
    TURN_US = 5 * 1000,     /* between two commits for alerts: they must not hold up the asks */
    FAILED_US = 1000 * 1000 /* after one that failed */
};

/* Take the word there is, while there is room for it: it is kept until a commit has written it down. */
static void word_take(struct sending *sending, struct carrier *carrier)
{
    while (sending->count < KEEPER_SENDS_MAX && carrier->take(carrier, &sending->word[sending->count]))
        sending->count++;
}

static bool word_of(const struct sending *sending, uint64_t shop)
{
    for (size_t i = 0; i < sending->count; i++) {
        if (sending->word[i].shop == shop) return true;
    }
    return false;
}

/* It is durable: the shop's sinks may go on. */
static void word_settle(struct sending *sending, struct shop *shop, uint64_t number)
{
    size_t kept = 0;
    for (size_t i = 0; i < sending->count; i++) {
        if (sending->word[i].shop == number)
            sinks_told(shop, &sending->word[i]);
        else
            sending->word[kept++] = sending->word[i];
    }
    sending->count = kept;
}

static RESULT turn(struct sending *sending, struct batch *batch, uint64_t number, struct send_job *jobs,
                   size_t room, size_t *count)
{
    for (size_t i = 0; i < sending->count; i++) {
        if (sending->word[i].shop == number) TRY(sinks_word(batch, &sending->word[i]));
    }
    return sinks_hand_over(batch, number, jobs, room, count);
}

/* One shop's turn, in one commit. The jobs are given out only when all that they follow from is durable. */
static RESULT shop_turn(struct keeper *keeper, struct shop *shop, uint64_t number, size_t room)
{
    struct carrier *carrier = keeper->options.carrier;
    struct send_job jobs[KEEPER_SENDS_MAX] = {{0}};
    SCOPED(batch_done) struct batch batch = {0};
    size_t count = 0;
    TRY(batch_begin(shop, &keeper->arena, &batch));
    struct result done = turn(&keeper->sending, &batch, number, jobs, room, &count);
    if (done.code == CODE_OK)
        done = batch_settle(&batch);
    else
        batch_rollback(&batch);
    if (done.code == CODE_OK)
        word_settle(&keeper->sending, shop, number);
    else
        sinks_look_again(shop);
    for (size_t i = 0; i < count; i++) {
        if (done.code == CODE_OK) {
            sinks_given(shop, &jobs[i]);
            carrier->give(carrier, &jobs[i]);
        }
        send_job_done(&jobs[i]);
    }
    return done;
}

static size_t room_of(struct carrier *carrier)
{
    size_t room = carrier->room(carrier);
    return room < KEEPER_SENDS_MAX ? room : KEEPER_SENDS_MAX;
}

/* When some shop has something to do next; INT64_MAX. */
static int64_t next_us(const struct keeper *keeper, int64_t now_us)
{
    int64_t due_us = INT64_MAX;
    if (keeper->sending.count > 0) return now_us;
    if (room_of(keeper->options.carrier) == 0) return INT64_MAX; /* there will be word */
    for (size_t i = 0; i < keeper->shop_count; i++) {
        int64_t shop_us = sinks_due_us(keeper->shops[i]);
        if (shop_us < due_us) due_us = shop_us;
    }
    return due_us;
}

int64_t sends_turn(struct keeper *keeper)
{
    struct sending *sending = &keeper->sending;
    struct carrier *carrier = keeper->options.carrier;
    int64_t now_us = clock_now(&keeper->options.clock);
    if (!carrier) return INT64_MAX;
    word_take(sending, carrier);
    if (now_us < sending->after_us && sending->after_us - now_us <= FAILED_US)
        return sending->after_us - now_us;
    for (size_t i = 0; i < keeper->shop_count; i++) {
        size_t at = (sending->first + i) % keeper->shop_count;
        struct shop *shop = keeper->shops[at];
        if (sinks_due_us(shop) > now_us && !word_of(sending, at)) continue;
        struct result done = shop_turn(keeper, shop, at, room_of(carrier));
        arena_reset(&keeper->arena);
        sending->after_us = now_us + (done.code == CODE_OK ? TURN_US : FAILED_US);
    }
    sending->first++;
    int64_t due_us = next_us(keeper, now_us);
    if (due_us == INT64_MAX) return INT64_MAX;
    if (due_us < sending->after_us) due_us = sending->after_us;
    return due_us > now_us ? due_us - now_us : 0;
}

void sends_end(struct keeper *keeper)
{
    struct carrier *carrier = keeper->options.carrier;
    if (!carrier) return;
    carrier->stop(carrier);
    word_take(&keeper->sending, carrier);
    for (size_t i = 0; i < keeper->shop_count; i++) {
        struct result done = word_of(&keeper->sending, i) ? shop_turn(keeper, keeper->shops[i], i, 0) : OK;
        (void)done; /* what could not be written down is told again after the next start */
    }
    carrier->free(&keeper->options.carrier);
}
