/* SPDX-License-Identifier: MIT */
/*
 * alive.c - see alive.h. A started thread leaves the list before its future is done, so that
 * whoever joined finds it gone.
 */
#include "exec/alive.h"

#include "base/facts.h"
#include "core/mutex.h"
#include "core/worker.h"

#include <stdio.h>
#include <string.h>

static uint32_t lock;                      /* of all below */
static uint64_t numbers = 1;               /* main has 1 */
static unsigned thread_names, dummy_names; /* how many of each were given */

static struct tu_list alive = { { &tu_main_thread.link, &tu_main_thread.link } };
struct tu_thread tu_main_thread = {
	.future = { .ops = &tu_thread_ops, .word = (TU_FUTURE_REF << 30) | TU_FUTURE_RUNNING },
	.link = { &alive.head, &alive.head },
	.listed = true,
	.name = "MainThread",
	.number = 1,
};

static struct tu_thread *thread_at(const struct tu_link *link)
{
	return tu_container_of((struct tu_link *)link, struct tu_thread, link);
}

/* "Thread-12": every start has one to make, and printf takes longer than all the rest of it. */
static inline void name_by_number(struct tu_thread *t, const char *word, unsigned number)
{
	char *p = t->own_name + TU_NUMBERED_NAME_BYTES - 1;
	size_t n = strlen(word);

	*p = 0;
	do {
		*--p = (char)('0' + number % 10);
	} while ((number /= 10) > 0);
	t->name = memcpy(p - n, word, n);
}

void tu_alive_add(struct tu_thread *t, bool helper)
{
	tu_mutex_lock(&lock);
	t->number = ++numbers;
	if (!t->name && t->started)
		name_by_number(t, "Thread-", ++thread_names);
	else if (!t->name)
		name_by_number(t, "Dummy-", ++dummy_names);
	if (!helper) {
		tu_list_add_tail(&alive, &t->link);
		tu_store_rlx(&t->listed, true); /* under the lock; see below */
	}
	tu_mutex_unlock(&lock);
}

void tu_alive_remove(struct tu_thread *t)
{
	/* Relaxed: from true it changes once, under the lock; a thread removes itself twice. */
	if (!tu_load_rlx(&t->listed))
		return;
	tu_mutex_lock(&lock);
	if (t->listed)
		tu_list_remove(&t->link);
	tu_store_rlx(&t->listed, false); /* as above */
	tu_mutex_unlock(&lock);
}

/* It may have been caught half-changed by another thread: it is walked forwards only. */
void tu_alive_after_fork(struct tu_thread *self)
{
	struct tu_link *link = alive.head.next, *next;

	lock = 0;
	tu_list_init(&alive);
	for (; link && link != &alive.head; link = next) {
		next = link->next;
		link->next = link->prev = NULL;
		tu_store_rlx(&thread_at(link)->listed, thread_at(link) == self); /* alone here */
		if (thread_at(link) == self)
			tu_list_add_tail(&alive, link);
	}
}

unsigned tu_thread_names_from(unsigned n)
{
	unsigned before;

	tu_mutex_lock(&lock);
	before = thread_names;
	thread_names = n;
	tu_mutex_unlock(&lock);
	return before;
}

/* -- looking at them --------------------------------------------------------------------------- */

size_t tu_threads_waited_for(char *buf, size_t n)
{
	const struct tu_thread *self = tu_worker_self()->thread;
	size_t count = 0, used = 0;

	*buf = 0;
	tu_mutex_lock(&lock);
	tu_list_each(link, &alive) {
		const struct tu_thread *t = thread_at(link);

		if (t == self || !t->started || tu_thread_is_left(t))
			continue;
		if (used < n)
			used += (size_t)snprintf(
				buf + used, n - used, "%sthread '%s'", count ? ", " : "", t->name);
		count++;
	}
	tu_mutex_unlock(&lock);
	return count;
}

bool tu_threads_are_coming(void)
{
	bool any = false;

	tu_mutex_lock(&lock);
	tu_list_each(link, &alive) {
		const struct tu_thread *t = thread_at(link);

		/* Relaxed: a guess; nothing is read through it. */
		any = any || (t->started && !tu_load_rlx(&t->context));
	}
	tu_mutex_unlock(&lock);
	return any;
}

static size_t enumerate(tutti_thread **buf, size_t n)
{
	size_t i = 0;

	tu_mutex_lock(&lock);
	tu_list_each(link, &alive) {
		if (buf && i < n)
			buf[i] = tutti_future_ref(&thread_at(link)->future);
		i++;
	}
	tu_mutex_unlock(&lock);
	return i;
}

size_t tu_alive_count(void)
{
	return enumerate(NULL, 0);
}

/* Whoever asks for them again and again is waiting for some to begin or to end. */

size_t tutti_thread_enumerate(tutti_thread **buf, size_t n)
{
	tu_point(TU_OP_THREADS_LOOK, NULL);
	tu_polled();
	return enumerate(buf, n);
}

size_t tutti_thread_active_count(void)
{
	tu_point(TU_OP_THREADS_LOOK, NULL);
	tu_polled();
	return enumerate(NULL, 0);
}

/* clang-format off */
TU_FACTS(thread,
	TU_FACT_AT("thread.name", struct tu_thread, name),
	TU_FACT_AT("thread.native_id", struct tu_thread, native_id),
	TU_FACT_AT("thread.daemon", struct tu_thread, daemon),
	TU_FACT_AT("thread.started", struct tu_thread, started),
	TU_FACT_AT("thread.pooled", struct tu_thread, pooled),
	TU_FACT_AT("thread.number", struct tu_thread, number));
/* clang-format on */
