/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-qemu */
#include <tutti/task.h>

#include "support/again.h"
#include "support/suite.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

static int seen, cleaned;
static tutti_event never;

static void *return_arg(void *arg)
{
	CHECK(tutti_task_current());
	CHECK_EQ(tutti_yield(), 0);
	return arg;
}

static void gives_the_result(void)
{
	void *result = NULL;

	for (int i = 0; i < 3; i++) {
		CHECK_EQ(tutti_run(return_arg, &result, &result), 0);
		CHECK(result == &result);
		CHECK_EQ(tutti_run(return_arg, NULL, NULL), 0);
	}
}

static void *fail(void *arg)
{
	tutti_fail(TUTTI_EUSER - 4, "no");
	return arg;
}

static void hands_a_failure_on(void)
{
	void *result = &result;

	CHECK_EQ(tutti_run(fail, NULL, &result), TUTTI_EUSER - 4);
	CHECK(result == &result);
}

static void *run_inside(void *arg)
{
	return give(tutti_run(return_arg, arg, NULL));
}

static void not_from_a_task(void)
{
	void *result = NULL;

	CHECK_EQ(finish(tutti_task_start(run_inside, NULL, NULL)), -EBUSY);
	CHECK_EQ(tutti_run(run_inside, NULL, &result), 0);
	CHECK_EQ((intptr_t)result, -EBUSY);
	CHECK_EQ(finish(tutti_thread_start(run_inside, NULL, NULL)), 0);
}

/* A task that is in the middle of something when the first one ends. */
static void *work_until_cancelled(void *arg)
{
	tutti_scope shield;

	seen++;
	CHECK_EQ(tutti_event_wait(&never), TUTTI_ECANCELED);
	tutti_shield_begin(&shield, TUTTI_FOREVER);
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(1)), 0);
	tutti_shield_end(&shield, 0);
	cleaned++;
	return arg;
}

static void *leave_others_behind(void *arg)
{
	for (int i = 0; i < 5; i++)
		tutti_future_unref(tutti_task_start(work_until_cancelled, NULL, NULL));
	CHECK_EQ(tutti_yield(), 0);
	tutti_task *late = tutti_task_start(work_until_cancelled, NULL, NULL);
	*(tutti_future **)arg = late;
	return NULL;
}

static void leaves_nothing_behind(void)
{
	tutti_future *late = NULL, *before = tutti_task_start(work_until_cancelled, NULL, NULL);

	seen = cleaned = 0;
	CHECK_EQ(tutti_run(leave_others_behind, &late, NULL), 0);
	CHECK_EQ(seen, cleaned);
	CHECK(seen >= 6);
	CHECK(tutti_future_done(late));
	CHECK(tutti_future_done(before)); /* of the loop, whoever started it */
	tutti_future_error(late);
	tutti_future_unref(late);
	tutti_future_unref(before);
}

/* One that starts another whenever it is cancelled comes to an end too. */
static void *start_a_last_one(void *arg)
{
	CHECK_EQ(tutti_event_wait(&never), TUTTI_ECANCELED);
	tutti_future_unref(tutti_task_start(work_until_cancelled, NULL, NULL));
	return arg;
}

static void *start_the_starter(void *arg)
{
	tutti_future_unref(tutti_task_start(start_a_last_one, NULL, NULL));
	CHECK_EQ(tutti_yield(), 0);
	return arg;
}

static void nor_what_is_started_in_the_end(void)
{
	seen = cleaned = 0;
	CHECK_EQ(tutti_run(start_the_starter, NULL, NULL), 0);
	CHECK_EQ(seen, cleaned);
	settle();
	CHECK_EQ(seen, cleaned);
}

static int answer;

static void *wait_for_interrupt(void *arg)
{
	answer = 0;
	raise(SIGINT);
	answer = tutti_sleep(TUTTI_FOREVER);
	return arg;
}

static volatile sig_atomic_t other_signals; /* raise is a leaf to the compiler */

static void count_signal(int signal)
{
	(void)signal;
	other_signals++;
}

