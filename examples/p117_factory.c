/* SPDX-License-Identifier: MIT */
/* rows: F146 P117 */
/*
 * A factory: there is power for one workshop at a time.
 *
 * usage: p117_factory [ENGINE]     what workshops are: threads by default, or processes
 */
#include "workshop.h"

typedef struct plan {
	char letter;
	tutti_handle power; /* memory with a lock, which all workshops share */
} plan;

static int open_workshop(const plan *p)
{
	tutti_array *power;
	int rc = tutti_array_attach(&power, p->power, 1);

	if (rc < 0)
		return rc;
	TUTTI_WITH(tutti_array_lock(power))
	{
		printf("workshop %c has power\n", p->letter);
		rc = run_workshop(p->letter);
		printf("workshop %c stops\n", p->letter);
		fflush(stdout); /* before the other one has power */
	}
	tutti_array_free(power);
	return rc;
}
TUTTI_JOB_TRY(open_workshop, void, plan);

int main(int argc, char **argv)
{
	tutti_executor_options two = { .max_workers = 2 };
	tutti_executor *e;
	tutti_array *power;
	int rc = tutti_executor_open(&e, argc > 1 ? argv[1] : "threads", &two);

	if (rc < 0)
		return fprintf(stderr, "%s: %s\n", argv[1], tutti_strerror(rc)), 1;
	rc = tutti_array_create(&power, 1, 1, NULL);
	if (rc == 0) {
		tutti_handle shared = tutti_array_handle(power);

		rc = open_workshop_map(e, (plan[]){ { 'A', shared }, { 'B', shared } }, 2);
		tutti_array_free(power);
	}
	tutti_executor_free(e);
	return rc < 0;
}
