/* SPDX-License-Identifier: MIT */
/* rows: F95 P86 */
/* One coroutine, run by its loop from beginning to end. */
#include <stdio.h>
#include <tutti/tutti.h>

static void *hello(void *arg)
{
	printf("Hello world!\n");
	printf("Hello again!\n");
	return arg;
}

int main(void)
{
	tutti_loop *loop = tutti_loop_current();
	tutti_coroutine *c = tutti_coroutine_create(hello, NULL);
	tutti_task *task = tutti_coroutine_task(c, NULL);
	int rc = tutti_loop_run_until_complete(loop, task);

	tutti_future_unref(task);
	tutti_coroutine_free(c);
	tutti_loop_close(loop);
	return rc < 0;
}
