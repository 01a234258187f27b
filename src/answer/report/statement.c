#include "answer/report/statement.h"

#include "answer/facts/said.h"
#include "keep/put.h"
#include "mail/words.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { FILLING_MAX = 20, DATE_LEN = 10, STATEMENT_VERSION = 1 };

static const struct channel_row {
    const char *name;
    enum words_kind kind;
    size_t limit, limit_ko;
    bool whole;
} channels[] = {
#define CHANNEL(NAME, name, kind, limit, limit_ko, whole) {name, WORDS_##kind, limit, limit_ko, whole},
#include "answer/report/channels.def"
#undef CHANNEL
};
static const char *const languages[STATEMENT_LANGUAGES] = {"en", "id", "ko"};

const char *channel_name(enum channel channel)
{
    return channels[channel].name;
}

bool channel_by(struct slice name, enum channel *out)
{
    for (size_t i = 0; i < CHANNEL_COUNT; i++) {
        *out = (enum channel)i;
        if (slice_is(name, channels[i].name)) return true;
    }
    return false;
}

bool statement_language(struct slice name, size_t *out)
{
    for (*out = 0; *out < STATEMENT_LANGUAGES; (*out)++) {
        if (slice_is(name, languages[*out])) return true;
    }
    return false;
}

void statement_done(struct statement *statement)
{
    for (size_t i = 0; i < STATEMENT_LANGUAGES; i++) {
        for (size_t j = 0; j < CHANNEL_COUNT; j++) buf_done(&statement->texts[i][j]);
    }
}

static void number_put(struct slice language, const char *key, uint64_t n, struct slice time, struct buf *out)
{
    SCOPED(buf_done) struct buf number = {0};
    buf_decimal(&number, n);
    const struct mail_value values[] = {{"n", buf_slice(&number)}, {"time", time}};
    words_put(language, key, values, COUNT_OF(values), out);
}

/* Persons as they were counted, with the time of the count beside: a first number never stands alone. */
static void persons_put(const struct facts *facts, struct slice language, struct slice as_of, struct buf *out)
{
    const struct told_three *any = &facts->scope.any;
    const struct mail_value time = {"time", as_of};
    if (!facts->counted) {
        words_put(language, "statement.uncounted", &time, 1, out);
        return;
    }
    number_put(language, "statement.persons", any->known_persons, as_of, out);
    if (any->possible_persons > 0) words_count(language, "statement.possible", any->possible_persons, out);
}

static void kinds_put(const struct facts *facts, struct slice language, struct buf *out)
{
    uint64_t count = 0;
    for (size_t i = 0; i < facts->field_count; i++) count += facts->fields[i].affected;
    if (facts->counted)
        words_count(language, "statement.kinds", count, out);
    else
        words_put(language, "statement.unknown", NULL, 0, out);
}

struct filling {
    struct slice language;
    const struct statement_file *file;
    struct statement *statement;
    struct buf texts[FILLING_MAX];
    struct statement_value values[FILLING_MAX];
    size_t count;
};

static void filling_done(struct filling *filling)
{
    for (size_t i = 0; i < FILLING_MAX; i++) buf_done(&filling->texts[i]);
}

/* The next value; its text is put into what comes back. */
static struct buf *value_new(struct filling *filling, const char *name)
{
    filling->values[filling->count].name = name;
    return &filling->texts[filling->count++];
}

static void facts_fill(struct filling *filling, const struct facts *facts)
{
    static const char *const elements[] = {"who",       "data_items", "when",   "how",   "actions",
                                           "self_help", "desk",       "relief", "rights"};
    for (size_t i = 0; i < COUNT_OF(elements); i++) {
        const struct fact *fact = fact_by(facts, elements[i]);
        struct buf *text = value_new(filling, elements[i]);
        struct slice said =
            fact && fact->state == FACT_KNOWN ? fact_text(fact, filling->language) : (struct slice){0};
        buf_slice_put(text, said);
        const char *instead = strcmp(elements[i], "who") == 0 ? "statement.us" : "statement.unknown";
        if (said.len == 0) words_put(filling->language, instead, NULL, 0, text);
    }
}

static void values_settle(struct filling *filling)
{
    for (size_t i = 0; i < filling->count; i++) filling->values[i].text = buf_slice(&filling->texts[i]);
}

static void language_fill(struct filling *filling, const struct facts *facts, size_t language)
{
    struct statement *statement = filling->statement;
    char lead[32];
    facts_fill(filling, facts);
    struct buf *as_of = value_new(filling, "as_of");
    minute_put(as_of, statement->as_of_us);
    minute_put(value_new(filling, "next"), statement->next_us);
    persons_put(facts, filling->language, buf_slice(as_of), value_new(filling, "persons"));
    kinds_put(facts, filling->language, value_new(filling, "kinds"));
    struct buf *sorry = value_new(filling, "sorry");
    if (slice_is(statement->kind, "apology")) buf_slice_put(sorry, statement_section(filling->file, "sorry"));
    values_settle(filling);
    (void)snprintf(lead, sizeof lead, "lead.%.*s", (int)statement->kind.len,
                   (const char *)statement->kind.at);
    struct buf *text = value_new(filling, "lead");
    statement_fill(statement_section(filling->file, lead), filling->values, filling->count - 1, text);
    values_settle(filling);
    for (size_t i = 0; i < CHANNEL_COUNT; i++) {
        statement_fill(statement_section(filling->file, channels[i].name), filling->values, filling->count,
                       &statement->texts[language][i]);
        if (i != CHANNEL_PAGE) continue;
        buf_slice_put(value_new(filling, "page"), buf_slice(&statement->texts[language][i]));
        values_settle(filling);
    }
}

