/* SPDX-License-Identifier: MIT */
/*
 * client_own_test.c - a client of a manager of ours: it tells what it gives up, so that nothing is
 * lost and nobody waits for who has gone; locks go with who holds them.
 *
 * ctest: LABELS no-valgrind
 */
#include "support/managers.h"

#include <errno.h>
#include <tutti/value_make.h>

static tutti_manager *serving, *connected;
static tutti_value_queue *far_end, *near_end; /* of the same queue */

static void begin(void)
{
	char address[TUTTI_ADDRESS_SIZE];

	CHECK_EQ(tutti_manager_create(&serving, "127.0.0.1:0", tutti_bytes_text("key")), 0);
	CHECK_EQ(tutti_manager_serve_queue(serving, "tasks", 0), 0);
	CHECK_EQ(tutti_manager_start(serving), 0);
	snprintf(address, sizeof address, "127.0.0.1:%d", tutti_manager_port(serving));
	CHECK_EQ(tutti_manager_create(&connected, address, tutti_bytes_text("key")), 0);
	CHECK_EQ(tutti_manager_connect(connected, tutti_after(PATIENCE)), 0);
	CHECK_EQ(tutti_manager_queue(serving, "tasks", &near_end), 0);
	CHECK_EQ(tutti_manager_queue(connected, "tasks", &far_end), 0);
}

static void end(void)
{
	tutti_value_queue_free(near_end);
	tutti_value_queue_free(far_end);
	tutti_manager_free(connected);
	tutti_manager_free(serving);
}

/* *has: whether it has the 7. A future that was cancelled has no result, whatever came of it. */
static void *get_one(void *has)
{
	tutti_value *v = NULL;
	int rc = tutti_value_queue_get(far_end, &v);

	CHECK(rc == 0 ? tutti_value_equal(v, tutti_value_int(7)) : rc == TUTTI_ECANCELED && !v);
	*(bool *)has = rc == 0;
	return NULL;
}

/* It is given up, while an item comes: either he has it, or it is still there. */
static void nothing_is_lost(enum mix mix)
{
	tutti_value *item = tutti_value_int(7), *v;
	int taken = 0, rounds = suite_rounds(60);

	for (int i = 0; i < rounds && suite_has_time(); i++) {
		bool has = false;
		tutti_future *f = start_as(mix, get_one, &has);

		(void)tutti_sleep(TUTTI_MILLISECONDS(0.02) * (i % 20));
		CHECK_EQ(tutti_value_queue_put(near_end, item), 0);
		(void)tutti_sleep(TUTTI_MILLISECONDS(0.01) * (i % 10));
		tutti_future_cancel(f);
		(void)tutti_future_result(f, NULL, 0);
		tutti_future_unref(f);
		CHECK_EQ(tutti_value_queue_size(near_end), has ? 0 : 1);
		if (!has)
			CHECK_EQ(tutti_value_queue_get(near_end, &v), 0);
		taken += has;
	}
	printf("%d of %d taken\n", taken, rounds);
}

/* The same with deadlines that pass at any moment. */
static void deadlines(void)
{
	tutti_value *v;
	int taken = 0, put = suite_rounds(60);

	for (int i = 0; i < put; i++) {
		CHECK_EQ(tutti_value_queue_put(near_end, tutti_value_int(i)), 0);
		for (int tries = 0; tries < 3 && taken <= i; tries++) {
			tutti_time deadline = tutti_after(1000 * (i % 50));
			int rc = tutti_value_queue_get_until(far_end, &v, deadline);

			CHECK(rc == 0 || rc == TUTTI_ETIMEDOUT || rc == TUTTI_EEMPTY);
			if (rc == 0)
				CHECK(tutti_value_equal(v, tutti_value_int(taken++)));
		}
	}
	CHECK_EQ(tutti_value_queue_size(far_end), put - taken);
	while (taken < put) {
		CHECK_EQ(tutti_value_queue_get(far_end, &v), 0);
		CHECK(tutti_value_equal(v, tutti_value_int(taken++)));
	}
}

