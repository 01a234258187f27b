/*
 * What it costs to list and to erase somebody who was looked at very often within one hour. Not in the suite:
 *     seen_bench LOOKS [REASON]     then, with PEOPLE in each look, proofs of a wide one
 */
#include "people.h"

#include <unistd.h>

enum { WIDE = 1000 };

static double ms_since(int64_t began_us)
{
    return (double)(clock_monotonic_us() - began_us) / 1000;
}

static void pages(struct people *people, const char *id, uint64_t limit, const char *what)
{
    char next[24] = "";
    size_t items = 0, count = 0;
    double worst = 0;
    int64_t began_us = clock_monotonic_us();
    for (bool more = true; more && count < 50; count++) {
        struct subject_sightings_ask ask = {.id = slice_text(id), .after = slice_text(next), .limit = limit};
        int64_t page_us = clock_monotonic_us();
        assert_int_equal(people_once(people, VERB_SUBJECT_SIGHTINGS, &ask), CAUSE_OK);
        if (ms_since(page_us) > worst) worst = ms_since(page_us);
        items += people_items(people, 0, NULL);
        more = people->body.at[people->body.len - 1] != 0xf6; /* null */
        if (!more) break;
        struct slice text = people_text(people, "next");
        memcpy(next, text.at, text.len);
        next[text.len] = 0;
    }
    printf("%s: %zu pages, %zu items, %.1f ms, worst page %.1f ms\n", what, count, items, ms_since(began_us),
           worst);
}

int main(int argc, char **argv)
{
    size_t looks = argc > 1 ? strtoul(argv[1], NULL, 10) : 200000;
    char id[ID_BYTES_MAX + 1], wide[WIDE][ID_BYTES_MAX + 1];
    const char *all[WIDE];
    struct people people;
    people_begin(&people);
    people_make(&people, "seen", id);
    for (size_t i = 0; i < WIDE; i++) {
        char ref[16];
        (void)snprintf(ref, sizeof ref, "wide%zu", i);
        people_make(&people, ref, wide[i]);
        all[i] = wide[i];
    }
    for (int i = 0; i < 10; i++) people_look(&people, all, WIDE, NULL);
    people_run(&people);
    for (size_t i = 0; i < looks; i++) {
        people_look(&people, (const char *[]){id}, 1, argc > 2 ? argv[2] : NULL);
        if (i % KEEPER_BATCH_MAX == KEEPER_BATCH_MAX - 1) {
            people.now_us -= 900;
            people_run(&people);
        }
    }
    people_run(&people);
    printf("%zu looks, refused %llu\n", looks, (unsigned long long)people.refused);
    pages(&people, id, 1, "limit 1");
    pages(&people, id, 1000, "limit 1000");
    struct subject_sightings_ask proofs = {.id = slice_text(wide[0]), .limit = 10, .proofs = true};
    int64_t began_us = clock_monotonic_us();
    assert_int_equal(people_once(&people, VERB_SUBJECT_SIGHTINGS, &proofs), CAUSE_OK);
    printf("proofs of %zu looks at %d people: %.1f ms\n", people_items(&people, 0, NULL), WIDE,
           ms_since(began_us));
    struct subject_erase_ask erase = {.id = slice_text(id)};
    began_us = clock_monotonic_us();
    assert_int_equal(people_once(&people, VERB_SUBJECT_ERASE, &erase), CAUSE_OK);
    printf("erase: %.1f ms\n", ms_since(began_us));
    people_end(&people);
    return 0;
}
