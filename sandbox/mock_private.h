/* mock_private.h - what the gateway's files share. */
#ifndef SANDBOX_MOCK_PRIVATE_H
#define SANDBOX_MOCK_PRIVATE_H

#include "wire/signed_json.h"
#include "sandbox/mock_gateway.h"

/* The key the gateway signs with: the shared secret, or its own RSA key. */
struct signed_key mock_sign_key(const struct mock_trade *trade);
/* Reads the attempt and its trade without opening one (status MOCK_UNKNOWN then). */
MUST_USE enum pay_err mock_trade_read(struct db *db, const char *pay_id, struct mock_trade *out);

struct mock_notice {
    int64_t id, tries, token;
    char pay_id[NO_SIZE], status[9], fault[9];
};
/* Inside a transaction: a callback owed after delay_s; claimed at once when it is due now. */
MUST_USE enum pay_err mock_notice_add(struct db *db, const struct mock_trade *trade,
                                      const struct mock_outcome *outcome, struct mock_notice *out);
/* Sends one claimed notice and records what came back. */
MUST_USE enum pay_err mock_notice_send(struct db *db, const struct config *config,
                                       const struct mock_trade *trade,
                                       const struct mock_notice *notice,
                                       struct mock_answer *answer);
#endif
