/* SPDX-License-Identifier: MIT */
/* rows: F139 P109 */
/*
 * Several workers on one master: each task is done once. They are threads here, that know no more
 * of each other than on machines of their own.
 *
 * usage: p109_several_workers [WORKERS [HOST [stay]]]     2 at 127.0.0.1; stay: till all have ended
 */
#include <stdlib.h>

#include "managed.h"

static const char *host = "127.0.0.1";

static void worker(int number)
{
	char who[40];
	managed m;
	int rc = managed_connect(&m, host, tasks_and_results);

	snprintf(who, sizeof(who), "worker %d: ", number);
	for (int i = 0; i < 10 && rc == 0; i++)
		rc = managed_run_task(&m, who);
	printf("%s%s\n", who, rc < 0 ? tutti_strerror(rc) : "exit.");
	managed_end(&m, 0);
}
TUTTI_JOB(worker, void, int);

static int serve(managed *m, tutti_executor *workers, int n, bool stay)
{
	tutti_time start = tutti_now();
	int rc = managed_serve(m, host, tasks_and_results, -1);

	for (int i = 1; i <= n && rc == 0; i++)
		tutti_future_unref(worker_submit(workers, i));
	for (int i = 0; i < 10 && rc == 0; i++)
		rc = managed_put(m->queue[0], tutti_value_int(i));
	for (int i = 0; i < 10 && rc == 0; i++)
		rc = managed_show_result(m, 15);
	printf("all results: %.2f s\n", (tutti_now() - start) / 1e9);
	if (m->manager && !stay) /* whoever waits for a task is told so */
		tutti_manager_shutdown(m->manager);
	tutti_executor_free(workers);
	printf("all workers: %.2f s\n", (tutti_now() - start) / 1e9);
	return rc;
}

int main(int argc, char **argv)
{
	tutti_executor_options options = { .max_workers = argc > 1 ? atoi(argv[1]) : 2 };
	tutti_executor *workers;
	managed m;
	int rc = tutti_executor_open(&workers, "threads", &options);

	if (rc < 0)
		return fprintf(stderr, "%s\n", tutti_strerror(rc)), 1;
	host = argc > 2 ? argv[2] : host;
	rc = managed_end(&m, serve(&m, workers, options.max_workers, argc > 3));
	printf("master exit.\n");
	return rc;
}
