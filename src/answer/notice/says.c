#include "answer/notice/says.h"

#include "base/clock.h"
#include "base/text.h"
#include "mail/mustache.h"
#include "mail/texts.h"
#include "mail/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABELS_MAX = FIELD_MAX, LINES_MAX = 8, CHANGES_MAX = FIELD_MAX * 3, KEY_BYTES = 64, DAY_BYTES = 10 };

/* What follows from fields, and what to do: keys of locale/<language>/words.txt, most of them those of reports. */
enum line {
    LINE_PHISHING,
    LINE_SPAM,
    LINE_FRAUD,
    LINE_IDENTITY,
    LINE_DOCUMENT, /* a number that stands on one */
    LINE_VISIT,
    LINE_DOOR,
    LINE_OTHERS,
    LINE_UNCLEAR,
    LINE_NEVER,
    LINES
};
static const struct {
    const char *risk, *advice;
} line_keys[LINES] = {
    [LINE_PHISHING] = {"fact.impact.phish", "fact.help.phish"},
    [LINE_SPAM] = {"notice.risk.spam", "notice.advice.spam"},
    [LINE_FRAUD] = {"notice.risk.fraud", "fact.help.orders"},
    [LINE_IDENTITY] = {"fact.impact.identity", "notice.advice.identity"},
    [LINE_DOCUMENT] = {NULL, "notice.advice.document"},
    [LINE_VISIT] = {"fact.impact.visit", "fact.help.visit"},
    [LINE_DOOR] = {"fact.impact.door", "fact.help.door"},
    [LINE_OTHERS] = {"fact.impact.others", "fact.help.others"},
    [LINE_UNCLEAR] = {"fact.impact.unclear", "fact.help.unclear"},
    [LINE_NEVER] = {NULL, "notice.advice.never"},
};

/* One language of a run: its templates, and words made once. */
struct tongue {
    struct mustache *subject, *body;
    struct buf labels[FIELD_MAX], risks[LINES], advice[LINES];
    struct buf future, since, until, not_yet;
    struct slice how, actions, contact, relief, rights;
};

/*
 * A text as it is for everybody of whom the same leaked, in one language: all but name and code, which stand in it as bytes
 * that no UTF-8 has. Most of a shop's people share a few dozen of these, so a notice is mostly copied.
 */
enum { PAGES = 256, PAGE_PLACES = 4, MARKS_MAX = 32, MARK_NAME = 0xfe, MARK_CODE = 0xff };
struct page_key {
    uint64_t known, possible, known_before, possible_before;
    size_t language;
    bool linked, guardian, named, coded;
};
struct page {
    struct page_key key;
    bool there;
    struct buf subject, body;
    size_t subject_marks[MARKS_MAX], body_marks[MARKS_MAX]; /* places of marks */
    size_t subject_count, body_count;
};

struct says {
    const struct spec *spec;
    const struct fields *fields;
    struct buf shop;
    bool followup, others; /* others: a file that is somebody else's by its verdict */
    struct page
        *pages; /* PAGES of them, each for the newest of the keys that fall on it; NULL: none are kept */
    struct tongue tongues[SPEC_LANGUAGES];
};

void says_free(struct says **says)
{
    struct says *at = *says;
    if (!at) return;
    for (size_t i = 0; i < SPEC_LANGUAGES; i++) {
        struct tongue *tongue = &at->tongues[i];
        mustache_free(&tongue->subject);
        mustache_free(&tongue->body);
        for (size_t k = 0; k < FIELD_MAX; k++) buf_done(&tongue->labels[k]);
        for (size_t k = 0; k < LINES; k++) {
            buf_done(&tongue->risks[k]);
            buf_done(&tongue->advice[k]);
        }
        buf_done(&tongue->future);
        buf_done(&tongue->since);
        buf_done(&tongue->until);
        buf_done(&tongue->not_yet);
    }
    for (size_t i = 0; at->pages && i < PAGES; i++) {
        buf_done(&at->pages[i].subject);
        buf_done(&at->pages[i].body);
    }
    free(at->pages);
    buf_done(&at->shop);
    free(at);
    *says = NULL;
}

size_t says_language(struct slice lang)
{
    for (size_t i = 0; i < SPEC_LANGUAGES; i++) {
        if (slice_is(lang, mail_language(i))) return i;
    }
    return 0;
}

