#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/show.h"

enum { PASSWORD_BYTES_MAX = 256, CA_BYTES_MAX = 65536 };

static void show_line(const char *label, struct doc value)
{
    SCOPED(buf_done) struct buf words = {0};
    item_words_put(&words, value);
    if (words.len == 0) return;
    show_words("%-10s", label);
    show_value(buf_slice(&words));
    show_words("\n");
}

static void show_settings(const struct call *call, struct doc answer)
{
    struct doc problem = doc_get(answer, "problem");
    SCOPED(buf_done) struct buf changed = {0}, since = {0};
    (void)call;
    if (doc_there(doc_get(answer, "approval"))) {
        show_words("This sends mail another way, so it waits: ");
        show_value(doc_text(doc_get(answer, "approval")));
        show_words(", %s\n", doc_is(doc_get(answer, "state"), "waiting")
                                 ? "for a second person to approve it"
                                 : "for 24 hours that everybody is told of");
        return;
    }
    time_words_put(&changed, doc_get(answer, "changed"));
    show_line("host", doc_get(answer, "url"));
    show_words("%-10s%s\n", "TLS", doc_is(doc_get(answer, "starttls"), "never") ? "none" : "required");
    show_line("user", doc_get(answer, "user"));
    show_line("from", doc_get(answer, "from"));
    show_line("name", doc_get(answer, "name"));
    show_line("reply to", doc_get(answer, "reply_to"));
    show_line("language", doc_get(answer, "lang"));
    show_words("%-10s%s\n", "changed", buf_c(&changed));
    if (!doc_there(problem)) return;
    time_words_put(&since, doc_get(problem, "since"));
    show_words("%-10s", "problem");
    show_value(doc_text(doc_get(problem, "what")));
    show_words(", since %s\n", buf_c(&since));
}

/* A secret or certificates from a file, or standard input; a line end behind a password is dropped. */
static RESULT read_file(const struct call *call, enum option option, size_t bytes_max, struct buf *out)
{
    if (!call_has(call, option) || call_shows(call)) return OK;
    return input_read(call_text(call, option), bytes_max, out);
}

RESULT command_mail_put(struct call *call)
{
    struct mail_put_ask ask = {.url = slice_text(call->args[0]),
                               .user = call_slice(call, OPT_USER),
                               .name = call_slice(call, OPT_NAME),
                               .reply_to = call_slice(call, OPT_REPLY_TO),
                               .lang = call_slice(call, OPT_LANG)};
    SCOPED(buf_done) struct buf password = {0}, ca = {0};
    TRY(call_need(call, OPT_SENDER, &ask.from));
    TRY(read_file(call, OPT_PASSWORD_FILE, PASSWORD_BYTES_MAX + 2, &password));
    TRY(read_file(call, OPT_CA, CA_BYTES_MAX, &ca));
    while (password.len > 0 &&
           (password.at[password.len - 1] == '\n' || password.at[password.len - 1] == '\r'))
        password.len--;
    ask.password = buf_slice(&password);
    ask.ca = buf_slice(&ca);
    if (call_has(call, OPT_NO_TLS)) ask.starttls = SLICE_TEXT("never");
    return ask_and_show(call, VERB_MAIL_PUT, &ask, show_settings);
}

RESULT command_mail_show(struct call *call)
{
    struct mail_show_ask ask = {0};
    return ask_and_show(call, VERB_MAIL_SHOW, &ask, show_settings);
}

static void show_queued(const struct call *call, struct doc answer)
{
    (void)answer;
    show_words("Queued. It goes out while the vault is served.\n");
    show_remark(call, "What became of it: amanah mail queue");
}

RESULT command_mail_test(struct call *call)
{
    struct mail_test_ask ask = {.to = slice_text(call->args[0]), .lang = call_slice(call, OPT_LANG)};
    return ask_and_show(call, VERB_MAIL_TEST, &ask, show_queued);
}

static void show_queue(const struct call *call, struct doc answer)
{
    static const char *const states[] = {"waiting", "sending", "unknown", "failed", "sent"};
    (void)call;
    for (size_t i = 0; i < COUNT_OF(states); i++) {
        SCOPED(buf_done) struct buf count = {0};
        count_put(&count, doc_number(doc_get(answer, states[i])));
        show_words("%-10s%s\n", states[i], buf_c(&count));
    }
    if (!doc_true(doc_get(answer, "set"))) show_words("Mail is not set: see amanah mail put.\n");
    if (doc_there(doc_get(answer, "problem"))) {
        show_words("Nothing goes out: ");
        show_value(doc_text(doc_get(answer, "problem")));
        show_words(".\n");
    }
    if (doc_count(doc_get(answer, "items")) == 0) return;
    show_words("\n");
    show_table(answer, (const struct table_column[]){{"mail", COLUMN_PLAIN},
                                                     {"kind", COLUMN_WORDS},
                                                     {"state", COLUMN_WORDS},
                                                     {"queued", COLUMN_TIME},
                                                     {"due", COLUMN_TIME},
                                                     {"attempts", COLUMN_PLAIN},
                                                     {"reply", COLUMN_PLAIN},
                                                     {0}});
}

RESULT command_mail_queue(struct call *call)
{
    struct mail_list_ask ask = {0};
    return ask_and_show(call, VERB_MAIL_LIST, &ask, show_queue);
}
