/* SPDX-License-Identifier: MIT */
/* rows: F121 P84 */
/*
 * The same through a generator that delegates: what is sent goes on to the one that sums, and whose
 * end and result come to the one that delegates; the caller sees neither.
 */
#include "summing.h"

static void *sum_for_ever(tutti_generator *self, void *arg)
{
	int rc = 0;

	while (rc == 0) {
		tutti_generator *sub = tutti_generator_create(sum_up, NULL);
		void *total = NULL;

		rc = sub ? tutti_generator_delegate(self, sub, &total) : -1;
		if (rc == 0)
			printf("加和总数是: %d\n", (int)(intptr_t)total);
		tutti_generator_free(sub);
	}
	return arg;
}

int main(void)
{
	tutti_generator *g = tutti_generator_create(sum_for_ever, NULL);
	int rc = g ? send_numbers(g) : -1;

	tutti_generator_free(g);
	return rc < 0;
}
