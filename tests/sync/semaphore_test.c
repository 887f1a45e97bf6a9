/* SPDX-License-Identifier: MIT */
/* rows: F76 */
/* ctest: VIRTUAL ON */
#include <tutti/semaphore.h>

#include "support/orders.h"
#include "support/suite.h"

#include <errno.h>

enum { CONTEXTS = 6, SEATS = 2, CROWD = 1000 };

static tutti_semaphore seats;
static int inside, most, visits;
static int line[CONTEXTS], served;

static void zeroed_has_no_permit(void)
{
	tutti_semaphore s;

	memset(&s, 0, sizeof s);
	CHECK_EQ(tutti_semaphore_value(&s), 0);
	CHECK_EQ(tutti_semaphore_acquire_until(&s, 0), TUTTI_ETIMEDOUT);
	tutti_time deadline = tutti_after(TUTTI_MILLISECONDS(5));
	CHECK_EQ(tutti_semaphore_acquire_until(&s, deadline), TUTTI_ETIMEDOUT);
	CHECK(tutti_now() >= deadline);
	CHECK_EQ(tutti_semaphore_release(&s, 1), 0);
	CHECK_EQ(tutti_semaphore_value(&s), 1);
	CHECK_EQ(tutti_semaphore_acquire(&s), 0);
	CHECK_EQ(tutti_semaphore_value(&s), 0);
}

static void begins_with_its_value(void)
{
	tutti_semaphore s;

	CHECK_EQ(tutti_semaphore_init(&s, 3, 0), 0);
	for (int left = 3; left > 0; left--) {
		CHECK_EQ(tutti_semaphore_value(&s), left);
		CHECK_EQ(tutti_semaphore_acquire_until(&s, 0), 0);
	}
	CHECK_EQ(tutti_semaphore_acquire_until(&s, 0), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_semaphore_release(&s, 5), 0);
	CHECK_EQ(tutti_semaphore_value(&s), 5);
}

static void refuses_what_cannot_be(void)
{
	tutti_semaphore s;

	CHECK_EQ(tutti_semaphore_init(&s, (uint32_t)INT32_MAX + 1, 0), -EINVAL);
	CHECK_EQ(tutti_semaphore_init(&s, UINT32_MAX, 0), -EINVAL);
	CHECK_EQ(tutti_semaphore_init(&s, 1, TUTTI_RECURSIVE), -EINVAL);
	CHECK_EQ(tutti_semaphore_init(&s, INT32_MAX, 0), 0);
	CHECK_EQ(tutti_semaphore_release(&s, 0), -EINVAL);
	CHECK_EQ(tutti_semaphore_release(&s, 1), -EOVERFLOW);
	CHECK_EQ(tutti_semaphore_value(&s), INT32_MAX);
	CHECK_EQ(tutti_semaphore_acquire(&s), 0);
	CHECK_EQ(tutti_semaphore_release(&s, 2), -EOVERFLOW);
	CHECK_EQ(tutti_semaphore_release(&s, UINT32_MAX), -EOVERFLOW);
	CHECK_EQ(tutti_semaphore_release(&s, 1), 0);
	CHECK_EQ(tutti_semaphore_value(&s), INT32_MAX);
}

/* rows: F76 */
static void bounded_takes_no_more_than_it_had(void)
{
	tutti_semaphore s;

	CHECK_EQ(tutti_semaphore_init(&s, 2, TUTTI_BOUNDED), 0);
	CHECK_EQ(tutti_semaphore_release(&s, 1), -EOVERFLOW);
	CHECK_EQ(tutti_semaphore_acquire(&s), 0);
	CHECK_EQ(tutti_semaphore_release(&s, 2), -EOVERFLOW);
	CHECK_EQ(tutti_semaphore_value(&s), 1);
	CHECK_EQ(tutti_semaphore_release(&s, 1), 0);
	CHECK_EQ(tutti_semaphore_value(&s), 2);
}

static void *visit(void *arg)
{
	for (int i = 0; i < suite_rounds(500); i++) {
		CHECK_EQ(tutti_semaphore_acquire(&seats), 0);
		int now = tu_add_acqrel(&inside, 1) + 1;
		CHECK(now <= SEATS);
		if (now > tu_load_acq(&most))
			tu_store_rel(&most, now);
		tu_add_acqrel(&visits, 1);
		if (i % 8 == 0)
			tutti_yield();
		tu_sub_acqrel(&inside, 1);
		CHECK_EQ(tutti_semaphore_release(&seats, 1), 0);
	}
	return arg;
}

static void at_most_so_many_inside(enum mix mix)
{
	tutti_future *f[CONTEXTS];

	CHECK_EQ(tutti_semaphore_init(&seats, SEATS, TUTTI_BOUNDED), 0);
	inside = most = visits = 0;
	start_all(mix, f, CONTEXTS, visit, NULL);
	join_all(f, CONTEXTS);
	CHECK_EQ(visits, CONTEXTS * suite_rounds(500));
	if (mix == TASKS)
		CHECK_EQ(most, SEATS);
	CHECK_EQ(tutti_semaphore_value(&seats), SEATS);
}

static void *queue_up(void *arg)
{
	CHECK_EQ(tutti_semaphore_acquire(&seats), 0);
	line[tu_add_acqrel(&served, 1)] = *(int *)arg;
	return NULL;
}

static int numbers[CONTEXTS] = { 0, 1, 2, 3, 4, 5 };

