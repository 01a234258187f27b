/* Asks of notices to the persons concerned. */
#ifndef AMN_BASE_ASKS_NOTICE_H
#define AMN_BASE_ASKS_NOTICE_H

#include "base/asks/shape.h"

enum { NOTICE_LETTERS_MAX = 500 };

struct notice_draft_ask {
    struct slice id, kind, channel;
    struct texts audiences, regimes;
    uint64_t number, after, per_day;
    bool consent, no_care;
};
struct notice_status_ask {
    struct slice id, state, after;
    uint64_t run, limit;
};
struct notice_act_ask {
    struct slice id, act, to, lang, text;
    uint64_t run;
    struct texts subjects;
};
struct notice_hook_ask {
    struct slice url, form, template, token, ca;
};
struct notice_letters_ask {
    struct slice id, after;
    uint64_t run, limit;
};
struct notice_preview_ask {
    struct slice id, lang;
    uint64_t run;
};
struct notice_person_ask {
    struct slice id, subject;
    uint64_t run;
};
struct notice_verify_ask {
    struct slice code;
};
struct notice_bounce_ask {
    struct slice recipient, message;
};
struct notice_text_ask {
    struct slice lang, kind, text;
};
struct words_check_ask {
    struct slice id, lang, kind, subject, text;
    bool part, possible;
};

#endif
