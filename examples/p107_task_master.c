/* SPDX-License-Identifier: MIT */
/* rows: P107 D25 */
/*
 * The master of two queues: puts ten tasks into one, and gets what workers put into the other.
 *
 * usage: p107_task_master [HOST]     where it listens, by default everywhere; at port 5000
 */
#include "managed.h"

int main(int argc, char **argv)
{
	managed m;
	int rc = managed_serve(&m, argc > 1 ? argv[1] : "", tasks_and_results, 0);

	for (int i = 0; i < 10 && rc == 0; i++) {
		int64_t n = tutti_random_between(0, 10000);

		printf("Put task %d...\n", (int)n);
		rc = managed_put(m.queue[0], tutti_value_int(n));
	}
	if (rc == 0)
		printf("Try get results...\n");
	for (int i = 0; i < 10 && rc == 0; i++)
		rc = managed_show_result(&m, 10);
	if (m.manager)
		tutti_manager_shutdown(m.manager);
	rc = managed_end(&m, rc);
	printf("master exit.\n");
	return rc;
}
