/* wechat_codes.h - what WeChat Pay's refusals mean: of the driver's files alone. */
#ifndef CHANNEL_WECHAT_CODES_H
#define CHANNEL_WECHAT_CODES_H

#include "channel/said.h"
#include "channel/wechat/wechat_key.h"
#include "io/http/http.h"

extern const struct channel_codes WECHAT_CODES;
/* Rows of ours: the APIv3 key is wrong; no key of WeChat Pay's is known, so nothing is sent. */
#define CODE_APIV3 "APIV3_KEY"
#define CODE_NO_KEY "NO_KEY"

/* What an answer of no 2xx means that channel_call made err of, with the reason in said. A no that
 * names no code decides nothing. A status that decides nothing may have a code all the same. */
MUST_USE enum pay_err wechat_no(enum pay_err err, const struct http_answer *answer,
                                struct channel_said *said);
/* Why no certificate could be fetched, as the reason in said; nothing when it is not known. */
void wechat_certs_refusal(const struct wechat_keys *keys, struct channel_said *said);

#endif
