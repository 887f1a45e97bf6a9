/* SPDX-License-Identifier: MIT */
/* trace.c - see trace.h. */
#include "sched/trace.h"

#include "core/alloc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 64, NAME_MADE_UP = 24 };

static size_t name_room(const tutti_sched_process *p)
{
	return p->name ? strlen(p->name) + 1 : NAME_MADE_UP;
}

/* The processes, behind them all bursts, behind these all names. */
tutti_sched_process *tu_sched_copy(const tutti_sched_process *processes, size_t n)
{
	size_t bursts_n = 0, text_bytes = 0;
	tutti_sched_process *copy;
	int64_t *burst;
	char *text;

	for (size_t i = 0; i < n; i++) {
		bursts_n += processes[i].bursts_n;
		text_bytes += name_room(&processes[i]);
	}
	copy = tu_alloc(n * sizeof *copy + bursts_n * sizeof *burst + text_bytes);
	if (!copy)
		return NULL;
	burst = (int64_t *)(copy + n);
	text = (char *)(burst + bursts_n);
	for (size_t i = 0; i < n; i++) {
		const tutti_sched_process *p = &processes[i];
		size_t room = name_room(p);

		copy[i] = (tutti_sched_process){ text, p->arrival, burst, p->bursts_n };
		memcpy(burst, p->bursts, p->bursts_n * sizeof *burst);
		burst += p->bursts_n;
		if (p->name)
			memcpy(text, p->name, room);
		else
			snprintf(text, room, "P%zu", i + 1);
		text += room;
	}
	return copy;
}

int tu_sched_trace_begin(struct tu_sched_trace *t, const tutti_sched_process *processes, size_t n)
{
	tutti_sched_result *r = t->result;

	*r = (tutti_sched_result){ 0 };
	r->processes = tu_sched_copy(processes, n);
	r->measures = tu_alloc_zero(n * sizeof *r->measures);
	r->processes_n = n;
	return r->processes && r->measures ? 0 : -ENOMEM;
}

/* Room for one more of size bytes behind n. */
static int grow(void *array, size_t size, size_t n, size_t *room)
{
	void *old, *larger;
	size_t wanted = *room ? 2 * *room : ROOM_FIRST;

	if (n < *room)
		return 0;
	memcpy(&old, array, sizeof old);
	larger = tu_resize(old, wanted * size);
	if (!larger)
		return -ENOMEM;
	memcpy(array, &larger, sizeof larger);
	*room = wanted;
	return 0;
}

int tu_sched_trace_slice(struct tu_sched_trace *t, const tutti_sched_slice *slice)
{
	tutti_sched_result *r = t->result;
	int rc;

	if (r->slices_n >= t->slices_max)
		return -E2BIG;
	rc = grow(&r->slices, sizeof *slice, r->slices_n, &t->slices_room);
	if (rc == 0)
		r->slices[r->slices_n++] = *slice;
	return rc;
}

int tu_sched_trace_change(struct tu_sched_trace *t, const tutti_sched_change *change)
{
	tutti_sched_result *r = t->result;
	int rc = grow(&r->changes, sizeof *change, r->changes_n, &t->changes_room);

	if (rc == 0)
		r->changes[r->changes_n++] = *change;
	return rc;
}

static int compare_slices(const void *a, const void *b)
{
	const tutti_sched_slice *x = a, *y = b;

	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	return (x->core > y->core) - (x->core < y->core);
}

/* The slices of each core stand in order, so that who had it before is the last one seen. */
static int count_switches(tutti_sched_result *r)
{
	size_t *had = tu_alloc_zero((size_t)r->cores * sizeof *had); /* the process, from 1 on */

	if (!had)
		return -ENOMEM;
	for (size_t i = 0; i < r->slices_n; i++) {
		const tutti_sched_slice *s = &r->slices[i];

		r->switches += had[s->core] > 0 && had[s->core] != s->process + 1;
		had[s->core] = s->process + 1;
	}
	tu_free(had);
	return 0;
}

int tu_sched_trace_end(struct tu_sched_trace *t)
{
	tutti_sched_result *r = t->result;
	double n = (double)r->processes_n;

	/* they were written as they ended */
	qsort(r->slices, r->slices_n, sizeof *r->slices, compare_slices);
	r->begin = r->processes[0].arrival;
	for (size_t i = 0; i < r->processes_n; i++) {
		const tutti_sched_measure *m = &r->measures[i];

		r->begin = r->processes[i].arrival < r->begin ? r->processes[i].arrival : r->begin;
		r->end = m->finish > r->end ? m->finish : r->end;
		r->waiting_mean += (double)m->waiting / n;
		r->turnaround_mean += (double)m->turnaround / n;
		r->response_mean += (double)m->response / n;
	}
	return count_switches(r);
}

void tutti_sched_result_clear(tutti_sched_result *result)
{
	if (!result)
		return;
	tu_free(result->processes);
	tu_free(result->measures);
	tu_free(result->slices);
	tu_free(result->changes);
	*result = (tutti_sched_result){ 0 };
}
