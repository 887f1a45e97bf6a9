/* SPDX-License-Identifier: MIT */
/* rows: F139 P109 */
/*
 * Several workers on one master: each task is done once. They are threads here, that know no more
 * of each other than on machines of their own.
 *
 * usage: p109_several_workers [WORKERS [HOST [stay]]]     by default 2 at 127.0.0.1
 *
 * The master ends with the last result, or stays until all workers have ended.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/manager.h>
#include <tutti/tutti.h>

enum { TASKS = 10, WORKERS_MAX = 16 };

static char address[300];
static tutti_value_queue *task, *result;

static int work(tutti_value_queue *from, tutti_value_queue *to, int number)
{
	int rc = 0;

	for (int i = 0; i < TASKS; i++) {
		tutti_value *v;
		int64_t n;

		rc = tutti_value_queue_get_until(from, &v, tutti_after(TUTTI_SECONDS(1)));
		if (rc == TUTTI_ETIMEDOUT) {
			printf("worker %d: task queue is empty.\n", number);
			continue;
		}
		if (rc < 0)
			return rc;
		tutti_value_as_int(v, &n);
		tutti_value_unref(v);
		printf("worker %d: run task %d * %d...\n", number, (int)n, (int)n);
		tutti_sleep(TUTTI_SECONDS(1));
		v = tutti_value_int(n * n);
		rc = tutti_value_queue_put(to, v);
		tutti_value_unref(v);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static void *worker(void *number)
{
	tutti_value_queue *from = NULL, *to = NULL;
	tutti_manager *m = NULL;
	int rc;

	if ((rc = tutti_manager_create(&m, address, tutti_bytes_text("abc"))) == 0 &&
		(rc = tutti_manager_connect(m, tutti_after(TUTTI_SECONDS(10)))) == 0 &&
		(rc = tutti_manager_queue(m, "get_task_queue", &from)) == 0 &&
		(rc = tutti_manager_queue(m, "get_result_queue", &to)) == 0)
		rc = work(from, to, *(int *)number);
	printf("worker %d: %s\n", *(int *)number, rc < 0 ? tutti_strerror(rc) : "exit.");
	tutti_value_queue_free(from);
	tutti_value_queue_free(to);
	tutti_manager_free(m);
	return NULL;
}

static int get_results(void)
{
	tutti_value *v;
	int64_t n;
	int rc;

	for (int i = 0; i < TASKS; i++) {
		v = tutti_value_int(i);
		rc = tutti_value_queue_put(task, v);
		tutti_value_unref(v);
		if (rc < 0)
			return rc;
	}
	for (int i = 0; i < TASKS; i++) {
		rc = tutti_value_queue_get_until(result, &v, tutti_after(TUTTI_SECONDS(15)));
		if (rc < 0)
			return rc;
		tutti_value_as_int(v, &n);
		tutti_value_unref(v);
		printf("Result: %d\n", (int)n);
	}
	return 0;
}

static int serve(tutti_manager *manager)
{
	/* Who waits when it ends is told so at once. */
	int rc = tutti_manager_configure(manager, &(tutti_manager_options){ .grace = -1 });

	if (rc == 0 && (rc = tutti_manager_serve_queue(manager, "get_task_queue", 0)) == 0 &&
		(rc = tutti_manager_serve_queue(manager, "get_result_queue", 0)) == 0 &&
		(rc = tutti_manager_start(manager)) == 0 &&
		(rc = tutti_manager_queue(manager, "get_task_queue", &task)) == 0)
		rc = tutti_manager_queue(manager, "get_result_queue", &result);
	return rc;
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 2, numbers[WORKERS_MAX], rc;
	bool stay = argc > 3 && strcmp(argv[3], "stay") == 0;
	tutti_thread *workers[WORKERS_MAX];
	tutti_time start = tutti_now();
	tutti_manager *manager;

	n = n < 1 ? 1 : n > WORKERS_MAX ? WORKERS_MAX : n;
	snprintf(address, sizeof(address), "%s:5000", argc > 2 ? argv[2] : "127.0.0.1");
	rc = tutti_manager_create(&manager, address, tutti_bytes_text("abc"));
	if (rc == 0 && (rc = serve(manager)) == 0) {
		for (int i = 0; i < n; i++) {
			numbers[i] = i + 1;
			workers[i] = tutti_thread_start(worker, &numbers[i], NULL);
		}
		rc = get_results();
		printf("all results: %.2f s\n", (tutti_now() - start) / 1e9);
		if (!stay)
			tutti_manager_shutdown(manager);
		tutti_join_all(workers, (size_t)n);
		printf("all workers: %.2f s\n", (tutti_now() - start) / 1e9);
	}
	if (rc < 0)
		fprintf(stderr, "%s: %s\n", address, tutti_strerror(rc));
	tutti_value_queue_free(task);
	tutti_value_queue_free(result);
	tutti_manager_free(manager);
	printf("master exit.\n");
	return rc < 0;
}
