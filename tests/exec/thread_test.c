/* SPDX-License-Identifier: MIT */
/* rows: F58 F60 F63 F90 T4 T41 */
#include <tutti/thread.h>

#include "support/orders.h"
#include "support/suite.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>

static tutti_event go_on;

static void *wait_to_go_on(void *arg)
{
	CHECK_EQ(tutti_event_wait(&go_on), 0);
	return arg;
}

static tutti_thread *start_waiting(const tutti_thread_options *options)
{
	tutti_event_clear(&go_on);
	return tutti_thread_start(wait_to_go_on, NULL, options);
}

static void end_waiting(tutti_thread *t)
{
	tutti_event_set(&go_on);
	finish(t);
}

static void main_is_known(void)
{
	tutti_thread *me = tutti_thread_current();

	CHECK(me == tutti_thread_main());
	CHECK(me == tutti_thread_current());
	CHECK_STR(tutti_thread_name(NULL), "MainThread");
	CHECK_STR(tutti_thread_name(me), "MainThread");
	CHECK(tutti_thread_is_alive(NULL));
	CHECK(!tutti_thread_daemon(NULL));
	CHECK(tutti_thread_ident(NULL) != 0);
	CHECK_EQ(tutti_thread_ident(NULL), tutti_thread_ident(me));
	CHECK_EQ(tutti_thread_native_id(NULL), getpid());
	CHECK_EQ(tutti_thread_active_count(), 1);
}

static void *look_at_oneself(void *arg)
{
	tutti_thread *me = tutti_thread_current();

	CHECK(me != tutti_thread_main());
	CHECK_STR(tutti_thread_name(NULL), "Worker");
	CHECK(tutti_thread_is_alive(NULL));
	CHECK(tutti_future_running(me));
	CHECK_EQ(tutti_future_error(me), TUTTI_EPENDING);
	CHECK_EQ(tutti_thread_native_id(NULL), syscall(SYS_gettid));
	CHECK_EQ(tutti_thread_native_id(me), syscall(SYS_gettid));
	CHECK_EQ(tutti_thread_active_count(), 2);
	*(uint64_t *)arg = tutti_thread_ident(NULL);
	return me;
}

static void a_thread_knows_itself(void)
{
	tutti_thread_options options = { .name = "Worker" };
	uint64_t ident = 0;
	void *result = NULL;

	tutti_thread *t = tutti_thread_start(look_at_oneself, &ident, &options);
	CHECK_EQ(tutti_thread_join(t, &result), 0);
	CHECK(result == t);
	CHECK_EQ(tutti_thread_ident(t), ident);
	CHECK(ident != tutti_thread_ident(NULL));
	CHECK_STR(tutti_thread_name(t), "Worker");
	tutti_future_unref(t);
}

/* Counts as alive before its starter returns, and not after its join has. */
/* rows: F59 F62 */
static void alive_from_start_to_join(void)
{
	for (int i = 0; i < 50; i++) {
		tutti_thread *t = start_waiting(NULL);

		CHECK_EQ(tutti_thread_active_count(), 2);
		CHECK(tutti_thread_is_alive(t));
		CHECK(!tutti_future_done(t));
		CHECK_EQ(tutti_thread_join_until(t, NULL, 0), TUTTI_ETIMEDOUT);
		tutti_event_set(&go_on);
		CHECK_EQ(tutti_thread_join(t, NULL), 0);
		CHECK(!tutti_thread_is_alive(t));
		CHECK(tutti_future_done(t));
		CHECK(!tutti_future_running(t));
		CHECK_EQ(tutti_thread_active_count(), 1);
		tutti_future_unref(t);
	}
}

