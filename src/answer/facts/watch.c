/*
 * Deadlines that are near are told by mail, each step once, and each day pages that must stand and were not seen; nobody who
 * may be behind the leak is told. What escalates goes to the sinks of alerts, too, without a word of which incident or law;
 * not while somebody of the staff must not learn of it, who may read there.
 */
#include "answer/facts/deadlines.h"

#include "answer/incident/posting.h"
#include "base/clock.h"
#include "keep/access/second.h"
#include "keep/access/staff.h"
#include "keep/post.h"
#include "keep/watch/watching.h"
#include "mail/words.h"

#include <string.h>

enum {
    TOLD_MAX = 64, /* of one incident in one mail; the others follow a minute later */
    PAGES_MAX = 8,
};

#define PAGE_MISSING "page_missing"
#define PAGE_UNLOOKED "page_unlooked"

static const struct step {
    const char *name, *key;
    unsigned percent;
    bool untaken, all;
} steps[] = {
#define STEP(NAME, name, percent, untaken, all) {name, "deadline." name, percent, untaken, all},
#include "answer/facts/steps.def"
#undef STEP
};

/* One deadline that is to be told now. */
struct telling {
    const struct deadline *deadline;
    const struct step *step;
};

/* A page that must stand, and was not seen. */
struct page {
    const struct line *posting;
    const char *step; /* names stand in sealed lines: never rename one */
    int64_t at_us;    /* when somebody looked last */
};

struct round {
    struct batch *batch;
    const struct incident *incident;
    const struct deadlines *all;
    struct telling at[TOLD_MAX];
    size_t count;
    struct page pages[PAGES_MAX];
    size_t page_count;
    uint64_t mails;
    bool kept_out; /* somebody of the staff must not learn of it */
};

/* How far in `steps` this deadline was told already, for the end that it has now; -1: not at all. */
static int step_told(const struct fold *fold, const struct deadline *deadline)
{
    int last = -1;
    SCOPED(buf_done) struct buf name = {0};
    deadline_name(deadline, &name);
    for (size_t i = 0; i < fold->line_count; i++) {
        const struct line *line = &fold->lines[i];
        if (line->kind != LINE_REMINDED || line->due != deadline->clock->at[0].due_us ||
            !slice_equal(line->name, buf_slice(&name)))
            continue;
        for (size_t s = 0; s < COUNT_OF(steps); s++) {
            if (slice_is(line->state, steps[s].name) && (int)s > last) last = (int)s;
        }
    }
    return last;
}

/* The furthest step that its time has come to; NULL: none that was not told. */
static const struct step *step_due(const struct deadlines *all, const struct deadline *deadline)
{
    const struct law_due *due = &deadline->clock->at[0];
    int64_t span = due->due_us - due->from_us, over = all->facts.now_us - due->from_us;
    const struct step *found = NULL;
    for (size_t s = 0; s < COUNT_OF(steps); s++) {
        if (steps[s].untaken && deadline->taken) continue;
        if (over >= span / 100 * (int64_t)steps[s].percent) found = &steps[s];
    }
    return found && found - steps > step_told(&all->reading.fold, deadline) ? found : NULL;
}

static void duration_put(struct slice lang, int64_t us, struct buf *out)
{
    uint64_t minutes = (uint64_t)((us < 0 ? -us : us) / MINUTE_US);
    bool days = minutes >= 6000; /* legal clocks are read in hours */
    SCOPED(buf_done) struct buf first = {0}, second = {0};
    buf_decimal(&first, days ? minutes / 1440 : minutes / 60);
    buf_decimal(&second, days ? minutes / 60 % 24 : minutes % 60);
    const struct mail_value values[] = {{days ? "d" : "h", buf_slice(&first)},
                                        {days ? "h" : "m", buf_slice(&second)}};
    words_put(lang, days ? "law.time.dh" : "law.time.hm", values, COUNT_OF(values), out);
}

static void telling_put(const struct round *round, const struct telling *telling, struct slice lang,
                        struct buf *out)
{
    const struct law_clock *clock = telling->deadline->clock;
    const struct law_due *due = &clock->at[0];
    SCOPED(buf_done) struct buf name = {0}, to = {0}, key = {0}, local = {0}, left = {0};
    deadline_name(telling->deadline, &name);
    buf_print(&key, "law.to.%s", law_to_name(clock->duty->to));
    words_put(lang, buf_c(&key), NULL, 0, &to);
    zone_put(&local, &clock->zone, due->due_us);
    duration_put(lang, due->due_us - round->all->facts.now_us, &left);
    const struct mail_value values[] = {
        {"title", slice_text(form_text(&clock->applied.regime->title, lang))},
        {"name", buf_slice(&name)},
        {"to", buf_slice(&to)},
        {"due", buf_slice(&local)},
        {"left", buf_slice(&left)},
    };
    buf_text(out, "- ");
    words_put(lang, telling->step->key, values, COUNT_OF(values), out);
    if (clock->owed == LAW_MAYBE) {
        buf_byte(out, ' ');
        words_put(lang, "deadline.perhaps", NULL, 0, out);
    }
    if (clock->policy) {
        buf_byte(out, ' ');
        words_put(lang, "deadline.policy", NULL, 0, out);
    }
    buf_byte(out, '\n');
}

