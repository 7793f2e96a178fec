/* code.c - see code.h. */
#include "channel/code.h"

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
