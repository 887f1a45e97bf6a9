/* SPDX-License-Identifier: MIT */
/* rows: F108 */
/* ctest: VIRTUAL ON */
#include <tutti/task.h>

#include "support/orders.h"
#include "support/suite.h"

#include <errno.h>

enum { CROWD = 1000 };

static int runs, answer, answers[8];
static tutti_event never, begun;
static tutti_lock lock;

static void *count_run(void *arg)
{
	runs++;
	return arg;
}

static void end_cancelled(tutti_future *f)
{
	tutti_future_result(f, NULL, 0);
	tutti_future_unref(f);
}

static void one_not_begun_never_runs(void)
{
	tutti_task *t = tutti_task_start(count_run, NULL, NULL);

	runs = 0;
	CHECK_EQ(tutti_future_cancel(t), 0);
	CHECK(tutti_future_done(t));
	CHECK_EQ(tutti_future_error(t), TUTTI_ECANCELED);
	CHECK_EQ(tutti_future_result(t, NULL, 0), TUTTI_EJOBCANCELED);
	CHECK_EQ(tutti_future_cancel(t), TUTTI_EDONE);
	settle();
	CHECK_EQ(runs, 0);
	tutti_future_unref(t);
}

static void one_that_ended_is_too_late(void)
{
	tutti_task *t = tutti_task_start(count_run, NULL, NULL);

	CHECK_EQ(tutti_future_result(t, NULL, 0), 0);
	CHECK_EQ(tutti_future_cancel(t), TUTTI_EDONE);
	CHECK_EQ(tutti_future_error(t), 0);
	tutti_future_unref(t);
}

/* Once cancelled, every point says so, also to what could be done at once. */
static void *look_everywhere(void *arg)
{
	tutti_queue *q;
	tutti_semaphore one;
	tutti_condition c = { { 0 } };
	int item = 3;

	CHECK_EQ(tutti_queue_create(&q, sizeof item, NULL), 0);
	CHECK_EQ(tutti_semaphore_init(&one, 1, 0), 0);
	tutti_event set = { { 0 } };
	tutti_event_set(&set);
	tutti_event_set(&begun);
	CHECK_EQ(tutti_event_wait(&never), TUTTI_ECANCELED);
	CHECK(tutti_cancelled());
	CHECK_EQ(tutti_yield(), TUTTI_ECANCELED);
	CHECK_EQ(tutti_sleep(0), TUTTI_ECANCELED);
	CHECK_EQ(tutti_sleep_until(0), TUTTI_ECANCELED);
	CHECK_EQ(tutti_thread_sleep(1), TUTTI_ECANCELED);
	CHECK_EQ(tutti_event_wait(&set), TUTTI_ECANCELED);
	CHECK_EQ(tutti_event_wait_until(&set, 0), TUTTI_ECANCELED);
	CHECK_EQ(tutti_semaphore_acquire(&one), TUTTI_ECANCELED);
	CHECK_EQ(tutti_semaphore_acquire_until(&one, 0), TUTTI_ECANCELED);
	CHECK_EQ(tutti_semaphore_value(&one), 1);
	CHECK_EQ(tutti_queue_put(q, &item), TUTTI_ECANCELED);
	CHECK_EQ(tutti_queue_put_until(q, &item, 0), TUTTI_ECANCELED);
	CHECK_EQ(tutti_queue_get(q, &item), TUTTI_ECANCELED);
	CHECK_EQ(tutti_queue_get_until(q, &item, 0), TUTTI_ECANCELED);
	CHECK_EQ(tutti_queue_join(q), TUTTI_ECANCELED);
	CHECK_EQ(tutti_queue_size(q), 0);
	TUTTI_WITH(&lock)
	{
		CHECK_EQ(tutti_condition_wait(&c, &lock), TUTTI_ECANCELED);
		CHECK(tutti_lock_locked(&lock));
	}
	CHECK_EQ(tutti_call_blocking(count_run, NULL, NULL), TUTTI_ECANCELED);
	tutti_future *f = tutti_future_create(0);
	CHECK_EQ(tutti_future_set_result(f, NULL), 0);
	CHECK_EQ(tutti_future_result(f, NULL, 0), TUTTI_ECANCELED);
	CHECK_EQ(tutti_future_result_until(f, NULL, 0, 0), TUTTI_ECANCELED);
	tutti_future_unref(f);
	tutti_queue_free(q);
	answer = 1;
	return arg;
}

