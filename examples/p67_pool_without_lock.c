/* SPDX-License-Identifier: MIT */
/* rows: P67 */
/* ctest: LABELS tsan */
/* A hundred deposits by a pool of sixteen without a lock: of each wave of them one counts. */
#include <stdio.h>
#include <tutti/tutti.h>

static int balance;

static void deposit(int money)
{
	int new_balance = TUTTI_LOAD(&balance) + money;

	tutti_sleep(TUTTI_SECONDS(0.01));
	TUTTI_STORE(&balance, new_balance);
}
TUTTI_JOB(deposit, void, int);

int main(void)
{
	tutti_executor *pool;
	int rc = tutti_executor_open(&pool, "threads:16", NULL);

	if (rc < 0)
		return fprintf(stderr, "%s\n", tutti_strerror(rc)), 1;
	for (int i = 0; i < 100; i++)
		tutti_future_unref(deposit_submit(pool, 1));
	tutti_executor_free(pool); /* waits for all */
	printf("%.1f\n", (double)balance);
	return 0;
}