/* Was this page told of within a day? */
static bool page_told(const struct deadlines *all, const struct line *posting)
{
    for (size_t i = all->reading.fold.line_count; i > 0; i--) {
        const struct line *line = &all->reading.fold.lines[i - 1];
        bool meant = line->kind == LINE_REMINDED && line->at == posting->time_us &&
                     (slice_is(line->state, PAGE_MISSING) || slice_is(line->state, PAGE_UNLOOKED));
        if (meant && line->time_us > all->facts.now_us - DAY_US) return true;
    }
    return false;
}

/* Pages that the newest probe did not see, or that nobody looked at for so long that no time counts. */
static void pages_find(struct round *round)
{
    const struct deadlines *all = round->all;
    const struct fold *fold = &all->reading.fold;
    for (size_t i = 0; i < fold->item_count && round->page_count < PAGES_MAX; i++) {
        const struct item *item = &fold->items[i];
        struct posting posting;
        if (item->now.kind != LINE_POSTING || !slice_is(item->now.state, "stands")) continue;
        posting_of(fold, all->book->law, item, &posting);
        int64_t looked_us = posting.last ? posting.last->time_us : item->now.time_us;
        bool missing = posting.last && !slice_is(posting.last->state, "seen");
        bool unlooked = all->facts.now_us - looked_us > POSTING_APART_US;
        bool stood = posting.needed_us > 0 && posting.proven_us >= posting.needed_us;
        if (stood || !(missing || unlooked) || page_told(all, &item->now)) continue;
        round->pages[round->page_count++] =
            (struct page){&item->now, missing ? PAGE_MISSING : PAGE_UNLOOKED, looked_us};
    }
}

static void page_put(const struct page *page, struct slice lang, struct buf *out)
{
    SCOPED(buf_done) struct buf key = {0}, time = {0};
    buf_print(&key, "deadline.%s", page->step);
    zone_put(&time, &(struct zone){0}, page->at_us);
    const struct mail_value values[] = {{"name", page->posting->name}, {"time", buf_slice(&time)}};
    buf_text(out, "- ");
    words_put(lang, buf_c(&key), values, COUNT_OF(values), out);
    buf_byte(out, '\n');
}

/* Is that member of staff the reader, or one who holds the key that is? */
static bool stands_behind(const struct shop *shop, uint64_t reader, uint32_t staff)
{
    if (reader == reader_no(READER_STAFF, staff)) return true;
    if (reader >> 32 != READER_KEY) return false;
    for (size_t i = 0; i < shop->access.key_count; i++) {
        const struct key *key = &shop->access.keys[i];
        for (size_t k = 0; key->id == (uint32_t)reader && k < key->holder_count; k++) {
            if (key->holders[k] == staff) return true;
        }
    }
    return false;
}

/* Whoever is told of this one: the owner, members, who took it; and who may approve, where the step says so. */
static bool is_told(const struct round *round, const struct line *taken, bool all, uint32_t staff)
{
    const struct shop *shop = round->batch->shop;
    const struct circle *circle = &round->all->reading.fold.circle;
    if (stands_behind(shop, circle->owner, staff)) return true;
    for (size_t i = 0; i < circle->member_count; i++) {
        if (stands_behind(shop, circle->members[i], staff)) return true;
    }
    if (taken && stands_behind(shop, taken->who ? taken->who : taken->author, staff)) return true;
    bool nobody = circle->owner >> 32 == READER_OPERATOR; /* whoever holds the machine has no address */
    return (all || nobody) && person_may_approve(&shop->access, staff);
}

/* Suspects, whoever holds a suspected key, and their peers who were not let in. */
static bool is_kept_out(const struct shop *shop, const struct circle *circle, uint32_t staff)
{
    uint64_t no = reader_no(READER_STAFF, staff);
    for (size_t i = 0; i < circle->suspect_count; i++) {
        if (stands_behind(shop, circle->suspects[i], staff)) return true;
    }
    return incident_is_peer(shop, circle, no) && !circle_has_member(circle, no);
}

