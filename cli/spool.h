/* SPDX-License-Identifier: MIT */
/*
 * spool.h - what a command has printed and is still to be printed here: in memory as long as it is
 * little, then in a file that has no name, so that any amount of it costs no memory, and nothing is
 * left behind however we end.
 */
#ifndef CLI_SPOOL_H
#define CLI_SPOOL_H

#include <sys/types.h>

#include "text.h"

/* A file without a name, to read and write: a descriptor, or -errno and *where it was to be. */
int spool_create(const char **where);

/* All of it, whatever the system takes at once. 0, or -errno. */
int write_all(int fd, const char *data, size_t size);

/* Zero bytes are nothing. */
struct kept {
	struct text memory; /* the end of it */
	int fd;             /* where the rest is, if there is any */
	off_t in_file;
};

/* 0, or -errno and *where it could not be kept. */
int kept_add(struct kept *k, const void *data, size_t size, const char **where);
off_t kept_size(const struct kept *k);

/* Read up to size bytes from at on: how many, 0 at the end, -errno. */
ssize_t kept_read(const struct kept *k, off_t at, void *data, size_t size);
void kept_free(struct kept *k);

#endif
