#include "cli/progress.h"

#include "base/clock.h"
#include "cli/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

enum { BAR_CELLS = 24, TURNS_PER_SECOND = 10, MEGABYTE = 1000000 };

struct progress progress_begin(const struct call *call, uint64_t total_bytes)
{
    bool on = isatty(STDERR_FILENO) == 1 && !call_has(call, OPT_QUIET) && !call_has(call, OPT_JSON);
    return (struct progress){on, total_bytes, clock_monotonic_us(), 0};
}

static void megabytes_put(struct buf *out, uint64_t bytes)
{
    buf_print(out, "%" PRIu64 ".%" PRIu64, bytes / MEGABYTE, bytes % MEGABYTE / (MEGABYTE / 10));
}

/* "[####....]  50 %  " */
static void bar_put(struct buf *out, uint64_t done, uint64_t all)
{
    double share = all > 0 && done <= all ? (double)done / (double)all : 1;
    buf_byte(out, '[');
    for (int i = 0; i < BAR_CELLS; i++) buf_byte(out, i < (int)(share * BAR_CELLS) ? '#' : '.');
    buf_print(out, "] %3d %%  ", (int)(share * 100));
}

void progress_put(struct buf *out, uint64_t rows, uint64_t bytes, uint64_t total, int64_t elapsed_us)
{
    uint64_t elapsed = elapsed_us > 0 ? (uint64_t)elapsed_us : 1;
    bool known = total > 0 && bytes <= total;
    if (known) bar_put(out, bytes, total);
    count_put(out, rows);
    buf_text(out, " rows, ");
    count_put(out, (uint64_t)((double)rows * 1e6 / (double)elapsed));
    buf_text(out, " a second, ");
    megabytes_put(out, bytes);
    if (known) buf_text(out, " of ");
    if (known) megabytes_put(out, total);
    buf_text(out, " MB");
    if (!known || bytes == 0) return;
    uint64_t left_s = (uint64_t)((double)(total - bytes) / (double)bytes * (double)elapsed / 1e6);
    buf_print(out, ", %" PRIu64 ":%02" PRIu64 " left", left_s / 60, left_s % 60);
}

/* Is it time for the next picture? */
static bool turn(struct progress *progress, int64_t *now)
{
    *now = progress->on ? clock_monotonic_us() : 0;
    if (!progress->on || *now - progress->shown_us < SECOND_US / TURNS_PER_SECOND) return false;
    progress->shown_us = *now;
    return true;
}

static void draw(struct buf *line)
{
    (void)fprintf(stderr, "\r%s\033[K", buf_c(line));
    (void)fflush(stderr);
}

void progress_show(struct progress *progress, uint64_t rows, uint64_t bytes)
{
    SCOPED(buf_done) struct buf line = {0};
    int64_t now = 0;
    if (!turn(progress, &now)) return;
    progress_put(&line, rows, bytes, progress->total, now - progress->began_us);
    draw(&line);
}

void progress_part(struct progress *progress, uint64_t done, uint64_t all, const char *what)
{
    SCOPED(buf_done) struct buf line = {0};
    int64_t now = 0;
    if (!turn(progress, &now)) return;
    bar_put(&line, done, all);
    count_put(&line, done);
    buf_text(&line, " of ");
    count_put(&line, all);
    buf_print(&line, " %s", what);
    draw(&line);
}

void progress_end(struct progress *progress)
{
    if (progress->on && progress->shown_us > 0) (void)fprintf(stderr, "\r\033[K");
    progress->shown_us = 0;
}
