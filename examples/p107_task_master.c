/* SPDX-License-Identifier: MIT */
/* rows: P107 D25 */
/*
 * The master of two queues: puts ten tasks into one, and gets what workers put into the other.
 *
 * usage: p107_task_master [HOST]     where it listens, by default everywhere; at port 5000
 */
#include <stdio.h>
#include <tutti/manager.h>
#include <tutti/tutti.h>

static int put_tasks(tutti_value_queue *task)
{
	int rc = 0;

	for (int i = 0; i < 10 && rc == 0; i++) {
		int64_t n = tutti_random_between(0, 10000);
		tutti_value *v = tutti_value_int(n);

		printf("Put task %d...\n", (int)n);
		rc = tutti_value_queue_put(task, v);
		tutti_value_unref(v);
	}
	return rc;
}

static int get_results(tutti_value_queue *result)
{
	const char *text;
	tutti_value *r;
	int rc = 0;

	printf("Try get results...\n");
	for (int i = 0; i < 10 && rc == 0; i++) {
		rc = tutti_value_queue_get_until(result, &r, tutti_after(TUTTI_SECONDS(10)));
		if (rc < 0)
			break;
		rc = tutti_value_unpack(r, "s", &text);
		if (rc == 0)
			printf("Result: %s\n", text);
		tutti_value_unref(r);
	}
	return rc;
}

static int run(tutti_manager *manager)
{
	tutti_value_queue *task = NULL, *result = NULL;
	int rc;

	if ((rc = tutti_manager_serve_queue(manager, "get_task_queue", 0)) == 0 &&
		(rc = tutti_manager_serve_queue(manager, "get_result_queue", 0)) == 0 &&
		(rc = tutti_manager_start(manager)) == 0 &&
		(rc = tutti_manager_queue(manager, "get_task_queue", &task)) == 0 &&
		(rc = tutti_manager_queue(manager, "get_result_queue", &result)) == 0 &&
		(rc = put_tasks(task)) == 0)
		rc = get_results(result);
	tutti_manager_shutdown(manager);
	tutti_value_queue_free(task);
	tutti_value_queue_free(result);
	return rc;
}

int main(int argc, char **argv)
{
	tutti_manager *manager;
	char address[300];
	int rc;

	snprintf(address, sizeof(address), "%s:5000", argc > 1 ? argv[1] : "");
	rc = tutti_manager_create(&manager, address, tutti_bytes_text("abc"));
	if (rc == 0) {
		rc = run(manager);
		tutti_manager_free(manager);
	}
	if (rc < 0)
		fprintf(stderr, "%s: %s\n", address, tutti_strerror(rc));
	printf("master exit.\n");
	return rc < 0;
}
