/* SPDX-License-Identifier: MIT */
/* rows: F58 F86 P58 */
/* A global of which every thread has its own: no argument to hand down, no lock. */
#include <stdio.h>
#include <tutti/tutti.h>

static tutti_local local_school;

static void process_student(void)
{
	const char *std = tutti_local_get(&local_school);

	printf("Hello, %s (in %s)\n", std, tutti_thread_name(NULL));
}

static void *process_thread(void *name)
{
	int rc = tutti_local_set(&local_school, name);

	if (rc == 0)
		process_student();
	else
		tutti_fail(rc, "no room for %s", (const char *)name);
	return NULL;
}

int main(void)
{
	tutti_thread *threads[] = {
		tutti_thread_start(
			process_thread, "Alice", &(tutti_thread_options){ .name = "Thread-A" }),
		tutti_thread_start(
			process_thread, "Bob", &(tutti_thread_options){ .name = "Thread-B" }),
	};

	return tutti_join_all(threads, 2) < 0;
}
