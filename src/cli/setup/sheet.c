/* The recovery sheet: the one piece of paper that opens the home when the machine is gone. */
#include "answer/paper/print.h"
#include "base/clock.h"
#include "cli/input.h"
#include "cli/setup/setup_priv.h"
#include "mail/words.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

enum { SHEET_ENTROPY_BYTES = 20, ASKED = 2, PROOF_TRIES_MAX = 3, TYPED_TRIES_MAX = 3 };
_Static_assert(SHEET_ENTROPY_BYTES * 8 == SHEET_GROUPS * SHEET_GROUP_LETTERS * 5, "a letter is five bits");

static void phrase_join(struct setup *setup)
{
    buf_clear(&setup->phrase);
    for (size_t i = 0; i < SHEET_GROUPS; i++)
        buf_print(&setup->phrase, "%s%s", i > 0 ? "-" : "", setup->group[i]);
}

static RESULT words_draw(struct setup *setup)
{
    uint8_t bytes[SHEET_ENTROPY_BYTES];
    SCOPED(buf_done) struct buf letters = {0};
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    TRY(crypto_new(&crypto));
    crypto_random(crypto, bytes, sizeof bytes);
    base32_put(&letters, SLICE_OF(bytes));
    explicit_bzero(bytes, sizeof bytes);
    for (size_t i = 0; i < SHEET_GROUPS; i++)
        memcpy(setup->group[i], letters.at + i * SHEET_GROUP_LETTERS, SHEET_GROUP_LETTERS);
    phrase_join(setup);
    return OK;
}

static void words_text(const struct setup *setup, const char *key, struct buf *out)
{
    const struct mail_value values[] = {{"home", slice_text(setup->home)}, {"shop", buf_slice(&setup->shop)}};
    buf_clear(out);
    words_put(setup->lang, key, values, COUNT_OF(values), out);
}

static void sheet_write(const struct setup *setup, struct document *document)
{
    static const char *const lines[] = {"setup.sheet.1", "setup.sheet.2", "setup.sheet.3", "setup.sheet.4"};
    SCOPED(buf_done) struct buf text = {0};
    struct clock clock = clock_system();
    words_text(setup, "setup.sheet", &text);
    document_begin(document, &(struct document_head){.title = buf_slice(&text),
                                                     .language = setup->lang,
                                                     .made_us = clock_now(&clock)});
    document_text(document, BLOCK_TITLE, buf_slice(&text));
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        words_text(setup, lines[i], &text);
        document_text(document, BLOCK_PARAGRAPH, buf_slice(&text));
    }
    for (size_t i = 0; i < SHEET_GROUPS; i++) {
        SCOPED(buf_done) struct buf number = {0}, group = {0};
        buf_print(&number, "%zu", i + 1);
        buf_text(&group, setup->group[i]);
        document_pair(document, buf_slice(&number), buf_slice(&group));
    }
    words_text(setup, "setup.sheet.5", &text);
    document_text(document, BLOCK_PARAGRAPH, buf_slice(&text));
    document_text(
        document, BLOCK_MONO,
        SLICE_TEXT("amanah restore amanah-...-full.age amanah-...-increment.age HOME --keys keys.age"));
}

RESULT sheet_make(struct setup *setup)
{
    SCOPED(document_done) struct document document = {0};
    SCOPED(buf_done) struct buf pdf = {0}, path = {0};
    TRY(words_draw(setup));
    sheet_write(setup, &document);
    TRY(document_print(&document, &pdf));
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    TRY(crypto_new(&crypto));
    sha256_one(crypto, buf_slice(&pdf), &setup->sheet);
    TRY(note_write(setup)); /* first: a sheet that nobody knows of would look like one that opens something */
    buf_print(&path, "%s/" SHEET_FILE, buf_c(&setup->folder));
    TRY(output_write(buf_c(&path), buf_slice(&pdf)));
    setup_say_of(setup, "setup.printed", buf_c(&path), NULL);
    return OK;
}

/* Letters that are on no sheet are taken for the digits they look like. */
static int letter_of(uint8_t typed)
{
    int letter = tolower(typed);
    return letter == 'o' ? '0' : letter == 'i' || letter == 'l' ? '1' : letter;
}

