#include "answer/scope/told.h"

#include "keep/observe/outside.h"
#include "keep/put.h"

static void hash_put(struct buf *out, const char *name, const struct hash *hash)
{
    SCOPED(buf_done) struct buf hex = {0};
    hex_put(&hex, SLICE_OF(*hash));
    put_text(out, name, buf_slice(&hex));
}

static void names_put(struct shop *shop, const char *name, uint64_t fields, struct buf *out)
{
    cbor_text(out, slice_text(name));
    size_t mark = cbor_open(out);
    cbor_array_close(out, mark, field_names_put(&shop->fields, fields, "", out));
}

static void readers_put(struct shop *shop, const struct suspicion *suspicion, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("readers"));
    cbor_array(out, suspicion->reader_count);
    for (size_t i = 0; i < suspicion->reader_count; i++) {
        SCOPED(buf_done) struct buf name = {0};
        reader_put(shop, suspicion->readers[i], &name);
        cbor_text(out, buf_slice(&name));
    }
}

static void case_put(struct shop *shop, const struct suspicion_case *at, struct buf *out)
{
    const struct rule *rule = rule_of(at->rule);
    size_t map = cbor_open(out), members = 3;
    put_text(out, "rule", slice_text(rule->name));
    put_text(out, "why", slice_text(rule->why));
    names_put(shop, "fields", at->fields, out);
    if (at->from_us > 0) {
        put_time(out, "from", at->from_us);
        members++;
    }
    if (at->to_us > 0) {
        put_time(out, "to", at->to_us);
        members++;
    }
    if (at->epoch > 0) {
        put_number(out, "epoch", at->epoch);
        members++;
    }
    cbor_map_close(out, map, members);
}

static void suspicion_put(struct shop *shop, const struct suspicion *suspicion, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("suspicion"));
    cbor_map(out, 8);
    put_time(out, "from", suspicion->from_us);
    put_time(out, "to", suspicion->to_us);
    names_put(shop, "fields", suspicion->fields, out);
    readers_put(shop, suspicion, out);
    cbor_text(out, SLICE_TEXT("networks"));
    cbor_array(out, suspicion->network_count);
    for (size_t i = 0; i < suspicion->network_count; i++) {
        SCOPED(buf_done) struct buf text = {0};
        network_range_put(&suspicion->networks[i], &text);
        cbor_text(out, buf_slice(&text));
    }
    cbor_text(out, SLICE_TEXT("purposes"));
    cbor_array(out, suspicion->purpose_count);
    for (size_t i = 0; i < suspicion->purpose_count; i++) {
        const char *name = purpose_name(suspicion->purposes[i]);
        cbor_text(out, slice_text(name ? name : ""));
    }
    cbor_text(out, SLICE_TEXT("rules"));
    cbor_array(out, suspicion->case_count);
    for (size_t i = 0; i < suspicion->case_count; i++) case_put(shop, &suspicion->cases[i], out);
    put_number(out, "outside_readers", suspicion->stranger_count);
}

/* By each case of a rule: of how many it alone, or with others, makes these fields possible. */
static void reasons_put(const struct told *told, uint64_t fields, const struct set *possible, struct buf *out)
{
    const struct scope *scope = &told->count->scope;
    const struct suspicion *suspicion = &told->count->suspicion;
    cbor_text(out, SLICE_TEXT("reasons"));
    size_t array = cbor_open(out), count = 0;
    for (uint32_t at = 0; at < suspicion->case_count; at++) {
        SCOPED(set_done) struct set by = {0};
        for (size_t i = 0; i < scope->part_count; i++) {
            const struct scope_part *part = &scope->parts[i];
            if (part->source == SOURCE_RULE && part->at == at && (part->full & fields))
                set_union_in(&by, &part->subjects);
        }
        uint64_t number = set_common(&by, possible);
        if (number == 0) continue;
        cbor_map(out, 3);
        put_number(out, "case", at + 1);
        put_text(out, "rule", slice_text(rule_of(suspicion->cases[at].rule)->name));
        put_number(out, "count", number);
        count++;
    }
    cbor_array_close(out, array, count);
}

/* How many persons of these were in no class before. */
static void persons_put(const struct told *told, const struct set *accounts, struct set *counted,
                        struct buf *out)
{
    put_number(out, "persons", persons_among(&told->count->persons, accounts, counted));
}