RESULT statement_make(struct shop *shop, const struct statement_making *making, struct statement *out)
{
    SCOPED(statement_texts_done) struct statement_texts texts = {.count = 0};
    SCOPED(buf_done) struct buf folder = {0};
    if (shop->home) buf_print(&folder, "%s/locale", home_path(shop->home));
    TRY(statement_texts_load(shop->home ? buf_c(&folder) : NULL, &texts));
    for (size_t i = 0; i < texts.count; i++) {
        size_t language = 0;
        if (!statement_language(slice_text(texts.at[i].language), &language)) continue;
        SCOPED(filling_done)
        struct filling filling = {
            .language = slice_text(languages[language]), .file = &texts.at[i], .statement = out};
        language_fill(&filling, making->facts, language);
    }
    return OK;
}

struct holding {
    const struct statement_making *making;
    const struct statement *statement;
    const struct wording *wording;
    struct words_facts facts;
    struct words_findings *findings;
    struct slice dates; /* every text in which a date may stand */
    struct buf *out;
    size_t faults;
};

static void fault_put(struct holding *holding, size_t language, enum channel channel,
                      const struct words_finding *one)
{
    cbor_map(holding->out, 6);
    put_text(holding->out, "lang", slice_text(languages[language]));
    put_text(holding->out, "channel", slice_text(channels[channel].name));
    put_number(holding->out, "line", one->line);
    put_text(holding->out, "rule", slice_text(words_rule_slug(one->rule)));
    put_text(holding->out, "word", one->word);
    put_text(holding->out, "instead",
             one->instead.len > 0 ? one->instead : slice_text(words_rule_about(one->rule)));
    holding->faults++;
}

static bool is_date(struct slice text)
{
    static const char shape[] = "dddd-dd-dd";
    if (text.len < DATE_LEN) return false;
    for (size_t i = 0; i < DATE_LEN; i++) {
        bool digit = text.at[i] >= '0' && text.at[i] <= '9';
        if (shape[i] == 'd' ? !digit : text.at[i] != (uint8_t)shape[i]) return false;
    }
    return true;
}

/* A date that none of the facts has: a text that was changed says something else than the others do. */
static void dates_lint(struct holding *holding, size_t language, enum channel channel)
{
    struct slice text = buf_slice(&holding->statement->texts[language][channel]);
    unsigned line = 1;
    for (size_t i = 0; i < text.len; i++) {
        struct slice rest = slice_from(text, i);
        line += text.at[i] == '\n';
        if (!is_date(rest)) continue;
        struct slice date = slice_part(rest, 0, DATE_LEN);
        if (memmem(holding->dates.at, holding->dates.len, date.at, date.len)) continue;
        fault_put(holding, language, channel, &(struct words_finding){WORDS_RULE_DIFFERS, line, date, {0}});
    }
}

/* Every kind of data that leaked, and the first facts, where they are known. */
static void needs_find(struct holding *holding, size_t language, struct arena *arena)
{
    static const char *const elements[] = {"data_items", "how", "actions", "desk", "relief", "rights"};
    const struct facts *facts = holding->making->facts;
    struct words_need *needs =
        arena_take(arena, (facts->field_count + COUNT_OF(elements) + 1) * sizeof *needs);
    struct slice *texts = arena_take(arena, (facts->field_count + COUNT_OF(elements) + 1) * sizeof *texts);
    size_t count = 0;
    for (size_t i = 0; i < facts->field_count; i++) {
        if (!facts->fields[i].affected) continue;
        texts[count] = texts_in(&facts->fields[i].label, slice_text(languages[language]));
        needs[count] = (struct words_need){"field", &texts[count], 1};
        count++;
    }
    const struct fact *who = fact_by(facts, "who");
    if (!who || who->state != FACT_KNOWN) needs[count++] = (struct words_need){"who", NULL, 0};
    for (size_t i = 0; i < COUNT_OF(elements); i++) {
        const struct fact *fact = fact_by(facts, elements[i]);
        if (!fact || fact->state != FACT_KNOWN) continue;
        if (fact->text.any.len == 0 && !fact_has(fact, slice_text(languages[language]))) {
            needs[count++] = (struct words_need){elements[i], NULL, 0}; /* said in another language alone */
            continue;
        }
        texts[count] = fact_text(fact, slice_text(languages[language]));
        needs[count] = (struct words_need){elements[i], &texts[count], 1};
        count++;
    }
    holding->facts.needs = needs;
    holding->facts.need_count = count;
}

