/* SPDX-License-Identifier: MIT */
/* rows: F12 D21 C8 */
/*
 * What a lock around all that runs does to four jobs: those that compute take turns, those that
 * wait do not mind. Each process has a lock of its own.
 *
 * usage: f12_interpreter_lock [spin]     compute in fact, not as if there were a CPU for each job
 */
#include <stdio.h>
#include <time.h>

#include "interpreter.h"

TUTTI_JOB_TRY(run_program, void, order);

static int run_four(const char *title, const char *engine, order o)
{
	order orders[] = { o, o, o, o };
	tutti_executor *e;
	int rc = tutti_executor_open(&e, engine, NULL);

	if (rc < 0)
		return rc;
	for (int i = 0; i < 4; i++)
		orders[i].name = (char)('A' + i);
	tutti_time start = tutti_now();
	clock_t used = clock();
	rc = tutti_map(e, &run_program_job, orders, NULL, 4, &(tutti_map_options){ .chunk = 1 });
	double seconds = (tutti_now() - start) / 1e9;

	printf("%s: %.2f s\n", title, seconds);
	if (o.spins && o.locked && *engine == 't')
		printf("CPUs used: %.2f\n", (clock() - used) / seconds / CLOCKS_PER_SEC);
	tutti_executor_free(e);
	return rc;
}

int main(int argc, char **argv)
{
	order free = { .spins = argc > 1 }, locked = { .spins = argc > 1, .locked = true };
	order wait = { .waits = true }, locked_wait = { .waits = true, .locked = true };
	int rc = run_four("threads that compute", "threads:4", free);

	rc |= run_four("with a lock", "threads:4", locked);
	printf("turns: %s\n", python.turns);
	rc |= run_four("processes with a lock each", "processes:4", locked);
	rc |= run_four("threads that wait", "threads:4", wait);
	rc |= run_four("with a lock", "threads:4", locked_wait);
	return (void)argv, rc < 0;
}
