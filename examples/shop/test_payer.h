/* Where a payer without a phone pays: at the played channels, in test mode. */
#ifndef SHOP_TEST_PAYER_H
#define SHOP_TEST_PAYER_H

#include <stdbool.h>
#include <stddef.h>

#include "shroff.h"

/* The page that opens when the code is scanned, or when the app hands the text to the channel's
 * SDK. False: there are no played channels. */
bool test_payer_url(const struct shroff_order *answer, char *url, size_t size);
/* The bar codes of played payers. */
bool test_codes_url(char *url, size_t size);

#endif
