/* SPDX-License-Identifier: MIT */
/* rows: F6 F7 P115 */
/* The phone rings in the middle of a meal: answer it afterwards, interrupt the meal, or do both. */
#include <stdio.h>
#include <tutti/tutti.h>

typedef enum manner { NEITHER, CONCURRENT, PARALLEL } manner;

static tutti_time start;

static void busy(const char *what)
{
	tutti_thread_sleep(TUTTI_SECONDS(1));
	printf("%6.2f %s\n", (tutti_now() - start) / 1e9, what);
}

static void *talk(void *arg)
{
	for (int i = 0; i < 2; i++)
		busy("talk");
	return arg;
}

/* Four bites; the phone rings after the second. */
static int eat(manner m)
{
	tutti_future *call = NULL;
	int rc = 0;

	start = tutti_now();
	for (int bite = 1; bite <= 4; bite++) {
		busy("eat");
		if (bite != 2)
			continue;
		if (m == CONCURRENT) {
			call = tutti_task_start(talk, NULL, NULL);
			rc = tutti_join_all(&call, 1);
		} else if (m == PARALLEL) {
			call = tutti_thread_start(talk, NULL, NULL);
		}
	}
	if (m == NEITHER)
		talk(NULL);
	if (m == PARALLEL)
		rc = tutti_join_all(&call, 1);
	printf("%6.2f in all\n", (tutti_now() - start) / 1e9);
	return rc;
}

int main(void)
{
	int failed = 0;

	printf("neither: the caller waits until the meal is over\n");
	failed |= eat(NEITHER) < 0;
	printf("concurrent: the meal waits until the call is over\n");
	failed |= eat(CONCURRENT) < 0;
	printf("parallel: eating and talking at once\n");
	failed |= eat(PARALLEL) < 0;
	return failed;
}
