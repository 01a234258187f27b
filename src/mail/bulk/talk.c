#include "mail/bulk/talk.h"

#include "base/text.h"
#include "mail/mail_priv.h"
#include "mail/mime.h"

#include <assert.h>
#include <string.h>

enum {
    CODE_READY = 220,
    CODE_SIGNED_IN = 235,
    CODE_GO_ON = 334,
    CODE_CONTENT = 354,
    CODE_CLOSING = 421,
    CODE_NONE_LATER = 400,
    CODE_NONE_EVER = 500,
    CODE_END = 600
};

static bool yes(uint16_t code)
{
    return code >= 200 && code < 300;
}

static void over(struct talk *talk, const char *problem, uint16_t reply)
{
    talk->phase = TALK_OVER;
    talk->problem = problem;
    talk->reply = reply;
}

static void expect(struct talk *talk, enum talk_reply what)
{
    assert(talk->expected_count < TALK_EXPECTED);
    talk->expected[(talk->expected_first + talk->expected_count++) % TALK_EXPECTED] = (uint8_t)what;
}

static void command(struct talk *talk, enum talk_reply what, const char *text)
{
    buf_text(&talk->out, text);
    buf_text(&talk->out, "\r\n");
    expect(talk, what);
}

/* The name for EHLO stands as the path of the route's URL. */
static const char *hello_name(const struct mail_route *route)
{
    const char *url = (const char *)route->url.at, *slash = strrchr(url, '/');
    return slash && slash[1] ? slash + 1 : "localhost";
}

static void hello(struct talk *talk)
{
    buf_print(&talk->out, "%s %s\r\n", talk->no_ehlo ? "HELO" : "EHLO", hello_name(talk->route));
    expect(talk, talk->no_ehlo ? EXPECT_HELO : EXPECT_HELLO);
    talk->phase = TALK_HELLO;
}

static void base64_line(struct talk *talk, const char *before, struct slice bytes, enum talk_reply what)
{
    buf_text(&talk->out, before);
    base64_put(&talk->out, bytes);
    command(talk, what, "");
}

static void sign_in(struct talk *talk)
{
    const struct mail_route *route = talk->route;
    SCOPED(buf_done) struct buf both = {0};
    talk->phase = TALK_SIGN_IN;
    if (talk->offers & OFFER_PLAIN) {
        buf_byte(&both, 0);
        buf_slice_put(&both, buf_slice(&route->user));
        buf_byte(&both, 0);
        buf_slice_put(&both, buf_slice(&route->password));
        base64_line(talk, "AUTH PLAIN ", buf_slice(&both), EXPECT_SIGN_IN);
    } else if (talk->offers & OFFER_LOGIN) {
        command(talk, EXPECT_USER, "AUTH LOGIN");
    } else {
        over(talk, "the mail host offers no way to sign in that we know", 0);
    }
}

/* The host told who it is: TLS first, then the sign-in, then mails. */
static void greeted(struct talk *talk)
{
    talk->one_by_one = !(talk->offers & OFFER_PIPELINING);
    if (!talk->secure && !(talk->offers & OFFER_STARTTLS)) {
        over(talk, "the mail host offers no STARTTLS", 0);
    } else if (!talk->secure) {
        talk->phase = TALK_STARTTLS;
        command(talk, EXPECT_STARTTLS, "STARTTLS");
    } else if (talk->route->user.len > 0) {
        sign_in(talk);
    } else {
        talk->phase = TALK_READY;
    }
}

void talk_begin(struct talk *talk, const struct mail_route *route, bool secure)
{
    *talk = (struct talk){.route = route, .secure = secure || route->clear};
}

void talk_done(struct talk *talk)
{
    for (size_t i = 0; i < TALK_MAILS; i++) assert(!talk->mails[i].there);
    buf_done(&talk->in);
    buf_done(&talk->out);
}

void talk_secured(struct talk *talk)
{
    assert(talk->phase == TALK_SECURE);
    talk->secure = true;
    talk->offers = 0; /* what was said in the clear counts for nothing: RFC 3207 section 4.2 */
    hello(talk);
}

struct slice talk_output(const struct talk *talk)
{
    return slice_from(buf_slice(&talk->out), (size_t)(talk->out_taken - talk->out_first));
}

void talk_written(struct talk *talk, size_t bytes)
{
    talk->out_taken += bytes;
    assert(talk->out_taken <= talk->out_first + talk->out.len);
    if (talk->out_taken < talk->out_first + talk->out.len) return;
    talk->out.len = 0; /* its bytes are written over by the next mail, and wiped at the end */
    talk->out_first = talk->out_taken;
}

