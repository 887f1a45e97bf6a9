/* SPDX-License-Identifier: MIT */
/* rows: F99 P89 T29 */
/*
 * Awaiting what a blocking call returns: it has blocked for its second by then, and what it
 * returned is nothing that can be awaited. A coroutine object, a task and any other future can.
 */
#include <stdio.h>
#include <tutti/tutti.h>

static tutti_coroutine *blocking_sleep(tutti_time seconds)
{
	tutti_thread_sleep(TUTTI_SECONDS(seconds));
	return NULL;
}

static void *nap(void *arg)
{
	tutti_sleep(TUTTI_SECONDS(1));
	return arg;
}

static void *hello(void *arg)
{
	tutti_coroutine *c = tutti_coroutine_create(nap, NULL);
	tutti_future *f[2] = { tutti_task_start(nap, NULL, NULL),
		tutti_thread_start(nap, NULL, NULL) };
	int rc = tutti_coroutine_await(c, NULL);

	tutti_coroutine_free(c);
	if (rc == 0)
		rc = tutti_join_all(f, 2);
	printf("awaited a coroutine, a task and a thread: %s\n", rc == 0 ? "fine" : "failed");

	rc = tutti_coroutine_await(blocking_sleep(1), NULL);
	if (rc == TUTTI_ETYPE)
		tutti_fail(rc, "object of no type can't be used in 'await' expression");
	return arg;
}

int main(void)
{
	tutti_task *task = tutti_task_start(hello, NULL, NULL);
	int rc = tutti_future_result(task, NULL, 0);

	if (rc < 0)
		printf("%s: %s\n", tutti_errname(rc), tutti_future_text(task));
	tutti_future_unref(task);
	return rc != TUTTI_ETYPE;
}
