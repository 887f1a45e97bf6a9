/* SPDX-License-Identifier: MIT */
#include "support/suite.h"

#include "support/leaks.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <time.h>

enum { LIMIT_S = 225, TORTURE = 100 };

static struct leaks before;
static char running[128];
static time_t begun; /* what runs */

/* What lay on the stacks of threads that a child has not is no leak of the child's. */
static bool forked;
int __lsan_is_turned_off(void);

int __lsan_is_turned_off(void)
{
	return forked;
}

static void note_fork(void)
{
	forked = true;
}

__attribute__((constructor)) static void watch_forks(void)
{
	pthread_atfork(NULL, NULL, note_fork);
}

static bool torture(void)
{
	const char *value = getenv("TUTTI_TORTURE");

	return value && value[0] == '1';
}

int suite_rounds(int n)
{
	return torture() ? n * TORTURE : n;
}

unsigned suite_limit(void)
{
	const char *value = getenv("TUTTI_TEST_LIMIT");

	return value ? (unsigned)strtoul(value, NULL, 10) : LIMIT_S;
}

/* Not by the library's clock, which a simulation stops. */
static time_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

bool suite_has_time(void)
{
	return seconds() - begun < (time_t)suite_limit() / 16;
}

static void hangs(int signal)
{
	static const char text[] = ": hangs\n";

	(void)signal;
	if (write(STDERR_FILENO, running, strlen(running)) < 0 ||
		write(STDERR_FILENO, text, sizeof text - 1) < 0)
		_exit(4);
	_exit(3);
}

void suite_next(const char *name, int mix)
{
	static const char *const mixes[] = { "(threads)", "(tasks)", "(mixed)", "(apart)" };

	alarm(0);
	snprintf(running, sizeof running, "%s%s", name, mix < 0 ? "" : mixes[mix]);
	puts(running);
	fflush(stdout);
	begun = seconds();
	alarm(suite_limit());
}

static void *nothing(void *arg)
{
	return arg;
}

/* The main thread's loop is made on first use and lives as long as the process. */
static void use_own_loop(void)
{
	CHECK_EQ(finish(tutti_task_start(nothing, NULL, NULL)), 0);
	CHECK_EQ(tutti_sleep(1), 0);
}

#ifdef __SANITIZE_THREAD__
/* It keeps a thread of its own from the first one on. */
static void start_a_bare_thread(void)
{
	int first = leaks_threads();
	pthread_t t;

	CHECK_EQ(pthread_create(&t, NULL, nothing, NULL), 0);
	CHECK_EQ(pthread_join(t, NULL), 0);
	while (leaks_threads() > (first == 1 ? 2 : first))
		sched_yield();
}
#else
static void start_a_bare_thread(void)
{
}
#endif

/* What is to be shown with io_uring is not without. */
static void look_for_poller(void)
{
	const char *told = getenv("TUTTI_POLLER");

	if (!told || strcmp(told, "io_uring") != 0 || tutti_poller_used() == TUTTI_IO_URING)
		return;
	puts("skipped: no io_uring here");
	exit(77);
}

void suite_begin(void)
{
	look_for_poller();
	signal(SIGALRM, hangs);
	suite_next("suite_begin", -1);
	start_a_bare_thread();
	use_own_loop();
	leaks_note(&before);
}

int suite_end(void)
{
	suite_next("suite_end", -1);
	leaks_check(&before);
	CHECK_EQ(tutti_thread_active_count(), 1);
	alarm(0);
	return 0;
}
