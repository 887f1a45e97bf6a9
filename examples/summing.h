/* SPDX-License-Identifier: MIT */
/* summing.h - a generator that adds up what it is sent, until that is nothing or 0. */
#ifndef EXAMPLES_SUMMING_H
#define EXAMPLES_SUMMING_H

#include <stdio.h>
#include <tutti/tutti.h>

/* Its result is the sum, as a number in a pointer. */
static inline void *sum_up(tutti_generator *self, void *arg)
{
	intptr_t total = 0;
	void *x;

	(void)arg;
	while (tutti_generator_yield(self, NULL, &x) == 0) {
		if (!x || *(int *)x == 0) {
			printf(x ? "加 0\n" : "加 None\n");
			break;
		}
		printf("加 %d\n", *(int *)x);
		total += *(int *)x;
	}
	return (void *)total;
}

/* Start it, then send 2, 3 and nothing. What the last send says. */
static inline int send_numbers(tutti_generator *g)
{
	int numbers[] = { 2, 3 };
	int rc = tutti_generator_send(g, NULL, NULL);

	for (int i = 0; rc == 0 && i < 2; i++)
		rc = tutti_generator_send(g, &numbers[i], NULL);
	return rc < 0 ? rc : tutti_generator_send(g, NULL, NULL);
}

#endif
