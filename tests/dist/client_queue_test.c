/* SPDX-License-Identifier: MIT */
/* rows: F134 */
/*
 * client_queue_test.c - queues that a manager of Python's serves, with each CPython that is found
 * here: every verb, what it raises, much, many at once, deadlines and cancels.
 *
 * ctest: TIMEOUT 240 LABELS no-valgrind LABELS no-qemu
 */
#include "support/managers.h"

#include <errno.h>
#include <tutti/value_make.h>

static struct server server;
static tutti_manager *manager;
static tutti_value_queue *tasks, *small;

static void put_int(tutti_value_queue *q, int64_t n)
{
	CHECK_EQ(tutti_value_queue_put(q, tutti_value_int(n)), 0);
}

static int64_t get_int(tutti_value_queue *q)
{
	tutti_value *v;
	int64_t n;

	CHECK_EQ(tutti_value_queue_get(q, &v), 0);
	CHECK_EQ(tutti_value_as_int(v, &n), 0);
	tutti_value_unref(v);
	return n;
}

static void verbs(void)
{
	CHECK_EQ(tutti_value_queue_empty(tasks), 1);
	CHECK_EQ(tutti_value_queue_full(tasks), 0);
	CHECK_EQ(tutti_value_queue_size(tasks), 0);
	put_int(tasks, 1);
	put_int(tasks, 2);
	CHECK_EQ(tutti_value_queue_size(tasks), 2);
	CHECK_EQ(tutti_value_queue_empty(tasks), 0);
	CHECK_EQ(tutti_value_queue_join_until(tasks, 0), TUTTI_ETIMEDOUT);
	CHECK_EQ(get_int(tasks), 1);
	CHECK_EQ(get_int(tasks), 2);
	CHECK_EQ(tutti_value_queue_task_done(tasks), 0);
	CHECK_EQ(tutti_value_queue_task_done(tasks), 0);
	CHECK_EQ(tutti_value_queue_task_done(tasks), -EINVAL);
	CHECK_EQ(tutti_value_queue_join(tasks), 0);
	CHECK_EQ(tutti_value_queue_join_until(tasks, tutti_after(PATIENCE)), 0);
	CHECK_EQ(tutti_value_queue_put(tasks, NULL), -EINVAL);
}

/* rows: F134 F137 */
static void empty_and_full(void)
{
	tutti_value *v = NULL;
	tutti_time deadline;

	CHECK_EQ(tutti_value_queue_get_until(tasks, &v, 0), TUTTI_EEMPTY);
	deadline = tutti_after(TUTTI_MILLISECONDS(50));
	CHECK_EQ(tutti_value_queue_get_until(tasks, &v, deadline), TUTTI_ETIMEDOUT);
	CHECK(tutti_now() >= deadline && !v);
	put_int(small, 1);
	put_int(small, 2);
	CHECK_EQ(tutti_value_queue_full(small), 1);
	CHECK_EQ(tutti_value_queue_put_until(small, tutti_value_none(), 0), TUTTI_EFULL);
	deadline = tutti_after(TUTTI_MILLISECONDS(50));
	CHECK_EQ(tutti_value_queue_put_until(small, tutti_value_none(), deadline), TUTTI_ETIMEDOUT);
	CHECK(tutti_now() >= deadline);
	CHECK_EQ(tutti_value_queue_put_until(tasks, tutti_value_none(), 0), 0);
	CHECK_EQ(tutti_value_queue_get_until(tasks, &v, 0), 0);
	CHECK_EQ(tutti_value_kind(v), TUTTI_VALUE_NONE);
	CHECK_EQ(get_int(small), 1);
	CHECK_EQ(get_int(small), 2);
}

/* What has no function, and what goes wrong in Python's own ways. */
static void raised(void)
{
	tutti_value *args, *v;

	CHECK_EQ(tutti_value_pack(&args, "(bi)", 1, -1), 0);
	check_raises(
		tasks, "get", args, -EINVAL, "ValueError: 'timeout' must be a non-negative number");
	tutti_value_unref(args);
	CHECK_EQ(tutti_proxy_call(tasks, "nonsense", NULL, NULL, &v), -ENOSYS);
	tutti_value_unref(v);
	CHECK_EQ(tutti_proxy_call(tasks, "get_nowait", NULL, NULL, &v), TUTTI_EEMPTY);
	tutti_value_unref(v);
	CHECK_EQ(tutti_proxy_call(tasks, "", NULL, NULL, &v), -EINVAL);
	CHECK(!v);
	CHECK_EQ(tutti_proxy_call(tasks, "get", tutti_value_none(), NULL, &v), -EINVAL);
	CHECK_EQ(tutti_proxy_call(tasks, "get_nowait", NULL, NULL, NULL), TUTTI_EEMPTY);
}

