/* SPDX-License-Identifier: MIT */
/* rows: F70 P65 T42 D32 */
/* ctest: LABELS tsan */
/* A hundred threads deposit 1 without a lock: all read the same balance, most updates are lost. */
#include <stdio.h>
#include <tutti/tutti.h>

typedef struct account {
	int balance;
} account;

/* TUTTI_LOAD and TUTTI_STORE: with plain accesses the race would be undefined behaviour. */
static void deposit(account *a, int money)
{
	int new_balance = TUTTI_LOAD(&a->balance) + money;

	tutti_sleep(TUTTI_SECONDS(0.01));
	TUTTI_STORE(&a->balance, new_balance);
}

static void *add_money(void *arg)
{
	deposit(arg, 1);
	return NULL;
}

int main(void)
{
	tutti_thread *threads[100];
	account a = { 0 };

	for (int i = 0; i < 100; i++)
		threads[i] = tutti_thread_start(add_money, &a, NULL);

	int rc = tutti_join_all(threads, 100);

	printf("账户余额为：￥%d元\n", a.balance);
	return rc < 0;
}
