/* SPDX-License-Identifier: MIT */
/* rows: F74 P71 T20 */
/* ctest: LABELS tsan */
/* Five threads deposit for ever and ten withdraw, which wait while there is too little. */
#include <stdio.h>
#include <stdlib.h>
#include <tutti/tutti.h>

static struct {
	tutti_lock lock;
	tutti_condition changed;
	int balance; /* written under lock */
} account;

/* Deposit money, or withdraw it if that is negative. */
static void move(int money)
{
	TUTTI_WITH(&account.lock)
	{
		while (account.balance + money < 0)
			tutti_condition_wait(&account.changed, &account.lock);

		int new_balance = account.balance + money;

		tutti_sleep(TUTTI_SECONDS(0.001));
		TUTTI_STORE(&account.balance, new_balance);
		tutti_condition_notify(&account.changed, &account.lock, SIZE_MAX);
	}
	/* Without the lock: this balance may be what another has made of it meanwhile. */
	printf("%s : %d %s %d\n", tutti_thread_name(tutti_thread_current()), abs(money),
		money > 0 ? "====>" : "<====", TUTTI_LOAD(&account.balance));
}

static void add_money(void)
{
	for (;; tutti_sleep(TUTTI_SECONDS(0.5)))
		move(tutti_random_between(5, 10));
}
TUTTI_JOB(add_money, void, void);

static void sub_money(void)
{
	for (;; tutti_sleep(TUTTI_SECONDS(1)))
		move(-tutti_random_between(10, 30));
}
TUTTI_JOB(sub_money, void, void);

int main(void)
{
	tutti_executor *pool;
	int rc = tutti_executor_open(&pool, "threads:15", NULL);

	if (rc < 0)
		return fprintf(stderr, "%s\n", tutti_strerror(rc)), 1;
	for (int i = 0; i < 15; i++)
		tutti_future_unref(i < 5 ? add_money_submit(pool) : sub_money_submit(pool));
	tutti_executor_free(pool);
	return 0;
}
