/* Between the shops' queues of mails and the sender: what is due goes out, what became of it comes in. */
#include "keeper/keeper_priv.h"

#include <poll.h>
#include <string.h>

enum {
    TURN_US = 5 * 1000,          /* between two commits for mails: they must not hold up the asks */
    FAILED_US = 1000 * 1000,     /* after one that failed */
    CLOSED_US = 8 * 1000 * 1000, /* for the mails of a shop that is not served */
    CLOSED_POLL_MS = 50,
    CLOSED_SHOP = HOME_SHOPS_MAX /* in the jobs of such a shop, where others have their place */
};

/* Take the word there is, while there is room for it: it is kept until a commit has written it down. */
static void word_take(struct keeper *keeper)
{
    struct mail_sender *sender = keeper->options.mail;
    while (keeper->word_count < KEEPER_WORD_MAX && sender->take(sender, &keeper->word[keeper->word_count]))
        keeper->word_count++;
}

static size_t word_of(const struct keeper *keeper, uint64_t shop)
{
    size_t count = 0;
    for (size_t i = 0; i < keeper->word_count; i++) count += keeper->word[i].shop == shop;
    return count;
}

static void word_forget(struct keeper *keeper, uint64_t shop)
{
    size_t kept = 0;
    for (size_t i = 0; i < keeper->word_count; i++) {
        if (keeper->word[i].shop != shop) keeper->word[kept++] = keeper->word[i];
    }
    keeper->word_count = kept;
}

static RESULT turn(struct keeper *keeper, struct batch *batch, uint64_t number, struct mail_job *jobs,
                   size_t room, size_t *count)
{
    for (size_t i = 0; i < keeper->word_count; i++) {
        if (keeper->word[i].shop == number) TRY(post_word(batch, &keeper->word[i]));
    }
    return post_hand_over(batch, number, jobs, room, count);
}

/* One shop's turn, in one commit. The jobs are given out only when it is durable that they are being sent. */
static RESULT shop_turn(struct keeper *keeper, struct shop *shop, uint64_t number, size_t room)
{
    struct mail_sender *sender = keeper->options.mail;
    struct mail_job jobs[KEEPER_MAILS_MAX] = {{0}};
    SCOPED(batch_done) struct batch batch = {0};
    size_t count = 0;
    TRY(batch_begin(shop, &keeper->arena, &batch));
    struct result done = turn(keeper, &batch, number, jobs, room, &count);
    if (done.code == CODE_OK)
        done = batch_settle(&batch);
    else
        batch_rollback(&batch);
    if (done.code == CODE_OK) {
        post_in_hand(shop, count, word_of(keeper, number));
        word_forget(keeper, number);
    } else {
        post_undone(shop);
    }
    for (size_t i = 0; i < count; i++) {
        if (done.code == CODE_OK) sender->give(sender, &jobs[i]);
        mail_job_done(&jobs[i]);
    }
    return done;
}

static size_t room_of(struct keeper *keeper)
{
    struct mail_sender *sender = keeper->options.mail;
    size_t room = sender->room(sender);
    return room < KEEPER_MAILS_MAX ? room : KEEPER_MAILS_MAX;
}

int64_t mails_turn(struct keeper *keeper)
{
    int64_t now_us = clock_now(&keeper->options.clock), next_us = INT64_MAX;
    if (!keeper->options.mail) return INT64_MAX;
    word_take(keeper);
    word_forget(keeper,
                CLOSED_SHOP); /* too late to be written down: unknown, and sent again at its next start */
    if (now_us < keeper->mail_us && keeper->mail_us - now_us <= FAILED_US) return keeper->mail_us - now_us;
    for (size_t i = 0; i < keeper->shop_count; i++) {
        size_t at = (keeper->mail_first + i) % keeper->shop_count;
        struct shop *shop = keeper->shops[at];
        bool due = post_due_us(shop) <= now_us;
        if (!due && word_of(keeper, at) == 0) continue;
        struct result done = shop_turn(keeper, shop, at, room_of(keeper));
        arena_reset(&keeper->arena);
        keeper->mail_us = now_us + (done.code == CODE_OK ? TURN_US : FAILED_US);
    }
    keeper->mail_first++;
    bool room = room_of(keeper) > 0; /* else there will be word */
    for (size_t i = 0; room && i < keeper->shop_count; i++) {
        if (post_due_us(keeper->shops[i]) < next_us) next_us = post_due_us(keeper->shops[i]);
    }
    if (keeper->word_count > 0) next_us = now_us;
    if (next_us == INT64_MAX) return INT64_MAX;
    if (next_us < keeper->mail_us) next_us = keeper->mail_us;
    return next_us > now_us ? next_us - now_us : 0;
}

