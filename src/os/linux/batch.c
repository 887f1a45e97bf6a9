/* SPDX-License-Identifier: MIT */
/*
 * batch.c - many writes by one call: io_uring, as a way into the kernel and nothing more.
 *
 * Nothing stays in the ring. The writes say that they do not wait, so each is done or refused while
 * it is submitted, and its result is there when that call returns. So the kernel holds no file for
 * longer than the call, and closing one, forking and ending are as simple as without.
 *
 * Two queues are shared with the kernel: of entries, where we write the tail, and of results, where
 * we write the head. It looks at them only during our calls, as all comes from this thread; orders
 * are as the interface asks all the same. The other end of each is in the kernel.
 */
#include "os/batch.h"

#include "base/atomic.h"

#include <errno.h>
#include <sys/syscall.h>

#if defined(TU_IO_URING) && defined(SYS_io_uring_setup) && __has_include(<linux/io_uring.h>)
#include <linux/io_uring.h>
#endif

#ifdef IORING_SETUP_DEFER_TASKRUN

#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

struct tu_os_ring {
	uint32_t tail;   /* of the entries, as far as they are written */
	uint32_t *to_do; /* the same as the kernel sees it; atomic */
	uint32_t *taken; /* up to here it has; atomic */
	uint32_t *come;  /* the tail of the results, the kernel's; atomic */
	uint32_t *seen;  /* their head, ours; atomic */
	struct io_uring_sqe *entries;
	const struct io_uring_cqe *results;
	uint32_t entry_mask, result_mask;
	void *queues; /* the mapping */
	size_t queues_bytes, entries_bytes;
	int fd;
};

static struct tu_os_ring *ring_of(struct tu_os_batch *b)
{
	_Static_assert(sizeof(struct tu_os_ring) <= sizeof(b->ring), "room for it");
	return (struct tu_os_ring *)(void *)b->ring;
}

static size_t end_of_queues(const struct io_uring_params *p)
{
	size_t a = p->sq_off.array + p->sq_entries * sizeof(uint32_t);
	size_t b = p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe);

	return a > b ? a : b;
}

static int map(struct tu_os_ring *r, const struct io_uring_params *p)
{
	const int how = PROT_READ | PROT_WRITE, shared = MAP_SHARED | MAP_POPULATE;
	unsigned char *queues;

	r->queues_bytes = end_of_queues(p);
	r->entries_bytes = p->sq_entries * sizeof(struct io_uring_sqe);
	queues = mmap(NULL, r->queues_bytes, how, shared, r->fd, IORING_OFF_SQ_RING);
	if (queues == MAP_FAILED)
		return -errno;
	r->entries = mmap(NULL, r->entries_bytes, how, shared, r->fd, IORING_OFF_SQES);
	if (r->entries == MAP_FAILED) {
		munmap(queues, r->queues_bytes);
		return -ENOMEM;
	}
	r->queues = queues;
	r->to_do = (uint32_t *)(void *)(queues + p->sq_off.tail);
	r->taken = (uint32_t *)(void *)(queues + p->sq_off.head);
	r->seen = (uint32_t *)(void *)(queues + p->cq_off.head);
	r->come = (uint32_t *)(void *)(queues + p->cq_off.tail);
	r->results = (struct io_uring_cqe *)(void *)(queues + p->cq_off.cqes);
	r->entry_mask = p->sq_entries - 1; /* both are powers of two */
	r->result_mask = p->cq_entries - 1;
	for (uint32_t i = 0; i < p->sq_entries; i++) /* each entry has its own place, for good */
		((uint32_t *)(void *)(queues + p->sq_off.array))[i] = i;
	return 0;
}

