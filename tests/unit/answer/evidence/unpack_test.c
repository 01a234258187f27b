#include "answer/evidence/dump/feed.h"
#include "answer/evidence/dump/reader.h"

#include "child/child.h"
#include "prop.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
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

enum pack { PACK_GZIP, PACK_XZ, PACK_ZIP, PACK_7ZIP, PACK_TAR_GZIP };

static la_ssize_t packed_write(struct archive *archive, void *context, const void *bytes, size_t len)
{
    (void)archive;
    buf_put(context, bytes, len);
    return (la_ssize_t)len;
}

static void member_put(struct archive *archive, const char *name, struct slice text)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0600);
    archive_entry_set_size(entry, (la_int64_t)text.len);
    assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
    assert_int_equal(archive_write_data(archive, text.at, text.len), text.len);
    archive_entry_free(entry);
}

static void pack(enum pack how, const struct slice *members, size_t count, struct buf *out)
{
    struct archive *archive = archive_write_new();
    if (how == PACK_GZIP || how == PACK_TAR_GZIP) (void)archive_write_add_filter_gzip(archive);
    if (how == PACK_XZ) (void)archive_write_add_filter_xz(archive);
    if (how == PACK_ZIP) (void)archive_write_set_format_zip(archive);
    if (how == PACK_7ZIP) (void)archive_write_set_format_7zip(archive);
    if (how == PACK_TAR_GZIP) (void)archive_write_set_format_ustar(archive);
    if (how == PACK_GZIP || how == PACK_XZ) (void)archive_write_set_format_raw(archive);
    assert_int_equal(archive_write_open(archive, out, NULL, packed_write, NULL), ARCHIVE_OK);
    for (size_t i = 0; i < count; i++) member_put(archive, i ? "../../etc/passwd" : "dump.csv", members[i]);
    assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
    (void)archive_write_free(archive);
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
            const struct slice members[] = {slice_text(list)};
            pack(how, members, 1, &file);
            assert_ok(run(buf_slice(&file), child, &got, &end));
            assert_string_equal(buf_c(&got), buf_c(&plain));
            assert_int_equal(end.unpack.kind, kinds[how]);
            assert_int_equal(end.unpack.stop, UNPACK_WHOLE);
            assert_int_equal(end.rows, 3);
        }
    }
}

/* Two members, the second with a name that climbs: both are read, no name is used. */
static void uses_no_names(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf file = {0}, got = {0};
    const struct slice members[] = {slice_text(list), slice_text("park@x.kr:secret\nchoi@x.kr:secret\n")};
    struct frame_end end = {0};
    pack(PACK_ZIP, members, 2, &file);
    assert_ok(run(buf_slice(&file), true, &got, &end));
    assert_string_equal(buf_c(&got), "[3] 2:kim@x.kr 3:lee@x.kr[3] 1:park@x.kr 2:choi@x.kr");
    assert_int_equal(end.unpack.members, 2);
}

static void passes_over_archives_within(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf inner = {0}, file = {0}, got = {0};
    const struct slice first[] = {slice_text(list)};
    struct frame_end end = {0};
    pack(PACK_GZIP, first, 1, &inner);
    const struct slice members[] = {buf_slice(&inner), slice_text(list)};
    pack(PACK_ZIP, members, 2, &file);
    assert_ok(run(buf_slice(&file), true, &got, &end));
    assert_string_equal(buf_c(&got), "[3] 2:kim@x.kr 3:lee@x.kr");
    assert_int_equal(end.unpack.nested, 1);
}

static void stops_at_a_bomb(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf zeros = {0}, file = {0}, got = {0};
    struct frame_end end = {0};
    memset(buf_extend(&zeros, 256 << 20), '0', 256 << 20);
    const struct slice members[] = {buf_slice(&zeros)};
    pack(PACK_XZ, members, 1, &file);
    assert_true(file.len < 1 << 20);
    assert_ok(run(buf_slice(&file), true, &got, &end));
    assert_int_equal(end.unpack.stop, UNPACK_BOMB);
    assert_true(end.unpack.bytes < 128 << 20);
}

static void tells_of_damage(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf text = {0}, file = {0}, got = {0};
    struct frame_end end = {0};
    for (unsigned i = 0; i < 20000; i++) buf_print(&text, "kim%u@x.kr,%u\n", i * 7919 % 20011, i);
    const struct slice members[] = {buf_slice(&text)};
    pack(PACK_GZIP, members, 1, &file);
    file.len = file.len / 2; /* an upload that was cut */
    assert_ok(run(buf_slice(&file), true, &got, &end));
    assert_int_equal(end.unpack.stop, UNPACK_DAMAGED);
    assert_true(end.rows > 1000);
    assert_true(end.broken <= 1);
}

static int taken_main(int argc, char **argv);

static const struct child_kind kinds[] = {{READER_WORD, reader_main}, {"taken", taken_main}};

/* A parser that was taken over writes what it likes: the parent takes none of it for a frame. */
static int taken_main(int argc, char **argv)
{
    static const struct child_limits limits = {256U << 20, 5, SANDBOX_FILTER};
    (void)argc, (void)argv;
    if (child_enter(&limits).code != CODE_OK) return 1;
    char said[128] = "";
    if (open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0) (void)strcat(said, "file ");
    if (socket(AF_INET, SOCK_STREAM, 0) >= 0) (void)strcat(said, "network ");
    for (int fd = STDERR_FILENO + 1; fd < 64; fd++) {
        if (fcntl(fd, F_GETFD) >= 0) (void)strcat(said, "descriptor ");
    }
    (void)strcat(said, "end");
    return write(STDOUT_FILENO, said, strlen(said)) > 0 ? 0 : 1;
}

static void reaches_nothing_when_taken_over(void **state)
{
    (void)state;
    if (SANITIZED) skip(); /* walls are not shut under a sanitizer */
    struct child child = {0};
    char said[128] = "";
    assert_ok(child_start("taken", (const char *const[]){NULL}, -1, &child));
    assert_true(read(child.out_fd, said, sizeof said - 1) > 0);
    assert_string_equal(said, "end");
    assert_ok(child_end(&child));
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
        cmocka_unit_test(tells_of_damage),
        cmocka_unit_test(reaches_nothing_when_taken_over),
        cmocka_unit_test(believes_no_child),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
