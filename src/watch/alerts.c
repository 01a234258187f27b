#include "watch/alerts.h"

#include "base/text.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 2 * ALERTS_MAX, NOWHERE = UINT16_MAX };

struct alerts {
    int64_t quiet_us, again_us;
    struct alert list[ALERTS_MAX];
    size_t count;
    uint16_t slots[SLOTS]; /* places in `list` by (detector, reader), open addressing */
    uint64_t next, lost;
    struct alerts_mute mutes[ALERTS_MUTES_MAX];
    size_t mutes_count;
};

RESULT alerts_new(const struct params *params, struct alerts **out)
{
    struct alerts *alerts = calloc(1, sizeof *alerts);
    if (!alerts) return FAIL(UNAVAILABLE, "alerts: out of memory");
    alerts->quiet_us = (int64_t)params->at[PARAM_ALERTS_QUIET] * SECOND_US;
    alerts->again_us = (int64_t)params->at[PARAM_ALERTS_AGAIN] * SECOND_US;
    alerts->next = 1;
    memset(alerts->slots, 0xff, sizeof alerts->slots);
    *out = alerts;
    return OK;
}

void alerts_free(struct alerts **alerts)
{
    free(*alerts);
    *alerts = NULL;
}

/* The slot of that pair, or the free one where it belongs. The list is at most half as long as the slots. */
static size_t slot_of(const struct alerts *alerts, enum detector detector, uint64_t reader)
{
    size_t at = (size_t)(((reader + detector) * 0x9e3779b97f4a7c15U) >> 40) % SLOTS;
    for (;; at = (at + 1) % SLOTS) {
        if (alerts->slots[at] == NOWHERE) return at;
        const struct alert *alert = &alerts->list[alerts->slots[at]];
        if (alert->detector == detector && alert->reader == reader) return at;
    }
}

static void slots_make(struct alerts *alerts)
{
    memset(alerts->slots, 0xff, sizeof alerts->slots);
    for (size_t i = 0; i < alerts->count; i++)
        alerts->slots[slot_of(alerts, alerts->list[i].detector, alerts->list[i].reader)] = (uint16_t)i;
}

static bool lesser(const struct alert *a, const struct alert *b)
{
    enum severity one = detector_row(a->detector)->severity, other = detector_row(b->detector)->severity;
    if (a->trips != b->trips) return b->trips;
    return one != other ? one < other : a->last_us < b->last_us;
}

static void make_room(struct alerts *alerts)
{
    size_t least = 0;
    for (size_t i = 1; i < alerts->count; i++)
        if (lesser(&alerts->list[i], &alerts->list[least])) least = i;
    alerts->list[least] = alerts->list[--alerts->count];
    alerts->lost++;
    slots_make(alerts);
}

static struct alert *add(struct alerts *alerts, enum detector detector, uint64_t reader)
{
    if (alerts->count == ALERTS_MAX) make_room(alerts);
    size_t slot = slot_of(alerts, detector, reader);
    alerts->slots[slot] = (uint16_t)alerts->count;
    struct alert *alert = &alerts->list[alerts->count++];
    *alert = (struct alert){.detector = detector, .reader = reader};
    return alert;
}

static bool is_muted(const struct alerts *alerts, const struct finding *finding)
{
    for (size_t i = 0; i < alerts->mutes_count; i++) {
        const struct alerts_mute *mute = &alerts->mutes[i];
        if (mute->until_us <= finding->at_us) continue;
        if (mute->reader != 0 && mute->reader != finding->reader) continue;
        if (mute->detector == 0 || mute->detector == finding->detector) return true;
    }
    return false;
}

/* What this finding means for the alert, which it was added to already; `trips`: none before it did. */
static enum alerts_event event_of(const struct alerts *alerts, const struct alert *alert,
                                  const struct finding *finding, bool trips)
{
    if (is_muted(alerts, finding)) return ALERTS_MUTED;
    if (alert->told_us == 0) return ALERTS_NEW;
    if (trips) return ALERTS_TRIPPED;
    bool again = finding->at_us - alert->told_us >= alerts->again_us;
    return again ? ALERTS_AGAIN : ALERTS_FOLDED;
}

enum alerts_event alerts_note(struct alerts *alerts, const struct finding *finding, struct alert *out)
{
    assert(detector_row(finding->detector) && finding->times > 0);
    uint16_t at = alerts->slots[slot_of(alerts, finding->detector, finding->reader)];
    struct alert *alert = at == NOWHERE ? add(alerts, finding->detector, finding->reader) : &alerts->list[at];
    if (alert->count == 0) {
        alert->number = alerts->next++;
        alert->first_us = finding->at_us;
        alert->last_us = finding->at_us;
    }
    bool trips = finding->trips && !alert->trips;
    if (finding->at_us > alert->last_us) alert->last_us = finding->at_us;
    alert->count += finding->times;
    alert->score = fmax(alert->score, finding->score);
    if (finding->people > alert->people) alert->people = finding->people;
    alert->trips = alert->trips || finding->trips;
    enum alerts_event event = event_of(alerts, alert, finding, trips);
    if (event == ALERTS_MUTED) alert->muted += finding->times;
    if (!alerts_tells(event)) alert->folded += finding->times;
    if (out) *out = *alert;
    if (alerts_tells(event)) {
        alert->told_us = finding->at_us;
        alert->folded = 0;
        if (out) out->told_us = alert->told_us;
    }
    return event;
}