/* Who has given up is not waited for: the next item is another's. */
/* rows: F137 */
static void who_has_gone_gets_nothing(void)
{
	tutti_value *v;

	for (int i = 0; i < 20; i++) {
		bool has = false;
		tutti_future *f = start_as(THREADS, get_one, &has);

		(void)tutti_sleep(TUTTI_MILLISECONDS(1));
		tutti_future_cancel(f);
		(void)tutti_future_result(f, NULL, 0);
		tutti_future_unref(f);
		CHECK(!has);
		CHECK_EQ(tutti_value_queue_put(far_end, tutti_value_int(i)), 0);
		CHECK_EQ(tutti_value_queue_get(far_end, &v), 0);
		CHECK(tutti_value_equal(v, tutti_value_int(i)));
	}
}

/* A deadline that has passed before the call is made only tries: then with a later one. */
static void waits_in_vain(tutti_value_queue *q)
{
	tutti_time wait = TUTTI_MILLISECONDS(20), deadline;
	tutti_value *v;
	int rc;

	do {
		deadline = tutti_after(wait);
		rc = tutti_value_queue_get_until(q, &v, deadline);
		wait *= 2;
	} while (rc == TUTTI_EEMPTY && wait < TUTTI_SECONDS(30));
	CHECK_EQ(rc, TUTTI_ETIMEDOUT);
	CHECK(tutti_now() >= deadline);
}

static void verbs(tutti_value_queue *q)
{
	tutti_value *v;

	CHECK_EQ(tutti_value_queue_empty(q), 1);
	CHECK_EQ(tutti_value_queue_full(q), 0);
	CHECK_EQ(tutti_value_queue_get_until(q, &v, 0), TUTTI_EEMPTY);
	waits_in_vain(q);
	check_raises(
		q, "task_done", NULL, -EINVAL, "ValueError: task_done() called too many times");
	CHECK_EQ(tutti_value_queue_put(q, tutti_value_none()), 0);
	CHECK_EQ(tutti_value_queue_join_until(q, 0), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_value_queue_get(q, &v), 0);
	CHECK_EQ(tutti_value_queue_task_done(q), 0);
	CHECK_EQ(tutti_value_queue_join(q), 0);
	CHECK_EQ(tutti_proxy_call(q, "mutex", NULL, NULL, NULL), -ENOSYS);
}

static void from_both_ends(void)
{
	tutti_value_queue *none;
	tutti_value *v;

	CHECK_EQ(tutti_manager_queue(connected, "none", &none), -ENOENT);
	CHECK_EQ(tutti_manager_queue(serving, "none", &none), -ENOENT);
	/* What the cases before have put in was not said to be done. */
	while (tutti_value_queue_task_done(near_end) == 0)
		;
	verbs(near_end);
	verbs(far_end);
	CHECK_EQ(tutti_proxy_call(far_end, "qsize", NULL, NULL, &v), 0);
}

/* Calls end, and so do those to come, of both ends. */
/* rows: F138 */
static void shut_down(void)
{
	tutti_value *v;

	CHECK_EQ(tutti_manager_shutdown(connected), 0);
	CHECK_EQ(tutti_manager_join(serving, tutti_after(PATIENCE)), 0);
	CHECK_EQ(tutti_value_queue_get(far_end, &v), TUTTI_ESHUTDOWN);
	CHECK_EQ(tutti_value_queue_get(near_end, &v), TUTTI_ESHUTDOWN);
	CHECK_EQ(tutti_manager_shutdown(connected), TUTTI_ESHUTDOWN);
}

static void *run(void *arg)
{
	begin();
	RUN(from_both_ends);
	RUN_MIXES(nothing_is_lost);
	RUN(deadlines);
	RUN(who_has_gone_gets_nothing);
	RUN(shut_down);
	end();
	return arg;
}

int main(void)
{
	poller_begin();
	suite_begin();
	managers_thread(run, NULL);
	return suite_end();
}
