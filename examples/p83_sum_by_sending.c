/* SPDX-License-Identifier: MIT */
/* rows: F118 F119 P83 */
/* Numbers are sent into a generator; its end, and the sum, come back as what the last send says. */
#include "summing.h"

int main(void)
{
	tutti_generator *g = tutti_generator_create(sum_up, NULL);
	void *total;
	int rc;

	if (!g)
		return 1;
	rc = send_numbers(g);
	if (rc == TUTTI_EDONE && tutti_generator_result(g, &total) == 0)
		fprintf(stderr, "StopIteration: %d\n", (int)(intptr_t)total);
	tutti_generator_free(g);
	return rc < 0; /* the end of it is not handled */
}
