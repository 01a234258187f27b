/* The playbooks of the program, and of the home that --home or AMANAH_HOME names. As playbooks_load(). */
#ifndef AMN_CLI_INCIDENT_BOOKS_H
#define AMN_CLI_INCIDENT_BOOKS_H

#include "answer/playbook/playbook.h"
#include "cli/call.h"

RESULT books_open(const struct call *call, struct playbooks **out);

#endif
