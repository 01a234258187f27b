#include "answer/paper/draw.h"

#include "base/clock.h"

#include <assert.h>
#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>
#include <stdlib.h>

#ifdef __SANITIZE_ADDRESS__
/* What fontconfig and Pango keep to their end is not ours to free; frames of ours above it are still told. */
const char *__lsan_default_suppressions(void);
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig.so\nleak:libpango\nleak:libglib\nleak:libcairo\n";
}
const char *__lsan_default_options(void);
__attribute__((visibility("default"))) const char *__lsan_default_options(void)
{
    return "print_suppressions=0"; /* on standard error, which a child may not have */
}
#endif

#define PAGE_WIDTH 595.276 /* A4 in points */
#define PAGE_HEIGHT 841.89
#define MARGIN 56.7
#define TOP 56.7
#define BOTTOM (PAGE_HEIGHT - 62.0)
#define WIDTH (PAGE_WIDTH - 2 * MARGIN)
#define COLUMN_GAP 8.0
#define LABEL_SHARE 0.32
#define WINDOW_TOP 127.6 /* of a DL envelope, as DIN 5008 form B has it: 45 mm down, 45 mm high */
#define WINDOW_END 255.1
#define WINDOW_WIDTH 227.0
#define LETTER_AIR 1.5 /* between its paragraphs: it is read by who is not used to it */

struct pen {
    FcConfig *config;
    PangoFontMap *map;
    PangoContext *context;
};

/* How a kind of block looks. */
struct look {
    const char *family;
    double size, before, grey, indent, keep;
    bool bold;
};
static const struct look looks[] = {
    [BLOCK_TITLE] = {"NanumGothic", 17, 6, 0, 0, 60, true},
    [BLOCK_HEADING] = {"NanumGothic", 12.5, 14, 0, 0, 44, true},
    [BLOCK_SUBHEADING] = {"NanumGothic", 10.5, 9, 0, 0, 36, true},
    [BLOCK_PARAGRAPH] = {"NanumGothic", 9.8, 4, 0, 0, 0, false},
    [BLOCK_NOTE] = {"NanumGothic", 8.2, 3, 0.35, 0, 0, false},
    [BLOCK_ITEM] = {"NanumGothic", 9.8, 2.5, 0, 14, 0, false},
    [BLOCK_PAIR] = {"NanumGothic", 9.8, 3.5, 0, 0, 0, false},
    [BLOCK_ROW_HEAD] = {"NanumGothic", 9, 6, 0, 0, 26, true},
    [BLOCK_ROW] = {"NanumGothic", 9, 3, 0, 0, 0, false},
    [BLOCK_ADDRESS] = {"NanumGothic", 10.5, 0, 0, 0, 0, false},
    [BLOCK_MONO] = {"NanumGothicCoding", 8, 4, 0, 0, 0, false},
};
static const struct look label_look = {"NanumGothic", 9.8, 3.5, 0.3, 0, 0, false};
static const struct look footer_look = {"NanumGothic", 7.8, 0, 0.4, 0, 0, false};

struct cell {
    PangoLayout *layout;
    PangoLayoutIter *line;
    double x, grey;
    bool over;
};

struct lay {
    struct pen *pen;
    cairo_t *cr;
    cairo_surface_t *surface;
    struct document_head head;
    double y;
    unsigned page, pages; /* pages 0: they are counted only */
    unsigned letter;      /* the page that its letter began on; 0: it is none */
    uint8_t weights[DOCUMENT_COLUMNS_MAX];
    size_t columns;
};

static const struct font {
    const char *family, *file, *package;
} fonts[] = {
#define FONT(family, file, package) {family, file, package},
#include "answer/paper/fonts.def"
#undef FONT
};

/*
 * Nothing is put in where a word is broken: it may be a hash. And Korean fonts draw a backslash as the sign of the won: it
 * is taken from the font behind them.
 */
