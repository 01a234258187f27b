#include "answer/evidence/dump/feed.h"
#include "answer/evidence/dump/reader.h"

#include "child/child.h"
#include "prop.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static const char list[] = "id,email,name\n1,kim@x.kr,Kim Minjun\n2,lee@x.kr,Lee Seo\n";

struct memory {
    struct slice file;
};

static RESULT memory_read(void *context, uint64_t at, size_t len, struct buf *out)
{
    struct memory *memory = context;
    buf_slice_put(out, slice_part(slice_from(memory->file, (size_t)at), 0, len));
    return OK;
}

static RESULT columns_note(void *context, const struct frame_columns *columns)
{
    buf_print(context, "[%zu]", columns->count);
    return OK;
}

static RESULT row_note(void *context, uint64_t line, const struct sheet_value *values, size_t count)
{
    buf_print(context, " %llu", (unsigned long long)line);
    for (size_t i = 0; i < count; i++) {
        if (values[i].kind != KIND_EMAIL) continue;
        buf_text(context, ":");
        buf_slice_put(context, values[i].text);
    }
    return OK;
}

static struct result run(struct slice file, bool child, struct buf *out, struct frame_end *end)
{
    struct memory memory = {file};
    const struct unpack_source source = {&memory, file.len, memory_read};
    const struct feed_sink sink = {out, columns_note, row_note, NULL, NULL};
    return child ? feed_run(&source, 0, &sink, end) : feed_here(&source, 0, &sink, end);
}

enum pack { PACK_GZIP, PACK_XZ, PACK_ZIP, PACK_7ZIP, PACK_TAR_GZIP, PACKS };

static la_ssize_t packed_write(struct archive *archive, void *context, const void *bytes, size_t len)
{
    (void)archive;
    buf_put(context, bytes, len);
    return (la_ssize_t)len;
}

struct member {
    const char *name, *link; /* link: it is one to there, without bytes */
    struct slice text;
};

static void member_put(struct archive *archive, const struct member *member)
{
    struct archive_entry *entry = archive_entry_new();
    struct slice text = member->text;
    archive_entry_set_pathname(entry, member->name);
    archive_entry_set_filetype(entry, member->link ? AE_IFLNK : AE_IFREG);
    if (member->link) archive_entry_set_symlink(entry, member->link);
    archive_entry_set_perm(entry, 0600);
    archive_entry_set_size(entry, (la_int64_t)text.len);
    assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
    assert_int_equal(archive_write_data(archive, text.at, text.len), text.len);
    archive_entry_free(entry);
}

static void pack(enum pack how, const struct member *members, size_t count, struct buf *out)
{
    struct archive *archive = archive_write_new();
    if (how == PACK_GZIP || how == PACK_TAR_GZIP) (void)archive_write_add_filter_gzip(archive);
    if (how == PACK_XZ) (void)archive_write_add_filter_xz(archive);
    if (how == PACK_ZIP) (void)archive_write_set_format_zip(archive);
    if (how == PACK_7ZIP) (void)archive_write_set_format_7zip(archive);
    if (how == PACK_XZ || how == PACK_7ZIP) (void)archive_write_set_options(archive, "compression-level=1");
    if (how == PACK_TAR_GZIP) (void)archive_write_set_format_ustar(archive);
    if (how == PACK_GZIP || how == PACK_XZ) (void)archive_write_set_format_raw(archive);
    assert_int_equal(archive_write_open(archive, out, NULL, packed_write, NULL), ARCHIVE_OK);
    for (size_t i = 0; i < count; i++) member_put(archive, &members[i]);
    assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
    (void)archive_write_free(archive);
}

static void pack_one(enum pack how, struct slice text, struct buf *out)
{
    const struct member one = {"dump.csv", NULL, text};
    pack(how, &one, 1, out);
}

static void reads_what_is_packed(void **state)
{
    (void)state;
    static const enum unpack_kind kinds[] = {UNPACK_GZIP, UNPACK_XZ, UNPACK_ZIP, UNPACK_7ZIP, UNPACK_GZIP};
    for (size_t child = 0; child < 2; child++) {
        SCOPED(buf_done) struct buf plain = {0};
        struct frame_end end = {0};
        assert_ok(run(slice_text(list), child, &plain, &end));
        assert_string_equal(buf_c(&plain), "[3] 2:kim@x.kr 3:lee@x.kr");
        for (enum pack how = PACK_GZIP; how <= PACK_TAR_GZIP; how++) {
            SCOPED(buf_done) struct buf file = {0}, got = {0};
            pack_one(how, slice_text(list), &file);
            assert_ok(run(buf_slice(&file), child, &got, &end));
            assert_string_equal(buf_c(&got), buf_c(&plain));
            assert_int_equal(end.unpack.kind, kinds[how]);
            assert_int_equal(end.unpack.stop, UNPACK_WHOLE);
            assert_int_equal(end.rows, 3);
        }
    }
}

