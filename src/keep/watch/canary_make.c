/* Making one up, in the style of a customer of the shop: form by form, and no value of theirs. */
#include "base/names.h"
#include "base/text.h"
#include "keep/subject.h"
#include "keep/watch/canary_priv.h"

#include <stdio.h>
#include <string.h>

enum {
    LIKE_TRIES = 16, /* customers looked at for one to be like */
    UNIQUE_TRIES = 16,
    PHONE_KEPT = 5, /* of "+6281", "+8210": what the country and kind of line decide */
    WORD_BYTES = 32,
    YEAR_FIRST = 1955,
    YEARS = 50,
    MONTHS = 12,
    DAYS = 28,
    HANGUL_FIRST = 0xac00,
    HANGUL_LAST = 0xd7a3
};

/* Whom it is like: opened here, never told to anybody, wiped. */
struct like {
    struct record head; /* state, country, language */
    uint64_t held;
    struct buf ref, name, email, phone, birth_date;
};

static void like_done(struct like *like)
{
    buf_done(&like->ref);
    buf_done(&like->name);
    buf_done(&like->email);
    buf_done(&like->phone);
    buf_done(&like->birth_date);
}

static uint64_t below(struct shop *shop, uint64_t bound)
{
    uint64_t number = 0;
    crypto_random(shop->crypto, &number, sizeof number);
    return number % bound; /* of so small a bound, as even as needed */
}
#define ONE_OF(shop, list) (&(list)[below((shop), COUNT_OF(list))])

static void like_of(const struct record *head, const struct new_fields *values, struct like *out)
{
    struct {
        unsigned field;
        struct buf *text;
    } wanted[] = {{FIELD_REF, &out->ref},
                  {FIELD_NAME, &out->name},
                  {FIELD_EMAIL, &out->email},
                  {FIELD_PHONE, &out->phone},
                  {FIELD_BIRTH_DATE, &out->birth_date}};
    for (size_t i = 0; i < COUNT_OF(wanted); i++) {
        uint64_t bit = (uint64_t)1 << wanted[i].field;
        if (!(values->set & ~values->remove & bit)) continue;
        out->held |= bit;
        buf_slice_put(wanted[i].text, buf_slice(&values->text[wanted[i].field]));
    }
    memcpy(out->head.country, head->country, sizeof out->head.country);
    memcpy(out->head.lang, head->lang, sizeof out->head.lang);
}

static bool is_hangul(struct slice text)
{
    if (text.len == 0) return false;
    uint32_t point = utf8_next(&text);
    return point >= HANGUL_FIRST && point <= HANGUL_LAST;
}

static size_t spaces_in(struct slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) count += text.at[i] == ' ';
    return count;
}

/* How the other one is written: all in capitals, or all in small letters. */
static void case_of(struct slice like, struct buf *text)
{
    bool upper = false, lower = false;
    for (size_t i = 0; i < like.len; i++) {
        upper |= like.at[i] >= 'A' && like.at[i] <= 'Z';
        lower |= like.at[i] >= 'a' && like.at[i] <= 'z';
    }
    if (upper == lower) return;
    for (size_t i = 0; i < text->len; i++) {
        uint8_t *at = &text->at[i];
        if (upper && *at >= 'a' && *at <= 'z') *at = (uint8_t)(*at - 'a' + 'A');
        if (lower && *at >= 'A' && *at <= 'Z') *at = (uint8_t)(*at - 'A' + 'a');
    }
}

/* A name, and its two parts in the letters of an address. */
static void name_make(struct shop *shop, const struct like *like, struct buf *name, char parts[2][WORD_BYTES])
{
    bool indonesian = strcmp(like->head.country, "ID") == 0 || strcmp(like->head.lang, "id") == 0;
    if (is_hangul(buf_slice(&like->name)) || (like->name.len == 0 && strcmp(like->head.lang, "ko") == 0)) {
        const struct word *family = ONE_OF(shop, korean_families), *first = ONE_OF(shop, korean_syllables),
                          *second = ONE_OF(shop, korean_syllables);
        buf_print(name, "%s%s%s", family->text, first->text, second->text);
        (void)snprintf(parts[0], WORD_BYTES, "%s%s", first->roman, second->roman);
        (void)snprintf(parts[1], WORD_BYTES, "%s", family->roman);
        return;
    }
    const struct word *given = indonesian ? ONE_OF(shop, indonesian_given) : ONE_OF(shop, english_given);
    const struct word *family =
        indonesian ? ONE_OF(shop, indonesian_families) : ONE_OF(shop, english_families);
    buf_text(name, given->text);
    if (like->name.len == 0 || spaces_in(buf_slice(&like->name)) > 0) buf_print(name, " %s", family->text);
    case_of(buf_slice(&like->name), name);
    (void)snprintf(parts[0], WORD_BYTES, "%s", given->roman);
    (void)snprintf(parts[1], WORD_BYTES, "%s", family->roman);
}