/* rows: F60 */
static void join_may_be_repeated(void)
{
	tutti_thread *t = start_waiting(NULL);
	void *result = &result;

	tutti_time deadline = tutti_after(TUTTI_MILLISECONDS(3));
	CHECK_EQ(tutti_thread_join_until(t, &result, deadline), TUTTI_ETIMEDOUT);
	CHECK(tutti_now() >= deadline);
	CHECK(result == &result);
	tutti_event_set(&go_on);
	for (int i = 0; i < 3; i++) {
		result = &result;
		CHECK_EQ(tutti_thread_join(t, &result), 0);
		CHECK(!result);
		CHECK_EQ(tutti_thread_join_until(t, NULL, 0), 0);
	}
	tutti_future_unref(t);
}

static void *join_oneself(void *arg)
{
	CHECK_EQ(tutti_thread_join(tutti_thread_current(), NULL), -EDEADLK);
	CHECK_EQ(tutti_thread_join(NULL, NULL), -EDEADLK);
	CHECK_EQ(tutti_thread_join_until(NULL, NULL, 0), -EDEADLK);
	return arg;
}

/* A task that waits for its own thread would wait for itself. */
/* rows: F60 T4 */
static void nobody_joins_oneself(enum mix mix)
{
	join_oneself(NULL);
	finish(start_as(mix, join_oneself, NULL));
}

static void what_is_no_thread_says_so(void)
{
	tutti_future *f = tutti_future_create(0);

	CHECK_EQ(tutti_thread_join(f, NULL), TUTTI_ETYPE);
	CHECK_EQ(tutti_thread_join_until(f, NULL, 0), TUTTI_ETYPE);
	CHECK_EQ(tutti_thread_native_id(f), TUTTI_ETYPE);
	CHECK_EQ(tutti_thread_ident(f), 0);
	CHECK(!tutti_thread_is_alive(f));
	CHECK(!tutti_thread_daemon(f));
	CHECK(!tutti_thread_name(f));
	tutti_future_unref(f);
}

static void *write_there(void *arg)
{
	*(int *)arg = 77;
	return arg;
}

/* rows: F60 F68 */
static void join_shows_what_was_written(void)
{
	for (int i = 0; i < suite_rounds(100); i++) {
		int value = 0;
		tutti_thread *t = tutti_thread_start(write_there, &value, NULL);
		void *result = NULL;

		CHECK_EQ(tutti_thread_join(t, &result), 0);
		CHECK_EQ(value, 77);
		CHECK(result == &value);
		tutti_future_unref(t);
	}
}

static void *give_own_name(void *arg)
{
	const char *name = tutti_thread_name(NULL);

	memcpy(arg, name, strlen(name) + 1);
	return NULL;
}

/* Those without a name are numbered on, from 1. */
/* rows: F64 */
static void they_are_shown_as_python_shows_them(void)
{
	tutti_future *other = tutti_future_create(0);
	tutti_thread *t, *timer = tutti_timer_start(TUTTI_SECONDS(1000), wait_to_go_on, NULL);
	char text[100], want[100];
	int n;

	snprintf(want, sizeof(want), "<_MainThread(MainThread, started %" PRIu64 ")>",
		tutti_thread_ident(NULL));
	n = tutti_thread_repr(NULL, text, sizeof(text));
	CHECK_STR(text, want);
	CHECK_EQ(n, strlen(text));
	t = start_waiting(&(tutti_thread_options){ .name = "reader", .daemon = 1 });
	snprintf(want, sizeof(want), "<Thread(reader, started daemon %" PRIu64 ")>",
		tutti_thread_ident(t));
	CHECK(tutti_thread_repr(t, text, sizeof(text)) > 0);
	CHECK_STR(text, want);
	tutti_event_set(&go_on);
	CHECK_EQ(tutti_thread_join(t, NULL), 0);
	CHECK(tutti_thread_repr(t, text, sizeof(text)) > 0);
	CHECK(strstr(text, "(reader, stopped daemon ") != NULL);
	CHECK(tutti_thread_repr(timer, text, 7) > 7);
	CHECK_STR(text, "<Timer"); /* as much as there is room for */
	CHECK_EQ(tutti_thread_repr(t, NULL, 0), tutti_thread_repr(t, text, sizeof(text)));
	snprintf(text, sizeof(text), "as before");
	CHECK_EQ(tutti_thread_repr(other, text, sizeof(text)), TUTTI_ETYPE);
	CHECK_STR(text, "as before");
	CHECK(tutti_future_cancel(timer) >= 0 && tutti_future_cancel(other) >= 0);
	tutti_thread_join(timer, NULL);
	tutti_future_unref(t);
	tutti_future_unref(timer);
	tutti_future_unref(other);
}

