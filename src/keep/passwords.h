/*
 * Leaked passwords, as their SHA-1 and how often each was seen: what a sign-up asks before it takes one. Lists in files:
 * one that the shop brings (Have I Been Pwned, ordered by hash), and one of each dump that was matched.
 *
 *     "AMNPWD01" ‖ be64 count ‖ count times (20 bytes SHA-1 ‖ be32 times seen), ascending
 *
 * A list holds nobody's data: not whose a password was, nor the password. Must never be given one in clear but to hash it.
 * Main calls: passwords_range(), password_writer_put(). Example:
 *     TRY(passwords_range(path, prefix, take, &lines));
 */
#ifndef AMN_KEEP_PASSWORDS_H
#define AMN_KEEP_PASSWORDS_H

#include "crypto/crypto.h"

enum { PASSWORD_PREFIX_BITS = 20, PASSWORD_RANGE_MAX = 200000, PASSWORDS_FOUND_MAX = 4 * 1024 * 1024 };

struct password_seen {
    uint8_t sha1[SHA1_BYTES];
    uint32_t times;
};

/*
 * Those of a list whose first 20 bits are `prefix`, ascending, to `each` while it wants more. NOT_FOUND: there is no such file; CORRUPT: it is
 * no list; TOO_MANY beyond PASSWORD_RANGE_MAX. Cost: some 30 reads of 24 bytes, and the range.
 */
RESULT passwords_range(const char *path, uint32_t prefix,
                       bool (*each)(void *context, const struct password_seen *seen), void *context);

/* A list on its way: written beside, put in place when it is whole. */
struct password_writer;
RESULT password_writer_new(const char *path, struct password_writer **out);
/* INVALID unless it is behind the one before. */
RESULT password_writer_put(struct password_writer *writer, const struct password_seen *seen);
RESULT password_writer_end(struct password_writer *writer, uint64_t *count); /* durable, in its place */
void password_writer_free(struct password_writer **writer);                  /* what was not ended is gone */

/* "HEX40:COUNT", as the list of Have I Been Pwned has it, without the line's end. False: no such line. */
bool password_line_get(struct slice line, struct password_seen *out);

/* Hashes of one dump, gathered in memory: at most PASSWORDS_FOUND_MAX times 20 bytes, what comes after is counted only. */
struct passwords_found {
    struct buf hashes;
    uint64_t over;
};
void passwords_found_add(struct passwords_found *found, struct slice password);
/* Without what the list at `path` has of them, so that a file in another packing counts once. NOT_FOUND: there is no such list. */
RESULT passwords_found_less(struct passwords_found *found, const char *path);
uint64_t passwords_found_distinct(struct passwords_found *found);
/* In order, each once with how often it came, to a list at `path`. Nothing found: writes nothing. */
RESULT passwords_found_write(struct passwords_found *found, const char *path);
void passwords_found_done(struct passwords_found *found);

#endif
