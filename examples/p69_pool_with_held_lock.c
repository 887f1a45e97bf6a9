/* SPDX-License-Identifier: MIT */
/* rows: P69 */
/* The same with the lock held for the block. */
#include <stdio.h>
#include <tutti/tutti.h>

static struct {
	tutti_lock lock;
	double balance; /* under lock */
} account = { .lock = TUTTI_RLOCK_INIT };

static void deposit(double money)
{
	TUTTI_HOLD(&account.lock); /* lets go on every way out of this block */

	double new_balance = account.balance + money;

	tutti_sleep(TUTTI_SECONDS(0.01));
	account.balance = new_balance;
}
TUTTI_JOB(deposit, void, double);

int main(void)
{
	tutti_executor *pool;
	int rc = tutti_executor_open(&pool, "threads:16", NULL);

	if (rc < 0)
		return fprintf(stderr, "%s\n", tutti_strerror(rc)), 1;
	for (int i = 0; i < 100; i++)
		tutti_future_unref(deposit_submit(pool, 1));
	tutti_executor_free(pool); /* waits for all */
	printf("%.1f\n", account.balance);
	return 0;
}