int tu_os_batch_open(struct tu_os_batch *b)
{
	/* Of one thread, which spares the kernel locks: from Linux 6.1 on. */
	struct io_uring_params p = { .flags = IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER |
					      IORING_SETUP_DEFER_TASKRUN };
	struct tu_os_ring *r = ring_of(b);
	int rc;

	memset(b, 0, sizeof(*b));
	r->fd = (int)syscall(SYS_io_uring_setup, TU_OS_BATCH_MOST, &p);
	if (r->fd < 0)
		return errno == EINVAL ? -ENOSYS : -errno;
	rc = map(r, &p);
	if (rc < 0)
		close(r->fd);
	return rc;
}

void tu_os_batch_close(struct tu_os_batch *b)
{
	struct tu_os_ring *r = ring_of(b);

	munmap(r->entries, r->entries_bytes);
	munmap(r->queues, r->queues_bytes);
	close(r->fd);
}

void tu_os_batch_add(struct tu_os_batch *b, int fd, const void *data, size_t size, void *whose)
{
	struct tu_os_ring *r = ring_of(b);
	struct io_uring_sqe *e = &r->entries[r->tail++ & r->entry_mask];

	memset(e, 0, sizeof(*e));
	e->opcode = IORING_OP_SEND;
	e->fd = fd;
	e->addr = (uintptr_t)data;
	e->len = (uint32_t)size;
	e->msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL;
	e->user_data = (uintptr_t)whose;
	b->n++;
}

/* What has come; how many. */
static unsigned take(struct tu_os_ring *r, struct tu_os_done *done)
{
	uint32_t seen = *r->seen, come;
	unsigned n = 0;

	come = tu_load_acq(r->come); /* acquire: the kernel has written the results before */
	for (; seen != come; seen++, n++) {
		const struct io_uring_cqe *c = &r->results[seen & r->result_mask];

		done[n] = (struct tu_os_done){ (void *)(uintptr_t)c->user_data, c->res };
	}
	tu_store_rel(r->seen, seen); /* release: they are read, their places are free */
	return n;
}

/* What the kernel has not taken, and will not: it is to be tried some other way. How many. */
static unsigned give_back(struct tu_os_ring *r, struct tu_os_done *done)
{
	uint32_t taken = tu_load_acq(r->taken); /* acquire: as the interface asks */
	unsigned n = 0;

	for (uint32_t i = taken; i != r->tail; i++, n++) {
		const struct io_uring_sqe *e = &r->entries[i & r->entry_mask];

		done[n] = (struct tu_os_done){ (void *)(uintptr_t)e->user_data, -ECANCELED };
	}
	r->tail = taken;
	tu_store_rel(r->to_do, r->tail); /* release: as the interface asks */
	return n;
}

unsigned tu_os_batch_go(struct tu_os_batch *b, struct tu_os_done *done)
{
	struct tu_os_ring *r = ring_of(b);
	int saved = errno;
	unsigned n = 0;

	tu_store_rel(r->to_do, r->tail); /* release: the entries are written */
	while (n < b->n) {
		/* Relaxed: changed by our own call alone. */
		unsigned left = r->tail - tu_load_rlx(r->taken);
		long rc = syscall(SYS_io_uring_enter, r->fd, left, b->n - n, IORING_ENTER_GETEVENTS,
			NULL, (size_t)0);

		n += take(r, done + n);
		/* No memory for it just now; or somebody has closed all descriptors there are. */
		if (rc < 0 && errno != EINTR)
			n += give_back(r, done + n);
	}
	b->n = 0;
	errno = saved;
	return n;
}

#else

int tu_os_batch_open(struct tu_os_batch *b)
{
	b->n = 0;
	return -ENOSYS;
}

/* The rest is never called. */
void tu_os_batch_close(struct tu_os_batch *b)
{
	(void)b;
}

void tu_os_batch_add(struct tu_os_batch *b, int fd, const void *data, size_t size, void *whose)
{
	(void)b, (void)fd, (void)data, (void)size, (void)whose;
}

unsigned tu_os_batch_go(struct tu_os_batch *b, struct tu_os_done *done)
{
	(void)b, (void)done;
	return 0;
}

#endif
