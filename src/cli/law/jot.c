#include "cli/law/jot.h"

#include "base/clock.h"
#include "base/json.h"
#include "cli/show.h"

void jot_done(struct jot *jot)
{
    buf_done(&jot->out);
}

static void begin(struct jot *jot, const char *key)
{
    if (jot->more) buf_byte(&jot->out, ',');
    jot->more = true;
    if (!key) return;
    json_text(&jot->out, slice_text(key));
    buf_byte(&jot->out, ':');
}

void jot_open(struct jot *jot, const char *key, char bracket)
{
    begin(jot, key);
    buf_byte(&jot->out, (uint8_t)bracket);
    jot->more = false;
}

void jot_close(struct jot *jot, char bracket)
{
    buf_byte(&jot->out, (uint8_t)bracket);
    jot->more = true;
}

void jot_text(struct jot *jot, const char *key, const char *text)
{
    if (!text) return;
    begin(jot, key);
    json_text(&jot->out, slice_text(text));
}

void jot_number(struct jot *jot, const char *key, uint64_t number)
{
    begin(jot, key);
    buf_decimal(&jot->out, number);
}

void jot_bool(struct jot *jot, const char *key, bool yes)
{
    begin(jot, key);
    buf_text(&jot->out, yes ? "true" : "false");
}

void jot_names(struct jot *jot, const char *key, const struct law_names *names)
{
    if (names->at_count == 0) return;
    jot_open(jot, key, '[');
    for (uint32_t i = 0; i < names->at_count; i++) jot_text(jot, NULL, names->at[i]);
    jot_close(jot, ']');
}

void jot_time(struct jot *jot, const char *key, int64_t us)
{
    SCOPED(buf_done) struct buf text = {0};
    time_put(&text, us);
    jot_text(jot, key, buf_c(&text));
}

void jot_show(struct jot *jot)
{
    buf_byte(&jot->out, '\n');
    show_slice(buf_slice(&jot->out));
}
