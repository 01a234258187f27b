/* For the oracles: lines `country TAB telephone` in, the normal form or `-` out, one a line. Made-up numbers only. */
#include "keep/normalise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
    char *line = NULL;
    size_t room = 0;
    for (ssize_t len = getline(&line, &room, stdin); len > 0; len = getline(&line, &room, stdin)) {
        line[strcspn(line, "\n")] = 0;
        char *tab = strchr(line, '\t');
        if (!tab) return EXIT_FAILURE;
        struct slice country = {(const uint8_t *)line, (size_t)(tab - line)};
        SCOPED(buf_done) struct buf out = {0};
        bool good = normalise(NORMALISE_PHONE, slice_text(tab + 1), country, &out).code == CODE_OK;
        if (puts(good ? buf_c(&out) : "-") < 0) return EXIT_FAILURE;
    }
    free(line);
    return EXIT_SUCCESS;
}