void says_label(const struct fields *fields, unsigned field, const char *lang, struct buf *out)
{
    char key[KEY_BYTES];
    (void)snprintf(key, sizeof key, "field.%s", fields->at[field].name);
    if (words_has(slice_text(lang), key))
        words_put(slice_text(lang), key, NULL, 0, out);
    else
        buf_text(out, fields->at[field].name);
}

/* A template begins with its subject line and an empty one. */
static RESULT text_split(struct slice text, const char *where, struct slice *subject, struct slice *body)
{
    const uint8_t *end = text.len > 0 ? memchr(text.at, '\n', text.len) : NULL;
    if (!end || !slice_starts(text, "Subject: "))
        return FAIL(CONFIG, "%s:1: must begin with Subject:", where);
    *subject = slice_from(slice_part(text, 0, (size_t)(end - text.at)), strlen("Subject: "));
    *body = slice_from(text, (size_t)(end - text.at) + 1);
    if (!slice_starts(*body, "\n")) return FAIL(CONFIG, "%s:2: must be empty", where);
    *body = slice_from(*body, 1);
    return OK;
}

static RESULT text_parse(struct slice text, const char *where, struct mustache **subject,
                         struct mustache **body)
{
    struct slice first = {0}, rest = {0};
    TRY(text_split(text, where, &first, &rest));
    TRY(mustache_parse(first, NOTICE_NAMES, where, subject));
    return mustache_parse(rest, NOTICE_NAMES, where, body);
}

RESULT says_check(struct slice text, const char *where)
{
    SCOPED(mustache_free) struct mustache *subject = NULL, *body = NULL;
    return text_parse(text, where, &subject, &body);
}

static const char *name_of_element(const char *element)
{
    static const char *const rows[][2] = {
#define ELEMENT(law, name) {law, name},
#include "answer/notice/elements.def"
#undef ELEMENT
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (strcmp(rows[i][0], element) == 0) return rows[i][1];
    }
    return NULL;
}

void says_missing(struct slice text, char *const *elements, size_t count, struct buf *missing)
{
    SCOPED(mustache_free) struct mustache *subject = NULL, *body = NULL;
    struct result parsed = text_parse(text, "text", &subject, &body);
    for (size_t i = 0; i < count; i++) {
        const char *name = name_of_element(elements[i]);
        bool said = parsed.code == CODE_OK && name && mustache_uses(body, name);
        if (said && strcmp(name, "known") == 0)
            said = mustache_uses(body, "possible") && mustache_uses(body, "label");
        if (!said) buf_print(missing, " %s", elements[i]);
    }
}

/* What is not known yet is said so. */
static struct slice fact_of(const struct spec *spec, const char *name, const char *lang,
                            const struct buf *not_yet)
{
    struct slice said = spec_fact(spec, name, lang);
    return said.len > 0 ? said : buf_slice(not_yet);
}

/* The day in the zone where most who read the language live; it never had summer time in these years. */
static void day_put(int64_t us, size_t language, struct buf *out)
{
    static const int hours[SPEC_LANGUAGES] = {0, 7, 9}; /* UTC, Jakarta, Seoul: by mail_language() */
    SCOPED(buf_done) struct buf time = {0};
    time_put(&time, us + hours[language] * HOUR_US);
    buf_slice_put(out, slice_part(buf_slice(&time), 0, DAY_BYTES));
}

static void fact_or_day(const struct spec *spec, const char *name, int64_t us, size_t language,
                        struct buf *out)
{
    struct slice said = spec_fact(spec, name, mail_language(language));
    if (said.len > 0)
        buf_slice_put(out, said);
    else if (us == 0)
        words_put(slice_text(mail_language(language)), "notice.until_open", NULL, 0, out);
    else
        day_put(us, language, out);
}

