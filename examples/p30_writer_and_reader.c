/* SPDX-License-Identifier: MIT */
/* rows: F22 P30 */
/* One process puts into a queue, one takes out for ever, until it is terminated. */
#include <stdio.h>
#include <tutti/tutti.h>

static int write_values(tutti_handle const *queue)
{
	tutti_queue *q;
	int rc = tutti_queue_attach(&q, *queue);

	printf("Process to write: %d\n", tutti_process_pid(NULL));
	for (char value = 'A'; rc == 0 && value <= 'C'; value++) {
		printf("Put %c to queue...\n", value);
		rc = tutti_queue_put(q, &value);
		tutti_sleep(TUTTI_SECONDS(tutti_random_real(0, 1)));
	}
	return rc;
}
TUTTI_JOB_TRY(write_values, void, tutti_handle);

static int read_values(tutti_handle const *queue)
{
	tutti_queue *q;
	char value;
	int rc = tutti_queue_attach(&q, *queue);

	printf("Process to read: %d\n", tutti_process_pid(NULL));
	while (rc == 0 && (rc = tutti_queue_get(q, &value)) == 0)
		printf("Get %c from queue.\n", value);
	return rc;
}
TUTTI_JOB_TRY(read_values, void, tutti_handle);

int main(void)
{
	tutti_queue_options between_processes = { .flags = TUTTI_SHARED };
	tutti_process *pw, *pr;
	tutti_handle handle;
	tutti_queue *q;
	int code = 0, rc = tutti_queue_create(&q, sizeof(char), &between_processes);

	if (rc < 0)
		return fprintf(stderr, "%s\n", tutti_strerror(rc)), 1;
	handle = tutti_queue_handle(q);
	pw = tutti_process_start(&write_values_job, &handle, NULL);
	pr = tutti_process_start(&read_values_job, &handle, NULL);
	rc = tutti_join_all(&pw, 1);
	tutti_process_terminate(pr); /* it would never end */
	tutti_process_join(pr);
	tutti_process_exitcode(pr, &code);
	fprintf(stderr, "the reader ended with %d\n", code);
	tutti_future_unref(pr);
	tutti_queue_free(q);
	return rc < 0;
}