static void every_point_says_so(enum mix mix)
{
	runs = answer = 0;
	tutti_event_clear(&begun);
	tutti_future *f = start_as(mix, look_everywhere, NULL);
	CHECK_EQ(tutti_event_wait(&begun), 0);
	CHECK_EQ(tutti_future_cancel(f), 1);
	int again = tutti_future_cancel(f); /* it runs, or has just ended */
	CHECK(again == 1 || again == TUTTI_EDONE);
	end_cancelled(f);
	CHECK_EQ(answer, 1);
	CHECK_EQ(runs, 0);
}

/* tutti_cancelled is for those who compute and never wait. */
static void *compute_until_cancelled(void *arg)
{
	tutti_event_set(&begun);
	while (!tutti_cancelled())
		answer++;
	return arg;
}

static void who_computes_can_ask(void)
{
	tutti_event_clear(&begun);
	tutti_thread *t = tutti_thread_start(compute_until_cancelled, NULL, NULL);
	CHECK_EQ(tutti_event_wait(&begun), 0);
	CHECK(!tutti_cancelled());
	CHECK_EQ(tutti_future_cancel(t), 1);
	end_cancelled(t);
}

static void *cancel_oneself(void *arg)
{
	tutti_future *me = tutti_task_current();

	CHECK_EQ(tutti_future_cancel(me ? me : tutti_thread_current()), 1);
	CHECK(tutti_cancelled());
	answer = tutti_sleep(TUTTI_FOREVER);
	return arg;
}

static void one_may_cancel_oneself(enum mix mix)
{
	answer = 0;
	end_cancelled(start_as(mix == APART ? THREADS : mix, cancel_oneself, NULL));
	CHECK_EQ(answer, TUTTI_ECANCELED);
}

/* A task's cancel is its own: neither its thread nor its neighbours hear of it. */
static void *sleep_well(void *arg)
{
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(2)), 0);
	CHECK(!tutti_cancelled());
	return arg;
}

static void nobody_else_is_cancelled(void)
{
	tutti_future *other = tutti_task_start(sleep_well, NULL, NULL);

	tutti_event_clear(&begun);
	tutti_future *f = tutti_task_start(look_everywhere, NULL, NULL);
	CHECK_EQ(tutti_event_wait(&begun), 0);
	CHECK_EQ(tutti_future_cancel(f), 1);
	CHECK(!tutti_cancelled());
	end_cancelled(f);
	CHECK_EQ(tutti_yield(), 0);
	finish(other);
}

/* Who waits for a job that is cancelled is not cancelled. */
static void *wait_for_it(void *arg)
{
	answers[0] = tutti_future_result(arg, NULL, 0);
	answers[1] = tutti_yield();
	return NULL;
}

static void *sleep_for_ever(void *arg)
{
	answers[2] = tutti_sleep(TUTTI_FOREVER);
	return arg;
}

static void a_waiter_learns_that_the_job_was(enum mix mix)
{
	tutti_task *job = tutti_task_start(sleep_for_ever, NULL, NULL);

	settle();
	tutti_future *f = start_as(mix, wait_for_it, job);
	settle();
	CHECK_EQ(tutti_future_cancel(job), 1);
	finish(f);
	CHECK_EQ(answers[0], TUTTI_EJOBCANCELED);
	CHECK_EQ(answers[1], 0);
	CHECK_EQ(answers[2], TUTTI_ECANCELED);
	CHECK_EQ(tutti_future_error(job), TUTTI_ECANCELED);
	tutti_future_unref(job);
}

static void *end_when_told(void *may_end)
{
	CHECK_EQ(tutti_event_wait(may_end), 0);
	CHECK(!tutti_cancelled());
	return NULL;
}

