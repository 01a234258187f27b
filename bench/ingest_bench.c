/*
 * Logs of systems outside the vault, read and matched in this process: lines a second of one core, without keeper.
 *
 *     ingest_bench [--lines N] [--rounds N]     (default 1,000,000 lines of each kind, 3 rounds)
 *
 * A round is a line as measure.h prints it; `size` is the bytes of a line.
 */
#include "base/weblog/route.h"
#include "measure.h"

enum { BLOCK_BYTES = 1024 * 1024, CUSTOMERS = 1000000 };

static const char *const route_texts[] = {
    "GET /api/customers/{ref}",
    "GET /api/customers/{ref}/addresses",
    "GET /api/customers/{ref}/orders",
    "PUT /api/customers/{ref}",
    "GET /orders?customer={ref}",
    "GET /admin/customers/{ref}",
    "GET /admin/export",
    "POST /api/search",
    "SELECT public.customers",
    "GET /shops/{}/customers/{ref}",
};

/* Of ten lines four are about a customer; the others are pages, pictures and scripts. */
static void target_put(uint64_t *random, struct buf *out)
{
    static const char *const others[] = {
        "/",         "/static/app.4f3a9c.js",      "/img/p/7_400x400.webp?v=",
        "/api/cart", "/api/products?page=2&item=", "/healthz"};
    uint64_t pick = draw(random) % 10, number = draw(random) % CUSTOMERS;
    if (pick < 4)
        buf_print(out, "/api/customers/C-%07u", (unsigned)number);
    else
        buf_text(out, others[pick - 4]);
    if (pick == 6 || pick == 8) buf_decimal(out, number);
}

static void combined_put(uint64_t *random, uint64_t i, struct buf *out)
{
    buf_print(out, "10.%u.%u.%u - - [20/Nov/2023:%02u:%02u:%02u +0900] \"GET ", (unsigned)(draw(random) % 4),
              (unsigned)(draw(random) % 250), (unsigned)(draw(random) % 250), (unsigned)(i / 360000 % 24),
              (unsigned)(i / 6000 % 60), (unsigned)(i / 100 % 60));
    target_put(random, out);
    buf_print(out,
              " HTTP/1.1\" 200 %u \"https://shop.example/\" \"Mozilla/5.0 (Linux; Android 13) "
              "AppleWebKit/537.36\"\n",
              (unsigned)(draw(random) % 90000));
}

static void json_put(uint64_t *random, uint64_t i, struct buf *out)
{
    buf_print(out,
              "{\"time_iso8601\":\"2023-11-20T%02u:%02u:%02u+09:00\",\"remote_addr\":\"10.%u.%u.9\",\"remote_"
              "user\":\"\",",
              (unsigned)(i / 360000 % 24), (unsigned)(i / 6000 % 60), (unsigned)(i / 100 % 60),
              (unsigned)(draw(random) % 4), (unsigned)(draw(random) % 250));
    buf_text(out, "\"request_method\":\"GET\",\"request_uri\":\"");
    target_put(random, out);
    buf_print(out,
              "\",\"status\":200,\"body_bytes_sent\":%u,\"http_referer\":\"https://shop.example/\","
              "\"http_user_agent\":\"Mozilla/5.0 (Linux; Android 13)\",\"request_time\":0.012}\n",
              (unsigned)(draw(random) % 90000));
}

static void pgcsv_put(uint64_t *random, uint64_t i, struct buf *out)
{
    buf_print(
        out,
        "2023-11-20 %02u:%02u:%02u.123 KST,\"shop\",\"shopdb\",4711,\"10.0.0.%u:54321\",655b.1,1,\"SELECT\","
        "2023-11-20 09:59:00 KST,3/7,0,LOG,00000,\"AUDIT: SESSION,%llu,1,READ,SELECT,TABLE,public.customers,"
        "\"\"select name, email from customers where ref = $1\"\",<not logged>,1\",,,,,,,,,\"psql\",\"client "
        "backend\",,0\n",
        (unsigned)(i / 360000 % 24), (unsigned)(i / 6000 % 60), (unsigned)(i / 100 % 60),
        (unsigned)(draw(random) % 250), (unsigned long long)i);
}

static const struct {
    const char *name;
    enum weblog_kind kind;
    void (*put)(uint64_t *random, uint64_t i, struct buf *out);
} logs[] = {{"combined", WEBLOG_NGINX, combined_put},
            {"json", WEBLOG_JSON, json_put},
            {"pgcsv", WEBLOG_PGCSV, pgcsv_put}};

/* In blocks, as a file comes. */
static void run(const char *name, enum weblog_kind kind, struct slice text, bool match)
{
    SCOPED(weblog_free) struct weblog *log = NULL;
    SCOPED(routes_free) struct routes *routes = NULL;
    struct slice items[COUNT_OF(route_texts)];
    struct weblog_line line;
    uint64_t lines = 0, matched = 0, bad = 0;
    for (size_t i = 0; i < COUNT_OF(items); i++) items[i] = slice_text(route_texts[i]);
    need(weblog_new(&(struct weblog_options){.kind = kind}, &log), "log");
    need(routes_new(items, COUNT_OF(items), &routes), "routes");
    struct took took = {now_ns(), cpu_ns()};
    for (size_t from = 0; from < text.len;) {
        struct slice rest = slice_part(text, from, BLOCK_BYTES);
        size_t block = rest.len;
        bool last = block == text.len - from;
        enum weblog_got got = WEBLOG_MORE;
        while ((got = weblog_next(log, &rest, last, &line)) != WEBLOG_MORE) {
            struct route_match found;
            lines++;
            bad += got != WEBLOG_LINE;
            matched += match && routes_match(routes, &line, &found);
        }
        from += block - rest.len;
    }
    took = (struct took){now_ns() - took.wall_ns, cpu_ns() - took.cpu_ns};
    if (bad > 0 || lines == 0 || (match && matched == 0))
        give_up("%s: %llu broken lines", name, (unsigned long long)bad);
    SCOPED(buf_done) struct buf what = {0};
    buf_print(&what, "%s %s", match ? "parse and match" : "parse", name);
    round_print(buf_c(&what), text.len / lines, lines, took, NULL);
}

int main(int argc, char **argv)
{
    uint64_t lines = argument(argc, argv, "--lines", 1000000), rounds = argument(argc, argv, "--rounds", 3);
    for (size_t at = 0; at < COUNT_OF(logs); at++) {
        SCOPED(buf_done) struct buf text = {0};
        uint64_t random = 7;
        for (uint64_t i = 0; i < lines; i++) logs[at].put(&random, i, &text);
        for (uint64_t round = 0; round < rounds; round++) {
            run(logs[at].name, logs[at].kind, buf_slice(&text), false);
            run(logs[at].name, logs[at].kind, buf_slice(&text), true);
        }
    }
    return 0;
}
