/*
 * The day of a leak, for whoever has never had one: seven questions, an incident from the answers, the next hour step by
 * step. Every answer becomes a line of the incident at once, marked with its question as source, so that the command can
 * be left anywhere and goes on from what the timeline says. Works on an empty vault.
 */
#include "base/clock.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/show.h"
#include "mail/words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUESTIONS = 7, OPENING = 3, STEPS = 8, TRIES_MAX = 3, WORD_BYTES = 24, MINUTE_S = 60 };

static const char *const incident_kinds[] = {
    "other",  "drained_by_key", "signing_key",      "database_copied", "dump_for_sale",
    "plugin", "mailbox",        "spreadsheet_sent", "lost_device",     "ransom"};

/* What stands behind each step; {} is the incident, @ the moment of knowing. Minutes from the opening it is due in. */
static const struct {
    unsigned minutes;
    const char *command;
} steps[STEPS] = {
    {10, "umask 077; mkdir -p evidence && cp -a /var/log evidence/ && find evidence -type f -exec sha256sum "
         "{{}} + > evidence.sha256"},
    {15, "amanah incident add {} members who=staff_...; amanah incident add {} suspects who=key_..."},
    {20, "amanah incident contain {} --dry-run"},
    {30, "amanah import customers.csv"},
    {40, "amanah watch ingest --history --fields name,email --subject-param customer access.log"},
    {45, "amanah law clocks --aware @"},
    {50, "amanah incident claim {} text=\"...\""},
    {60, "amanah ledger pin --out checkpoint.txt"},
};

struct leak {
    struct call *call;
    struct client *client;
    FILE *in;
    struct slice lang;
    struct buf id, title, kind, aware;
    bool answered[QUESTIONS], stepped[STEPS];
    struct buf line; /* the answer at hand */
};

static void leak_done(struct leak *leak)
{
    if (leak->in && leak->in != stdin) (void)fclose(leak->in); /* it was only read */
    client_free(&leak->client);
    buf_done(&leak->id);
    buf_done(&leak->title);
    buf_done(&leak->kind);
    buf_done(&leak->aware);
    buf_done(&leak->line);
}

/* A sentence of locale/, to whoever sits there. */
static void say(const struct leak *leak, const char *key)
{
    SCOPED(buf_done) struct buf text = {0};
    const struct mail_value id = {"id", buf_slice(&leak->id)};
    words_put(leak->lang, key, &id, 1, &text);
    show_remark(leak->call, "%s", buf_c(&text));
}

/* The next line of what is typed, or of --answers. False at its end: it was left. */
static bool line_next(struct leak *leak)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t got = getline(&line, &cap, leak->in);
    buf_clear(&leak->line);
    if (got > 0) buf_put(&leak->line, line, (size_t)got);
    while (leak->line.len > 0 && strchr(" \t\r\n", leak->line.at[leak->line.len - 1])) leak->line.len--;
    if (line) explicit_bzero(line, cap);
    free(line);
    return got >= 0;
}

static bool fits(const struct leak *leak, size_t question)
{
    struct slice text = buf_slice(&leak->line);
    int64_t us = 0;
    if (question == 1) return text.len == 0 || (text.len == 1 && text.at[0] >= '1' && text.at[0] <= '9');
    if (question == 2) return text.len == 0 || time_get(text, &us).code == CODE_OK;
    return true;
}

/* Ask until the answer can be read. False: it was left. */
static RESULT question_ask(struct leak *leak, size_t question, bool *left)
{
    char key[WORD_BYTES];
    (void)snprintf(key, sizeof key, "leak.q%zu", question + 1);
    for (size_t i = 0; i < TRIES_MAX; i++) {
        say(leak, key);
        *left = !line_next(leak);
        if (*left || fits(leak, question)) return OK;
        say(leak, "leak.again");
    }
    return FAIL(INVALID, "question %zu: three answers that could not be read; begin again", question + 1);
}

static RESULT add_line(struct leak *leak, struct incident_add_ask *ask)
{
    SCOPED(answer_done) struct answer answer = {0};
    ask->id = buf_slice(&leak->id);
    return ask_answer(leak->call, leak->client, VERB_INCIDENT_ADD, ask, &answer);
}

static RESULT step_add(struct leak *leak, size_t step)
{
    char key[WORD_BYTES], source[WORD_BYTES];
    SCOPED(buf_done) struct buf text = {0}, due = {0};
    struct clock clock = clock_system();
    (void)snprintf(key, sizeof key, "leak.s%zu", step + 1);
    (void)snprintf(source, sizeof source, "leak step %zu", step + 1);
    words_put(leak->lang, key, NULL, 0, &text);
    time_put(&due, (clock_now(&clock) / SECOND_US + (int64_t)steps[step].minutes * MINUTE_S) * SECOND_US);
    struct incident_add_ask ask = {.kind = SLICE_TEXT("tasks"),
                                   .text = buf_slice(&text),
                                   .source = slice_text(source),
                                   .due = buf_slice(&due)};
    return add_line(leak, &ask);
}

