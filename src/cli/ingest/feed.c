#include "cli/ingest/feed.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROOM_BYTES = 1024 * 1024 + WEBLOG_RECORD_BYTES_MAX,
    MARK_BYTES_LEAST = 256,
    MARKS_MAX = 40,
    QUIET_BYTES_MAX = 64 * 1024 * 1024, /* read without a row to send: then the position is sent alone */
    GRACE_S = 2                         /* a file that was renamed may be written to for so long */
};

struct feed {
    struct ingest *ingest;
    const char *path;
    struct log_file *file;
    struct weblog *log;
    struct hasher *hasher; /* over all that was taken from the room */
    struct pile *pile;
    uint8_t *room;
    size_t at, len; /* what was read and not yet taken */
    bool ended, begun;
    bool good;             /* a line of this file was read whose time is known */
    enum weblog_kind kind; /* that the file before it under this path was; WEBLOG_ANY: none was */
    struct hash first;
    uint64_t number, known;           /* of the file in the vault, 0: new; files there that begin alike */
    uint64_t taken, sent, sent_lines; /* bytes of the file; bytes and lines that chunks told of */

    struct hash marks[MARKS_MAX]; /* of its first 256 bytes, 512 and so on, as far as it was taken */
    size_t mark_count;
    uint64_t broken; /* lines, since the last chunk */
    int64_t newest_us, turned_us;
    struct feed_sums sums;
};

void feed_free(struct feed **feed)
{
    struct feed *at = *feed;
    if (!at) return;
    log_file_free(&at->file);
    weblog_free(&at->log);
    hasher_free(&at->hasher);
    pile_free(&at->pile);
    if (at->room) explicit_bzero(at->room, ROOM_BYTES);
    free(at->room);
    free(at);
    *feed = NULL;
}

const char *feed_path(const struct feed *feed)
{
    return feed->path;
}

struct feed_sums feed_sums(const struct feed *feed)
{
    struct feed_sums sums = feed->sums;
    sums.bytes = feed->sent;
    sums.line_end = feed->sent_lines;
    return sums;
}

/* Take bytes from the room: what is taken is hashed, and marked at each power of two. */
static void take(struct feed *feed, size_t count)
{
    while (count > 0) {
        uint64_t next = (uint64_t)MARK_BYTES_LEAST << feed->mark_count;
        bool marks = feed->mark_count < MARKS_MAX;
        size_t part = marks && next - feed->taken < count ? (size_t)(next - feed->taken) : count;
        hasher_put(feed->hasher, (struct slice){feed->room + feed->at, part});
        feed->at += part;
        feed->taken += part;
        count -= part;
        if (marks && feed->taken == next) hasher_so_far(feed->hasher, &feed->marks[feed->mark_count++]);
    }
}

/* Fill the room; *moved: with anything. */
static RESULT fill(struct feed *feed, bool *moved)
{
    size_t got = 0;
    memmove(feed->room, feed->room + feed->at, feed->len - feed->at);
    feed->len -= feed->at;
    feed->at = 0;
    if (feed->ended || feed->len == ROOM_BYTES) return OK;
    struct result done = log_file_read(feed->file, feed->room + feed->len, ROOM_BYTES - feed->len, &got);
    if (done.code == CODE_INVALID) { /* what came before is good, and is taken in */
        feed->sums.cut = feed->ended = true;
        return OK;
    }
    TRY(done);
    feed->len += got;
    *moved = got > 0;
    if (got == 0 && !(feed->ingest->follow && log_file_grows(feed->file))) feed->ended = true;
    return OK;
}

static RESULT answer_take(struct ingest *ingest)
{
    SCOPED(answer_done) struct answer answer = {0};
    struct feed *feed = ingest->waiting[0];
    ingest->waiting_count--;
    memmove(ingest->waiting, ingest->waiting + 1, ingest->waiting_count * sizeof(struct feed *));
    TRY(client_next(ingest->client, &answer));
    struct doc doc = answer_doc(&answer);
    feed->number = doc_number(doc_get(doc, "file"));
    feed->sums.attributed += doc_number(doc_get(doc, "attributed"));
    feed->sums.unattributed += doc_number(doc_get(doc, "unattributed"));
    return OK;
}

RESULT ingest_drain(struct ingest *ingest)
{
    while (ingest->waiting_count > 0) TRY(answer_take(ingest));
    return OK;
}

