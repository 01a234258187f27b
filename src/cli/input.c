#include "cli/input.h"

#include "cli/show.h"
#include "crypto/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

enum { CREDENTIAL_FILE_BYTES_MAX = 16384, PATH_BYTES_MAX = 4096, BLOCK_BYTES = 65536, INTERRUPT = 3 };

static void descriptor_done(int *fd)
{
    if (*fd >= 0) (void)close(*fd); /* it was only read, or a terminal */
}

static RESULT read_standard(size_t bytes_max, struct buf *out)
{
    size_t start = out->len;
    for (;;) {
        uint8_t *room = buf_extend(out, BLOCK_BYTES);
        ssize_t got = read(STDIN_FILENO, room, BLOCK_BYTES);
        int error = errno;
        out->len -= (size_t)(BLOCK_BYTES - (got > 0 ? got : 0));
        if (got < 0 && error == EINTR) continue;
        if (got < 0) return FAIL(UNAVAILABLE, "standard input: cannot be read: %s", strerror(error));
        if (got == 0) return OK;
        if (out->len - start > bytes_max) {
            out->len = start;
            return FAIL(TOO_MANY, "standard input: longer than %zu bytes; is it what was meant?", bytes_max);
        }
    }
}

RESULT input_read(const char *path, size_t bytes_max, struct buf *out)
{
    if (strcmp(path, "-") == 0) return read_standard(bytes_max, out);
    return file_read(path, bytes_max, out);
}

/* Up to the line end, byte by byte: what follows stays for whoever reads next. */
static RESULT read_line(int fd, struct buf *out)
{
    uint8_t byte = 0;
    for (;;) {
        ssize_t got = read(fd, &byte, 1);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return FAIL(UNAVAILABLE, "input: cannot be read: %s", strerror(errno));
        if (got == 0 || byte == '\n') break;
        if (out->len == LINE_BYTES_MAX)
            return FAIL(TOO_MANY, "input: the line is longer than %d bytes", LINE_BYTES_MAX);
        buf_byte(out, byte);
    }
    if (out->len > 0 && out->at[out->len - 1] == '\r') out->len--;
    return OK;
}

RESULT input_line(const char *prompt, struct buf *out)
{
    SCOPED(buf_done) struct buf line = {0};
    if (isatty(STDIN_FILENO) == 1) (void)fprintf(stderr, "%s: ", prompt);
    TRY(read_line(STDIN_FILENO, &line));
    if (line.len == 0) return FAIL(INVALID, "standard input: empty; give one line");
    *out = TAKE(line);
    return OK;
}

static void file_done(FILE **file)
{
    if (*file) (void)fclose(*file); /* a failed write was seen by fflush() */
}

/* Into a device or pipe, which a rename would replace by a file. */
static RESULT write_through(const char *path, struct slice bytes)
{
    SCOPED(file_done) FILE *file = fopen(path, "we");
    if (!file) return FAIL(UNAVAILABLE, "%s: cannot open: %s", path, strerror(errno));
    if (fwrite(bytes.at, 1, bytes.len, file) == bytes.len && fflush(file) == 0) return OK;
    return FAIL(UNAVAILABLE, "%s: cannot write: %s", path, strerror(errno));
}

RESULT output_write(const char *path, struct slice bytes)
{
    struct stat at = {0};
    bool standard = strcmp(path, "-") == 0;
    if (standard) show_slice(bytes);
    if (standard || bytes.len == 0) return OK;
    if (stat(path, &at) == 0 && !S_ISREG(at.st_mode)) return write_through(path, bytes);
    return file_replace(path, bytes);
}

/* A line from the terminal with echo and signals off, as getpass(3) does; the terminal is put back as it was. */
static RESULT ask_hidden(const char *prompt, const struct passphrase_source *source, struct buf *out)
{
    SCOPED(descriptor_done) int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    struct termios before = {0};
    if (fd < 0 || tcgetattr(fd, &before) != 0) {
        if (!source->variable)
            return FAIL(USAGE, "FILE: missing, and there is no terminal to ask on; give one, or -");
        return FAIL(CONFIG, "passphrase: no terminal to ask on; name a file in %s", source->variable);
    }
    struct termios hidden = before;
    hidden.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
    if (tcsetattr(fd, TCSAFLUSH, &hidden) !=
        0) /* what was typed before is thrown away: so before the prompt */
        return FAIL(UNAVAILABLE, "terminal: its echo cannot be turned off");
    (void)dprintf(fd, "%s: ", prompt); /* if the terminal is gone, so is the answer */
    struct result result = read_line(fd, out);
    (void)tcsetattr(fd, TCSAFLUSH, &before); /* nothing better can be done */
    (void)dprintf(fd, "\n");
    if (result.code == CODE_OK && out->len > 0 && memchr(out->at, INTERRUPT, out->len)) {
        return FAIL(CONFIG, "passphrase: interrupted");
    }
    return result;
}

