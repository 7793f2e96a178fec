/* divert.h - a refund whose payer takes no money (a closed account): to another account. */
#ifndef CHANNEL_DIVERT_H
#define CHANNEL_DIVERT_H

#include "channel/product.h"

/* The payer's own bank card, or with bank_type NULL the merchant's account at the bank. */
struct channel_diversion {
    const char *refund_no, *channel_refund_no;
    const char *bank_type, *bank_account, *real_name;
};

#endif
