/* SPDX-License-Identifier: MIT */
/*
 * sched_workload_fuzz.c - a table of processes: what is read is written anew and read again, and
 * run by each algorithm, whose measures must be those of its slices.
 */
#include "driver.h"

#include <errno.h>
#include <inttypes.h>
#include <tutti/sched_policy.h>
#include <tutti/sched_workload.h>

/* Beyond these a run would only take long. */
enum { PROCESSES = 40, TICKS = 2000, SLICES = 100000 };

/* -- written anew ------------------------------------------------------------------------------ */

static void write_name(FILE *f, const char *name)
{
	putc('"', f);
	for (; *name; name++) {
		if (*name == '"')
			putc('"', f);
		putc(*name, f);
	}
	putc('"', f);
}

static char *write_out(const tutti_sched_workload *w, size_t *size)
{
	char *data;
	FILE *f = open_memstream(&data, size);

	FUZZ_CHECK(f);
	fputs("name,arrival,cpu\n", f);
	for (size_t i = 0; i < w->processes_n; i++) {
		const tutti_sched_process *p = &w->processes[i];

		write_name(f, p->name);
		fprintf(f, ",%" PRId64, p->arrival);
		for (size_t j = 0; j < p->bursts_n; j++)
			fprintf(f, ",%" PRId64, p->bursts[j]);
		putc('\n', f);
	}
	fclose(f);
	return data;
}

static void reads_it_again(const tutti_sched_workload *w)
{
	size_t size;
	char *data = write_out(w, &size);
	tutti_bytes text = { .data = data, .size = size };
	tutti_sched_workload again;

	FUZZ_CHECK(tutti_sched_workload_parse(&again, text, NULL) == 0);
	FUZZ_CHECK(again.processes_n == w->processes_n);
	for (size_t i = 0; i < w->processes_n; i++) {
		const tutti_sched_process *a = &w->processes[i], *b = &again.processes[i];

		FUZZ_CHECK(strcmp(a->name, b->name) == 0);
		FUZZ_CHECK(a->arrival == b->arrival && a->bursts_n == b->bursts_n);
		FUZZ_CHECK(memcmp(a->bursts, b->bursts, a->bursts_n * sizeof *a->bursts) == 0);
	}
	tutti_sched_workload_clear(&again);
	free(data);
}

/* -- and run ----------------------------------------------------------------------------------- */

static bool is_small(const tutti_sched_workload *w)
{
	int64_t all = 0;

	for (size_t i = 0; i < w->processes_n; i++)
		for (size_t j = 0; j < w->processes[i].bursts_n; j++)
			if (__builtin_add_overflow(all, w->processes[i].bursts[j], &all))
				return false;
	return w->processes_n <= PROCESSES && all <= TICKS;
}

/* Ticks of the bursts from the first on, of every other one. */
static int64_t ticks_of(const tutti_sched_process *p, size_t first)
{
	int64_t sum = 0;

	for (size_t i = first; i < p->bursts_n; i += 2)
		sum += p->bursts[i];
	return sum;
}

static int64_t on_a_core(const tutti_sched_result *r, size_t process)
{
	int64_t sum = 0;

	for (size_t i = 0; i < r->slices_n; i++)
		if (r->slices[i].process == process)
			sum += r->slices[i].end - r->slices[i].begin;
	return sum;
}

/* Each core has one process at a time. */
static void shares_fairly(const tutti_sched_result *r)
{
	for (size_t i = 0; i < r->slices_n; i++) {
		const tutti_sched_slice *a = &r->slices[i];

		FUZZ_CHECK(a->begin < a->end && a->core < r->cores);
		for (size_t j = i + 1; j < r->slices_n && r->slices[j].begin < a->end; j++)
			FUZZ_CHECK(
				r->slices[j].core != a->core && r->slices[j].process != a->process);
	}
}

static void measures_well(const tutti_sched_result *r)
{
	for (size_t i = 0; i < r->processes_n; i++) {
		const tutti_sched_process *p = &r->processes[i];
		const tutti_sched_measure *m = &r->measures[i];
		int64_t computes = ticks_of(p, 0), io = ticks_of(p, 1);

		FUZZ_CHECK(m->finish - p->arrival == m->turnaround);
		FUZZ_CHECK(m->turnaround == m->waiting + computes + io);
		FUZZ_CHECK(m->waiting >= 0 && m->response >= 0 && m->response <= m->waiting);
		FUZZ_CHECK(on_a_core(r, i) == computes);
	}
}

static void runs(const tutti_sched_workload *w)
{
	const tutti_sched_policy *policy;
	tutti_sched_result r;

	for (size_t i = 0; (policy = tutti_sched_builtin(i)) != NULL; i++) {
		tutti_sched_options options = { .cores = 1 + (int)(w->processes_n % 3),
			.slices_max = SLICES };

		FUZZ_CHECK(
			tutti_sched_run(policy, w->processes, w->processes_n, &options, &r) == 0);
		shares_fairly(&r);
		measures_well(&r);
		tutti_sched_result_clear(&r);
	}
}

/* -- the text ---------------------------------------------------------------------------------- */

static size_t lines_in(const uint8_t *data, size_t size)
{
	size_t lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	return lines;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	tutti_bytes text = { .data = data, .size = size };
	tutti_sched_fault fault = { 0 };
	tutti_sched_workload w;
	int rc = tutti_sched_workload_parse(&w, text, &fault);

	FUZZ_CHECK(rc == 0 || (rc == -EINVAL && *fault.text));
	FUZZ_CHECK(fault.line <= lines_in(data, size));
	if (rc < 0)
		return 0;
	reads_it_again(&w);
	if (is_small(&w))
		runs(&w);
	tutti_sched_workload_clear(&w);
	return 0;
}

FUZZ_MAIN("sched_workload", 60000)
