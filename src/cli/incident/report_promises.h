/*
 * Promises on the paper for those who answer for the shop: how each stands, by when it is kept, and the hash of what shows it.
 */
#ifndef AMN_CLI_INCIDENT_REPORT_PROMISES_H
#define AMN_CLI_INCIDENT_REPORT_PROMISES_H

#include "base/doc.h"
#include "cli/incident/paper.h"

/* @param promises  as promise list answers; empty: they are not for who asks */
void report_promises(struct paper *paper, struct doc promises);

#endif
