/* The verbs that ask for an export, tell of it and hand its file out: as keep/verbs.h says of all. */
#ifndef AMN_ANSWER_EXPORT_VERBS_H
#define AMN_ANSWER_EXPORT_VERBS_H

#include "keep/export/export.h"
#include "keep/verbs.h"

VERB_FUNCTION(export_ask);
VERB_FUNCTION(export_list);
VERB_FUNCTION(export_show);
VERB_FUNCTION(export_read);

/* May this reader hear of it: its asker, and who may approve? */
bool export_seen_by(const struct shop *shop, const struct export *export, const struct reader *reader);

/*
 * End it before it is done, or take its file away: by its asker, or by who may approve. The file goes once that is durable.
 * CONFLICT: it is over. Answers as verb_export_show().
 */
RESULT export_cancel(struct batch *batch, const struct reader *reader, const struct export *export,
                     struct answer *out);

/* Its state in one word, its approval and the clock asked: asked, refused, approved, running, done, expired, ... */
const char *export_told_state(const struct shop *shop, const struct export *export, int64_t now_us);

/* Its job's number, of ID_JOB. */
enum { JOB_EXPORT = 1 };
uint64_t export_job(const struct export *export);

#endif
