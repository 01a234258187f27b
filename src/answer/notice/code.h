/*
 * Notice codes and return paths: what a notice carries so that it can be told from a false one, and so that a bounce
 * finds its row. Both are computed, nothing is stored: one AES block of (run, subject, zeros). Whoever makes one up
 * hits zeros at 2^-72. Nobody without the key can tell which run or customer a code is of. Example:
 *     notice_code_put(codes, run, no, &text);       -> 7k2m-9q…, 26 symbols in groups
 */
#ifndef AMN_ANSWER_NOTICE_CODE_H
#define AMN_ANSWER_NOTICE_CODE_H

#include "keep/shop.h"

enum { CODE_ZEROS = 9, CODE_GROUP = 5 };

struct codes;
RESULT codes_new(struct shop *shop, struct codes **out);
void codes_free(struct codes **codes);

/* Append the code as people read it. */
void notice_code_put(struct codes *codes, uint32_t run, struct subject_no no, struct buf *out);
/* Read one as people write it: blanks, hyphens and capitals do not matter. False: it is none of ours. */
bool notice_code_get(struct codes *codes, struct slice text, uint32_t *run, struct subject_no *no);

/* Append the envelope sender: the shop's own address with a tag (VERP); and find the tag in one. */
void return_path_put(struct codes *codes, uint32_t run, struct subject_no no, struct slice from,
                     struct buf *out);
bool return_path_get(struct codes *codes, struct slice address, uint32_t *run, struct subject_no *no);

/* Append the left side of the Message-ID: the same for every attempt at the same notice. */
void message_id_put(struct codes *codes, uint32_t run, struct subject_no no, struct buf *out);

#endif