bool alerts_tells(enum alerts_event event)
{
    return event == ALERTS_NEW || event == ALERTS_TRIPPED || event == ALERTS_AGAIN;
}

size_t alerts_over(struct alerts *alerts, int64_t now_us, struct alert *out, size_t room)
{
    size_t count = 0;
    for (size_t i = 0; i < alerts->count && count < room;) {
        if (now_us - alerts->list[i].last_us < alerts->quiet_us) {
            i++;
            continue;
        }
        out[count++] = alerts->list[i];
        alerts->list[i] = alerts->list[--alerts->count];
    }
    if (count > 0) slots_make(alerts);
    return count;
}

size_t alerts_count(const struct alerts *alerts)
{
    return alerts->count;
}

void alerts_at(const struct alerts *alerts, size_t index, struct alert *out)
{
    assert(index < alerts->count);
    *out = alerts->list[index];
}

uint64_t alerts_lost(const struct alerts *alerts)
{
    return alerts->lost;
}

void alerts_restore(struct alerts *alerts, const struct alert *alert)
{
    assert(detector_row(alert->detector));
    if (alert->number >= alerts->next) alerts->next = alert->number + 1;
    if (alerts->count == ALERTS_MAX) return;
    if (alerts->slots[slot_of(alerts, alert->detector, alert->reader)] != NOWHERE) return;
    *add(alerts, alert->detector, alert->reader) = *alert;
}

/* Mutes that are over make room. */
static void mutes_end(struct alerts *alerts, int64_t now_us)
{
    for (size_t i = 0; i < alerts->mutes_count;) {
        if (alerts->mutes[i].until_us > now_us)
            i++;
        else
            alerts->mutes[i] = alerts->mutes[--alerts->mutes_count];
    }
}

static struct alerts_mute *mute_find(struct alerts *alerts, uint64_t reader, unsigned detector)
{
    for (size_t i = 0; i < alerts->mutes_count; i++) {
        struct alerts_mute *mute = &alerts->mutes[i];
        if (mute->reader == reader && mute->detector == detector) return mute;
    }
    return NULL;
}

RESULT alerts_mute(struct alerts *alerts, int64_t now_us, struct alerts_mute mute, struct slice reason)
{
    if (mute.reader == 0 && mute.detector == 0)
        return FAIL(INVALID, "mute: name a reader or a detector; not everything can be muted");
    if (mute.detector != 0 && !detector_row(mute.detector)) return FAIL(INVALID, "mute: no such detector");
    if (reason.len == 0 || reason.len > ALERTS_REASON_MAX || !utf8_valid(reason))
        return FAIL(INVALID, "mute: say why, in 1 to %d bytes", ALERTS_REASON_MAX);
    if (mute.until_us <= now_us || mute.until_us - now_us > ALERTS_MUTE_DAYS_MAX * DAY_US)
        return FAIL(INVALID, "mute: its end must lie ahead, by at most %d days", ALERTS_MUTE_DAYS_MAX);
    mutes_end(alerts, now_us);
    struct alerts_mute *place = mute_find(alerts, mute.reader, mute.detector);
    if (!place) {
        if (alerts->mutes_count == ALERTS_MUTES_MAX)
            return FAIL(INVALID, "mute: %d are in force already; end one", ALERTS_MUTES_MAX);
        place = &alerts->mutes[alerts->mutes_count++];
    }
    memset(mute.reason, 0, sizeof mute.reason);
    memcpy(mute.reason, reason.at, reason.len);
    *place = mute;
    return OK;
}

bool alerts_unmute(struct alerts *alerts, uint64_t reader, unsigned detector)
{
    struct alerts_mute *mute = mute_find(alerts, reader, detector);
    if (!mute) return false;
    *mute = alerts->mutes[--alerts->mutes_count];
    return true;
}

size_t alerts_mutes_count(const struct alerts *alerts, int64_t now_us)
{
    size_t count = 0;
    for (size_t i = 0; i < alerts->mutes_count; i++) count += alerts->mutes[i].until_us > now_us;
    return count;
}

size_t alerts_mutes(const struct alerts *alerts, int64_t now_us, struct alerts_mute *out, size_t room)
{
    size_t count = 0;
    for (size_t i = 0; i < alerts->mutes_count && count < room; i++)
        if (alerts->mutes[i].until_us > now_us) out[count++] = alerts->mutes[i];
    return count;
}
