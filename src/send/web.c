#include "send/send_priv.h"
#include "send/worker.h"

#include <string.h>

enum { STATUS_GONE = 410 };

/* Its beginning alone is kept; how long it may take is bounded. */
static size_t answer_take(char *bytes, size_t size, size_t count, void *context)
{
    struct slot *slot = context;
    size_t len = size * count, room = sizeof slot->answer - slot->answered;
    memcpy(slot->answer + slot->answered, bytes, len < room ? len : room);
    slot->answered += len < room ? len : room;
    return len;
}

uint32_t answer_code(struct slice text)
{
    static const char name[] = "\"code\"";
    enum { NUMBER_MAX = 100000000 };
    const uint8_t *at = text.len > 0 ? memmem(text.at, text.len, name, strlen(name)) : NULL;
    uint32_t number = 0;
    if (!at) return 0;
    struct slice rest = slice_from(text, (size_t)(at - text.at) + strlen(name));
    while (rest.len > 0 && (rest.at[0] == ' ' || rest.at[0] == ':')) rest = slice_from(rest, 1);
    for (; rest.len > 0 && rest.at[0] >= '0' && rest.at[0] <= '9' && number < NUMBER_MAX;
         rest = slice_from(rest, 1))
        number = number * 10 + (rest.at[0] - '0');
    return number;
}

static bool headers_make(struct slot *slot)
{
    struct slice rest = buf_slice(&slot->job.headers);
    while (rest.len > 0) {
        SCOPED(buf_done) struct buf line = {0};
        const uint8_t *end = memchr(rest.at, '\n', rest.len);
        size_t len = end ? (size_t)(end - rest.at) : rest.len;
        buf_slice_put(&line, slice_part(rest, 0, len));
        struct curl_slist *longer = curl_slist_append(slot->headers, buf_c(&line));
        if (!longer) return false;
        slot->headers = longer;
        rest = slice_from(rest, len + 1);
    }
    return true;
}

bool easy_common(CURL *easy, const struct send_job *job)
{
    struct curl_blob ca = {job->ca.at, job->ca.len, CURL_BLOB_COPY};
    bool good = curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK && /* whatever the environment says */
                curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)SEND_CONNECT_MS) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L) == CURLE_OK;
    if (good && job->ca.len > 0) { /* and no others */
        good = curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &ca) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK;
    }
    return good;
}

bool web_begin(struct slot *slot)
{
    CURL *easy = slot->easy;
    struct send_job *job = &slot->job;
    slot->state = SLOT_WEB;
    slot->until_us = INT64_MAX; /* libcurl keeps the time */
    return headers_make(slot) && easy_common(easy, job) &&
           curl_easy_setopt(easy, CURLOPT_URL, buf_c(&job->target)) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https,http") ==
               CURLE_OK && /* target_web() allowed it */
           curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)SEND_ANSWER_MS) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTPHEADER, slot->headers) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USERAGENT, "Amanah/" AMN_VERSION) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)job->bytes.len) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDS, (const char *)job->bytes.at) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, answer_take) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, slot) == CURLE_OK;
}

struct send_done send_word(const struct send_job *job, enum send_end end, const char *problem)
{
    return (struct send_done){.shop = job->shop,
                              .sink = job->sink,
                              .upto = job->upto,
                              .more = job->more,
                              .end = end,
                              .problem = end == SEND_LATER || end == SEND_GONE ? problem : NULL};
}

const char *send_problem(CURLcode code)
{
    switch ((int)code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return "the receiver's name is not known";
    case CURLE_COULDNT_CONNECT:
        return "the receiver cannot be reached";
    case CURLE_OPERATION_TIMEDOUT:
        return "the receiver does not answer in time";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
        return "the receiver's certificate is not one to be trusted";
    default:
        return "the receiver does not go on";
    }
}

static enum send_end meaning(CURLcode code, long status)
{
    if (status >= 200 && status < 300) return SEND_ARRIVED; /* whatever became of the answer's body */
    if (code == CURLE_OK && status == STATUS_GONE) return SEND_GONE;
    return SEND_LATER;
}

struct send_done web_end(struct slot *slot, CURLcode code)
{
    long status = 0;
    (void)curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status); /* 0 when there was none */
    enum send_end end = meaning(code, status);
    struct send_done done =
        send_word(&slot->job, end,
                  end == SEND_GONE         ? "the receiver wants no more (410)"
                  : code != CURLE_OK       ? send_problem(code)
                  : status / 100 % 10 == 3 ? "the receiver answers with a redirect, and none is followed"
                                           : "the receiver answers with a refusal");
    done.status = status > 0 && status < 1000 ? (uint16_t)status : 0;
    done.maybe = done.status == 0 && code != CURLE_COULDNT_RESOLVE_HOST && code != CURLE_COULDNT_CONNECT &&
                 code != CURLE_PEER_FAILED_VERIFICATION && code != CURLE_SSL_CONNECT_ERROR;
    if (slot->job.wants_code)
        done.code = answer_code((struct slice){(const uint8_t *)slot->answer, slot->answered});
    return done;
}