/* The name as it is known on this machine, so that another folder's access.log is another name. */
static void name_put(const char *path, struct buf *out)
{
    char *whole = strcmp(path, "-") == 0 ? NULL : realpath(path, NULL);
    buf_text(out, whole ? whole : path);
    if (out->len > NAME_MAX * 4) out->len = NAME_MAX * 4;
    free(whole);
}

/* Is it a log that can be read at all? One line that was good is enough: the others are broken, one by one. */
static RESULT log_good(const struct feed *feed)
{
    if (feed->good || feed->number > 0) return OK;
    if (weblog_zone_missing(feed->log))
        return FAIL(USAGE, "--zone: the times in this log name no zone; say which, such as --zone +0900");
    if (weblog_kind(feed->log) != WEBLOG_ANY) return OK;
    return FAIL(USAGE, "--kind: the log is like none that is known; say which it is, or map its members");
}

static RESULT chunk_send(struct feed *feed)
{
    struct ingest *ingest = feed->ingest;
    SCOPED(buf_done) struct buf name = {0};
    struct observe_ask ask = {.system = ingest->system,
                              .first = SLICE_OF(feed->first),
                              .hash = SLICE_OF(feed->sums.hash),
                              .marks = {feed->marks[0].bytes, feed->mark_count * HASH_BYTES},
                              .file = feed->number,
                              .known = feed->known,
                              .from = feed->sent,
                              .to = feed->taken,
                              .lines_from = feed->sent_lines,
                              .lines_to = weblog_lines(feed->log),
                              .broken = feed->broken,
                              .newest_us = (uint64_t)feed->newest_us,
                              .behind = log_file_behind(feed->file) + (feed->len - feed->at)};
    TRY(log_good(feed));
    hasher_so_far(feed->hasher, &feed->sums.hash);
    name_put(feed->path, &name);
    ask.name = buf_slice(&name);
    pile_write(feed->pile, &ask.rows, &ask.routes);
    while (ingest->waiting_count >= client_window(ingest->client)) TRY(answer_take(ingest));
    TRY(client_send(ingest->client, VERB_OBSERVE, &ask));
    ingest->waiting[ingest->waiting_count++] = feed;
    if (feed->number == 0) TRY(ingest_drain(ingest)); /* the next chunk needs the number that it got */
    feed->sent = feed->taken;
    feed->sent_lines = ask.lines_to;
    feed->broken = 0;
    pile_clear(feed->pile);
    return OK;
}

RESULT feed_flush(struct feed *feed, bool always)
{
    bool fresh = feed->begun && feed->taken > feed->sent && weblog_between(feed->log);
    if (fresh && (always || pile_count(feed->pile) > 0)) TRY(chunk_send(feed));
    return ingest_drain(feed->ingest);
}

/* Is what is in the room the last of the file? One that may still be written to keeps its last line until it has an end. */
static bool ends_whole(const struct feed *feed)
{
    return feed->ended && !feed->sums.cut && (feed->ingest->history || !log_file_grows(feed->file));
}

/* Was the request answered? Only then were fields shown. */
static bool line_good(const struct weblog_line *line)
{
    return line->status == 0 || (line->status >= 200 && line->status < 300);
}

static void line_take(struct feed *feed, enum weblog_got got, const struct weblog_line *line)
{
    struct route_match match;
    const struct ingest *ingest = feed->ingest;
    feed->sums.lines++;
    if (got == WEBLOG_BAD) {
        feed->broken++;
        feed->sums.broken++;
        ingest->broken(ingest->context, feed->path, line->number, line->why);
        return;
    }
    feed->good = feed->good || line->time_us > 0;
    if (line->time_us > feed->newest_us) feed->newest_us = line->time_us;
    if (got != WEBLOG_LINE || !line_good(line) || !routes_match(ingest->routes, line, &match)) return;
    feed->sums.matched++;
    pile_add(feed->pile, line, &match);
}

/* All whole lines that are in the room. */
static RESULT lines_take(struct feed *feed)
{
    bool whole = ends_whole(feed);
    struct slice rest = {feed->room + feed->at, feed->len - feed->at};
    size_t before = rest.len;
    struct weblog_line line;
    enum weblog_got got = WEBLOG_MORE;
    while ((got = weblog_next(feed->log, &rest, whole, &line)) != WEBLOG_MORE) {
        line_take(feed, got, &line);
        if (!pile_full(feed->pile)) continue;
        take(feed, before - rest.len);
        before = rest.len;
        TRY(chunk_send(feed));
    }
    take(feed, before - rest.len);
    feed->sums.partial = feed->ended && rest.len > 0;
    if (feed->taken - feed->sent > QUIET_BYTES_MAX && weblog_between(feed->log)) TRY(chunk_send(feed));
    return OK;
}

