/* SPDX-License-Identifier: MIT */
/* C9: the sum of a list that lies in memory, in turn and by eight processes (P38, P39). */
#define _GNU_SOURCE 1
#include "claims.h"

#include <sys/mman.h>

enum { PARTS = 8 };

typedef struct part {
	tutti_handle results;
	size_t begin, end;
} part;

static uint64_t *numbers; /* forked children have it as their parent does */

/* Element by element, as the tutorials' loop: a sum that the compiler may not fold. */
static uint64_t sum_of(size_t begin, size_t end)
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
	uint64_t total = sum_of(p->begin, p->end);
	tutti_queue *results;
	int rc = tutti_queue_attach(&results, p->results);

	return rc < 0 ? rc : tutti_queue_put(results, &total);
}
TUTTI_JOB_TRY(sum_part, void, part);

/* The processes start when the clock runs: their price is part of what is claimed. */
static uint64_t sum_by_processes(tutti_queue *results, size_t n)
{
	tutti_process_options forked = { .method = TUTTI_FORK };
	tutti_process *processes[PARTS];
	uint64_t total = 0, one;

	for (size_t i = 0; i < PARTS; i++) {
		part p = { tutti_queue_handle(results), n * i / PARTS, n * (i + 1) / PARTS };

		processes[i] = tutti_process_start(&sum_part_job, &p, &forked);
	}
	for (size_t i = 0; i < PARTS; i++) {
		fine(tutti_queue_get(results, &one), "a result");
		total += one;
	}
	fine(tutti_join_all(processes, PARTS), "a process");
	return total;
}

/* In pages as large as the system has them: to fork copies their table. */
static void make_list(size_t n)
{
	size_t large = (size_t)1 << 21, bytes = (n * sizeof(*numbers) + large - 1) / large * large;

	numbers = aligned_alloc(large, bytes);
	bench_require(numbers != NULL, "no memory for the list");
	madvise(numbers, bytes, MADV_HUGEPAGE); /* without them it only takes longer */
	for (size_t i = 0; i < n; i++)
		numbers[i] = i + 1;
}

static void sum_both_ways(const char *name, size_t n)
{
	uint64_t right = (uint64_t)n * (n + 1) / 2;
	tutti_queue *results;
	int64_t start;

	fine(tutti_queue_create(
		     &results, sizeof(uint64_t), &(tutti_queue_options){ .flags = TUTTI_SHARED }),
		"a queue");
	make_list(n);
	start = bench_now();
	bench_require(sum_of(0, n) == right, "wrong sum");
	report_for(name, "one", (double)(bench_now() - start) / 1e6, "ms");
	start = bench_now();
	bench_require(sum_by_processes(results, n) == right, "wrong sum of the parts");
	report_for(name, "processes", (double)(bench_now() - start) / 1e6, "ms");
	tutti_queue_free(results);
	free(numbers);
}

/* rows: C9 */
void claim_9(const struct scale *s)
{
	/* What is made once is there. */
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