static void start_line(tutti_future **f)
{
	CHECK_EQ(tutti_semaphore_init(&seats, 0, 0), 0);
	served = 0;
	for (int i = 0; i < CONTEXTS; i++)
		f[i] = tutti_task_start(queue_up, &numbers[i], NULL);
	settle();
	CHECK_EQ(served, 0);
}

/* rows: F76 F103 */
static void permits_go_first_in_first_out(void)
{
	tutti_future *f[CONTEXTS];

	start_line(f);
	CHECK_EQ(tutti_semaphore_release(&seats, 1), 0);
	settle();
	CHECK_EQ(served, 1);
	CHECK_EQ(tutti_semaphore_release(&seats, CONTEXTS), 0);
	CHECK_EQ(tutti_semaphore_value(&seats), 1); /* what is left over, at once */
	join_all(f, CONTEXTS);
	for (int i = 0; i < CONTEXTS; i++)
		CHECK_EQ(line[i], i);
	CHECK_EQ(tutti_semaphore_value(&seats), 1);
}

/* Not even the one who released it, and is running, comes before those in line. */
static void nobody_jumps_the_line(void)
{
	tutti_future *f[CONTEXTS];

	start_line(f);
	for (int i = 0; i < CONTEXTS; i++) {
		CHECK_EQ(tutti_semaphore_release(&seats, 1), 0);
		CHECK_EQ(tutti_semaphore_value(&seats), 0);
		CHECK_EQ(tutti_semaphore_acquire_until(&seats, 0), TUTTI_ETIMEDOUT);
	}
	join_all(f, CONTEXTS);
}

static void begin_empty(void)
{
	CHECK_EQ(tutti_semaphore_init(&seats, 0, 0), 0);
}

static int acquire_until(tutti_time deadline)
{
	return tutti_semaphore_acquire_until(&seats, deadline);
}

static int acquire(tutti_time deadline)
{
	(void)deadline;
	return tutti_semaphore_acquire(&seats);
}

static void release_one(void)
{
	CHECK_EQ(tutti_semaphore_release(&seats, 1), 0);
}

static int permits_left(void)
{
	return (int)tutti_semaphore_value(&seats);
}

static void any_order_of_release_cancel_deadline(void)
{
	static const struct orders with = { .begin = begin_empty,
		.wait = acquire_until,
		.grant = release_one,
		.left = permits_left,
		.canceled = TUTTI_ECANCELED,
		.timed_out = TUTTI_ETIMEDOUT,
		.remembers = true };
	static const struct orders without = { .begin = begin_empty,
		.wait = acquire,
		.grant = release_one,
		.left = permits_left,
		.canceled = TUTTI_ECANCELED,
		.remembers = true };

	orders_run(&with);
	orders_run(&without);
}

static void *count_if_served(void *arg)
{
	int rc = tutti_semaphore_acquire(&seats);

	if (rc == 0)
		tu_add_acqrel(&served, 1);
	else
		CHECK_EQ(rc, TUTTI_ECANCELED);
	return arg;
}

/* Half of a crowd is cancelled while permits are given out: none is lost, none is made. */
/* rows: F76 F103 */
static void cancelled_waiters_lose_no_permit(enum mix mix)
{
	static tutti_future *f[CROWD];
	int n = mix == TASKS ? CROWD : 40, given = 0;

	CHECK_EQ(tutti_semaphore_init(&seats, 0, 0), 0);
	served = 0;
	start_all(mix, f, n, count_if_served, NULL);
	settle();
	for (int i = 0; i < n; i++) {
		if (i % 2 == 0)
			tutti_future_cancel(f[i]);
		if (i % 3 == 0) {
			CHECK_EQ(tutti_semaphore_release(&seats, 1), 0);
			given++;
		}
		if (i % 16 == 0)
			tutti_yield();
	}
	CHECK_EQ(tutti_semaphore_release(&seats, (uint32_t)n), 0);
	given += n;
	for (int i = 0; i < n; i++) {
		tutti_future_result(f[i], NULL, 0);
		tutti_future_unref(f[i]);
	}
	CHECK(served >= n / 2);
	CHECK_EQ(served + (int)tutti_semaphore_value(&seats), given);
}

/* The first in line gives up: the permit that comes next is the second's. */
static void *give_up_soon(void *arg)
{
	tutti_time soon = tutti_after(TUTTI_MILLISECONDS(1));

	(void)arg;
	return give(tutti_semaphore_acquire_until(&seats, soon));
}

static void who_gives_up_is_out_of_the_line(void)
{
	CHECK_EQ(tutti_semaphore_init(&seats, 0, 0), 0);
	served = 0;
	tutti_future *first = tutti_task_start(give_up_soon, NULL, NULL);
	tutti_future *second = tutti_task_start(count_if_served, NULL, NULL);
	CHECK_EQ(finish(first), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_semaphore_release(&seats, 1), 0);
	finish(second);
	CHECK_EQ(served, 1);
	CHECK_EQ(tutti_semaphore_value(&seats), 0);
}

int main(void)
{
	suite_begin();
	RUN(zeroed_has_no_permit);
	RUN(begins_with_its_value);
	RUN(refuses_what_cannot_be);
	RUN(bounded_takes_no_more_than_it_had);
	RUN_MIXES(at_most_so_many_inside);
	RUN(permits_go_first_in_first_out);
	RUN(nobody_jumps_the_line);
	RUN(any_order_of_release_cancel_deadline);
	RUN_MIXES(cancelled_waiters_lose_no_permit);
	RUN(who_gives_up_is_out_of_the_line);
	return suite_end();
}