/* rows: T22 */
static void an_interrupt_cancels_it(void)
{
	struct sigaction own = { .sa_handler = count_signal }, after;

	CHECK_EQ(sigaction(SIGINT, &own, NULL), 0);
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(tutti_run(wait_for_interrupt, NULL, NULL), TUTTI_EJOBCANCELED);
		CHECK_EQ(answer, TUTTI_ECANCELED);
		CHECK_EQ(tutti_yield(), 0);
		CHECK(!tutti_cancelled());
	}
	CHECK_EQ(other_signals, 0);
	CHECK_EQ(sigaction(SIGINT, NULL, &after), 0);
	CHECK(after.sa_handler == count_signal); /* the program's own is back */
	raise(SIGINT);
	CHECK_EQ(other_signals, 1);
	signal(SIGINT, SIG_DFL);
}

/* The signal comes from outside while everything sleeps. */
static tutti_event asleep;

static void *interrupt_process(void *arg)
{
	CHECK_EQ(tutti_event_wait(&asleep), 0);
	CHECK_EQ(kill(getpid(), SIGINT), 0);
	return arg;
}

static void *sleep_for_ever(void *arg)
{
	tutti_event_set(&asleep);
	answer = tutti_sleep(TUTTI_FOREVER);
	return arg;
}

static void also_while_it_sleeps(void)
{
	tutti_event_clear(&asleep);
	tutti_thread *t = tutti_thread_start(interrupt_process, NULL, NULL);
	CHECK_EQ(tutti_run(sleep_for_ever, NULL, NULL), TUTTI_EJOBCANCELED);
	CHECK_EQ(answer, TUTTI_ECANCELED);
	finish(t);
}

static int code_of_run;

static void *run_for_ever(void *arg)
{
	code_of_run = tutti_run(sleep_for_ever, NULL, NULL);
	return arg;
}

static void a_cancel_of_its_thread_cancels_it(void)
{
	tutti_event_clear(&asleep);
	tutti_thread *t = tutti_thread_start(run_for_ever, NULL, NULL);
	CHECK_EQ(tutti_event_wait(&asleep), 0);
	CHECK_EQ(tutti_future_cancel(t), 1);
	tutti_future_result(t, NULL, 0);
	tutti_future_unref(t);
	CHECK_EQ(answer, TUTTI_ECANCELED);
	CHECK_EQ(code_of_run, TUTTI_ECANCELED);
}

/* The parts: how a program of tasks ends that is interrupted. */
static void *ignore_interrupts(void *arg)
{
	for (;;) {
		if (tutti_sleep(TUTTI_FOREVER) == TUTTI_ECANCELED)
			raise(SIGINT);
	}
	return arg;
}

static void *interrupt_and_ignore(void *arg)
{
	raise(SIGINT);
	return ignore_interrupts(arg);
}

static int part_interrupted_once(void)
{
	int rc = tutti_run(wait_for_interrupt, NULL, NULL);

	printf("%s\n", tutti_errname(rc));
	return rc == TUTTI_EJOBCANCELED ? 20 : 1;
}

static int part_interrupted_twice(void)
{
	tutti_run(interrupt_and_ignore, NULL, NULL);
	return 1;
}

static int part_interrupted_after(void)
{
	tutti_run(return_arg, NULL, NULL);
	raise(SIGINT);
	return 1;
}

static const struct again_part parts[] = { { "once", part_interrupted_once },
	{ "twice", part_interrupted_twice }, { "after", part_interrupted_after }, { NULL, NULL } };

static void killed_by_interrupt(const char *part)
{
	struct again a = again(part);

	CHECK(WIFSIGNALED(a.status));
	CHECK_EQ(WTERMSIG(a.status), SIGINT);
	again_free(&a);
}

static void programs_end_as_they_should(void)
{
	struct again a = again("once");

	again_check_exit(&a, "once", 20);
	CHECK_STR(a.out, "TUTTI_EJOBCANCELED\n");
	again_free(&a);
	killed_by_interrupt("twice");
	killed_by_interrupt("after");
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		alarm(suite_limit() / 2);
		return again_part(parts, argv[1]);
	}
	signal(SIGINT, SIG_DFL); /* whatever the shell left */
	suite_begin();
	RUN(gives_the_result);
	RUN(hands_a_failure_on);
	RUN(not_from_a_task);
	RUN(leaves_nothing_behind);
	RUN(nor_what_is_started_in_the_end);
	RUN(an_interrupt_cancels_it);
	RUN(also_while_it_sleeps);
	RUN(a_cancel_of_its_thread_cancels_it);
	RUN(programs_end_as_they_should);
	return suite_end();
}
