#include "answer/paper/draw.h"
#include "answer/paper/print.h"
#include "base/text.h"
#include "child/child.h"

/* NOLINTBEGIN(misc-misleading-bidirectional): that is what it is about */
#include "prop.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static void text_of(struct document *document, const char *language, const char *title)
{
    const struct document_head head = {.title = slice_text(title),
                                       .author = SLICE_TEXT("Toko Amanah"),
                                       .subject = SLICE_TEXT("A test"),
                                       .language = slice_text(language),
                                       .footer = SLICE_TEXT("inc_0000, Toko Amanah"),
                                       .made_us = 1764380000000000};
    document_begin(document, &head);
    document_text(document, BLOCK_TITLE, slice_text(title));
}

/* What poppler's pdftotext reads in it; the file is gone afterwards. */
static void read_back(struct slice pdf, const char *tool, struct buf *out)
{
    char name[] = "/tmp/amn-paper-XXXXXX";
    SCOPED(buf_done) struct buf command = {0};
    int fd = mkstemp(name);
    assert_true(fd >= 0 && write(fd, pdf.at, pdf.len) == (ssize_t)pdf.len);
    (void)close(fd);
    buf_print(&command, "%s %s", tool, name);
    if (strstr(tool, "pdftotext")) buf_text(&command, " -");
    FILE *pipe = popen(/* NOLINT(cert-env33-c): our own words, our own file */
                       buf_c(&command), "re");
    assert_non_null(pipe);
    size_t got = 0;
    do {
        size_t had = out->len;
        got = fread(buf_extend(out, 65536), 1, 65536, pipe);
        out->len = had + got;
    } while (got > 0);
    assert_int_equal(pclose(pipe), 0);
    (void)unlink(name);
}

static bool holds(struct buf *text, const char *part)
{
    return strstr(buf_c(text), part) != NULL;
}

static void whole(struct document *document)
{
    static const uint8_t weights[] = {3, 1, 1};
    static const struct slice head[] = {
        {(const uint8_t *)"항목", 6}, {(const uint8_t *)"known", 5}, {(const uint8_t *)"n", 1}};
    const struct slice row[] = {SLICE_TEXT("공동현관 출입번호"), SLICE_TEXT("33,673,817"),
                                SLICE_TEXT("₩ 50,000")};
    text_of(document, "ko", "개인정보 유출 신고서");
    document_text(document, BLOCK_HEADING, SLICE_TEXT("1. 유출등의 경위"));
    document_text(document, BLOCK_PARAGRAPH,
                  SLICE_TEXT("Kebocoran data pribadi — alamat e-mail dan nomor telepon."));
    document_pair(document, SLICE_TEXT("인지 시점"), SLICE_TEXT("2025-11-17T16:00:00+09:00"));
    document_text(document, BLOCK_ITEM, SLICE_TEXT("비밀번호 변경"));
    document_table(document, weights, COUNT_OF(weights));
    document_row(document, BLOCK_ROW_HEAD, head);
    for (int i = 0; i < 120; i++) document_row(document, BLOCK_ROW, row);
    document_page(document);
    document_text(document, BLOCK_MONO, SLICE_TEXT("amanah.example\n12\nq83v==\n한글 고정폭"));
}

static void says_in_the_file_what_was_written(void **state)
{
    (void)state;
    SCOPED(document_done) struct document document = {0};
    SCOPED(buf_done) struct buf pdf = {0}, text = {0}, info = {0};
    whole(&document);
    assert_ok(document_print(&document, &pdf));
    read_back(buf_slice(&pdf), "pdftotext -layout", &text);
    static const char *const parts[] = {"개인정보 유출 신고서",
                                        "공동현관 출입번호",
                                        "33,673,817",
                                        "₩ 50,000",
                                        "Kebocoran data pribadi — alamat",
                                        "2025-11-17T16:00:00+09:00",
                                        "한글 고정폭",
                                        "비밀번호 변경",
                                        "4/4",
                                        "inc_0000, Toko Amanah"};
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (!holds(&text, parts[i])) fail_msg("not in the PDF: %s\n%s", parts[i], buf_c(&text));
    }
    read_back(buf_slice(&pdf), "pdfinfo", &info);
    assert_true(holds(&info, "개인정보 유출 신고서") &&
                holds(&info, "Page size:       595.276 x 841.89 pts (A4)"));
    assert_true(holds(&info, "JavaScript:      no") && holds(&info, "Author:          Toko Amanah"));
    assert_non_null(memmem(pdf.at, pdf.len, "/Lang (ko)", 10));
    assert_non_null(memmem(pdf.at, pdf.len, "<dc:language><rdf:Bag><rdf:li>ko<", 33));
    info.len = 0;
    read_back(buf_slice(&pdf), "pdffonts", &info);
    assert_true(holds(&info, "NanumGothic") && !holds(&info, " no  no")); /* embedded, or it says no */
    info.len = 0;
    read_back(buf_slice(&pdf), "qpdf --check", &info);
    assert_true(holds(&info, "No syntax or stream encoding errors found"));
}