/* Under a domain of the shop's, joined and numbered as the other's is; digits enough that nobody has it yet. */
static void email_make(struct shop *shop, const struct like *like, char parts[2][WORD_BYTES], unsigned more,
                       struct buf *out)
{
    const struct canary_plan *plan = &shop->canaries->plan;
    char join = 0;
    unsigned digits = more;
    for (size_t i = 0; i < like->email.len && like->email.at[i] != '@'; i++) {
        uint8_t c = like->email.at[i];
        if (c == '.' || c == '_' || c == '-') join = (char)c;
        digits += c >= '0' && c <= '9';
    }
    buf_text(out, parts[0]);
    if (join) buf_byte(out, (uint8_t)join);
    buf_text(out, parts[1]);
    for (unsigned i = 0; i < digits && i < 8; i++) buf_byte(out, (uint8_t)('0' + below(shop, 10)));
    buf_print(out, "@%s", plan->domains[below(shop, plan->domain_count)]);
}

/* Other digits in place of all behind the first `kept` bytes. A first digit that is not 0 stays so. */
static void digits_other(struct shop *shop, struct slice like, size_t kept, struct buf *out)
{
    bool hex = like.len >= 2 * sizeof(uint64_t);
    for (size_t i = 0; i < like.len && hex; i++) {
        uint8_t c = like.at[i];
        hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-';
    }
    for (size_t i = 0; i < like.len; i++) {
        uint8_t c = like.at[i];
        bool digit = c >= '0' && c <= '9', inside = i > 0 && like.at[i - 1] >= '0' && like.at[i - 1] <= '9';
        if (i < kept)
            buf_byte(out, c);
        else if (hex && c != '-')
            buf_byte(out, (uint8_t) "0123456789abcdef"[below(shop, 16)]);
        else if (digit && c != '0' && !inside)
            buf_byte(out, (uint8_t)('1' + below(shop, 9)));
        else
            buf_byte(out, digit ? (uint8_t)('0' + below(shop, 10)) : c);
    }
}

/* Does nobody have this value? */
static RESULT is_free(struct shop *shop, unsigned field, struct slice value, bool *out)
{
    struct subject_no found[1];
    size_t count = 0;
    uint8_t tag[TAG_BYTES];
    SCOPED(buf_done) struct buf normal = {0};
    *out = false;
    if (normalise(shop->fields.at[field].normaliser, value, (struct slice){0}, &normal).code != CODE_OK)
        return OK;
    tag_make(shop, field, buf_slice(&normal), tag);
    TRY(shop->store->tag->find(shop->store, tag_index(shop, field, TAG_EXACT), tag, found, COUNT_OF(found),
                               &count));
    *out = count == 0;
    return OK;
}

RESULT canary_new_ref(struct batch *batch, struct slice like, struct buf *out)
{
    struct shop *shop = batch->shop;
    bool free = false;
    for (unsigned i = 0; i < UNIQUE_TRIES && !free; i++) {
        buf_clear(out);
        digits_other(shop, like, 0, out);
        for (unsigned more = like.len == 0 ? UNIQUE_TRIES : i; more > UNIQUE_TRIES / 4; more--)
            buf_byte(out, (uint8_t)('0' + below(shop, 10)));
        TRY(is_free(shop, FIELD_REF, buf_slice(out), &free));
    }
    return free ? OK : FAIL(UNAVAILABLE, "canary: no ref that nobody has");
}

static void take(struct shop *shop, const struct like *like, unsigned field, const struct buf *text,
                 struct new_fields *out)
{
    struct result taken =
        value_take(shop, &shop->fields.at[field], 0, buf_slice(text), slice_text(like->head.country), out);
    if (taken.code != CODE_OK)
        out->set &= ~((uint64_t)1 << field); /* what the shop's rules refuse is left out */
}

static RESULT contact_make(struct shop *shop, const struct like *like, char parts[2][WORD_BYTES],
                           struct new_fields *out)
{
    bool free = false;
    if (like->held >> FIELD_EMAIL & 1) {
        SCOPED(buf_done) struct buf email = {0};
        for (unsigned i = 0; i < UNIQUE_TRIES && !free; i++) {
            buf_clear(&email);
            email_make(shop, like, parts, i, &email);
            TRY(is_free(shop, FIELD_EMAIL, buf_slice(&email), &free));
        }
        if (free) take(shop, like, FIELD_EMAIL, &email, out);
    }
    free = false;
    if (like->phone.len > PHONE_KEPT) {
        SCOPED(buf_done) struct buf phone = {0};
        for (unsigned i = 0; i < UNIQUE_TRIES && !free; i++) {
            buf_clear(&phone);
            digits_other(shop, buf_slice(&like->phone), PHONE_KEPT, &phone);
            TRY(is_free(shop, FIELD_PHONE, buf_slice(&phone), &free));
        }
        if (free) take(shop, like, FIELD_PHONE, &phone, out);
    }
    return OK;
}

