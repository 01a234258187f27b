#include "cli/role_ask.h"

#include "cli/show.h"
#include "keep/access/access.h"

#include <string.h>

/* The fields that a look asks for, in the forms that a role names them by. A mask is enough for its last four
 * characters, and for looking somebody up. */
static size_t fields_of(enum verb verb, const void *ask, struct buf *names)
{
    struct texts asked = {0};
    if (verb == VERB_REVEAL) asked = ((const struct reveal_ask *)ask)->fields;
    if (verb == VERB_EXPORT_ASK) asked = ((const struct export_ask_ask *)ask)->fields;
    if (verb == VERB_LOOKUP) asked = (struct texts){&((const struct lookup_ask *)ask)->field, 1};
    size_t count = asked.count < REVEAL_FIELDS_MAX ? asked.count : REVEAL_FIELDS_MAX;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *dot = memchr(asked.at[i].at, '.', asked.at[i].len);
        size_t name_len = dot ? (size_t)(dot - asked.at[i].at) : asked.at[i].len;
        buf_slice_put(&names[i], slice_part(asked.at[i], 0, name_len));
        if (dot || verb == VERB_LOOKUP) buf_text(&names[i], ".mask");
    }
    return count;
}

static struct slice purpose_of(enum verb verb, const void *ask)
{
    if (verb == VERB_REVEAL) return ((const struct reveal_ask *)ask)->purpose;
    if (verb == VERB_LOOKUP) return ((const struct lookup_ask *)ask)->purpose;
    if (verb == VERB_EXPORT_ASK) return ((const struct export_ask_ask *)ask)->purpose;
    return (struct slice){0};
}

static void texts_put(struct buf *out, const char *name, const struct slice *texts, size_t count)
{
    cbor_text(out, slice_text(name));
    cbor_array(out, count);
    for (size_t i = 0; i < count; i++) cbor_text(out, texts[i]);
}

static void texts_show(const char *option, const struct slice *texts, size_t count)
{
    if (count > 0) show_words(" --%s ", option);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) show_words(",");
        show_value(texts[i]);
    }
}

RESULT role_ask_show(const struct call *call, enum verb verb, const void *ask)
{
    const enum act act = access_act_of(verb);
    const bool any = act == ACT_NONE || act == ACT_STRANGER;
    struct buf names[REVEAL_FIELDS_MAX] = {0};
    struct slice fields[REVEAL_FIELDS_MAX], acts[] = {slice_text(act_name(act))},
                                            purposes[] = {purpose_of(verb, ask)};
    size_t field_count = fields_of(verb, ask, names);
    for (size_t i = 0; i < field_count; i++) fields[i] = buf_slice(&names[i]);
    if (act == ACT_SHOPS)
        return FAIL(USAGE,
                    "no role allows this command; only the local operator may, on the vault's machine");
    if (call_has(call, OPT_JSON)) {
        SCOPED(buf_done) struct buf role = {0};
        cbor_map(&role, 3);
        texts_put(&role, "acts", acts, any ? 0 : 1);
        texts_put(&role, "fields", fields, field_count);
        texts_put(&role, "purposes", purposes, purposes[0].len > 0 ? 1 : 0);
        TRY(show_json(doc_of(buf_slice(&role))));
    } else if (any) {
        show_words("Any role allows this: a credential is enough.\n");
    } else {
        show_words("amanah role put NAME");
        texts_show("acts", acts, 1);
        texts_show("fields", fields, field_count);
        texts_show("purposes", purposes, purposes[0].len > 0 ? 1 : 0);
        show_words("\n");
    }
    for (size_t i = 0; i < field_count; i++) buf_done(&names[i]);
    return OK;
}
