#include "answer/notice/person.h"

#include "keep/post.h"

#include <assert.h>
#include <string.h>

void notice_mail_done(struct notice_mail *mail)
{
    buf_done(&mail->to);
    buf_done(&mail->name);
    buf_done(&mail->subject);
    buf_done(&mail->body);
}

const struct field *person_field(const struct shop *shop, const char *name)
{
    const struct field *field = field_find(&shop->fields, slice_text(name));
    return field && field->group[0] == 0 ? field : NULL;
}

/* Where the shop keeps how a minor's guardian is reached; NULL: nowhere. */
static const struct field *guardian_field(const struct shop *shop, enum notice_channel channel)
{
    if (notice_on_paper(channel)) return NULL;
    return person_field(shop, channel == NOTICE_BY_HOOK ? "guardian_phone" : "guardian_email");
}

/* By their date of birth, if there is one, and by what their country's law says. The data key is set. */
static RESULT is_minor(struct shop *shop, const struct spec *spec, const struct record *record,
                       struct subject_no no, bool *out)
{
    enum { YEAR = 4, DATE = 10 };
    SCOPED(buf_done) struct buf born = {0}, today = {0};
    unsigned years[2] = {0};
    *out = false;
    if (!(record->held >> FIELD_BIRTH_DATE & 1)) return OK;
    TRY(record_field(shop, no, record, FIELD_BIRTH_DATE, &born));
    time_put(&today, clock_now(&shop->clock));
    if (born.len != DATE) return OK;
    for (size_t i = 0; i < YEAR; i++) {
        years[0] = years[0] * 10 + (unsigned)(born.at[i] - '0');
        years[1] = years[1] * 10 + (unsigned)(today.at[i] - '0');
    }
    bool before =
        memcmp(born.at + YEAR, today.at + YEAR, DATE - YEAR) > 0; /* their day of this year is to come */
    unsigned age = years[1] > years[0] ? years[1] - years[0] - before : 0;
    *out = age < spec_country(spec, record->country)->under;
    return OK;
}

/* Where it stands whether they agreed to electronic notices, when that counts; NULL: it does not. */
static const struct field *consent_field(const struct shop *shop, const struct spec *spec,
                                         const struct record *record)
{
    if (spec->kind == NOTICE_WATCH) return person_field(shop, NOTICE_WATCH_FIELD);
    bool asked = spec->consent || spec_country(spec, record->country)->consent;
    return asked ? person_field(shop, "e_notice_consent") : NULL;
}

uint64_t person_opened(const struct shop *shop, const struct spec *spec, const struct record *record)
{
    unsigned address = spec->channel == NOTICE_BY_HOOK ? FIELD_PHONE : FIELD_EMAIL;
    const struct field *consent = consent_field(shop, spec, record);
    uint64_t bits = (uint64_t)1 << FIELD_NAME | (uint64_t)1 << address;
    const struct field *guardian = guardian_field(shop, spec->channel);
    if (consent) bits |= field_bit(consent);
    if (guardian) bits |= field_bit(guardian) | (uint64_t)1 << FIELD_BIRTH_DATE;
    return bits & record->held;
}

/* A name or line of a person never ends a line of ours. */
static void one_line(struct buf *text)
{
    for (size_t i = 0; i < text->len; i++) {
        if (text->at[i] < ' ' || text->at[i] == 0x7f) text->at[i] = ' ';
    }
}

static void person_write(struct notices *runs, struct run *run, const struct record *record,
                         struct subject_no no, struct notice_mail *out)
{
    const struct run_words *words = run->words;
    SCOPED(buf_done) struct buf code = {0};
    struct notice_person person = {.lang = slice_text(record->lang),
                                   .name = buf_slice(&out->name),
                                   .linked = record->state == SUBJECT_LINKED,
                                   .guardian = out->guardian};
    notice_code_put(runs->codes, run->row.id, no, &code);
    person.code = buf_slice(&code);
    run_person(&words->scope, no, &person.known, &person.possible);
    if (words->spec.before > 0) run_person(&words->before, no, &person.known_before, &person.possible_before);
    says_write(words->says, &person, &out->subject, &out->body);
}

static void text_hash(struct crypto *crypto, const struct notice_mail *mail, struct hash *out)
{
    const struct slice parts[] = {SLICE_TEXT("amanah notice text 1"), buf_slice(&mail->subject),
                                  SLICE_TEXT("\n"), buf_slice(&mail->body)};
    sha256(crypto, parts, COUNT_OF(parts), out);
}

RESULT notice_mail_write(struct shop *shop, struct notices *runs, struct run *run,
                         const struct record *record, struct subject_no no, struct notice_mail *out)
{
    unsigned address = run->words->spec.channel == NOTICE_BY_HOOK ? FIELD_PHONE : FIELD_EMAIL;
    bool paper = notice_on_paper(run->words->spec.channel); /* its address is opened by who writes it down */
    const struct field *guardian = guardian_field(shop, run->words->spec.channel);
    if (paper || guardian) TRY(is_minor(shop, &run->words->spec, record, no, &out->guardian));
    if (out->guardian && guardian) address = guardian->number; /* theirs, or none: then it goes by letter */
    if (!paper && record->held >> address & 1) TRY(record_field(shop, no, record, address, &out->to));
    if (record->held >> FIELD_NAME & 1) TRY(record_field(shop, no, record, FIELD_NAME, &out->name));
    one_line(&out->name);
    person_write(runs, run, record, no, out);
    text_hash(shop->crypto, out, &out->text);
    return OK;
}

RESULT person_consents(struct shop *shop, const struct spec *spec, const struct record *record,
                       struct subject_no no, int64_t now_us, bool *out)
{
    const struct field *field = consent_field(shop, spec, record);
    SCOPED(buf_done) struct buf value = {0}, now = {0};
    /* A law is honoured where the shop keeps who agreed; else the draft says so. */
    *out = !spec->consent && spec->kind != NOTICE_WATCH && !field;
    if (!field || !(record->held >> field->number & 1)) return OK;
    TRY(record_field(shop, no, record, field->number, &value));
    time_put(&now, now_us);
    enum { DAY_TEXT = 10 };
    *out = value.len >= DAY_TEXT && memcmp(value.at, now.at, DAY_TEXT) <= 0 && value.at[0] >= '1';
    return OK;
}

RESULT notice_mail_make(struct batch *batch, struct notices *runs, struct run *run, struct subject_no no,
                        struct notice_mail *out)
{
    struct shop *shop = batch->shop;
    struct record record;
    SCOPED(buf_done) struct buf bytes = {0};
    SECRET data_key = {{0}};
    TRY(run_words(batch, run));
    TRY(record_get(shop, no, false, &bytes, &record, NULL));
    TRY(record_unlock(shop, no, &record, &data_key));
    return notice_mail_write(shop, runs, run, &record, no, out);
}
