/*
 * What a keeper must do, said again in the simplest way: people, keys, roles, budgets and entries in plain arrays.
 * model_expect() takes the asks that took effect, in order, and says what each must have been answered and what it
 * left behind. Everything in it is small and slow on purpose. Must never look into the keeper.
 */
#ifndef AMN_TESTS_MODEL_H
#define AMN_TESTS_MODEL_H

#include "keep/access/approval.h"
#include "keep/access/limits.h"
#include "keep/record.h"

#include <stdbool.h>

enum {
    PEOPLE_MAX = 192,
    MODEL_KEYS_MAX = 64,
    MODEL_APPROVALS_MAX = 4096,
    MODEL_ROLES_MAX = 12,
    MODEL_IDEMS_MAX = 4096,
    MODEL_ENTRIES_MAX = 20000,
    MODEL_BUDGETS_MAX = 40,
    MODEL_STAFF_MAX = 200,
    MODEL_REVEAL_MAX = 6,
    MODEL_ROWS_MAX = 4,
    MODEL_HOMES_MAX = 2,
    MODEL_PASSES_MAX = 1024,
    MODEL_ID_BYTES = 40,
    MODEL_TOKEN_BYTES = 96
};

/* Values of a person: each a small number that stands for a text; 0: not held. */
struct person {
    unsigned ref, name, email, note;
    unsigned homes, recipient[MODEL_HOMES_MAX], door[MODEL_HOMES_MAX];
};

enum person_part { PART_NAME = 1, PART_EMAIL = 2, PART_NOTE = 4, PART_HOMES = 8 };

enum who { WHO_OPERATOR, WHO_KEY, WHO_WRONG, WHO_NOBODY };
enum conflict { CONFLICT_UNSAID, CONFLICT_FAIL, CONFLICT_UPDATE, CONFLICT_SKIP };

/* One ask in the model's words; asks.c turns it into a frame. */
struct sim_ask {
    enum verb verb;
    bool broken; /* the frame is no ask at all */
    enum who who;
    unsigned key;     /* of WHO_KEY: its number */
    bool far;         /* from another machine */
    unsigned idem;    /* idempotency key; 0: none */
    uint64_t members; /* hash of the ask's members: is it the same ask? */

    unsigned subjects[MODEL_REVEAL_MAX]; /* numbers; 0: an id that nobody has */
    size_t subject_count;
    struct person person;
    unsigned set, remove; /* bits of enum person_part */
    uint64_t version;
    enum conflict conflict;
    unsigned field_set; /* of reveal: index into its field sets */
    bool reason, dry_run;
    unsigned pass;           /* of reveal: the number of the one shown; 0: none */
    bool forged, self;       /* of reveal: another secret in the pass; for the purpose self, else support */
    unsigned holder;         /* of key_issue, budget_put: member of staff; 0: nobody */
    enum budget_scope scope; /* of budget_put; of a reader or role `number`, `role` says which */
    struct limits limits;    /* of budget_put */
    unsigned role;           /* of key_issue, role_put: index into roles, or beyond: none of that name */
    uint64_t number;         /* daily limit, entry index, key to revoke, own field */
    struct person rows[MODEL_ROWS_MAX];
    size_t row_count;
};

struct people_set {
    bool has[PEOPLE_MAX];
};

struct model_subject {
    enum subject_state state; /* 0: was never made */
    uint32_t version;
    uint64_t entry;                 /* that wrote it last */
    int64_t created_us, contact_us; /* contact: when the e-mail address changed last; 0: never */
    struct person person;
    char id[MODEL_ID_BYTES]; /* empty: nobody was told yet */
};

struct model_key {
    unsigned role, holder; /* holder 0: nobody */
    int64_t created_us, expires_us, ended_us, used_day;
    uint64_t ended_entry;
    char id[MODEL_ID_BYTES], token[MODEL_TOKEN_BYTES]; /* empty: the answer was lost */
};

struct model_pass {
    unsigned subject;
    uint64_t issuer;
    int64_t until_us;              /* erased: 0 */
    uint64_t entry;                /* that gave it */
    char token[MODEL_TOKEN_BYTES]; /* empty: the answer was lost */
};

struct model_entry {
    enum entry_kind kind;
    uint64_t reader, count;
    int64_t time_us;
    enum cause cause;
    struct people_set *set; /* NULL: it concerns nobody */
    uint64_t network;       /* network_id(); 0: from here */
    unsigned pass;          /* of REVEAL: the pass that was shown; 0: none */
    unsigned value;         /* of LOOKUP: which was tried */
    bool value_lost;        /* erased with somebody whom it found */
    bool told;              /* a receipt left with this leaf */
    uint8_t leaf[HASH_BYTES];
};

/* One subject, or value, in one budget at one minute. */
struct model_look {
    enum budget_scope scope;
    uint64_t id, subject;
    uint32_t minute;
};

/* The one who asks, as the model knows them. */
struct asker {
    uint64_t no;
    const struct role *role;
    unsigned holder; /* of its key; 0: nobody */
    uint64_t network;
};

struct model_idem {
    uint64_t reader, members;
    unsigned number;
    int64_t until_us;
    bool unsure; /* it may have been swept, or may never have been written */
    bool receipt, created;
    uint64_t index, version;
};

/* A role or budget that was asked to be loosened once there were staff: it changes when it is due. */
struct model_approval {
    bool open;
    uint32_t kind;        /* AUTHORITY_ROLE or AUTHORITY_BUDGET */
    uint32_t id;          /* of the row */
    uint64_t daily, base; /* base: entry that wrote the row, plus one; 0: it was new */
    bool reason;
    struct budget_row budget;
    int64_t due_us;
};

