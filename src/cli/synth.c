#include "cli/synth.h"

#include "base/names.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

enum {
    WRITE_BYTES = 64 * 1024,
    SHARED_ONE_IN = 100, /* customers with the phone and address of the one before */
    ORDERED_OF_FIVE = 4,
    US_MOVIE_PHONES = 72000 /* area codes of the form [2-9][0-8][0-9], 100 numbers each */
};

static const char *const domains[] = {"example.com",  "example.net",   "example.org",
                                      "mail.example", "surat.example", "uri.example"};
static const char *const korean_cities[] = {"서울특별시", "부산광역시", "대구광역시", "인천광역시",
                                            "광주광역시", "대전광역시", "경기도",     "강원도"};
static const char *const korean_districts[] = {"한빛구", "새솔구", "참샘구", "늘봄구", "은하구", "달빛구"};
static const char *const korean_roads[] = {"가람로", "나래길", "다온로", "라온대로", "마루길",
                                           "바다로", "아름로", "자람길", "하늘로",   "푸른길"};
static const char *const indonesian_roads[] = {"Melati", "Mawar",     "Kenanga", "Anggrek", "Cempaka",
                                               "Dahlia", "Flamboyan", "Teratai", "Merak",   "Rajawali"};
static const char *const indonesian_districts[] = {"Sukamaju", "Sumbersari", "Margahayu", "Karangrejo",
                                                   "Tanjungsari"};
static const char *const indonesian_cities[] = {
    "Kota Bandung, Jawa Barat",   "Kota Surabaya, Jawa Timur",       "Jakarta Selatan, DKI Jakarta",
    "Kota Medan, Sumatera Utara", "Kota Makassar, Sulawesi Selatan", "Kota Semarang, Jawa Tengah"};
static const char *const english_roads[] = {"Maple Street", "Oak Avenue", "Cedar Lane", "Lake Road",
                                            "Hill Street"};
static const char *const english_cities[] = {"Springfield", "Riverton", "Fairview", "Greenville",
                                             "Kingsport"};
static const char *const korean_goods[] = {"무선 이어폰", "쌀 10kg",     "운동화 270mm", "세탁 세제 3L",
                                           "텀블러",      "아기 물티슈", "전기 주전자",  "감귤 5kg, 2상자"};
static const char *const indonesian_goods[] = {
    "Kemeja batik", "Kopi Gayo 500 g", "Sepatu lari", "Sambal 3 botol",
    "Tas ransel",   "Mukena katun",    "Beras 5 kg",  "Panci 24 cm, tutup kaca"};
static const char *const english_goods[] = {"Wireless mouse", "Desk lamp",    "Green tea, 100 bags",
                                            "Running shoes",  "Water bottle", "Picture frame 8\" x 10\"",
                                            "Yoga mat",       "Notebook"};

/* Everything that differs by country. */
static const struct land {
    const char *country, *lang, *currency;
    const struct word *given, *families;
    size_t given_count, families_count;
    const char *const *goods;
    size_t goods_count;
    uint64_t price_unit, price_units; /* total is up to so many units */
    uint64_t door_code_percent;
} lands[] = {
    {"KR", "ko", "KRW ", korean_syllables, korean_families, COUNT_OF(korean_syllables),
     COUNT_OF(korean_families), korean_goods, COUNT_OF(korean_goods), 100, 3000, 70},
    {"ID", "id", "IDR ", indonesian_given, indonesian_families, COUNT_OF(indonesian_given),
     COUNT_OF(indonesian_families), indonesian_goods, COUNT_OF(indonesian_goods), 500, 4000, 10},
    {"US", "en", "USD ", english_given, english_families, COUNT_OF(english_given), COUNT_OF(english_families),
     english_goods, COUNT_OF(english_goods), 1, 400, 15},
};
enum { LAND_KR, LAND_ID, LAND_US };

struct draw {
    uint64_t state;
};

