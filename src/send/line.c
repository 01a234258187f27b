/*
 * Lines of syslog over TCP or TLS. libcurl connects, checks the certificate and encrypts (CURLOPT_CONNECT_ONLY); the
 * bytes are ours. Syslog has no acknowledgement, so a message counts as arrived once the other machine has acknowledged
 * every byte of it and the connection still stands.
 */
#include "send/send_priv.h"
#include "send/target.h"
#include "send/worker.h"

#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

bool line_begin(struct slot *slot)
{
    SCOPED(buf_done) struct buf url = {0};
    bool tls = false;
    CURL *easy = slot->easy;
    if (!target_line(buf_slice(&slot->job.target), &tls)) return false;
    buf_text(&url, tls ? "https://" : "http://");
    buf_slice_put(&url, slice_from(buf_slice(&slot->job.target), strlen("tls://")));
    slot->state = SLOT_CONNECT;
    slot->until_us = INT64_MAX; /* libcurl keeps the time */
    slot->sent = 0;
    return easy_common(easy, &slot->job) && curl_easy_setopt(easy, CURLOPT_URL, buf_c(&url)) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSL_ENABLE_ALPN, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK;
}

int line_socket(const struct slot *slot)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    if (curl_easy_getinfo(slot->easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK) return -1;
    return fd == CURL_SOCKET_BAD ? -1 : (int)fd;
}

/* A receiver says nothing: what can be read is its end, or noise that is dropped. */
bool line_ended(const struct slot *slot)
{
    char noise[512];
    size_t len = 0;
    for (int i = 0; i < 16; i++) {
        CURLcode code = curl_easy_recv(slot->easy, noise, sizeof noise, &len);
        if (code == CURLE_AGAIN) return false;
        if (code != CURLE_OK || len == 0) return true;
    }
    return true; /* it talks too much to be a syslog receiver */
}

static bool acknowledged(const struct slot *slot)
{
    int left = 0, fd = line_socket(slot);
    return fd >= 0 && ioctl(fd, SIOCOUTQ, &left) == 0 && left == 0;
}

bool line_go_on(struct slot *slot, struct send_done *out)
{
    const struct send_job *job = &slot->job;
    while (slot->state == SLOT_WRITE) {
        size_t len = 0;
        CURLcode code =
            curl_easy_send(slot->easy, job->bytes.at + slot->sent, job->bytes.len - slot->sent, &len);
        if (code == CURLE_AGAIN) return false;
        if (code != CURLE_OK) {
            *out = send_word(job, SEND_LATER, "the receiver closed the line");
            return true;
        }
        slot->sent += len;
        if (slot->sent == job->bytes.len) slot->state = SLOT_SETTLE;
    }
    if (line_ended(slot)) {
        *out = send_word(job, SEND_LATER, "the receiver closed the line");
        return true;
    }
    if (!acknowledged(slot)) return false;
    *out = send_word(job, SEND_ARRIVED, NULL);
    return true;
}
