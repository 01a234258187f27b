#include "answer/notice/spec.h"

#include "base/cbor.h"

enum { SPEC_FORMAT = 4, NUMBERS = 13, CARE_SINCE = 3, COUNTRIES_SINCE = 4, COUNTRY_MEMBERS = 3 };

/* Of each format, from 1: members in all, and how many of them are numbers in front. */
static const struct {
    size_t members, numbers;
} formats[] = {{13, 10}, {15, 12}, {17, NUMBERS}, {18, NUMBERS}};

/* What held before the laws said it: runs of older formats go on by that. */
static const struct spec_country countries_before[] = {{"", 18, false}, {"KR", 14, false}};

static const char *const kinds[] = {[NOTICE_FIRST] = "notice",
                                    [NOTICE_SUPPLEMENT] = "supplement",
                                    [NOTICE_CARE] = "care",
                                    [NOTICE_WATCH] = "watch"};

static const char *const channels[NOTICE_CHANNELS] = {[NOTICE_BY_MAIL] = "mail",
                                                      [NOTICE_BY_HOOK] = "hook",
                                                      [NOTICE_BY_LETTER] = "letter",
                                                      [NOTICE_BY_LIST] = "list"};

const char *notice_channel_name(enum notice_channel channel)
{
    return channels[channel];
}

bool spec_is_legal(const struct spec *spec)
{
    return spec->kind == NOTICE_FIRST || spec->kind == NOTICE_SUPPLEMENT;
}

bool notice_channel_of(struct slice name, enum notice_channel *out)
{
    for (size_t i = 0; i < NOTICE_CHANNELS; i++) {
        if (!slice_is(name, channels[i]) && (i > 0 || name.len > 0)) continue;
        *out = (enum notice_channel)i;
        return true;
    }
    return false;
}

bool notice_on_paper(enum notice_channel channel)
{
    return channel == NOTICE_BY_LETTER || channel == NOTICE_BY_LIST;
}

const char *notice_kind_name(enum notice_kind kind)
{
    return kinds[kind];
}

enum notice_kind notice_kind_of(struct slice name)
{
    for (size_t i = NOTICE_FIRST; i < COUNT_OF(kinds); i++) {
        if (slice_is(name, kinds[i])) return (enum notice_kind)i;
    }
    return (enum notice_kind)0;
}

void spec_write(const struct spec *spec, struct buf *out)
{
    cbor_array(out, formats[SPEC_FORMAT - 1].members);
    cbor_uint(out, SPEC_FORMAT);
    cbor_uint(out, spec->kind);
    cbor_uint(out, spec->count);
    cbor_uint(out, spec->before);
    cbor_uint(out, spec->audiences);
    cbor_uint(out, spec->per_day);
    cbor_uint(out, (uint64_t)spec->since_us);
    cbor_uint(out, (uint64_t)spec->until_us);
    cbor_uint(out, spec->consent);
    cbor_uint(out, spec->languages);
    cbor_uint(out, spec->channel);
    cbor_uint(out, spec->follows);
    cbor_uint(out, spec->step);
    cbor_array(out, spec->regime_count);
    for (size_t i = 0; i < spec->regime_count; i++) cbor_text(out, spec->regimes[i]);
    cbor_array(out, SPEC_LANGUAGES);
    for (size_t i = 0; i < SPEC_LANGUAGES; i++) cbor_text(out, spec->texts[i]);
    cbor_array(out, spec->fact_count * 3);
    for (size_t i = 0; i < spec->fact_count; i++) {
        cbor_text(out, spec->facts[i].name);
        cbor_text(out, spec->facts[i].lang);
        cbor_text(out, spec->facts[i].text);
    }
    cbor_array(out, SPEC_LANGUAGES);
    for (size_t i = 0; i < SPEC_LANGUAGES; i++) cbor_text(out, spec->care[i]);
    cbor_array(out, spec->country_count * COUNTRY_MEMBERS);
    for (size_t i = 0; i < spec->country_count; i++) {
        cbor_text(out, slice_text(spec->countries[i].code));
        cbor_uint(out, spec->countries[i].under);
        cbor_uint(out, spec->countries[i].consent);
    }
}

static RESULT bad(void)
{
    return FAIL(CORRUPT, "notice: what a run says is not what was written");
}

static RESULT number_read(struct cbor *reader, uint64_t most, uint64_t *out)
{
    TRY(cbor_read_uint(reader, out));
    return *out <= most ? OK : bad();
}

static RESULT countries_read(struct cbor *reader, struct spec *out)
{
    size_t count = 0;
    TRY(cbor_read_array(reader, &count));
    out->country_count = count / COUNTRY_MEMBERS;
    if (count == 0 || count % COUNTRY_MEMBERS != 0 || out->country_count > SPEC_COUNTRIES_MAX) return bad();
    for (size_t i = 0; i < out->country_count; i++) {
        struct spec_country *country = &out->countries[i];
        struct slice code = {0};
        uint64_t under = 0, consent = 0;
        TRY(cbor_read_text(reader, &code));
        if (code.len >= sizeof country->code || (code.len == 0) != (i == 0)) return bad();
        TRY(number_read(reader, UINT8_MAX, &under));
        TRY(number_read(reader, 1, &consent));
        memcpy(country->code, code.at, code.len);
        country->under = (uint8_t)under;
        country->consent = consent == 1;
    }
    return OK;
}

