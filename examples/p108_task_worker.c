/* SPDX-License-Identifier: MIT */
/* rows: P108 D4 D25 */
/*
 * A worker: gets tasks from the master's queue (p107_task_master, or the same in Python), and puts
 * their results into the other.
 *
 * usage: p108_task_worker [HOST]     where the master is, by default 127.0.0.1; at port 5000
 */
#include "managed.h"

int main(int argc, char **argv)
{
	const char *host = argc > 1 ? argv[1] : "127.0.0.1";
	managed m;
	int rc;

	printf("Connect to server %s...\n", host);
	rc = managed_connect(&m, host, tasks_and_results);
	for (int i = 0; i < 10 && rc == 0; i++)
		rc = managed_run_task(&m, "");
	rc = managed_end(&m, rc);
	printf("worker exit.\n");
	return rc;
}
