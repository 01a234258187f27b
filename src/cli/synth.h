/*
 * Made-up customers: Korean, Indonesian and English ones (two, two and one of five), the same for a seed everywhere.
 *
 * For demo, tests and benchmarks. Must never hold a real person's data: names are drawn from lists, phones stand in
 * ranges that no carrier hands out (010-0 and 010-1, 0890 to 0894, 555-01XX and area codes N9X), mail addresses under
 * the names of RFC 2606. Stands on base alone, so that other programs compile it in. Main call: synth_write().
 * Example: `struct synth_customer one; synth_customer(7, 0, &one);` is the first row of `synth_write(sink, 1, 7)`.
 */
#ifndef AMN_CLI_SYNTH_H
#define AMN_CLI_SYNTH_H

#include "base/bytes.h"

/* Texts of the columns, UTF-8, zero-terminated; "" where the customer has none. */
struct synth_customer {
    char ref[24];   /* C0000001 for number 0, and so on; unique */
    char name[64];  /* in its script */
    char email[80]; /* unique */
    char phone
        [24]; /* in national form; about one customer in 100 has the phone and address of the one before */
    char birth_date[12]; /* 1987-05-28 */
    char address[192];   /* has commas */
    char postcode[8];
    char recipient[64]; /* mostly the name */
    char door_code[16];
    char country[4];     /* KR, ID, US */
    char lang[4];        /* ko, id, en */
    char order_ref[24];  /* the four order columns are filled for four in five */
    char ordered_at[24]; /* 2025-03-14T09:26:53Z */
    char goods[64];
    char total[24]; /* "KRW 39000" */
};

/* Customer `n`, from 0. Any numbers are fine. About 0.3 us. */
void synth_customer(uint64_t seed, uint64_t n, struct synth_customer *out);

struct synth_sink {
    void *context;
    RESULT(*bytes)
    (void *context, struct slice text); /* about 64 KiB at once; its failure ends the writing */
};

/*
 * Write CSV (RFC 4180, LF, UTF-8): a header with the names of struct synth_customer's members in their order, then
 * customers 0 … subjects - 1. Returns the sink's failure. About 0.35 us a row.
 */
RESULT synth_write(struct synth_sink sink, uint64_t subjects, uint64_t seed);

#endif
