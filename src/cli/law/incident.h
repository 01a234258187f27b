/*
 * The case of an incident as the vault answers it, for the pages that are made of facts from the command line too.
 *
 * Main call: incident_case_read(). Example:
 *     TRY(incident_case_read(call, id, &answer, &read));  TRY(law_clocks(law, &read.facts, false, &clocks));
 */
#ifndef AMN_CLI_LAW_INCIDENT_H
#define AMN_CLI_LAW_INCIDENT_H

#include "answer/law/clocks.h"
#include "cli/client.h"
#include "cli/law/case.h"
#include "cli/law/sheet.h"

/* Ask for its deadlines. `answer.shown`: it was printed already (--json, --output-curl); then there is no case. */
RESULT incident_case_read(struct call *call, struct answer *answer, struct case_read *out);

/* Take out the clocks that the vault does not count: supplements where nothing was reported yet. */
void incident_clocks_keep(struct doc answer, struct law_clocks *clocks);

/* Below the clocks: who took which, who was told, what proves what was done. */
void incident_clocks_sheet(struct sheet *sheet, struct doc answer);

/* How much of what each duty must say is known, what is missing, and who could know. */
RESULT command_incident_readiness(struct call *call);

#endif