/* Three answers open it. */
static RESULT incident_begin(struct leak *leak)
{
    SCOPED(answer_done) struct answer answer = {0};
    size_t kind = leak->kind.len == 1 ? (size_t)(leak->kind.at[0] - '0') : 0;
    struct incident_open_ask ask = {.title = buf_slice(&leak->title),
                                    .kind = slice_text(incident_kinds[kind]),
                                    .at = buf_slice(&leak->aware),
                                    .source = SLICE_TEXT("leak"),
                                    .lang = leak->lang};
    TRY(ask_answer(leak->call, leak->client, VERB_INCIDENT_OPEN, &ask, &answer));
    buf_slice_put(&leak->id, doc_text(doc_get(answer_doc(&answer), "id")));
    return OK;
}

/* A later answer is a line: of a suspect, where it names one, of a hypothesis, or a note. */
static RESULT answer_keep(struct leak *leak, size_t question)
{
    char source[WORD_BYTES];
    struct slice text = buf_slice(&leak->line);
    bool names = slice_starts(text, "staff_") || slice_starts(text, "key_");
    (void)snprintf(source, sizeof source, "leak question %zu", question + 1);
    struct incident_add_ask ask = {.source = slice_text(source), .text = text, .kind = SLICE_TEXT("notes")};
    if (text.len == 0) ask.text = SLICE_TEXT("not known yet");
    if (question == 3 && text.len > 0) ask.kind = SLICE_TEXT("hypotheses");
    if (question == 3 && names) {
        ask.kind = SLICE_TEXT("suspects");
        ask.who = text;
        ask.text = (struct slice){0};
    }
    return add_line(leak, &ask);
}

static void marks_read(struct slice source, const char *what, size_t count, bool *marks)
{
    for (size_t i = 0; i < count; i++) {
        char mark[WORD_BYTES];
        (void)snprintf(mark, sizeof mark, "leak %s %zu", what, i + 1);
        marks[i] = marks[i] || slice_is(source, mark);
    }
}

/* Which questions and steps have their line, and when it was known: from the timeline. A step without one gets it. */
static RESULT timeline_read(struct leak *leak)
{
    SCOPED(buf_done) struct buf all = {0};
    struct incident_show_ask ask = {
        .id = buf_slice(&leak->id), .part = SLICE_TEXT("timeline"), .limit = PAGE_MAX};
    struct doc line = {{0}};
    TRY(ask_all_pages(leak->call, leak->client, VERB_INCIDENT_SHOW, &ask, &ask.after, &all));
    struct docs lines = docs_of(doc_get(doc_of(buf_slice(&all)), "items"));
    for (size_t i = 0; i < OPENING; i++) leak->answered[i] = true;
    while (docs_next(&lines, &line)) {
        struct slice source = doc_text(doc_get(line, "source"));
        marks_read(source, "question", QUESTIONS, leak->answered);
        marks_read(source, "step", STEPS, leak->stepped);
        if (leak->aware.len == 0 && slice_is(doc_text(doc_get(line, "name")), "aware"))
            buf_slice_put(&leak->aware, doc_text(doc_get(line, "at")));
    }
    for (size_t i = 0; i < STEPS; i++) {
        if (!leak->stepped[i]) TRY(step_add(leak, i));
    }
    return OK;
}

static void command_put(const struct leak *leak, size_t step, struct buf *out)
{
    for (const char *at = steps[step].command; *at; at++) {
        if (strncmp(at, "{{}}", 4) == 0) {
            buf_text(out, "{}");
            at += 3;
        } else if (strncmp(at, "{}", 2) == 0) {
            buf_slice_put(out, buf_slice(&leak->id));
            at++;
        } else if (*at == '@') {
            buf_slice_put(out, buf_slice(&leak->aware));
        } else {
            buf_byte(out, (uint8_t)*at);
        }
    }
}

static void step_show(const struct leak *leak, struct doc task, size_t step)
{
    SCOPED(buf_done) struct buf command = {0}, due = {0};
    command_put(leak, step, &command);
    time_words_put(&due, doc_get(task, "due"));
    show_words("[%s] %llu, %s: ", doc_is(doc_get(task, "state"), "open") ? " " : "x",
               (unsigned long long)doc_number(doc_get(task, "line")), buf_c(&due));
    show_value(doc_text(doc_get(task, "text")));
    show_words("\n      %s\n", buf_c(&command));
}

