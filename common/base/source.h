/* source.h - bytes that are read piece by piece, from a file or from what another source gives. */
#ifndef BASE_SOURCE_H
#define BASE_SOURCE_H

#include <stddef.h>
#include <stdint.h>

struct source {
    /* At most size bytes into `to`, and how many; 0 at the end. -1: what is read is not what it
     * must be; why is then a static text. */
    ptrdiff_t (*read)(struct source *source, char *to, size_t size);
    /* Frees it, and the source that it reads from. Not the file. */
    void (*close)(struct source *source);
    const char *why;
};

/* Sets the pointer NULL. */
static inline void source_close(struct source **source)
{
    if (*source)
        (*source)->close(*source);
    *source = NULL;
}

#endif