static void known_put(const struct told *told, const struct scope_field *sets, struct set *persons,
                      struct buf *out)
{
    SCOPED(set_done) struct set all = {0};
    uint64_t full = set_count(&sets->full), masked = set_count(&sets->masked),
             observed = set_count(&sets->observed), found = set_count(&sets->found);
    cbor_text(out, SLICE_TEXT("known"));
    set_union_in(&all, &sets->full);
    set_union_in(&all, &sets->masked);
    set_union_in(&all, &sets->observed);
    set_union_in(&all, &sets->found);
    cbor_map(out, 6);
    put_number(out, "count", full + masked + observed + found);
    persons_put(told, &all, persons, out);
    put_number(out, "full", full);
    put_number(out, "masked", masked);
    put_number(out, "observed", observed);
    put_number(out, "found", found);
}

static void excluded_put(const struct told *told, uint64_t fields, const struct set *excluded,
                         struct set *persons, struct buf *out)
{
    const struct suspicion *suspicion = &told->count->suspicion;
    struct excluded_counts why = {0};
    census_excluded(&told->count->census, fields, excluded, &why);
    cbor_text(out, SLICE_TEXT("excluded"));
    cbor_map(out, 7);
    put_number(out, "count", set_count(excluded));
    persons_put(told, excluded, persons, out);
    put_number(out, "came_later", why.later);
    put_number(out, "erased_before", why.before);
    put_number(out, "not_held", why.not_held);
    put_number(out, "not_seen", why.not_seen);
    cbor_text(out, SLICE_TEXT("not_provable_in"));
    size_t array = cbor_open(out), count = 0;
    for (size_t i = 0; i < suspicion->outside_count; i++) {
        if ((suspicion->outside[i].fields & fields) == 0) continue;
        cbor_text(out, slice_text(suspicion->outside[i].name));
        count++;
    }
    cbor_array_close(out, array, count);
}

static void moved_put(const struct told *told, uint64_t fields, struct buf *out)
{
    static const char *const names[STANDING_COUNT] = {"none", "known", "possible", "excluded"};
    struct moved moved = {0};
    cbor_text(out, SLICE_TEXT("moved"));
    size_t array = cbor_open(out), count = 0;
    if (told->before) count_moved(told->before, &told->count->scope, fields, &moved);
    for (size_t from = 0; from < STANDING_COUNT; from++) {
        for (size_t to = 0; to < STANDING_COUNT; to++) {
            if (from == to || moved.by[from][to] == 0) continue;
            cbor_map(out, 3);
            put_text(out, "from", slice_text(names[from]));
            put_text(out, "to", slice_text(names[to]));
            put_number(out, "count", moved.by[from][to]);
            count++;
        }
    }
    cbor_array_close(out, array, count);
}

/* Known, possible, excluded of any of these fields, and how that differs: four members. */
static void three_put(const struct told *told, uint64_t fields, struct buf *out)
{
    SCOPED(scope_field_done) struct scope_field sets = {0};
    SCOPED(set_done) struct set persons = {0};
    scope_field(&told->count->scope, fields, &sets);
    known_put(told, &sets, &persons, out); /* whoever has an account here stands in no class below */
    cbor_text(out, SLICE_TEXT("possible"));
    cbor_map(out, 3);
    put_number(out, "count", set_count(&sets.possible));
    persons_put(told, &sets.possible, &persons, out);
    reasons_put(told, fields, &sets.possible, out);
    excluded_put(told, fields, &sets.excluded, &persons, out);
    moved_put(told, fields, out);
}
enum { THREE_MEMBERS = 4 };

static void fields_put(struct shop *shop, const struct told *told, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("fields"));
    size_t array = cbor_open(out), count = 0;
    for (unsigned field = 0; field < FIELD_MAX; field++) {
        const struct field *row = &shop->fields.at[field];
        uint64_t bit = (uint64_t)1 << field;
        if (!row->name[0] || !(told->count->suspicion.fields & bit)) continue;
        cbor_map(out, 2 + THREE_MEMBERS);
        put_text(out, "field", slice_text(row->name));
        put_text(out, "class", slice_text(field_class_name(row->class)));
        three_put(told, bit, out);
        count++;
    }
    cbor_array_close(out, array, count);
}

static void classes_put(struct shop *shop, const struct told *told, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("classes"));
    size_t array = cbor_open(out), count = 0;
    for (enum field_class class = 0; class < CLASS_COUNT; class ++) {
        uint64_t fields = 0;
        for (unsigned field = 0; field < FIELD_MAX; field++) {
            const struct field *row = &shop->fields.at[field];
            if (row->name[0] && row->class == class) fields |= (uint64_t)1 << field;
        }
        fields &= told->count->suspicion.fields;
        if (fields == 0) continue;
        cbor_map(out, 1 + THREE_MEMBERS);
        put_text(out, "class", slice_text(field_class_name(class)));
        three_put(told, fields, out);
        count++;
    }
    cbor_array_close(out, array, count);
}

