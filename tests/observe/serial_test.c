/* SPDX-License-Identifier: MIT */
/* rows: T3 T18 */
/*
 * serial_test.c - what is done one after the other and could be done at once is told, once; what
 * only looks like it is not.
 */
#include <pthread.h>

#include <tutti/tutti.h>

#include "support/suite.h"

static tutti_lock busy;

/* Under a lock that is not tutti's: the reporter may be called while busy is held. */
static struct {
	pthread_mutex_t lock;
	int turns, crowds, names;
} heard = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void on_report(int code, const char *text, void *arg)
{
	(void)arg;
	CHECK_EQ(code, 0);
	pthread_mutex_lock(&heard.lock);
	printf("\t%s\n", text);
	heard.turns += strncmp(text, "in turn: ", 9) == 0;
	heard.crowds += strncmp(text, "one at a time: ", 15) == 0;
	heard.names += strstr(text, "lock 'busy'") != NULL;
	pthread_mutex_unlock(&heard.lock);
}

static void begin(void)
{
	heard.turns = heard.crowds = heard.names = 0;
	tutti_lock_init(&busy, 0);
	tutti_set_reporter(on_report, NULL);
	CHECK_EQ(tutti_debug_start(&(tutti_debug_options){ .still = -1 }), 0);
}

static void end(int turns, int crowds)
{
	CHECK_EQ(tutti_debug_count(), 0); /* they are no mistakes */
	CHECK_EQ(tutti_debug_stop(), 0);
	tutti_set_reporter(tutti_report_stderr, NULL);
	CHECK_EQ(heard.turns, turns);
	CHECK_EQ(heard.crowds, crowds);
	CHECK_EQ(heard.names, crowds);
}

static void *sleep_a_while(void *arg)
{
	tutti_sleep(TUTTI_SECONDS(0.4));
	return arg;
}

static void joined_in_the_loop(void)
{
	begin();
	for (int i = 0; i < 7; i++) {
		tutti_thread *t = tutti_thread_start(sleep_a_while, NULL, NULL);

		CHECK_EQ(tutti_join_all(&t, 1), 0);
	}
	end(1, 0);
}

static void joined_after_it(void)
{
	tutti_thread *threads[3];

	begin();
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 3; i++)
			threads[i] = tutti_thread_start(sleep_a_while, NULL, NULL);
		CHECK_EQ(tutti_join_all(threads, 3), 0);
	}
	end(0, 0);
}

/* Each is waited for until it has something to say, and then goes on. */
static tutti_event over;

static void *say_and_stay(void *f)
{
	tutti_sleep(TUTTI_SECONDS(0.4));
	tutti_future_set_result(f, NULL);
	tutti_event_wait(&over);
	return NULL;
}

static void others_go_on(void)
{
	tutti_thread *threads[4];

	begin();
	for (int i = 0; i < 4; i++) {
		tutti_future *said = tutti_future_create(0);

		threads[i] = tutti_thread_start(say_and_stay, said, NULL);
		CHECK_EQ(tutti_future_result(said, NULL, 0), 0);
		tutti_future_unref(said);
	}
	tutti_event_set(&over);
	CHECK_EQ(tutti_join_all(threads, 4), 0);
	end(0, 0);
}

/* Each beside a task. */
static void tasks_beside(void)
{
	begin();
	for (int i = 0; i < 4; i++) {
		tutti_future *both[] = { tutti_task_start(sleep_a_while, NULL, NULL),
			tutti_thread_start(sleep_a_while, NULL, NULL) };

		CHECK_EQ(tutti_join_all(both, 2), 0);
	}
	end(0, 0);
}

static void *hold_always(void *arg)
{
	for (int i = 0; i < 2; i++)
		TUTTI_WITH(&busy)
		{
			tutti_sleep(TUTTI_SECONDS(0.4));
		}
	return arg;
}

static void *hold_at_times(void *arg)
{
	for (int i = 0; i < 3; i++) {
		TUTTI_WITH(&busy)
		{
			tutti_sleep(TUTTI_SECONDS(0.02));
		}
		tutti_sleep(TUTTI_SECONDS(0.4));
	}
	return arg;
}

static void four(tutti_fn fn)
{
	tutti_thread *threads[4];

	for (int i = 0; i < 4; i++)
		threads[i] = tutti_thread_start(fn, NULL, NULL);
	CHECK_EQ(tutti_join_all(threads, 4), 0);
}

static void a_lock_around_all(void)
{
	begin();
	four(hold_always);
	end(0, 1);
}

static void a_lock_at_times(void)
{
	begin();
	four(hold_at_times);
	end(0, 0);
}

int main(void)
{
	CHECK_EQ(tutti_debug_stop(), 0); /* the environment may have begun one */
	suite_begin();
	RUN(joined_in_the_loop);
	RUN(joined_after_it);
	RUN(others_go_on);
	RUN(tasks_beside);
	RUN(a_lock_around_all);
	RUN(a_lock_at_times);
	return suite_end();
}