static void kept_whole(void)
{
	static const char *const pickles[] = { "(nb)", "[ii]" };
	tutti_value *v, *got;

	for (size_t i = 0; i < 2; i++) {
		CHECK_EQ(tutti_value_pack(&v, pickles[i], 1, 2), 0);
		CHECK_EQ(tutti_value_queue_put(tasks, v), 0);
		CHECK_EQ(tutti_value_queue_get(tasks, &got), 0);
		CHECK(tutti_value_equal(v, got));
		tutti_value_unref(v);
		tutti_value_unref(got);
	}
}

/* A mebibyte there and back, beyond and at what is written at once. */
static void large(void)
{
	static const size_t sizes[] = { 1 << 20, 100, 4000, 4050, 4096, 16384, 70000, 5 << 20 };
	char *data = malloc(5 << 20);
	tutti_value *v, *got;

	CHECK(data);
	for (size_t i = 0; i < 5 << 20; i++)
		data[i] = (char)(i * 7);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		CHECK_EQ(tutti_value_bytes(&v, data, sizes[i]), 0);
		CHECK_EQ(tutti_value_queue_put(tasks, v), 0);
		CHECK_EQ(tutti_value_queue_get(tasks, &got), 0);
		CHECK(tutti_value_equal(v, got));
		tutti_value_unref(v);
		tutti_value_unref(got);
	}
	free(data);
}

enum { MANY = 10000 };

static void many(void)
{
	int n = suite_has_time() ? MANY : MANY / 10;

	for (int i = 0; i < n; i++)
		put_int(tasks, i);
	for (int i = 0; i < n; i++)
		CHECK_EQ(get_int(tasks), i);
}

enum { PARTIES = 8, EACH = 50 };

static void *get_some(void *arg)
{
	int64_t sum = 0;

	(void)arg;
	for (int i = 0; i < EACH; i++)
		sum += get_int(tasks);
	return (void *)(intptr_t)sum;
}

/* Calls that wait, each over a connection of its own, while others put. */
static void at_once(enum mix mix)
{
	tutti_future *f[PARTIES];
	intptr_t sum = 0;

	for (int i = 0; i < PARTIES; i++)
		f[i] = start_nth(mix, i, get_some, NULL);
	for (int i = 0; i < PARTIES * EACH; i++)
		put_int(tasks, i);
	for (int i = 0; i < PARTIES; i++) {
		void *part;

		CHECK_EQ(tutti_future_result(f[i], &part, sizeof part), 0);
		sum += (intptr_t)part;
		tutti_future_unref(f[i]);
	}
	CHECK_EQ(sum, (intptr_t)PARTIES * EACH * (PARTIES * EACH - 1) / 2);
}

static void *get_canceled(void *arg)
{
	tutti_value *v = NULL;

	tutti_event_set(arg);
	CHECK_EQ(tutti_value_queue_get(tasks, &v), TUTTI_ECANCELED);
	CHECK(!v);
	return NULL;
}

/* Python goes on waiting for who has given up, and gives him the next item: so put one for him. */
static void canceled(enum mix mix)
{
	tutti_event begun = { 0 };
	tutti_future *f = start_as(mix, get_canceled, &begun);

	CHECK_EQ(tutti_event_wait(&begun), 0);
	tutti_sleep(TUTTI_MILLISECONDS(20));
	tutti_future_cancel(f);
	(void)tutti_future_result(f, NULL, 0);
	tutti_future_unref(f);
	(void)tutti_proxy_call(tasks, "nonsense", NULL, NULL, NULL);
}

static void with_python(const char *python)
{
	tutti_value_queue *none;

	printf("%s\n", python);
	server = server_start(python, "127.0.0.1:0");
	manager = server_connect(&server);
	CHECK_EQ(tutti_manager_queue(manager, "get_tasks", &tasks), 0);
	CHECK_EQ(tutti_manager_queue(manager, "get_small", &small), 0);
	CHECK_EQ(tutti_manager_queue(manager, "get_nothing", &none), -ENOENT);
	CHECK_EQ(tutti_manager_queue(manager, "get_odd", &none), TUTTI_ETYPE);
	RUN(verbs);
	RUN(empty_and_full);
	RUN(raised);
	RUN(kept_whole);
	RUN(large);
	RUN(many);
	RUN_MIXES(at_once);
	RUN_MIXES(canceled);
	tutti_value_queue_free(tasks);
	tutti_value_queue_free(small);
	tutti_manager_free(manager);
	server_end(&server);
}

int main(void)
{
	return managers_each(with_python);
}