static void counts_put(const struct census_counts *counts, struct buf *out)
{
    put_number(out, "known", counts->known);
    put_number(out, "possible", counts->possible);
    put_number(out, "excluded", counts->excluded);
}

static void rows_put(const char *name, const char *code, const struct census_row *rows, size_t row_count,
                     struct buf *out)
{
    cbor_text(out, slice_text(name));
    size_t array = cbor_open(out), count = 0;
    for (size_t i = 0; i < row_count; i++) {
        const struct census_counts *counts = &rows[i].counts;
        if (counts->known + counts->possible + counts->excluded == 0) continue;
        cbor_map(out, 4);
        put_text(out, code, slice_text(rows[i].code));
        counts_put(counts, out);
        count++;
    }
    cbor_array_close(out, array, count);
}

static void census_put(const struct census *census, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("statuses"));
    size_t array = cbor_open(out), count = 0;
    for (size_t i = SUBJECT_ACTIVE; i < COUNT_OF(census->by_state); i++) {
        cbor_map(out, 4);
        put_text(out, "status", slice_text(subject_state_name((enum subject_state)i)));
        counts_put(&census->by_state[i], out);
        count++;
    }
    cbor_array_close(out, array, count);
    rows_put("countries", "country", census->countries, census->country_count, out);
    rows_put("languages", "language", census->languages, census->language_count, out);
}

static void combinations_put(struct shop *shop, const struct count *made, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("combinations"));
    size_t array = cbor_open(out), count = 0;
    for (size_t i = 0; i < made->combination_count; i++) {
        uint64_t number = set_count(&made->combinations[i].subjects);
        if (number == 0) continue;
        cbor_map(out, 2);
        names_put(shop, "fields", made->combinations[i].fields, out);
        put_number(out, "known", number);
        count++;
    }
    cbor_array_close(out, array, count);
    put_bool(out, "combinations_cut", made->combinations_cut);
}

void told_set_put(struct shop *shop, const struct exposure_part_row *row, struct buf *out)
{
    static const char *const sources[] = {"everybody", "entries", "observed", "rule", "found"};
    SCOPED(buf_done) struct buf hex = {0};
    hex_put(&hex, (struct slice){row->set, SET_HASH_BYTES});
    cbor_map(out, 6);
    put_text(out, "source", slice_text(row->source < COUNT_OF(sources) ? sources[row->source] : ""));
    put_number(out, "case", row->source == SOURCE_RULE ? row->at + 1 : 0);
    names_put(shop, "fields", row->full, out);
    names_put(shop, "masked", row->masked, out);
    put_number(out, "count", row->count);
    put_text(out, "hash", buf_slice(&hex));
}

void told_sets_head(size_t count, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("sets"));
    cbor_array(out, count);
}

static void sets_put(struct shop *shop, const struct told *told, struct buf *out)
{
    const struct scope *scope = &told->count->scope;
    told_sets_head(scope->part_count + 1, out);
    for (size_t i = 0; i <= scope->part_count; i++) {
        struct exposure_part_row row = {0};
        count_part_row(scope, i, &told->hashes[i], &row);
        told_set_put(shop, &row, out);
    }
}

static void earliest_put(struct shop *shop, const struct told *told, struct buf *out)
{
    const struct scope_trace *trace = &told->count->scope.earliest;
    SCOPED(buf_done) struct buf reader = {0};
    cbor_text(out, SLICE_TEXT("earliest"));
    if (!trace->found) {
        cbor_null(out);
        return;
    }
    bool late = told->detected_us > trace->time_us;
    reader_put(shop, trace->reader, &reader);
    cbor_map(out, 4);
    put_time(out, "time", trace->time_us);
    put_text(out, "reader", trace->outside ? SLICE_TEXT("outside") : buf_slice(&reader));
    cbor_text(out, SLICE_TEXT("entry"));
    if (trace->outside)
        cbor_null(out);
    else
        cbor_uint(out, trace->index);
    cbor_text(out, SLICE_TEXT("undetected_s"));
    if (told->detected_us > 0)
        cbor_uint(out, late ? (uint64_t)((told->detected_us - trace->time_us) / SECOND_US) : 0);
    else
        cbor_null(out);
}

static void outside_put(const struct suspicion *suspicion, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("not_provable"));
    cbor_array(out, suspicion->outside_count);
    for (size_t i = 0; i < suspicion->outside_count; i++)
        cbor_text(out, slice_text(suspicion->outside[i].name));
}

