/* SPDX-License-Identifier: MIT */
/* rows: F34 F41 F106 D34 */
/* ctest: POLLERS ON LABELS no-tsan */
/*
 * TSan puts a signal's handler off until the thread next calls the C library; one that sleeps in
 * the kernel does not.
 */
/* Signals are heard by all who listen, and do what they did before when nobody does. */
#include "support/both.h"
#include "support/child.h"
#include "support/suite.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <tutti/select.h>
#include <tutti/signals.h>

static const tutti_time past = 1;

static tutti_signals *listen_for(int a, int b)
{
	const int numbers[] = { a, b };
	tutti_signals *s;

	CHECK_EQ(tutti_signals_open(&s, numbers, 2), 0);
	return s;
}

static void each_is_told_once(void)
{
	tutti_signals *s = listen_for(SIGUSR1, SIGUSR2);

	CHECK_EQ(tutti_signals_wait_until(s, past), TUTTI_ETIMEDOUT);
	raise(SIGUSR2);
	raise(SIGUSR1);
	raise(SIGUSR1);
	CHECK_EQ(tutti_signals_wait(s), SIGUSR1);
	CHECK_EQ(tutti_signals_wait_until(s, past), SIGUSR2);
	CHECK_EQ(tutti_signals_wait_until(s, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_signals_wait_until(s, tutti_after(1000)), TUTTI_ETIMEDOUT);
	tutti_signals_free(s);
}

static void all_who_listen_hear_it(void)
{
	tutti_signals *a = listen_for(SIGUSR1, SIGUSR2), *b = listen_for(SIGUSR1, SIGHUP);

	raise(SIGUSR1);
	raise(SIGHUP);
	raise(SIGUSR2);
	CHECK_EQ(tutti_signals_wait(a), SIGUSR1);
	CHECK_EQ(tutti_signals_wait(a), SIGUSR2);
	tutti_signals_free(a);
	CHECK_EQ(tutti_signals_wait(b), SIGHUP);
	CHECK_EQ(tutti_signals_wait(b), SIGUSR1);
	raise(SIGUSR1); /* one still listens */
	CHECK_EQ(tutti_signals_wait(b), SIGUSR1);
	tutti_signals_free(b);
}

static int handled;

static void handle(int number)
{
	(void)number;
	handled++;
}

static void afterwards_all_is_as_before(void)
{
	struct sigaction now;
	tutti_signals *s;

	handled = 0;
	signal(SIGUSR1, handle);
	s = listen_for(SIGUSR1, SIGUSR2);
	raise(SIGUSR1);
	CHECK_EQ(handled, 0);
	tutti_signals_free(s);
	raise(SIGUSR1);
	CHECK_EQ(handled, 1);
	CHECK_EQ(sigaction(SIGUSR2, NULL, &now), 0);
	CHECK(now.sa_handler == SIG_DFL);
	signal(SIGUSR1, SIG_DFL);
}

static void some_cannot_be_heard(void)
{
	struct sigaction now;
	tutti_signals *s;

	CHECK_EQ(tutti_signals_open(&s, NULL, 0), -EINVAL);
	CHECK_EQ(tutti_signals_open(&s, (int[]){ 0 }, 1), -EINVAL);
	CHECK_EQ(tutti_signals_open(&s, (int[]){ 65 }, 1), -EINVAL);
	CHECK_EQ(tutti_signals_open(&s, (int[]){ SIGSEGV }, 1), -EINVAL);
	CHECK_EQ(tutti_signals_open(&s, (int[]){ SIGHUP, SIGKILL }, 2), -EINVAL);
	CHECK_EQ(sigaction(SIGHUP, NULL, &now), 0);
	CHECK(now.sa_handler == SIG_DFL); /* all of them or none */
}

static void only_so_many_listen(void)
{
	tutti_signals *s[65];

	for (int i = 0; i < 64; i++)
		CHECK_EQ(tutti_signals_open(&s[i], (int[]){ SIGUSR1 }, 1), 0);
	CHECK_EQ(tutti_signals_open(&s[64], (int[]){ SIGUSR1 }, 1), -ENOSPC);
	raise(SIGUSR1);
	for (int i = 0; i < 64; i++) {
		CHECK_EQ(tutti_signals_wait(s[i]), SIGUSR1);
		tutti_signals_free(s[i]);
	}
}

/* -- waiting ----------------------------------------------------------------------------------- */

static void *wait_for_one(void *signals)
{
	return give(tutti_signals_wait(signals));
}

static void a_wait_hears_it(enum mix mix)
{
	tutti_signals *s = listen_for(SIGUSR1, SIGUSR2);

	for (int round = 0; round < 20; round++) {
		tutti_future *f = start_as(mix, wait_for_one, s);

		settle();
		CHECK_EQ(kill(getpid(), round % 2 ? SIGUSR1 : SIGUSR2), 0);
		CHECK_EQ(finish(f), round % 2 ? SIGUSR1 : SIGUSR2);
	}
	tutti_signals_free(s);
}

/* What comes after a cancel is there for the next who waits. */
static void a_cancelled_wait_takes_none(enum mix mix)
{
	tutti_signals *s = listen_for(SIGUSR1, SIGUSR2);
	tutti_future *f = start_as(mix, wait_for_one, s);

	settle();
	CHECK_EQ(tutti_future_cancel(f), 1);
	CHECK_EQ(tutti_future_result(f, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(f);
	CHECK_EQ(kill(getpid(), SIGUSR1), 0);
	CHECK_EQ(tutti_signals_wait(s), SIGUSR1);
	tutti_signals_free(s);
}

static void one_of_several_takes_it(void)
{
	tutti_signals *s = listen_for(SIGUSR1, SIGUSR2);
	tutti_future *f[2];
	intptr_t sum = 0;

	start_all(TASKS, f, 2, wait_for_one, s);
	settle();
	raise(SIGUSR1);
	raise(SIGUSR2);
	for (int i = 0; i < 2; i++)
		sum += finish(f[i]);
	CHECK_EQ(sum, SIGUSR1 + SIGUSR2);
	tutti_signals_free(s);
}

static void it_can_be_selected(void)
{
	tutti_signals *s = listen_for(SIGUSR1, SIGUSR2);
	tutti_case c = tutti_case_fd(tutti_signals_fd(s), TUTTI_READABLE);

	CHECK_EQ(tutti_select(&c, 1, past), TUTTI_ETIMEDOUT);
	raise(SIGUSR1);
	raise(SIGUSR2);
	for (int i = 0; i < 2; i++) { /* as long as there is one */
		CHECK_EQ(tutti_select(&c, 1, TUTTI_FOREVER), 0);
		CHECK_EQ(tutti_signals_wait_until(s, past), i == 0 ? SIGUSR1 : SIGUSR2);
	}
	CHECK_EQ(tutti_signals_wait_until(s, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_select(&c, 1, past), TUTTI_ETIMEDOUT);
	tutti_signals_free(s);
}

/* The child hears its own signals and not the parent's, nor the parent the child's. */
static void a_forked_child_hears_its_own(void)
{
	tutti_signals *s = listen_for(SIGUSR1, SIGUSR2);
	int status;
	pid_t pid;

	raise(SIGUSR2);
	pid = fork();
	if (pid == 0) {
		bool fine = tutti_signals_wait_until(s, past) == TUTTI_ETIMEDOUT;

		raise(SIGUSR1);
		_exit(fine && tutti_signals_wait(s) == SIGUSR1 ? 0 : 1);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	CHECK_EQ(tutti_signals_wait_until(s, past), SIGUSR2);
	CHECK_EQ(tutti_signals_wait_until(s, past), TUTTI_ETIMEDOUT);
	tutti_signals_free(s);
}

/* Many come while one opens and frees: nothing is lost of what nobody has, nothing is touched. */
static void *raise_many(void *stop)
{
	while (!tu_load_acq((uint32_t *)stop))
		kill(getpid(), SIGUSR1);
	return NULL;
}

static void freed_while_they_come(void)
{
	tutti_signals *always;
	uint32_t stop = 0;
	tutti_future *f;

	signal(SIGUSR1, SIG_IGN); /* the last may come when nobody listens any more */
	always = listen_for(SIGUSR1, SIGUSR2);
	f = tutti_thread_start(raise_many, &stop, NULL);

	for (int i = 0; i < suite_rounds(300); i++) {
		tutti_signals *s = listen_for(SIGUSR1, SIGUSR2);

		if (i % 3 == 0)
			CHECK_EQ(tutti_signals_wait(s), SIGUSR1);
		tutti_signals_free(s);
	}
	tu_store_rel(&stop, 1u);
	CHECK_EQ(finish(f), 0);
	CHECK_EQ(tutti_signals_wait(always), SIGUSR1);
	tutti_signals_free(always);
	signal(SIGUSR1, SIG_DFL); /* ignored for a moment: none is on its way */
}

/*
 * The main thread's poller stays to the program's end; the suite wants its descriptors back. Here
 * signals are let through as there, so that raise() has been heard when it returns.
 */
static void *everything(void *arg)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_UNBLOCK, &all, NULL);
	RUN(each_is_told_once);
	RUN(all_who_listen_hear_it);
	RUN(afterwards_all_is_as_before);
	RUN(some_cannot_be_heard);
	RUN(only_so_many_listen);
	RUN_MIXES(a_wait_hears_it);
	RUN_MIXES(a_cancelled_wait_takes_none);
	RUN(one_of_several_takes_it);
	RUN(it_can_be_selected);
	RUN(a_forked_child_hears_its_own);
	RUN(freed_while_they_come);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
