/*
 * The client's side of one connection to a mail host, without the connection: bytes that came in go in, bytes to be
 * written come out, and word of each mail. No socket, no clock, no TLS: so every answer a host can give is a test.
 *
 * Many mails go over one connection. Where the host offers PIPELINING, the envelope of the next mail leaves together with
 * the end of the one before (RFC 2920 section 3.1), so that a mail costs one round trip. Two mails are in a talk at most.
 *
 * What must never happen: a mail told as MAIL_UNTOUCHED whose last dot may have reached the host. From the moment that
 * any byte of it is taken for writing until the host's answer a mail is MAIL_LOST if the connection ends.
 *
 * Main calls: talk_begin(), talk_input(), talk_output(), talk_give(), talk_word(), talk_end(). Example:
 *     talk_begin(&talk, route, false);
 *     while (talk_wants(&talk)) talk_give(&talk, &job);
 *     talk_input(&talk, bytes);  write(fd, talk_output(&talk));  talk_written(&talk, n);
 */
#ifndef AMN_MAIL_BULK_TALK_H
#define AMN_MAIL_BULK_TALK_H

#include "mail/bulk/reply.h"
#include "mail/sender.h"

enum {
    TALK_MAILS = 2,
    TALK_WORDS = 8,
    TALK_EXPECTED = 16,
    TALK_IN_BYTES_MAX = 256 * 1024 /* of a reply that does not end */
};

/* Word of one mail, with what the host said last of it. */
struct bulk_word {
    struct mail_done done;
    char text[REPLY_TEXT_BYTES_MAX + 1];
};

enum talk_phase {
    TALK_GREETING,
    TALK_HELLO,
    TALK_STARTTLS, /* asked for; its answer is waited for */
    TALK_SECURE,   /* the owner makes the connection secure now, and calls talk_secured() */
    TALK_SIGN_IN,
    TALK_READY, /* mails go over it */
    TALK_LEAVING,
    TALK_OVER /* nothing more can be had from it: close it */
};

enum talk_reply {
    EXPECT_HELLO = 1,
    EXPECT_HELO,
    EXPECT_STARTTLS,
    EXPECT_USER,     /* of AUTH LOGIN */
    EXPECT_PASSWORD, /* the same, its second step */
    EXPECT_SIGN_IN,
    EXPECT_RESET,
    EXPECT_MAIL,
    EXPECT_RCPT,
    EXPECT_DATA,
    EXPECT_DOT,
    EXPECT_DOT_NOBODY, /* ends a mail that nobody was to get */
    EXPECT_QUIT
};

/* A mail in the talk. */
struct talk_mail {
    struct mail_job job;
    unsigned tries; /* connections that it was on, with this one */
    bool there;
    bool asked;      /* MAIL was put out */
    bool open;       /* the host said yes to it */
    bool failed;     /* the host said no to some of it: `word` says what */
    bool content;    /* its content was put out, or the dot of a mail that nobody was to get */
    uint64_t dot_at; /* where the last dot stands in all that was ever put out; 0: not put out */
    struct bulk_word word;
};

struct talk {
    enum talk_phase phase;
    const struct mail_route *route;
    bool secure;     /* TLS is on, or was never to be */
    bool no_ehlo;    /* the host knows HELO only */
    uint32_t offers; /* bits of enum smtp_offer */
    bool one_by_one; /* no pipelining */
    struct buf in, out;
    uint64_t out_first, out_taken; /* offsets of what stands in `out`, and of what was written of it */
    uint8_t expected[TALK_EXPECTED];
    size_t expected_first, expected_count;
    struct talk_mail mails[TALK_MAILS]; /* [0] is the older one */
    struct bulk_word words[TALK_WORDS];
    size_t word_count;
    uint64_t accepted;   /* mails that the host took over this connection */
    bool limit_reached;  /* the host takes no more over this connection, but did before */
    bool reset;          /* RSET goes before the next MAIL */
    uint16_t reply;      /* the host's last one, when it would not go on */
    const char *problem; /* why it is over, in words; NULL: it ended well */
    bool leaving;        /* no more mails: goodbye behind the last one */
};

/* `secure`: TLS is on already (smtps). The route must outlive the talk. */
void talk_begin(struct talk *talk, const struct mail_route *route, bool secure);
void talk_done(struct talk *talk); /* frees; every mail must have been told of */

/* Bytes that came from the host. */
void talk_input(struct talk *talk, struct slice bytes);
/* What is to be written, and that so many bytes of it were, or may have been. */
struct slice talk_output(const struct talk *talk);
void talk_written(struct talk *talk, size_t bytes);
/* TLS stands: the talk goes on. */
void talk_secured(struct talk *talk);

bool talk_wants(const struct talk *talk); /* does it take a mail now? */
bool talk_idle(const struct talk *talk);  /* ready, and without a mail */
/* Takes the mail over. `tries`: connections that it was on before. */
void talk_give(struct talk *talk, struct mail_job *job, unsigned tries);
void talk_leave(struct talk *talk); /* say goodbye when the last mail is told of */

/* The connection is gone, or is given up: word of every mail that may have arrived. `problem`: in words, static. */
void talk_end(struct talk *talk, const char *problem);
/* After talk_end(): a mail of it that certainly did not arrive, with how many connections it was on. False: no more. */
bool talk_back(struct talk *talk, struct mail_job *out, unsigned *tries);

/* The next word. False: there is none now. */
bool talk_word(struct talk *talk, struct bulk_word *out);

#endif
