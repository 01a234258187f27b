/*
 * Look at the pages of an incident as anybody sees them, and write down what was found: from where this command runs, so
 * that the vault itself fetches nothing. Run it once a day or more often, by a timer.
 */
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/show.h"
#include "crypto/crypto.h"

#include <curl/curl.h>
#include <string.h>

enum { PAGE_BYTES_MAX = 4 * 1024 * 1024, PAGE_S_MAX = 30, REDIRECTS_MAX = 3, STATUS_OK = 200 };

struct page {
    struct buf body;
    bool too_long;
};

static void page_done(struct page *page)
{
    buf_done(&page->body);
}

static size_t take_page(char *bytes, size_t size, size_t count, void *context)
{
    struct page *page = context;
    size_t len = size * count;
    page->too_long = page->too_long || len > PAGE_BYTES_MAX - page->body.len;
    if (page->too_long) return 0;
    buf_put(&page->body, bytes, len);
    return len;
}

/* True: a page came, whatever it says. */
static bool page_fetch(struct slice url, struct page *out)
{
    SCOPED(buf_done) struct buf text = {0};
    long status = 0;
    CURL *curl = curl_easy_init();
    if (!curl) return false;
    buf_slice_put(&text, url);
    (void)curl_easy_setopt(curl, CURLOPT_URL,
                           buf_c(&text)); /* what a build lacks curl_easy_perform() tells */
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX);
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)PAGE_S_MAX);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_page);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, out);
    CURLcode done = curl_easy_perform(curl);
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(curl);
    return done == CURLE_OK && status == STATUS_OK;
}

/* "seen" where the page came and the words that must stand there do, else "missing"; "unreachable" where none came. */
static const char *page_look(struct doc posting, struct buf *hex)
{
    SCOPED(page_done) struct page page = {{0}};
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    struct slice words = doc_text(doc_get(posting, "text"));
    struct hash hash = {{0}};
    if (!page_fetch(doc_text(doc_get(posting, "url")), &page)) return "unreachable";
    if (crypto_new(&crypto).code == CODE_OK) {
        sha256_one(crypto, buf_slice(&page.body), &hash);
        hex_put(hex, SLICE_OF(hash));
    }
    bool there = words.len > 0 && page.body.len >= words.len &&
                 memmem(page.body.at, page.body.len, words.at, words.len) != NULL;
    return there ? "seen" : "missing";
}

static RESULT posting_probe(struct call *call, struct client *client, struct doc posting, bool *all_seen)
{
    SCOPED(buf_done) struct buf hex = {0};
    SCOPED(answer_done) struct answer answer = {0};
    const char *state = page_look(posting, &hex);
    struct incident_add_ask ask = {.id = slice_text(call->args[0]),
                                   .kind = SLICE_TEXT("probes"),
                                   .of = doc_number(doc_get(posting, "line")),
                                   .state = slice_text(state),
                                   .hash = buf_slice(&hex)};
    *all_seen = *all_seen && strcmp(state, "seen") == 0;
    TRY(ask_answer(call, client, VERB_INCIDENT_ADD, &ask, &answer));
    if (call_has(call, OPT_JSON)) return OK;
    show_value(doc_text(doc_get(posting, "url")));
    show_words(": %s\n", state);
    return OK;
}

RESULT command_incident_probe(struct call *call)
{
    struct incident_show_ask show = {.id = slice_text(call->args[0]), .part = SLICE_TEXT("postings")};
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(answer_done) struct answer answer = {0};
    struct doc item = {{0}};
    bool all_seen = true;
    size_t count = 0;
    TRY(client_open(call, &client));
    TRY(ask_answer(call, client, VERB_INCIDENT_SHOW, &show, &answer));
    if (answer.shown) return OK;
    struct docs items = docs_of(doc_get(answer_doc(&answer), "items"));
    while (docs_next(&items, &item)) {
        if (!doc_is(doc_get(item, "state"), "stands")) continue;
        TRY(posting_probe(call, client, item, &all_seen));
        count++;
    }
    if (count == 0)
        return FAIL(NOT_FOUND, "postings: none stands; amanah incident add ID postings name= url= at= text=");
    return all_seen ? OK : FAIL(CHECK_NOT_MET, "postings: not every page is there with its words");
}