static void step_json(const struct leak *leak, struct doc task, size_t step, struct buf *out)
{
    SCOPED(buf_done) struct buf command = {0};
    static const char *const members[] = {"text", "state", "due"};
    command_put(leak, step, &command);
    cbor_map(out, COUNT_OF(members) + 2);
    cbor_text(out, SLICE_TEXT("line"));
    cbor_uint(out, doc_number(doc_get(task, "line")));
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        cbor_text(out, slice_text(members[i]));
        cbor_text(out, doc_text(doc_get(task, members[i])));
    }
    cbor_text(out, SLICE_TEXT("command"));
    cbor_text(out, buf_slice(&command));
}

/* The next hour, from the incident's own tasks: what was done in between shows. */
static RESULT hour_show(struct leak *leak)
{
    SCOPED(answer_done) struct answer answer = {0};
    SCOPED(buf_done) struct buf json = {0};
    struct incident_show_ask ask = {.id = buf_slice(&leak->id), .part = SLICE_TEXT("tasks")};
    struct doc task = {{0}};
    bool as_json = call_has(leak->call, OPT_JSON);
    size_t count = 0;
    TRY(ask_answer(leak->call, leak->client, VERB_INCIDENT_SHOW, &ask, &answer));
    struct docs tasks = docs_of(doc_get(answer_doc(&answer), "items"));
    cbor_map(&json, 2);
    cbor_text(&json, SLICE_TEXT("id"));
    cbor_text(&json, buf_slice(&leak->id));
    cbor_text(&json, SLICE_TEXT("steps"));
    size_t mark = cbor_open(&json);
    if (!as_json) {
        say(leak, "leak.hour");
        show_value(buf_slice(&leak->id));
        show_words("\n");
    }
    while (docs_next(&tasks, &task)) {
        struct slice source = doc_text(doc_get(task, "source"));
        if (!slice_starts(source, "leak step ") || source.len != 11) continue;
        size_t step = (size_t)(source.at[10] - '1');
        if (step >= STEPS) continue;
        step_json(leak, task, step, &json);
        if (!as_json) step_show(leak, task, step);
        count++;
    }
    cbor_array_close(&json, mark, count);
    return as_json ? show_json(doc_of(buf_slice(&json))) : OK;
}

/* The three that open it come together: before them there is nothing to keep. */
static RESULT questions_open(struct leak *leak, bool *left)
{
    struct buf *const into[OPENING] = {&leak->title, &leak->kind, &leak->aware};
    for (size_t i = 0; i < OPENING && !*left; i++) {
        TRY(question_ask(leak, i, left));
        if (*left) return FAIL(INVALID, "leak: the first three answers open the incident; nothing was kept");
        buf_slice_put(into[i], buf_slice(&leak->line));
    }
    if (leak->title.len == 0) words_put(leak->lang, "leak.untitled", NULL, 0, &leak->title);
    TRY(incident_begin(leak));
    return timeline_read(leak);
}

static RESULT questions_rest(struct leak *leak, bool *left)
{
    for (size_t i = OPENING; i < QUESTIONS && !*left; i++) {
        if (leak->answered[i]) continue;
        TRY(question_ask(leak, i, left));
        if (!*left) TRY(answer_keep(leak, i));
    }
    if (*left) say(leak, "leak.left");
    return OK;
}

static RESULT input_open(struct leak *leak)
{
    const char *path = call_text(leak->call, OPT_ANSWERS);
    leak->in = path && strcmp(path, "-") != 0 ? fopen(path, "re") : stdin;
    if (!leak->in) return FAIL(INVALID, "--answers: cannot open the file: %s", strerror(errno));
    return OK;
}

RESULT command_leak(struct call *call)
{
    SCOPED(leak_done) struct leak leak = {.call = call, .lang = call_slice(call, OPT_LANG)};
    bool left = false, begun = call->arg_count == 1;
    if (call_has(call, OPT_OUTPUT_CURL))
        return FAIL(USAGE, "leak: asks and answers in turns, so there is no one call to print");
    if (leak.lang.len == 0) leak.lang = SLICE_TEXT("en");
    TRY(input_open(&leak));
    TRY(client_open(call, &leak.client));
    if (begun) {
        buf_text(&leak.id, call->args[0]);
        TRY(timeline_read(&leak));
    } else {
        say(&leak, "leak.hello");
        TRY(questions_open(&leak, &left));
    }
    TRY(questions_rest(&leak, &left));
    return hour_show(&leak);
}
