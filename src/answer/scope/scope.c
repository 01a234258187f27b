#include "answer/scope/scope.h"

#include "answer/incident/kept_set.h"
#include "base/list.h"

#include <stdlib.h>

void scope_done(struct scope *scope)
{
    for (size_t i = 0; i < scope->part_count; i++) set_done(&scope->parts[i].subjects);
    free(scope->parts);
    set_done(&scope->customers);
    *scope = (struct scope){0};
}

void scope_field_done(struct scope_field *field)
{
    set_done(&field->full);
    set_done(&field->masked);
    set_done(&field->observed);
    set_done(&field->found);
    set_done(&field->possible);
    set_done(&field->excluded);
}

/* Newest parts are looked at first, as with sightings. */
struct scope_part *scope_part(struct scope *scope, enum scope_source source, uint32_t at, uint64_t full,
                              uint64_t masked)
{
    for (size_t i = scope->part_count; i > 0; i--) {
        struct scope_part *part = &scope->parts[i - 1];
        if (part->source == source && part->at == at && part->full == full && part->masked == masked)
            return part;
    }
    scope->parts = list_room(scope->parts, scope->part_count, &scope->part_cap, sizeof *scope->parts);
    struct scope_part *part = &scope->parts[scope->part_count++];
    *part = (struct scope_part){.source = source, .at = at, .full = full, .masked = masked};
    return part;
}

void scope_field(const struct scope *scope, uint64_t fields, struct scope_field *out)
{
    for (size_t i = 0; i < scope->part_count; i++) {
        const struct scope_part *part = &scope->parts[i];
        bool full = (part->full & fields) != 0, masked = (part->masked & fields) != 0;
        if (!full && !masked) continue;
        if (part->source == SOURCE_RULE) {
            set_union_in(&out->possible, &part->subjects);
        } else if (part->source == SOURCE_OBSERVED) {
            set_union_in(&out->observed, &part->subjects);
        } else if (part->source == SOURCE_FOUND) {
            set_union_in(&out->found, &part->subjects);
        } else {
            set_union_in(full ? &out->full : &out->masked, &part->subjects);
        }
    }
    set_minus_in(&out->masked, &out->full);
    set_minus_in(&out->observed, &out->full);
    set_minus_in(&out->observed, &out->masked);
    set_minus_in(&out->found, &out->full);
    set_minus_in(&out->found, &out->masked);
    set_minus_in(&out->found, &out->observed);
    set_minus_in(&out->possible, &out->found);
    set_minus_in(&out->possible, &out->full);
    set_minus_in(&out->possible, &out->masked);
    set_minus_in(&out->possible, &out->observed);
    set_union_in(&out->excluded, &scope->customers);
    set_minus_in(&out->excluded, &out->full);
    set_minus_in(&out->excluded, &out->masked);
    set_minus_in(&out->excluded, &out->observed);
    set_minus_in(&out->excluded, &out->found);
    set_minus_in(&out->excluded, &out->possible);
}

RESULT scope_found(const struct scope_base *base, const struct suspicion *suspicion, struct scope *out)
{
    for (size_t i = 0; i < base->found_count; i++) {
        const struct scope_found *found = &base->found[i];
        uint64_t fields = found->fields & suspicion->fields;
        SCOPED(set_done) struct set people = {0};
        if (fields == 0) continue;
        TRY(set_load(base->store, found->set.bytes, found->count, &people));
        set_union_in(&scope_part(out, SOURCE_FOUND, 0, fields, 0)->subjects, &people);
    }
    return OK;
}

void scope_any_known(const struct scope *scope, struct set *out)
{
    for (size_t i = 0; i < scope->part_count; i++) {
        if (scope->parts[i].source != SOURCE_RULE) set_union_in(out, &scope->parts[i].subjects);
    }
}