/* One mail's envelope. */
static void rcpt_put(struct talk *talk, const struct talk_mail *mail)
{
    buf_text(&talk->out, "RCPT TO:<");
    buf_slice_put(&talk->out, buf_slice(&mail->job.to));
    command(talk, EXPECT_RCPT, ">");
}

static void envelope_put(struct talk *talk, struct talk_mail *mail)
{
    bool utf8 = !text_ascii(buf_slice(&mail->job.to));
    if (talk->reset) command(talk, EXPECT_RESET, "RSET");
    talk->reset = false;
    mail->asked = true;
    buf_text(&talk->out, "MAIL FROM:<");
    buf_slice_put(&talk->out, buf_slice(&mail->job.from));
    command(talk, EXPECT_MAIL, utf8 ? "> SMTPUTF8" : ">");
    if (talk->one_by_one) return;
    rcpt_put(talk, mail);
    command(talk, EXPECT_DATA, "DATA");
}

/* RFC 5321 section 4.5.2: a line that begins with a dot gets one more. */
static void content_put(struct talk *talk, struct talk_mail *mail)
{
    struct slice rest = buf_slice(&mail->job.message);
    buf_reserve(&talk->out, rest.len + rest.len / 64 + 8);
    while (rest.len > 0) {
        const uint8_t *end = memchr(rest.at, '\n', rest.len);
        size_t len = end ? (size_t)(end - rest.at) + 1 : rest.len;
        if (rest.at[0] == '.') buf_byte(&talk->out, '.');
        buf_put(&talk->out, rest.at, len);
        rest = slice_from(rest, len);
    }
    mail->content = true;
    mail->dot_at = talk->out_first + talk->out.len;
    command(talk, EXPECT_DOT, ".");
}

static void word_add(struct talk *talk, const struct bulk_word *word)
{
    assert(talk->word_count < TALK_WORDS);
    talk->words[talk->word_count++] = *word;
}

static struct bulk_word word_of(const struct mail_job *job, enum mail_end end)
{
    return (struct bulk_word){.done = {.shop = job->shop,
                                       .id = job->id,
                                       .made_us = job->made_us,
                                       .attempts = job->attempts,
                                       .end = end}};
}

static void word_say(struct talk_mail *mail, enum mail_end end, const struct smtp_reply *reply)
{
    mail->word = word_of(&mail->job, end);
    mail->word.done.reply = reply->code;
    memcpy(mail->word.text, reply->text, sizeof mail->word.text);
}

/* The older mail, or the only one, is told of. */
static void mail_told(struct talk *talk, struct talk_mail *mail)
{
    word_add(talk, &mail->word);
    mail_job_done(&mail->job);
    if (mail == &talk->mails[0]) {
        talk->mails[0] = talk->mails[1];
        mail = &talk->mails[1];
    }
    *mail = (struct talk_mail){0};
}

/* Put out whatever may go now. */
static void go_on(struct talk *talk)
{
    struct talk_mail *older = &talk->mails[0], *newer = &talk->mails[1];
    if (talk->phase != TALK_READY) return;
    if (older->there && !older->asked) envelope_put(talk, older);
    bool may = older->content && !talk->one_by_one;
    if (newer->there && !newer->asked && may) envelope_put(talk, newer);
    if (talk->leaving && !older->there && talk->expected_count == 0) {
        command(talk, EXPECT_QUIT, "QUIT");
        talk->phase = TALK_LEAVING;
    }
}

bool talk_wants(const struct talk *talk)
{
    if (talk->phase != TALK_READY || talk->leaving || talk->word_count + TALK_MAILS >= TALK_WORDS)
        return false;
    return !talk->mails[0].there || (!talk->one_by_one && !talk->mails[1].there);
}

bool talk_idle(const struct talk *talk)
{
    return talk->phase == TALK_READY && !talk->mails[0].there && talk->word_count == 0;
}

void talk_give(struct talk *talk, struct mail_job *job, unsigned tries)
{
    assert(talk_wants(talk));
    struct talk_mail *mail = &talk->mails[talk->mails[0].there ? 1 : 0];
    *mail = (struct talk_mail){.job = TAKE(*job), .tries = tries + 1, .there = true};
    bool utf8 = !text_ascii(buf_slice(&mail->job.to));
    if (utf8 && !(talk->offers & OFFER_SMTPUTF8)) { /* RFC 6531 section 3.2: it cannot go this way */
        mail->word = word_of(&mail->job, MAIL_REFUSED);
        (void)memcpy(mail->word.text, "no SMTPUTF8", sizeof "no SMTPUTF8");
        mail_told(talk, mail);
        return;
    }
    go_on(talk);
}

