#include "rows_fixture.h"

#include <ctype.h>

/* Map one header line; "ref lang address.1 -" into `out`. */
static struct result header_map(const char *map, const char *header, struct buf *out)
{
    SCOPED(columns_free) struct columns *columns = NULL;
    TRY(columns_new(map, 16, &columns));
    struct slice cells[16], rest = slice_text(header);
    size_t count = 0;
    while (count < COUNT_OF(cells)) {
        const uint8_t *bar = rest.len > 0 ? memchr(rest.at, '|', rest.len) : NULL;
        cells[count++] = slice_part(rest, 0, bar ? (size_t)(bar - rest.at) : rest.len);
        if (!bar) break;
        rest = slice_from(rest, (size_t)(bar - rest.at) + 1);
    }
    TRY(columns_header(columns, cells, count));
    const struct column *list = columns_list(columns, &count);
    for (size_t i = 0; i < count; i++) {
        buf_print(out, "%s%s", i > 0 ? " " : "", list[i].target ? list[i].target : "-");
        if (list[i].item > 0) buf_print(out, ".%u", list[i].item);
    }
    return OK;
}

static void obvious_headers_map_themselves(void **state)
{
    (void)state;
    static const struct {
        const char *header, *want;
    } cases[] = {
        {"ref|name|email|phone|birth_date|address|postcode|recipient|door_code|country|lang|order_ref|"
         "ordered_at|goods|total",
         "ref name email phone birth_date address postcode recipient door_code country lang order_ref "
         "ordered_at goods total"},
        {"Customer ID|Full Name|E-mail|Mobile|Date of Birth|Street|Zip|Notes",
         "ref name email phone birth_date address postcode note"},
        {"customer_id|CustomerName|EMAIL address| phone-number |shoe size", "ref name email phone -"},
        {"ID Pelanggan|Nama Lengkap|Surel|No. HP|Tanggal Lahir|Alamat|Kode Pos|Penerima|Kode "
         "Pintu|NIK|Catatan",
         "ref name email phone birth_date address postcode recipient door_code national_id note"},
        {"Kode Pelanggan|nama depan|nama belakang|No Pesanan|Tanggal Pesanan|Nama Barang|Total Harga",
         "ref first_name last_name order_ref ordered_at goods total"},
        {"고객번호|이름|이메일|휴대폰 번호|생년월일|주소|우편번호|수령인|공동현관 비밀번호|주민등록번호|메모",
         "ref name email phone birth_date address postcode recipient door_code national_id note"},
        {"고객 ID|성명|전자우편|연락처|주문번호|주문일|상품명|결제금액",
         "ref name email phone order_ref ordered_at goods total"},
        {"회원번호|address 1|Address 2|alamat_3|주소4|address 0",
         "ref address address.1 address.2 address.3 -"},
        {"id|name|Name|phone 2|first name", "ref name - - -"},
        {"id|customer id||", "ref - - -"},
        {"id|first name|last name|full name", "ref - - name"},
        {"id|성|이름", "ref last_name name"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf out = {0};
        assert_ok(header_map(NULL, cases[i].header, &out));
        assert_text(cases[i].header, &out, cases[i].want);
    }
}

static void a_map_overrides(void **state)
{
    (void)state;
    static const struct {
        const char *map, *header, *want;
    } cases[] = {
        {"ref=Kode", "Kode|nama", "ref name"},
        {" ref = kode toko , name=b", "Kode-Toko|b", "ref name"},
        {"email=name", "ref|name|email", "ref email -"},
        {"ref=\"No, Pelanggan\",shoe_size=Ukuran", "No, Pelanggan|ukuran|nama", "ref shoe_size name"},
        {"address2=kantor", "ref|alamat|kantor", "ref address address.1"},
        {"phone=고객 전화", "ref|고객전화", "ref phone"},
        {"name=NAME", "ref|name|NAME", "ref - name"},
        {"", "ref", "ref"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf out = {0};
        assert_ok(header_map(cases[i].map, cases[i].header, &out));
        assert_text(cases[i].map, &out, cases[i].want);
    }
}

static void a_wrong_map_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *map, *header, *says;
    } cases[] = {
        {NULL, "name|email", "--map ref="},
        {"name=a", "a|b", "--map ref="},
        {"ref", "ref", "no '='"},
        {"Ref=ref", "ref", "names no field"},
        {"=ref", "ref", "names no field"},
        {"a b=ref", "ref", "names no field"},
        {"a2345678901234567890123456789012x=ref", "ref", "names no field"},
        {"ref=", "ref", "no header"},
        {"ref=\"a", "a", "no header"},
        {"ref=\"a\"b", "a", "no header"},
        {"ref=nothing", "ref", "no column with the header"},
        {"ref=a,ref=b", "a|b", "twice"},
        {"ref=a,email=a", "a", "same column"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf out = {0};
        assert_code(CODE_INVALID, header_map(cases[i].map, cases[i].header, &out));
        if (!strstr(result_text(), cases[i].says)) fail_msg("%s: %s", cases[i].map, result_text());
    }
}

/* Each header of the table means its target, whatever its case and blanks, and stands there once. */
static void every_header_of_the_table_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *target, *text;
    } rows[] = {
#define TARGET(name, group)
#define HEADER(target, language, text) {#target, text},
#include "base/rows/columns.def"
#undef TARGET
#undef HEADER
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        SCOPED(columns_free) struct columns *columns = NULL;
        SCOPED(buf_done) struct buf header = {0};
        assert_ok(columns_new(NULL, 2, &columns));
        for (const char *at = rows[i].text; *at; at++) {
            if (*at == ' ')
                buf_text(&header, "_-");
            else
                buf_byte(&header, (uint8_t)toupper(*at));
        }
        const struct column *column = columns_member(columns, buf_slice(&header), TARGET_PLAIN);
        if (!column->target || strcmp(column->target, rows[i].target) != 0) fail_msg("%s", rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(obvious_headers_map_themselves),
        cmocka_unit_test(a_map_overrides),
        cmocka_unit_test(a_wrong_map_is_refused),
        cmocka_unit_test(every_header_of_the_table_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
