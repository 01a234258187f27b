#include "keep/verify_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void bundle_drop(struct hand *hand)
{
    for (unsigned i = 0; i < TILE_WIDTH; i++) aside_read_done(&hand->checked[i].aside);
    bundle_done(&hand->bundle);
}

static void hand_done(struct hand *hand)
{
    if (hand->known) {
        for (size_t i = 0; i < KNOWN_SLOTS; i++) eras_done(&hand->known[i].eras);
        wipe(hand->known, KNOWN_SLOTS * sizeof *hand->known);
        free(hand->known);
    }
    bundle_drop(hand);
    buf_done(&hand->tile);
    free(hand->leaves);
    if (hand->owns) shop_hand_free(&hand->shop);
}

void crew_done(struct crew *crew)
{
    for (size_t i = 0; i < crew->count; i++) hand_done(&crew->hands[i]);
    free(crew->hands);
    if (!crew->ready) return;
    (void)pthread_cond_destroy(&crew->turned); /* nobody waits any more: these cannot fail */
    (void)pthread_mutex_destroy(&crew->lock);
    crew->ready = false;
}

/* The first hand has the shop itself, the others one that reads by a view of its own. */
static RESULT hand_make(struct verify *verify, struct store **view, struct hand *out)
{
    out->verify = verify;
    out->owns = out != verify->crew.hands;
    if (!out->owns) out->shop = verify->shop;
    if (out->owns) TRY(shop_hand_reading(verify->shop, TAKE(*view), &out->shop));
    out->known = calloc(KNOWN_SLOTS, sizeof *out->known);
    out->leaves = calloc(SET_SUBJECTS_MAX, sizeof *out->leaves);
    return out->known && out->leaves ? OK : FAIL(UNAVAILABLE, "verify: out of memory");
}

size_t crew_size(void)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return processors < 1 ? 1 : processors > HANDS_MAX ? HANDS_MAX : (size_t)processors;
}

RESULT crew_make(struct verify *verify, struct store **views, size_t count)
{
    struct crew *crew = &verify->crew;
    assert(count > 0 && count <= HANDS_MAX);
    crew->hands = calloc(count, sizeof *crew->hands);
    if (!crew->hands) return FAIL(UNAVAILABLE, "verify: out of memory");
    if (pthread_mutex_init(&crew->lock, NULL) != 0 || pthread_cond_init(&crew->turned, NULL) != 0)
        return FAIL(UNAVAILABLE, "verify: out of memory");
    crew->ready = true;
    crypto_random(verify->shop->crypto, verify->sum_key, sizeof verify->sum_key);
    while (crew->count < count) {
        size_t i = crew->count++;
        TRY(hand_make(verify, &views[i], &crew->hands[i]));
    }
    return OK;
}

static void report_add(struct verify_report *report, struct verify_report *part)
{
    report->entries += part->entries;
    report->tiles += part->tiles;
    report->sets += part->sets;
    report->leaves += part->leaves;
    report->subjects += part->subjects;
    report->fields += part->fields;
    report->tags += part->tags;
    for (size_t i = 0; i < part->finding_count; i++) {
        if (i < VERIFY_FINDINGS_MAX && report->finding_count < VERIFY_FINDINGS_MAX)
            memcpy(report->findings[report->finding_count], part->findings[i], FINDING_BYTES);
        report->finding_count++;
    }
    part->entries = part->tiles = part->sets = part->leaves = part->subjects = part->fields = part->tags = 0;
    part->finding_count = 0;
}

/* The first failure of any hand ends the work of all. Its text is the thread's: keep it. Under the lock. */
static void crew_fail(struct crew *crew, struct result result)
{
    if (crew->failed.code != CODE_OK) return;
    crew->failed = result;
    crew->failed_len = strlen(result_text());
    if (crew->failed_len > sizeof crew->failed_text) crew->failed_len = sizeof crew->failed_text;
    memcpy(crew->failed_text, result_text(), crew->failed_len);
}

/* Wait until all pieces before it are settled; false when the work was ended by a failure. */
static bool turn_wait(struct crew *crew, uint64_t piece)
{
    pthread_mutex_lock(&crew->lock);
    while (crew->turn != piece && crew->failed.code == CODE_OK) pthread_cond_wait(&crew->turned, &crew->lock);
    bool ours = crew->failed.code == CODE_OK;
    pthread_mutex_unlock(&crew->lock);
    return ours;
}

static void piece_end(struct hand *hand, struct result result)
{
    struct crew *crew = &hand->verify->crew;
    pthread_mutex_lock(&crew->lock);
    report_add(hand->verify->report, &hand->part);
    if (result.code != CODE_OK) crew_fail(crew, result);
    crew->turn++;
    pthread_cond_broadcast(&crew->turned);
    pthread_mutex_unlock(&crew->lock);
}

static bool piece_take(struct crew *crew, uint64_t *out)
{
    pthread_mutex_lock(&crew->lock);
    bool more = crew->next < crew->pieces && crew->failed.code == CODE_OK;
    if (more) *out = crew->next++;
    pthread_mutex_unlock(&crew->lock);
    return more;
}

static void *hand_run(void *context)
{
    struct hand *hand = context;
    struct crew *crew = &hand->verify->crew;
    uint64_t piece = 0;
    while (piece_take(crew, &piece)) {
        struct result done = crew->job->work(hand, piece);
        if (crew->job->settle) {
            if (!turn_wait(crew, piece)) break;
            if (done.code == CODE_OK) done = crew->job->settle(hand, piece);
        }
        piece_end(hand, done);
    }
    return NULL;
}

RESULT crew_run(struct verify *verify, const struct crew_job *job, uint64_t pieces)
{
    struct crew *crew = &verify->crew;
    pthread_t threads[HANDS_MAX];
    size_t started = 1; /* this thread is the first hand; the others are those that can be had */
    crew->job = job;
    crew->pieces = pieces;
    crew->next = crew->turn = 0;
    while (started < crew->count &&
           pthread_create(&threads[started], NULL, hand_run, &crew->hands[started]) == 0) {
        started++;
    }
    (void)hand_run(&crew->hands[0]); /* what failed, the crew knows */
    for (size_t i = 1; i < started; i++) {
        if (pthread_join(threads[i], NULL) != 0) abort();
    }
    if (crew->failed.code == CODE_OK) return OK;
    return result_carry(crew->failed.cause, crew->failed_text, crew->failed_len);
}
