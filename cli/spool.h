/* SPDX-License-Identifier: MIT */
/*
 * spool.h - where a command's output stays until its turn to be printed comes.
 *
 * The command writes into a file that has no name, so nothing has to be read while it runs, any
 * amount of output costs no memory, and nothing is left behind however we end. What is small is
 * taken into memory at its end, and the file serves the next command; what is large keeps it.
 */
#ifndef CLI_SPOOL_H
#define CLI_SPOOL_H

#include <stdbool.h>
#include <sys/types.h>

/* Made with SPOOL_NONE; used by one command at a time. */
struct spool {
	int fd;      /* -1: none yet */
	bool shared; /* writers use our own way into it, so it is never known whether they are gone */
};
#define SPOOL_NONE ((struct spool){ .fd = -1 })

/* Output that has been taken; zero bytes are none. */
struct kept {
	char *data; /* NULL: in the file */
	int fd;     /* of it, from its beginning */
	off_t size;
};

/* Returns a descriptor to write to, to be closed; or -errno, and *why is the place it is about. */
int spool_writer(struct spool *s, const char **why);

/* What was written is dropped. */
void spool_drop(struct spool *s);

/* Take what was written: 0, or -errno. */
int spool_take(struct spool *s, struct kept *out);
void spool_close(struct spool *s);

/* Read up to size bytes from at on: how many, 0 at the end, -errno. */
ssize_t kept_read(const struct kept *k, off_t at, void *data, size_t size);
void kept_free(struct kept *k);

#endif