struct model {
    int64_t now_us, last_us;
    struct model_subject people[PEOPLE_MAX]; /* by number; 0 unused */
    unsigned last;
    struct model_key keys[MODEL_KEYS_MAX]; /* by number; 0 unused */
    unsigned key_count;
    struct model_pass passes[MODEL_PASSES_MAX]; /* by number; 0 unused */
    unsigned pass_count;
    struct role roles[MODEL_ROLES_MAX];
    unsigned role_count;
    uint64_t role_entry[MODEL_ROLES_MAX];                 /* that wrote it last, plus one */
    struct model_approval approvals[MODEL_APPROVALS_MAX]; /* by number; 0 unused */
    unsigned approval_count;
    uint32_t upkept_kind,
        upkept_row;        /* that upkeep put, by an approval that the next entry names; row 0: none */
    uint64_t upkept_entry; /* and by which entry */
    unsigned staff_count, field_count;
    uint64_t staff_address[MODEL_STAFF_MAX]; /* the number in the address of each */
    struct budget_row budgets[MODEL_BUDGETS_MAX];
    uint64_t budget_entry[MODEL_BUDGETS_MAX]; /* that wrote it last, plus one */
    size_t budget_count;
    char staff[MODEL_STAFF_MAX][MODEL_ID_BYTES]; /* ids by number; empty: nobody was told */
    struct model_look *looks;
    size_t look_count, look_room;
    int64_t time_us, clock_us; /* of budgets: never goes back; and what the clock said last */
    struct model_idem idems[MODEL_IDEMS_MAX];
    size_t idem_count;
    struct model_entry *entries;
    uint64_t entry_count;
    uint64_t before; /* entries when the present run began */
};

/* What an ask must be answered. */
struct expected {
    enum cause cause;
    bool receipt, created, replayed;
    uint64_t index, version;
    bool exact; /* the body is `body` */
    bool ends;  /* the body ends with `body` */
    struct buf body;
    unsigned new_subject, new_key, new_staff, new_pass; /* whose id the answer tells */
    uint64_t looks_least, looks_most;                   /* items of a listing of sightings; most 0: not one */
    bool listing, imported;
    uint64_t rows_created, rows_changed, rows_unchanged, rows_refused;
};
void expected_done(struct expected *expected);

/* A shop as home_init() leaves it, with its first admin key. */
void model_init(struct model *model, int64_t now_us, const char *token);
void model_done(struct model *model);

/* The ask takes effect now, behind all before it. */
void model_expect(struct model *model, const struct sim_ask *ask, struct expected *out);

/* The keeper was opened anew: budgets come from the entries of 30 days. */
void model_reopen(struct model *model);

/* The clock as budgets see it, at each run and rest of the keeper. */
void model_tick(struct model *model);

/* Charge a look at people, or a value tried; nothing is charged when some budget has no room (model_budget.c). */
enum cause model_spend(struct model *model, const struct asker *asker, const unsigned *subjects,
                       size_t count);
enum cause model_try(struct model *model, const struct asker *asker, unsigned value);
uint64_t model_used(const struct model *model, enum budget_scope scope, uint64_t id, int window);
/* With what was put for that scope; and the limits of the asker itself. */
struct limits model_limits(const struct model *model, enum budget_scope scope, uint64_t id,
                           struct limits base);
struct limits model_own_limits(const struct model *model, const struct asker *asker);

/* The keeper's upkeep ran at this time, or may have: answers kept for idempotency keys that ended are gone. */
void model_sweep(struct model *model);

/*
 * An authority entry of the system's appeared at the end: an approval took effect or lapsed, or a key was ended that is
 * over or was unused for too long. False when it was not due, or the row is not the one that was asked.
 */
bool model_upkept(struct model *model, uint32_t kind, uint32_t id, int64_t time_us);

/* An entry of an alert that the vault wrote by itself appeared at the end. */
void model_alerted(struct model *model, int64_t time_us);

/* An entry of mails that the vault queued by itself appeared at the end. */
void model_noticed(struct model *model, uint64_t count, int64_t time_us);

/* Entries of strangers appeared at the end: one more. `reader`: whose ended key it was, or 0. False: nobody's. */
bool model_strangers(struct model *model, uint64_t reader, uint64_t count, int64_t time_us);

/* Texts of the small numbers, and the fields of a reveal's field set: names and how many. */
enum { FIELD_SETS = 4, FIELD_SET_MAX = 2, TEXT_BYTES_MAX = 40 };
void ref_text(unsigned ref, char out[TEXT_BYTES_MAX]);
void name_text(unsigned name, char out[TEXT_BYTES_MAX]);
void email_text(unsigned email, char out[TEXT_BYTES_MAX]);
void note_text(unsigned note, char out[TEXT_BYTES_MAX]);
void recipient_text(unsigned recipient, char out[TEXT_BYTES_MAX]);
void door_text(unsigned door, char out[TEXT_BYTES_MAX]);
extern const char *const field_sets[FIELD_SETS][FIELD_SET_MAX];

uint64_t model_held(const struct person *person); /* bits of the fields that it holds */

/* Where asks come from: another machine, and this one. */
enum { SIM_CLIENT = 7 }; /* stands for the network of all customers with a pass */
extern const uint8_t sim_far[NETWORK_BYTES], sim_near[NETWORK_BYTES];

/* Bodies of answers (model_body.c). */
void body_show(const struct model *model, unsigned no, struct buf *out);
void body_reveal(const struct model *model, const struct sim_ask *ask, struct buf *out);
void body_id(const char *id, struct buf *out);

#endif