static RESULT channel_lint(struct holding *holding, size_t language, enum channel channel)
{
    const struct channel_row *row = &channels[channel];
    struct slice body = buf_slice(&holding->statement->texts[language][channel]);
    struct words_facts facts = holding->facts;
    size_t limit = strcmp(languages[language], "ko") == 0 ? row->limit_ko : row->limit;
    if (!row->whole) facts.need_count = 0;
    const struct words_text text = {slice_text(languages[language]), row->kind, {0}, body};
    TRY(words_lint(holding->wording, &text, &facts, holding->findings));
    for (size_t i = 0; i < holding->findings->count; i++)
        fault_put(holding, language, channel, &holding->findings->at[i]);
    if (utf8_count(body) > limit)
        fault_put(holding, language, channel, &(struct words_finding){WORDS_RULE_LENGTH, 0, {0}, {0}});
    dates_lint(holding, language, channel);
    return OK;
}

/* All these texts say that data leaked: that must be so. */
static void unconfirmed_lint(struct holding *holding, size_t language)
{
    SCOPED(buf_done) struct buf why = {0};
    if (holding->facts.confirmed) return;
    words_put(slice_text(languages[language]), "statement.unconfirmed", NULL, 0, &why);
    fault_put(holding, language, CHANNEL_PAGE,
              &(struct words_finding){WORDS_RULE_CLAIM, 0, {0}, buf_slice(&why)});
}

/* The numbers of people that may be said: those of this count, and no part of them. */
static void numbers_strict(const struct facts *facts, uint64_t numbers[3], struct words_facts *out)
{
    const struct told_three *any = &facts->scope.any;
    numbers[0] = any->known_persons;
    numbers[1] = any->possible_persons;
    numbers[2] = any->known_persons + any->possible_persons;
    out->numbers = numbers;
    out->number_count = facts->counted ? 3 : 0;
}

RESULT statement_lint(struct shop *shop, const struct statement_making *making,
                      const struct statement *statement, struct buf *out, size_t *faults)
{
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(wording_free) struct wording *wording = NULL;
    SCOPED(buf_done) struct buf dates = {0}, list = {0};
    uint64_t numbers[3] = {0};
    struct holding holding = {.making = making, .statement = statement, .out = &list};
    TRY(wording_of(shop, &wording));
    holding.wording = wording;
    holding.findings = arena_take(&arena, sizeof *holding.findings);
    size_t mark = cbor_open(&list);
    for (size_t i = 0; i < STATEMENT_LANGUAGES; i++) {
        said_of(making->facts, &making->reading->fold, slice_text(languages[i]), &arena, &holding.facts);
        numbers_strict(making->facts, numbers, &holding.facts);
        needs_find(&holding, i, &arena);
        buf_clear(&dates);
        minute_put(&dates, statement->as_of_us);
        minute_put(&dates, statement->next_us);
        for (size_t j = 0; j < holding.facts.text_count; j++) buf_slice_put(&dates, holding.facts.texts[j]);
        holding.dates = buf_slice(&dates);
        unconfirmed_lint(&holding, i);
        for (size_t j = 0; j < CHANNEL_COUNT; j++) TRY(channel_lint(&holding, i, (enum channel)j));
    }
    cbor_array_close(&list, mark, holding.faults);
    buf_slice_put(out, buf_slice(&list));
    *faults = holding.faults;
    return OK;
}

void statement_write(const struct statement *statement, struct buf *out)
{
    cbor_array(out, 4 + STATEMENT_LANGUAGES * CHANNEL_COUNT);
    cbor_uint(out, STATEMENT_VERSION);
    cbor_text(out, statement->kind);
    cbor_int(out, statement->as_of_us);
    cbor_int(out, statement->next_us);
    for (size_t i = 0; i < STATEMENT_LANGUAGES; i++) {
        for (size_t j = 0; j < CHANNEL_COUNT; j++) cbor_text(out, buf_slice(&statement->texts[i][j]));
    }
}

RESULT statement_read(struct slice bytes, struct statement *out)
{
    struct cbor reader = cbor_reader(bytes);
    size_t count = 0;
    uint64_t version = 0;
    struct slice text = {0};
    TRY(cbor_read_array(&reader, &count));
    TRY(cbor_read_uint(&reader, &version));
    if (version != STATEMENT_VERSION || count != 4 + STATEMENT_LANGUAGES * CHANNEL_COUNT)
        return FAIL(CORRUPT, "statement: of another version");
    TRY(cbor_read_text(&reader, &out->kind));
    TRY(cbor_read_int(&reader, &out->as_of_us));
    TRY(cbor_read_int(&reader, &out->next_us));
    for (size_t i = 0; i < STATEMENT_LANGUAGES; i++) {
        for (size_t j = 0; j < CHANNEL_COUNT; j++) {
            TRY(cbor_read_text(&reader, &text));
            buf_slice_put(&out->texts[i][j], text);
        }
    }
    return cbor_end(&reader);
}
