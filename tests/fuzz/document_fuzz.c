/* Documents on their way to the process that draws: read or refused; and any text is made fit for one. */
#include "answer/paper/draw.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct pen *pen;
    struct slice bytes = {data, len};
    struct document_head head = {{0}};
    struct document_reader reader = {{{{0}}}};
    struct document_block block;
    SCOPED(buf_done) struct buf clean = {0}, pdf = {0};
    SCOPED(document_done) struct document document = {0};
    document_clean(bytes, &clean);
    if (!utf8_valid(buf_slice(&clean))) __builtin_trap();
    bool whole = document_open(bytes, &reader, &head).code == CODE_OK;
    while (whole && document_more(&reader)) whole = document_next(&reader, &block).code == CODE_OK;
    if (!pen && draw_ready(&pen).code != CODE_OK) __builtin_trap();
    struct result drawn = draw_pdf(pen, bytes, &pdf);
    if (whole != (drawn.code == CODE_OK) && drawn.cause != CAUSE_TOO_MANY) __builtin_trap();
    pdf.len = 0;
    document_begin(&document, &(struct document_head){.title = bytes, .language = bytes, .footer = bytes});
    document_text(&document, BLOCK_PARAGRAPH, bytes);
    document_pair(&document, bytes, bytes);
    if (draw_pdf(pen, buf_slice(&document.bytes), &pdf).code != CODE_OK) __builtin_trap();
    return 0;
}