static RESULT tongue_new(struct says *says, size_t language, struct slice sender)
{
    const struct spec *spec = says->spec;
    struct tongue *tongue = &says->tongues[language];
    const char *lang = mail_language(language);
    char where[KEY_BYTES];
    (void)snprintf(where, sizeof where, "locale/%s/notice/%s.txt", lang, notice_kind_name(spec->kind));
    TRY(text_parse(spec->texts[language], where, &tongue->subject, &tongue->body));
    for (unsigned i = 0; i < FIELD_MAX; i++) {
        if (says->fields->at[i].name[0]) says_label(says->fields, i, lang, &tongue->labels[i]);
    }
    for (size_t i = 0; i < LINES; i++) {
        if (line_keys[i].risk) words_put(slice_text(lang), line_keys[i].risk, NULL, 0, &tongue->risks[i]);
        if (line_keys[i].advice)
            words_put(slice_text(lang), line_keys[i].advice, NULL, 0, &tongue->advice[i]);
    }
    struct slice future = spec_fact(spec, "future", lang);
    const struct mail_value from = {"sender", sender};
    const char *future_key = spec->channel == NOTICE_BY_MAIL ? "notice.future" : "notice.future.otherwise";
    if (future.len > 0)
        buf_slice_put(&tongue->future, future);
    else
        words_put(slice_text(lang), future_key, &from, 1, &tongue->future);
    fact_or_day(spec, "since", spec->since_us, language, &tongue->since);
    fact_or_day(spec, "until", spec->until_us, language, &tongue->until);
    words_put(slice_text(lang), "notice.not_yet", NULL, 0, &tongue->not_yet);
    tongue->how = fact_of(spec, "how", lang, &tongue->not_yet);
    tongue->actions = fact_of(spec, "actions", lang, &tongue->not_yet);
    tongue->contact = spec_fact(spec, "contact", lang);
    tongue->relief = spec_fact(spec, "relief", lang);
    tongue->rights = spec_fact(spec, "rights", lang);
    return OK;
}

RESULT says_new(const struct spec *spec, const struct fields *fields, struct slice shop, struct slice sender,
                struct says **out)
{
    SCOPED(says_free) struct says *says = calloc(1, sizeof *says);
    if (!says) return FAIL(UNAVAILABLE, "notice: out of memory");
    says->spec = spec;
    says->fields = fields;
    says->followup = spec->kind != NOTICE_CARE;
    says->others = spec_fact(spec, "others", mail_language(0)).len > 0;
    buf_slice_put(&says->shop, shop);
    for (size_t i = 0; i < SPEC_LANGUAGES; i++) TRY(tongue_new(says, i, sender));
    bool marks_free = utf8_valid(shop) && utf8_valid(sender);
    for (size_t i = 0; i < spec->fact_count; i++) marks_free = marks_free && utf8_valid(spec->facts[i].text);
    if (marks_free) says->pages = calloc(PAGES, sizeof *says->pages); /* without memory it is only slower */
    *out = TAKE(says);
    return OK;
}

/* Bits of enum line that follow from fields. */
static uint32_t lines_of(const struct fields *fields, uint64_t bits)
{
    uint32_t found = 1u << LINE_NEVER;
    unsigned field = 0;
    while (field_next(&bits, &field)) {
        switch (fields->at[field].class) {
        case CLASS_CONTACT:
            found |= 1u << LINE_PHISHING;
            if (field == FIELD_EMAIL || field == FIELD_PHONE) found |= 1u << LINE_SPAM;
            if (field == FIELD_ADDRESS) found |= 1u << LINE_VISIT;
            break;
        case CLASS_DOOR:
            found |= 1u << LINE_DOOR;
            break;
        case CLASS_PURCHASE:
            found |= 1u << LINE_FRAUD;
            break;
        case CLASS_IDENTITY:
            found |= 1u << LINE_IDENTITY;
            if (field == FIELD_NATIONAL_ID) found |= 1u << LINE_DOCUMENT;
            break;
        case CLASS_LINKED:
            found |= 1u << LINE_OTHERS;
            break;
        case CLASS_FREE_TEXT:
        case CLASS_OWN:
            found |= 1u << LINE_UNCLEAR;
            break;
        case CLASS_IDENTIFIER:
        case CLASS_COUNT:
            break;
        }
    }
    return found;
}

/* Rows of a list of the text: one value each. */
struct rows {
    struct mustache_value values[FIELD_MAX * 3];
    struct mustache_frame frames[FIELD_MAX * 3];
    size_t count;
};

