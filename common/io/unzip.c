/* unzip.c - see unzip.h. The archive's directory says how long the file is and what its checksum
 * is; both are compared at its end. */
#include "io/unzip.h"

#include <limits.h>
#include <minizip/unzip.h>
#include <stdlib.h>
#include <unistd.h>

#define FILES_MAX 16 /* of one archive */
#define NAME_MAX_BYTES 256
#define ENCRYPTED 1 /* a bit of its flags */

struct unzip {
    struct source source; /* first: they are one object */
    unzFile archive;
    ZPOS64_T size, done;
};

/* ---- the descriptor, for minizip */

static voidpf fd_open(voidpf opaque, const void *name, int mode)
{
    const int *fd = opaque;
    const int own = dup(*fd);

    (void)name;
    (void)mode;
    FILE *file = own < 0 ? NULL : fdopen(own, "rb");
    if (!file && own >= 0)
        close(own);
    return file;
}

static unzFile archive_open(int *fd)
{
    zlib_filefunc64_def how;

    fill_fopen64_filefunc(&how);
    how.zopen64_file = fd_open;
    how.opaque = fd;
    return unzOpen2_64("", &how);
}

/* ---- which file */

/* How many are wanted; *at is the place of the last. -1: the directory cannot be read. */
static int unzip_find(unzFile archive, bool (*wanted)(const char *name), unz64_file_pos *at)
{
    int rc = unzGoToFirstFile(archive), found = 0;

    for (int i = 0; rc == UNZ_OK; i++, rc = unzGoToNextFile(archive)) {
        char name[NAME_MAX_BYTES] = "";
        unz_file_info64 info;
        if (i == FILES_MAX || unzGetCurrentFileInfo64(archive, &info, name, sizeof(name) - 1, NULL,
                                                      0, NULL, 0) != UNZ_OK)
            return -1;
        if (!wanted(name))
            continue;
        found++;
        if (unzGetFilePos64(archive, at) != UNZ_OK)
            return -1;
    }
    return rc == UNZ_END_OF_LIST_OF_FILE ? found : -1;
}

/* NULL, or what is wrong. */
static const char *unzip_enter(struct unzip *u, bool (*wanted)(const char *name))
{
    unz64_file_pos at;
    unz_file_info64 info;
    const int found = unzip_find(u->archive, wanted, &at);

    if (found < 0)
        return "the zip archive's directory is damaged";
    if (found != 1)
        return found == 0 ? "the zip archive lacks the file that is wanted"
                          : "the zip archive has more than one file that is wanted";
    if (unzGoToFilePos64(u->archive, &at) != UNZ_OK ||
        unzGetCurrentFileInfo64(u->archive, &info, NULL, 0, NULL, 0, NULL, 0) != UNZ_OK)
        return "the zip archive's directory is damaged";
    if (info.flag & ENCRYPTED)
        return "the zip archive is encrypted";
    u->size = info.uncompressed_size;
    return unzOpenCurrentFile(u->archive) == UNZ_OK ? NULL : "the zip archive is damaged";
}

/* ---- its bytes */

static ptrdiff_t unzip_fail(struct unzip *u, const char *why)
{
    u->source.why = why;
    return -1;
}

static ptrdiff_t unzip_read(struct source *source, char *to, size_t size)
{
    struct unzip *u = (struct unzip *)source;
    const int n = unzReadCurrentFile(u->archive, to, size < INT_MAX ? (unsigned)size : INT_MAX);

    if (n < 0)
        return unzip_fail(u, "the zip archive is damaged");
    u->done += (ZPOS64_T)n;
    if (n > 0 && u->done <= u->size)
        return n;
    if (u->done != u->size)
        return unzip_fail(u, "the file in the zip archive has another length than it says");
    return unzCloseCurrentFile(u->archive) == UNZ_CRCERROR
               ? unzip_fail(u, "the file in the zip archive has another checksum than it says")
               : 0;
}

static void unzip_close(struct source *source)
{
    struct unzip *u = (struct unzip *)source;

    if (u->archive)
        unzClose(u->archive);
    free(u);
}

struct source *unzip_open(int fd, bool (*wanted)(const char *name), const char **why)
{
    struct unzip *u = calloc(1, sizeof(*u));
    struct source *source;

    if (!u)
        abort();
    u->source = (struct source){ .read = unzip_read, .close = unzip_close };
    u->archive = archive_open(&fd);
    *why = u->archive ? unzip_enter(u, wanted) : "it is no zip archive";
    source = &u->source;
    if (*why)
        source_close(&source);
    return source;
}