/* rows: F58 */
static void names_count_up(void)
{
	char first[64], second[64];
	int n = 0, m = 0;

	finish(tutti_thread_start(give_own_name, first, NULL));
	finish(tutti_thread_start(give_own_name, second, &(tutti_thread_options){ .daemon = -1 }));
	CHECK_EQ(sscanf(first, "Thread-%d", &n), 1);
	CHECK_EQ(sscanf(second, "Thread-%d", &m), 1);
	CHECK(n >= 1);
	CHECK(m > n);
}

static void names_are_copied(void)
{
	char name[300], seen[300];

	memset(name, 'n', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	tutti_thread *t =
		tutti_thread_start(give_own_name, seen, &(tutti_thread_options){ .name = name });
	memset(name, 'x', sizeof name - 1);
	CHECK_EQ(tutti_thread_join(t, NULL), 0);
	memset(name, 'n', sizeof name - 1);
	CHECK_STR(tutti_thread_name(t), name);
	CHECK_STR(seen, name);
	tutti_future_unref(t);
}

static void idents_are_never_given_again(void)
{
	uint64_t last = 0, idents[100];

	for (int i = 0; i < 100; i++) {
		tutti_thread *t = start_waiting(NULL);

		idents[i] = tutti_thread_ident(t);
		end_waiting(t);
		for (int k = 0; k < i; k++)
			CHECK(idents[k] != idents[i]);
		CHECK(idents[i] != last);
		last = idents[i];
	}
}

static void *start_child(void *arg)
{
	tutti_thread_options options = { .daemon = *(int *)arg };
	tutti_thread *child = tutti_thread_start(write_there, arg, &options);
	int daemon = tutti_thread_daemon(child);

	finish(child);
	return give(daemon + 2 * tutti_thread_daemon(NULL));
}

/* 0 inherits, 1 is one, -1 is none; a daemon's child is a daemon unless it says otherwise. */
/* rows: F90 T24 */
static void daemons_beget_daemons(void)
{
	static const int of[3] = { -1, 0, 1 };

	for (int mine = 0; mine < 3; mine++) {
		for (int childs = 0; childs < 3; childs++) {
			tutti_thread_options options = { .daemon = of[mine] };
			int wanted = of[childs];
			bool is = of[mine] == 1;
			bool child_is = of[childs] == 1 || (of[childs] == 0 && is);
			tutti_thread *t = tutti_thread_start(start_child, &wanted, &options);

			CHECK_EQ(tutti_thread_daemon(t), is);
			CHECK_EQ(finish(t), child_is + 2 * is);
		}
	}
}

static bool among(tutti_thread *t, tutti_thread **list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (list[i] == t)
			return true;
	}
	return false;
}

/* rows: F62 F63 */
static void enumerate_lists_the_living(void)
{
	tutti_thread *list[8] = { NULL }, *t[3];

	CHECK_EQ(tutti_thread_enumerate(NULL, 0), 1);
	tutti_event_clear(&go_on);
	for (int i = 0; i < 3; i++) {
		tutti_thread_options options = { .daemon = i - 1 };

		t[i] = tutti_thread_start(wait_to_go_on, NULL, &options);
	}
	CHECK_EQ(tutti_thread_enumerate(NULL, 0), 4);
	CHECK_EQ(tutti_thread_enumerate(list, 2), 4);
	CHECK(list[0] && list[1] && !list[2]);
	tutti_future_unref(list[0]);
	tutti_future_unref(list[1]);
	CHECK_EQ(tutti_thread_enumerate(list, 8), 4);
	CHECK(among(tutti_thread_main(), list, 4));
	for (int i = 0; i < 3; i++)
		CHECK(among(t[i], list, 4));
	tutti_event_set(&go_on);
	join_all(t, 3);
	CHECK_EQ(tutti_thread_active_count(), 1);
	for (int i = 0; i < 4; i++) { /* held entries stay what they were */
		CHECK_EQ(tutti_thread_is_alive(list[i]), list[i] == tutti_thread_main());
		CHECK(tutti_thread_name(list[i]));
		tutti_future_unref(list[i]);
	}
}

