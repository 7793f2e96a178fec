/* callback_log.h - every callback as it came, with its verdict; for the files of settle/ alone. */
#ifndef SETTLE_CALLBACK_LOG_H
#define SETTLE_CALLBACK_LOG_H

#include "settle/settle.h"

/* A raw body as it can be stored: bytes that are not text as \xHH. The caller frees escaped. */
struct callback_text {
    const char *at;
    size_t len;
    char *escaped;
};
void callback_text_take(const struct callback_raw *raw, struct callback_text *out);
/* At most `most` bytes of that text, cut between characters. */
void callback_text_cut(const struct callback_raw *raw, size_t most, struct callback_text *out);

/* Inside the caller's transaction. extension_id 0: no attempt was found. */
MUST_USE enum pay_err callback_log_add(struct db *db, const struct callback_raw *raw,
                                       enum verdict verdict, int64_t extension_id);
/* A copy of what was just read to be on record, in a transaction of its own, one round trip. What
 * was read is on disk once this is, since its commit came first. */
MUST_USE enum pay_err callback_log_repeated(struct db *db, const struct callback_raw *raw,
                                            int64_t extension_id);

#endif
