/* code.c - see code.h. */
#include "channel/code.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

static const char *const WORDS[] = {
    [MEANS_NOTHING] = "unlisted", [MEANS_NO] = "refused", [MEANS_PAID] = "paid",
    [MEANS_UNKNOWN] = "unknown",  [MEANS_BUSY] = "busy",  [MEANS_SETUP] = "setup",
};

const char *channel_meaning_word(enum channel_meaning meaning)
{
    return WORDS[meaning];
}

const struct channel_code *channel_code_of(const struct channel_codes *codes, const char *code)
{
    for (size_t i = 0; i < codes->count; i++)
        if (str_eq(codes->at[i].code, code))
            return &codes->at[i];
    return NULL;
}

/* The text alone tells it: WeChat Pay has no code of its own for it. */
static bool is_about_address(const char *msg)
{
    static const char *const TEXTS[] = { "IP地址不允许", "IP白名单", "ip白名单" };

    for (size_t i = 0; i < COUNT(TEXTS); i++)
        if (strstr(msg, TEXTS[i]))
            return true;
    return false;
}

const struct channel_code *channel_code_told(const struct channel_codes *codes, const char *code,
                                             const char *msg)
{
    const struct channel_code *row = codes ? channel_code_of(codes, code) : NULL;
    const bool plain_no = !row || row->meaning == MEANS_NO || row->meaning == MEANS_SETUP;

    return codes && plain_no && is_about_address(msg) ? channel_code_of(codes, CODE_ADDRESS) : row;
}
