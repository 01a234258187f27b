#include "send/probe.h"

#include "base/bytes.h"

#include <curl/curl.h>

static size_t drop(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes;
    (void)context;
    return size * count; /* only the status counts */
}

static bool prepare(CURL *easy, const char *url, const char *token)
{
    return curl_easy_setopt(easy, CURLOPT_URL, url) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https,http") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)PROBE_MS_MAX) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BEARER) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, token) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop) == CURLE_OK;
}

enum probe_seen probe_try(const char *url, const char *token)
{
    SCOPED(buf_done) struct buf self = {0};
    long status = 0;
    CURL *easy = curl_easy_init();
    buf_print(&self, "%s/v1/self", url);
    bool asked = easy && prepare(easy, buf_c(&self), token) && curl_easy_perform(easy) == CURLE_OK &&
                 curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK;
    curl_easy_cleanup(easy);
    if (!asked) return PROBE_NO_ANSWER;
    if (status == 200) return PROBE_LET_IN;
    return status == 401 || status == 403 ? PROBE_REFUSED : PROBE_NO_ANSWER;
}
