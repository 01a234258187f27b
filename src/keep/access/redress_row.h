/* Authority rows of compensation: one a campaign, one a batch of payments; read by answer/redress. */
#ifndef AMN_KEEP_ACCESS_REDRESS_ROW_H
#define AMN_KEEP_ACCESS_REDRESS_ROW_H

enum { REDRESS_ROW_BYTES_MAX = 40 * 1024, PAYMENT_ROW_BYTES_MAX = 2048 };

#endif