/* The file of the passphrase; empty when only the terminal is left. */
static RESULT passphrase_path(const struct passphrase_source *source, struct buf *out)
{
    const char *named = source->variable ? getenv(source->variable) : NULL,
               *directory = getenv("CREDENTIALS_DIRECTORY");
    if (named && named[0]) {
        buf_text(out, named);
        return OK;
    }
    if (!source->credential || !directory || !directory[0]) return OK;
    SCOPED(buf_done) struct buf path = {0};
    buf_print(&path, "%s/%s", directory, source->credential);
    if (path.len > PATH_BYTES_MAX) return FAIL(CONFIG, "CREDENTIALS_DIRECTORY: too long");
    if (access(buf_c(&path), F_OK) == 0) buf_slice_put(out, buf_slice(&path));
    return OK;
}

static RESULT check_passphrase(struct buf *phrase)
{
    if (phrase->len > 0 && phrase->at[phrase->len - 1] == '\n') phrase->len--;
    if (phrase->len > 0 && phrase->at[phrase->len - 1] == '\r') phrase->len--;
    if (phrase->len == 0) return FAIL(CONFIG, "passphrase: empty; give one");
    if (phrase->len > PASSPHRASE_BYTES_MAX) {
        return FAIL(CONFIG, "passphrase: longer than %d bytes; take a shorter one", PASSPHRASE_BYTES_MAX);
    }
    return OK;
}

static RESULT get_passphrase(const struct passphrase_source *source, bool twice, struct buf *out)
{
    SCOPED(buf_done) struct buf path = {0}, phrase = {0}, again = {0};
    TRY(passphrase_path(source, &path));
    if (path.len > 0) {
        TRY(file_read(buf_c(&path), PASSPHRASE_BYTES_MAX + 2, &phrase));
    } else {
        TRY(ask_hidden(source->prompt, source, &phrase));
        if (twice) TRY(ask_hidden("Once more", source, &again));
        if (twice && !slice_equal(buf_slice(&phrase), buf_slice(&again))) {
            return FAIL(CONFIG, "passphrase: the two differ; try again");
        }
    }
    TRY(check_passphrase(&phrase));
    *out = TAKE(phrase);
    return OK;
}

bool passphrase_named(const struct passphrase_source *source)
{
    SCOPED(buf_done) struct buf path = {0};
    return passphrase_path(source, &path).code == CODE_OK && path.len > 0;
}

RESULT passphrase_get(const struct passphrase_source *source, struct buf *out)
{
    return get_passphrase(source, false, out);
}

RESULT passphrase_get_new(const struct passphrase_source *source, struct buf *out)
{
    return get_passphrase(source, true, out);
}

void credential_done(struct credential *credential)
{
    buf_done(&credential->bearer);
    buf_done(&credential->pem);
    buf_done(&credential->key_id);
}

static bool is_pem(const struct buf *text)
{
    static const char begin[] = "-----BEGIN ";
    return text->len > 0 && memmem(text->at, text->len, begin, sizeof begin - 1) != NULL;
}

RESULT credential_get(struct credential *out)
{
    const char *path = getenv("AMANAH_KEY_FILE"), *key = getenv("AMANAH_KEY");
    SCOPED(buf_done) struct buf text = {0};
    if (path && path[0]) {
        TRY(file_read(path, CREDENTIAL_FILE_BYTES_MAX, &text));
    } else if (key) {
        buf_text(&text, key);
    }
    if (path && path[0] && is_pem(&text)) {
        const char *id = getenv("AMANAH_KEY_ID");
        if (!id || !id[0])
            return FAIL(CONFIG, "AMANAH_KEY_FILE: a private key; say whose in AMANAH_KEY_ID, as key_…");
        if (strlen(id) > ID_BYTES_MAX) return FAIL(CONFIG, "AMANAH_KEY_ID: too long to be the id of a key");
        buf_text(&out->key_id, id);
        out->pem = TAKE(text);
        return OK;
    }
    while (text.len > 0 && strchr(" \t\r\n", text.at[text.len - 1])) text.len--;
    if (text.len == 0 && path && path[0])
        return FAIL(CONFIG, "AMANAH_KEY_FILE: the file is empty; put the key there");
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] <= ' ' || text.at[i] >= 0x7f)
            return FAIL(CREDENTIAL_UNKNOWN, "credential: it is not a key");
    }
    if (text.len > BEARER_BYTES_MAX) return FAIL(CREDENTIAL_UNKNOWN, "credential: too long to be a key");
    out->bearer = TAKE(text);
    return OK;
}

RESULT confirm(const struct call *call, const char *question)
{
    if (call_has(call, OPT_YES)) return OK;
    if (isatty(STDIN_FILENO) != 1 || isatty(STDERR_FILENO) != 1) {
        return FAIL(USAGE, "%s: there is no terminal to ask on; say --yes", call->command->words);
    }
    SCOPED(buf_done) struct buf line = {0};
    (void)fprintf(stderr, "%s [y/N] ", question);
    TRY(read_line(STDIN_FILENO, &line));
    if (slice_is(buf_slice(&line), "y") || slice_is(buf_slice(&line), "yes")) return OK;
    return FAIL(CONFLICT, "%s: the answer was no; nothing was done", call->command->words);
}
