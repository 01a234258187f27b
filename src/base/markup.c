#include "base/markup.h"

void markup_put(struct buf *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t byte = text.at[i];
        if (byte == '&')
            buf_text(out, "&amp;");
        else if (byte == '<')
            buf_text(out, "&lt;");
        else if (byte == '>')
            buf_text(out, "&gt;");
        else if (byte == '"')
            buf_text(out, "&quot;");
        else
            buf_byte(out, byte < ' ' || byte == 0x7f ? ' ' : byte);
    }
}
