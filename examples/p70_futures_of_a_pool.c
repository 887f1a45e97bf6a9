/* SPDX-License-Identifier: MIT */
/* rows: F82 P70 */
/* A hundred deposits by a pool of ten, whose futures are looked at after the pool was shut down. */
#include <stdio.h>
#include <tutti/tutti.h>

static struct {
	tutti_lock lock;
	double balance; /* under lock */
} account;

static void deposit(double money)
{
	TUTTI_HOLD(&account.lock);

	double new_balance = account.balance + money;

	tutti_sleep(TUTTI_SECONDS(0.001));
	account.balance = new_balance;
}
TUTTI_JOB(deposit, void, double);

int main(void)
{
	tutti_future *futures[100];
	tutti_executor *pool;
	int rc = tutti_executor_open(&pool, "threads:10", NULL);

	if (rc < 0)
		return fprintf(stderr, "%s\n", tutti_strerror(rc)), 1;
	for (int i = 0; i < 100; i++)
		futures[i] = deposit_submit(pool, 1);
	tutti_executor_shutdown(pool, TUTTI_FINISH);
	for (int i = 0; i < 100 && rc == 0; i++)
		rc = deposit_result(futures[i]);
	printf("%.1f\n", account.balance);
	tutti_executor_free(pool);
	return tutti_join_all(futures, 100) < 0 || rc < 0;
}
