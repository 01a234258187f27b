#include "answer/paper/draw.h"

#include "base/clock.h"
#include "base/text.h"

#include <stdlib.h>

/*
 * Cairo 1.16 writes neither the language of a document nor its description as XML (XMP), which screen readers and archives
 * look for. Both come as an update at the end of the file (ISO 32000-1, 7.5.6): the catalog once more, with more in it.
 */

static void xml_put(struct buf *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '&')
            buf_text(out, "&amp;");
        else if (text.at[i] == '<')
            buf_text(out, "&lt;");
        else if (text.at[i] == '>')
            buf_text(out, "&gt;");
        else
            buf_byte(out, text.at[i]);
    }
}

/* Only what a language tag is made of. */
static void tag_put(struct buf *out, struct slice tag)
{
    for (size_t i = 0; i < tag.len && i < 35; i++) {
        uint8_t byte = tag.at[i];
        uint8_t low = byte | 0x20;
        if ((low >= 'a' && low <= 'z') || (byte >= '0' && byte <= '9') || byte == '-') buf_byte(out, byte);
    }
}

static void xmp_put(const struct document_head *head, struct slice tag, struct buf *out)
{
    SCOPED(buf_done) struct buf made = {0};
    time_put(&made, head->made_us);
    buf_text(out, "<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
                  "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF "
                  "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"
                  "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
                  "xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"><dc:format>application/pdf</dc:format>"
                  "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">");
    xml_put(out, head->title);
    buf_text(out, "</rdf:li></rdf:Alt></dc:title><dc:creator><rdf:Seq><rdf:li>");
    xml_put(out, head->author);
    buf_text(out, "</rdf:li></rdf:Seq></dc:creator><dc:language><rdf:Bag><rdf:li>");
    xml_put(out, tag);
    buf_print(out, "</rdf:li></rdf:Bag></dc:language><xmp:CreateDate>%s</xmp:CreateDate>", buf_c(&made));
    buf_print(out,
              "<xmp:ModifyDate>%s</xmp:ModifyDate><xmp:CreatorTool>Amanah " AMN_VERSION "</xmp:CreatorTool>",
              buf_c(&made));
    buf_text(out, "</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>");
}

/* The last place of a text, as an offset; pdf.len: nowhere. */
static size_t last_of(struct slice pdf, const char *text)
{
    size_t len = strlen(text);
    for (size_t at = pdf.len >= len ? pdf.len - len + 1 : 0; at-- > 0;) {
        if (memcmp(pdf.at + at, text, len) == 0) return at;
    }
    return pdf.len;
}

/* The number behind a text that stands after `from`. */
static bool number_after(struct slice pdf, size_t from, const char *text, unsigned long *out)
{
    struct slice rest = slice_from(pdf, from);
    size_t len = strlen(text);
    const uint8_t *at = rest.len > 0 ? memmem(rest.at, rest.len, text, len) : NULL;
    size_t digits = 0;
    if (!at) return false;
    *out = 0;
    for (at += len; at < rest.at + rest.len && *at >= '0' && *at <= '9' && digits < 9; at++, digits++)
        *out = *out * 10 + (unsigned long)(*at - '0');
    return digits > 0;
}

RESULT stamp_pdf(const struct document_head *head, struct buf *pdf)
{
    struct slice old = buf_slice(pdf);
    size_t trailer = last_of(old, "trailer\n");
    unsigned long size = 0, root = 0, info = 0, xref = 0;
    SCOPED(buf_done) struct buf object = {0}, tag = {0}, xmp = {0}, rest = {0};
    if (!number_after(old, trailer, "/Size ", &size) || !number_after(old, trailer, "/Root ", &root) ||
        !number_after(old, trailer, "/Info ", &info) || !number_after(old, trailer, "startxref\n", &xref))
        return FAIL(INVALID, "pdf: no trailer as expected");
    buf_print(&object, "\n%lu 0 obj\n<< /Type /Catalog\n", root);
    size_t catalog = last_of(old, buf_c(&object));
    struct slice body = slice_from(old, catalog + object.len);
    const uint8_t *end = body.len > 0 ? memmem(body.at, body.len, "endobj", 6) : NULL;
    if (!end) return FAIL(INVALID, "pdf: no catalog as expected");
    buf_put(&rest, body.at, (size_t)(end - body.at));
    tag_put(&tag, head->language);
    xmp_put(head, buf_slice(&tag), &xmp);

    size_t catalog_at = pdf->len;
    buf_print(pdf, "%lu 0 obj\n<< /Type /Catalog\n   /Lang (%s)\n   /Metadata %lu 0 R\n", root, buf_c(&tag),
              size);
    buf_text(pdf, "   /ViewerPreferences << /DisplayDocTitle true >>\n");
    buf_slice_put(pdf, buf_slice(&rest));
    buf_text(pdf, "endobj\n");
    size_t xmp_at = pdf->len;
    buf_print(pdf, "%lu 0 obj\n<< /Type /Metadata /Subtype /XML /Length %zu >>\nstream\n", size, xmp.len);
    buf_slice_put(pdf, buf_slice(&xmp));
    buf_text(pdf, "\nendstream\nendobj\n");
    size_t xref_at = pdf->len;
    buf_print(pdf, "xref\n%lu 1\n%010zu 00000 n \n%lu 1\n%010zu 00000 n \n", root, catalog_at, size, xmp_at);
    buf_print(pdf, "trailer\n<< /Size %lu\n   /Root %lu 0 R\n   /Info %lu 0 R\n   /Prev %lu\n>>\n", size + 1,
              root, info, xref);
    buf_print(pdf, "startxref\n%zu\n%%%%EOF\n", xref_at);
    return OK;
}
