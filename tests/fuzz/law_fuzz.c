/* Rule files that a shop wrote: read or refused with file, line and field; what is refused changes nothing. */
#include "answer/law/law.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const char *const names[] = {"id-mr20.yaml", "elements.yaml", "countries.yaml", "minors.yaml"};
    static struct law *law; /* for the whole run: nothing here may change it */
    if (!law && law_load(NULL, &law).code != CODE_OK) __builtin_trap();
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct result result = law_check(law, names[i], (struct slice){data, len});
        if (result.code == CODE_OK) continue;
        if (result.cause != CAUSE_CONFIG) __builtin_trap();
        if (strncmp(result_text(), names[i], strlen(names[i])) != 0) __builtin_trap();
    }
    return 0;
}
