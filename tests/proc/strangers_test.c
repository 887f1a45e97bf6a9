/* SPDX-License-Identifier: MIT */
/*
 * Processes that have nothing in common until one attaches what another has: forked before there
 * was a family. From then on they know of each other's deaths.
 */
#include <tutti/shared_queue.h>

#include "proc/shared_queue_inside.h"
#include "support/children.h"
#include "sync/shared_lock.h"

enum { ITEMS = 20000, STRANGERS = 3 };

struct stranger {
	pid_t pid;
	int to;
};

static struct stranger strangers[STRANGERS], loner, holder;
static uint32_t *said;

static struct stranger meet_later(void (*fn)(tutti_handle h))
{
	struct stranger s;
	tutti_handle h;
	int ends[2];

	CHECK_EQ(pipe(ends), 0);
	s.pid = child_fork();
	if (s.pid == 0) {
		CHECK_EQ(read(ends[0], &h, sizeof h), sizeof h);
		fn(h);
		_exit(0);
	}
	close(ends[0]);
	s.to = ends[1];
	return s;
}

static void meet(struct stranger *s, tutti_handle h)
{
	CHECK_EQ(write(s->to, &h, sizeof h), sizeof h);
}

static void put_many(tutti_handle h)
{
	tutti_queue *q;

	CHECK_EQ(tutti_queue_attach(&q, h), 0);
	for (int i = 0; i < ITEMS; i++)
		CHECK_EQ(tutti_queue_put(q, &i), 0);
	tutti_queue_free(q);
}

/* It has shared before, so it cannot join. */
static void try_to_attach(tutti_handle h)
{
	tutti_queue *q, *own;

	CHECK_EQ(tutti_queue_create(&own, 4, &(tutti_queue_options){ .flags = TUTTI_SHARED }), 0);
	CHECK_EQ(tutti_queue_attach(&q, h), -EBUSY);
	tutti_queue_free(own);
}

static void hold_and_wait(tutti_handle h)
{
	tutti_queue *q;

	CHECK_EQ(tutti_queue_attach(&q, h), 0);
	CHECK_EQ(tu_shared_lock_acquire(&tu_shared_queue_of(q)->shared->belt.put_lock), 0);
	say(said, 1);
	pause();
}

static tutti_queue *make(void)
{
	tutti_queue *q;

	CHECK_EQ(tutti_queue_create(
			 &q, sizeof(int), &(tutti_queue_options){ .flags = TUTTI_SHARED }),
		0);
	return q;
}

static void exclude_each_other(void)
{
	tutti_queue *q = make();
	long long sum = 0;
	int n;

	for (int i = 0; i < STRANGERS; i++)
		meet(&strangers[i], tutti_queue_handle(q));
	for (int i = 0; i < STRANGERS * ITEMS; i++) {
		CHECK_EQ(tutti_queue_get(q, &n), 0);
		sum += n;
	}
	for (int i = 0; i < STRANGERS; i++)
		process_join(strangers[i].pid);
	CHECK_EQ(sum, (long long)STRANGERS * ITEMS * (ITEMS - 1) / 2);
	CHECK(tutti_queue_empty(q));
	tutti_queue_free(q);
}

static void who_has_a_family_is_told_so(void)
{
	tutti_queue *q = make();

	meet(&loner, tutti_queue_handle(q));
	process_join(loner.pid);
	tutti_queue_free(q);
}

static void a_death_is_noticed(void)
{
	tutti_queue *q = make();

	meet(&holder, tutti_queue_handle(q));
	await_value(said, 1);
	process_kill(holder.pid);
	CHECK_EQ(tutti_queue_put(q, &(int){ 5 }), 0);
	tutti_queue_free(q);
}

int main(void)
{
	said = share(4096);
	for (int i = 0; i < STRANGERS; i++)
		strangers[i] = meet_later(put_many);
	loner = meet_later(try_to_attach);
	holder = meet_later(hold_and_wait);
	processes_begin();
	RUN(exclude_each_other);
	RUN(who_has_a_family_is_told_so);
	RUN(a_death_is_noticed);
	return suite_end();
}