static RESULT values_make(struct batch *batch, const struct like *like, struct new_fields *out)
{
    struct shop *shop = batch->shop;
    char parts[2][WORD_BYTES] = {"", ""};
    SCOPED(buf_done) struct buf ref = {0}, name = {0}, born = {0};
    TRY(canary_new_ref(batch, buf_slice(&like->ref), &ref));
    take(shop, like, FIELD_REF, &ref, out);
    do { /* the other's own name is a value of theirs */
        buf_clear(&name);
        name_make(shop, like, &name, parts);
    } while (slice_equal(buf_slice(&name), buf_slice(&like->name)));
    if (like->held >> FIELD_NAME & 1) take(shop, like, FIELD_NAME, &name, out);
    if (like->birth_date.len > 0) {
        buf_print(&born, "%04u-%02u-%02u", (unsigned)(YEAR_FIRST + below(shop, YEARS)),
                  (unsigned)(1 + below(shop, MONTHS)), (unsigned)(1 + below(shop, DAYS)));
        take(shop, like, FIELD_BIRTH_DATE, &born, out);
    }
    return contact_make(shop, like, parts, out);
}

RESULT canary_prepare(struct batch *batch, struct subject_no no, const struct record *head,
                      const struct new_fields *values, struct change *out)
{
    SCOPED(like_done) struct like like = {.head = {.state = SUBJECT_ACTIVE}};
    SCOPED(new_fields_done) struct new_fields made = {0};
    like_of(head, values, &like);
    TRY(values_make(batch, &like, &made));
    TRY(values_tags(batch->shop, &made, &out->difference.new_tags));
    out->no = no;
    subject_seal(batch->shop, &like.head, &made, batch->now_us, out);
    return OK;
}

RESULT canaries_born(struct batch *batch, const struct reader *reader, struct subject_no after,
                     const struct record *head, const struct new_fields *values)
{
    enum { AT_ONCE = 4 };
    struct subject_no passed[AT_ONCE];
    size_t count = canaries_passed(batch->shop, after, passed, COUNT_OF(passed));
    for (size_t i = 0; i < count; i++) {
        SCOPED(change_done) struct change change = {0};
        struct receipt receipt = {0};
        TRY(canary_prepare(batch, passed[i], head, values, &change));
        TRY(subject_commit(batch, reader, ENTRY_CREATE, &change, &receipt));
    }
    return OK;
}

/* A customer at random, to be like. In a shop that has none: a name, an address. */
static RESULT like_find(struct shop *shop, struct record *head, struct new_fields *out)
{
    static const unsigned fields[] = {FIELD_REF, FIELD_NAME, FIELD_EMAIL, FIELD_PHONE, FIELD_BIRTH_DATE};
    for (int i = 0; i < LIKE_TRIES && shop->last.at > 0; i++) {
        struct subject_no no = {1 + below(shop, shop->last.at)};
        SCOPED(buf_done) struct buf bytes = {0};
        SECRET data_key = {{0}};
        if (canary_is(shop, no)) continue;
        struct result got = record_get(shop, no, false, &bytes, head, NULL);
        if (got.code == CODE_NOT_FOUND || (got.code == CODE_OK && head->state != SUBJECT_ACTIVE)) continue;
        TRY(got);
        TRY(record_unlock(shop, no, head, &data_key));
        for (size_t f = 0; f < COUNT_OF(fields); f++) {
            if (!(head->held >> fields[f] & 1)) continue;
            out->set |= (uint64_t)1 << fields[f];
            TRY(record_field(shop, no, head, fields[f], &out->text[fields[f]]));
        }
        return OK;
    }
    *head = (struct record){0};
    out->set = (uint64_t)1 << FIELD_NAME | (uint64_t)1 << FIELD_EMAIL;
    return OK;
}

RESULT canary_make(struct batch *batch, const struct reader *reader, struct subject_no *out)
{
    struct subject_no before = batch->shop->last;
    struct record head = {0};
    struct receipt receipt = {0};
    SCOPED(new_fields_done) struct new_fields like = {0};
    SCOPED(change_done) struct change change = {0};
    TRY(like_find(batch->shop, &head, &like));
    *out = subject_number_take(batch->shop);
    TRY(canaries_born(batch, reader, before, &head, &like));
    TRY(canary_prepare(batch, *out, &head, &like, &change));
    return subject_commit(batch, reader, ENTRY_CREATE, &change, &receipt);
}

RESULT canary_yield(struct batch *batch, const struct reader *reader, struct subject_no no, bool *given)
{
    struct shop *shop = batch->shop;
    SCOPED(held_done) struct held held = {0};
    SCOPED(new_fields_done) struct new_fields values = {0};
    SCOPED(change_done) struct change change = {0};
    SCOPED(buf_done) struct buf old = {0}, ref = {0};
    SECRET data_key = {{0}};
    struct receipt receipt = {0};
    *given = canary_given(shop->canaries, no) != NULL;
    if (*given) return OK;
    TRY(subject_hold(shop, no, &held));
    TRY(record_unlock(shop, no, &held.record, &data_key));
    TRY(record_field(shop, no, &held.record, FIELD_REF, &old));
    TRY(canary_new_ref(batch, buf_slice(&old), &ref));
    TRY(value_take(shop, &shop->fields.at[FIELD_REF], 0, buf_slice(&ref), (struct slice){0}, &values));
    TRY(subject_change(batch, &held, &held.record, &values, &change));
    return subject_commit(batch, reader, ENTRY_PATCH, &change, &receipt);
}
