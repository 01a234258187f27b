/* Terms of a campaign: what takes back what they give is found, also where it is hedged, and its opposite is let pass. */
#include "prop.h"

#include "answer/redress/terms.h"

enum { NOTHING = TERMS_FLAGS };

static const struct {
    const char *language, *text;
    int flag; /* NOTHING: nothing is faulted */
} cases[] = {
    {"en", "By using it you waive all claims.", TERMS_WAIVER},
    {"en", "This does not waive any right.", NOTHING},
    {"en", "Without exception you waive every claim, and no fee is due.", TERMS_WAIVER},
    {"en", "You waive your claims, but not your dignity.", TERMS_WAIVER},
    {"en", "The voucher is your sole remedy.", TERMS_WAIVER},
    {"en", "It is accepted in full\nand final settlement.", TERMS_WAIVER},
    {"en",
     "You wai\xc2\xad"
     "ve all claims.",
     TERMS_WAIVER},
    {"en", "You agree not to sue us.", TERMS_WAIVER},
    {"en", "Everybody has to register again.", TERMS_REREGISTER},
    {"en", "You need not register again.", NOTHING},
    {"en", "It cannot be used unless you register again.", TERMS_REREGISTER},
    {"en", "Not before you register again.", TERMS_REREGISTER},
    {"en",
     "You must re\xe2\x80\x91"
     "register.",
     TERMS_REREGISTER},
    {"en",
     "Please register\xc2\xa0"
     "again.",
     TERMS_REREGISTER},
    {"en", "Only for active accounts.", TERMS_REREGISTER},
    {"en", "There is no minimum purchase.", NOTHING},
    {"en", "A minimum purchase is not required.", NOTHING},
    {"en", "Good with any purchase above 50.", TERMS_SPEND},
    {"en",
     "You don\xe2\x80\x99"
     "t agree to receive anything.",
     NOTHING},
    {"en", "No worries: you agree to receive our letters.", TERMS_CONSENT},
    {"en", "Single use.", TERMS_REMAINDER},
    {"en", "What is left stays good.", NOTHING},
    {"id", "Ini bukan pelepasan hak.", NOTHING},
    {"id", "Dengan ini Anda melepaskan hak menuntut.", TERMS_WAIVER},
    {"id", "Anda tidak menuntut kami.", TERMS_WAIVER},
    {"id", "Tidak perlu mendaftar ulang.", NOTHING},
    {"id", "Tidak berlaku kecuali mendaftar ulang.", TERMS_REREGISTER},
    {"id", "Hanya untuk akun aktif.", TERMS_REREGISTER},
    {"id", "Tanpa minimum belanja.", NOTHING},
    {"id", "Berlaku untuk transaksi minimal 50.000.", TERMS_SPEND},
    {"id", "Tanpa biaya, Anda menerima penawaran.", TERMS_CONSENT},
    {"id", "Voucher ini sekali pakai.", TERMS_REMAINDER},
    {"ko", "권리를 포기합니다.", TERMS_WAIVER},
    {"ko", "권리를 포기하는 것이 아닙니다.", NOTHING},
    {"ko", "권리를 포기하지 않으면 사용할 수 없습니다.", TERMS_WAIVER},
    {"ko", "손해배상에 갈음합니다.", TERMS_WAIVER},
    {"ko", "다시 가입하지 않아도 됩니다.", NOTHING},
    {"ko", "재 가입 하셔야 합니다.", TERMS_REREGISTER},
    {"ko", "탈퇴 회원은 제외됩니다.", TERMS_REREGISTER},
    {"ko", "최소 구매 금액이 없습니다.", NOTHING},
    {"ko", "5만 원 이상 결제 시 사용할 수 있습니다.", TERMS_SPEND},
    {"ko", "마케팅 수신 동의 없이는 사용할 수 없습니다.", TERMS_CONSENT},
    {"ko", "마케팅 수신 동의 없이 사용할 수 있습니다.", NOTHING},
    {"ko", "1회만 사용할 수 있습니다.", TERMS_REMAINDER},
    {"ko", "남은 금액은 계속 쓸 수 있습니다.", NOTHING},
};

static void what_takes_back_is_found_and_its_opposite_is_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct terms_found found = {0};
        terms_check(slice_text(cases[i].language), slice_text(cases[i].text), &found);
        uint32_t want = cases[i].flag == NOTHING ? 0 : 1U << cases[i].flag;
        if (found.flags != want) fail_msg("%s: flags %x, not %x", cases[i].text, found.flags, want);
        if (want) assert_true(slice_is(found.sentence[cases[i].flag], cases[i].text));
    }
}

static void the_faulted_sentence_stands_alone(void **state)
{
    (void)state;
    struct terms_found found = {0};
    terms_check(SLICE_TEXT("en"), SLICE_TEXT("Good.\n  You waive all claims. \n\nGood until May."), &found);
    assert_int_equal(found.flags, 1U << TERMS_WAIVER);
    assert_true(slice_is(found.sentence[TERMS_WAIVER], "You waive all claims."));
    assert_int_equal(found.conditions, 3);
}

/* However long a sentence is, what stands in it is found: at the place where a fixed room would end, too. */
static void nothing_hides_in_a_long_sentence(void **state)
{
    (void)state;
    for (size_t before = 480; before < 1100; before++) {
        SCOPED(buf_done) struct buf text = {0};
        struct terms_found found = {0};
        for (size_t i = 0; i < before; i++) buf_byte(&text, i % 7 == 6 ? ' ' : 'a');
        buf_text(&text, " you register again today");
        terms_check(SLICE_TEXT("en"), buf_slice(&text), &found);
        assert_int_equal(found.flags, 1U << TERMS_REREGISTER);
    }
    struct terms_found found = {0};
    const uint8_t ended[] = "Good.\0 You waive all.";
    terms_check(SLICE_TEXT("en"), (struct slice){ended, sizeof ended - 1}, &found);
    assert_int_equal(found.flags, 1U << TERMS_WAIVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_takes_back_is_found_and_its_opposite_is_not),
        cmocka_unit_test(the_faulted_sentence_stands_alone),
        cmocka_unit_test(nothing_hides_in_a_long_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
