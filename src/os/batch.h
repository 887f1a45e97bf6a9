/* SPDX-License-Identifier: MIT */
/*
 * batch.h - the part of the port's contract (os.h) that is many writes to sockets by one call.
 */
#ifndef TU_OS_BATCH_H
#define TU_OS_BATCH_H

#include <stddef.h>
#include <stdint.h>

enum { TU_OS_BATCH_MOST = 16 };

/*
 * Writes to sockets, put aside and then made together. All is for the thread that has opened it.
 * No file is held beyond that: one may be closed as soon as its write was made.
 */
struct tu_os_batch {
	uint64_t ring[14]; /* the port's */
	unsigned n;        /* so many are put aside */
};

/*
 * One that was made: how many bytes, or -errno; -EAGAIN: it would have to wait; -ECANCELED: it was
 * not made, as the kernel takes none just now.
 */
struct tu_os_done {
	void *whose;
	ptrdiff_t n;
};

/*
 * 0; -ENOSYS: not built in, or the kernel is too old; -EPERM or another: it is forbidden; -EMFILE,
 * -ENFILE, -ENOMEM. In a forked child the parent's is only to be closed.
 */
int tu_os_batch_open(struct tu_os_batch *b);
void tu_os_batch_close(struct tu_os_batch *b);

/* Put one aside; there are less than MOST. data stays as it is until it was made. */
void tu_os_batch_add(struct tu_os_batch *b, int fd, const void *data, size_t size, void *whose);

/* Make them all: how many there are in done, which has room for MOST. Never waits. */
unsigned tu_os_batch_go(struct tu_os_batch *b, struct tu_os_done *done);

#endif