void talk_leave(struct talk *talk)
{
    talk->leaving = true;
    go_on(talk);
}

/* The mail that envelope commands are about: the first one that has not come to its content. */
static struct talk_mail *mail_asked(struct talk *talk)
{
    struct talk_mail *mail = &talk->mails[talk->mails[0].content ? 1 : 0];
    assert(mail->there && mail->asked);
    return mail;
}

static void fail(struct talk_mail *mail, const struct smtp_reply *reply)
{
    if (mail->failed) return; /* what came first says why */
    mail->failed = true;
    word_say(mail, reply->code >= CODE_NONE_EVER ? MAIL_REFUSED : MAIL_LATER, reply);
}

/* The host takes nothing more over this connection. */
static void no_more(struct talk *talk, const struct smtp_reply *reply, const char *problem)
{
    talk->limit_reached = talk->accepted > 0;
    over(talk, talk->limit_reached ? NULL : problem, reply->code);
}

static void at_mail(struct talk *talk, const struct smtp_reply *reply)
{
    struct talk_mail *mail = mail_asked(talk);
    if (!yes(reply->code)) {
        no_more(talk, reply, "the mail host refuses the sender's address");
        return;
    }
    mail->open = true;
    if (talk->one_by_one) rcpt_put(talk, mail);
}

static void at_rcpt(struct talk *talk, const struct smtp_reply *reply)
{
    struct talk_mail *mail = mail_asked(talk);
    if (!yes(reply->code)) fail(mail, reply);
    if (!talk->one_by_one) return;
    if (!mail->failed) {
        command(talk, EXPECT_DATA, "DATA");
        return;
    }
    talk->reset = true;
    mail_told(talk, mail);
}

static void at_data(struct talk *talk, const struct smtp_reply *reply)
{
    struct talk_mail *mail = mail_asked(talk);
    if (reply->code != CODE_CONTENT) {
        fail(mail, reply);
        talk->reset = mail->open;
        mail_told(talk, mail);
    } else if (mail->failed) { /* RFC 2920 section 3.1: the host waits for a content all the same */
        mail->content = true;
        command(talk, EXPECT_DOT_NOBODY, ".");
    } else {
        content_put(talk, mail);
    }
}

static void at_dot(struct talk *talk, const struct smtp_reply *reply)
{
    struct talk_mail *mail = &talk->mails[0];
    enum mail_end end = yes(reply->code)                 ? MAIL_ARRIVED
                        : reply->code >= CODE_NONE_EVER  ? MAIL_REFUSED
                        : reply->code >= CODE_NONE_LATER ? MAIL_LATER
                                                         : MAIL_LOST;
    talk->accepted += end == MAIL_ARRIVED;
    word_say(mail, end, reply);
    mail_told(talk, mail);
}

static void at_hello(struct talk *talk, const struct smtp_reply *reply, bool helo)
{
    if (yes(reply->code)) {
        talk->offers = helo ? 0 : reply->offers;
        greeted(talk);
    } else if (!helo && reply->code >= CODE_NONE_EVER && talk->route->clear) {
        talk->no_ehlo = true;
        hello(talk);
    } else {
        over(talk, "the mail host does not go on", reply->code);
    }
}

static void at_starttls(struct talk *talk, const struct smtp_reply *reply)
{
    if (reply->code != CODE_READY)
        over(talk, "the mail host refuses STARTTLS", reply->code);
    else if (talk->in.len > 0) /* somebody on the way put in what shall be taken as said under TLS */
        over(talk, "the mail host spoke on after STARTTLS", reply->code);
    else
        talk->phase = TALK_SECURE;
}

static void at_sign_in(struct talk *talk, const struct smtp_reply *reply, enum talk_reply what)
{
    const struct mail_route *route = talk->route;
    if (what == EXPECT_SIGN_IN && reply->code == CODE_SIGNED_IN) {
        talk->phase = TALK_READY;
    } else if (what == EXPECT_USER && reply->code == CODE_GO_ON) {
        base64_line(talk, "", buf_slice(&route->user), EXPECT_PASSWORD);
    } else if (what == EXPECT_PASSWORD && reply->code == CODE_GO_ON) {
        base64_line(talk, "", buf_slice(&route->password), EXPECT_SIGN_IN);
    } else {
        over(talk, "the mail host refuses the user and password", reply->code);
    }
}