/* Names that climb, that are of another system or none, and links: each is read for its bytes alone, none is gone after. */
static void uses_no_names(void **state)
{
    (void)state;
    const struct member members[] = {
        {"../../../../etc/passwd", NULL, SLICE_TEXT("kim@x.kr:secret\nlee@x.kr:secret\n")},
        {"/etc/cron.d/amanah", NULL, SLICE_TEXT("park@x.kr:secret\nchoi@x.kr:secret\n")},
        {"..\\..\\C:\\con", NULL, SLICE_TEXT("seo@x.kr:secret\nhan@x.kr:secret\n")},
        {"link", "/etc/passwd", {NULL, 0}},
        {"link", NULL, SLICE_TEXT("oh@x.kr:secret\nno@x.kr:secret\n")}, /* would be written through it */
    };
    static const enum pack packs[] = {PACK_ZIP, PACK_7ZIP, PACK_TAR_GZIP};
    for (size_t how = 0; how < COUNT_OF(packs); how++) {
        SCOPED(buf_done) struct buf file = {0}, got = {0};
        struct frame_end end = {0};
        pack(packs[how], members, COUNT_OF(members), &file);
        assert_ok(run(buf_slice(&file), true, &got, &end));
        const char *people = strstr(buf_c(&got), "[3] 1:oh@x.kr 2:no@x.kr");
        const char *first = "[3] 1:kim@x.kr 2:lee@x.kr[3] 1:park@x.kr 2:choi@x.kr[3] 1:seo@x.kr 2:han@x.kr";
        if (strncmp(buf_c(&got), first, strlen(first)) != 0 || !people || strstr(buf_c(&got), "root"))
            fail_msg("%zu: %s", how, buf_c(&got));
        assert_int_equal(end.unpack.stop, UNPACK_WHOLE);
        assert_int_equal(end.unpack.members, COUNT_OF(members));
    }
}

static void passes_over_archives_within(void **state)
{
    (void)state;
    for (enum pack within = PACK_GZIP; within < PACKS; within++) {
        SCOPED(buf_done) struct buf inner = {0}, file = {0}, got = {0};
        struct frame_end end = {0};
        pack_one(within, slice_text(list), &inner);
        const struct member members[] = {{"inner", NULL, buf_slice(&inner)},
                                         {"list", NULL, slice_text(list)}};
        pack(PACK_ZIP, members, COUNT_OF(members), &file);
        assert_ok(run(buf_slice(&file), true, &got, &end));
        assert_string_equal(buf_c(&got), "[3] 2:kim@x.kr 3:lee@x.kr");
        assert_int_equal(end.unpack.nested, 1);
    }
}

/* In each packing: what unpacks to more than a file of its size holds in earnest ends the reading soon behind that. */
static void stops_at_a_bomb(void **state)
{
    (void)state;
    enum { ZEROS = 96 << 20 };
    SCOPED(buf_done) struct buf zeros = {0};
    memset(buf_extend(&zeros, ZEROS), '0', ZEROS);
    for (enum pack how = PACK_GZIP; how < PACKS; how++) {
        SCOPED(buf_done) struct buf file = {0}, got = {0};
        struct frame_end end = {0};
        pack_one(how, buf_slice(&zeros), &file);
        assert_ok(run(buf_slice(&file), true, &got, &end));
        uint64_t most = UNPACK_FREE_BYTES + (uint64_t)UNPACK_RATIO * file.len;
        if (end.unpack.stop != UNPACK_BOMB || end.unpack.bytes > most + (1 << 20))
            fail_msg("%d: %s at %llu of %llu bytes", (int)how, unpack_stop_name(end.unpack.stop),
                     (unsigned long long)end.unpack.bytes, (unsigned long long)most);
    }
}

static void stops_at_too_many_members(void **state)
{
    (void)state;
    enum { MANY = UNPACK_MEMBERS_MAX + 5 };
    SCOPED(buf_done) struct buf file = {0}, got = {0};
    struct frame_end end = {0};
    struct member *members = calloc(MANY, sizeof *members);
    for (size_t i = 0; members && i < MANY; i++)
        members[i] = (struct member){"m", NULL, SLICE_TEXT("a@x.kr:p\n")};
    assert_non_null(members);
    pack(PACK_TAR_GZIP, members, MANY, &file);
    free(members);
    assert_ok(run(buf_slice(&file), false, &got, &end));
    assert_int_equal(end.unpack.stop, UNPACK_TOO_MANY);
    assert_int_equal(end.rows, UNPACK_MEMBERS_MAX);
}

