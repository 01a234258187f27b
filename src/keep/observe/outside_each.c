/* The index of who saw whom outside, walked as whole groups; and one subject's observations, out of the entries. */
#include "keep/history.h"
#include "keep/observe/outside.h"

struct walking {
    RESULT (*each)(void *context, const struct outside_group *group);
    void *context;
    struct outside_group group; /* whose rows are coming in; its set is `subjects` */
    struct set subjects;
    bool any;
};

static void walking_done(struct walking *walking)
{
    set_done(&walking->subjects);
}

static RESULT group_end(struct walking *walking)
{
    if (!walking->any) return OK;
    walking->any = false;
    walking->group.subjects = &walking->subjects;
    TRY(walking->each(walking->context, &walking->group));
    set_clear(&walking->subjects);
    return OK;
}

/* Rows come in the order of hour, reader, fields and chunk: those of a group stand together. */
static RESULT row_take(void *context, const struct observed_row *row)
{
    struct walking *walking = context;
    const struct outside_group *group = &walking->group;
    bool same =
        walking->any && group->hour == row->hour && group->reader == row->reader && group->full == row->full;
    if (!same) {
        TRY(group_end(walking));
        walking->group = (struct outside_group){.reader = row->reader, .hour = row->hour, .full = row->full};
        walking->any = true;
    }
    return set_chunk_put(&walking->subjects, row->chunk, row->bitmap);
}

RESULT outside_each(struct shop *shop, uint32_t from_hour, uint32_t to_hour,
                    RESULT (*each)(void *context, const struct outside_group *group), void *context)
{
    SCOPED(walking_done) struct walking walking = {.each = each, .context = context};
    TRY(shop->store->observed->each(shop->store, from_hour, to_hour, row_take, &walking));
    return group_end(&walking);
}

RESULT outside_counts(struct shop *shop, uint32_t from_hour, uint32_t to_hour,
                      RESULT (*each)(void *context, const struct unattributed_row *row), void *context)
{
    return shop->store->observed->count_each(shop->store, from_hour, to_hour, each, context);
}

struct of_one {
    RESULT (*each)(void *context, const struct outside_sight *sight);
    void *context;
};

static RESULT look_take(void *context, const struct sighting *at)
{
    const struct of_one *of_one = context;
    if (at->entry.kind != ENTRY_OBSERVED) return OK;
    const struct observed *observed = &at->aside->observed;
    struct observations of = observed_of(observed, at->position);
    for (size_t i = 0; i < of.count; i++) {
        const struct outside_sight sight = {.index = at->index,
                                            .taken_us = at->entry.time_us,
                                            .one = &of.at[i],
                                            .file = observed->file,
                                            .hash = &observed->hash,
                                            .bytes = observed->to};
        TRY(of_one->each(of_one->context, &sight));
    }
    return OK;
}

RESULT outside_of(struct shop *shop, struct subject_no no,
                  RESULT (*each)(void *context, const struct outside_sight *sight), void *context)
{
    struct of_one of_one = {each, context};
    return history_looks(shop, no, look_take, &of_one);
}
