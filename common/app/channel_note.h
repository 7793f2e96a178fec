/* channel_note.h - the notes of channels' drivers (channel/notes.h), kept in channel_note. */
#ifndef APP_CHANNEL_NOTE_H
#define APP_CHANNEL_NOTE_H

#include "channel/notes.h"
#include "io/db/db.h"

/* For the accounts of a process, which has one connection; valid until the next call. */
const struct channel_notes *channel_notes(struct db *db);

#endif