static uint64_t draw_u64(struct draw *draw) /* splitmix64, as in Vigna's public domain code */
{
    uint64_t z = draw->state += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

/* Below `bound`, which is below 2^32. */
static uint64_t draw_below(struct draw *draw, uint64_t bound)
{
    return ((draw_u64(draw) >> 32) * bound) >> 32;
}

#define DRAW_FROM(draw, list) ((list)[draw_below((draw), COUNT_OF(list))])

/* A stream of its own for each customer and use. */
static struct draw draw_new(uint64_t seed, uint64_t n, uint64_t use)
{
    struct draw draw = {seed ^ (use << 56)};
    draw.state = draw_u64(&draw) + n * 0xd1342543de82ef95U;
    return draw;
}

/* Writes into a text of fixed size; what does not fit is our bug. */
struct pen {
    char *at, *end;
};

#define PEN(array) ((struct pen){(array), (array) + sizeof(array)})

static inline void pen_text(struct pen *pen, const char *text)
{
    size_t len = strlen(text);
    assert(len < (size_t)(pen->end - pen->at));
    memcpy(pen->at, text, len + 1);
    pen->at += len;
}

/* At least `digits` digits, zeros in front. */
static void pen_number(struct pen *pen, uint64_t number, size_t digits)
{
    char text[20];
    size_t at = sizeof text;
    for (uint64_t rest = number; rest > 0; rest /= 10) text[--at] = (char)('0' + rest % 10);
    while (sizeof text - at < digits) text[--at] = '0';
    size_t len = sizeof text - at;
    assert(len < (size_t)(pen->end - pen->at));
    memcpy(pen->at, text + at, len);
    pen->at += len;
    *pen->at = 0;
}

/* Does customer `n` live with the one before? */
static bool shares(uint64_t seed, uint64_t n)
{
    struct draw draw = draw_new(seed, n, 1);
    return n > 0 && draw_below(&draw, SHARED_ONE_IN) == 0;
}

/* A bijection of 0 … size - 1 for each seed: `step` has no factor in common with `size`, both are below 2^32. */
static uint64_t shuffle(uint64_t seed, uint64_t n, uint64_t size, uint64_t step)
{
    return ((n % size) * step + seed % size) % size;
}

static void phone_put(uint64_t seed, uint64_t house, size_t land, struct pen *pen)
{
    if (land == LAND_KR) {
        uint64_t number = shuffle(seed, house, 20000000, 7654321);
        pen_text(pen, "010-");
        pen_number(pen, number / 10000, 4); /* 0000 … 1999: no carrier's */
        pen_text(pen, "-");
        pen_number(pen, number % 10000, 4);
    } else if (land == LAND_ID) {
        uint64_t number = shuffle(seed, house, 500000000, 123456789);
        pen_text(pen, "089");
        pen_number(pen, number / 100000000, 1); /* 0890 … 0894: no carrier's */
        pen_text(pen, "-");
        pen_number(pen, number / 10000 % 10000, 4);
        pen_text(pen, "-");
        pen_number(pen, number % 10000, 4);
    } else {
        bool movie = house < US_MOVIE_PHONES;
        uint64_t number =
            movie ? shuffle(seed, house, US_MOVIE_PHONES, 31607) : shuffle(seed, house, 64000000, 12345677);
        uint64_t area = movie ? number / 100 : number / 800000; /* 720 and 80 of them */
        pen_text(pen, "(");
        pen_number(pen, 2 + area % 8, 1);
        pen_number(pen, movie ? area / 8 : 90 + area / 8, 2); /* N9X is kept back for longer numbers */
        pen_text(pen, ") ");
        pen_number(pen, movie ? 555 : 200 + number / 1000 % 800, 3);
        pen_text(pen, "-");
        pen_number(pen, movie ? 100 + number % 100 : number % 1000, 4);
    }
}

static void address_put(struct draw *draw, size_t land, struct synth_customer *out)
{
    struct pen pen = PEN(out->address), post = PEN(out->postcode);
    if (land == LAND_KR) {
        pen_text(&pen, DRAW_FROM(draw, korean_cities));
        pen_text(&pen, " ");
        pen_text(&pen, DRAW_FROM(draw, korean_districts));
        pen_text(&pen, " ");
        pen_text(&pen, DRAW_FROM(draw, korean_roads));
        pen_text(&pen, " ");
        pen_number(&pen, 1 + draw_below(draw, 300), 1);
        pen_text(&pen, ", ");
        pen_number(&pen, 101 + draw_below(draw, 20), 1);
        pen_text(&pen, "동 ");
        pen_number(&pen, 100 * (1 + draw_below(draw, 25)) + 1 + draw_below(draw, 6), 1);
        pen_text(&pen, "호");
    } else if (land == LAND_ID) {
        pen_text(&pen, "Jl. ");
        pen_text(&pen, DRAW_FROM(draw, indonesian_roads));
        pen_text(&pen, " No. ");
        pen_number(&pen, 1 + draw_below(draw, 200), 1);
        pen_text(&pen, " RT ");
        pen_number(&pen, 1 + draw_below(draw, 15), 2);
        pen_text(&pen, "/RW ");
        pen_number(&pen, 1 + draw_below(draw, 12), 2);
        pen_text(&pen, ", Kec. ");
        pen_text(&pen, DRAW_FROM(draw, indonesian_districts));
        pen_text(&pen, ", ");
        pen_text(&pen, DRAW_FROM(draw, indonesian_cities));
    } else {
        pen_number(&pen, 1 + draw_below(draw, 9000), 1);
        pen_text(&pen, " ");
        pen_text(&pen, DRAW_FROM(draw, english_roads));
        pen_text(&pen, ", Apt ");
        pen_number(&pen, 1 + draw_below(draw, 60), 1);
        pen_text(&pen, ", ");
        pen_text(&pen, DRAW_FROM(draw, english_cities));
    }
    pen_number(&post, 10000 + draw_below(draw, 50000), 5);
}

static void door_code_put(struct draw *draw, const struct land *land, struct synth_customer *out)
{
    out->door_code[0] = 0;
    if (draw_below(draw, 100) >= land->door_code_percent) return;
    struct pen pen = PEN(out->door_code);
    pen_text(&pen, "#");
    pen_number(&pen, draw_below(draw, 10000), 4);
    pen_text(&pen, draw_below(draw, 2) ? "*" : "#");
}

/* A name into `pen`, and what its mail address starts with into `roman` if that is given. */
static void name_put(struct draw *draw, size_t at, struct pen *pen, struct pen *roman)
{
    const struct land *land = &lands[at];
    const struct word *given = &land->given[draw_below(draw, land->given_count)];
    const struct word *second = &land->given[draw_below(draw, land->given_count)];
    const struct word *family = &land->families[draw_below(draw, land->families_count)];
    bool korean = at == LAND_KR, single = at == LAND_ID && draw_below(draw, 8) == 0;
    if (korean) pen_text(pen, family->text);
    pen_text(pen, given->text);
    if (korean) pen_text(pen, second->text);
    if (!korean && !single) {
        pen_text(pen, " ");
        pen_text(pen, family->text);
    }
    if (!roman) return;
    pen_text(roman, given->roman);
    if (korean) pen_text(roman, second->roman);
    if (single) return;
    pen_text(roman, ".");
    pen_text(roman, family->roman);
}

static void order_put(struct draw *draw, const struct land *land, uint64_t n, struct synth_customer *out)
{
    out->order_ref[0] = out->ordered_at[0] = out->goods[0] = out->total[0] = 0;
    if (draw_below(draw, 5) >= ORDERED_OF_FIVE) return;
    struct pen ref = PEN(out->order_ref), when = PEN(out->ordered_at), goods = PEN(out->goods),
               total = PEN(out->total);
    pen_text(&ref, "O");
    pen_number(&ref, n + 1, 9);
    static const struct {
        const char *before;
        uint64_t from, span;
    } parts[] = {{"", 2023, 3}, {"-", 1, 12}, {"-", 1, 28}, {"T", 0, 24}, {":", 0, 60}, {":", 0, 60}};
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        pen_text(&when, parts[i].before);
        pen_number(&when, parts[i].from + draw_below(draw, parts[i].span), 2);
    }
    pen_text(&when, "Z");
    pen_text(&goods, land->goods[draw_below(draw, land->goods_count)]);
    pen_text(&total, land->currency);
    pen_number(&total, land->price_unit * (10 + draw_below(draw, land->price_units)), 1);
    if (land == &lands[LAND_US]) pen_text(&total, ".99");
}

