/* A disk in trouble, switched on and off by a test. Preloaded into every process of the daemon: while the file
   TROUBLE_SWITCH holds a word, whatever is done to files below TROUBLE_FOLDER fails as that word says.

   full      writing, and making a file longer: ENOSPC
   eio       fsync and fdatasync: EIO, and what was written may be gone
   readonly  writing and syncing: EROFS, opening for writing too */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

static __thread int asking;

/* The first letter of the trouble, or 0. */
static char trouble(void) {
    const char *place = getenv("TROUBLE_SWITCH");
    if (asking || !place || access(place, F_OK) != 0) return 0;
    char word = 0;
    asking = 1;
    int file = REAL(int, open, const char *, int, ...)(place, O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        if (read(file, &word, 1) != 1) word = 0;
        close(file);
    }
    asking = 0;
    return word;
}

static int below(const char *path) {
    const char *folder = getenv("TROUBLE_FOLDER");
    return folder && strncmp(path, folder, strlen(folder)) == 0;
}

static int ours(int descriptor) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return below(path);
}

static int fails(int descriptor, const char *words, int error) {
    char now = trouble();
    if (!now || !strchr(words, now) || !ours(descriptor)) return 0;
    errno = now == 'r' ? EROFS : error;
    return 1;
}

ssize_t write(int file, const void *data, size_t count) {
    return fails(file, "fr", ENOSPC) ? -1 : REAL(ssize_t, write, int, const void *, size_t)(file, data, count);
}

ssize_t pwrite(int file, const void *data, size_t count, off_t at) {
    return fails(file, "fr", ENOSPC) ? -1 : REAL(ssize_t, pwrite, int, const void *, size_t, off_t)(file, data, count, at);
}

ssize_t pwrite64(int file, const void *data, size_t count, off64_t at) {
    return fails(file, "fr", ENOSPC) ? -1
                                     : REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t)(file, data, count, at);
}

int ftruncate(int file, off_t size) {
    return fails(file, "fr", ENOSPC) ? -1 : REAL(int, ftruncate, int, off_t)(file, size);
}

int ftruncate64(int file, off64_t size) {
    return fails(file, "fr", ENOSPC) ? -1 : REAL(int, ftruncate64, int, off64_t)(file, size);
}

int fsync(int file) { return fails(file, "er", EIO) ? -1 : REAL(int, fsync, int)(file); }

int fdatasync(int file) { return fails(file, "er", EIO) ? -1 : REAL(int, fdatasync, int)(file); }

static int may_open(const char *path, int flags) {
    if (asking || !(flags & (O_WRONLY | O_RDWR | O_CREAT)) || !below(path) || trouble() != 'r') return 1;
    errno = EROFS;
    return 0;
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return may_open(path, flags) ? REAL(int, open, const char *, int, ...)(path, flags, mode) : -1;
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return may_open(path, flags) ? REAL(int, open64, const char *, int, ...)(path, flags, mode) : -1;
}
