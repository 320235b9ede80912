/* A disk that forgets: what was written below POWERCUT_FROM reaches the folder POWERCUT_TO only when it is fsynced.

   Preloaded into every process of the daemon. The files themselves live in the page cache as ever; the second folder
   holds, for each file, its bytes as of the last fsync or fdatasync of it, which is what a power cut would leave in the
   worst case that POSIX allows. A copy is written aside and renamed, so that it is never half a file. Removed and
   renamed files are followed only by the next fsync of the folder, as a strict file system does it. */

#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static char from[PATH_MAX], to[PATH_MAX];

__attribute__((constructor)) static void begin(void) {
    real_fsync = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    const char *source = getenv("POWERCUT_FROM"), *target = getenv("POWERCUT_TO");
    if (source && target) {
        snprintf(from, sizeof from, "%s", source);
        snprintf(to, sizeof to, "%s", target);
    }
}

/* Copy the file behind the descriptor to its place in the second folder. */
static void keep_file(const char *path, const char *name) {
    char aside[PATH_MAX + 64], place[PATH_MAX + 64], octets[1 << 16];
    snprintf(aside, sizeof aside, "%s/.%s.%d", to, name, (int)getpid());
    snprintf(place, sizeof place, "%s/%s", to, name);
    int in = open(path, O_RDONLY | O_CLOEXEC), out = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ssize_t count = -1;
    while (in >= 0 && out >= 0 && (count = read(in, octets, sizeof octets)) > 0)
        if (write(out, octets, (size_t)count) != count)
            break;
    if (in >= 0) close(in);
    if (out >= 0) close(out);
    if (count == 0)
        rename(aside, place);
    else
        unlink(aside);
}

/* The folder itself was synced: files that are gone from it are gone for good. */
static void keep_folder(void) {
    DIR *folder = opendir(to);
    struct dirent *entry;
    while (folder && (entry = readdir(folder))) {
        char original[PATH_MAX + 300], place[PATH_MAX + 300];
        snprintf(original, sizeof original, "%s/%s", from, entry->d_name);
        snprintf(place, sizeof place, "%s/%s", to, entry->d_name);
        if (entry->d_name[0] != '.' && access(original, F_OK) != 0)
            unlink(place);
    }
    if (folder) closedir(folder);
}

static void keep(int descriptor) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = from[0] ? readlink(link, path, sizeof path - 1) : -1;
    if (length < 0) return;
    path[length] = 0;
    size_t root = strlen(from);
    if (strcmp(path, from) == 0) {
        keep_folder();
        return;
    }
    if (strncmp(path, from, root) != 0 || path[root] != '/' || strchr(path + root + 1, '/')) return;
    /* One copy at a time, or an older one could be renamed over a newer. */
    char guard[PATH_MAX + 16];
    snprintf(guard, sizeof guard, "%s/.guard", to);
    int lock = open(guard, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0) return;
    flock(lock, LOCK_EX);
    keep_file(path, path + root + 1);
    close(lock);
}

int fsync(int descriptor) {
    int answer = real_fsync(descriptor);
    if (answer == 0) keep(descriptor);
    return answer;
}

int fdatasync(int descriptor) {
    int answer = real_fdatasync(descriptor);
    if (answer == 0) keep(descriptor);
    return answer;
}
