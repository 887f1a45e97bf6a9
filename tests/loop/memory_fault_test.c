/* SPDX-License-Identifier: MIT */
/* The first, second, third ... allocation fails: errors come back as such and nothing is lost. */
#include "core/alloc.h"
#include "support/test.h"

#include <errno.h>
#include <tutti/tutti.h>

static tutti_local name = TUTTI_LOCAL_INIT(NULL);
static int called;

static void *work(void *arg)
{
	int rc = tutti_local_set(&name, arg);

	CHECK(rc == 0 || rc == -ENOMEM);
	tutti_yield();
	tutti_fail(-EIO, "%s", "as asked");
	return arg;
}

static void note(tutti_future *f, void *arg)
{
	(void)f, (void)arg;
	called++;
}

static void use_queue(unsigned flags, size_t maxsize)
{
	const tutti_queue_options o = { .maxsize = maxsize, .flags = flags };
	tutti_queue *q = NULL;
	long item = 7;
	int rc = tutti_queue_create(&q, sizeof(item), &o);

	CHECK(rc == 0 ? q != NULL : rc == -ENOMEM && !q);
	if (rc < 0)
		return;
	rc = tutti_queue_put(q, &item);
	CHECK(rc == 0 || rc == -ENOMEM);
	CHECK_EQ(tutti_queue_get_until(q, &item, 0), rc == 0 ? 0 : TUTTI_EEMPTY);
	CHECK_EQ(tutti_queue_shutdown(q, true), 0);
	tutti_queue_free(q);
}

static void use_task(void)
{
	const tutti_task_options o = { .name = "worker" };
	tutti_future *f = tutti_task_start(work, &called, &o);
	int rc, expected = 0;

	CHECK(f != NULL);
	called = 0;
	if (tutti_future_add_done_callback(f, note, NULL) == 0)
		expected = 1;
	rc = tutti_join_all(&f, 1);
	CHECK(rc == -EIO || rc == -ENOMEM);
	CHECK_EQ(called, expected);
}

static void use_promise(void)
{
	char result[64] = "kept";
	tutti_future *f = tutti_future_create(sizeof(result));

	if (!f)
		return;
	CHECK_EQ(tutti_future_set_result(f, result), 0);
	CHECK_EQ(tutti_future_result(f, result, sizeof(result)), 0);
	tutti_future_unref(f);
}

static void count_call(void *arg)
{
	++*(int *)arg;
}

/* What could not be called never is, and what could be is called once. */
static void use_loop(void)
{
	int calls = 0, expected = 0, rc = tutti_loop_call_soon(NULL, count_call, &calls);
	tutti_future *timer = tutti_loop_call_at(NULL, 0, count_call, &calls);

	CHECK(rc == 0 || rc == -ENOMEM);
	expected = rc == 0;
	rc = tutti_future_result(timer, NULL, 0);
	CHECK(rc == 0 || rc == -ENOMEM);
	expected += rc == 0;
	tutti_future_unref(timer);
	tutti_yield();
	tutti_yield();
	CHECK_EQ(calls, expected);
}

static void use_coroutine(void)
{
	tutti_coroutine *c = tutti_coroutine_create(work, &called);
	tutti_task *t;
	int rc;

	if (!c)
		return;
	t = tutti_coroutine_task(c, NULL);
	tutti_coroutine_free(c);
	rc = tutti_future_result(t, NULL, 0);
	CHECK(rc == -EIO || rc == -ENOMEM);
	tutti_future_unref(t);
}

static void use_everything(void)
{
	use_queue(0, 0);
	use_queue(0, 4);
	use_queue(TUTTI_LIFO, 0);
	use_promise();
	use_task();
	use_loop();
	use_coroutine();
}

int main(void)
{
	size_t live;
	uint64_t n = 0, left;

	use_everything(); /* what is kept for ever is there now */
	live = tu_alloc_live();
	do {
		tu_alloc_fail_at(++n);
		use_everything();
		left = tu_alloc_fail_at(0);
		CHECK(tu_alloc_live() <= live + 1); /* a block that the pool keeps */
	} while (left == 0);
	printf("%llu allocations failed in turn\n", (unsigned long long)n - 1);
	CHECK(n > 8);
	return 0;
}
