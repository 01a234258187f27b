/* Tables of words that a shop wrote, and texts that are held against the program's own. */
#include "answer/words/words.h"
#include "base/text.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct wording *wording;
    static const uint64_t numbers[] = {4536};
    static struct words_findings findings;
    struct slice bytes = {data, len};
    const struct words_facts facts = {.confirmed = true,
                                      .open = true,
                                      .numbers = numbers,
                                      .number_count = 1,
                                      .texts = &bytes,
                                      .text_count = utf8_valid(bytes)};
    struct result table = wording_check("own/lint.txt", bytes);
    if (table.code != CODE_OK && table.cause != CAUSE_CONFIG) __builtin_trap();
    if (!wording && wording_load(NULL, &wording).code != CODE_OK) __builtin_trap();
    static const char *const languages[] = {"en", "id", "ko"};
    for (size_t i = 0; i < COUNT_OF(languages); i++) {
        const struct words_text text = {slice_text(languages[i]), WORDS_NOTICE, bytes, bytes};
        struct result linted = words_lint(wording, &text, &facts, &findings);
        if ((linted.code == CODE_OK) != (utf8_valid(bytes) && len <= WORDS_TEXT_BYTES_MAX)) __builtin_trap();
    }
    return 0;
}
