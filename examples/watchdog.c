/* SPDX-License-Identifier: MIT */
/* rows: F101 T28 */
/* ctest: LABELS no-tsan */
/* Which task makes all others late? The watchdog names it, and on standard error where it is. */
#include <inttypes.h>
#include <stdio.h>
#include <tutti/tutti.h>

static void tell(const tutti_stall *stall, void *arg)
{
	(void)arg;
	if (stall->over)
		printf("%s made others wait for %" PRId64 " ms, %s\n", stall->what,
			stall->lasted / 1000000, stall->computing ? "computing" : "sleeping");
}

/* As a thread sleeps: nobody else of its loop gets a turn. */
static void *careless(void *arg)
{
	tutti_thread_sleep(TUTTI_MILLISECONDS(400));
	return arg;
}

/* As a task does. */
static void *careful(void *arg)
{
	tutti_sleep(TUTTI_MILLISECONDS(400));
	return arg;
}

static void *look_often(void *arg)
{
	for (int i = 0; i < 5; i++)
		tutti_sleep(TUTTI_MILLISECONDS(50));
	return arg;
}

int main(void)
{
	const tutti_watchdog_options o = { .fn = tell };
	tutti_task *tasks[3];
	int rc = tutti_watchdog_start(&o);

	tasks[0] = tutti_task_start(look_often, NULL, NULL);
	tasks[1] = tutti_task_start(careful, NULL, &(tutti_task_options){ .name = "careful" });
	tasks[2] = tutti_task_start(careless, NULL, &(tutti_task_options){ .name = "careless" });
	if (rc == 0)
		rc = tutti_join_all(tasks, 3);
	tutti_watchdog_stop();
	return rc < 0;
}
