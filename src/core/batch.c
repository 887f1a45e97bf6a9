/* SPDX-License-Identifier: MIT */
/* batch.c - see batch.h. All is the worker's own. */
#include "core/batch.h"

#include "core/alloc.h"
#include "os/batch.h"
#include "os/socket.h"

#include <errno.h>

enum {
	LARGEST = 16384,  /* beyond, copying the bytes is what a write costs */
	LONG_NS = 200000, /* as long as some forty answers take */
	SINGLY = 128,
};

struct tu_batch {
	struct tu_os_batch os;
	bool is_open;
	int64_t since;   /* when the first of those was put aside */
	uint32_t singly; /* so many are to be single calls: turns were long, or there is no ring */
};

/* On the stack of who writes. */
struct write {
	struct tu_context *context; /* who is parked; NULL: nobody */
	ptrdiff_t n;
	bool made;
};

void tu_batch_go(struct tu_worker *w)
{
	struct tu_batch *b = w->batch;
	struct tu_os_done done[TU_OS_BATCH_MOST];
	unsigned n;

	if (tu_os_now() - b->since > LONG_NS)
		b->singly = SINGLY;
	n = tu_os_batch_go(&b->os, done);
	w->aside = 0;
	for (unsigned i = 0; i < n; i++) {
		struct write *write = done[i].whose;

		write->n = done[i].n;
		if (write->n == -ECANCELED)
			b->singly = SINGLY;
		write->made = true;
		if (write->context)
			tu_unpark(write->context);
	}
}

/* A ring, or turns without one: what is missing now may be there later. */
static bool begin(struct tu_worker *w)
{
	struct tu_batch *b = w->batch;

	if (!b)
		b = w->batch = tu_alloc_zero(sizeof(*b));
	if (!b)
		return false;
	if (b->singly > 0) {
		b->singly--;
		return false;
	}
	if (!b->is_open)
		b->is_open = tu_os_batch_open(&b->os) == 0;
	if (!b->is_open)
		b->singly = SINGLY;
	return b->is_open;
}

static ptrdiff_t put_aside(struct tu_context *self, int fd, const void *data, size_t size)
{
	struct tu_worker *w = self->worker;
	struct tu_batch *b = w->batch;
	struct write me = { 0 };

	if (w->aside++ == 0)
		b->since = tu_os_now();
	tu_os_batch_add(&b->os, fd, data, size, &me);
	if (w->aside == TU_OS_BATCH_MOST || tu_os_now() - b->since > LONG_NS) {
		tu_batch_go(w);
	} else {
		me.context = self;
		tu_awaits(self, TU_OP_FD_WAIT);
		while (!me.made)
			tu_park(self);
	}
	return me.n == -ECANCELED ? tu_os_socket_write(fd, data, size) : me.n;
}

ptrdiff_t tu_batch_write(int fd, const void *data, size_t size)
{
	struct tu_context *self = tu_self();
	struct tu_worker *w = self->worker;

	if ((!w->head && !w->aside) || size > LARGEST || self == &w->native || !tu_ring_used() ||
		!begin(w)) {
		if (w->aside) /* who writes by itself may block next, and those would wait for it */
			tu_batch_go(w);
		return tu_os_socket_write(fd, data, size);
	}
	return put_aside(self, fd, data, size);
}

void tu_batch_close(struct tu_worker *w)
{
	if (w->batch && w->batch->is_open)
		tu_os_batch_close(&w->batch->os);
	tu_free(w->batch);
	w->batch = NULL;
}

void tu_batch_forget(struct tu_worker *w)
{
	w->aside = 0;
	tu_batch_close(w);
}
