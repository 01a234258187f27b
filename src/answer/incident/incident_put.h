/* How incidents are written in answers. Example: incident_put(shop, incident, &reading.fold, &out->body); */
#ifndef AMN_ANSWER_INCIDENT_INCIDENT_PUT_H
#define AMN_ANSWER_INCIDENT_INCIDENT_PUT_H

#include "answer/incident/incident.h"

/* One line as a map: its number, entry, kind, time, author and members. */
void line_put(struct shop *shop, const struct line *line, struct buf *out);

/* The list of items of a kind, as "name": [...]; a map each, with what later lines changed. */
void items_put(struct shop *shop, const struct fold *fold, enum line_kind kind, const char *name,
               struct buf *out);

/* Everything that is so now, as a map: what GET /v1/incidents/{id} answers. */
void incident_put(struct shop *shop, const struct incident *incident, const struct fold *fold,
                  struct buf *out);

/* "missing": [{code, line, text}] */
void missing_put(const struct fold *fold, struct buf *out);

/* Title and kind, as the first line says. Empty before there is one. */
struct slice incident_title(const struct fold *fold);

#endif