/* One file in the vault that begins with the same line. */
struct candidate {
    uint64_t number, bytes, lines;
    struct slice hash, marks; /* in hexadecimal */
    int64_t newest_us;
};

static struct candidate candidate_of(struct doc item)
{
    struct candidate out = {doc_number(doc_get(item, "file")),  doc_number(doc_get(item, "bytes")),
                            doc_number(doc_get(item, "lines")), doc_text(doc_get(item, "sha256")),
                            doc_text(doc_get(item, "marks")),   0};
    struct slice newest = doc_text(doc_get(item, "newest"));
    if (newest.len > 0 && time_get(newest, &out.newest_us).code != CODE_OK) out.newest_us = 0;
    return out;
}

/* Of a file that is shorter than what was read: is it the same up to its last mark? */
static bool older_copy(const struct feed *feed, const struct candidate *candidate)
{
    SCOPED(buf_done) struct buf hex = {0};
    hex_put(&hex, (struct slice){feed->marks[0].bytes, feed->mark_count * HASH_BYTES});
    return hex.len > 0 && slice_equal(buf_slice(&hex), slice_part(candidate->marks, 0, hex.len));
}

static RESULT rewind_feed(struct feed *feed)
{
    if (feed->taken == 0) return OK; /* it is all still there */
    if (!log_file_rewind(feed->file)) {
        return FAIL(
            USAGE,
            "standard input begins like a log that was read before, but differs from it later; name the "
            "file instead");
    }
    struct hash ignored = {{0}};
    hasher_end(feed->hasher, &ignored);
    feed->at = feed->len = 0;
    feed->taken = feed->mark_count = 0;
    feed->ended = false;
    return OK;
}

/* Go to where an earlier reading ended, and see whether the bytes before it are the same. */
static RESULT candidate_try(struct feed *feed, const struct candidate *candidate, bool *same)
{
    struct hash hash = {{0}};
    SCOPED(buf_done) struct buf hex = {0};
    *same = false;
    TRY(rewind_feed(feed));
    while (feed->taken < candidate->bytes) {
        uint64_t left = candidate->bytes - feed->taken;
        bool moved = false;
        if (feed->at == feed->len) TRY(fill(feed, &moved));
        if (feed->at == feed->len) { /* shorter than what was read */
            feed->sums.older = feed->sums.older || older_copy(feed, candidate);
            return OK;
        }
        take(feed, feed->len - feed->at < left ? feed->len - feed->at : (size_t)left);
    }
    hasher_so_far(feed->hasher, &hash);
    hex_put(&hex, SLICE_OF(hash));
    *same = slice_equal(buf_slice(&hex), candidate->hash);
    return OK;
}

static RESULT candidates_try(struct feed *feed, struct doc items, struct candidate *found)
{
    uint64_t most = UINT64_MAX;
    for (;;) { /* the longest first */
        struct docs walk = docs_of(items);
        struct doc item = {0};
        struct candidate next = {0};
        bool same = false;
        while (docs_next(&walk, &item)) {
            struct candidate one = candidate_of(item);
            if (one.bytes < most && one.bytes > next.bytes) next = one;
        }
        if (next.number == 0) return OK;
        most = next.bytes;
        TRY(candidate_try(feed, &next, &same));
        if (!same) continue;
        *found = next;
        return OK;
    }
}

/* How far was a file that begins with this line read before? */
static RESULT position_find(struct feed *feed, size_t first_len)
{
    struct ingest *ingest = feed->ingest;
    SCOPED(answer_done) struct answer answer = {0};
    SCOPED(buf_done) struct buf hex = {0};
    struct candidate found = {0};
    sha256_one(ingest->crypto, (struct slice){feed->room, first_len}, &feed->first);
    hex_put(&hex, SLICE_OF(feed->first));
    struct observe_list_ask ask = {.system = ingest->system, .first = buf_slice(&hex), .limit = PAGE_MAX};
    TRY(ingest_drain(ingest));
    TRY(client_ask(ingest->client, VERB_OBSERVE_LIST, &ask, &answer));
    struct doc items = doc_get(answer_doc(&answer), "items");
    feed->known = doc_count(items);
    TRY(candidates_try(feed, items, &found));
    if (found.number == 0) {
        TRY(rewind_feed(feed));
        feed->sums.twin = feed->known > 0 && !feed->sums.older;
        if (feed->sums.older) feed->ended = true; /* nothing of it is new */
    } else {
        feed->sums.older = false;
    }
    feed->number = found.number;
    feed->sent = feed->taken;
    feed->sent_lines = feed->sums.before = found.lines;
    feed->newest_us = found.newest_us;
    feed->sums.hash = feed->first;
    if (found.number > 0) hasher_so_far(feed->hasher, &feed->sums.hash);
    return OK;
}

