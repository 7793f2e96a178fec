/* notes.c - a search for what another process may have got: the note first, then the channel, which
 * all processes together ask once in CHANNEL_NOTE_GAP_S. */
#include "channel/notes.h"

#include "base/clock.h"

#define WAIT_STEP_MS 100
#define WAIT_STEPS 30 /* as long as a fetch may take */

enum channel_turn channel_note_read(const struct channel_account *account,
                                    const struct channel_search *search, bool *found)
{
    static char room[CHANNEL_NOTE_SIZE], other[CHANNEL_NOTE_SIZE];
    struct text text = TEXT(room), none = TEXT(other);

    const enum channel_turn turn = account->notes->look(account, search->name, &text);
    *found = search->read(account, room, search->arg);
    return *found || !search->turn ? turn : account->notes->look(account, search->turn, &none);
}

bool channel_note_search(const struct channel_account *account, const struct channel_search *search)
{
    bool found;

    for (int i = 0; i <= WAIT_STEPS; i++) {
        const enum channel_turn turn = channel_note_read(account, search, &found);
        if (found || turn == TURN_LATER)
            return false;
        if (turn == TURN_MINE &&
            account->notes->take(account, search->turn ? search->turn : search->name))
            return true;
        if (search->stranger)
            return false;
        clock_sleep_ms(WAIT_STEP_MS); /* another process asks, or was faster to take the turn */
    }
    return false;
}