static RESULT lists_read(struct cbor *reader, size_t format, struct spec *out)
{
    size_t count = 0;
    TRY(cbor_read_array(reader, &out->regime_count));
    if (out->regime_count > SPEC_REGIMES_MAX) return bad();
    for (size_t i = 0; i < out->regime_count; i++) TRY(cbor_read_text(reader, &out->regimes[i]));
    TRY(cbor_read_array(reader, &count));
    if (count != SPEC_LANGUAGES) return bad();
    for (size_t i = 0; i < SPEC_LANGUAGES; i++) TRY(cbor_read_text(reader, &out->texts[i]));
    TRY(cbor_read_array(reader, &count));
    if (count % 3 != 0 || count / 3 > SPEC_FACTS_MAX) return bad();
    out->fact_count = count / 3;
    for (size_t i = 0; i < out->fact_count; i++) {
        TRY(cbor_read_text(reader, &out->facts[i].name));
        TRY(cbor_read_text(reader, &out->facts[i].lang));
        TRY(cbor_read_text(reader, &out->facts[i].text));
    }
    if (format < CARE_SINCE) return OK;
    TRY(cbor_read_array(reader, &count));
    if (count != SPEC_LANGUAGES) return bad();
    for (size_t i = 0; i < SPEC_LANGUAGES; i++) TRY(cbor_read_text(reader, &out->care[i]));
    return format < COUNTRIES_SINCE ? OK : countries_read(reader, out);
}

static RESULT members_read(struct slice bytes, struct spec *out)
{
    static const uint64_t most[NUMBERS] = {
        SPEC_FORMAT,         NOTICE_WATCH, UINT32_MAX, UINT32_MAX, UINT32_MAX,
        UINT64_MAX,          INT64_MAX,    INT64_MAX,  1,          (1 << SPEC_LANGUAGES) - 1,
        NOTICE_CHANNELS - 1, UINT32_MAX,   12};
    struct cbor reader = cbor_reader(bytes);
    struct spec spec = {0};
    uint64_t numbers[NUMBERS] = {0};
    size_t count = 0, format = 1;
    TRY(cbor_read_array(&reader, &count));
    while (format <= SPEC_FORMAT && formats[format - 1].members != count) format++;
    if (format > SPEC_FORMAT) return bad();
    for (size_t i = 0; i < formats[format - 1].numbers; i++) TRY(number_read(&reader, most[i], &numbers[i]));
    if (numbers[0] != format || numbers[1] == 0) return bad();
    spec.kind = (enum notice_kind)numbers[1];
    spec.count = (uint32_t)numbers[2];
    spec.before = (uint32_t)numbers[3];
    spec.audiences = (uint32_t)numbers[4];
    spec.per_day = numbers[5];
    spec.since_us = (int64_t)numbers[6];
    spec.until_us = (int64_t)numbers[7];
    spec.consent = numbers[8] == 1;
    spec.languages = (uint32_t)numbers[9];
    spec.channel = (enum notice_channel)numbers[10];
    spec.follows = (uint32_t)numbers[11];
    spec.step = (uint32_t)numbers[12];
    memcpy(spec.countries, countries_before, sizeof countries_before);
    spec.country_count = COUNT_OF(countries_before);
    TRY(lists_read(&reader, format, &spec));
    *out = spec;
    return OK;
}

RESULT spec_read(struct slice bytes, struct spec *out)
{
    return members_read(bytes, out).code == CODE_OK ? OK : bad();
}

const struct spec_country *spec_country(const struct spec *spec, const char code[3])
{
    for (size_t i = 1; i < spec->country_count; i++) {
        if (memcmp(spec->countries[i].code, code, sizeof spec->countries[i].code) == 0)
            return &spec->countries[i];
    }
    return &spec->countries[0];
}

struct spec spec_care(const struct spec *spec)
{
    struct spec care = *spec;
    care.kind = NOTICE_CARE;
    for (size_t i = 0; i < SPEC_LANGUAGES; i++) {
        care.texts[i] = spec->care[i];
        care.care[i] = (struct slice){0};
    }
    return care;
}

struct slice spec_fact(const struct spec *spec, const char *name, const char *lang)
{
    struct slice found = {0};
    for (size_t i = 0; i < spec->fact_count; i++) {
        const struct spec_fact *fact = &spec->facts[i];
        if (!slice_is(fact->name, name)) continue;
        if (slice_is(fact->lang, lang)) return fact->text;
        if (fact->lang.len == 0) found = fact->text;
    }
    return found;
}
