/* Leaked passwords: a list that the shop brings, and whether one is on any. */
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/show.h"
#include "keep/passwords.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_ROOM = 256 };

static void file_done(FILE **file)
{
    if (*file && *file != stdin) (void)fclose(*file); /* only read */
}

static RESULT list_copy(FILE *from, struct password_writer *writer)
{
    char room[LINE_ROOM];
    for (unsigned long long number = 1; fgets(room, sizeof room, from); number++) {
        struct password_seen seen = {.times = 0};
        struct slice line = slice_text(room);
        if (line.len > 0 && line.at[line.len - 1] == '\n') line.len--;
        if (line.len == 0) continue;
        if (!password_line_get(line, &seen))
            return FAIL(INVALID, "line %llu: not of the form SHA-1 in hexadecimal, colon, count", number);
        TRY(password_writer_put(writer, &seen));
    }
    return ferror(from) ? FAIL(UNAVAILABLE, "cannot read: %s", strerror(errno)) : OK;
}

RESULT command_password_import(struct call *call)
{
    const char *home = call_has(call, OPT_HOME) ? call_text(call, OPT_HOME) : getenv("AMANAH_HOME");
    bool standard = strcmp(call->args[0], "-") == 0;
    SCOPED(file_done) FILE *from = standard ? stdin : fopen(call->args[0], "re");
    SCOPED(password_writer_free) struct password_writer *writer = NULL;
    SCOPED(buf_done) struct buf path = {0}, words = {0};
    uint64_t count = 0;
    if (!from) return FAIL(UNAVAILABLE, "%s: cannot open: %s", call->args[0], strerror(errno));
    if (!home) return FAIL(USAGE, "--home: say which home, or set AMANAH_HOME");
    buf_print(&path, "%s/shops", home);
    if (access(buf_c(&path), F_OK) != 0) return FAIL(NOT_FOUND, "%s: there is no home", home);
    buf_clear(&path);
    buf_print(&path, "%s/passwords", home);
    if (mkdir(buf_c(&path), 0700) != 0 && errno != EEXIST)
        return FAIL(UNAVAILABLE, "%s: cannot be made: %s", buf_c(&path), strerror(errno));
    buf_text(&path, "/brought.pwd");
    TRY(password_writer_new(buf_c(&path), &writer));
    TRY(list_copy(from, writer));
    TRY(password_writer_end(writer, &count));
    count_put(&words, count);
    show_words("%s leaked passwords\n", buf_c(&words));
    return OK;
}

static RESULT password_get(const struct call *call, struct buf *out)
{
    static const struct passphrase_source typed = {NULL, NULL, "Password"};
    if (call->arg_count == 0) return passphrase_get(&typed, out);
    TRY(input_read(call->args[0], PASSPHRASE_BYTES_MAX, out));
    const uint8_t *end = out->len > 0 ? memchr(out->at, '\n', out->len) : NULL;
    if (end) out->len = (size_t)(end - out->at);
    if (out->len > 0 && out->at[out->len - 1] == '\r') out->len--;
    return out->len > 0 ? OK : FAIL(USAGE, "FILE: its first line is the password, and is empty");
}

/* How often, by the line of an answer that ends this hash. */
static uint64_t times_of(struct slice lines, struct slice suffix)
{
    for (size_t at = 0; at + suffix.len + 1 < lines.len;) {
        struct slice line = slice_from(lines, at);
        const uint8_t *end = memchr(line.at, '\n', line.len);
        if (slice_equal(slice_part(line, 0, suffix.len), suffix))
            return strtoull((const char *)line.at + suffix.len + 1, NULL, 10);
        if (!end) break;
        at += (size_t)(end - line.at) + 1;
    }
    return 0;
}

RESULT command_password_check(struct call *call)
{
    uint8_t sha1[SHA1_BYTES];
    SCOPED(buf_done) struct buf password = {0}, hex = {0};
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(answer_done) struct answer answer = {0};
    struct password_range_ask ask = {.padding = true};
    TRY(password_get(call, &password));
    sha1_of_password(buf_slice(&password), sha1);
    hex_put(&hex, SLICE_OF(sha1));
    for (size_t i = 0; i < hex.len; i++) {
        if (hex.at[i] >= 'a') hex.at[i] = (uint8_t)(hex.at[i] - 32);
    }
    ask.prefix = slice_part(buf_slice(&hex), 0, PASSWORD_PREFIX_BITS / 4);
    TRY(client_open(call, &client));
    TRY(ask_answer(call, client, VERB_PASSWORD_RANGE, &ask, &answer));
    if (answer.shown) return OK;
    (void)buf_c(&answer.body); /* ends in a zero, for the number */
    uint64_t times = times_of(buf_slice(&answer.body), slice_from(buf_slice(&hex), ask.prefix.len));
    if (times > 0)
        return FAIL(CHECK_NOT_MET, "password: it was leaked, seen %llu times; choose another",
                    (unsigned long long)times);
    show_words("Not on any list here.\n");
    return OK;
}
