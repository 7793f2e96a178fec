/* fuzz.h - what every fuzz target needs. A target is one file fuzz_NAME.c with a property, a
 * dictionary NAME.dict and seeds in corpus/NAME/; `make fuzz` builds build/fuzz/NAME. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

#define PROPERTY(condition) \
    do { \
        if (!(condition)) \
            fuzz_broken(__FILE__, __LINE__, #condition); \
    } while (0)

static inline _Noreturn void fuzz_broken(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: PROPERTY BROKEN: %s\n", file, line, what);
    abort();
}

/* A copy of exactly its size on the heap, so that one byte too far is seen. */
static inline char *fuzz_copy(const void *at, size_t len)
{
    char *copy = malloc(len > 0 ? len : 1);

    if (!copy)
        abort();
    if (len > 0)
        memcpy(copy, at, len);
    return copy;
}

/* The same with a NUL behind it; a NUL inside ends the text. */
static inline char *fuzz_text(const void *at, size_t len)
{
    const char *nul = len > 0 ? memchr(at, '\0', len) : NULL;
    const size_t take = nul ? (size_t)(nul - (const char *)at) : len;
    char *copy = malloc(take + 1);

    if (!copy)
        abort();
    if (take > 0)
        memcpy(copy, at, take);
    copy[take] = '\0';
    return copy;
}

/* The input cut into fields at a byte; each call gives the next as a text of its own (to be
 * freed). */
struct fuzz_input {
    const uint8_t *at;
    size_t len;
};
static inline char *fuzz_field(struct fuzz_input *in, uint8_t cut)
{
    const uint8_t *end = in->len > 0 ? memchr(in->at, cut, in->len) : NULL;
    const size_t take = end ? (size_t)(end - in->at) : in->len;
    char *field = fuzz_text(in->at, take);

    in->at += end ? take + 1 : take;
    in->len -= end ? take + 1 : take;
    return field;
}

#endif
