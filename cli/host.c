/* SPDX-License-Identifier: MIT */
/*
 * host.c - the executors, on a thread of their own: jobs that are tasks run there, and one that
 * computes holds up neither an interrupt nor the results.
 *
 * There are two, see item.c. Where jobs run in this process the one for items is of the engine that
 * was asked for, the one for attempts is "inline". Where they run in others it is the other way
 * round: tasks of that thread do nothing but wait for their jobs. One for each process, if it
 * counts when an attempt begins; otherwise many more, so that the next job is there when one ends.
 * The same of other machines, where nobody here knows when an attempt begins.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "map.h"

#define PROCESSES "processes"

/* A terminal's Ctrl-C goes to all of us, and it is for one to say what it means. */
static void *ignore_interrupts(void *arg)
{
	signal(SIGINT, SIG_IGN);
	return arg;
}

static bool wants_processes(const char *word)
{
	size_t n = strlen(PROCESSES);

	return strncmp(word, PROCESSES, n) == 0 && (word[n] == '\0' || word[n] == ':');
}

enum { AHEAD_OF_EACH = 64, AHEAD_MOST = 512 };

/* How many are handed to so many workers. */
static int count_ahead(int workers)
{
	int n = workers < AHEAD_MOST / AHEAD_OF_EACH ? workers * AHEAD_OF_EACH : AHEAD_MOST;

	return n > workers ? n : workers;
}

static int open_processes(struct host *host, const tutti_executor_options *options)
{
	const char *colon = strchr(host->word, ':');
	tutti_executor_options workers = *options, waiters = *options;
	int rc;

	workers.worker_start = ignore_interrupts;
	rc = tutti_executor_open(&host->attempts, host->word, &workers);
	if (rc < 0)
		return rc;
	if (colon)
		waiters.max_workers = atoi(colon + 1); /* a number, or it would not be open */
	if (waiters.max_workers == 0)
		waiters.max_workers = tutti_cpu_count();
	if (host->ahead)
		waiters.max_workers = count_ahead(waiters.max_workers);
	return tutti_executor_open(&host->executor, "tasks", &waiters);
}

/* So many jobs wait here for others to do them. */
static int open_elsewhere(struct host *host, const tutti_executor_options *options)
{
	tutti_executor_options there = *options, waiters = *options;
	int rc;

	there.authkey = host->key;
	rc = tutti_executor_open(&host->attempts, host->word, &there);
	if (rc < 0)
		return rc;
	if (waiters.max_workers == 0)
		waiters.max_workers = AHEAD_MOST;
	return tutti_executor_open(&host->executor, "tasks", &waiters);
}

static int open_both(struct host *host)
{
	tutti_executor_options options = { .max_workers = host->at_once };
	int rc;

	if (wants_processes(host->word))
		return open_processes(host, &options);
	if (strncmp(host->word, "tcp:", 4) == 0 || strncmp(host->word, "unix:", 5) == 0)
		return open_elsewhere(host, &options);
	host->ahead = false;
	rc = tutti_executor_open(&host->attempts, "inline", NULL);
	return rc < 0 ? rc : tutti_executor_open(&host->executor, host->word, &options);
}

static void *host_main(void *arg)
{
	struct host *host = arg;

	host->error = open_both(host);
	tutti_event_set(&host->open);
	if (host->error == 0) {
		tutti_event_wait(&host->over);
		tutti_executor_free(host->executor);
	}
	tutti_executor_free(host->attempts); /* after those that wait for it */
	return NULL;
}

/* Its thread's end, also if the caller has been cancelled. */
static void join(struct host *host)
{
	tutti_scope quiet;

	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	tutti_join_all(&host->thread, 1);
	tutti_shield_end(&quiet, 0);
}

static int start(struct host *host)
{
	tutti_thread_options options = { .name = "jobs" };
	tutti_scope quiet;
	int rc;

	host->thread = tutti_thread_start(host_main, host, &options);
	rc = tutti_future_error(host->thread);
	if (rc < 0 && rc != TUTTI_EPENDING)
		return rc;
	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	tutti_event_wait(&host->open);
	tutti_shield_end(&quiet, 0);
	return host->error;
}

int host_enter(struct host *host)
{
	int rc = start(host);

	if (rc == 0)
		return 0;
	if (rc == TUTTI_ENOENGINE)
		say("map: no engine called '%s'; there are threads, tasks, processes, "
		    "inline, tcp://HOST:PORT and unix:PATH",
			host->word);
	else if (rc == -EINVAL && strchr(host->word, ':'))
		say("map: %s: behind the colon stands how many, from 1 on", host->word);
	else
		say("map: %s: %s", host->word, tutti_strerror(rc));
	join(host);
	return rc;
}

void host_leave(struct host *host)
{
	tutti_event_set(&host->over);
	join(host);
}
