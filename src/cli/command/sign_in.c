/* The commands by which a member of staff sets up a sign-in, signs in and out. */
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/session_file.h"
#include "cli/show.h"

static const struct passphrase_source password_source = {"AMANAH_PASSWORD_FILE", "password", "Password"};
static const struct passphrase_source invite_source = {"AMANAH_INVITE_FILE", "invite", "Invitation"};

/* Keep the session for the commands that follow, or print it. */
static RESULT take_session(struct call *call, struct doc answer)
{
    SCOPED(buf_done) struct buf vault = {0}, until = {0};
    struct slice token = doc_text(doc_get(answer, "token"));
    time_words_put(&until, doc_get(answer, "expires"));
    if (call_has(call, OPT_JSON)) return show_json(answer);
    if (call_has(call, OPT_PRINT)) {
        show_slice(token);
        show_words("\n");
        return OK;
    }
    TRY(client_vault(call, &vault));
    TRY(session_keep(buf_slice(&vault), token));
    show_words("Signed in until %s; commands on this vault are yours now. amanah sign-out ends it.\n",
               buf_c(&until));
    return OK;
}

RESULT command_sign_in(struct call *call)
{
    const struct session_open_ask shown = {
        .staff = SLICE_TEXT("EMAIL"), .password = SLICE_TEXT("PASSWORD"), .totp = SLICE_TEXT("CODE")};
    struct session_open_ask ask = {.staff = call_slice(call, OPT_EMAIL), .shop = call_slice(call, OPT_SHOP)};
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(answer_done) struct answer answer = {0};
    SCOPED(buf_done) struct buf email = {0}, password = {0}, code = {0};
    if (call_shows(call)) return ask_and_show(call, VERB_SESSION_OPEN, &shown, NULL);
    session_forget(); /* a session that has ended must not stand in the way */
    TRY(client_open(call, &client));
    if (ask.staff.len == 0) {
        TRY(input_line("E-mail", &email));
        ask.staff = buf_slice(&email);
    }
    TRY(passphrase_get(&password_source, &password));
    TRY(input_line("Code of the authenticator app", &code));
    ask.password = buf_slice(&password);
    ask.totp = buf_slice(&code);
    TRY(ask_answer(call, client, VERB_SESSION_OPEN, &ask, &answer));
    return take_session(call, answer_doc(&answer));
}

static void show_signed_out(const struct call *call, struct doc answer)
{
    (void)call;
    (void)answer;
    show_words("Signed out.\n");
}

RESULT command_sign_out(struct call *call)
{
    struct session_end_ask ask = {0};
    struct result asked = ask_and_show(call, VERB_SESSION_END, &ask, show_signed_out);
    if (!call_shows(call)) session_forget(); /* also when it had ended by itself */
    return asked;
}

static void show_setup(struct doc answer)
{
    show_words("Put this into an authenticator app:\n  ");
    show_slice(doc_text(doc_get(doc_get(answer, "totp"), "uri")));
    show_words("\nor by hand:\n  ");
    show_slice(doc_text(doc_get(doc_get(answer, "totp"), "secret")));
    show_words("\nRecovery codes, each good once, shown this once; keep them where the app is not:\n");
    struct docs codes = docs_of(doc_get(answer, "recovery"));
    struct doc code = {0};
    while (docs_next(&codes, &code)) {
        show_words("  ");
        show_slice(doc_text(code));
        show_words("\n");
    }
}

RESULT command_staff_enrol(struct call *call)
{
    const struct enrol_ask shown = {.invite = SLICE_TEXT("INVITATION"), .password = SLICE_TEXT("PASSWORD")};
    struct enrol_ask ask = {0};
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(answer_done) struct answer made = {0}, confirmed = {0};
    SCOPED(buf_done) struct buf invite = {0}, password = {0}, code = {0};
    if (call_shows(call)) return ask_and_show(call, VERB_ENROL, &shown, NULL);
    TRY(client_open(call, &client));
    TRY(passphrase_get(&invite_source, &invite));
    TRY(passphrase_get_new(&password_source, &password));
    ask.invite = buf_slice(&invite);
    ask.password = buf_slice(&password);
    TRY(ask_answer(call, client, VERB_ENROL, &ask, &made));
    show_setup(answer_doc(&made));
    TRY(show_end()); /* whoever types the code must have seen them */
    TRY(input_line("Code that the app shows now", &code));
    ask.password = (struct slice){0};
    ask.totp = buf_slice(&code);
    TRY(ask_answer(call, client, VERB_ENROL, &ask, &confirmed));
    show_words("Done. Sign in with amanah sign-in.\n");
    return OK;
}
