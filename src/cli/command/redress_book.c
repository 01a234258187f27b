/* What the bank says of payments, a line each. */
#include "base/cbor.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/output.h"
#include "cli/show.h"

#include <string.h>

enum { BOOK_BYTES_MAX = 16 * 1024 * 1024 };

/* Lines of a file for one ask, with their numbers in it; and what came of all so far. */
struct booking {
    struct slice lines[REVEAL_SUBJECTS_MAX];
    uint64_t numbers[REVEAL_SUBJECTS_MAX];
    size_t count;
    uint64_t booked, before, refused;
    struct buf refused_lines;
};

static void booking_done(struct booking *booking)
{
    buf_done(&booking->refused_lines);
}

static RESULT booking_ask(struct call *call, struct client *client, struct booking *booking, bool *shown)
{
    SCOPED(answer_done) struct answer answer = {0};
    const struct payments_book_ask ask = {.lines = {booking->lines, booking->count}};
    struct doc line = {0};
    TRY(ask_answer(call, client, VERB_PAYMENTS_BOOK, &ask, &answer));
    *shown = answer.shown;
    if (answer.shown) return OK;
    booking->booked += doc_number(doc_get(answer_doc(&answer), "booked"));
    booking->before += doc_number(doc_get(answer_doc(&answer), "before"));
    struct docs each = docs_of(doc_get(answer_doc(&answer), "refused"));
    while (docs_next(&each, &line)) {
        uint64_t n = doc_number(line);
        if (n == 0 || n > booking->count) return FAIL(CORRUPT, "vault: refuses a line that was not sent");
        cbor_uint(&booking->refused_lines, booking->numbers[n - 1]);
        booking->refused++;
    }
    booking->count = 0;
    return OK;
}

static RESULT booking_show(const struct call *call, const struct booking *booking)
{
    SCOPED(buf_done) struct buf all = {0};
    struct doc line = {0};
    cbor_map(&all, 3);
    cbor_text(&all, SLICE_TEXT("booked"));
    cbor_uint(&all, booking->booked);
    cbor_text(&all, SLICE_TEXT("before"));
    cbor_uint(&all, booking->before);
    cbor_text(&all, SLICE_TEXT("refused"));
    cbor_array(&all, booking->refused);
    buf_slice_put(&all, buf_slice(&booking->refused_lines));
    struct doc answer = doc_of(buf_slice(&all));
    if (call_has(call, OPT_JSON)) return show_json(answer);
    show_words("%llu booked, %llu were before\n", (unsigned long long)booking->booked,
               (unsigned long long)booking->before);
    struct docs each = docs_of(doc_get(answer, "refused"));
    while (docs_next(&each, &line))
        show_words("not booked: line %llu\n", (unsigned long long)doc_number(line));
    return OK;
}

/* Is it the first line, that names columns? The id of a payment begins with "pay", in quotes or not. */
static bool names_columns(struct slice line, uint64_t number)
{
    while (line.len > 0 && (line.at[0] == ' ' || line.at[0] == '"')) line = slice_from(line, 1);
    return number == 1 && !slice_starts(line, "pay");
}

/* The lines of the file, as many at a time as one ask takes. What fits no payment is told by its number in the file. */
RESULT command_redress_book(struct call *call)
{
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(buf_done) struct buf file = {0};
    SCOPED(booking_done) struct booking booking = {.count = 0};
    bool shown = false;
    TRY(input_read(call->args[0], BOOK_BYTES_MAX, &file));
    TRY(client_open(call, &client));
    struct slice rest = buf_slice(&file);
    if (slice_starts(rest, "\xef\xbb\xbf")) rest = slice_from(rest, 3); /* spreadsheets begin files so */
    for (uint64_t number = 1; rest.len > 0 && !shown; number++) {
        const uint8_t *end = memchr(rest.at, '\n', rest.len);
        size_t len = end ? (size_t)(end - rest.at) : rest.len;
        struct slice line = slice_part(rest, 0, len);
        rest = slice_from(rest, end ? len + 1 : len);
        if (line.len > 0 && line.at[line.len - 1] == '\r') line.len--;
        if (line.len > 0 && !names_columns(line, number)) {
            booking.lines[booking.count] = line;
            booking.numbers[booking.count++] = number;
        }
        bool whole = rest.len == 0 || booking.count == COUNT_OF(booking.lines);
        if (booking.count > 0 && whole) TRY(booking_ask(call, client, &booking, &shown));
    }
    return shown ? OK : booking_show(call, &booking);
}
