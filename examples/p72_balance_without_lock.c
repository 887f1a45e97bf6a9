/* SPDX-License-Identifier: MIT */
/* rows: F70 P72 T42 */
/* ctest: LABELS tsan */
/* What is put in is taken out again, yet without a lock the balance rarely ends at 0. */
#include <stdio.h>
#include <tutti/tutti.h>

static int balance;

/* Each statement is two steps, a load and a store; the other thread may come in between. */
static void change_it(int n)
{
	TUTTI_STORE(&balance, TUTTI_LOAD(&balance) + n);
	TUTTI_STORE(&balance, TUTTI_LOAD(&balance) - n);
}

static void *run_thread(void *n)
{
	for (int i = 0; i < 100000; i++)
		change_it(*(const int *)n);
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
