/* Playbooks that a shop wrote: read or refused with file, line and field. */
#include "answer/playbook/playbook.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const char name[] = "lost_device.yaml";
    struct result result = playbook_check(name, (struct slice){data, len});
    if (result.code == CODE_OK) return 0;
    if (result.cause != CAUSE_CONFIG) __builtin_trap();
    if (strncmp(result_text(), name, strlen(name)) != 0) __builtin_trap();
    return 0;
}
