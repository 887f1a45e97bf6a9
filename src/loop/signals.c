/* SPDX-License-Identifier: MIT */
/*
 * signals.c - the process' signals, told to all who listen.
 *
 * Who listens has a slot in a table that a signal handler can walk: the handler notes the signal
 * there and rings. A slot is given back when no handler is on its way through the table:
 *
 *     handler                    free
 *     walking++      (seq)       wanted = 0       (seq)
 *     look at wanted (seq)       look at walking  (seq)
 *     walking--      (release)
 *
 * Either the handler finds nothing wanted, or who frees finds the handler and waits for it.
 */
#include "os/signals.h"
#include "base/atomic.h"
#include "base/bits.h"
#include "core/alloc.h"
#include "core/fork.h"
#include "core/mutex.h"
#include "core/wait.h"
#include "os/os.h"
#include "sync/source.h"

#include <errno.h>
#include <tutti/fd.h>
#include <tutti/signals.h>

enum { SLOTS = 64 };

struct slot {
	uint64_t wanted; /* atomic: a bit for each number, 0: it is free */
	uint64_t come;   /* atomic: those that were not waited for yet */
	int fd;
};

struct tutti_signals {
	struct tu_source source;
	struct slot *slot;
};

static struct slot slots[SLOTS];
static uint32_t walking;                  /* atomic: handlers in the table */
static uint32_t lock;                     /* a tu_mutex; who listens and to what */
static unsigned listeners[TU_OS_SIGNALS]; /* of each number */

static uint64_t bit_of(int number)
{
	return (uint64_t)1 << (number - 1);
}

static void caught(int number)
{
	tu_add_seq(&walking, 1u); /* as shown above */
	for (int i = 0; i < SLOTS; i++) {
		struct slot *s = &slots[i];

		if (!(tu_load_seq(&s->wanted) & bit_of(number))) /* as shown above */
			continue;
		/* [signal-1] release: before the ring, after which it is looked for */
		tu_or_acqrel(&s->come, bit_of(number));
		tu_os_ring(s->fd);
	}
	/* [signal-2] release: done with the slots; acquired by who frees one */
	tu_sub_rel(&walking, 1u);
}

/* -- who listens ------------------------------------------------------------------------------- */

/* The child's signals are its own: no ring of them may be heard by the parent. */
static void part(struct tu_fork_guard *g)
{
	(void)g;
	walking = 0; /* handlers of threads that are not here */
	for (int i = 0; i < SLOTS; i++)
		if (slots[i].wanted) {
			slots[i].come = 0;
			tu_os_ring_part(slots[i].fd);
		}
}

/* Under the lock, as the next. */
static void release_all(uint64_t wanted)
{
	for (int number = 1; number <= TU_OS_SIGNALS; number++)
		if (wanted & bit_of(number) && --listeners[number - 1] == 0)
			tu_os_signal_release(number);
}

/* All of them or none. */
static int catch_all(uint64_t wanted)
{
	for (int number = 1; number <= TU_OS_SIGNALS; number++) {
		int rc = 0;

		if (!(wanted & bit_of(number)))
			continue;
		if (listeners[number - 1] == 0)
			rc = tu_os_signal_catch(number, caught);
		if (rc < 0) {
			release_all(wanted & (bit_of(number) - 1));
			return rc;
		}
		listeners[number - 1]++;
	}
	return 0;
}

/* Under the lock. Afterwards no handler has its descriptor in hand. */
static void retire(struct slot *slot)
{
	tu_store_seq(&slot->wanted, (uint64_t)0);
	while (tu_load_seq(&walking)) /* [signal-2] acquire, and as shown above */
		tu_os_thread_yield();
}

static struct slot *find_free(void)
{
	for (int i = 0; i < SLOTS; i++)
		if (tu_load_rlx(&slots[i].wanted) == 0) /* changed under the lock only */
			return &slots[i];
	return NULL;
}

/* Under the lock. It is heard as soon as it is caught. */
static int begin(struct slot *slot, int fd, uint64_t wanted)
{
	int rc;

	slot->fd = fd;
	tu_store_rlx(&slot->come, (uint64_t)0); /* nobody rings there yet */
	tu_store_seq(&slot->wanted, wanted);    /* fd too, for the handler */
	rc = catch_all(wanted);
	if (rc < 0) /* of numbers that others listen for it may have heard already */
		retire(slot);
	return rc;
}

static int make(tutti_signals *s, uint64_t wanted)
{
	static struct tu_fork_guard guard = { .lock = &lock, .in_child = part };
	int fd = tu_os_ring_open(), rc = -ENOSPC;

	if (fd < 0)
		return fd;
	tu_fork_guard_once(&guard);
	tu_mutex_lock(&lock);
	s->slot = find_free();
	if (s->slot)
		rc = begin(s->slot, fd, wanted);
	tu_mutex_unlock(&lock);
	s->source.fd = fd;
	if (rc < 0)
		tu_os_ring_close(fd);
	return rc;
}

int tutti_signals_open(tutti_signals **s, const int *numbers, size_t n)
{
	uint64_t wanted = 0;
	int rc;

	if (!numbers || n == 0)
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		if (numbers[i] < 1 || numbers[i] > TU_OS_SIGNALS)
			return -EINVAL;
		wanted |= bit_of(numbers[i]);
	}
	*s = tu_alloc_zero(sizeof(**s));
	if (!*s)
		return -ENOMEM;
	rc = make(*s, wanted);
	if (rc < 0)
		tu_free(*s);
	return rc;
}

void tutti_signals_free(tutti_signals *s)
{
	uint64_t wanted;

	if (!s)
		return;
	tu_mutex_lock(&lock);
	wanted = tu_load_rlx(&s->slot->wanted); /* changed under the lock only */
	release_all(wanted);
	retire(s->slot);
	tu_mutex_unlock(&lock);
	tu_os_ring_close(s->source.fd);
	tu_free(s);
}

int tutti_signals_fd(const tutti_signals *s)
{
	return s->source.fd;
}

/* -- waiting ----------------------------------------------------------------------------------- */

/* The lowest that has come; 0: none. What is left rings again, for those who look at the fd. */
static int take(struct slot *slot)
{
	uint64_t come = tu_load_rlx(&slot->come), rest; /* a guess: the exchange knows */

	do {
		if (come == 0)
			return 0;
		rest = come & (come - 1);
		/* [signal-1] acquire: nothing is read after it, but it is to be after the ring */
	} while (!tu_cas_weak_acq(&slot->come, &come, rest));
	if (rest)
		tu_os_ring(slot->fd);
	return __builtin_ctzll(come) + 1;
}

int tutti_signals_wait_until(tutti_signals *s, tutti_time deadline)
{
	int rc = tu_cancel_pending(tu_self());

	while (rc == 0) {
		/* Quiet first: a ring that comes after the look is not lost. */
		bool rung = tu_os_ring_quiet(s->source.fd);

		rc = take(s->slot);
		if (rc != 0)
			return rc;
		if (rung)
			continue;
		tu_source_none(&s->source, TUTTI_READABLE);
		rc = tu_source_wait(&s->source, TUTTI_READABLE, deadline);
	}
	return rc;
}

int tutti_signals_wait(tutti_signals *s)
{
	return tutti_signals_wait_until(s, TUTTI_FOREVER);
}
