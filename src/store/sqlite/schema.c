#include "store/sqlite/schema_priv.h"

#pragma GCC diagnostic ignored \
    "-Woverlength-strings" /* 4,095 bytes are all that C promises; gcc takes more */

/* One text a version, never edited once released. Version n is texts[n - 1]. */
static const char *const migrations[] = {
    "CREATE TABLE fact (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE subject (no INTEGER PRIMARY KEY, entry INTEGER NOT NULL, record BLOB NOT NULL);"
    "CREATE TABLE subject_past (no INTEGER NOT NULL, entry INTEGER NOT NULL,"
    " hash BLOB NOT NULL CHECK (length(hash) = 32), PRIMARY KEY (no, entry)) WITHOUT ROWID;"
    "CREATE TABLE subject_leaf (no INTEGER NOT NULL, entry INTEGER NOT NULL,"
    " leaf BLOB NOT NULL CHECK (length(leaf) = 32), PRIMARY KEY (no, entry)) WITHOUT ROWID;"
    "CREATE TABLE tag_log (id INTEGER PRIMARY KEY, ops BLOB NOT NULL);"
    "CREATE TABLE tag_run (id INTEGER PRIMARY KEY, level INTEGER NOT NULL, state INTEGER NOT NULL,"
    " rows INTEGER NOT NULL, pages INTEGER NOT NULL);"
    "CREATE TABLE tag_part (run INTEGER NOT NULL, kind INTEGER NOT NULL, part INTEGER NOT NULL, bytes BLOB "
    "NOT NULL,"
    " PRIMARY KEY (run, kind, part));"
    "CREATE TABLE tag_page (id INTEGER PRIMARY KEY, rows BLOB NOT NULL CHECK (length(rows) % 30 = 0));"
    "CREATE TABLE tag_past (no INTEGER NOT NULL, field INTEGER NOT NULL, tag BLOB NOT NULL CHECK "
    "(length(tag) = 16),"
    " since INTEGER NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (no, field, tag, since)) WITHOUT ROWID;"
    "CREATE INDEX tag_past_tag ON tag_past (field, tag);"
    "CREATE TABLE ledger_tail (first INTEGER PRIMARY KEY, count INTEGER NOT NULL, entries BLOB NOT NULL,"
    " leaves BLOB NOT NULL CHECK (length(leaves) = 32 * count), aside BLOB NOT NULL);"
    "CREATE TABLE ledger_bundle (n INTEGER PRIMARY KEY, first_us INTEGER NOT NULL, entries BLOB NOT NULL,"
    " aside BLOB NOT NULL);"
    "CREATE TABLE ledger_tile (level INTEGER NOT NULL, n INTEGER NOT NULL,"
    " hashes BLOB NOT NULL CHECK (length(hashes) % 32 = 0 AND length(hashes) <= 8192), PRIMARY KEY (level, "
    "n));"
    "CREATE TABLE ledger_newest (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL,"
    " time_us INTEGER NOT NULL, note BLOB NOT NULL);"
    "CREATE TABLE ledger_checkpoint (kind INTEGER NOT NULL, size INTEGER NOT NULL, time_us INTEGER NOT NULL,"
    " note BLOB NOT NULL, PRIMARY KEY (kind, size)) WITHOUT ROWID;"
    "CREATE TABLE ledger_authority (entry INTEGER PRIMARY KEY);"
    "CREATE TABLE sighting (hour INTEGER NOT NULL, reader INTEGER NOT NULL, full INTEGER NOT NULL,"
    " masked INTEGER NOT NULL, chunk INTEGER NOT NULL, bitmap BLOB NOT NULL,"
    " PRIMARY KEY (hour, reader, full, masked, chunk)) WITHOUT ROWID;"
    "CREATE INDEX sighting_chunk ON sighting (chunk, hour);"
    "CREATE TABLE authority (kind INTEGER NOT NULL, id INTEGER NOT NULL, entry INTEGER NOT NULL, body BLOB "
    "NOT NULL,"
    " mac BLOB NOT NULL CHECK (length(mac) = 32), PRIMARY KEY (kind, id)) WITHOUT ROWID;"
    "CREATE TABLE key_use (id INTEGER PRIMARY KEY, day INTEGER NOT NULL, told INTEGER NOT NULL,"
    " mac BLOB NOT NULL CHECK (length(mac) = 32));"
    "CREATE TABLE replay (key BLOB PRIMARY KEY CHECK (length(key) = 32),"
    " ask BLOB NOT NULL CHECK (length(ask) = 32), until INTEGER NOT NULL, answer BLOB NOT NULL) WITHOUT "
    "ROWID;"
    "CREATE INDEX replay_until ON replay (until);"
    "CREATE TABLE mail (id INTEGER PRIMARY KEY, state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 5),"
    " due_us INTEGER NOT NULL, made_us INTEGER NOT NULL, attempts INTEGER NOT NULL, kind INTEGER NOT NULL,"
    " reply INTEGER NOT NULL, subject INTEGER NOT NULL, message BLOB NOT NULL);"
    "CREATE INDEX mail_due ON mail (state, due_us);"
    "CREATE INDEX mail_subject ON mail (subject) WHERE subject > 0;"
    "CREATE TABLE mail_count (state INTEGER NOT NULL, kind INTEGER NOT NULL, n INTEGER NOT NULL CHECK (n >= "
    "0),"
    " PRIMARY KEY (state, kind)) WITHOUT ROWID;"
    "CREATE TABLE right_given (kind INTEGER NOT NULL, entry INTEGER NOT NULL, no INTEGER NOT NULL,"
    " until INTEGER NOT NULL, keep INTEGER NOT NULL, body BLOB NOT NULL,"
    " mac BLOB NOT NULL CHECK (length(mac) = 32), PRIMARY KEY (kind, entry)) WITHOUT ROWID;"
    "CREATE INDEX right_subject ON right_given (no, kind, until);"
    "CREATE INDEX right_keep ON right_given (keep);"
    "CREATE TABLE telling (id INTEGER PRIMARY KEY, sink INTEGER NOT NULL, time_us INTEGER NOT NULL,"
    " body BLOB NOT NULL);"
    "CREATE TABLE sink_place (sink INTEGER PRIMARY KEY, next INTEGER NOT NULL, more INTEGER NOT NULL,"
    " told INTEGER NOT NULL, folded INTEGER NOT NULL, failures INTEGER NOT NULL, due_us INTEGER NOT NULL,"
    " arrived_us INTEGER NOT NULL, gone INTEGER NOT NULL CHECK (gone IN (0, 1)));"
    "CREATE TABLE tally (kind INTEGER NOT NULL, day INTEGER NOT NULL, n INTEGER NOT NULL,"
    " PRIMARY KEY (kind, day)) WITHOUT ROWID;",
};

unsigned schema_newest(void)
{
    return (unsigned)COUNT_OF(migrations);
}

const char *schema_step(unsigned version)
{
    return migrations[version - 1];
}
