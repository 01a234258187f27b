/* How quick texts of notices are made: notice_bench COUNT [each]. One line of JSON, for each language in turn; `each`: every text is
 * made from its template, as if nobody shared a page. */
#include "answer/notice/says.h"
#include "base/clock.h"
#include "mail/texts.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 200000;
    struct fields fields;
    struct spec spec = {
        .kind = NOTICE_FIRST, .count = 1, .languages = 7, .since_us = SECOND_US, .until_us = SECOND_US};
    SCOPED(says_free) struct says *says = NULL;
    fields_init(&fields);
    for (size_t i = 0; i < SPEC_LANGUAGES; i++)
        spec.texts[i] = slice_text(mail_notice_text(slice_text(mail_language(i)), "notice"));
    spec.facts[spec.fact_count++] =
        (struct spec_fact){SLICE_TEXT("contact"), {0}, SLICE_TEXT("privacy@shop.example")};
    if (argc > 2) /* what is no UTF-8 could hold the marks of a page: none is kept then */
        spec.facts[spec.fact_count++] = (struct spec_fact){SLICE_TEXT("unused"), {0}, SLICE_TEXT("\xff")};
    if (says_new(&spec, &fields, SLICE_TEXT("Toko"), SLICE_TEXT("toko@shop.example"), &says).code != CODE_OK)
        return 2;
    static const struct slice names[] = {
        {(const uint8_t *)"Siti Rahma", 10}, {(const uint8_t *)"Ana Lim", 7}, {(const uint8_t *)"Budi", 4}};
    uint64_t combinations[40]; /* of fields: what a few suspicions, evidence and looks of roles come to */
    for (size_t i = 0; i < COUNT_OF(combinations); i++)
        combinations[i] =
            1u << FIELD_NAME | 1u << FIELD_EMAIL | 1u << FIELD_ADDRESS | (uint64_t)i << FIELD_POSTCODE;
    for (size_t i = 0; i < SPEC_LANGUAGES; i++) {
        SCOPED(buf_done) struct buf subject = {0}, body = {0};
        struct notice_person person = {.lang = slice_text(mail_language(i)),
                                       .name = SLICE_TEXT("Siti Rahma"),
                                       .code = SLICE_TEXT("7k2m9-7k2m9-7k2m9-7k2m9-7k2m9-7"),
                                       .known = 1u << FIELD_NAME | 1u << FIELD_EMAIL | 1u << FIELD_ADDRESS};
        int64_t from_us = clock_monotonic_us();
        size_t bytes = 0;
        for (size_t n = 0; n < count; n++) {
            subject.len = body.len = 0;
            person.known = combinations[n % COUNT_OF(combinations)]; /* no two in a row have the same */
            person.name = names[n % COUNT_OF(names)];
            says_write(says, &person, &subject, &body);
            bytes = body.len;
        }
        double seconds = (double)(clock_monotonic_us() - from_us) / SECOND_US;
        printf("{\"lang\": \"%s\", \"bytes\": %zu, \"per_second\": %.0f}\n", mail_language(i), bytes,
               (double)count / seconds);
    }
    return 0;
}
