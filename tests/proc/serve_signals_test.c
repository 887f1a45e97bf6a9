/* SPDX-License-Identifier: MIT */
/* rows: F107 */
/* ctest: POLLERS ON LABELS no-tsan */ /* which puts off signals to who sleeps */
/* Signals to servers on several cores: the first asks, the second insists. */
#include <tutti/tutti.h>

#include "proc/server.h"
#include "support/serving.h"

static const char *const words[] = { "processes:2", "threads:2", "tasks" };
enum { WORDS = sizeof words / sizeof *words };

static void be_quiet(int code, const char *text, void *arg)
{
	(void)code, (void)text, (void)arg;
}

static void a_signal_ends_it(void)
{
	static const int numbers[] = { SIGTERM, SIGINT };

	for (int w = 0; w < WORDS; w++)
		for (int i = 0; i < 2; i++) {
			struct serving s = { .rc = 1 };
			tutti_stream *v;

			serving_begin(&s, words[w], serving_echo);
			v = visit(&s);
			pid_of(v);
			CHECK_EQ(kill(getpid(), numbers[i]), 0);
			await_refusal(&s);
			check_echo(v, 's');
			tutti_stream_free(v);
			CHECK_EQ(serving_join(&s), 0);
		}
}

static void a_second_signal_insists(void)
{
	for (int w = 0; w < WORDS; w++) {
		struct serving s = { .options.grace = TUTTI_SECONDS(1000), .rc = 1 };
		tutti_stream *v;

		tutti_set_reporter(be_quiet, NULL);
		serving_begin(&s, words[w], serving_echo);
		v = visit(&s);
		pid_of(v);
		CHECK_EQ(kill(getpid(), SIGTERM), 0);
		await_refusal(&s);
		check_echo(v, 't');
		CHECK_EQ(kill(getpid(), SIGTERM), 0);
		CHECK_EQ(serving_join(&s), 0);
		check_gone(v);
		tutti_set_reporter(NULL, NULL);
	}
}

static void signals_may_stay_the_programs(void)
{
	static const int numbers[] = { SIGTERM };
	struct serving s = { .options.no_signals = true, .rc = 1 };
	tutti_signals *mine;
	tutti_stream *v;

	CHECK_EQ(tutti_signals_open(&mine, numbers, 1), 0);
	serving_begin(&s, "processes:1", serving_echo);
	v = visit(&s);
	pid_of(v);
	CHECK_EQ(kill(getpid(), SIGTERM), 0);
	CHECK_EQ(tutti_signals_wait(mine), SIGTERM);
	tutti_stream_free(v);
	v = visit(&s);
	pid_of(v);
	tutti_stream_free(v);
	serving_end(&s);
	tutti_signals_free(mine);
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	RUN(a_signal_ends_it);
	RUN(a_second_signal_insists);
	RUN(signals_may_stay_the_programs);
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