static void attributes_set(PangoLayout *layout, struct slice text)
{
    PangoAttrList *list = pango_attr_list_new();
    pango_attr_list_insert(list, pango_attr_insert_hyphens_new(FALSE));
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] != '\\') continue;
        PangoAttribute *attribute = pango_attr_family_new("DejaVu Sans");
        attribute->start_index = (guint)i;
        attribute->end_index = (guint)i + 1;
        pango_attr_list_insert(list, attribute);
    }
    pango_layout_set_attributes(layout, list);
    pango_attr_list_unref(list);
}

static PangoLayout *layout_new(struct pen *pen, const struct look *look, struct slice text, double width)
{
    PangoLayout *layout = pango_layout_new(pen->context);
    PangoFontDescription *font = pango_font_description_new();
    assert(layout && font && text.len <= INT_MAX);
    pango_font_description_set_family_static(font, look->family);
    pango_font_description_set_absolute_size(font, look->size * PANGO_SCALE);
    pango_font_description_set_weight(font, look->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    pango_layout_set_auto_dir(layout, FALSE); /* who types one Arabic letter does not turn the line around */
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_spacing(layout, (int)(look->size * 0.28 * PANGO_SCALE));
    pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
    pango_layout_set_text(layout, (const char *)text.at, (int)text.len);
    attributes_set(layout, text);
    return layout;
}

static cairo_status_t buf_write(void *to, const unsigned char *bytes, unsigned len)
{
    buf_put(to, bytes, len);
    return CAIRO_STATUS_SUCCESS;
}

void draw_done(struct pen **pen)
{
    if (!*pen) return;
    if ((*pen)->context) g_object_unref((*pen)->context);
    if ((*pen)->map) g_object_unref((*pen)->map);
    if ((*pen)->config) FcConfigDestroy((*pen)->config);
    free(*pen);
    *pen = NULL;
}

static RESULT fonts_open(FcConfig *config)
{
    for (size_t i = 0; i < COUNT_OF(fonts); i++) {
        if (!FcConfigAppFontAddFile(config, (const FcChar8 *)fonts[i].file))
            return FAIL(UNAVAILABLE, "%s: cannot be read; install %s", fonts[i].file, fonts[i].package);
    }
    return OK;
}

/* In each look a letter of each font, and one that none has: what is drawn of it was loaded from a font, too. */
static void warm_up(struct document *all)
{
    static const uint8_t weight = 1;
    const struct slice text = SLICE_TEXT("A 가 ☐ \\ \xcd\xb8\n\nA");
    document_begin(all, &(struct document_head){.language = SLICE_TEXT("en"), .footer = text});
    document_table(all, &weight, 1);
    for (enum block kind = BLOCK_TITLE; kind <= BLOCK_MONO; kind++) {
        if (kind == BLOCK_ROW || kind == BLOCK_ROW_HEAD)
            document_row(all, kind, &text);
        else if (kind == BLOCK_PAIR)
            document_pair(all, text, text);
        else if (kind != BLOCK_TABLE)
            document_text(all, kind, text);
    }
    document_text(all, BLOCK_ADDRESS, text);
}

RESULT draw_ready(struct pen **out)
{
    SCOPED(draw_done) struct pen *pen = calloc(1, sizeof *pen);
    SCOPED(document_done) struct document all = {0};
    SCOPED(buf_done) struct buf pdf = {0};
    if (!pen) return FAIL(UNAVAILABLE, "paper: no memory");
    pen->config = FcConfigCreate();
    pen->map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
    if (!pen->config || !pen->map) return FAIL(UNAVAILABLE, "paper: no memory for fonts");
    TRY(fonts_open(pen->config));
    pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(pen->map), pen->config);
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(pen->map), 72);
    pen->context = pango_font_map_create_context(pen->map);
    if (!pen->context) return FAIL(UNAVAILABLE, "paper: no memory for fonts");
    pango_context_set_round_glyph_positions(pen->context, FALSE);

    warm_up(&all);
    TRY(draw_pdf(pen, buf_slice(&all.bytes), &pdf));
    *out = TAKE(pen);
    return OK;
}