void synth_customer(uint64_t seed, uint64_t n, struct synth_customer *out)
{
    assert(out);
    uint64_t house = shares(seed, n) ? n - 1 : n;
    struct draw home = draw_new(seed, house, 2), self = draw_new(seed, n, 3);
    uint64_t fifth = draw_below(&home, 5);
    size_t at = fifth < 2 ? LAND_KR : fifth < 4 ? LAND_ID : LAND_US;
    const struct land *land = &lands[at];

    struct pen ref = PEN(out->ref), name = PEN(out->name), email = PEN(out->email), phone = PEN(out->phone),
               birth = PEN(out->birth_date), recipient = PEN(out->recipient), country = PEN(out->country),
               lang = PEN(out->lang);
    pen_text(&ref, "C");
    pen_number(&ref, n + 1, 7);
    pen_text(&country, land->country);
    pen_text(&lang, land->lang);
    phone_put(seed, house, at, &phone);
    address_put(&home, at, out);
    door_code_put(&home, land, out);

    name_put(&self, at, &name, &email);
    pen_text(&email, ".");
    pen_number(&email, n + 1, 1); /* makes it the only one */
    pen_text(&email, "@");
    pen_text(&email, DRAW_FROM(&self, domains));
    pen_number(&birth, 1950 + draw_below(&self, 57), 4);
    pen_text(&birth, "-");
    pen_number(&birth, 1 + draw_below(&self, 12), 2);
    pen_text(&birth, "-");
    pen_number(&birth, 1 + draw_below(&self, 28), 2);
    if (draw_below(&self, 12) == 0)
        name_put(&self, at, &recipient, NULL);
    else
        pen_text(&recipient, out->name);
    order_put(&self, land, n, out);
}