static uint32_t crc32_of(const uint8_t *at, size_t len)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < len; i++) {
        crc ^= at[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0);
    }
    return ~crc;
}

/* An xz of some bytes whose header asks for a dictionary of 4 GiB: refused, by a parser that may take 1 GiB at most. */
static void refuses_to_take_all_memory(void **state)
{
    (void)state;
    if (SANITIZED) skip(); /* a sanitizer maps terabytes, so there is no bound */
    enum { STREAM_HEADER = 12, BLOCK_HEADER = 12, DICTIONARY = 4, LARGEST = 40, CHECK = 4 };
    SCOPED(buf_done) struct buf file = {0}, got = {0};
    struct frame_end end = {0};
    pack_one(PACK_XZ, slice_text(list), &file);
    uint8_t *block =
        file.at + STREAM_HEADER; /* xz file format 1.2.1, section 3.1: its size, flags, filter 0x21 */
    assert_int_equal((block[0] + 1) * 4, BLOCK_HEADER);
    assert_int_equal(block[2], 0x21);
    block[DICTIONARY] = LARGEST;
    uint32_t crc = htole32(crc32_of(block, BLOCK_HEADER - CHECK));
    memcpy(block + BLOCK_HEADER - CHECK, &crc, CHECK);
    assert_ok(run(buf_slice(&file), true, &got, &end));
    assert_int_equal(end.unpack.stop, UNPACK_DAMAGED);
    assert_int_equal(end.rows, 0);
}

/* Each in each packing, by a child: the last row comes all the same, and what could not be read is counted. */
static void survives_hostile_text_however_packed(void **state)
{
    (void)state;
    enum { FILL = 512 << 10 };
    static const struct {
        const char *name, *head;
        char fill;
        const char *tail;
    } cases[] = {
        {"deep quotes", "email,name\n", '"', "\nlast@x.kr,z\n"},
        {"an open quote", "email,name\n\"", 'a', "\nlast@x.kr,z\n"},
        {"an endless line", "email,name\n", 'a', "\nlast@x.kr,z\n"},
        {"zero bytes", "email,name\n", '\0', "\nlast@x.kr,z\n"},
        {"deep json", "{\"a\":", '[', "\n{\"email\":\"last@x.kr\"}\n"},
    };
    for (size_t i = 0; i < COUNT_OF(cases) * PACKS; i++) {
        SCOPED(buf_done) struct buf text = {0}, file = {0}, got = {0};
        struct frame_end end = {0};
        buf_text(&text, cases[i / PACKS].head);
        memset(buf_extend(&text, FILL), cases[i / PACKS].fill, FILL);
        buf_text(&text, cases[i / PACKS].tail);
        pack_one((enum pack)(i % PACKS), buf_slice(&text), &file);
        assert_ok(run(buf_slice(&file), true, &got, &end));
        if (!strstr(buf_c(&got), ":last@x.kr") || end.broken == 0 || end.unpack.stop != UNPACK_WHOLE)
            fail_msg("%s, packing %zu: %s", cases[i / PACKS].name, i % PACKS, buf_c(&got));
    }
}

static void tells_of_damage(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf text = {0}, file = {0}, got = {0};
    struct frame_end end = {0};
    for (unsigned i = 0; i < 20000; i++) buf_print(&text, "kim%u@x.kr,%u\n", i * 7919 % 20011, i);
    pack_one(PACK_GZIP, buf_slice(&text), &file);
    file.len = file.len / 2; /* an upload that was cut */
    assert_ok(run(buf_slice(&file), true, &got, &end));
    assert_int_equal(end.unpack.stop, UNPACK_DAMAGED);
    assert_true(end.rows > 1000);
    assert_true(end.broken <= 1);
}

static int taken_main(int argc, char **argv);

static const struct child_kind kinds[] = {{READER_WORD, reader_main}, {"taken", taken_main}};

enum { CANARY_BYTES = 32 };
static const char canary_name[] = "AMANAH_TEST_KEY";

