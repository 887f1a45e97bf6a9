/* SPDX-License-Identifier: MIT */
/*
 * host.c - the executor on a thread of its own: jobs that are tasks run there, and one that
 * computes holds up neither an interrupt nor the results.
 */
#include "map.h"

static void *host_main(void *arg)
{
	struct host *host = arg;
	tutti_executor_options options = { .max_workers = host->at_once };

	host->error = tutti_executor_open(&host->executor, host->word, &options);
	tutti_event_set(&host->open);
	if (host->error < 0)
		return NULL;
	tutti_event_wait(&host->over);
	tutti_executor_free(host->executor);
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
		say("map: no engine called '%s'; there are threads, tasks and inline", host->word);
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