static RESULT person_tell(struct round *round, const struct staff *staff)
{
    struct shop *shop = round->batch->shop;
    SCOPED(identity_done) struct identity person = {0};
    SCOPED(buf_done) struct buf lines = {0}, id = {0};
    TRY(staff_person(shop, staff, &person));
    struct slice lang = person.lang.len > 0 ? person.lang : post_language(shop);
    id_put(shop, ID_INCIDENT, round->incident->no, &id);
    words_put(lang, "deadline.incident", &(struct mail_value){"id", buf_slice(&id)}, 1, &lines);
    buf_byte(&lines, '\n');
    size_t head = lines.len;
    for (size_t i = 0; i < round->count && lines.len < MAIL_VALUE_BYTES_MAX - 1024; i++) {
        const struct telling *telling = &round->at[i];
        if (is_told(round, telling->deadline->taken, telling->step->all, staff->id))
            telling_put(round, telling, lang, &lines);
    }
    for (size_t i = 0; i < round->page_count && is_told(round, NULL, false, staff->id); i++)
        page_put(&round->pages[i], lang, &lines);
    if (lines.len == head) return OK;
    lines.len--; /* the last line's end: the text has one */
    const struct mail_value values[] = {{"lines", buf_slice(&lines)}};
    round->mails++;
    return mail_queue(round->batch, &(struct mail_draft){.kind = MAIL_DEADLINES,
                                                         .to = person.email,
                                                         .to_name = person.name,
                                                         .lang = lang,
                                                         .values = values,
                                                         .count = COUNT_OF(values)});
}

static RESULT lines_add(struct round *round)
{
    const struct reader system = {.no = reader_no(READER_SYSTEM, 0)};
    struct incident *incident = NULL;
    struct incidents *incidents = NULL;
    TRY(incidents_of(round->batch->shop, &incidents));
    for (size_t i = 0; i < incidents->count; i++) {
        if (incidents->at[i].no == round->incident->no) incident = &incidents->at[i];
    }
    SCOPED(buf_done) struct buf text = {0};
    buf_print(&text, "%llu people were told", (unsigned long long)round->mails);
    for (size_t i = 0; incident && i < round->count; i++) {
        const struct telling *telling = &round->at[i];
        const struct law_due *due = &telling->deadline->clock->at[0];
        struct receipt receipt = {0};
        SCOPED(buf_done) struct buf name = {0};
        deadline_name(telling->deadline, &name);
        struct line line = {.kind = LINE_REMINDED,
                            .name = buf_slice(&name),
                            .text = buf_slice(&text),
                            .state = slice_text(telling->step->name),
                            .at = due->from_us,
                            .due = due->due_us};
        TRY(incident_line(round->batch, &system, incident, NULL, &line, &receipt));
    }
    for (size_t i = 0; incident && i < round->page_count; i++) {
        const struct page *page = &round->pages[i];
        struct receipt receipt = {0};
        struct line line = {.kind = LINE_REMINDED,
                            .name = page->posting->name,
                            .text = buf_slice(&text),
                            .state = slice_text(page->step),
                            .at = page->posting->time_us,
                            .due = page->at_us + POSTING_APART_US};
        TRY(incident_line(round->batch, &system, incident, NULL, &line, &receipt));
    }
    return OK;
}

/* Is there one of which everybody who may approve is told, that the sinks may carry? */
static bool round_escalates(const struct round *round)
{
    bool all = false;
    for (size_t i = 0; i < round->count; i++) all = all || round->at[i].step->all;
    return all && !round->kept_out;
}

static RESULT incident_watch(struct batch *batch, const struct incident *incident, bool *told)
{
    struct shop *shop = batch->shop;
    struct round round = {.batch = batch, .incident = incident};
    SCOPED(deadlines_free) struct deadlines *all = NULL;
    struct result read = deadlines_of(shop, incident, batch->now_us, &all);
    if (read.code == CODE_CORRUPT || read.code == CODE_INVALID)
        return OK; /* one bad incident stops no others */
    TRY(read);
    round.all = all;
    for (size_t i = 0; i < all->count && round.count < TOLD_MAX; i++) {
        const struct step *step = all->at[i].running ? step_due(all, &all->at[i]) : NULL;
        if (step) round.at[round.count++] = (struct telling){&all->at[i], step};
    }
    pages_find(&round);
    if (round.count + round.page_count == 0) return OK;
    for (size_t i = 0; i < shop->access.staff_count; i++) {
        const struct staff *staff = &shop->access.staff[i];
        if (staff->state == STAFF_LEFT) continue;
        if (is_kept_out(shop, &all->reading.fold.circle, staff->id))
            round.kept_out = true;
        else
            TRY(person_tell(&round, staff));
    }
    if (round.mails > 0) mail_note(batch, MAIL_DEADLINES, round.mails);
    if (round_escalates(&round)) TRY(alert_once(batch, ALERT_DEADLINE));
    *told = true;
    return lines_add(&round);
}

RESULT deadlines_watch(struct batch *batch, bool *told)
{
    struct incidents *incidents = NULL;
    TRY(incidents_of(batch->shop, &incidents));
    for (size_t i = 0; i < incidents->count; i++) {
        const struct incident one = incidents->at[i]; /* adding lines may read them anew */
        if (!one.closed) TRY(incident_watch(batch, &one, told));
        TRY(incidents_of(batch->shop, &incidents));
    }
    return OK;
}