/* Wait for a whole first line; then find out where to begin. */
static RESULT begin(struct feed *feed, bool *moved)
{
    struct weblog_options options = feed->ingest->options;
    struct slice seen = {feed->room, feed->len};
    size_t first = weblog_first(slice_part(seen, 0, WEBLOG_RECORD_BYTES_MAX));
    bool whole = ends_whole(feed);
    if (first == 0 && feed->len >= WEBLOG_RECORD_BYTES_MAX) first = WEBLOG_RECORD_BYTES_MAX;
    if (first == 0 && whole) first = feed->len;
    if (first == 0) return OK;
    TRY(position_find(feed, first));
    feed->begun = !feed->sums.older;
    options.lines_before = feed->sent_lines;
    if (options.kind == WEBLOG_ANY && !options.map) options.kind = feed->kind;
    *moved = true;
    return weblog_new(&options, &feed->log);
}

RESULT feed_open(struct ingest *ingest, const char *path, struct feed **out)
{
    SCOPED(feed_free) struct feed *feed = calloc(1, sizeof *feed);
    if (!feed) return FAIL(UNAVAILABLE, "ingest: out of memory");
    feed->room = malloc(ROOM_BYTES);
    if (!feed->room) return FAIL(UNAVAILABLE, "ingest: out of memory");
    feed->ingest = ingest;
    feed->path = path;
    pile_new(ingest->route_texts, ingest->route_count, &feed->pile);
    TRY(hasher_new(ingest->crypto, &feed->hasher));
    TRY(log_file_open(path, &feed->file));
    *out = TAKE(feed);
    return OK;
}

/* What the file under the path is now, in place of the one that was read. */
static RESULT reopen(struct feed *feed)
{
    SCOPED(log_file_free) struct log_file *file = NULL;
    struct hash ignored = {{0}};
    TRY(feed_flush(feed, true));
    struct result opened = log_file_open(feed->path, &file);
    if (opened.code == CODE_NOT_FOUND) return OK; /* between two names: the next turn finds it */
    TRY(opened);
    if (feed->log) feed->kind = weblog_kind(feed->log);
    log_file_free(&feed->file);
    weblog_free(&feed->log);
    hasher_end(feed->hasher, &ignored);
    feed->file = TAKE(file);
    feed->at = feed->len = 0;
    feed->ended = feed->begun = feed->good = false;
    feed->number = feed->known = feed->taken = feed->sent = feed->sent_lines = 0;
    feed->mark_count = 0;
    feed->turned_us = feed->newest_us = 0;
    feed->sums.older = feed->sums.twin = false;
    return OK;
}

RESULT feed_pump(struct feed *feed, bool *moved)
{
    *moved = false;
    /* one that was cut off and is already longer than before must not be read on in the middle */
    if (feed->ingest->follow && log_file_turn(feed->file, feed->path) == LOG_FILE_CUT) return reopen(feed);
    TRY(fill(feed, moved));
    if (!feed->begun && !feed->sums.older) TRY(begin(feed, moved));
    if (!feed->begun) return OK;
    uint64_t before = feed->taken;
    TRY(lines_take(feed));
    *moved = *moved || feed->taken > before;
    return OK;
}

RESULT feed_turn(struct feed *feed, int64_t now_us)
{
    enum log_file_turn turn = log_file_turn(feed->file, feed->path);
    if (turn == LOG_FILE_CUT) return reopen(feed);
    if (turn == LOG_FILE_SAME) feed->turned_us = 0;
    if (turn == LOG_FILE_REPLACED && feed->turned_us == 0) feed->turned_us = now_us;
    return feed->turned_us == 0 || now_us - feed->turned_us < GRACE_S * SECOND_US ? OK : reopen(feed);
}
