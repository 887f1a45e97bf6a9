/* SPDX-License-Identifier: MIT */
/* rows: F37 F38 P39 T13 */
/*
 * The sum of a list in eighths, by eight processes that put theirs into a queue. The list lies in
 * memory that they share.
 *
 * usage: p39_sum_in_processes [COUNT]     by default a hundred million
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <tutti/tutti.h>

enum { PARTS = 8 };

typedef struct part {
	tutti_handle numbers, results;
	size_t begin, end;
} part;

static int task_handler(part const *p)
{
	tutti_shm *numbers;
	tutti_queue *results;
	uint64_t total = 0;
	int rc = tutti_shm_attach(&numbers, p->numbers);

	if (rc < 0)
		return rc;
	for (size_t i = p->begin; i < p->end; i++)
		total += ((const uint32_t *)tutti_shm_data(numbers))[i];
	rc = tutti_queue_attach(&results, p->results);
	return rc < 0 ? rc : tutti_queue_put(results, &total);
}
TUTTI_JOB_TRY(task_handler, void, part);

int main(int argc, char **argv)
{
	size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000000;
	tutti_queue_options shared = { .flags = TUTTI_SHARED };
	tutti_process *processes[PARTS];
	tutti_queue *results;
	tutti_shm *numbers;
	uint64_t total = 0, one;
	tutti_time start;

	if (tutti_shm_create(&numbers, n * sizeof(uint32_t)) < 0 ||
		tutti_queue_create(&results, sizeof(total), &shared) < 0)
		return fprintf(stderr, "no memory for %zu numbers\n", n), 1;
	for (size_t i = 0; i < n; i++)
		((uint32_t *)tutti_shm_data(numbers))[i] = (uint32_t)(i + 1);
	for (size_t i = 0; i < PARTS; i++) {
		part p = { tutti_shm_handle(numbers), tutti_queue_handle(results), n * i / PARTS,
			n * (i + 1) / PARTS };

		processes[i] = tutti_process_start(&task_handler_job, &p, NULL);
	}
	start = tutti_now();
	if (tutti_join_all(processes, PARTS) < 0)
		return 1;
	while (!tutti_queue_empty(results) && tutti_queue_get(results, &one) == 0)
		total += one;
	printf("%" PRIu64 "\nExecution time: %.3fs\n", total, (tutti_now() - start) / 1e9);
	return 0;
}
