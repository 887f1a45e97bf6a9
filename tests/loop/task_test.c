/* SPDX-License-Identifier: MIT */
/* rows: F5 F108 */
/* ctest: VIRTUAL ON */
#include <tutti/task.h>

#include "support/orders.h"
#include "support/suite.h"

#include <errno.h>

/* ThreadSanitizer follows no more than 8128 stacks. */
#ifdef __SANITIZE_THREAD__
enum { MANY = 1000, DEEP = 200 };
#else
enum { MANY = 10000, DEEP = 1000 };
#endif

static char story[64];
static size_t told;

static void tell(char what)
{
	CHECK(told < sizeof story - 1);
	story[told++] = what;
	story[told] = '\0';
}

static void *tell_twice(void *arg)
{
	char what = *(const char *)arg;

	tell(what);
	CHECK_EQ(tutti_yield(), 0);
	tell(what);
	return arg;
}

/* Nothing runs before its starter waits; then all in order of creation, and in turn. */
/* rows: F108 D2 */
static void start_in_order_of_creation(void)
{
	static const char *const names[] = { "a", "b", "c" };
	tutti_future *f[3];

	told = 0;
	for (int i = 0; i < 3; i++)
		f[i] = tutti_task_start(tell_twice, (char *)names[i], NULL);
	CHECK_EQ(told, 0);
	join_all(f, 3);
	CHECK_STR(story, "abcabc");
}

static void *start_another(void *arg)
{
	tell('1');
	tutti_task *t = tutti_task_start(tell_twice, "x", NULL);
	tell('2');
	CHECK_EQ(tutti_yield(), 0);
	tell('3');
	finish(t);
	tell('4');
	return arg;
}

static void a_task_starts_others_for_the_next_turn(void)
{
	told = 0;
	finish(tutti_task_start(start_another, NULL, NULL));
	CHECK_STR(story, "12x3x4");
}

static void *return_arg(void *arg)
{
	return arg;
}

static void is_a_future(void)
{
	int value;
	void *result = NULL;
	tutti_task *t = tutti_task_start(return_arg, &value, NULL);

	CHECK(!tutti_future_done(t));
	CHECK(!tutti_future_running(t));
	CHECK_EQ(tutti_future_error(t), TUTTI_EPENDING);
	CHECK_EQ(tutti_future_result_until(t, &result, sizeof result, 0), TUTTI_ETIMEDOUT);
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(tutti_future_result(t, &result, sizeof result), 0);
		CHECK(result == &value);
	}
	CHECK(tutti_future_done(t));
	CHECK(!tutti_future_running(t));
	CHECK_EQ(tutti_future_error(t), 0);
	CHECK_EQ(tutti_future_result(t, &value, sizeof value), TUTTI_ETYPE);
	CHECK_EQ(tutti_thread_join(t, NULL), TUTTI_ETYPE);
	tutti_future_unref(t);
}

static void *look_at_oneself(void *arg)
{
	tutti_task *me = tutti_task_current();

	CHECK(me);
	CHECK(tutti_future_running(me));
	CHECK_STR(tutti_task_name(NULL), arg);
	CHECK_STR(tutti_task_name(me), arg);
	CHECK(!tutti_thread_name(me));
	CHECK_EQ(tutti_yield(), 0);
	CHECK(tutti_task_current() == me);
	return me;
}

static void knows_itself(void)
{
	char name[] = "Alice";

	CHECK(!tutti_task_current());
	CHECK(!tutti_task_name(NULL));
	CHECK(!tutti_task_name(tutti_thread_main()));
	tutti_task *t =
		tutti_task_start(look_at_oneself, "Alice", &(tutti_task_options){ .name = name });
	memset(name, 'x', sizeof name - 1);
	CHECK_STR(tutti_task_name(t), "Alice");
	void *result = NULL;
	CHECK_EQ(tutti_future_result(t, &result, sizeof result), 0);
	CHECK(result == t);
	CHECK_STR(tutti_task_name(t), "Alice");
	tutti_future_unref(t);
}

static void names_count_up(void)
{
	tutti_future *t[2] = { tutti_task_start(return_arg, NULL, NULL),
		tutti_task_start(return_arg, NULL, NULL) };
	int n = 0, m = 0;

	CHECK_EQ(sscanf(tutti_task_name(t[0]), "Task-%d", &n), 1);
	CHECK_EQ(sscanf(tutti_task_name(t[1]), "Task-%d", &m), 1);
	CHECK(n >= 1);
	CHECK(m > n);
	join_all(t, 2);
}