static void row_add(struct rows *rows, const char *name, struct slice text)
{
    if (rows->count == COUNT_OF(rows->frames)) return;
    rows->values[rows->count] = (struct mustache_value){name, text, NULL, 0};
    rows->frames[rows->count] = (struct mustache_frame){&rows->values[rows->count], 1};
    rows->count++;
}

static void labels_add(const struct tongue *tongue, uint64_t bits, struct rows *rows)
{
    unsigned field = 0;
    while (field_next(&bits, &field)) row_add(rows, "label", buf_slice(&tongue->labels[field]));
}

static void lines_add(const struct buf *lines, uint32_t which, struct rows *rows)
{
    for (size_t i = 0; i < LINES; i++) {
        if (which >> i & 1 && lines[i].len > 0) row_add(rows, "text", buf_slice(&lines[i]));
    }
}

/* Lines of what is new since the notice before, in `texts`. */
static void changes_put(const struct tongue *tongue, const char *lang, const struct notice_person *person,
                        struct buf *texts, struct rows *rows)
{
    uint64_t before = person->known_before | person->possible_before, now = person->known | person->possible;
    const struct {
        const char *key;
        uint64_t bits;
    } kinds[] = {{"notice.changed.known", person->known & ~person->known_before},
                 {"notice.changed.possible", person->possible & ~before},
                 {"notice.changed.cleared", before & ~now}};
    size_t starts[CHANGES_MAX + 1] = {0}, count = 0;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        unsigned field = 0;
        for (uint64_t bits = kinds[i].bits; field_next(&bits, &field) && count < CHANGES_MAX;) {
            const struct mail_value label = {"label", buf_slice(&tongue->labels[field])};
            starts[count++] = texts->len;
            words_put(slice_text(lang), kinds[i].key, &label, 1, texts);
        }
    }
    starts[count] = texts->len; /* slices only now: the buf moved while it grew */
    for (size_t i = 0; i < count; i++)
        row_add(rows, "text", slice_part(buf_slice(texts), starts[i], starts[i + 1] - starts[i]));
}

static void line_clean(struct buf *out, size_t from)
{
    for (size_t i = from; i < out->len; i++) {
        if (out->at[i] == '\n') out->at[i] = ' ';
    }
}

static void write_whole(const struct says *says, const struct notice_person *person, struct buf *subject,
                        struct buf *body)
{
    static const struct slice yes = {(const uint8_t *)"1", 1}, no = {NULL, 0};
    size_t language = says_language(person->lang), at = subject->len;
    const struct tongue *tongue = &says->tongues[language];
    struct rows known, possible, risks, advice, changed;
    SCOPED(buf_done) struct buf texts = {0};
    uint32_t lines = lines_of(says->fields, person->known | person->possible);
    known.count = possible.count = risks.count = advice.count = changed.count = 0;
    labels_add(tongue, person->known, &known);
    labels_add(tongue, person->possible, &possible);
    lines_add(tongue->risks, lines, &risks);
    lines_add(tongue->advice, lines, &advice);
    if (says->spec->kind == NOTICE_SUPPLEMENT)
        changes_put(tongue, mail_language(language), person, &texts, &changed);
    const struct mustache_value values[] = {
        {"shop", buf_slice(&says->shop), NULL, 0},
        {"name", person->name, NULL, 0},
        {"code", person->code, NULL, 0},
        {"since", buf_slice(&tongue->since), NULL, 0},
        {"until", buf_slice(&tongue->until), NULL, 0},
        {"any_known", person->known ? yes : no, NULL, 0},
        {"known", no, known.frames, known.count},
        {"any_possible", person->possible ? yes : no, NULL, 0},
        {"possible", no, possible.frames, possible.count},
        {"risks", no, risks.frames, risks.count},
        {"advice", no, advice.frames, advice.count},
        {"how", tongue->how, NULL, 0},
        {"actions", tongue->actions, NULL, 0},
        {"contact", tongue->contact, NULL, 0},
        {"relief", tongue->relief, NULL, 0},
        {"rights", tongue->rights, NULL, 0},
        {"future", buf_slice(&tongue->future), NULL, 0},
        {"others", says->others ? yes : no, NULL, 0},
        {"followup", says->followup && person->possible ? yes : no, NULL, 0},
        {"changed", no, changed.frames, changed.count},
        {"linked", person->linked ? yes : no, NULL, 0},
        {"guardian", person->guardian ? yes : no, NULL, 0},
    };
    const struct mustache_frame frame = {values, COUNT_OF(values)};
    mustache_render(tongue->subject, &frame, subject);
    line_clean(subject, at);
    mustache_render(tongue->body, &frame, body);
}

