/*
 * The verbs on people: each runs one ask of one reader in the open batch and fills in the answer, which stays in the
 * batch until its commit. A verb refuses before it writes; when it fails after a write the keeper undoes the batch.
 * The reader may do the act already: the keeper has asked access_act(). Example: reveal() in keep/reveal.c.
 */
#ifndef AMN_KEEP_VERBS_H
#define AMN_KEEP_VERBS_H

#include "keep/batch.h"

/*
 * Begin to read a chunk that comes soon, beside whatever is done until then: verb_import() finds it read. While it is
 * read nothing may change the shop's fields or keys, so import_wait() comes before what might. import_drop() forgets it;
 * import_room_free() also frees the room that the next chunk would use again.
 */
void import_soon(struct shop *shop, const struct import_ask *ask);
void import_wait(struct shop *shop);
void import_drop(struct shop *shop);
void import_room_free(struct shop *shop);

#define VERB_FUNCTION(name)                                                                            \
    RESULT verb_##name(struct batch *batch, const struct reader *reader, const struct name##_ask *ask, \
                       struct answer *out)

VERB_FUNCTION(self);
VERB_FUNCTION(subject_create);
VERB_FUNCTION(subject_show);
VERB_FUNCTION(subject_patch);
VERB_FUNCTION(subject_close);
VERB_FUNCTION(subject_erase);
VERB_FUNCTION(subject_sightings);
VERB_FUNCTION(lookup);
VERB_FUNCTION(reveal);
VERB_FUNCTION(import);
VERB_FUNCTION(rotate);
VERB_FUNCTION(rotation);
VERB_FUNCTION(ledger_checkpoint);
VERB_FUNCTION(ledger_tile);
VERB_FUNCTION(ledger_proof);
VERB_FUNCTION(ledger_entry);
VERB_FUNCTION(ledger_cosign);
VERB_FUNCTION(ledger_pin);
VERB_FUNCTION(backup_tell);
VERB_FUNCTION(backup_status);
VERB_FUNCTION(staff_add);
VERB_FUNCTION(staff_list);
VERB_FUNCTION(staff_leave);
VERB_FUNCTION(staff_left);
VERB_FUNCTION(staff_lesson);
VERB_FUNCTION(staff_role);
VERB_FUNCTION(staff_invite);
VERB_FUNCTION(staff_recover);
VERB_FUNCTION(enrol);
VERB_FUNCTION(key_issue);
VERB_FUNCTION(key_revoke);
VERB_FUNCTION(key_list);
VERB_FUNCTION(key_rotate);
VERB_FUNCTION(session_open);
VERB_FUNCTION(session_end);
VERB_FUNCTION(role_put);
VERB_FUNCTION(role_list);
VERB_FUNCTION(budget_put);
VERB_FUNCTION(budget_list);
VERB_FUNCTION(blast_radius);
VERB_FUNCTION(watch_status);
VERB_FUNCTION(alert_list);
VERB_FUNCTION(breaker_trip);
VERB_FUNCTION(breaker_reset);
VERB_FUNCTION(mute_put);
VERB_FUNCTION(canary_begin);
VERB_FUNCTION(canary_plant);
VERB_FUNCTION(canary_list);
VERB_FUNCTION(approval_ask);
VERB_FUNCTION(approval_list);
VERB_FUNCTION(approval_approve);
VERB_FUNCTION(approval_cancel);
VERB_FUNCTION(service_put);
VERB_FUNCTION(service_list);
VERB_FUNCTION(secret_add);
VERB_FUNCTION(secret_hold);
VERB_FUNCTION(secret_rotated);
VERB_FUNCTION(secret_list);
VERB_FUNCTION(mail_put);
VERB_FUNCTION(mail_show);
VERB_FUNCTION(mail_test);
VERB_FUNCTION(mail_list);
VERB_FUNCTION(observe);
VERB_FUNCTION(observe_list);
VERB_FUNCTION(field_put);
VERB_FUNCTION(field_list);
VERB_FUNCTION(grant_add);
VERB_FUNCTION(grant_list);
VERB_FUNCTION(pass_issue);
VERB_FUNCTION(sink_put);
VERB_FUNCTION(sink_list);
VERB_FUNCTION(sink_drop);
VERB_FUNCTION(sink_test);
VERB_FUNCTION(weekly);
VERB_FUNCTION(password_range);
VERB_FUNCTION(events);

#endif