static void draws_the_same_bytes_again(void **state)
{
    (void)state;
    SCOPED(document_done) struct document document = {0};
    SCOPED(buf_done) struct buf one = {0}, other = {0};
    whole(&document);
    assert_ok(document_print(&document, &one));
    assert_ok(document_print(&document, &other));
    assert_true(slice_equal(buf_slice(&one), buf_slice(&other)));
}

/* What somebody may have typed into a timeline to break a page, a reader's eye or a parser. */
static void survives_hostile_text(void **state)
{
    (void)state;
    SCOPED(document_done) struct document document = {0};
    SCOPED(buf_done) struct buf pdf = {0}, text = {0}, word = {0}, tower = {0};
    for (int i = 0; i < 30000; i++) buf_text(&word, "가a");
    buf_text(&tower, "z");
    for (int i = 0; i < 5000; i++) buf_text(&tower, "\xcc\x81");
    const struct slice texts[] = {
        SLICE_TEXT("invoice\xe2\x80\xae"
                   "fdp.exe"), /* turns what follows around */
        SLICE_TEXT("a\0b\x1b[31m\x07\x7f\xc2\x9b"
                   "c"),                                            /* control characters */
        SLICE_TEXT("\xff\xfe\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80"), /* no UTF-8 */
        SLICE_TEXT(")/JavaScript (app.alert\\(1\\)) >> endobj %%EOF <script>&lt;"),
        SLICE_TEXT("{{name}} %s%n \xef\xbb\xbf\xe2\x80\x8b\xf3\xa0\x81\x81 \xee\x80\x80"),
        SLICE_TEXT("مرحبا بالعالم ไทย 漢字 🙂 \xef\xbf\xbe"),
        buf_slice(&word),
        buf_slice(&tower),
    };
    text_of(&document, "ko) /OpenAction << /S /JavaScript >>", "x\xe2\x80\xae)<&> endobj\r\n%%EOF");
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        document_text(&document, BLOCK_HEADING, texts[i]);
        document_text(&document, BLOCK_MONO, texts[i]);
        document_pair(&document, texts[i], texts[i]);
    }
    document_table(&document, (const uint8_t[]){1, 1, 1, 1, 1, 1, 1, 255}, 8);
    document_row(&document, BLOCK_ROW_HEAD, texts);
    document_row(&document, BLOCK_ROW, texts);
    assert_ok(document_print(&document, &pdf));
    read_back(buf_slice(&pdf), "pdftotext", &text);
    assert_true(utf8_valid(buf_slice(&text)));
    assert_true(holds(&text, "invoice") && !holds(&text, "\xe2\x80\xae") && !holds(&text, "\x1b"));
    text.len = 0;
    read_back(buf_slice(&pdf), "pdfinfo -js", &text);
    assert_true(text.len == 0); /* no script in it */
    read_back(buf_slice(&pdf), "qpdf --check", &text);
    assert_true(holds(&text, "No syntax or stream encoding errors found"));
    assert_null(memmem(pdf.at, pdf.len, "/OpenAction", 11));
}

/* Each begins on a page of its own, however hostile or long an address is, and counts its own pages. */
static void a_letter_begins_a_page(void **state)
{
    (void)state;
    SCOPED(document_done) struct document document = {0};
    SCOPED(buf_done) struct buf pdf = {0}, text = {0}, tower = {0};
    for (int i = 0; i < 400; i++) buf_text(&tower, "Tower\n");
    const struct slice addresses[] = {SLICE_TEXT("Siti Rahma\nJalan Merdeka 1\n10110 ID"), buf_slice(&tower),
                                      SLICE_TEXT("김민수\n\xe2\x80\xae 06234 KR")};
    document_begin(&document, &(struct document_head){.title = SLICE_TEXT("x"),
                                                      .author = SLICE_TEXT("Toko Kim"),
                                                      .language = SLICE_TEXT("id")});
    for (size_t i = 0; i < COUNT_OF(addresses); i++) {
        document_text(&document, BLOCK_ADDRESS, addresses[i]);
        for (int k = 0; k < (i == 0 ? 60 : 1); k++)
            document_text(&document, BLOCK_PARAGRAPH, SLICE_TEXT("telah terjadi kebocoran data"));
    }
    assert_ok(document_print(&document, &pdf));
    read_back(buf_slice(&pdf), "pdfinfo", &text);
    assert_true(holds(&text, "Pages:           4"));
    text.len = 0;
    read_back(buf_slice(&pdf), "pdftotext -f 3 -l 3", &text);
    assert_true(holds(&text, "Tower") && holds(&text, "kebocoran") && !holds(&text, "Siti"));
    text.len = 0;
    read_back(buf_slice(&pdf), "pdftotext -f 4 -l 4", &text);
    assert_true(holds(&text, "김민수") && holds(&text, "Toko Kim") && holds(&text, "\n1\n"));
}