static void footer_put(struct lay *lay)
{
    SCOPED(buf_done) struct buf number = {0};
    if (lay->pages == 0) return;
    if (lay->letter > 0)
        buf_print(&number, "%u", lay->page - lay->letter + 1); /* each letter counts its own */
    else
        buf_print(&number, "%u / %u", lay->page, lay->pages);
    PangoLayout *left = layout_new(lay->pen, &footer_look, lay->head.footer, WIDTH - 60);
    PangoLayout *right = layout_new(lay->pen, &footer_look, buf_slice(&number), 60);
    pango_layout_set_height(left, 0); /* one line, and "…" */
    pango_layout_set_ellipsize(left, PANGO_ELLIPSIZE_END);
    pango_layout_set_alignment(right, PANGO_ALIGN_RIGHT);
    cairo_set_source_rgb(lay->cr, footer_look.grey, footer_look.grey, footer_look.grey);
    cairo_move_to(lay->cr, MARGIN, PAGE_HEIGHT - 42);
    pango_cairo_show_layout(lay->cr, left);
    cairo_move_to(lay->cr, MARGIN + WIDTH - 60, PAGE_HEIGHT - 42);
    pango_cairo_show_layout(lay->cr, right);
    g_object_unref(left);
    g_object_unref(right);
}

static void page_next(struct lay *lay)
{
    footer_put(lay);
    if (lay->pages > 0) cairo_show_page(lay->cr);
    lay->page++;
    lay->y = TOP;
}

/* Draw of a cell what has room below `top`; how far down it came. */
static double cell_part(struct lay *lay, struct cell *cell, double top, bool force)
{
    int first = 0, last = 0, from = 0;
    double used = 0;
    pango_layout_iter_get_line_yrange(cell->line, &from, &last);
    while (!cell->over) {
        pango_layout_iter_get_line_yrange(cell->line, &first, &last);
        double end = (double)(last - from) / PANGO_SCALE;
        if (top + end > BOTTOM && !force) break;
        force = false;
        if (lay->pages > 0) {
            cairo_set_source_rgb(lay->cr, cell->grey, cell->grey, cell->grey);
            cairo_move_to(lay->cr, cell->x,
                          top + (double)(pango_layout_iter_get_baseline(cell->line) - from) / PANGO_SCALE);
            pango_cairo_show_layout_line(lay->cr, pango_layout_iter_get_line_readonly(cell->line));
        }
        used = end;
        cell->over = !pango_layout_iter_next_line(cell->line);
    }
    return used;
}

/* A row of cells: begins a page if it is short and would be cut, and goes on over pages if it is long. */
static void cells_put(struct lay *lay, struct cell *cells, size_t count, const struct look *look)
{
    double height = 0;
    bool over = false;
    for (size_t i = 0; i < count; i++) {
        int pixels = 0;
        pango_layout_get_size(cells[i].layout, NULL, &pixels);
        if ((double)pixels / PANGO_SCALE > height) height = (double)pixels / PANGO_SCALE;
        cells[i].line = pango_layout_get_iter(cells[i].layout);
    }
    if (lay->y > TOP) lay->y += look->before * (lay->letter > 0 ? LETTER_AIR : 1);
    bool is_short = height < (BOTTOM - TOP) / 3;
    if (lay->y > TOP && lay->y + look->keep + (is_short ? height : look->size * 2) > BOTTOM) page_next(lay);
    while (!over && lay->page <= DRAW_PAGES_MAX) {
        double used = 0;
        over = true;
        for (size_t i = 0; i < count; i++) {
            double part = cells[i].over ? 0 : cell_part(lay, &cells[i], lay->y, lay->y <= TOP);
            if (part > used) used = part;
            over &= cells[i].over;
        }
        lay->y += used;
        if (!over) page_next(lay);
    }
    for (size_t i = 0; i < count; i++) {
        pango_layout_iter_free(cells[i].line);
        g_object_unref(cells[i].layout);
    }
}

static void rule_put(struct lay *lay, double grey)
{
    lay->y += 2;
    if (lay->pages == 0) return;
    cairo_set_source_rgb(lay->cr, grey, grey, grey);
    cairo_set_line_width(lay->cr, 0.5);
    cairo_move_to(lay->cr, MARGIN, lay->y);
    cairo_line_to(lay->cr, MARGIN + WIDTH, lay->y);
    cairo_stroke(lay->cr);
}

