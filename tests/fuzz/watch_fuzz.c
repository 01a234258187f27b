#include "watch/detect/detect.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct watch *watch_made(void)
{
    struct watch_options options = {.customers = 1000, .readers_max = 64, .offset_s = 7 * 3600};
    params_default(&options.params);
    struct watch *watch = NULL;
    if (watch_new(&options, &watch).code != CODE_OK) abort();
    return watch;
}

static void look_on(struct watch *watch, const struct buf *saved)
{
    uint64_t subjects[70];
    for (uint64_t i = 0; i < 70; i++) subjects[i] = i * 977 % 1000 + 1;
    for (uint64_t reader = 1; reader < 5; reader++) {
        struct look look = {.kind = LOOK_FOUND,
                            .reader = reader,
                            .peers = reader % 2,
                            .network = reader,
                            .value = 9,
                            .now_us = (int64_t)saved->len * MINUTE_US,
                            .subjects = subjects,
                            .count = 70};
        watch_look(watch, &look);
        look.now_us += DAY_US;
        watch_minute(watch, look.now_us, 1000);
        watch_look(watch, &look);
    }
}

/* What is let in comes back byte for byte, and can be gone on with; what is not leaves an empty state as it was. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED(watch_free) struct watch *watch = watch_made(), *again = watch_made();
    SCOPED(buf_done) struct buf saved = {0}, twice = {0};
    if (watch_load(watch, (struct slice){data, size}).code != CODE_OK) {
        if (watch_counts(watch).readers != 0) abort();
        return 0;
    }
    watch_save(watch, &saved);
    if (watch_load(again, buf_slice(&saved)).code != CODE_OK) abort();
    watch_save(again, &twice);
    if (!slice_equal(buf_slice(&saved), buf_slice(&twice))) abort();
    look_on(watch, &saved);
    buf_clear(&saved);
    watch_save(watch, &saved);
    if (watch_load(again, buf_slice(&saved)).code != CODE_OK) abort();
    return 0;
}
