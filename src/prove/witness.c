#include "prove/witness.h"

#include "prove/prove_priv.h"

#include <assert.h>
#include <curl/curl.h>
#include <string.h>

enum { TRIES = 2, TIMEOUT_MS_MAX = 600000 };

void witness_request_put(struct buf *out, uint64_t old, const struct proof *proof, struct slice checkpoint)
{
    assert(old <= TREE_SIZE_MAX && checkpoint.len > 0);
    buf_text(out, "old ");
    buf_decimal(out, old);
    buf_byte(out, '\n');
    proof_lines_put(out, proof);
    buf_byte(out, '\n');
    buf_slice_put(out, checkpoint);
}

void witness_answer_done(struct witness_answer *answer)
{
    buf_done(&answer->line);
    *answer = (struct witness_answer){0};
}

/* 200: keep the one line that is the witness's own, and only if it verifies. */
static RESULT signed_get(struct crypto *crypto, const struct note_key *key, struct slice text,
                         struct slice body, struct witness_answer *out)
{
    SCOPED(witness_answer_done) struct witness_answer answer = {.state = WITNESS_SIGNED};
    SCOPED(buf_done) struct buf all = {0}, own = {0};
    struct note note = {0};
    struct note_check check = {.key = *key};
    buf_slice_put(&all, text);
    buf_byte(&all, '\n');
    buf_slice_put(&all, body);
    if (body.len == 0 || note_parse(buf_slice(&all), &note).code != CODE_OK || note.text.len != text.len) {
        return FAIL(UNAVAILABLE,
                    "witness: its answer is not made of signature lines; is this the address of a witness?");
    }
    struct slice line = note_line_of(&note, key);
    if (line.len == 0) return FAIL(UNAVAILABLE, "witness: it signed, but not with the key it is known by");
    buf_slice_put(&own, text);
    buf_byte(&own, '\n');
    buf_slice_put(&own, line);
    TRY(note_parse(buf_slice(&own), &note));
    TRY(note_verify(crypto, &note, &check, 1));
    buf_slice_put(&answer.line, line);
    answer.time_s = check.time_s;
    *out = TAKE(answer);
    return OK;
}

/* 409: a decimal and a newline. */
static RESULT other_size_get(struct slice body, struct witness_answer *out)
{
    struct slice line = {0};
    uint64_t size = 0;
    if (!line_next(&body, &line) || body.len > 0 || !decimal_get(line, &size)) {
        return FAIL(UNAVAILABLE, "witness: it saw another size of the log, but does not say which");
    }
    *out = (struct witness_answer){.state = WITNESS_OTHER, .size = size};
    return OK;
}

RESULT witness_answer_get(struct crypto *crypto, const struct note_key *key, struct slice checkpoint,
                          long status, struct slice body, struct witness_answer *out)
{
    assert(crypto && key && out);
    assert(key->type == KEY_COSIGNATURE && body.len <= WITNESS_ANSWER_BYTES_MAX);
    struct note note = {0};
    switch (status) {
    case 200:
        TRY(note_parse(checkpoint, &note));
        return signed_get(crypto, key, note.text, body, out);
    case 400:
        return FAIL(INVALID, "witness: it could not read the request, or knows a larger log (400)");
    case 403:
        return FAIL(DENIED,
                    "witness: it does not know the key that signed this log (403); register the key there");
    case 404:
        return FAIL(NOT_FOUND,
                    "witness: it does not know this log (404); have its origin and key registered there");
    case 409:
        return other_size_get(body, out);
    case 422:
        return FAIL(PROOF_BAD,
                    "witness: this log does not continue the one it saw (422); stop publishing and alarm");
    default:
        return FAIL(UNAVAILABLE, "witness: it answered with status %ld; try again later", status);
    }
}

/* A connection, kept for the second request. */
struct call {
    CURL *curl;
    struct curl_slist *headers;
    struct buf url, answer;
    bool overflow;
};

static void call_done(struct call *call)
{
    curl_easy_cleanup(call->curl);
    curl_slist_free_all(call->headers);
    buf_done(&call->url);
    buf_done(&call->answer);
}

