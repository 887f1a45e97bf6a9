/* SPDX-License-Identifier: MIT */
/* rows: F107 */
/* ctest: POLLERS ON LABELS no-tsan */ /* as serve_signals_test.c */
/* How servers on several cores end, and what they outlive: their workers. */
#include <tutti/tutti.h>

#include "proc/method.h"
#include "proc/server.h"
#include "support/serving.h"

static const char *const words[] = { "processes:2", "threads:2", "tasks" };
enum { WORDS = sizeof words / sizeof *words };

/* -- what is reported -------------------------------------------------------------------------- */

static uint32_t told, told_replaced, told_killed, told_pause, told_given_up, told_late;

static void note(int code, const char *text, void *arg)
{
	(void)code, (void)arg;
	tu_add_acqrel(&told, 1u);
	if (strstr(text, "killed by SIGKILL"))
		tu_add_acqrel(&told_killed, 1u);
	if (strstr(text, "after a pause"))
		tu_add_acqrel(&told_pause, 1u);
	if (strstr(text, "end before they accept"))
		tu_add_acqrel(&told_given_up, 1u);
	if (strstr(text, "in time"))
		tu_add_acqrel(&told_late, 1u);
	if (strstr(text, "of the server is replaced")) /* the last, for those who wait for it */
		tu_add_acqrel(&told_replaced, 1u);
}

static void note_begin(void)
{
	told = told_replaced = told_killed = told_pause = told_given_up = told_late = 0;
	tutti_set_reporter(note, NULL);
}

/* -- workers that die -------------------------------------------------------------------------- */

/* Those whom it has accepted go with it, nobody else does; and there is another one. */
/* rows: F107 */
static void a_killed_worker_is_replaced(void)
{
	struct serving s = { .rc = 1 };
	tutti_stream *a, *b, *c;
	int first, second;

	note_begin();
	serving_begin(&s, "processes:2", serving_block);
	a = visit(&s);
	first = pid_of(a);
	b = visit(&s);
	second = pid_of(b);
	c = visit(&s); /* which waits */
	CHECK_EQ(kill(first, SIGKILL), 0);
	check_gone(a);
	int third = pid_of(c);
	CHECK(third != first && third != second);
	CHECK_EQ(tutti_stream_write(b, "x", 1), 0);
	CHECK_EQ(tutti_stream_write(c, "x", 1), 0);
	check_gone(b);
	check_gone(c);
	serving_end(&s);
	CHECK_EQ(told, 1);
	CHECK_EQ(told_replaced, 1);
	CHECK_EQ(told_killed, 1);
	tutti_set_reporter(NULL, NULL);
}

/* Who has connected, and said what he wants, waits for the next one if there is but one. */
static void who_waits_outlives_the_worker(void)
{
	struct serving s = { .rc = 1 };
	tutti_stream *a, *v[10];

	note_begin();
	serving_begin(&s, "processes:1", serving_block);
	a = visit(&s);
	int first = pid_of(a);
	for (int i = 0; i < 10; i++) {
		v[i] = visit(&s);
		CHECK_EQ(tutti_stream_write(v[i], "x", 1), 0);
	}
	CHECK_EQ(kill(first, SIGKILL), 0);
	check_gone(a);
	for (int i = 0; i < 10; i++) {
		CHECK(pid_of(v[i]) != first);
		check_gone(v[i]);
	}
	serving_end(&s);
	CHECK_EQ(told_replaced, 1);
	tutti_set_reporter(NULL, NULL);
}

/* It ends at each visit: there is a pause, ever longer, and then another one, without end. */
static void one_that_ends_again_and_again(void)
{
	enum { DEATHS = 5 };
	struct serving s = { .rc = 1 };
	tutti_time begun;
	int last = 0;

	note_begin();
	serving_begin(&s, "processes:1", serving_echo);
	begun = tutti_now();
	for (int i = 0; i < DEATHS; i++) {
		tutti_stream *v = visit(&s);
		int pid = pid_of(v);

		CHECK(pid != last);
		last = pid;
		CHECK_EQ(tutti_stream_write(v, "!", 1), 0);
		check_gone(v);
	}
	CHECK(tutti_now() - begun >= TUTTI_MILLISECONDS(50 + 100 + 200));
	EVENTUALLY(tu_load_acq(&told_replaced) == DEATHS);
	CHECK_EQ(told_pause, DEATHS - 1);
	serving_end(&s); /* also in a pause */
	tutti_set_reporter(NULL, NULL);
}

/* In processes that are started anew; not in ours. */
__attribute__((constructor)) static void end_at_once(void)
{
	if (getenv("TUTTI_TEST_ENDS") && getenv("TUTTI_CHILD"))
		_exit(3);
}

static void one_that_never_comes_up(void)
{
	tutti_start_method had = tutti_process_method();
	struct serving s = { .rc = 1 };

	note_begin();
	CHECK_EQ(tutti_process_set_method(TUTTI_SPAWN, true), 0);
	CHECK_EQ(setenv("TUTTI_TEST_ENDS", "1", 1), 0);
	serving_begin(&s, "processes:2", serving_echo);
	CHECK_EQ(serving_join(&s), TUTTI_ECRASHED);
	CHECK_EQ(unsetenv("TUTTI_TEST_ENDS"), 0);
	CHECK_EQ(tutti_process_set_method(had, true), 0);
	CHECK_EQ(told_given_up, 1);
	CHECK_EQ(told_replaced, 5); /* the sixth is the last */
	tutti_set_reporter(NULL, NULL);
}