/* An answer to one command. */
static void answered(struct talk *talk, enum talk_reply what, const struct smtp_reply *reply)
{
    switch (what) {
    case EXPECT_HELLO:
    case EXPECT_HELO:
        at_hello(talk, reply, what == EXPECT_HELO);
        break;
    case EXPECT_STARTTLS:
        at_starttls(talk, reply);
        break;
    case EXPECT_USER:
    case EXPECT_PASSWORD:
    case EXPECT_SIGN_IN:
        at_sign_in(talk, reply, what);
        break;
    case EXPECT_RESET:
        if (!yes(reply->code))
            over(talk, talk->accepted ? NULL : "the mail host does not go on", reply->code);
        break;
    case EXPECT_MAIL:
        at_mail(talk, reply);
        break;
    case EXPECT_RCPT:
        at_rcpt(talk, reply);
        break;
    case EXPECT_DATA:
        at_data(talk, reply);
        break;
    case EXPECT_DOT:
        at_dot(talk, reply);
        break;
    case EXPECT_DOT_NOBODY:
        talk->reset = false;
        mail_told(talk, &talk->mails[0]);
        break;
    case EXPECT_QUIT:
        over(talk, NULL, reply->code);
        break;
    }
}

/* 421 ends the connection, whatever it answers. Of the mail that it answers it says that it was not taken. */
static void closing(struct talk *talk, const struct smtp_reply *reply)
{
    bool dot = talk->expected_count > 0 && talk->expected[talk->expected_first] == EXPECT_DOT;
    if (dot) { /* so it certainly did not arrive */
        talk->mails[0].dot_at = 0;
        talk->mails[0].content = false;
    }
    no_more(talk, reply, "the mail host takes no mail now");
}

static void one_reply(struct talk *talk, const struct smtp_reply *reply)
{
    if (reply->code == CODE_CLOSING) {
        closing(talk, reply);
    } else if (talk->phase == TALK_GREETING) {
        if (reply->code == CODE_READY)
            hello(talk);
        else
            over(talk, "the mail host does not let us in", reply->code);
    } else if (talk->expected_count == 0) {
        over(talk, "the mail host answers what nobody asked", reply->code);
    } else {
        enum talk_reply what = (enum talk_reply)talk->expected[talk->expected_first];
        talk->expected_first = (talk->expected_first + 1) % TALK_EXPECTED;
        talk->expected_count--;
        answered(talk, what, reply);
    }
}

/*
 * Room for words: an answer tells of one mail at most, so reading stops while the owner has not taken those there are.
 * What waits is read at its next call.
 */
void talk_input(struct talk *talk, struct slice bytes)
{
    buf_slice_put(&talk->in, bytes);
    while (talk->phase != TALK_OVER && talk->phase != TALK_SECURE &&
           talk->word_count + TALK_MAILS < TALK_WORDS) {
        struct slice rest = buf_slice(&talk->in);
        struct smtp_reply reply = {0};
        enum reply_state state = smtp_reply_next(&rest, &reply);
        if (state == REPLY_BAD) over(talk, "the mail host's answer is none", 0);
        if (state != REPLY_WHOLE) break;
        if (rest.len > 0) memmove(talk->in.at, rest.at, rest.len);
        talk->in.len = rest.len;
        one_reply(talk, &reply);
        go_on(talk);
    }
    if (talk->in.len > TALK_IN_BYTES_MAX) over(talk, "the mail host's answer is none", 0);
}

bool talk_word(struct talk *talk, struct bulk_word *out)
{
    if (talk->word_count == 0) return false;
    *out = talk->words[0];
    memmove(talk->words, talk->words + 1, --talk->word_count * sizeof talk->words[0]);
    return true;
}

void talk_end(struct talk *talk, const char *problem)
{
    if (talk->phase != TALK_OVER) over(talk, problem, 0);
    for (size_t i = 0; i < TALK_MAILS;) {
        struct talk_mail *mail = &talk->mails[i];
        bool reached = mail->there && mail->dot_at > 0 && talk->out_taken > mail->dot_at;
        bool told = mail->there && (mail->failed || mail->content);
        if (!told) {
            i++;
            continue;
        }
        /* cut off amid its content: it may be the mail that the host cannot stand, so it is not told as untouched */
        if (!mail->failed) mail->word = word_of(&mail->job, reached ? MAIL_LOST : MAIL_LATER);
        assert(talk->word_count < TALK_WORDS);
        mail_told(talk, mail);
    }
}

bool talk_back(struct talk *talk, struct mail_job *out, unsigned *tries)
{
    for (size_t i = 0; i < TALK_MAILS; i++) {
        if (!talk->mails[i].there) continue;
        *out = TAKE(talk->mails[i].job);
        *tries = talk->mails[i].tries;
        talk->mails[i] = (struct talk_mail){0};
        return true;
    }
    return false;
}
