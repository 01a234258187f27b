#include "keep/watch/telling_words.h"

#include "keep/post.h"

#include <stdio.h>

void detector_words_put(struct slice lang, struct slice detector, struct buf *out)
{
    char key[sizeof "detector." + ALERT_DETECTOR_BYTES_MAX];
    (void)snprintf(key, sizeof key, "detector.%.*s", (int)detector.len, (const char *)detector.at);
    if (words_has(lang, key))
        words_put(lang, key, NULL, 0, out);
    else
        buf_slice_put(out, detector);
}

static const char *key_of(enum alert_event event)
{
    switch (event) {
    case ALERT_GREW:
        return "grew";
    case ALERT_ENDED:
        return "ended";
    case ALERT_TEST:
        return "tested";
    case ALERT_OPENED:
    case ALERT_MORE:
        break;
    }
    return "opened";
}

void telling_words_put(struct shop *shop, struct slice lang, const struct telling_row *row,
                       const struct alert_text *text, struct buf *out)
{
    SCOPED(buf_done) struct buf time = {0}, detector = {0}, reader = {0}, people = {0}, entry = {0};
    mail_time_put(&time, row->time_us);
    detector_words_put(lang, text->detector, &detector);
    if (text->reader > 0)
        reader_put(shop, text->reader, &reader);
    else
        words_put(lang, "several", NULL, 0, &reader);
    buf_decimal(&people, text->people);
    buf_decimal(&entry, text->entry);
    const struct mail_value values[] = {{"time", buf_slice(&time)},
                                        {"detector", buf_slice(&detector)},
                                        {"reader", buf_slice(&reader)},
                                        {"people", buf_slice(&people)},
                                        {"entry", buf_slice(&entry)}};
    words_put(lang, key_of(text->event), values, COUNT_OF(values), out);
    buf_byte(out, '\n');
    if (text->reader >> 32 == READER_OUTSIDE) {
        words_put(lang, "observed", values, COUNT_OF(values), out);
        buf_byte(out, '\n');
    }
    if (!text->stopped || text->event == ALERT_ENDED) return;
    words_put(lang, "stopped", values, COUNT_OF(values), out);
    buf_byte(out, '\n');
}
