/* SPDX-License-Identifier: MIT */
/* rows: F6 F7 P113 */
/* One function, called, started as a task, as a thread: in sequence, in turns, all at once. */
#include <stdio.h>
#include <tutti/tutti.h>

typedef struct job {
	const char *name;
	int bites;
} job;

static job jobs[] = { { "drink", 3 }, { "smoke", 2 }, { "eat", 4 } };
static tutti_time start;

static void *consume(void *arg)
{
	const job *j = arg;

	for (int i = 0; i < j->bites; i++) {
		tutti_thread_sleep(TUTTI_SECONDS(1)); /* busy: this person does nothing else */
		printf("%6.2f %s\n", (tutti_now() - start) / 1e9, j->name);
		tutti_yield();
	}
	return NULL;
}

static void begin(const char *title)
{
	printf("%s\n", title);
	start = tutti_now();
}

static void end(void)
{
	printf("%6.2f in all\n", (tutti_now() - start) / 1e9);
}

int main(void)
{
	tutti_future *f[3];
	int rc;

	begin("one person, one after another");
	for (int i = 0; i < 3; i++)
		consume(&jobs[i]);
	end();

	begin("one person, in turns");
	for (int i = 0; i < 3; i++)
		f[i] = tutti_task_start(
			consume, &jobs[i], &(tutti_task_options){ .name = jobs[i].name });
	rc = tutti_join_all(f, 3);
	end();

	begin("three persons");
	for (int i = 0; i < 3; i++)
		f[i] = tutti_thread_start(
			consume, &jobs[i], &(tutti_thread_options){ .name = jobs[i].name });
	rc |= tutti_join_all(f, 3);
	end();
	return rc < 0;
}
