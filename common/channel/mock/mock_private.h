/* mock_private.h - what the files of the mock channel share. */
#ifndef CHANNEL_MOCK_PRIVATE_H
#define CHANNEL_MOCK_PRIVATE_H

#include "channel/channel.h"
#include "wire/signed_json.h"

#define MOCK_TIME_WINDOW_S 300

/* The key the gateway's texts are checked with, as the channel's row says. */
struct signed_key mock_gateway_key(const struct channel_account *account);
/* Unix seconds as an integer or as digits; -1 when it is neither. */
int64_t mock_timestamp(const struct json *object);
/* PAY_BAD_TIME unless `timestamp` is within MOCK_TIME_WINDOW_S of now. */
MUST_USE enum pay_err mock_time_check(const struct json *object);
/* Reads status, price … of a verified object. PAY_BAD_FIELD: it lacks what its state needs. */
MUST_USE enum pay_err mock_result(const struct json *object, struct channel_result *out);

/* mock_submit.c: channel_driver.offline and submit */
bool mock_offline(const struct channel_order *order);
MUST_USE enum pay_err mock_submit(const struct channel_account *account,
                                  const struct channel_order *order, struct channel_ticket *out);
/* mock_query.c: channel_driver.query and close */
MUST_USE enum pay_err mock_query(const struct channel_account *account, const char *pay_id,
                                 struct channel_result *out);
MUST_USE enum pay_err mock_close(const struct channel_account *account, const char *pay_id,
                                 struct channel_result *out);

#endif
