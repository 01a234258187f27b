/*
 * Codes and checks of vouchers a second, one thread; and what a campaign's people cost when it is opened: their set made
 * and named by its hash; `size` of `…_bytes` is what is stored of them.
 * voucher_bench [--codes N] [--people N]: lines as measure.h has them.
 */
#include "answer/incident/kept_set.h"
#include "answer/redress/code.h"
#include "measure.h"

#include <stdlib.h>

enum { PIECE = 65536, PARTS = 4 };

static void codes_and_checks(struct crypto *crypto, uint64_t count)
{
    static char texts[PIECE][VOUCHER_TEXT_BYTES];
    const struct code_of of = {1, 1, 1};
    struct times none = {0};
    struct took make = {0}, check = {0};
    SECRET key = {{7}};
    SCOPED(voucher_codes_free) struct voucher_codes *codes = NULL;
    need(voucher_codes_new(crypto, &key, &codes), "codes");
    for (uint64_t first = 0; first < count; first += PIECE) {
        uint64_t wall = now_ns(), cpu = cpu_ns();
        need(voucher_codes_make(codes, of, first, PIECE, texts), "make");
        make.wall_ns += now_ns() - wall;
        make.cpu_ns += cpu_ns() - cpu;
        wall = now_ns();
        cpu = cpu_ns();
        for (uint64_t i = 0; i < PIECE; i++) {
            struct ff1_halves numerals = {0};
            uint64_t serial = 0;
            if (code_typed((struct slice){(uint8_t *)texts[i], VOUCHER_TEXT_BYTES}, &numerals) != TYPED_CODE)
                give_up("a code of ours has no good check symbol");
            need(voucher_codes_serial(codes, of, numerals, first + PIECE, &serial), "check");
            if (serial != first + i) give_up("a code leads to another serial");
        }
        check.wall_ns += now_ns() - wall;
        check.cpu_ns += cpu_ns() - cpu;
    }
    uint64_t done = (count + PIECE - 1) / PIECE * PIECE;
    round_print("codes", done, done, make, &none);
    round_print("checks", done, done, check, &none);
}

/* What is stored of a campaign's people: their set, which the count of the leak has kept already. */
static uint64_t set_bytes(struct set *set)
{
    SCOPED(buf_done) struct buf bytes = {0};
    for (size_t place = 0; place < set_chunk_count(set); place++) {
        uint64_t chunk = 0;
        set_chunk_get(set, place, &chunk, &bytes);
    }
    return bytes.len;
}

static void campaign(struct crypto *crypto, uint64_t people, bool scattered)
{
    struct times none = {0};
    struct hash hash = {{0}};
    uint64_t random = 7;
    SCOPED(set_done) struct set exposed = {0}, union_of = {0};
    if (!scattered) set_add_range(&exposed, 1, people);
    for (uint64_t no = 1; scattered && no <= people + people / 2; no++) {
        if (draw(&random) % 3 > 0) (void)set_add(&exposed, no);
    }
    uint64_t wall = now_ns(), cpu = cpu_ns();
    set_union_in(&union_of, &exposed); /* as a count's parts are put together */
    set_hash(crypto, &union_of, &hash);
    const struct took took = {now_ns() - wall, cpu_ns() - cpu};
    round_print(scattered ? "campaign_scattered" : "campaign_everybody", set_count(&union_of) * PARTS, 1,
                took, &none);
    round_print(scattered ? "campaign_scattered_bytes" : "campaign_everybody_bytes", set_bytes(&union_of), 1,
                (struct took){0}, &none);
}

int main(int argc, char **argv)
{
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    need(crypto_new(&crypto), "crypto");
    codes_and_checks(crypto, argument(argc, argv, "--codes", 4194304));
    campaign(crypto, argument(argc, argv, "--people", 34000000), false);
    campaign(crypto, argument(argc, argv, "--people", 34000000), true);
    return 0;
}