/* How many persons the accounts are, and by which rules. */
static void merged_put(struct shop *shop, const struct count *count, struct buf *out)
{
    SCOPED(set_done) struct set counted = {0};
    struct person_rule rules[PERSON_RULES_MAX];
    size_t rule_count = person_rules(shop, rules);
    put_number(out, "accounts", set_count(&count->scope.customers));
    put_number(out, "persons", persons_among(&count->persons, &count->scope.customers, &counted));
    cbor_text(out, SLICE_TEXT("merged_by"));
    cbor_array(out, rule_count);
    for (size_t i = 0; i < rule_count; i++) {
        cbor_map(out, 2);
        put_text(out, "field", slice_text(shop->fields.at[rules[i].field].name));
        put_text(out, "why", slice_text(rules[i].why));
    }
    cbor_text(out, SLICE_TEXT("too_common"));
    cbor_map(out, 2);
    put_number(out, "values", count->persons.too_common);
    put_number(out, "accounts_max", PERSON_ACCOUNTS_MAX);
}

/* What other systems' logs told of nobody who is held: beside the counts, in none of them. */
static void nobody_put(const struct scope *scope, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("of_nobody"));
    cbor_map(out, 3);
    put_number(out, "lines", scope->nobody.lines);
    put_number(out, "rows", scope->nobody.rows);
    put_number(out, "named", scope->nobody.named);
}

/* Days without a line of a system's logs, and what would count them as possible. */
static void gaps_put(struct shop *shop, const struct gaps *gaps, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("gaps"));
    cbor_array(out, gaps->count);
    for (size_t i = 0; i < gaps->count; i++) {
        const struct gap *gap = &gaps->at[i];
        SCOPED(buf_done) struct buf ask = {0};
        buf_text(&ask, "gaps=");
        time_put(&ask, gap->from_us);
        buf_text(&ask, "/");
        time_put(&ask, gap->to_us);
        cbor_map(out, 4);
        put_text(out, "system", slice_text(outside_system_name(shop, gap->system)));
        put_time(out, "from", gap->from_us);
        put_time(out, "to", gap->to_us);
        put_text(out, "ask", buf_slice(&ask));
    }
    put_bool(out, "gaps_cut", gaps->cut);
}

/* Where the vault's own log tells nothing; `ask` counts those as possible that are not counted so already. */
static void own_put(const struct own_gaps *gaps, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("own_gaps"));
    cbor_array(out, gaps->count);
    for (size_t i = 0; i < gaps->count; i++) {
        const struct own_gap *gap = &gaps->at[i];
        bool counted = gap->kind == OWN_GAP_RESTORED;
        SCOPED(buf_done) struct buf ask = {0};
        buf_text(&ask, "gaps=");
        time_put(&ask, gap->from_us);
        buf_text(&ask, "/");
        time_put(&ask, gap->to_us);
        cbor_map(out, 6 + (gap->lost_known && counted));
        put_text(out, "kind", slice_text(own_gap_name(gap->kind)));
        put_text(out, "why", slice_text(own_gap_why(gap->kind)));
        put_time(out, "from", gap->from_us);
        put_time(out, "to", gap->to_us);
        put_bool(out, "counted", counted);
        if (gap->lost_known && counted) put_number(out, "lost_entries", gap->lost);
        put_text(out, "ask", counted ? (struct slice){0} : buf_slice(&ask));
    }
    put_bool(out, "own_gaps_cut", gaps->cut);
    put_number(out, "quiet_hours", own_quiet_h(gaps));
}

void told_put(struct shop *shop, const struct told *told, struct buf *out)
{
    cbor_map(out, 28);
    put_number(out, "version", told->version);
    put_time(out, "counted", told->now_us);
    put_number(out, "entries", told->count->entries);
    hash_put(out, "suspicion_hash", &told->suspicion);
    suspicion_put(shop, &told->count->suspicion, out);
    put_number(out, "everybody", set_count(&told->count->scope.customers));
    merged_put(shop, told->count, out);
    put_number(out, "linked", set_count(&told->count->census.linked));
    fields_put(shop, told, out);
    classes_put(shop, told, out);
    cbor_text(out, SLICE_TEXT("any"));
    cbor_map(out, THREE_MEMBERS);
    three_put(told, told->count->suspicion.fields, out);
    census_put(&told->count->census, out);
    combinations_put(shop, told->count, out);
    earliest_put(shop, told, out);
    outside_put(&told->count->suspicion, out);
    nobody_put(&told->count->scope, out);
    gaps_put(shop, &told->count->gaps, out);
    own_put(&told->count->own, out);
    sets_put(shop, told, out); /* last: see told.h */
}
