/*
 * The shape of an answer, as it is written in answers.def, put as a JSON Schema into the OpenAPI document.
 *
 *     {id: string, note?: string, at: null|string, items: [{n: integer}], values: <any>, receipt: Receipt}
 *
 * `?` behind a name: it may be absent; `null|`: or null; [T]: a list; <T>: an object whose names are not known beforehand;
 * Receipt: that of components. Members that are not named may be there too. Example: shape_put(answer_shape(verb), out);
 */
#ifndef AMN_SERVE_SHAPE_H
#define AMN_SERVE_SHAPE_H

#include "base/asks.h"

enum { SHAPE_DEPTH_MAX = 12 };

/* NULL: its answers are not described. */
const char *answer_shape(enum verb verb);

/* INVALID for a text that is none; `out` then has what came before the fault. */
RESULT shape_put(const char *shape, struct buf *out);

#endif
