/* SPDX-License-Identifier: MIT */
/* C9: the sum of a list that lies in memory, in turn and by eight processes (P38, P39). */
#include "claims.h"

enum { PARTS = 8 };

typedef struct part {
	tutti_handle numbers, results;
	size_t begin, end;
} part;

/* Element by element, as the tutorials' loop: a sum that the compiler may not fold. */
static uint64_t sum_of(const uint64_t *numbers, size_t begin, size_t end)
{
	uint64_t sum = 0;

	for (size_t i = begin; i < end; i++) {
		sum += numbers[i];
		__asm__ volatile("" : "+r"(sum));
	}
	return sum;
}

static int sum_part(part const *p)
{
	tutti_shm *numbers;
	tutti_queue *results;
	uint64_t total;
	int rc = tutti_shm_attach(&numbers, p->numbers);

	if (rc < 0)
		return rc;
	total = sum_of(tutti_shm_data(numbers), p->begin, p->end);
	rc = tutti_queue_attach(&results, p->results);
	return rc < 0 ? rc : tutti_queue_put(results, &total);
}
TUTTI_JOB_TRY(sum_part, void, part);

/* The processes start when the clock runs: their price is part of what is claimed. */
static uint64_t sum_by_processes(tutti_shm *numbers, tutti_queue *results, size_t n)
{
	tutti_process *processes[PARTS];
	uint64_t total = 0, one;

	for (size_t i = 0; i < PARTS; i++) {
		part p = { tutti_shm_handle(numbers), tutti_queue_handle(results), n * i / PARTS,
			n * (i + 1) / PARTS };

		processes[i] = tutti_process_start(&sum_part_job, &p, NULL);
	}
	for (size_t i = 0; i < PARTS; i++) {
		fine(tutti_queue_get(results, &one), "a result");
		total += one;
	}
	fine(tutti_join_all(processes, PARTS), "a process");
	return total;
}

static void sum_both_ways(const char *name, size_t n)
{
	tutti_queue *results;
	tutti_shm *numbers;
	uint64_t *list, right = (uint64_t)n * (n + 1) / 2;
	int64_t start;

	fine(tutti_shm_create(&numbers, n * sizeof(*list)), "memory for the list");
	fine(tutti_queue_create(
		     &results, sizeof(uint64_t), &(tutti_queue_options){ .flags = TUTTI_SHARED }),
		"a queue");
	list = tutti_shm_data(numbers);
	for (size_t i = 0; i < n; i++)
		list[i] = i + 1;
	start = bench_now();
	bench_require(sum_of(list, 0, n) == right, "wrong sum");
	report_for(name, "one", (double)(bench_now() - start) / 1e6, "ms");
	start = bench_now();
	bench_require(sum_by_processes(numbers, results, n) == right, "wrong sum of the parts");
	report_for(name, "processes", (double)(bench_now() - start) / 1e6, "ms");
	tutti_queue_free(results);
	tutti_shm_free(numbers);
}

/* rows: C9 */
void claim_9(const struct scale *s)
{
	/* The fork server is there, and a queue that others have had. */
	sum_both_ways("warm", 1000);
	sum_both_ways("size_1m", (size_t)sized(s, 1000000, 1000000, 10000));
	sum_both_ways("size_10m", (size_t)sized(s, 10000000, 10000000, 20000));
	if (s->size == SMOKE)
		return;
	if (available_mib() > 2000)
		sum_both_ways("size_100m", 100000000);
	else
		fprintf(stderr, "10^8 numbers need 2 GiB, which are not free here\n");
}