static void *fail_with_words(void *arg)
{
	CHECK_EQ(tutti_fail(-ENOENT, "%s", "taken back"), -ENOENT);
	CHECK_EQ(tutti_fail(0, NULL), 0);
	if (arg)
		tutti_fail(TUTTI_EUSER - 7, "lost %d of %d", 3, 10);
	return give(5);
}

/* rows: T26 */
static void failures_come_out_at_join(enum mix mix)
{
	void *result = &result;
	tutti_future *f = start_as(mix == APART ? THREADS : mix, fail_with_words, &result);

	CHECK_EQ(tutti_future_result(f, &result, sizeof result), TUTTI_EUSER - 7);
	CHECK(result == &result);
	CHECK_EQ(tutti_future_error(f), TUTTI_EUSER - 7);
	CHECK_STR(tutti_future_text(f), "lost 3 of 10");
	tutti_future_unref(f);
	CHECK_EQ(finish(start_as(mix, fail_with_words, NULL)), 5);
}

/* Where no future stands for the caller, there is nothing to fail. */
static void main_cannot_fail(void)
{
	CHECK_EQ(tutti_fail(-EIO, "main"), -EIO);
	CHECK_EQ(tutti_future_error(tutti_thread_main()), TUTTI_EPENDING);
}

/* rows: F58 T41 */
static void impossible_ones_have_failed(void)
{
	tutti_thread_options options = { .stack_bytes = SIZE_MAX / 2 };
	tutti_thread *t = tutti_thread_start(write_there, NULL, &options);

	CHECK(t);
	CHECK(tutti_future_done(t));
	int error = tutti_future_error(t);
	CHECK(error == -EAGAIN || error == -ENOMEM || error == -EINVAL);
	CHECK(*tutti_future_text(t) != '\0');
	CHECK_EQ(tutti_thread_join(t, NULL), error);
	CHECK(!tutti_thread_is_alive(t));
	CHECK_EQ(tutti_thread_native_id(t), TUTTI_EPENDING);
	CHECK_EQ(tutti_thread_active_count(), 1);
	tutti_future_unref(t);
}

/* Half a MiB a frame: a larger one looks like a change of stacks to Valgrind. */
static int use_stack_down(int frames)
{
	volatile char half[512 << 10];

	for (size_t i = 0; i < sizeof half; i += 4096)
		half[i] = 1;
	return frames <= 1 ? half[0] : use_stack_down(frames - 1) + half[4096];
}

static void *use_stack(void *arg)
{
	CHECK_EQ(use_stack_down(12), 12);
	return arg;
}

static void stacks_are_as_large_as_asked(void)
{
	finish(tutti_thread_start(
		use_stack, NULL, &(tutti_thread_options){ .stack_bytes = 8 << 20 }));
	/* Too small is refused or made enough. */
	tutti_thread *t = tutti_thread_start(
		write_there, &(int){ 0 }, &(tutti_thread_options){ .stack_bytes = 1 });
	int rc = tutti_thread_join(t, NULL);
	CHECK(rc == 0 || rc == -EINVAL);
	tutti_future_unref(t);
}

static tutti_thread *target;

static void begin_thread(void)
{
	if (target) {
		tutti_event_set(&go_on);
		finish(target);
	}
	target = start_waiting(NULL);
}

static int join_until(tutti_time deadline)
{
	return tutti_thread_join_until(target, NULL, deadline);
}

