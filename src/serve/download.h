/*
 * Files on their way to a client: one of the keeper's pieces after another, each asked for when the one before has left,
 * so that a file of any length takes one piece of memory. A piece that does not come ends the connection: a cut file.
 *
 * Main call: download_answer(), for the answer to a request of REPLY_FILE that wants all of it.
 */
#ifndef AMN_SERVE_DOWNLOAD_H
#define AMN_SERVE_DOWNLOAD_H

#include "base/asks.h"

struct request;

/* The keeper's answer with a piece: of the first one the reply begins. Only without a failure, or once it has begun. */
void download_answer(struct request *request, const struct answer_head *head, struct slice body);
void download_late(struct request *request); /* none came in time */
void download_done(struct request *request);

#endif