static void row_put(struct lay *lay, const struct document_block *block)
{
    const struct look *look = &looks[block->kind];
    struct cell cells[DOCUMENT_COLUMNS_MAX] = {{0}};
    double sum = 0, x = MARGIN;
    for (size_t i = 0; i < lay->columns; i++) sum += lay->weights[i];
    for (size_t i = 0; i < lay->columns; i++) {
        double width = WIDTH * lay->weights[i] / sum;
        double gap = i + 1 < lay->columns ? COLUMN_GAP : 0;
        cells[i] = (struct cell){.layout = layout_new(lay->pen, look, block->texts[i], width - gap), .x = x};
        x += width;
    }
    cells_put(lay, cells, lay->columns, look);
    rule_put(lay, block->kind == BLOCK_ROW_HEAD ? 0.3 : 0.8);
}

static void pair_put(struct lay *lay, const struct document_block *block)
{
    double label = WIDTH * LABEL_SHARE;
    struct cell cells[] = {
        {.layout = layout_new(lay->pen, &label_look, block->texts[0], label - COLUMN_GAP),
         .x = MARGIN,
         .grey = label_look.grey},
        {.layout = layout_new(lay->pen, &looks[BLOCK_PAIR], block->texts[1], WIDTH - label),
         .x = MARGIN + label},
    };
    cells_put(lay, cells, COUNT_OF(cells), &looks[BLOCK_PAIR]);
}

static void outline_put(struct lay *lay, struct slice text)
{
    SCOPED(buf_done) struct buf name = {0}, place = {0};
    if (lay->pages == 0) return;
    buf_slice_put(&name, text);
    buf_print(&place, "page=%u", lay->page);
    cairo_pdf_surface_add_outline(lay->surface, CAIRO_PDF_OUTLINE_ROOT, buf_c(&name), buf_c(&place), 0);
}

static void text_put(struct lay *lay, const struct document_block *block)
{
    const struct look *look = &looks[block->kind];
    struct cell cells[2] = {{0}};
    size_t count = 0;
    if (block->kind == BLOCK_ITEM)
        cells[count++] =
            (struct cell){.layout = layout_new(lay->pen, look, SLICE_TEXT("•"), look->indent), .x = MARGIN};
    cells[count++] =
        (struct cell){.layout = layout_new(lay->pen, look, block->texts[0], WIDTH - look->indent),
                      .x = MARGIN + look->indent,
                      .grey = look->grey};
    cells_put(lay, cells, count, look);
    if (block->kind == BLOCK_HEADING) outline_put(lay, block->texts[0]);
}

/* A letter begins: on a page of its own, the sender in small above the address, both in the window. */
static void address_put(struct lay *lay, struct slice text)
{
    const struct look *look = &looks[BLOCK_ADDRESS];
    if (lay->y > TOP) page_next(lay);
    lay->letter = lay->page;
    if (lay->pages > 0) {
        PangoLayout *sender = layout_new(lay->pen, &footer_look, lay->head.author, WINDOW_WIDTH);
        PangoLayout *address = layout_new(lay->pen, look, text, WINDOW_WIDTH);
        pango_layout_set_height(sender, 0);
        pango_layout_set_ellipsize(sender, PANGO_ELLIPSIZE_END);
        pango_layout_set_height(address, (int)((WINDOW_END - WINDOW_TOP - 14) * PANGO_SCALE));
        pango_layout_set_ellipsize(address, PANGO_ELLIPSIZE_END);
        cairo_set_source_rgb(lay->cr, 0, 0, 0);
        cairo_move_to(lay->cr, MARGIN, WINDOW_TOP);
        pango_cairo_show_layout(lay->cr, sender);
        cairo_move_to(lay->cr, MARGIN, WINDOW_TOP + 14);
        pango_cairo_show_layout(lay->cr, address);
        g_object_unref(sender);
        g_object_unref(address);
    }
    lay->y = WINDOW_END + 14;
}

