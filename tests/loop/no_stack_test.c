/* SPDX-License-Identifier: MIT */
/* No memory for a task's stack while another thread cancels it: nobody else is to feel that. */
#include "base/atomic.h"
#include "support/test.h"

#include <errno.h>
#include <tutti/tutti.h>

enum { ROUNDS = 20000, STACK_BYTES = 1 << 20, LEAST_ALLOC = 136 /* a task's block, aligned */ };

static __thread bool refusing; /* what keeps the books of stacks is small */

static void *get(size_t size, void *arg)
{
	(void)arg;
	return refusing && size < LEAST_ALLOC ? NULL : malloc(size);
}

static void *change(void *p, size_t size, void *arg)
{
	(void)arg;
	return realloc(p, size);
}

static void put(void *p, void *arg)
{
	(void)arg;
	free(p);
}

static tutti_future *handed; /* atomic: to the canceller, which gives NULL back */
static bool stop;

static void *cancel_each(void *arg)
{
	while (!tu_load_acq(&stop)) {
		tutti_future *f = tu_load_acq(&handed); /* started before it was handed over */

		if (!f)
			continue;
		tutti_future_cancel(f);
		tu_store_rel(&handed, (tutti_future *)NULL); /* cancelled before it is given back */
	}
	return arg;
}

static void *never_runs(void *arg)
{
	CHECK(false);
	return arg;
}

static void start_and_wait(void)
{
	const tutti_task_options big = { .stack_bytes = STACK_BYTES };
	tutti_task *t = tutti_task_start(never_runs, NULL, &big);
	int rc;

	tu_store_rel(&handed, t); /* as above */
	rc = tutti_future_result(t, NULL, 0);
	CHECK(rc == -ENOMEM || rc == TUTTI_EJOBCANCELED); /* the task's fate, not ours */
	CHECK(!tutti_cancelled());
	while (tu_load_acq(&handed)) /* as above */
		continue;
	tutti_future_unref(t);
}

static void say_nothing(int code, const char *text, void *arg)
{
	(void)code, (void)text, (void)arg;
}

int main(void)
{
	const tutti_allocator hooks = { get, change, put, NULL };
	tutti_thread *canceller;

	CHECK_EQ(tutti_set_allocator(&hooks), 0);
	tutti_set_reporter(say_nothing, NULL);
	canceller = tutti_thread_start(cancel_each, NULL, NULL);
	refusing = true;
	for (int i = 0; i < ROUNDS; i++)
		start_and_wait();
	refusing = false;
	tu_store_rel(&stop, true);
	CHECK_EQ(tutti_join_all(&canceller, 1), 0);
	return 0;
}
