/* The verbs of compensation: as keep/verbs.h says of all. */
#ifndef AMN_ANSWER_REDRESS_VERBS_H
#define AMN_ANSWER_REDRESS_VERBS_H

#include "keep/verbs.h"

VERB_FUNCTION(campaign_open);
VERB_FUNCTION(campaign_announce);
VERB_FUNCTION(campaign_change);
VERB_FUNCTION(campaign_show);
VERB_FUNCTION(campaign_totals);
VERB_FUNCTION(campaign_codes);
VERB_FUNCTION(campaign_rekey);
VERB_FUNCTION(payments_make);
VERB_FUNCTION(payments_show);
VERB_FUNCTION(payments_file);
VERB_FUNCTION(payments_book);
VERB_FUNCTION(wallet);
VERB_FUNCTION(voucher_check);
VERB_FUNCTION(voucher_reserve);
VERB_FUNCTION(voucher_redeem);
VERB_FUNCTION(voucher_capture);
VERB_FUNCTION(voucher_void);
VERB_FUNCTION(voucher_refund);

#endif
