/* SPDX-License-Identifier: MIT */
/* random.c - workloads made up, the same from the same seed. */
#include "base/prng.h"
#include "core/alloc.h"
#include "sched/trace.h"

#include <errno.h>
#include <tutti/sched_workload.h>

enum { BURSTS_MOST = 11 };

/* A process and, for a while, its bursts. */
struct draft {
	tutti_sched_process process;
	int64_t bursts[BURSTS_MOST];
};

static void compute(struct draft *d, struct tu_prng *prng)
{
	d->process.bursts_n = 1;
	d->bursts[0] = tu_prng_between(prng, 20, 60);
}

/* Someone types: little to do, and then to wait for a while. */
static void interact(struct draft *d, struct tu_prng *prng)
{
	d->process.bursts_n = (size_t)tu_prng_between(prng, 1, BURSTS_MOST / 2) * 2 + 1;
	for (size_t i = 0; i < d->process.bursts_n; i++)
		d->bursts[i] =
			i % 2 == 0 ? tu_prng_between(prng, 1, 4) : tu_prng_between(prng, 3, 12);
}

static void make_up(struct draft *drafts, tutti_sched_process *processes, size_t n, uint64_t seed)
{
	struct tu_prng prng;
	int64_t arrival = 0;

	tu_prng_init(&prng, seed);
	for (size_t i = 0; i < n; i++) {
		struct draft *d = &drafts[i];

		if (i > 0)
			arrival += tu_prng_between(&prng, 0, 8);
		d->process.arrival = arrival;
		d->process.bursts = d->bursts;
		if (i % 3 == 0)
			compute(d, &prng);
		else
			interact(d, &prng);
		processes[i] = d->process;
	}
}

int tutti_sched_workload_random(tutti_sched_workload *w, uint64_t seed, size_t n)
{
	struct draft *drafts;
	tutti_sched_process *processes, *copy = NULL;

	if (n == 0)
		return -EINVAL;
	if (n > SIZE_MAX / 4 / sizeof *drafts)
		return -ENOMEM;
	drafts = tu_alloc_zero(n * sizeof *drafts);
	processes = tu_alloc_zero(n * sizeof *processes);
	if (drafts && processes) {
		make_up(drafts, processes, n, seed);
		copy = tu_sched_copy(processes, n);
	}
	tu_free(drafts);
	tu_free(processes);
	if (!copy)
		return -ENOMEM;
	*w = (tutti_sched_workload){ copy, n, copy };
	return 0;
}