/* One loop, one thread: and between two waits nobody comes in between. */
static tutti_thread *home;
static long counter;

static void *count_at_home(void *arg)
{
	CHECK(tutti_thread_current() == home);
	for (int i = 0; i < 3; i++) {
		long before = counter;

		counter = before + 1;
		CHECK_EQ(tutti_yield(), 0);
		CHECK(tutti_thread_current() == home);
	}
	return arg;
}

static void *run_many(void *arg)
{
	static tutti_future *f[MANY];

	home = tutti_thread_current();
	counter = 0;
	start_all(TASKS, f, MANY, count_at_home, NULL);
	join_all(f, MANY);
	CHECK_EQ(counter, 3L * MANY);
	return arg;
}

/* rows: F104 D33 */
static void need_no_locks_among_themselves(void)
{
	run_many(NULL);
	finish(tutti_thread_start(run_many, NULL, NULL));
}

/* A task that starts and waits for another, down a thousand levels; a failure comes all the way. */
static void *go_down(void *arg)
{
	intptr_t level = (intptr_t)arg;

	if (level == 0)
		return give(1);
	return give(1 + finish(tutti_task_start(go_down, give(level - 1), NULL)));
}

static void *fail_down(void *arg)
{
	intptr_t level = (intptr_t)arg;

	if (level == 0) {
		tutti_fail(TUTTI_EUSER - 9, "at the bottom");
		return NULL;
	}
	tutti_task *t = tutti_task_start(fail_down, give(level - 1), NULL);
	int rc = tutti_future_result(t, NULL, 0);
	tutti_fail(rc, "%s", tutti_future_text(t));
	tutti_future_unref(t);
	return NULL;
}

static void wait_for_each_other_at_depth(void)
{
	CHECK_EQ(finish(tutti_task_start(go_down, give(DEEP), NULL)), DEEP + 1);
	tutti_task *t = tutti_task_start(fail_down, give(100), NULL);
	CHECK_EQ(tutti_future_result(t, NULL, 0), TUTTI_EUSER - 9);
	CHECK_STR(tutti_future_text(t), "at the bottom");
	tutti_future_unref(t);
}

static void *set_errno_and_yield(void *arg)
{
	int mine = *(int *)arg;

	for (int i = 0; i < 20; i++) {
		errno = mine;
		if (i % 2 == 0)
			CHECK_EQ(tutti_yield(), 0);
		else
			CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(0.01)), 0);
		CHECK_EQ(errno, mine);
	}
	return NULL;
}

static void errno_is_kept_for_each(void)
{
	int values[3] = { 11, 22, 33 };
	tutti_future *f[3];

	for (int i = 0; i < 3; i++)
		f[i] = tutti_task_start(set_errno_and_yield, &values[i], NULL);
	errno = 44;
	CHECK_EQ(tutti_yield(), 0);
	CHECK_EQ(errno, 44);
	join_all(f, 3);
}

static void *use_stack(void *arg)
{
	volatile char stack[3 << 20];

	for (size_t i = 0; i < sizeof stack; i += 4096)
		stack[i] = (char)i;
	CHECK_EQ(tutti_yield(), 0);
	for (size_t i = 0; i < sizeof stack; i += 4096)
		CHECK_EQ(stack[i], (char)i);
	return arg;
}

static void *use_default_stack(void *arg)
{
	volatile char stack[128 << 10];

	for (size_t i = 0; i < sizeof stack; i += 1024)
		stack[i] = 1;
	CHECK_EQ(tutti_yield(), 0);
	return arg;
}

static void stacks_are_as_large_as_asked(void)
{
	tutti_future *f[10];

	for (int i = 0; i < 10; i++) {
		tutti_task_options options = { .stack_bytes = 4 << 20 };

		f[i] = tutti_task_start(
			i % 2 ? use_stack : use_default_stack, NULL, i % 2 ? &options : NULL);
	}
	join_all(f, 10);
}