static int join_only(tutti_time deadline)
{
	(void)deadline;
	return tutti_thread_join(target, NULL);
}

/* The end has come when the future is done, not when it is asked for. */
static void let_it_end(void)
{
	tutti_event_set(&go_on);
	while (!tutti_future_done(target))
		sched_yield();
}

static void any_order_of_end_cancel_deadline(void)
{
	static const struct orders with = { .begin = begin_thread,
		.wait = join_until,
		.grant = let_it_end,
		.canceled = TUTTI_ECANCELED,
		.timed_out = TUTTI_ETIMEDOUT,
		.remembers = true };
	static const struct orders without = { .begin = begin_thread,
		.wait = join_only,
		.grant = let_it_end,
		.canceled = TUTTI_ECANCELED,
		.remembers = true };

	orders_run(&with);
	orders_run(&without);
	end_waiting(target);
}

static tutti_event begun;
static int answer, second_answer;

static void *sleep_for_ever(void *arg)
{
	tutti_event_set(&begun);
	answer = tutti_sleep(TUTTI_FOREVER);
	CHECK(tutti_cancelled());
	second_answer = tutti_thread_sleep(TUTTI_SECONDS(1000));
	return arg;
}

static void a_thread_is_told_to_stop(void)
{
	tutti_event_clear(&begun);
	tutti_thread *t = tutti_thread_start(sleep_for_ever, NULL, NULL);
	CHECK_EQ(tutti_event_wait(&begun), 0);
	CHECK_EQ(tutti_future_cancel(t), 1);
	tutti_future_result(t, NULL, 0);
	CHECK_EQ(answer, TUTTI_ECANCELED);
	CHECK_EQ(second_answer, TUTTI_ECANCELED);
	CHECK_EQ(tutti_future_cancel(t), TUTTI_EDONE);
	tutti_future_unref(t);
}

static void *leave_by_pthread_exit(void *arg)
{
	*(tutti_future **)arg = tutti_task_start(wait_to_go_on, NULL, NULL);
	pthread_exit(arg);
}

/* The thread is over then, and its tasks with it; what it would have returned is lost. */
static void pthread_exit_ends_it_too(void)
{
	tutti_future *left_behind = NULL;
	void *result = &left_behind;
	tutti_thread *t = tutti_thread_start(leave_by_pthread_exit, &left_behind, NULL);

	CHECK_EQ(tutti_thread_join(t, &result), 0);
	CHECK(!result);
	CHECK_EQ(tutti_thread_active_count(), 1);
	CHECK_EQ(tutti_future_result(left_behind, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(left_behind);
	tutti_future_unref(t);
}

static void no_function_is_an_error(void)
{
	tutti_future *f[2] = { tutti_thread_start(NULL, NULL, NULL),
		tutti_timer_start(0, NULL, NULL) };

	for (int i = 0; i < 2; i++) {
		CHECK_EQ(tutti_future_error(f[i]), -EINVAL);
		tutti_future_unref(f[i]);
	}
}

int main(void)
{
	suite_begin();
	RUN(main_is_known);
	RUN(a_thread_knows_itself);
	RUN(alive_from_start_to_join);
	RUN(join_may_be_repeated);
	RUN_MIXES(nobody_joins_oneself);
	RUN(what_is_no_thread_says_so);
	RUN(join_shows_what_was_written);
	RUN(they_are_shown_as_python_shows_them);
	RUN(names_count_up);
	RUN(names_are_copied);
	RUN(idents_are_never_given_again);
	RUN(daemons_beget_daemons);
	RUN(enumerate_lists_the_living);
	RUN_MIXES(failures_come_out_at_join);
	RUN(main_cannot_fail);
	RUN(impossible_ones_have_failed);
	RUN(stacks_are_as_large_as_asked);
	RUN(any_order_of_end_cancel_deadline);
	RUN(a_thread_is_told_to_stop);
	RUN(pthread_exit_ends_it_too);
	RUN(no_function_is_an_error);
	return suite_end();
}
