#include "serve/cookie.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a browser sends as Cookie becomes a bearer of the front's own form, or nothing. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED(buf_done) struct buf header = {0};
    buf_put(&header, data, size);
    for (int secure = 0; secure < 2; secure++) {
        SCOPED(buf_done) struct buf get = {0}, post = {0};
        struct cookie_headers headers = {.cookie = buf_c(&header), .csrf = "0123"};
        if (cookie_bearer(&headers, secure, true, &get).code != CODE_OK) abort();
        if (cookie_bearer(&headers, secure, false, &post).code != CODE_OK) abort();
        if (get.len == 0 && post.len == 0) continue;
        struct slice token = slice_from(buf_slice(&get), sizeof BEARER_COOKIE - 1);
        if (!slice_starts(buf_slice(&get), BEARER_COOKIE) || token.len == 0 ||
            memchr(token.at, ':', token.len))
            abort();
        if (post.len != get.len + 5 || memcmp(post.at, get.at, get.len) != 0) abort();
    }
    return 0;
}
