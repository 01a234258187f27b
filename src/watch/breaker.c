#include "watch/breaker.h"

#include <assert.h>
#include <math.h>

static const char *const state_names[] = {"closed", "slowed", "open", "half_open"};

const char *breaker_state_name(enum breaker_state state)
{
    assert((size_t)state < COUNT_OF(state_names));
    return state_names[state];
}

void breaker_policy_default(const struct params *params, struct breaker_policy *out)
{
    const double *at = params->at;
    *out = (struct breaker_policy){
        .slows = SEVERITY_HIGH,
        .opens = SEVERITY_LOW,
        .slowed_us = (int64_t)at[PARAM_BREAKER_SLOWED] * SECOND_US,
        .open_us = (int64_t)at[PARAM_BREAKER_OPEN] * SECOND_US,
        .half_us = (int64_t)at[PARAM_BREAKER_HALF] * SECOND_US,
        .share = at[PARAM_BREAKER_SHARE],
        .delay_ms = (uint32_t)at[PARAM_BREAKER_DELAY],
        .allowance = (uint64_t)at[PARAM_BREAKER_ALLOWANCE],
    };
}

static void move(struct breaker *breaker, enum breaker_state state, int64_t now_us, unsigned detector)
{
    breaker->state = state;
    breaker->since_us = now_us;
    breaker->detector = detector;
    breaker->used = 0;
    if (state == BREAKER_OPEN) breaker->trips += breaker->trips < UINT32_MAX;
}

bool breaker_finding(const struct breaker_policy *policy, struct breaker *breaker,
                     const struct finding *finding)
{
    const struct detector_row *row = detector_row(finding->detector);
    assert(row);
    bool opens = finding->trips && policy->opens > 0 && row->severity >= policy->opens;
    bool slows = policy->slows > 0 && !finding->few && (row->severity >= policy->slows || finding->trips);
    if (!opens && !slows && breaker->state != BREAKER_HALF_OPEN) return false;
    if (finding->at_us > breaker->last_us) breaker->last_us = finding->at_us;
    if (breaker->state == BREAKER_OPEN) return false;
    if (opens || breaker->state == BREAKER_HALF_OPEN) {
        move(breaker, BREAKER_OPEN, finding->at_us, finding->detector);
        return true;
    }
    if (breaker->state == BREAKER_SLOWED) return false;
    move(breaker, BREAKER_SLOWED, finding->at_us, finding->detector);
    return true;
}

bool breaker_minute(const struct breaker_policy *policy, struct breaker *breaker, int64_t now_us)
{
    int64_t quiet_from = breaker->last_us > breaker->since_us ? breaker->last_us : breaker->since_us;
    switch (breaker->state) {
    case BREAKER_CLOSED:
        return false;
    case BREAKER_SLOWED:
        if (now_us - quiet_from < policy->slowed_us) return false;
        move(breaker, BREAKER_CLOSED, now_us, 0);
        return true;
    case BREAKER_OPEN:
        if (policy->open_us == 0 || now_us - breaker->since_us < policy->open_us) return false;
        move(breaker, BREAKER_HALF_OPEN, now_us, 0);
        return true;
    case BREAKER_HALF_OPEN:
        if (now_us - quiet_from < policy->half_us) return false;
        move(breaker, BREAKER_CLOSED, now_us, 0);
        return true;
    }
    return false;
}

bool breaker_trip(struct breaker *breaker, int64_t now_us)
{
    if (breaker->state == BREAKER_OPEN) return false;
    move(breaker, BREAKER_OPEN, now_us, 0);
    return true;
}

bool breaker_reset(struct breaker *breaker, int64_t now_us)
{
    if (breaker->state == BREAKER_CLOSED) return false;
    move(breaker, breaker->state == BREAKER_OPEN ? BREAKER_HALF_OPEN : BREAKER_CLOSED, now_us, 0);
    return true;
}