static size_t marks_find(const struct buf *text, size_t marks[MARKS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < text->len && count <= MARKS_MAX; i++) {
        if (text->at[i] < MARK_NAME) continue;
        if (count < MARKS_MAX) marks[count] = i;
        count++;
    }
    return count; /* one more than there is room: too many */
}

/* As mustache_render() puts a value. */
static void mark_put(struct slice text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.at[i];
        buf_byte(out, (c < ' ' && c != '\n') || c == 0x7f ? ' ' : c);
    }
}

static void page_put(const struct buf *text, const size_t *marks, size_t count,
                     const struct notice_person *person, struct buf *out)
{
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        buf_slice_put(out, slice_part(buf_slice(text), at, marks[i] - at));
        mark_put(text->at[marks[i]] == MARK_NAME ? person->name : person->code, out);
        at = marks[i] + 1;
    }
    buf_slice_put(out, slice_from(buf_slice(text), at));
}

static bool key_same(const struct page_key *a, const struct page_key *b)
{
    return a->known == b->known && a->possible == b->possible && a->known_before == b->known_before &&
           a->possible_before == b->possible_before && a->language == b->language && a->linked == b->linked &&
           a->guardian == b->guardian && a->named == b->named && a->coded == b->coded;
}

/* The page of that key; else the one to make it on: an empty one of the few where it may be, or the first of them. */
static struct page *page_of(const struct says *says, const struct page_key *key)
{
    uint64_t mixed = key->known * 0x9e3779b97f4a7c15U ^ key->possible * 0xc2b2ae3d27d4eb4fU ^
                     key->known_before * 0x165667b19e3779f9U ^ key->possible_before * 0x27d4eb2f165667c5U;
    mixed ^= key->language << 8 ^ (uint64_t)key->linked << 4 ^ (uint64_t)key->guardian << 3;
    mixed = (mixed ^ mixed >> 32) * 0xd6e8feb86659fd93U;
    mixed ^= mixed >> 32;
    struct page *found = &says->pages[mixed % PAGES];
    for (size_t i = 0; i < PAGE_PLACES; i++) {
        struct page *page = &says->pages[(mixed + i) % PAGES];
        if (page->there && key_same(&page->key, key)) return page;
        if (!page->there && found->there) found = page;
    }
    return found;
}

static void page_make(const struct says *says, const struct notice_person *person, const struct page_key *key,
                      struct page *page)
{
    static const uint8_t marks[] = {MARK_NAME, MARK_CODE};
    struct notice_person marked = *person;
    if (key->named) marked.name = (struct slice){&marks[0], 1};
    if (key->coded) marked.code = (struct slice){&marks[1], 1};
    buf_clear(&page->subject);
    buf_clear(&page->body);
    write_whole(says, &marked, &page->subject, &page->body);
    page->subject_count = marks_find(&page->subject, page->subject_marks);
    page->body_count = marks_find(&page->body, page->body_marks);
    page->key = *key;
    page->there = page->subject_count <= MARKS_MAX && page->body_count <= MARKS_MAX;
}

void says_write(const struct says *says, const struct notice_person *person, struct buf *subject,
                struct buf *body)
{
    size_t at = subject->len;
    const struct page_key key = {.known = person->known,
                                 .possible = person->possible,
                                 .known_before = person->known_before,
                                 .possible_before = person->possible_before,
                                 .language = says_language(person->lang),
                                 .linked = person->linked,
                                 .guardian = person->guardian,
                                 .named = person->name.len > 0,
                                 .coded = person->code.len > 0};
    struct page *page = says->pages ? page_of(says, &key) : NULL;
    if (page && (!page->there || !key_same(&page->key, &key))) page_make(says, person, &key, page);
    if (!page || !page->there) {
        write_whole(says, person, subject, body);
        return;
    }
    page_put(&page->subject, page->subject_marks, page->subject_count, person, subject);
    line_clean(subject, at);
    page_put(&page->body, page->body_marks, page->body_count, person, body);
}
