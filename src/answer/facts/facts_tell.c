#include "answer/facts/facts_priv.h"

#include "keep/put.h"

static void texts_put(struct buf *out, const char *name, const struct fact_texts *texts)
{
    const struct {
        const char *name;
        struct slice text;
    } members[] = {{"en", texts->en}, {"id", texts->id}, {"ko", texts->ko}, {"any", texts->any}};
    size_t count = 0;
    cbor_text(out, slice_text(name));
    size_t map = cbor_open(out);
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        if (members[i].text.len == 0) continue;
        put_text(out, members[i].name, members[i].text);
        count++;
    }
    cbor_map_close(out, map, count);
}

static size_t time_member(struct buf *out, const char *name, int64_t us)
{
    if (us == 0) return 0;
    put_time(out, name, us);
    return 1;
}

static void fact_put(const struct fact *fact, struct buf *out)
{
    static const char *const says[] = {"counted", "drawn", "said"};
    size_t map = cbor_open(out), count = 6;
    put_text(out, "element", slice_text(fact->element));
    put_text(out, "state", slice_text(fact_state_name(fact->state)));
    texts_put(out, "text", &fact->text);
    put_text(out, "says", slice_text(says[fact->says]));
    put_text(out, "knows", slice_text(fact->knows));
    put_bool(out, "partly", fact->partly);
    if (fact->source[0]) {
        put_text(out, "source", slice_text(fact->source));
        count++;
    }
    if (fact->numeric) {
        put_number(out, "number", fact->number);
        put_number(out, "possible", fact->possible);
        count += 2;
    }
    count += time_member(out, "from", fact->from_us);
    count += time_member(out, "to", fact->to_us);
    count += time_member(out, "follows", fact->follows_us);
    if (fact->line > 0) {
        put_number(out, "line", fact->line);
        count++;
    }
    if (fact->scope > 0) {
        put_number(out, "scope", fact->scope);
        count++;
    }
    cbor_map_close(out, map, count);
}

static void field_put(const struct fact_field *field, struct buf *out)
{
    const struct told_three *three = &field->three;
    cbor_map(out, 13);
    put_text(out, "field", field->name);
    put_text(out, "class", field->class_name);
    put_bool(out, "affected", field->affected);
    texts_put(out, "label", &field->label);
    texts_put(out, "impact", &field->impact);
    texts_put(out, "self_help", &field->help);
    put_number(out, "known", three->known);
    put_number(out, "known_persons", three->known_persons);
    put_number(out, "known_masked", three->masked);
    put_number(out, "possible", three->possible);
    put_number(out, "possible_persons", three->possible_persons);
    put_number(out, "excluded", three->excluded);
    put_bool(out, "not_provable", three->unprovable);
}

static void groups_put(const char *name, const char *code, const struct told_groups *groups, struct buf *out)
{
    cbor_text(out, slice_text(name));
    cbor_array(out, groups->count);
    for (size_t i = 0; i < groups->count; i++) {
        const struct told_group *group = &groups->at[i];
        cbor_map(out, 4);
        put_text(out, code, group->code);
        put_number(out, "known", group->known);
        put_number(out, "possible", group->possible);
        put_number(out, "excluded", group->excluded);
    }
}

static void instants_put(struct shop *shop, const struct facts *facts, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("instants"));
    cbor_array(out, facts->instant_count);
    for (size_t i = 0; i < facts->instant_count; i++) {
        const struct fact_instant *one = &facts->instants[i];
        SCOPED(buf_done) struct buf who = {0};
        if (!one->ours) reader_put(shop, one->who, &who);
        cbor_map(out, 6);
        put_text(out, "name", one->name);
        put_time(out, "at", one->at_us);
        put_text(out, "who", one->ours ? SLICE_TEXT("scope") : buf_slice(&who));
        put_text(out, "why", one->source);
        put_number(out, "line", one->line);
        put_bool(out, "chosen", one->chosen);
    }
}

static void scope_put(const struct facts *facts, struct buf *out)
{
    const struct told_count *scope = &facts->scope;
    const struct told_three *any = &scope->any;
    cbor_text(out, SLICE_TEXT("scope"));
    if (!facts->counted) {
        cbor_null(out);
        return;
    }
    cbor_map(out, 11);
    put_number(out, "version", scope->version);
    put_text(out, "counted", scope->counted);
    put_text(out, "query", scope->suspicion_hash);
    put_number(out, "everybody", scope->everybody);
    put_number(out, "known", any->known);
    put_number(out, "known_persons", any->known_persons);
    put_number(out, "possible", any->possible);
    put_number(out, "possible_persons", any->possible_persons);
    put_number(out, "excluded", any->excluded);
    put_number(out, "of_nobody_lines", scope->nobody_lines);
    cbor_text(out, SLICE_TEXT("not_provable"));
    cbor_array(out, scope->not_provable.count);
    for (size_t i = 0; i < scope->not_provable.count; i++) cbor_text(out, scope->not_provable.at[i]);
}

void facts_tell(struct shop *shop, const struct facts *facts, struct buf *out)
{
    cbor_map(out, 10);
    put_time(out, "at", facts->now_us);
    put_text(out, "title", facts->title);
    put_text(out, "kind", facts->kind);
    cbor_text(out, SLICE_TEXT("facts"));
    cbor_array(out, facts->count);
    for (size_t i = 0; i < facts->count; i++) fact_put(&facts->at[i], out);
    cbor_text(out, SLICE_TEXT("fields"));
    cbor_array(out, facts->field_count);
    for (size_t i = 0; i < facts->field_count; i++) field_put(&facts->fields[i], out);
    scope_put(facts, out);
    groups_put("statuses", "status", &facts->scope.statuses, out);
    groups_put("countries", "country", &facts->scope.countries, out);
    groups_put("languages", "language", &facts->scope.languages, out);
    instants_put(shop, facts, out);
}