static void cleans_what_it_takes(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *want;
    } cases[] = {
        {"plain", "nama 이름", "nama 이름"},
        {"line ends",
         "a\r\nb\rc\xe2\x80\xa8"
         "d",
         "a\nb\nc\nd"},
        {"tab and hard space",
         "a\tb\xc2\xa0"
         "c",
         "a b c"},
        {"override",
         "a\xe2\x80\xae"
         "b",
         "a\xef\xbf\xbd"
         "b"},
        {"a run of bad bytes",
         "a\xff\xfe\xfd"
         "b",
         "a\xef\xbf\xbd"
         "b"},
        {"five marks", "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81!", "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81!"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf out = {0};
        document_clean(slice_text(cases[i].text), &out);
        if (!slice_is(buf_slice(&out), cases[i].want)) fail_msg("%s: %s", cases[i].name, buf_c(&out));
    }
    PROPERTY(300, rng) {
        uint8_t bytes[700];
        SCOPED(buf_done) struct buf out = {0}, again = {0};
        document_clean((struct slice){bytes, prop_fill(&rng, bytes, sizeof bytes)}, &out);
        assert_true(utf8_valid(buf_slice(&out)));
        document_clean(buf_slice(&out), &again);
        assert_true(slice_equal(buf_slice(&out), buf_slice(&again)));
    }
}

static void bounds_blocks_and_pages(void **state)
{
    (void)state;
    SCOPED(document_done) struct document long_one = {0}, full = {0};
    SCOPED(buf_done) struct buf pdf = {0};
    text_of(&long_one, "en", "long");
    for (int i = 0; i < DRAW_PAGES_MAX + 50; i++) {
        document_text(&long_one, BLOCK_PARAGRAPH, SLICE_TEXT("x"));
        document_page(&long_one);
    }
    assert_why(CAUSE_TOO_MANY, document_print(&long_one, &pdf));
    text_of(&full, "en", "full");
    for (int i = 0; i < DOCUMENT_BLOCKS_MAX; i++) document_text(&full, BLOCK_ITEM, SLICE_TEXT("x"));
    assert_true(full.full);
    assert_why(CAUSE_TOO_MANY, document_print(&full, &pdf));
    assert_int_equal(pdf.len, 0);
}

static void refuses_what_is_no_document(void **state)
{
    (void)state;
    struct document broken = {0};
    SCOPED(buf_done) struct buf pdf = {0};
    buf_text(&broken.bytes, "not a document");
    assert_why(CAUSE_INVALID, document_print(&broken, &pdf));
    document_done(&broken);
}

/* Fonts are read by threads of their own: the walls must stand around those too. Played by a child. */
static int threads_main(int argc, char **argv)
{
    (void)argc, (void)argv;
    SCOPED(draw_done) struct pen *pen = NULL;
    char line[16], status[300];
    int walls[64], count = 0;
    static const struct child_limits limits = {1U << 30, 10, SANDBOX_THREADS};
    if (draw_ready(&pen).code != CODE_OK) return 1;
    DIR *tasks = opendir("/proc/self/task");
    for (struct dirent *entry = NULL; tasks && (entry = readdir(tasks)) && count < 64;) {
        if (entry->d_name[0] == '.') continue;
        (void)snprintf(status, sizeof status, "/proc/self/task/%s/status", entry->d_name);
        walls[count] = open(status, O_RDONLY | O_CLOEXEC);
        if (walls[count] >= 0) count++;
    }
    if (child_enter(&limits).code != CODE_OK) return 1;
    if (fork() >= 0 && write(STDOUT_FILENO, "open ", 5) != 5) return 1; /* threads, no processes */
    for (int i = 0; i < count; i++) {
        char text[4096];
        ssize_t got = read(walls[i], text, sizeof text - 1);
        if (got <= 0) continue; /* it has ended */
        text[got] = '\0';
        int len = snprintf(line, sizeof line, "%s ", strstr(text, "\nSeccomp:\t2") ? "walled" : "open");
        if (write(STDOUT_FILENO, line, (size_t)len) != len) return 1;
    }
    return 0;
}

static void walls_stand_around_every_thread(void **state)
{
    (void)state;
    if (SANITIZED) skip();
    struct child child = {0};
    char said[1024] = "";
    assert_ok(child_start("threads", (const char *[]){NULL}, -1, &child));
    ssize_t got = read(child.out_fd, said, sizeof said - 1);
    assert_true(got > 0);
    assert_non_null(strstr(said, "walled"));
    assert_null(strstr(said, "open"));
    child_done(&child);
}

static const struct child_kind kinds[] = {{PRINT_WORD, print_main}, {"threads", threads_main}};

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], CHILD_WORD) == 0) return child_run(kinds, COUNT_OF(kinds), argc, argv);
    (void)signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_in_the_file_what_was_written),
        cmocka_unit_test(draws_the_same_bytes_again),
        cmocka_unit_test(survives_hostile_text),
        cmocka_unit_test(a_letter_begins_a_page),
        cmocka_unit_test(cleans_what_it_takes),
        cmocka_unit_test(bounds_blocks_and_pages),
        cmocka_unit_test(refuses_what_is_no_document),
        cmocka_unit_test(walls_stand_around_every_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
/* NOLINTEND(misc-misleading-bidirectional) */
