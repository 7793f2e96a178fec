/* ulid.c - ULIDs: 48 bits of milliseconds, 80 random bits, in Crockford's base 32. */
#include "base/ulid.h"
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

void random_bytes(void *out, size_t len)
{
    uint8_t *at = out;

    while (len > 0) {
        ssize_t got = getrandom(at, len, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            log_event(LOG_ERROR, "random.failed", KN("errno", errno));
            abort();
        }
        at += got;
        len -= (size_t)got;
    }
}

/* Within one millisecond (or while the clock is set back) the next number is the last one and a
 * random step, so it grows and still cannot be guessed from its neighbour. */
struct number {
    int64_t ms;
    uint64_t high, low;
}; /* 48, 16 and 64 bits */

static void next_number(struct number *last)
{
    uint64_t dice[2];
    const int64_t now = clock_now_ms();

    random_bytes(dice, sizeof(dice));
    if (now > last->ms) {
        /* The top bit is clear: room to grow. */
        *last = (struct number){ now, dice[0] & 0x7FFF, dice[1] };
        return;
    }
    const uint64_t step = (dice[1] & UINT64_C(0xFFFFFFFFFFFFFF)) + 1;
    last->low += step;
    last->high += last->low < step;
    if (last->high > 0xFFFF)
        *last = (struct number){ last->ms + 1, dice[0] & 0x7FFF, dice[1] };
}

void ulid_new(char out[NO_SIZE])
{
    static const char CROCKFORD[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    static struct number last;

    next_number(&last);
    /* 130 bits of places for 128: the text is read off from the low end. */
    uint64_t low = last.low, high = (uint64_t)last.ms << 16 | last.high;
    out[NO_SIZE - 1] = '\0';
    for (int i = NO_SIZE - 2; i >= 0; i--) {
        out[i] = CROCKFORD[low & 31];
        low = low >> 5 | high << 59;
        high >>= 5;
    }
}

bool ulid_is(const char *s)
{
    return str_is(s, ALPHA_ULID, NO_SIZE - 1, NO_SIZE - 1) && s[0] <= '7';
}

void token_new(char out[TOKEN_SIZE])
{
    uint8_t bytes[(TOKEN_SIZE - 1) / 2];
    struct text text = text_over(out, TOKEN_SIZE);

    random_bytes(bytes, sizeof(bytes));
    text_add_hex(&text, bytes, sizeof(bytes));
}