/* -- asked to end ------------------------------------------------------------------------------ */

/* Nobody gets in, who is in is served. */
static void open_connections_end_by_themselves(void)
{
	for (int w = 0; w < WORDS; w++) {
		struct serving s = { .rc = 1 };
		tutti_stream *v;

		serving_begin(&s, words[w], serving_echo);
		v = visit(&s);
		pid_of(v);
		CHECK_EQ(tutti_future_cancel(s.runs), 1);
		await_refusal(&s);
		check_echo(v, 'a');
		check_echo(v, 'b');
		tutti_stream_free(v);
		CHECK_EQ(serving_join(&s), TUTTI_ECANCELED);
	}
}

/* Who had connected by then is served, though nobody had come to accept him. */
static void who_has_connected_is_served(void)
{
	struct serving s = { .rc = 1 };
	tutti_stream *a, *v[10];

	serving_begin(&s, "processes:1", serving_block);
	a = visit(&s);
	pid_of(a);
	for (int i = 0; i < 10; i++)
		v[i] = visit(&s);
	CHECK_EQ(tutti_future_cancel(s.runs), 1);
	settle();
	for (int i = 0; i < 10; i++) /* before: in whatever order they hold their worker up */
		CHECK_EQ(tutti_stream_write(v[i], "x", 1), 0);
	CHECK_EQ(tutti_stream_write(a, "x", 1), 0);
	check_gone(a);
	for (int i = 0; i < 10; i++) {
		pid_of(v[i]);
		check_gone(v[i]);
	}
	CHECK_EQ(serving_join(&s), TUTTI_ECANCELED);
}

/* What waits is cancelled after the grace. */
static void after_the_grace_they_are_cut_off(void)
{
	for (int w = 0; w < WORDS; w++) {
		struct serving s = { .options.grace = TUTTI_MILLISECONDS(5), .rc = 1 };
		bool here = strncmp(words[w], "processes", 9) != 0; /* else the process tells */
		tutti_stream *v;

		if (here)
			note_begin();
		serving_begin(&s, words[w], serving_echo);
		v = visit(&s);
		pid_of(v);
		serving_end(&s);
		check_gone(v);
		CHECK_EQ(told_late, here);
		tutti_set_reporter(NULL, NULL);
		told_late = 0;
	}
}

/* One that does not hear of it is killed. */
static void one_that_does_not_end_is_killed(void)
{
	struct serving s = { .options.grace = 1, .rc = 1 };
	tutti_stream *v;

	note_begin();
	serving_begin(&s, "processes:2", serving_block);
	v = visit(&s);
	int pid = pid_of(v);
	serving_end(&s);
	CHECK_EQ(kill(pid, 0), -1);
	check_gone(v);
	CHECK_EQ(told_late, 1);
	CHECK_EQ(told_replaced, 0);
	tutti_set_reporter(NULL, NULL);
}

static void closing_the_listener_ends_it(void)
{
	for (int w = 0; w < WORDS; w++) {
		struct serving s = { .rc = 1 };
		tutti_stream *v;

		serving_begin(&s, words[w], serving_echo);
		v = visit(&s);
		pid_of(v);
		tutti_listener_close(s.listener);
		check_echo(v, 'c');
		tutti_stream_free(v);
		CHECK_EQ(serving_join(&s), -EBADF);
	}
}

/* One worker alone is asked: it leaves as all would, and there is another. */
static void a_worker_may_be_asked_to_leave(void)
{
	struct serving s = { .rc = 1 };
	tutti_stream *a;
	int first, last;

	note_begin();
	serving_begin(&s, "processes:1", serving_echo);
	a = visit(&s);
	first = pid_of(a);
	CHECK_EQ(kill(first, SIGINT), 0); /* the keyboard's: that is ours to understand */
	check_echo(a, 'a');
	CHECK_EQ(kill(first, SIGTERM), 0);
	check_echo(a, 'b');
	tutti_stream_free(a);
	do { /* it may not have heard of it yet */
		a = visit(&s);
		last = pid_of(a);
		tutti_stream_free(a);
	} while (last == first);
	EVENTUALLY(tu_load_acq(&told_replaced) == 1);
	serving_end(&s);
	tutti_set_reporter(NULL, NULL);
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	RUN(a_killed_worker_is_replaced);
	RUN(who_waits_outlives_the_worker);
	RUN(one_that_ends_again_and_again);
	RUN(one_that_never_comes_up);
	RUN(open_connections_end_by_themselves);
	RUN(who_has_connected_is_served);
	RUN(after_the_grace_they_are_cut_off);
	RUN(one_that_does_not_end_is_killed);
	RUN(closing_the_listener_ends_it);
	RUN(a_worker_may_be_asked_to_leave);
	return arg;
}

static void nothing(void)
{
}
TUTTI_JOB(nothing, void, void);

int main(void)
{
	tutti_process *p = tutti_process_start(&nothing_job, NULL, NULL);

	CHECK_EQ(tutti_process_join(p), 0); /* so that all is there that stays */
	tutti_future_unref(p);
	tu_server_end();
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	tu_server_end();
	return suite_end();
}
