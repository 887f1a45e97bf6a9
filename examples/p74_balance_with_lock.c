/* SPDX-License-Identifier: MIT */
/* rows: P74 T15 */
/* The same change under a lock, let go on every way out: the balance ends at 0. */
#include <stdio.h>
#include <tutti/tutti.h>

static tutti_lock lock;
static int balance; /* under lock */

/* Loads and stores as if there were no lock: nothing but the lock keeps the other thread out. */
static void change_it(int n)
{
	TUTTI_STORE(&balance, TUTTI_LOAD(&balance) + n);
	TUTTI_STORE(&balance, TUTTI_LOAD(&balance) - n);
}

static void *run_thread(void *n)
{
	for (int i = 0; i < 100000; i++) {
		TUTTI_HOLD(&lock);
		change_it(*(const int *)n);
	}
	return NULL;
}

int main(void)
{
	int five = 5, eight = 8;
	tutti_thread *threads[] = {
		tutti_thread_start(run_thread, &five, NULL),
		tutti_thread_start(run_thread, &eight, NULL),
	};
	int rc = tutti_join_all(threads, 2);

	printf("%d\n", balance);
	return rc < 0;
}