struct breaker_answer breaker_ask(const struct breaker_policy *policy, struct breaker *breaker,
                                  uint64_t people)
{
    switch (breaker->state) {
    case BREAKER_CLOSED:
        break;
    case BREAKER_SLOWED:
        return (struct breaker_answer){.delay_ms = policy->delay_ms};
    case BREAKER_OPEN:
        return (struct breaker_answer){.refused = true};
    case BREAKER_HALF_OPEN:
        if (breaker->used > policy->allowance || people > policy->allowance - breaker->used)
            return (struct breaker_answer){.refused = true};
        breaker->used += people;
        return (struct breaker_answer){.delay_ms = policy->delay_ms};
    }
    return (struct breaker_answer){0};
}

void breaker_give_back(struct breaker *breaker, uint64_t people)
{
    if (breaker->state != BREAKER_HALF_OPEN) return; /* it moved meanwhile, and `used` began anew */
    breaker->used -= people < breaker->used ? people : breaker->used;
}

uint64_t breaker_limit(const struct breaker_policy *policy, const struct breaker *breaker, uint64_t limit)
{
    if (breaker->state == BREAKER_OPEN) return 0;
    if (breaker->state == BREAKER_HALF_OPEN) return limit < policy->allowance ? limit : policy->allowance;
    if (breaker->state == BREAKER_CLOSED || limit == 0) return limit;
    double left = floor((double)limit * policy->share);
    return left < 1 ? 1 : left >= (double)limit ? limit : (uint64_t)left;
}

void breaker_put(struct buf *out, const struct breaker *breaker)
{
    const struct detector_row *row = detector_row(breaker->detector);
    buf_print(out, "%s since=%lld last=%lld by=%s trips=%u used=%llu", breaker_state_name(breaker->state),
              (long long)breaker->since_us, (long long)breaker->last_us, row ? row->name : "none",
              breaker->trips, (unsigned long long)breaker->used);
}

/* The text up to `end`, which is passed over; all the rest when there is no `end`. */
static struct slice word(struct slice *rest, char end)
{
    size_t len = 0;
    while (len < rest->len && rest->at[len] != (uint8_t)end) len++;
    struct slice found = slice_part(*rest, 0, len);
    *rest = slice_from(*rest, len < rest->len ? len + 1 : len);
    return found;
}

/* "name=digits", a minus allowed before them; the shortest form is checked by writing it again. */
static bool number(struct slice *rest, const char *name, int64_t *out)
{
    struct slice digits = word(rest, ' ');
    if (!slice_is(word(&digits, '='), name)) return false;
    bool minus = digits.len > 0 && digits.at[0] == '-';
    if (minus) digits = slice_from(digits, 1);
    if (digits.len == 0 || digits.len > 19) return false;
    uint64_t sum = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.at[i] < '0' || digits.at[i] > '9') return false;
        sum = sum * 10 + (digits.at[i] - (uint8_t)'0');
    }
    if (sum > INT64_MAX) return false;
    *out = minus ? -(int64_t)sum : (int64_t)sum;
    return true;
}

static bool parse(struct slice text, struct breaker *out)
{
    struct slice rest = text, state = word(&rest, ' ');
    size_t at = 0;
    while (at < COUNT_OF(state_names) && !slice_is(state, state_names[at])) at++;
    if (at == COUNT_OF(state_names)) return false;
    out->state = (enum breaker_state)at;
    if (!number(&rest, "since", &out->since_us) || !number(&rest, "last", &out->last_us)) return false;
    struct slice by = word(&rest, ' ');
    if (!slice_is(word(&by, '='), "by")) return false;
    out->detector = detector_by_name(by);
    int64_t trips = 0, used = 0;
    if (!number(&rest, "trips", &trips) || !number(&rest, "used", &used)) return false;
    if (trips < 0 || trips > UINT32_MAX || used < 0) return false;
    out->trips = (uint32_t)trips;
    out->used = (uint64_t)used;
    return true;
}

RESULT breaker_get(struct slice text, struct breaker *out)
{
    struct breaker breaker = {0};
    SCOPED(buf_done) struct buf again = {0};
    if (text.len <= BREAKER_TEXT_MAX && parse(text, &breaker)) {
        breaker_put(&again, &breaker);
        if (slice_equal(buf_slice(&again), text)) {
            *out = breaker;
            return OK;
        }
    }
    return FAIL(INVALID, "breaker: not a state that this program writes");
}
