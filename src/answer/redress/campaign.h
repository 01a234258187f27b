/*
 * Campaigns of a shop: what is offered, to whom, until when, on which terms, and how far its budget is. A campaign is an
 * authority row; what its parts' budgets became is counted in accounts beside it (answer/redress/account.h). Nothing is
 * stored of a person: who may have it is a kept set of the count that it follows, and a voucher's serial is the
 * customer's number.
 *
 * Main calls: campaigns_of(), campaign_find(), campaign_put(). Example:
 *     TRY(campaigns_of(batch, &redress));  TRY(campaign_find(batch->shop, redress, ask->id, &campaign));
 */
#ifndef AMN_ANSWER_REDRESS_CAMPAIGN_H
#define AMN_ANSWER_REDRESS_CAMPAIGN_H

#include "answer/law/zone.h"
#include "answer/redress/account.h"
#include "answer/redress/code.h"
#include "answer/redress/wrongs.h"
#include "base/set.h"
#include "keep/access/authority.h"
#include "store/voucher.h"

enum {
    CAMPAIGNS_MAX = 256,
    PARTS_MAX = 16,
    PART_NAME_BYTES_MAX = 32,
    UNIT_BYTES_MAX = 24,
    VERSIONS_MAX = 16, /* of a campaign's codes */
    LEADS_MAX = 4,     /* of reminders before the end */
    TERMS_LANGUAGES = 3,
    TERMS_BYTES_MAX = 12 * 1024,
    TITLE_BYTES_MAX = 200,
    ZONE_BYTES_MAX = 64,
    REFUND_DAYS = 30,
    REFUND_DAYS_MAX = 366
};

/* Numbers are stored: never reuse one. */
enum campaign_state { CAMPAIGN_DRAFT = 1, CAMPAIGN_ANNOUNCED, CAMPAIGN_HALTED };

struct part {
    char name[PART_NAME_BYTES_MAX + 1]; /* "travel" */
    char unit[UNIT_BYTES_MAX + 1];      /* of a benefit: "month"; empty: it is money */
    uint64_t worth, budget;             /* of one voucher; of all together */
};

/* As its row says. Slices borrow from the row. */
struct campaign_spec {
    enum campaign_state state;
    uint64_t incident; /* number; 0: of none */
    uint32_t count;    /* version of its count */
    struct hash people;
    uint64_t people_count, people_last; /* last: the highest number among them */
    bool linked;                        /* who is linked to a customer has one, too */
    char currency[4];                   /* empty: no part is money */
    unsigned digits;
    int64_t from_us, until_us;
    struct slice zone; /* a name or a rule, as said */
    uint32_t refund_days;
    uint16_t leads
        [LEADS_MAX]; /* who has something left is reminded so many days before the end; the longest first */
    size_t lead_count;
    struct part parts[PARTS_MAX];
    size_t part_count;
    struct slice title, purpose, terms[TERMS_LANGUAGES]; /* by mail_language() */
    uint16_t epochs[VERSIONS_MAX];                       /* of the key of each version's codes */
    uint32_t version;                                    /* from 1 */
    uint32_t announced;                                  /* how often */
    int64_t announced_us;
    uint64_t terms_entry;   /* of its newest announcement */
    struct slice recipient; /* age1…: the only one for whom files of its codes are made; empty: nobody yet */
};

struct campaign {
    uint32_t id; /* from 1 */
    struct campaign_spec spec;
    struct account accounts[PARTS_MAX];
    bool moved[PARTS_MAX];      /* its account is not in the store as it is now: see accounts_flush() */
    int64_t look_us[PARTS_MAX]; /* not before that is there anything to expire */
    struct set people;
    struct set given[VERSIONS_MAX]; /* who was handed a code of that version */
    struct voucher_codes *codes[VERSIONS_MAX];
};

struct handing;
struct paying;