static void block_put(struct lay *lay, const struct document_block *block)
{
    switch (block->kind) {
    case BLOCK_PAIR:
        pair_put(lay, block);
        break;
    case BLOCK_TABLE:
        lay->columns = block->count;
        memcpy(lay->weights, block->weights, sizeof lay->weights);
        break;
    case BLOCK_ROW_HEAD:
    case BLOCK_ROW:
        row_put(lay, block);
        break;
    case BLOCK_PAGE:
        if (lay->y > TOP) page_next(lay);
        break;
    case BLOCK_ADDRESS:
        address_put(lay, block->texts[0]);
        break;
    case BLOCK_TITLE:
    case BLOCK_HEADING:
    case BLOCK_SUBHEADING:
    case BLOCK_PARAGRAPH:
    case BLOCK_NOTE:
    case BLOCK_ITEM:
    case BLOCK_MONO:
        text_put(lay, block);
        break;
    }
}

/* All blocks, over as many pages as they take. */
static RESULT blocks_put(struct lay *lay, struct document_reader reader)
{
    lay->page = 1;
    lay->letter = 0;
    lay->y = TOP;
    while (document_more(&reader)) {
        struct document_block block;
        TRY(document_next(&reader, &block));
        block_put(lay, &block);
        if (lay->page > DRAW_PAGES_MAX) return FAIL(TOO_MANY, "paper: more than %d pages", DRAW_PAGES_MAX);
    }
    footer_put(lay);
    return OK;
}

static void meta_put(struct lay *lay)
{
    SCOPED(buf_done) struct buf title = {0}, author = {0}, subject = {0}, made = {0};
    buf_slice_put(&title, lay->head.title);
    buf_slice_put(&author, lay->head.author);
    buf_slice_put(&subject, lay->head.subject);
    time_put(&made, lay->head.made_us);
    const struct {
        cairo_pdf_metadata_t what;
        struct buf *text;
    } rows[] = {{CAIRO_PDF_METADATA_TITLE, &title},
                {CAIRO_PDF_METADATA_AUTHOR, &author},
                {CAIRO_PDF_METADATA_SUBJECT, &subject},
                {CAIRO_PDF_METADATA_CREATE_DATE, &made},
                {CAIRO_PDF_METADATA_MOD_DATE, &made}};
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        cairo_pdf_surface_set_metadata(lay->surface, rows[i].what, buf_c(rows[i].text));
    cairo_pdf_surface_set_metadata(lay->surface, CAIRO_PDF_METADATA_CREATOR, "Amanah " AMN_VERSION);
}

static RESULT pages_put(struct lay *lay, struct document_reader reader)
{
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(lay->pen->context, options);
    cairo_font_options_destroy(options);
    TRY(blocks_put(lay, reader));
    lay->pages = lay->page;
    lay->columns = 0;
    return blocks_put(lay, reader);
}

RESULT draw_pdf(struct pen *pen, struct slice bytes, struct buf *out)
{
    struct lay lay = {.pen = pen};
    struct document_reader reader = {{{{0}}}};
    SCOPED(buf_done) struct buf pdf = {0};
    SCOPED(buf_done) struct buf language = {0};
    TRY(document_open(bytes, &reader, &lay.head));
    buf_slice_put(&language, lay.head.language);
    pango_context_set_language(pen->context, pango_language_from_string(buf_c(&language)));
    lay.surface = cairo_pdf_surface_create_for_stream(buf_write, &pdf, PAGE_WIDTH, PAGE_HEIGHT);
    lay.cr = cairo_create(lay.surface);
    meta_put(&lay);
    struct result drawn = pages_put(&lay, reader);
    cairo_surface_finish(lay.surface);
    cairo_status_t status = cairo_surface_status(lay.surface);
    if (status == CAIRO_STATUS_SUCCESS) status = cairo_status(lay.cr);
    cairo_destroy(lay.cr);
    cairo_surface_destroy(lay.surface);
    if (drawn.code != CODE_OK) return drawn;
    if (status != CAIRO_STATUS_SUCCESS) return FAIL(UNAVAILABLE, "paper: %s", cairo_status_to_string(status));
    TRY(stamp_pdf(&lay.head, &pdf));
    buf_slice_put(out, buf_slice(&pdf));
    return OK;
}
