/* said.c - see said.h. */
#include "channel/said.h"

#include <string.h>

bool said_price_is(const struct channel_said *said, struct money price, const char *currency)
{
    return (said->price.minor == 0 || money_eq(said->price, price)) &&
           (*said->currency == '\0' || str_eq(said->currency, currency));
}

bool said_number_is(const struct channel_said *said, const char *channel_no)
{
    return *said->channel_no == '\0' || str_eq(said->channel_no, channel_no);
}

enum pay_err said_begin(enum channel_about about, const char *no, struct channel_said *out)
{
    *out = (struct channel_said){ .about = about };
    return text_copy(out->no, sizeof(out->no), no) ? PAY_OK : PAY_FAULT;
}

static void copy_cut(char *to, size_t size, const char *from)
{
    from = str_or(from, "");
    if (!text_copy_n(to, size, from, utf8_cut(from, strlen(from), size - 1)))
        *to = '\0';
}

void said_reason(struct channel_said *said, const char *code, const char *msg)
{
    copy_cut(said->error_code, sizeof(said->error_code), code);
    copy_cut(said->error_msg, sizeof(said->error_msg), msg);
}

enum pay_err said_means(struct channel_said *said, enum channel_meaning meaning)
{
    said->meaning = meaning;
    return meaning == MEANS_UNKNOWN || meaning == MEANS_BUSY ? PAY_UNKNOWN : PAY_REFUSED;
}

enum pay_err said_code(struct channel_said *said, const struct channel_codes *codes,
                       const char *code, const char *msg)
{
    const struct channel_code *row = channel_code_told(codes, code, str_or(msg, ""));

    said_reason(said, code, msg);
    return said_means(said, row ? row->meaning : MEANS_NOTHING);
}

enum pay_err said_refused(struct channel_said *said)
{
    said->state = CHANNEL_FAILED;
    return *said->error_code != '\0' ||
                   text_copy(said->error_code, sizeof(said->error_code), "REFUSED")
               ? PAY_OK
               : PAY_FAULT;
}

enum pay_err said_not_supported(struct channel_said *said, const char *why)
{
    return text_copy(said->error_code, sizeof(said->error_code), "NOT_SUPPORTED") &&
                   text_copy(said->error_msg, sizeof(said->error_msg), why)
               ? said_refused(said)
               : PAY_FAULT;
}

enum pay_err said_end(enum pay_err err, enum channel_about about, const char *no,
                      struct channel_said *said)
{
    said->about = about;
    if (!text_copy(said->no, sizeof(said->no), no))
        return PAY_FAULT;
    return err == PAY_REFUSED ? said_refused(said) : err;
}
