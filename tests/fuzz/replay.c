/* replay.c - a main for the targets without libFuzzer: runs them on the files named, or on stdin.
 * For reproducers under gdb or valgrind, and for AFL++ (afl-fuzz … -- build/fuzz/replay/NAME @@).
 * */
#include <stdio.h>
#include "fuzz.h"

#define INPUT_MAX (1 << 20)

#pragma GCC diagnostic ignored "-Wredundant-decls"
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

static void run(FILE *file)
{
    char *room = malloc(INPUT_MAX);

    if (!room)
        abort();
    const size_t len = fread(room, 1, INPUT_MAX, file);
    char *data = fuzz_copy(room, len);
    free(room);
    (void)LLVMFuzzerTestOneInput((const uint8_t *)data, len);
    free(data);
}

int main(int argc, char **argv)
{
    if (LLVMFuzzerInitialize && LLVMFuzzerInitialize(&argc, &argv) != 0)
        return 1;
    if (argc < 2)
        run(stdin);
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        if (!file) {
            perror(argv[i]);
            return 1;
        }
        run(file);
        fclose(file);
    }
    return 0;
}
