#include "answer/portal/queue.h"

#include <assert.h>

struct waiting *queue_at(struct queue *queue, size_t i)
{
    return &queue->at[(queue->first + i) % QUEUE_PLACES];
}

size_t queue_of(const struct queue *queue, uint64_t source)
{
    size_t count = 0;
    for (uint32_t at = queue->chains[source % QUEUE_PLACES]; at != 0; at = queue->at[at - 1].next)
        count += queue->at[at - 1].source == source;
    return count;
}

struct waiting *queue_add(struct queue *queue, uint64_t source)
{
    assert(queue->count < QUEUE_PLACES);
    struct waiting *waiting = queue_at(queue, queue->count++);
    uint32_t *chain = &queue->chains[source % QUEUE_PLACES];
    *waiting = (struct waiting){.source = source, .next = *chain};
    *chain = (uint32_t)(waiting - queue->at) + 1;
    return waiting;
}

/* Out of its chain, and empty. Chains are short: few of a source wait, and sources are keyed tags. */
static void leave(struct queue *queue, struct waiting *waiting)
{
    const uint32_t place = (uint32_t)(waiting - queue->at) + 1;
    uint32_t *link = &queue->chains[waiting->source % QUEUE_PLACES];
    while (*link != place) {
        assert(*link != 0);
        link = &queue->at[*link - 1].next;
    }
    *link = waiting->next;
    *waiting = (struct waiting){.place = 0};
}

void queue_take(struct queue *queue, struct waiting *out)
{
    assert(queue->count > 0);
    struct waiting *waiting = queue_at(queue, 0);
    *out = *waiting;
    leave(queue, waiting);
    queue->first = (queue->first + 1) % QUEUE_PLACES;
    queue->count--;
}

void queue_undo(struct queue *queue)
{
    assert(queue->count > 0);
    struct waiting *waiting = queue_at(queue, --queue->count);
    buf_done(&waiting->email);
    leave(queue, waiting);
}

void queue_done(struct queue *queue)
{
    while (queue->count > 0) queue_undo(queue);
}
