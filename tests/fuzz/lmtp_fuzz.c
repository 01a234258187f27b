/* Any bytes as LMTP, in one piece and byte by byte: the same replies and messages, within bounds. */
#include "mail/lmtp.h"

static void play(const uint8_t *data, size_t len, size_t step, struct buf *said)
{
    SCOPED(lmtp_done) struct lmtp lmtp = {0};
    lmtp_begin(&lmtp, said);
    for (size_t at = 0; at < len && !lmtp.over; at += step) {
        buf_put(&lmtp.in, data + at, len - at < step ? len - at : step);
        while (lmtp_input(&lmtp, said)) {
            if (lmtp.message.len > LMTP_MESSAGE_BYTES_MAX || lmtp.to_count == 0) __builtin_trap();
            for (size_t i = 0; i < lmtp.to_count; i++) lmtp_answer(LMTP_TAKEN, said);
            buf_slice_put(said, buf_slice(&lmtp.message));
            lmtp_next(&lmtp);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    SCOPED(buf_done) struct buf whole = {0}, bytes = {0};
    play(data, len, len + 1, &whole);
    play(data, len, 1, &bytes);
    if (!slice_equal(buf_slice(&whole), buf_slice(&bytes))) __builtin_trap();
    return 0;
}