/* A parser that was taken over tries what it can to get at a key, and says what worked. */
static int taken_main(int argc, char **argv)
{
    static const struct child_limits limits = {256U << 20, 5, SANDBOX_FILTER};
    uint8_t stolen[CANARY_BYTES] = {0};
    if (child_enter(&limits).code != CODE_OK) return 1;
    pid_t vault = getppid();
    if (argc > 1) { /* the vault's memory, by its address */
        struct iovec into = {stolen, sizeof stolen}, from = {NULL, sizeof stolen};
        uintptr_t at = strtoull(argv[1], NULL, 16);
        memcpy(&from.iov_base, &at, sizeof at);
        return process_vm_readv(vault, &into, 1, &from, 1, 0) > 0 ? 0 : 3;
    }
    SCOPED(buf_done) struct buf said = {0};
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/mem", (int)vault);
    const char *const files[] = {"/etc/passwd", "/proc/self/environ", path};
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        if (open(files[i], O_RDONLY | O_CLOEXEC) >= 0) buf_text(&said, "file ");
    }
    if (socket(AF_INET, SOCK_STREAM, 0) >= 0 || socket(AF_UNIX, SOCK_STREAM, 0) >= 0)
        buf_text(&said, "socket ");
    for (int fd = STDERR_FILENO + 1; fd < 64; fd++) {
        if (fcntl(fd, F_GETFD) >= 0) buf_text(&said, "descriptor ");
    }
    if (getenv(canary_name)) buf_text(&said, "environment ");
    const pid_t nobody = INT_MAX; /* without the wall it would hear that there is no such process */
    if (kill(nobody, SIGCONT) == 0 || errno != EPERM) buf_text(&said, "signal ");
    if (syscall(SYS_tgkill, nobody, nobody, SIGCONT) == 0 || errno != EPERM) buf_text(&said, "signal ");
    if (syscall(SYS_fork) == 0) _exit(0);
    if (errno != EPERM) buf_text(&said, "process ");
    if (mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
        buf_text(&said, "code ");
    buf_text(&said, "end");
    return write(STDOUT_FILENO, said.at, said.len) > 0 ? 0 : 1;
}

static void reaches_nothing_when_taken_over(void **state)
{
    (void)state;
    if (SANITIZED) skip(); /* walls are not shut under a sanitizer */
    struct child child = {0};
    char said[256] = "";
    assert_int_equal(setenv(canary_name, "a passphrase", 1), 0);
    assert_ok(child_start("taken", (const char *const[]){NULL}, -1, &child));
    assert_true(read(child.out_fd, said, sizeof said - 1) > 0);
    assert_string_equal(said, "end");
    assert_ok(child_end(&child));
}

/* Whoever asks for the vault's memory is dead before there is an answer. */
static void dies_when_it_reaches_for_the_vaults_memory(void **state)
{
    (void)state;
    if (SANITIZED) skip();
    static uint8_t key[CANARY_BYTES] = {1, 2, 3};
    struct child child = {0};
    char at[24];
    (void)snprintf(at, sizeof at, "%llx", (unsigned long long)(uintptr_t)key);
    assert_ok(child_start("taken", (const char *const[]){at, NULL}, -1, &child));
    assert_code(CODE_UNAVAILABLE, child_end(&child));
    assert_string_equal(result_text(), "child: it was ended by signal 31"); /* SIGSYS */
}

enum { PASSED_ROWS = 1200 };

/* Of the rows that `whole` tells of, exactly those behind so many; in a child for one of the packings. */
static void passes_over(struct slice file, uint64_t rows, struct slice whole, bool child)
{
    SCOPED(buf_done) struct buf got = {0}, first = {0};
    struct memory memory = {file};
    const struct unpack_source source = {&memory, file.len, memory_read};
    const struct feed_sink sink = {&got, columns_note, row_note, NULL, NULL};
    struct frame_end end = {0};
    assert_ok((child ? feed_run : feed_here)(&source, rows, &sink, &end));
    assert_int_equal(end.rows, PASSED_ROWS + 1);
    buf_print(&first, " %u:", 2 + 2 * (unsigned)rows); /* each row has two lines */
    const uint8_t *from = rows < PASSED_ROWS ? memmem(whole.at, whole.len, first.at, first.len) : NULL;
    struct slice want = from ? slice_from(whole, (size_t)(from - whole.at)) : (struct slice){0};
    assert_true(slice_starts(buf_slice(&got), "[3]"));
    assert_true(slice_equal(slice_from(buf_slice(&got), 3), want));
}

