/* SPDX-License-Identifier: MIT */
/* rows: P108 D4 D25 */
/*
 * A worker: gets tasks from the master's queue (p107_task_master, or the same in Python), and puts
 * their results into the other.
 *
 * usage: p108_task_worker [HOST]     where the master is, by default 127.0.0.1; at port 5000
 */
#include <inttypes.h>
#include <stdio.h>
#include <tutti/manager.h>
#include <tutti/tutti.h>

static int run_task(tutti_value_queue *task, tutti_value_queue *result)
{
	char text[100];
	tutti_value *v, *r = NULL;
	int64_t n;
	int rc = tutti_value_queue_get_until(task, &v, tutti_after(TUTTI_SECONDS(1)));

	if (rc < 0)
		return rc;
	rc = tutti_value_as_int(v, &n);
	tutti_value_unref(v);
	if (rc < 0)
		return rc;
	printf("run task %" PRId64 " * %" PRId64 "...\n", n, n);
	snprintf(text, sizeof(text), "%" PRId64 " * %" PRId64 " = %" PRId64, n, n, n * n);
	tutti_sleep(TUTTI_SECONDS(1));
	rc = tutti_value_pack(&r, "s", text);
	if (rc == 0)
		rc = tutti_value_queue_put(result, r);
	tutti_value_unref(r);
	return rc;
}

static int work(tutti_value_queue *task, tutti_value_queue *result)
{
	for (int i = 0; i < 10; i++) {
		int rc = run_task(task, result);

		if (rc == TUTTI_ETIMEDOUT)
			printf("task queue is empty.\n");
		else if (rc < 0)
			return rc;
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *host = argc > 1 ? argv[1] : "127.0.0.1";
	tutti_value_queue *task = NULL, *result = NULL;
	tutti_manager *m = NULL;
	char address[300];
	int rc;

	printf("Connect to server %s...\n", host);
	snprintf(address, sizeof(address), "%s:5000", host);
	if ((rc = tutti_manager_create(&m, address, tutti_bytes_text("abc"))) == 0 &&
		(rc = tutti_manager_connect(m, tutti_after(TUTTI_SECONDS(10)))) == 0 &&
		(rc = tutti_manager_queue(m, "get_task_queue", &task)) == 0 &&
		(rc = tutti_manager_queue(m, "get_result_queue", &result)) == 0)
		rc = work(task, result);
	if (rc < 0)
		fprintf(stderr, "%s: %s\n", address, tutti_strerror(rc));
	tutti_value_queue_free(task);
	tutti_value_queue_free(result);
	tutti_manager_free(m);
	printf("worker exit.\n");
	return rc < 0;
}