static void impossible_ones_have_failed(void)
{
	tutti_task_options options = { .stack_bytes = (size_t)1 << 62 };
	tutti_task *t = tutti_task_start(return_arg, NULL, &options);
	int rc = tutti_future_result(t, NULL, 0);

	CHECK_EQ(rc, -ENOMEM);
	tutti_future_unref(t);
}

/* A started one goes on without any reference; its memory is nobody's worry. */
static void *count_it(void *arg)
{
	CHECK_EQ(tutti_yield(), 0);
	counter++;
	return arg;
}

static void may_be_dropped(void)
{
	counter = 0;
	for (int i = 0; i < 100; i++)
		tutti_future_unref(tutti_task_start(count_it, NULL, NULL));
	EVENTUALLY(counter == 100);
}

/* On the loop of another thread, which has to be woken for it. */
static tutti_loop *elsewhere;
static tutti_event ready, over;

static void *lend_loop(void *arg)
{
	elsewhere = tutti_loop_current();
	CHECK(elsewhere == tutti_loop_current());
	home = tutti_thread_current();
	tutti_event_set(&ready);
	CHECK_EQ(tutti_event_wait(&over), 0);
	return arg;
}

static void *start_there(void *arg)
{
	tutti_task_options options = { .loop = elsewhere };

	for (int i = 0; i < suite_rounds(100); i++)
		finish(tutti_task_start(count_at_home, NULL, &options));
	return arg;
}

static void run_on_the_loop_they_are_given(enum mix mix)
{
	tutti_event_clear(&ready);
	tutti_event_clear(&over);
	counter = 0;
	tutti_thread *t = tutti_thread_start(lend_loop, NULL, NULL);
	CHECK_EQ(tutti_event_wait(&ready), 0);
	CHECK(elsewhere != tutti_loop_current());
	finish(start_as(mix, start_there, NULL));
	CHECK_EQ(counter, 3L * suite_rounds(100));
	tutti_event_set(&over);
	finish(t);
}

/* A thread's end with tasks that have not ended, or not even begun: the loop ends with it. */
static void *wait_as_long_as_may_be(void *arg)
{
	tutti_event_wait(&over);
	return arg;
}

static void *leave_tasks_behind(void *arg)
{
	for (int i = 0; i < 10; i++)
		tutti_future_unref(tutti_task_start(wait_as_long_as_may_be, NULL, NULL));
	((tutti_future **)arg)[0] = tutti_task_start(wait_as_long_as_may_be, NULL, NULL);
	CHECK_EQ(tutti_yield(), 0);
	((tutti_future **)arg)[1] = tutti_task_start(return_arg, NULL, NULL);
	return NULL;
}

static void end_with_their_thread(void)
{
	tutti_future *left[2];

	tutti_event_clear(&over);
	tutti_thread *t = tutti_thread_start(leave_tasks_behind, left, NULL);
	CHECK_EQ(tutti_thread_join_until(t, NULL, tutti_after(TUTTI_SECONDS(1000))), 0);
	tutti_future_unref(t);
	for (int i = 0; i < 2; i++) {
		CHECK(tutti_future_done(left[i]));
		tutti_future_result(left[i], NULL, 0);
		tutti_future_unref(left[i]);
	}
}

static void no_function_is_an_error(void)
{
	tutti_future *f[2] = { tutti_task_start(NULL, NULL, NULL),
		tutti_loop_call_at(NULL, 0, NULL, NULL) };

	for (int i = 0; i < 2; i++) {
		CHECK_EQ(tutti_future_error(f[i]), -EINVAL);
		tutti_future_unref(f[i]);
	}
	CHECK_EQ(tutti_call_blocking(NULL, NULL, NULL), -EINVAL);
	CHECK_EQ(tutti_run(NULL, NULL, NULL), -EINVAL);
}

int main(void)
{
	suite_begin();
	RUN(start_in_order_of_creation);
	RUN(a_task_starts_others_for_the_next_turn);
	RUN(is_a_future);
	RUN(knows_itself);
	RUN(names_count_up);
	RUN(need_no_locks_among_themselves);
	RUN(wait_for_each_other_at_depth);
	RUN(errno_is_kept_for_each);
	RUN(stacks_are_as_large_as_asked);
	RUN(impossible_ones_have_failed);
	RUN(may_be_dropped);
	RUN_MIXES(run_on_the_loop_they_are_given);
	RUN(end_with_their_thread);
	RUN(no_function_is_an_error);
	return suite_end();
}
