#include "mail/smtp_priv.h"

#include <assert.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static size_t message_read(char *out, size_t size, size_t count, void *context)
{
    struct smtp_slot *slot = context;
    struct slice part = slice_part(slot->rest, 0, size * count);
    if (part.len > 0) memcpy(out, part.at, part.len);
    slot->rest = slice_from(slot->rest, part.len);
    return part.len;
}

static curl_socket_t socket_open(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct smtp_slot *slot = context;
    (void)purpose;
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    for (size_t i = 0; fd >= 0 && i < SMTP_SOCKETS; i++) {
        if (slot->sockets[i] != 0) continue;
        slot->sockets[i] = fd + 1;
        return fd;
    }
    if (fd >= 0) (void)close(fd);
    return CURL_SOCKET_BAD;
}

static int socket_close(void *context, curl_socket_t fd)
{
    struct smtp_slot *slot = context;
    for (size_t i = 0; i < SMTP_SOCKETS; i++) {
        if (slot->sockets[i] == fd + 1) slot->sockets[i] = 0;
    }
    return close(fd);
}

void smtp_slot_done(struct smtp_slot *slot)
{
    for (size_t i = 0; i < SMTP_SOCKETS; i++) {
        if (slot->sockets[i] != 0) (void)shutdown(slot->sockets[i] - 1, SHUT_RD); /* it may be gone already */
    }
    curl_easy_cleanup(slot->easy);
    slot->easy = NULL;
}

/* Everything each time: a handle that served another shop keeps nothing of it. */
static bool options_set(struct smtp_slot *slot, const struct mail_job *job)
{
    CURL *easy = slot->easy;
    const struct mail_route *route = job->route;
    struct curl_blob ca = {route->ca.at, route->ca.len, CURL_BLOB_NOCOPY};
    curl_easy_reset(easy);
    bool good = curl_easy_setopt(easy, CURLOPT_URL, (const char *)route->url.at) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_MAIL_FROM, (const char *)job->from.at) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, slot->to) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps") == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK && /* whatever the environment says */
                curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)slot->rest.len) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_READFUNCTION, message_read) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_READDATA, slot) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_MAXCONNECTS, (long)SMTP_KEPT) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, socket_open) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, slot) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, socket_close) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, slot) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, slot->error) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)SMTP_CONNECT_MS) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)SMTP_ANSWER_S) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)SMTP_MAIL_MS) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_USE_SSL,
                                 (long)(route->clear ? CURLUSESSL_NONE : CURLUSESSL_ALL)) == CURLE_OK;
    if (good && route->user.len > 0) {
        good = curl_easy_setopt(easy, CURLOPT_USERNAME, (const char *)route->user.at) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_PASSWORD, (const char *)route->password.at) == CURLE_OK;
    }
    if (good && route->ca.len > 0) { /* and no others */
        good = curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &ca) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK;
    }
    return good;
}

RESULT smtp_begin(struct smtp_slot *slot, struct mail_job *job)
{
    assert(!slot->busy);
    (void)buf_c(&job->from); /* terminates it */
    slot->to = curl_slist_append(NULL, buf_c(&job->to));
    slot->rest = buf_slice(&job->message);
    slot->error[0] = 0;
    if (!slot->to || !options_set(slot, job)) {
        curl_slist_free_all(slot->to);
        slot->to = NULL;
        return FAIL(UNAVAILABLE, "mail: libcurl: out of memory");
    }
    slot->job = TAKE(*job);
    slot->busy = true;
    return OK;
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* libcurl tells which of SMTP's commands was refused in words only: of 7.20 to 8 they are the same. */
enum mail_end smtp_meaning(const struct smtp_said *said)
{
    bool refused = said->reply >= 500 && said->reply < 600, later = said->reply >= 400 && said->reply < 500;
    bool about_it = begins(said->error, "RCPT failed") || begins(said->error, "DATA failed");
    if (said->code == CURLE_OK) return MAIL_ARRIVED;
    if (said->all || about_it) {
        if (refused) return MAIL_REFUSED;
        if (later) return said->reply == 421 ? MAIL_DOWN : MAIL_LATER;
        return said->all ? MAIL_LOST : MAIL_DOWN;
    }
    return MAIL_DOWN;
}

static const char *problem_of(const struct smtp_said *said)
{
    switch ((int)said->code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return "the mail host's name is not known";
    case CURLE_COULDNT_CONNECT:
        return "the mail host cannot be reached";
    case CURLE_OPERATION_TIMEDOUT:
        return "the mail host does not answer";
    case CURLE_LOGIN_DENIED:
        return "the mail host refuses the user and password";
    case CURLE_USE_SSL_FAILED:
        return "the mail host offers no STARTTLS";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
        return "the mail host's certificate is not one to be trusted";
    default:
        break;
    }
    if (begins(said->error, "MAIL failed")) return "the mail host refuses the sender's address";
    return "the mail host does not go on";
}

struct mail_done smtp_word(const struct mail_job *job, enum mail_end end, long reply, const char *problem)
{
    bool told = end == MAIL_ARRIVED || end == MAIL_REFUSED || end == MAIL_LATER || end == MAIL_DOWN;
    return (struct mail_done){.shop = job->shop,
                              .id = job->id,
                              .made_us = job->made_us,
                              .attempts = job->attempts,
                              .end = end,
                              .reply = told && reply >= 200 && reply < 600 ? (uint16_t)reply : 0,
                              .problem = end == MAIL_DOWN ? problem : NULL};
}

void smtp_end(struct smtp_slot *slot, CURLcode code, struct mail_done *out)
{
    struct smtp_said said = {.code = code, .all = slot->rest.len == 0, .error = slot->error};
    bool cut_off = code == CURLE_ABORTED_BY_CALLBACK;                         /* by ourselves, at the end */
    (void)curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &said.reply); /* 0 when there was none */
    enum mail_end end = smtp_meaning(&said);
    if (cut_off && end == MAIL_DOWN) end = MAIL_UNTOUCHED;
    *out = smtp_word(&slot->job, end, said.reply, problem_of(&said));
    curl_slist_free_all(slot->to);
    slot->to = NULL;
    slot->rest = (struct slice){0};
    mail_job_done(&slot->job);
    slot->busy = false;
}
