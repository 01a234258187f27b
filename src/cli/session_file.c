#include "cli/session_file.h"

#include "crypto/keyring.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_BYTES_MAX = 8192 };

static bool session_path(struct buf *out)
{
    const char *folder = getenv("XDG_RUNTIME_DIR");
    if (!folder || folder[0] != '/') return false;
    buf_print(out, "%s/amanah-session", folder);
    return true;
}

RESULT session_keep(struct slice vault, struct slice token)
{
    SCOPED(buf_done) struct buf path = {0}, text = {0};
    if (!session_path(&path))
        return FAIL(CONFIG,
                    "sign-in: XDG_RUNTIME_DIR names no directory to keep the session in; use --print");
    buf_slice_put(&text, vault);
    buf_byte(&text, '\n');
    buf_slice_put(&text, token);
    buf_byte(&text, '\n');
    return file_replace(buf_c(&path), buf_slice(&text));
}

void session_recall(struct slice vault, struct buf *token)
{
    SCOPED(buf_done) struct buf path = {0}, text = {0};
    if (!session_path(&path) || file_read(buf_c(&path), FILE_BYTES_MAX, &text).code != CODE_OK) return;
    const uint8_t *end = memchr(text.at, '\n', text.len);
    if (!end || !slice_equal(slice_part(buf_slice(&text), 0, (size_t)(end - text.at)), vault)) return;
    struct slice rest = slice_from(buf_slice(&text), vault.len + 1);
    if (rest.len > 0 && rest.at[rest.len - 1] == '\n') rest.len--;
    buf_slice_put(token, rest);
}

void session_forget(void)
{
    SCOPED(buf_done) struct buf path = {0};
    if (session_path(&path)) (void)unlink(buf_c(&path)); /* usually it is there */
}
