/*
 * The simulated shop: its readers, its clock, and one door to what stands in the path of a look.
 */
#ifndef AMN_WATCH_SIMULATE_WORLD_PRIV_H
#define AMN_WATCH_SIMULATE_WORLD_PRIV_H

#include "watch/alerts.h"
#include "watch/policy.h"
#include "watch/simulate/chance.h"
#include "watch/simulate/simulate.h"
#include "watch/together.h"

enum {
    ASK_MAX = 100,          /* people of one ask */
    WORLD_OFFSET_S = 32400, /* UTC+9 */
    WARM_DAYS = 35,         /* of honest work before an attack: five weeks */
    RESET_HOURS = 4,        /* until two people have put an honest reader back to work */
    THIN_FROM = 3000000,    /* customers from which the front end is counted by */
    THIN_ONE_IN = 32,       /* one customer in so many */
    MANY_NETWORKS = 10000,
    DAY_MINUTES = 1440
};
#define WORLD_EPOCH_US (20454 * DAY_US - WORLD_OFFSET_S * SECOND_US) /* a Thursday, 0:00 local */

enum workload_flag { SCALES = 1, PASSED = 2, GRANTED = 4, PERSON = 8, RAISED = 16 };
enum shape { ALWAYS, BEHIND, OFFICE, DEPOT, NIGHT, WEEKLY };
enum way {
    WAY_LOOK,
    WAY_FORGE,
    WAY_ISSUE,
    WAY_GUESS,
    WAY_GRANT,
    WAY_OFFICE,
    WAY_BESIDE,
    WAY_GROW,
    WAY_UNDER,
    WAY_APPROVED
};
enum order { ORDER_ASCENDING, ORDER_RANDOM, ORDER_KNOWN, ORDER_LISTED };
enum place { PLACE_OWN, PLACE_NEW, PLACE_MANY };

struct workload_row {
    const char *name;
    uint32_t readers[3];
    double people[3], between, within, peak;
    enum shape shape;
    unsigned flags;
};
extern const struct workload_row workload_rows[WORKLOAD_COUNT];

struct attack_row {
    const char *name;
    enum workload reader;
    uint32_t keys;
    double per_s;
    enum way way;
    enum order order;
    enum place place;
    uint32_t days;
    const char *about;
};
extern const struct attack_row attack_rows[ATTACK_COUNT];

/* People that a reader of the workload looks at on a usual day. */
double workload_people(enum workload workload, uint64_t customers);

struct actor {   /* a reader */
    uint64_t no; /* its place among the actors, plus 1 */
    uint64_t network;
    enum workload workload;
    double usual;               /* people a day */
    double today;               /* to be expected of this day; 0: it does not work */
    int64_t from_day, away_day; /* first day at work; first day of a holiday of two weeks */
    unsigned late_hours;        /* its day begins so much later than the others' */
    uint16_t country;
    uint64_t recent; /* person looked at before */
    bool thief;      /* its credential is in the hands of one */
    bool boundless;  /* people approved whatever it takes */
    bool spent;      /* its latest look was refused by a budget */
    struct breaker breaker;
    int64_t back_us;      /* when people put it back to work; 0: nothing is wrong */
    bool looked, refused; /* today */
};

/* One ask. */
struct glance {
    enum look_kind kind;
    int64_t now_us;
    uint64_t network; /* of the asker; behind a pass, of the customer */
    const uint64_t *subjects;
    size_t count; /* 1 to ASK_MAX; of a miss 0 */
    uint64_t value;
    bool thief;
    bool unseen; /* a grant or pass is made: it is charged, and no detector is told */
};

struct world {
    struct simulate_options options;
    uint64_t people; /* customers and canaries: numbers 1 to this */
    uint64_t real;   /* those that are no canary: as many as there are customers, but for chance */
    uint64_t thin;   /* the front end is counted by one customer in so many */
    bool thin_now;   /* world_somebody() gives such a one */
    struct budgets *budgets;
    struct watch *watch;
    struct alerts *alerts;
    struct breaker_policy policy;
    struct chance chance;
    struct actor *actors;                 /* never moved */
    struct breaker roles[WORKLOAD_COUNT]; /* of all readers of a workload */
    int64_t role_back_us[WORKLOAD_COUNT]; /* when people put it back to work; 0: nothing is wrong */
    size_t actor_count, actor_room;
    int64_t day, now_us; /* days since WORLD_EPOCH_US */
    bool peak;
    uint32_t peak_days[8];
    struct simulate_honest tally[WORKLOAD_COUNT];
    struct thievery *thievery; /* NULL: none yet */
};

enum { KEYS_MAX = 64 };

/* An attack as it runs. */
struct thievery {
    const struct attack_row *row;
    struct simulate_attack *out;
    int64_t from_us;
    uint64_t *seen;                        /* bit n: person n was exposed */
    struct actor *keys[KEYS_MAX], *second; /* credentials; the one that the first is of no use without */
    size_t key_count, stopped, enough;     /* to be stopped until nothing goes on */
    int64_t stopped_us;                    /* the latest of them */
    uint64_t next;                         /* of ascending numbers */
};

RESULT world_new(const struct simulate_options *options, struct world *out);
void world_done(struct world *world);

/* One reader more, at work from that day on. */
struct actor *world_hire(struct world *world, enum workload workload, int64_t from_day);

/* Through budgets, breaker and detectors, as in the path. Were the people shown? */
bool world_look(struct world *world, struct actor *actor, const struct glance *glance);

/* A minute is over. */
void world_minute(struct world *world);

bool world_is_canary(const struct world *world, uint64_t subject);
uint64_t world_mix(uint64_t number);

/* Somebody whom honest work meets: newer customers more often; never a canary. */
uint64_t world_somebody(struct world *world);

/* All honest looks of the minute that begins at world->now_us. A day begins where its first minute does. */
void honest_day(struct world *world);
void honest_minute(struct world *world);

/* Share of the day's work that falls into that minute of the day; how much work that day has, of a usual one. */
double honest_pace(enum shape shape, const struct actor *actor, unsigned minute);
double honest_weekday(enum shape shape, int64_t day);

/* The network that a customer comes from. */
uint64_t world_home(const struct world *world, uint64_t subject);

/* Credentials are in the thief's hands from now on. UNAVAILABLE: no memory. */
RESULT attack_begin(struct world *world, enum attack attack, struct thievery *out);
void attack_done(struct thievery *thievery);
void attack_minute(struct world *world);
bool attack_over(const struct world *world);
void attack_end(struct world *world);

#endif
