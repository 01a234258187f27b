/*
 * Ask the vault one thing and print what it says: most commands are this.
 *
 * --json prints the answer as one document, of a refusal as well; --output-curl prints the call instead. Main call:
 * ask_and_show(). Example: return ask_and_show(call, VERB_SELF, &ask, show_self);
 */
#ifndef AMN_CLI_ASK_H
#define AMN_CLI_ASK_H

#include "cli/client.h"

/* Prints a good answer in words. */
typedef void show_answer(const struct call *call, struct doc answer);

/* Open the vault, ask, print, close. Whatever client_open() and client_ask() refuse. */
RESULT ask_and_show(struct call *call, enum verb verb, const void *ask, show_answer *words);

/* The same of a list: follows `next` to the last page and prints all items as one. `after` is that member of `ask`. */
RESULT ask_pages(struct call *call, enum verb verb, void *ask, struct slice *after, show_answer *words);

/* Every page on an open client, joined: {items} is appended to `out`. */
RESULT ask_all_pages(struct call *call, struct client *client, enum verb verb, void *ask, struct slice *after,
                     struct buf *out);

/* The same on an open client; `answer` stays with the caller. For commands that ask several things. */
RESULT ask_answer(struct call *call, struct client *client, enum verb verb, const void *ask,
                  struct answer *out);

#endif