/* Cancelled while it waits, it leaves what it waits for alone. */
static void a_cancelled_waiter_leaves_the_job_alone(void)
{
	tutti_event may_end = { { 0 } };
	tutti_task *job = tutti_task_start(end_when_told, &may_end, NULL);
	tutti_task *waiter = tutti_task_start(wait_for_it, job, NULL);
	settle();
	CHECK_EQ(tutti_future_cancel(waiter), 1);
	end_cancelled(waiter);
	CHECK_EQ(answers[0], TUTTI_ECANCELED);
	CHECK_EQ(answers[1], TUTTI_ECANCELED);
	tutti_event_set(&may_end);
	finish(job);
}

/* A cancel under a shield is kept, and said afterwards. */
static void *clean_up_shielded(void *arg)
{
	tutti_scope shield;

	answers[0] = tutti_event_wait(&never);
	tutti_shield_begin(&shield, TUTTI_FOREVER);
	answers[1] = tutti_sleep(TUTTI_MILLISECONDS(1));
	answers[2] = tutti_cancelled();
	answers[3] = tutti_shield_end(&shield, 0);
	answers[4] = tutti_yield();
	return arg;
}

/* rows: F129 */
static void a_shield_is_for_cleaning_up(enum mix mix)
{
	tutti_event_clear(&begun);
	tutti_future *f = start_as(mix == APART ? THREADS : mix, clean_up_shielded, NULL);
	if (mix == TASKS)
		settle();
	EVENTUALLY(tutti_future_running(f));
	CHECK_EQ(tutti_future_cancel(f), 1);
	end_cancelled(f);
	CHECK_EQ(answers[0], TUTTI_ECANCELED);
	CHECK_EQ(answers[1], 0);
	CHECK_EQ(answers[2], 0);
	CHECK_EQ(answers[3], 0);
	CHECK_EQ(answers[4], TUTTI_ECANCELED);
}

static void *sleep_shielded(void *arg)
{
	tutti_scope shield;

	tutti_shield_begin(&shield, tutti_after(TUTTI_MILLISECONDS(3)));
	tutti_event_set(&begun);
	tutti_time before = tutti_now();
	answers[0] = tutti_sleep(TUTTI_FOREVER); /* until the shield lets the cancel through */
	answers[1] = tutti_now() >= before;
	tutti_shield_end(&shield, 0);
	return arg;
}

static void a_shield_holds_only_so_long(enum mix mix)
{
	tutti_event_clear(&begun);
	tutti_future *f = start_as(mix, sleep_shielded, NULL);
	CHECK_EQ(tutti_event_wait(&begun), 0);
	CHECK_EQ(tutti_future_cancel(f), 1);
	end_cancelled(f);
	CHECK_EQ(answers[0], TUTTI_ECANCELED);
}

/* A limit's end and a cancel are told apart: a cancel is not the limit's. */
static void *sleep_limited(void *arg)
{
	tutti_scope limit;

	tutti_timeout_begin(&limit, tutti_after(TUTTI_SECONDS(100)));
	tutti_event_set(&begun);
	answers[0] = tutti_timeout_end(&limit, tutti_sleep(TUTTI_FOREVER));
	return arg;
}

static void a_cancel_is_no_timeout(void)
{
	tutti_event_clear(&begun);
	tutti_future *f = tutti_task_start(sleep_limited, NULL, NULL);
	CHECK_EQ(tutti_event_wait(&begun), 0);
	CHECK_EQ(tutti_future_cancel(f), 1);
	end_cancelled(f);
	CHECK_EQ(answers[0], TUTTI_ECANCELED);
}

static int sleep_until(tutti_time deadline)
{
	int rc = tutti_sleep_until(deadline);

	return rc == 0 ? TUTTI_ETIMEDOUT : rc; /* to have slept is this call's deadline */
}

static void begin_nothing(void)
{
}

static void any_order_of_cancel_and_waking(void)
{
	static const struct orders o = { .begin = begin_nothing,
		.wait = sleep_until,
		.canceled = TUTTI_ECANCELED,
		.timed_out = TUTTI_ETIMEDOUT };

	orders_run(&o);
}

