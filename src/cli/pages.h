/*
 * The pages of docs/errors/, carried inside the program, so that `amanah help CODE` needs no network and no files.
 * Made by pages.py. Main call: page_text(). Example: const char *page = page_text("subject.erased");
 */
#ifndef AMN_CLI_PAGES_H
#define AMN_CLI_PAGES_H

/* The page of an error slug, or NULL. Static. */
const char *page_text(const char *slug);

#endif
