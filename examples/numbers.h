/* SPDX-License-Identifier: MIT */
/* numbers.h - a few numbers, which are prime, and how Python prints what a task has found. */
#ifndef EXAMPLES_NUMBERS_H
#define EXAMPLES_NUMBERS_H

#include <stdio.h>
#include <tutti/tutti.h>

enum { MOST = 100 };

typedef struct numbers {
	int n, values[MOST];
} numbers;

static inline bool is_prime(int n)
{
	for (int d = 2; d * d <= n; d++)
		if (n % d == 0)
			return false;
	return true;
}

/* What a task that has ended has found; nothing if it failed. */
static inline void print_numbers(tutti_task *task, const char *open, const char *close)
{
	numbers *found;

	if (tutti_future_result(task, &found, sizeof(found)) < 0)
		return;
	printf("%s", open);
	for (int i = 0; i < found->n; i++)
		printf("%s%d", i > 0 ? ", " : "", found->values[i]);
	printf("%s", close);
}

#endif