RESULT mails_recover(struct keeper *keeper, struct shop *shop)
{
    SCOPED(batch_done) struct batch batch = {0};
    int64_t due_us = 0;
    struct result any = shop->store->mail->next(shop->store, MAIL_SENDING, &due_us);
    if (any.code != CODE_OK) return any.code == CODE_NOT_FOUND ? OK : any;
    TRY(batch_begin(shop, &keeper->arena, &batch));
    struct result done = post_recover(&batch);
    if (done.code == CODE_OK) return batch_settle(&batch);
    batch_rollback(&batch);
    return done;
}

/* Nothing on its way any more, or no way to go. */
static bool all_told(struct shop *shop)
{
    uint64_t counts[MAIL_STATES] = {0};
    if (post_counts(shop, counts).code != CODE_OK || post_problem(shop)) return true;
    return counts[MAIL_WAITING] + counts[MAIL_SENDING] + counts[MAIL_UNKNOWN] == 0;
}

static void closed_words(struct shop *shop, struct buf *out)
{
    uint64_t counts[MAIL_STATES] = {0};
    struct result counted = post_counts(shop, counts);
    uint64_t waiting = counts[MAIL_WAITING] + counts[MAIL_SENDING] + counts[MAIL_UNKNOWN];
    if (counted.code != CODE_OK) {
        buf_text(out, "; whether its staff were told by mail is not known: tell them");
    } else if (post_problem(shop)) {
        buf_print(out, "; no mail could tell its staff (%s): tell them", post_problem(shop));
    } else if (waiting > 0) {
        buf_print(out, "; %llu of the mails to its staff wait, as mail is not set or too slow: tell them",
                  (unsigned long long)waiting);
    } else if (shop->access.staff_count == 0) {
        buf_text(out, "; there is no staff whom a mail could tell");
    } else {
        buf_text(out, "; its staff were told by mail");
    }
}

void mails_of_closed(struct keeper *keeper, struct shop *shop, struct mail_sender *sender, struct buf *out)
{
    int64_t until_us = clock_monotonic_us() + CLOSED_US;
    struct result done = mails_recover(keeper, shop);
    keeper->options.mail = sender;
    while (done.code == CODE_OK && post_way(shop) && sender && !all_told(shop) &&
           clock_monotonic_us() < until_us) {
        struct pollfd word = {.fd = sender->fd(sender), .events = POLLIN};
        done = shop_turn(keeper, shop, CLOSED_SHOP, room_of(keeper));
        (void)poll(&word, 1, CLOSED_POLL_MS); /* woken early or not, what there is is taken */
        word_take(keeper);
    }
    if (done.code == CODE_OK && word_of(keeper, CLOSED_SHOP) > 0)
        done = shop_turn(keeper, shop, CLOSED_SHOP, 0);
    (void)done; /* what could not be written down is found as unknown at the next start */
    word_forget(keeper, CLOSED_SHOP);
    keeper->options.mail = NULL; /* the caller's until all is open */
    arena_reset(&keeper->arena);
    closed_words(shop, out);
}

void mails_end(struct keeper *keeper)
{
    struct mail_sender *sender = keeper->options.mail;
    if (!sender) return;
    sender->stop(sender);
    word_take(keeper);
    for (size_t i = 0; i < keeper->shop_count; i++) {
        struct result done = word_of(keeper, i) > 0 ? shop_turn(keeper, keeper->shops[i], i, 0) : OK;
        (void)done; /* what could not be written down is found as unknown at the next start */
    }
    sender->free(&keeper->options.mail);
}
