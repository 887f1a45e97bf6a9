/* SPDX-License-Identifier: MIT */
/* rows: F71 F72 P66 T15 */
/* A hundred threads deposit 1 under a lock: 100, and a hundred times the time of one. */
#include <stdio.h>
#include <tutti/tutti.h>

typedef struct account {
	tutti_lock lock;
	int balance; /* under lock */
} account;

static void deposit(account *a, int money)
{
	TUTTI_HOLD(&a->lock); /* lets go on every way out of this block */

	int new_balance = a->balance + money;

	tutti_sleep(TUTTI_SECONDS(0.01));
	a->balance = new_balance;
}

static void *add_money(void *arg)
{
	deposit(arg, 1);
	return NULL;
}

int main(void)
{
	tutti_thread *threads[100];
	account a = { .lock = TUTTI_LOCK_INIT };

	for (int i = 0; i < 100; i++)
		threads[i] = tutti_thread_start(add_money, &a, NULL);

	int rc = tutti_join_all(threads, 100);

	printf("账户余额为：￥%d元\n", a.balance);
	return rc < 0;
}