struct redress {
    struct campaign *at;
    size_t count;
    uint64_t changes;  /* of the rows, when they were read */
    uint64_t taken;    /* number of the newest redemption */
    int64_t due_us;    /* no reservation lapses before; INT64_MAX: none waits */
    struct prf *salts; /* NULL: there was no campaign yet */
    struct wrongs *wrongs;
    uint32_t tripped;        /* the campaign of which a code came that was never handed out; 0: none */
    struct handing *handing; /* codes on their way out: answer/redress/codes_verbs.c */
    void (*handing_free)(struct handing **handing);
    struct paying *paying; /* payments on their way out: answer/redress/payment_file.c */
    void (*paying_free)(struct paying **paying);
};

/*
 * All of the shop's, read from the store when rows changed or a batch was undone since. TAMPERED: what is stored is not
 * what the rows name, or does not add up. Cost: nothing, or 5 us a chunk of each campaign's people.
 */
RESULT campaigns_of(struct batch *batch, struct redress **out);

/*
 * Do what is due: budgets into their accounts, reservations that lapse, ended parts that expire, a campaign that tripped,
 * wrong codes written down. The keeper calls it around each ask about compensation, and once a minute; apart from the
 * ask, so that one that is refused undoes none of it. A few ns when nothing is due.
 */
RESULT redress_settle(struct batch *batch);
/* Once more, before the shop is closed: write down what memory alone counts. */
void redress_close(struct batch *batch);

/* NOT_FOUND, ID_MALFORMED. */
RESULT campaign_find(struct shop *shop, struct redress *redress, struct slice id, struct campaign **out);
size_t campaign_part(const struct campaign *campaign,
                     struct slice name); /* SIZE_MAX: it has none of that name */

void campaign_write(const struct campaign_spec *spec, struct buf *out);
RESULT campaign_read(struct slice body, struct campaign_spec *out); /* CORRUPT */

/* Write its row by that reader; all are read anew afterwards. */
RESULT campaign_put(struct batch *batch, const struct reader *reader, uint32_t id,
                    const struct campaign_spec *spec, struct receipt *out);

/* A key for the codes of a version to come. Cost: the keyring is written. */
RESULT campaign_key_new(struct shop *shop, uint16_t *epoch);

/* The text that an announcement freezes: all that people are promised. Its SHA-256 stands in the ledger. */
void campaign_terms(const struct campaign *campaign, struct buf *out);

/* The zone of that name or rule, as campaigns have it; empty: UTC. INVALID. */
RESULT campaign_zone(struct shop *shop, struct slice name, struct zone *out);

/* May this customer have one? Who was erased may not be written to; who is only linked, where the campaign says so. */
RESULT campaign_may_have(struct shop *shop, const struct campaign *campaign, struct subject_no no, bool *out);

/* Write the chunks of those who were given codes between two serials, as they are in memory. */
RESULT campaign_given_keep(struct batch *batch, struct campaign *campaign, uint64_t from, uint64_t to);

const char *campaign_state_name(enum campaign_state state);

/* One posting: entry, act, account. `taken` NULL: of a whole part. */
struct posting {
    struct campaign *campaign;
    size_t part;
    enum voucher_act act;
    uint64_t amount;
    const struct redemption_row *taken;
};
/*
 * Append its entry, and its row unless a redemption begins with it: then taken_add() stores it. The account is written
 * once, before the batch is committed, however many postings there were.
 */
RESULT posting_put(struct batch *batch, const struct reader *reader, const struct redress *redress,
                   const struct posting *posting, struct receipt *out);
#define VOUCHER_SALT_LABEL "amanah voucher salt 1"
/* What its entry holds. `salts`: HMAC under what that label derives from the first voucher key. */
void posting_hash(struct crypto *crypto, const struct prf *salts, const struct voucher_at *at,
                  const struct act_row *act, struct hash *out);

/* One voucher as it stands, whether or not anybody touched it; and written. */
RESULT voucher_load(struct batch *batch, const struct campaign *campaign, const struct voucher_at *at,
                    struct voucher *out);
RESULT voucher_save(struct batch *batch, const struct campaign *campaign, const struct voucher_at *at,
                    const struct voucher *voucher);
struct taking taking_of(const struct redemption_row *row);
void taking_put(const struct taking *taking, struct redemption_row *row);

#endif
