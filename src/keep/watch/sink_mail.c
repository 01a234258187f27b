/* Alerts by mail: what waits for a sink becomes one mail in the shop's queue. */
#include "keep/post.h"
#include "keep/watch/sink_priv.h"
#include "keep/watch/telling_words.h"

enum { LINES_BYTES_MAX = MAIL_VALUE_BYTES_MAX - 1024 }; /* one more line must fit */

struct lines {
    struct shop *shop;
    const struct sink *sink;
    struct slice lang;
    struct buf text;
    uint64_t upto;       /* the last telling that is in it, or that is passed over */
    size_t count;        /* in it */
    const char *subject; /* key of its words */
};

static void lines_done(struct lines *lines)
{
    buf_done(&lines->text);
}

static void subject_take(struct lines *lines, enum alert_event event)
{
    if (event == ALERT_OPENED || event == ALERT_GREW || event == ALERT_MORE)
        lines->subject = "subject.alert";
    else if (!lines->subject)
        lines->subject = event == ALERT_TEST ? "subject.test" : "subject.ended";
}

static RESULT line_put(void *context, const struct telling_row *row)
{
    struct lines *lines = context;
    struct alert_text text = {0};
    if (lines->text.len > LINES_BYTES_MAX) return OK; /* the next mail has it */
    TRY(telling_read(row->body, &text));
    lines->upto = row->id;
    if (text.event != ALERT_TEST && text.severity < lines->sink->row.least) return OK;
    telling_words_put(lines->shop, lines->lang, row, &text, &lines->text);
    subject_take(lines, text.event);
    lines->count++;
    return OK;
}

RESULT sink_mail(struct batch *batch, struct sink *sink, struct sink_place *place, bool *sent)
{
    struct store *store = batch->shop->store;
    SCOPED(lines_done)
    struct lines lines = {.shop = batch->shop, .sink = sink, .lang = buf_slice(&sink->row.lang)};
    SCOPED(buf_done) struct buf subject = {0};
    if (lines.lang.len == 0) lines.lang = post_language(batch->shop);
    if (place->more > 0) {
        words_count(lines.lang, "more", place->more, &lines.text);
        buf_byte(&lines.text, '\n');
        subject_take(&lines, ALERT_MORE);
    }
    TRY(store->alert->each(store, sink->id, place->next, SINK_JOB_TELLINGS, line_put, &lines));
    if (lines.upto >= place->next) { /* else nothing is new */
        *sent = true;
        place->next = lines.upto + 1;
    }
    if (lines.text.len == 0) return OK;
    *sent = true;
    while (lines.text.len > 0 && lines.text.at[lines.text.len - 1] == '\n') lines.text.len--;
    words_put(lines.lang, lines.subject, NULL, 0, &subject);
    const struct mail_value values[] = {{"subject", buf_slice(&subject)}, {"lines", buf_slice(&lines.text)}};
    TRY(mail_queue(batch, &(struct mail_draft){.kind = MAIL_ALERT,
                                               .to = buf_slice(&sink->row.target),
                                               .lang = lines.lang,
                                               .values = values,
                                               .count = COUNT_OF(values)}));
    mail_note(batch, MAIL_ALERT, 1);
    place->more = 0;
    place->told += lines.count;
    place->arrived_us = batch->now_us;
    place->due_us = batch->now_us + SINK_MAIL_EVERY_MIN * MINUTE_US;
    return OK;
}