/* As people copy from paper: either case, blanks and dashes anywhere. Letters of `typed` that count, at most `max`. */
static size_t letters_take(struct slice typed, char *out, size_t max)
{
    size_t count = 0;
    for (size_t i = 0; i < typed.len && count <= max; i++) {
        if (strchr(" -\t", typed.at[i])) continue;
        if (count < max) out[count] = (char)letter_of(typed.at[i]);
        count++;
    }
    return count;
}

static bool typed_is(struct slice typed, const char *group)
{
    char letters[SHEET_GROUP_LETTERS] = {0};
    return letters_take(typed, letters, sizeof letters) == sizeof letters &&
           bytes_equal_ct((const uint8_t *)letters, (const uint8_t *)group, sizeof letters);
}

/* For who can open no PDF on this machine. On the terminal's other screen, so that nothing stays to scroll back to. */
static void words_show(struct setup *setup)
{
    (void)fputs("\033[?1049h\033[2J\033[H", stderr);
    setup_say(setup, "setup.sheet.4");
    for (size_t i = 0; i < SHEET_GROUPS; i++) (void)fprintf(stderr, "  %zu  %s\n", i + 1, setup->group[i]);
    setup_say(setup, "setup.shown");
    (void)setup_line(setup);
    (void)fputs("\033[2J\033[?1049l", stderr);
}

static bool on_terminal(const struct setup *setup)
{
    return isatty(fileno(setup->in)) && isatty(STDERR_FILENO);
}

static RESULT group_prove(struct setup *setup, size_t which)
{
    char number[8];
    (void)snprintf(number, sizeof number, "%zu", which + 1);
    for (size_t i = 0; i < PROOF_TRIES_MAX;) {
        setup_say_of(setup, "setup.prove", number, NULL);
        if (!setup_line(setup)) break;
        if (typed_is(buf_slice(&setup->line), setup->group[which])) return OK;
        if (on_terminal(setup) && slice_is(buf_slice(&setup->line), "?")) {
            words_show(setup);
            continue;
        }
        setup_say(setup, "setup.prove.wrong");
        i++;
    }
    struct result refused = setup_refuse(setup, "setup.prove.end", NULL, NULL);
    TRY(note_undo(setup));
    return refused;
}

RESULT sheet_prove(struct setup *setup)
{
    uint8_t drawn[ASKED];
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    TRY(crypto_new(&crypto));
    crypto_random(crypto, drawn, sizeof drawn);
    size_t first = drawn[0] % SHEET_GROUPS;
    size_t second = (first + 1 + drawn[1] % (SHEET_GROUPS - 1)) % SHEET_GROUPS; /* another one */
    if (on_terminal(setup)) setup_say(setup, "setup.show");
    TRY(group_prove(setup, first));
    return group_prove(setup, second);
}

static bool home_opens(const struct setup *setup)
{
    SCOPED(home_free) struct home *home = NULL;
    return home_open(setup->home, buf_slice(&setup->phrase), false, &home).code == CODE_OK;
}

/* All words of a sheet, wiped on every way out. */
struct letters {
    char of[SHEET_GROUPS * SHEET_GROUP_LETTERS];
};

static void letters_done(struct letters *letters)
{
    explicit_bzero(letters, sizeof *letters);
}

RESULT sheet_type(struct setup *setup)
{
    SCOPED(letters_done) struct letters typed = {{0}};
    char *letters = typed.of;
    for (size_t i = 0; i < TYPED_TRIES_MAX; i++) {
        setup_say(setup, "setup.type");
        if (!setup_line(setup)) break;
        if (letters_take(buf_slice(&setup->line), letters, sizeof typed.of) == sizeof typed.of) {
            for (size_t group = 0; group < SHEET_GROUPS; group++)
                memcpy(setup->group[group], letters + group * SHEET_GROUP_LETTERS, SHEET_GROUP_LETTERS);
            phrase_join(setup);
            if (home_opens(setup)) return OK;
        }
        setup_say(setup, "setup.prove.wrong");
    }
    return setup_refuse(setup, "setup.type.end", setup->home, NULL);
}
