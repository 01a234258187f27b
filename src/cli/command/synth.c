#include "cli/synth.h"
#include "cli/commands.h"
#include "cli/show.h"

static RESULT print_bytes(void *context, struct slice text)
{
    (void)context;
    show_slice(text);
    return show_end();
}

RESULT command_synth(struct call *call)
{
    uint64_t subjects = 0, seed = 0;
    struct slice given = {0};
    TRY(call_need(call, OPT_SUBJECTS, &given));
    TRY(call_need(call, OPT_SEED, &given));
    TRY(call_number(call, OPT_SUBJECTS, 0, UINT32_MAX, &subjects));
    TRY(call_number(call, OPT_SEED, 0, UINT64_MAX, &seed));
    return synth_write((struct synth_sink){NULL, print_bytes}, subjects, seed);
}