/* What was given before is passed over, whatever it is packed in: the rest is the same, and so are the counts. */
static void goes_on_behind_any_row_however_packed(void **state)
{
    (void)state;
    static const uint64_t given[] = {0, 1, 511, 512, 513, PASSED_ROWS - 1, PASSED_ROWS};
    SCOPED(buf_done) struct buf text = {0};
    buf_text(&text, "id,email,name\n");
    for (unsigned i = 0; i < PASSED_ROWS; i++) buf_print(&text, "%u,c%u@x.kr,\"Kim\nMinjun\"\n", i, i);
    for (int how = -1; how < PACKS; how++) {
        SCOPED(buf_done) struct buf file = {0}, whole = {0};
        struct frame_end end = {0};
        if (how < 0)
            buf_slice_put(&file, buf_slice(&text));
        else
            pack_one((enum pack)how, buf_slice(&text), &file);
        assert_ok(run(buf_slice(&file), false, &whole, &end));
        for (size_t i = 0; i < COUNT_OF(given); i++)
            passes_over(buf_slice(&file), given[i], buf_slice(&whole), how == PACK_GZIP);
    }
}

/* A file that cannot be read to its end, and a caller that has had enough: it ends, and says why. */
struct fault {
    uint64_t file_from;   /* reading fails from there on */
    unsigned frames_left; /* before the caller fails */
};

static RESULT fault_read(void *context, uint64_t at, size_t len, struct buf *out)
{
    static const char rows[] = "kim@x.kr,Kim Minjun\nlee@x.kr,Lee Seoyeon\n";
    const struct fault *fault = context;
    if (at >= fault->file_from) return FAIL(CORRUPT, "the disk says no");
    while (len > 0) {
        struct slice part = slice_part(slice_text(rows), (size_t)(at % (sizeof rows - 1)), len);
        buf_slice_put(out, part);
        at += part.len;
        len -= part.len;
    }
    return OK;
}

static RESULT fault_flush(void *context, uint32_t unreadable)
{
    struct fault *fault = context;
    (void)unreadable;
    return fault->frames_left-- > 0 ? OK : FAIL(SPENT, "the caller says no");
}

static RESULT fault_row(void *context, uint64_t line, const struct sheet_value *values, size_t count)
{
    (void)context, (void)line, (void)values, (void)count;
    return OK;
}

static RESULT fault_columns(void *context, const struct frame_columns *columns)
{
    (void)context, (void)columns;
    return OK;
}

static void ends_when_either_side_fails(void **state)
{
    (void)state;
    enum { BYTES = 40 * 1024 * 1024 };
    static const struct {
        uint64_t file_from;
        unsigned frames;
        const char *text;
    } cases[] = {{0, UINT_MAX, "the disk says no"},
                 {UNPACK_PART_BYTES, UINT_MAX, "the disk says no"},
                 {BYTES / 2, UINT_MAX, "the disk says no"},
                 {UINT64_MAX, 0, "the caller says no"},
                 {UINT64_MAX, 40, "the caller says no"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fault fault = {cases[i].file_from, cases[i].frames};
        const struct unpack_source source = {&fault, BYTES, fault_read};
        const struct feed_sink sink = {&fault, fault_columns, fault_row, fault_flush, NULL};
        struct frame_end end = {0};
        assert_true(feed_run(&source, 0, &sink, &end).code != CODE_OK);
        assert_string_equal(result_text(), cases[i].text);
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* its child is gone */
    }
}

static void believes_no_child(void **state)
{
    (void)state;
    PROPERTY(2000, rng) {
        uint8_t bytes[64];
        struct frame frame = {.type = FRAME_END};
        struct slice body = {bytes, prop_fill(&rng, bytes, sizeof bytes)};
        enum frame_type type = (enum frame_type)(FRAME_WANT + prop_below(&rng, 4));
        struct result got = frame_read(type, body, &frame);
        if (got.code != CODE_OK || type != FRAME_ROWS) continue;
        struct sheet_value values[SHEET_VALUES_MAX];
        struct cursor rows = {frame.rows.at, false};
        uint64_t line = 0;
        size_t count = 0;
        while (rows_next(&rows, &line, values, &count)) assert_true(count <= SHEET_VALUES_MAX);
    }
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], CHILD_WORD) == 0) return child_run(kinds, COUNT_OF(kinds), argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_is_packed),
        cmocka_unit_test(uses_no_names),
        cmocka_unit_test(passes_over_archives_within),
        cmocka_unit_test(stops_at_a_bomb),
        cmocka_unit_test(stops_at_too_many_members),
        cmocka_unit_test(refuses_to_take_all_memory),
        cmocka_unit_test(survives_hostile_text_however_packed),
        cmocka_unit_test(tells_of_damage),
        cmocka_unit_test(reaches_nothing_when_taken_over),
        cmocka_unit_test(dies_when_it_reaches_for_the_vaults_memory),
        cmocka_unit_test(goes_on_behind_any_row_however_packed),
        cmocka_unit_test(ends_when_either_side_fails),
        cmocka_unit_test(believes_no_child),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