static const struct cell {
    const char *header;
    size_t at;
    bool commas; /* or quotes: may have to be quoted */
} cells[] = {
#define CELL(name, commas)                                   \
    {                                                        \
#name, offsetof(struct synth_customer, name), commas \
    }
    CELL(ref, false),        CELL(name, false),    CELL(email, false),    CELL(phone, false),
    CELL(birth_date, false), CELL(address, true),  CELL(postcode, false), CELL(recipient, false),
    CELL(door_code, false),  CELL(country, false), CELL(lang, false),     CELL(order_ref, false),
    CELL(ordered_at, false), CELL(goods, true),    CELL(total, false),
#undef CELL
};

enum {
    ROW_BYTES_MAX = 2 * sizeof(struct synth_customer) + 3 * COUNT_OF(cells)
}; /* all doubled and in quotes */

static char *quoted_put(char *to, const char *text)
{
    *to++ = '"';
    for (; *text; text++) {
        if (*text == '"') *to++ = '"';
        *to++ = *text;
    }
    *to++ = '"';
    return to;
}

/* One line at `to`, which has room for ROW_BYTES_MAX; where it ends. */
static char *row_put(char *to, const struct synth_customer *one)
{
    for (size_t i = 0; i < COUNT_OF(cells); i++) {
        const char *text = (const char *)one + cells[i].at;
        if (i > 0) *to++ = ',';
        if (cells[i].commas && strpbrk(text, ",\"")) {
            to = quoted_put(to, text);
            continue;
        }
        to = mempcpy(to, text, strlen(text)); /* without the zero */
    }
    *to++ = '\n';
    return to;
}

RESULT synth_write(struct synth_sink sink, uint64_t subjects, uint64_t seed)
{
    assert(sink.bytes);
    SCOPED(buf_done) struct buf out = {0};
    buf_reserve(&out, WRITE_BYTES + ROW_BYTES_MAX);
    for (size_t i = 0; i < COUNT_OF(cells); i++) buf_print(&out, "%s%s", i > 0 ? "," : "", cells[i].header);
    buf_byte(&out, '\n');
    struct synth_customer one;
    for (uint64_t n = 0; n < subjects; n++) {
        synth_customer(seed, n, &one);
        buf_reserve(&out, ROW_BYTES_MAX);
        char *end = row_put((char *)out.at + out.len, &one);
        out.len = (size_t)(end - (char *)out.at);
        if (out.len < WRITE_BYTES) continue;
        TRY(sink.bytes(sink.context, buf_slice(&out)));
        out.len = 0; /* made up: nothing to wipe */
    }
    return out.len > 0 ? sink.bytes(sink.context, buf_slice(&out)) : OK;
}