/* A crowd is cancelled: each is told, those not begun never run. */
static void *wait_in_crowd(void *arg)
{
	tu_add_acqrel(&runs, 1);
	CHECK_EQ(tutti_event_wait(&never), TUTTI_ECANCELED);
	return arg;
}

static void a_crowd_can_be_cancelled(enum mix mix)
{
	static tutti_future *f[CROWD];
	int n = mix == TASKS ? CROWD : 50, never_ran = 0;

	runs = 0;
	for (int i = 0; i < n; i++) {
		f[i] = start_nth(mix == APART ? THREADS : mix, i, wait_in_crowd, NULL);
		if (i == n / 2)
			settle();
	}
	for (int i = 0; i < n; i++)
		never_ran += tutti_future_cancel(f[i]) == 0;
	for (int i = 0; i < n; i++)
		end_cancelled(f[i]);
	CHECK_EQ(runs + never_ran, n);
	if (mix == TASKS)
		CHECK_EQ(never_ran, n - n / 2 - 1);
}

/* Tasks that end well, fail, or yield first, while another thread cancels each of them once. */
static void *end_somehow(void *arg)
{
	intptr_t n = (intptr_t)arg;

	runs++;
	if (n % 3 == 0)
		tutti_fail(TUTTI_EUSER, "as it should");
	else if (n % 3 == 1)
		tutti_yield();
	return arg;
}

static void *cancel_each(void *queue)
{
	tutti_future *f;
	intptr_t never_ran = 0;

	while (tutti_queue_get(queue, &f) == 0) {
		never_ran += tutti_future_cancel(f) == 0;
		tutti_future_error(f);
		tutti_future_unref(f);
	}
	return (void *)never_ran;
}

static void another_thread_cancels_at_any_moment(void)
{
	enum { BATCH = 16 };
	int n = suite_rounds(20000) / BATCH * BATCH;
	void *never_ran;
	tutti_queue *q;

	runs = 0;
	CHECK_EQ(
		tutti_queue_create(&q, sizeof(void *), &(tutti_queue_options){ .maxsize = 64 }), 0);
	tutti_thread *canceller = tutti_thread_start(cancel_each, q, NULL);
	for (int i = 0; i < n; i += BATCH) {
		tutti_task *t[BATCH];

		for (int k = 0; k < BATCH; k++) {
			t[k] = tutti_task_start(end_somehow, (void *)(intptr_t)(i + k), NULL);
			tutti_future *ref = tutti_future_ref(t[k]);
			CHECK_EQ(tutti_queue_put(q, &ref), 0);
		}
		for (int k = 0; k < BATCH; k++) {
			int rc = tutti_future_result(t[k], NULL, 0);

			CHECK(rc == 0 || rc == TUTTI_EUSER || rc == TUTTI_EJOBCANCELED);
			tutti_future_unref(t[k]);
		}
	}
	CHECK_EQ(tutti_queue_shutdown(q, false), 0);
	CHECK_EQ(tutti_thread_join(canceller, &never_ran), 0);
	tutti_future_unref(canceller);
	tutti_queue_free(q);
	CHECK_EQ(runs + (intptr_t)never_ran, n);
}

int main(void)
{
	suite_begin();
	RUN(one_not_begun_never_runs);
	RUN(one_that_ended_is_too_late);
	RUN_MIXES(every_point_says_so);
	RUN(who_computes_can_ask);
	RUN_MIXES(one_may_cancel_oneself);
	RUN(nobody_else_is_cancelled);
	RUN_MIXES(a_waiter_learns_that_the_job_was);
	RUN(a_cancelled_waiter_leaves_the_job_alone);
	RUN_MIXES(a_shield_is_for_cleaning_up);
	RUN_MIXES(a_shield_holds_only_so_long);
	RUN(a_cancel_is_no_timeout);
	RUN(any_order_of_cancel_and_waking);
	RUN_MIXES(a_crowd_can_be_cancelled);
	RUN(another_thread_cancels_at_any_moment);
	return suite_end();
}
