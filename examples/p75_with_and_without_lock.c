/* SPDX-License-Identifier: MIT */
/* rows: F72 P75 */
/* ctest: LABELS tsan */
/* Two threads without a lock and two with one: the first sum is arbitrary, the second is 0. */
#include <stdio.h>
#include <tutti/tutti.h>

static long num;
static tutti_lock lock;
static long num1; /* under lock */

static void change(long *sum, int i)
{
	TUTTI_STORE(sum, TUTTI_LOAD(sum) + i);
	TUTTI_STORE(sum, TUTTI_LOAD(sum) - i);
}

static void *run(void *arg)
{
	for (int i = 0; i < 1000000; i++)
		change(&num, i);
	return arg;
}

static void *run1(void *arg)
{
	for (int i = 0; i < 1000000; i++) {
		TUTTI_WITH(&lock)
		{
			change(&num1, i);
		}
	}
	return arg;
}

int main(void)
{
	tutti_thread *threads[] = {
		tutti_thread_start(run, NULL, NULL),
		tutti_thread_start(run, NULL, NULL),
		tutti_thread_start(run1, NULL, NULL),
		tutti_thread_start(run1, NULL, NULL),
	};
	int rc = tutti_join_all(threads, 4);

	printf("%ld\n", num);
	printf("%ld\n", num1);
	return rc < 0;
}
