/* Members of the asks of the home. */
#include "base/asks/tables.h"

static const char job_about[] = "the job's id, job_…";

const struct member backup_tell_members[] = {
    TEXT(backup_tell_ask, outcome, 16, true, "made, failed, drill or drill_failed"),
    TEXT(backup_tell_ask, manifest, MANIFEST_BYTES_MAX, false,
         "of made and drill: the backup's signed manifest"),
    TEXT(backup_tell_ask, cause, 64, false, "of failed and drill_failed: the cause, such as store.full"),
    {0},
};
const struct member backup_status_members[] = {{0}};
const struct member job_list_members[] = {
    TEXT(job_list_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(job_list_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
const struct member job_show_members[] = {
    TEXT(job_show_ask, id, ID_BYTES_MAX, true, job_about),
    {0},
};
const struct member job_cancel_members[] = {
    TEXT(job_cancel_ask, id, ID_BYTES_MAX, true, job_about),
    {0},
};
const struct member rotate_members[] = {
    MEMBER(rotate_ask, rekey, WIRE_BOOL, 1, false,
           "new data keys, and every record sealed anew under its own"),
    MEMBER(rotate_ask, dry_run, WIRE_BOOL, 1, false, "say what would happen, change nothing"),
    {0},
};
const struct member rotation_members[] = {{0}};
const struct member status_members[] = {
    MEMBER(status_ask, metrics, WIRE_BOOL, 1, false, "as Prometheus text"),
    {0},
};
const struct member shop_add_members[] = {
    TEXT(shop_add_ask, name, 32, true, "letters, digits and -; begins with a letter"),
    TEXT(shop_add_ask, origin, 200, false, "the log's origin, a schema-less URL"),
    {0},
};
const struct member shop_list_members[] = {{0}};
