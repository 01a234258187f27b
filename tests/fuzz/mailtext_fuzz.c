/* Texts of mails: any file of a home is read or refused; what is read renders without a line end in its subject. */
#include "mail/text.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const char value[] = "a\r\n\xed\x95\x9c{{b}}";
    struct mail_text text = {.count = 0};
    const struct mail_value values[] = {{"shop", SLICE_TEXT("a\r\nb")},
                                        {"time", SLICE_TEXT("")},
                                        {"key", slice_text(value)},
                                        {"days", SLICE_TEXT("7")}};
    SCOPED(buf_done) struct buf subject = {0}, body = {0};
    struct result read = mail_text_parse((struct slice){data, len}, "key days", "text", &text);
    if (read.code != CODE_OK) {
        if (text.count != 0) __builtin_trap(); /* failure touches no output */
        return 0;
    }
    mail_text_render(&text, values, COUNT_OF(values), &subject, &body);
    if (subject.len > 0 && (memchr(subject.at, '\n', subject.len) || memchr(subject.at, '\r', subject.len)))
        __builtin_trap();
    return 0;
}
