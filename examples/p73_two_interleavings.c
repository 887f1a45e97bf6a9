/* SPDX-License-Identifier: MIT */
/* rows: F13 F104 P73 */
/* Two tasks take their steps in the order of a script: in turn, and in the order that loses. */
#include <stdio.h>
#include <stdlib.h>
#include <tutti/tutti.h>

static int balance;
static const char *script; /* whose step is next */

static void wait_for_turn(char me)
{
	while (*script != me)
		tutti_yield();
}

/* balance = balance + n: two steps, between which the other task may come */
static void change(char me, int n)
{
	char sign = n < 0 ? '-' : '+';

	wait_for_turn(me);
	int before = balance, x = before + n;
	printf("t%c: x%c = balance %c %d  # x%c = %d %c %d = %d\n", me, me, sign, abs(n), me,
		before, sign, abs(n), x);
	script++;

	wait_for_turn(me);
	balance = x;
	printf("t%c: balance = x%c      # balance = %d\n", me, me, balance);
	script++;
}

static void *change_it(void *who)
{
	char me = *(const char *)who;

	change(me, me == '1' ? 5 : 8);
	change(me, me == '1' ? -5 : -8);
	return NULL;
}

int main(void)
{
	const char *orders[] = { "11112222", "12211122" };

	for (int i = 0; i < 2; i++) {
		printf("初始值 balance = %d\n", balance = 0);
		script = orders[i];
		tutti_task *tasks[] = { tutti_task_start(change_it, "1", NULL),
			tutti_task_start(change_it, "2", NULL) };
		if (tutti_join_all(tasks, 2) < 0)
			return 1;
		printf("结果 balance = %d\n", balance);
	}
	return 0;
}
