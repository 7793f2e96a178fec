/* notes.h - what a channel gave one process and every process has to know: a new certificate. The
 * program keeps it in the database, since a driver knows no SQL. The accounts of the web programs
 * can write a note, so a driver believes one only after a proof that needs no database. */
#ifndef CHANNEL_NOTES_H
#define CHANNEL_NOTES_H

#include "channel/product.h"

#define CHANNEL_NOTE_SIZE 32768
#define CHANNEL_NOTE_GAP_S 60 /* between two questions to the channel, of all processes together */
#define CHANNEL_LOOK_GAP_MS 1000 /* between two looks at the notes, of one process */
#define CHANNEL_FETCH_MS 3000    /* a channel waits some seconds for the answer to its callback */

/* May this process ask the channel now? SOON: another one asked a moment ago, and its note comes.
 * LATER: one asked within the gap, or the database does not answer. */
enum channel_turn { TURN_MINE, TURN_SOON, TURN_LATER };

/* A name is the protocol and the merchant's number there. Notes are an app's. Outside any
 * transaction. */
struct channel_notes {
    struct db *db;
    /* The note into text, "" when there is none, and whose turn it is. */
    enum channel_turn (*look)(const struct channel_account *account, const char *name,
                              struct text *text);
    /* Takes the turn; false: another process was faster. */
    bool (*take)(const struct channel_account *account, const char *name);
    void (*keep)(const struct channel_account *account, const char *name, const char *text);
};

/* A search for what a note may have. read takes over what is in its text; true: it was found. */
struct channel_search {
    const char *name; /* of the note */
    const char *turn; /* of the note that keeps the turn, when it is another one; or NULL */
    bool stranger;    /* anybody may have caused it: no wait for another process */
    bool (*read)(const struct channel_account *account, const char *text, const void *arg);
    const void *arg;
};
/* Looks into the note, and again while another process asks the channel. True: it was not found,
 * and this process has taken the turn to ask. */
MUST_USE bool channel_note_search(const struct channel_account *account,
                                  const struct channel_search *search);
/* Reads the note alone; whose turn it is. */
enum channel_turn channel_note_read(const struct channel_account *account,
                                    const struct channel_search *search, bool *found);

#endif
