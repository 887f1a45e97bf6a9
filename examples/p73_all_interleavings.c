/* SPDX-License-Identifier: MIT */
/* rows: F70 P73 T51 */
/* Two changes of a balance, four steps each: all 70 orders of the steps, by their result. */
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
	wait_for_turn(me);
	int x = balance + n;
	script++;

	wait_for_turn(me);
	balance = x;
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
	int count[27] = { 0 }; /* of the results -13 to 13 */

	for (unsigned mask = 0; mask < 256; mask++) {
		char order[9] = "";

		if (__builtin_popcount(mask) != 4)
			continue;
		for (int i = 0; i < 8; i++)
			order[i] = mask >> i & 1 ? '1' : '2';
		balance = 0;
		script = order;
		tutti_task *tasks[] = { tutti_task_start(change_it, "1", NULL),
			tutti_task_start(change_it, "2", NULL) };
		if (tutti_join_all(tasks, 2) < 0)
			return 1;
		count[balance + 13]++;
	}
	for (int i = 0; i < 27; i++)
		if (count[i] > 0)
			printf("%d: %d\n", i - 13, count[i]);
	return 0;
}
