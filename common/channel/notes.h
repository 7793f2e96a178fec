/* notes.h - what a channel gave one process and every process has to know: a new certificate. The
 * program keeps it in the database, since a driver knows no SQL. The accounts of the web programs
 * can write a note, so a driver believes one only after a proof that needs no database. */
#ifndef CHANNEL_NOTES_H
#define CHANNEL_NOTES_H

#include "channel/product.h"

#define CHANNEL_NOTE_SIZE 32768
#define CHANNEL_NOTE_GAP_S 60 /* between two questions to the channel, of all processes together */

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

#endif