static size_t take_answer(char *bytes, size_t size, size_t count, void *context)
{
    struct call *call = context;
    size_t len = size * count;
    if (len > WITNESS_ANSWER_BYTES_MAX - call->answer.len) {
        call->overflow = true;
        return 0; /* ends the transfer */
    }
    buf_put(&call->answer, bytes, len);
    return len;
}

static bool options_set(struct call *call, const struct witness *witness)
{
    CURL *curl = call->curl;
    return curl_easy_setopt(curl, CURLOPT_URL, buf_c(&call->url)) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, witness->timeout_ms) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_USERAGENT, "amanah/" AMN_VERSION) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HTTPHEADER, call->headers) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEDATA, call) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_POST, 1L) == CURLE_OK &&
           (!witness->ca_file || curl_easy_setopt(curl, CURLOPT_CAINFO, witness->ca_file) == CURLE_OK);
}

static RESULT call_open(struct call *call, const struct witness *witness)
{
    call->curl = curl_easy_init();
    call->headers = curl_slist_append(NULL, "Content-Type: text/plain; charset=utf-8");
    if (!call->curl || !call->headers) return FAIL(UNAVAILABLE, "witness: no memory for a connection");
    buf_text(&call->url, witness->url);
    buf_text(&call->url, "/add-checkpoint");
    if (!options_set(call, witness)) {
        return FAIL(UNAVAILABLE,
                    "witness: libcurl refuses an option; is it older than 7.85 or without HTTPS?");
    }
    return OK;
}

static RESULT call_post(struct call *call, struct slice body, long *status)
{
    buf_clear(&call->answer);
    call->overflow = false;
    if (curl_easy_setopt(call->curl, CURLOPT_POSTFIELDS, (const char *)body.at) != CURLE_OK ||
        curl_easy_setopt(call->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len) != CURLE_OK) {
        return FAIL(UNAVAILABLE, "witness: libcurl refuses the request");
    }
    CURLcode code = curl_easy_perform(call->curl);
    if (call->overflow)
        return FAIL(UNAVAILABLE, "witness: its answer is above %d bytes", WITNESS_ANSWER_BYTES_MAX);
    if (code != CURLE_OK) return FAIL(UNAVAILABLE, "witness: %s; try again later", curl_easy_strerror(code));
    if (curl_easy_getinfo(call->curl, CURLINFO_RESPONSE_CODE, status) != CURLE_OK) {
        return FAIL(UNAVAILABLE, "witness: no status in its answer");
    }
    return OK;
}

RESULT witness_cosign(struct crypto *crypto, const struct witness *witness, const struct tile_reader *reader,
                      struct slice checkpoint, uint64_t *last_size, struct buf *line)
{
    assert(crypto && witness && reader && last_size && line);
    assert(witness->timeout_ms > 0 && witness->timeout_ms <= TIMEOUT_MS_MAX);
    SCOPED(call_done) struct call call = {0};
    struct note note = {0};
    struct checkpoint told = {0};
    TRY(note_parse(checkpoint, &note));
    TRY(checkpoint_text_get(note.text, &told));
    TRY(call_open(&call, witness));
    for (int try = 0; try < TRIES; try++) {
        SCOPED(buf_done) struct buf body = {0};
        SCOPED(witness_answer_done) struct witness_answer answer = {0};
        struct proof proof = {0};
        long status = 0;
        if (*last_size > told.size) {
            return FAIL(LEDGER_BEHIND,
                        "witness: it has cosigned a larger log than this; stop, and open a new log");
        }
        TRY(proof_consistency(crypto, reader, *last_size, told.size, &proof));
        witness_request_put(&body, *last_size, &proof, checkpoint);
        TRY(call_post(&call, buf_slice(&body), &status));
        TRY(witness_answer_get(crypto, &witness->key, checkpoint, status, buf_slice(&call.answer), &answer));
        if (answer.state == WITNESS_SIGNED) {
            buf_slice_put(line, buf_slice(&answer.line));
            *last_size = told.size;
            return OK;
        }
        *last_size = answer.size;
    }
    return FAIL(CONFLICT,
                "witness: its size changes between requests; somebody else signs with this log's key");
}
