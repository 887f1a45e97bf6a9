/* SPDX-License-Identifier: MIT */
/* rows: +select */
/* Results, a tick while there is none, and the word to stop: a loop takes whichever comes first. */
#include <stdio.h>
#include <tutti/tutti.h>

static tutti_queue *results;
static tutti_event quit;

static void *square(void *arg)
{
	int i = 1, result = 1;

	while (tutti_sleep(TUTTI_SECONDS(2)) == 0 && tutti_queue_put(results, &result) == 0) {
		i++;
		result = i * i;
	}
	return arg;
}

static void *stop_later(void *arg)
{
	if (tutti_sleep(TUTTI_SECONDS(7.5)) == 0)
		tutti_event_set(&quit);
	return arg;
}

static int show(tutti_time tick)
{
	int result, chosen;
	tutti_case cases[] = { tutti_case_get(results, &result), tutti_case_event(&quit) };

	while ((chosen = tutti_select(cases, 2, tick)) != 1) {
		if (chosen == 0) {
			printf("result %d\n", result);
		} else if (chosen == TUTTI_ETIMEDOUT) {
			printf("tick\n");
			tick += TUTTI_SECONDS(2);
		} else {
			return chosen;
		}
	}
	printf("quit\n");
	return 0;
}

int main(void)
{
	if (tutti_queue_create(&results, sizeof(int), NULL) < 0)
		return 1;

	tutti_future *both[] = { tutti_thread_start(square, NULL, NULL),
		tutti_task_start(stop_later, NULL, NULL) };
	int rc = show(tutti_after(TUTTI_SECONDS(1)));

	tutti_queue_shutdown(results, false);
	if (tutti_join_all(both, 2) < 0)
		rc = -1;
	tutti_queue_free(results);
	return rc < 0;
}
