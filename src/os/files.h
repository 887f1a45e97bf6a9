/* SPDX-License-Identifier: MIT */
/* files.h - the part of the port's contract (os.h) that is files. All of it may block. */
#ifndef TU_OS_FILES_H
#define TU_OS_FILES_H

#include <stddef.h>
#include <stdint.h>

struct stat;

/*
 * Let the kernel's table of descriptors have room for n, or as many as are allowed, while the
 * process has one thread. Later the kernel waits for all CPUs each time the table becomes larger,
 * at 64 descriptors, 256 and so on: a call that opens one then takes 10 ms and more.
 */
void tu_os_files_make_room(int n);

int tu_os_file_open(const char *path, int flags, unsigned mode);
void tu_os_file_close(int fd);

/* As many as there are up to size; of what is no plain file, at once. -1: where it stands. */
ptrdiff_t tu_os_file_read(int fd, void *data, size_t size, int64_t offset);
int tu_os_file_write(int fd, const void *data, size_t size, int64_t offset); /* all */
int tu_os_file_sync(int fd);
int tu_os_file_stat(const char *path, struct stat *st);
int tu_os_file_rename(const char *from, const char *to);
int tu_os_file_remove(const char *path);

/* A file to be read whole; *size is a guess. */
int tu_os_file_open_whole(const char *path, size_t *size);

/* Replace the contents of path in one step, see file.h. */
int tu_os_file_replace(const char *path, const void *data, size_t size, unsigned mode);

/*
 * Call fn for each name in a folder, but for itself and the one above, in any order, until it
 * returns < 0. 0, what fn returned, or why the folder cannot be read, or some of what is in it,
 * which is left out then.
 */
int tu_os_folder_each(
	const char *path, int (*fn)(const char *name, const struct stat *st, void *arg), void *arg);

#endif
