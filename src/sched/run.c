/* SPDX-License-Identifier: MIT */
/*
 * run.c - the simulator: from one instant at which something happens to the next.
 *
 * Each process is at one place: before its arrival (the tail of the order of arrivals), ready,
 * running on a core, or blocked. With an algorithm that keeps its core a blocked one stays on it.
 * sched.h says in which order things happen that happen at one instant; instant() is that order.
 */
#include "core/alloc.h"
#include "sched/refuse.h"
#include "sched/trace.h"

#include "base/check.h"
#include "base/heap.h"
#include "base/list.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/sched_policy.h>

struct process {
	tutti_sched_task task; /* first: what the algorithm sees of it */
	const tutti_sched_process *given;
	tutti_sched_measure *measure;
	tutti_sched_state state;
	size_t at_burst;
	int64_t wakes; /* blocked: when */
	struct tu_heap_node node;
	int core;  /* running, or blocked and still there; else -1 */
	bool seen; /* has run */
};

struct core {
	struct process *has; /* NULL: nobody */
	int64_t began, until;
	int64_t counted; /* until then its burst's remaining ticks are right */
	bool cut;        /* until is its slice's end, not its burst's */
};

struct run {
	const tutti_sched_policy *policy;
	tutti_sched_options options; /* none of them 0 */
	struct tu_sched_trace trace;
	int64_t now;
	struct process *processes, **arrivals; /* in the order of arrival */
	size_t n, arrived;
	struct core *cores;
	tutti_sched_task **ready;
	size_t ready_n;
	struct tu_heap blocked;
	struct process **late; /* their slice has ended at this instant */
	size_t late_n;
};

static tutti_sched_moment moment(const struct run *r)
{
	return (tutti_sched_moment){ r->now, &r->options, r->ready, r->ready_n };
}

static struct process *process_of(tutti_sched_task *task)
{
	return (struct process *)task;
}

static inline bool wakes_before(const struct tu_heap_node *a, const struct tu_heap_node *b)
{
	const struct process *x = tu_container_of(a, const struct process, node);
	const struct process *y = tu_container_of(b, const struct process, node);

	return x->wakes != y->wakes ? x->wakes < y->wakes : x->task.process < y->task.process;
}

static int64_t first_wake(const struct run *r)
{
	const struct tu_heap_node *first = r->blocked.root;

	return first ? tu_container_of(first, const struct process, node)->wakes : INT64_MAX;
}

/* -- changes of state -------------------------------------------------------------------------- */

static int change(struct run *r, struct process *p, tutti_sched_state to)
{
	tutti_sched_change made = { p->task.process, r->now, p->state, to, p->core, p->task.level };
	int rc = tutti_sched_state_change(&p->state, to);

	tu_check(rc == 0, "the simulator changes states as they may be changed");
	if (made.from == TUTTI_SCHED_READY)
		p->measure->waiting += r->now - p->task.ready_since;
	return tu_sched_trace_change(&r->trace, &made);
}

/* p joins the end of those who are ready; its core is no longer its own. */
static int make_ready(struct run *r, struct process *p, tutti_sched_reason why)
{
	tutti_sched_moment m = moment(r);
	int rc;

	if (r->policy->enter)
		r->policy->enter(&m, &p->task, why);
	p->core = -1;
	rc = change(r, p, TUTTI_SCHED_READY);
	p->task.ready_since = r->now;
	r->ready[r->ready_n++] = &p->task;
	return rc;
}

/* An algorithm that compares what remains is told of those too who run. */
static void count(const struct run *r, struct core *c)
{
	if (c->has && c->has->state == TUTTI_SCHED_RUNNING)
		c->has->task.remaining -= r->now - c->counted;
	c->counted = r->now;
}

/* Who was on the core until now is there no more; it has been told why. */
static int end_slice(struct run *r, int core, tutti_sched_reason why)
{
	struct core *c = &r->cores[core];
	struct process *p = c->has;
	tutti_sched_slice slice = { p->task.process, core, p->task.level, c->began, r->now, why };

	p->task.slice_rest = why == TUTTI_SCHED_PREEMPTED && c->cut ? c->until - r->now : 0;
	c->has = NULL;
	return tu_sched_trace_slice(&r->trace, &slice);
}

static int64_t slice_of(const struct run *r, const struct process *p)
{
	tutti_sched_moment m = moment(r);
	int64_t slice = r->policy->slice ? r->policy->slice(&m, &p->task) : 0;

	return slice > 0 ? slice : INT64_MAX;
}

static int run_on(struct run *r, struct process *p, int core)
{
	int64_t slice = slice_of(r, p);
	struct core *c = &r->cores[core];

	c->has = p;
	c->began = c->counted = r->now;
	c->cut = slice < p->task.remaining;
	c->until = r->now + (c->cut ? slice : p->task.remaining);
	p->core = core;
	if (!p->seen)
		p->measure->response = r->now - p->task.arrival;
	p->seen = true;
	return change(r, p, TUTTI_SCHED_RUNNING);
}

/* -- what happens at an instant ---------------------------------------------------------------- */

static int terminate(struct run *r, struct process *p)
{
	p->core = -1;
	p->measure->finish = r->now;
	p->measure->turnaround = r->now - p->task.arrival;
	return change(r, p, TUTTI_SCHED_TERMINATED);
}

/* Its burst is over: I/O comes next, and behind it another one; or it is done. */
static int end_burst(struct run *r, struct process *p)
{
	const tutti_sched_process *given = p->given;

	if (p->at_burst + 1 == given->bursts_n)
		return terminate(r, p);
	p->wakes = r->now + given->bursts[p->at_burst + 1];
	p->at_burst += 2;
	p->task.burst = p->task.remaining = given->bursts[p->at_burst];
	tu_heap_add(&r->blocked, &p->node, wakes_before);
	if (r->policy->flags & TUTTI_SCHED_KEEPS_CORE)
		r->cores[p->core].has = p;
	else
		p->core = -1;
	return change(r, p, TUTTI_SCHED_BLOCKED);
}

static bool is_due(const struct run *r, const struct core *c)
{
	return c->has && c->has->state == TUTTI_SCHED_RUNNING && c->until == r->now;
}

static int leave(struct run *r)
{
	int rc = 0;

	for (int i = 0; i < r->options.cores; i++)
		count(r, &r->cores[i]);
	for (int i = 0; i < r->options.cores && rc == 0; i++) {
		struct core *c = &r->cores[i];
		struct process *p = c->has;

		if (!is_due(r, c))
			continue;
		rc = end_slice(r, i, c->cut ? TUTTI_SCHED_SLICE_OVER : TUTTI_SCHED_BURST_OVER);
		if (c->cut)
			r->late[r->late_n++] = p;
		else if (rc == 0)
			rc = end_burst(r, p);
	}
	return rc;
}

static int arrive(struct run *r)
{
	int rc = 0;

	while (rc == 0 && r->arrived < r->n && r->arrivals[r->arrived]->task.arrival == r->now)
		rc = make_ready(r, r->arrivals[r->arrived++], TUTTI_SCHED_ARRIVED);
	return rc;
}

/* One that has kept its core goes on there, ready for no time at all. */
static int wake_one(struct run *r, struct process *p)
{
	int core = p->core, rc;

	if (core < 0)
		return make_ready(r, p, TUTTI_SCHED_WOKEN);
	p->task.ready_since = r->now;
	rc = change(r, p, TUTTI_SCHED_READY);
	return rc < 0 ? rc : run_on(r, p, core);
}

static int wake(struct run *r)
{
	int rc = 0;

	while (rc == 0 && first_wake(r) == r->now) {
		struct tu_heap_node *first = tu_heap_take(&r->blocked, wakes_before);

		rc = wake_one(r, tu_container_of(first, struct process, node));
	}
	return rc;
}

static int requeue(struct run *r)
{
	int rc = 0;

	for (size_t i = 0; i < r->late_n && rc == 0; i++)
		rc = make_ready(r, r->late[i], TUTTI_SCHED_SLICE_OVER);
	r->late_n = 0;
	return rc;
}

/* -- who gets a core --------------------------------------------------------------------------- */

static size_t pick(const struct run *r)
{
	tutti_sched_moment m = moment(r);
	size_t i;

	if (r->ready_n == 0)
		return TUTTI_SCHED_NOBODY;
	i = r->policy->pick ? r->policy->pick(&m) : 0;
	return i < r->ready_n ? i : TUTTI_SCHED_NOBODY;
}

static int run_ready(struct run *r, size_t i, int core)
{
	struct process *p = process_of(r->ready[i]);

	r->ready_n--;
	memmove(&r->ready[i], &r->ready[i + 1], (r->ready_n - i) * sizeof *r->ready);
	return run_on(r, p, core);
}

static int fill_cores(struct run *r)
{
	int rc = 0;

	while (r->policy->flags & TUTTI_SCHED_CORE_EACH && r->ready_n > 0 && rc == 0)
		rc = run_ready(r, 0, (int)r->ready[0]->process);
	for (int i = 0; i < r->options.cores && rc == 0; i++) {
		size_t who = r->cores[i].has ? TUTTI_SCHED_NOBODY : pick(r);

		if (who != TUTTI_SCHED_NOBODY)
			rc = run_ready(r, who, i);
	}
	return rc;
}

static bool has_idle_core(const struct run *r)
{
	for (int i = 0; i < r->options.cores; i++)
		if (!r->cores[i].has)
			return true;
	return false;
}

/*
 * The core of whoever must yield to task; of several the one who would yield to all others, the
 * last one where that does not say. -1: none. Who has its core since this instant keeps it, so that
 * an instant ends whatever the algorithm answers.
 */
static int find_victim(const struct run *r, const tutti_sched_task *task)
{
	tutti_sched_moment m = moment(r);
	int found = -1;

	for (int i = 0; i < r->options.cores; i++) {
		const struct core *c = &r->cores[i];

		if (c->has->state != TUTTI_SCHED_RUNNING || c->began == r->now ||
			!r->policy->preempts(&m, task, &c->has->task))
			continue;
		if (found < 0 ||
			!r->policy->preempts(&m, &c->has->task, &r->cores[found].has->task))
			found = i;
	}
	return found;
}

static int preempt_one(struct run *r, size_t who, int core)
{
	struct process *victim = r->cores[core].has;
	int rc = end_slice(r, core, TUTTI_SCHED_PREEMPTED);

	if (rc == 0)
		rc = run_ready(r, who, core);
	return rc < 0 ? rc : make_ready(r, victim, TUTTI_SCHED_PREEMPTED);
}

static int preempt(struct run *r)
{
	int rc = 0;

	while (rc == 0 && r->policy->preempts && !has_idle_core(r)) {
		size_t who = pick(r);
		int core = who == TUTTI_SCHED_NOBODY ? -1 : find_victim(r, r->ready[who]);

		if (core < 0)
			break;
		rc = preempt_one(r, who, core);
	}
	return rc;
}

/* -- from instant to instant ------------------------------------------------------------------- */

static int instant(struct run *r)
{
	static int (*const steps[])(
		struct run *) = { leave, arrive, wake, requeue, fill_cores, preempt };
	int rc = 0;

	for (size_t i = 0; i < sizeof steps / sizeof *steps && rc == 0; i++)
		rc = steps[i](r);
	return rc;
}

/* When something happens next. INT64_MAX: nothing ever will. */
static int64_t next_instant(const struct run *r)
{
	int64_t next = first_wake(r);

	if (r->arrived < r->n && r->arrivals[r->arrived]->task.arrival < next)
		next = r->arrivals[r->arrived]->task.arrival;
	for (int i = 0; i < r->options.cores; i++) {
		const struct core *c = &r->cores[i];

		if (c->has && c->has->state == TUTTI_SCHED_RUNNING && c->until < next)
			next = c->until;
	}
	return next;
}

static int run_all(struct run *r)
{
	int rc = 0;

	while (rc == 0) {
		r->now = next_instant(r);
		if (r->now == INT64_MAX)
			return r->ready_n > 0 ? -EDEADLK : 0;
		rc = instant(r);
	}
	return rc;
}

/* -- beginning and end ------------------------------------------------------------------------- */

static tutti_sched_options fill_in(
	const tutti_sched_policy *policy, const tutti_sched_options *options, size_t n)
{
	tutti_sched_options o = *options;
	int64_t usual = policy->slice_usual > 0 ? policy->slice_usual : 4;

	o.cores = o.cores > 0 ? o.cores : 1;
	if (policy->flags & TUTTI_SCHED_CORE_EACH)
		o.cores = n < INT32_MAX ? (int)n : INT32_MAX;
	o.slice = o.slice > 0 ? o.slice : usual;
	o.levels = o.levels > 0 ? o.levels : 3;
	o.factor = o.factor > 0 ? o.factor : 2;
	o.slices_max = o.slices_max > 0 ? o.slices_max : 1000000;
	return o;
}

static int by_arrival(const void *a, const void *b)
{
	const struct process *x = *(struct process *const *)a, *y = *(struct process *const *)b;

	if (x->task.arrival != y->task.arrival)
		return x->task.arrival < y->task.arrival ? -1 : 1;
	return (x->task.process > y->task.process) - (x->task.process < y->task.process);
}

static int set_up(struct run *r, const tutti_sched_process *given)
{
	size_t n = r->n;
	tutti_sched_result *result = r->trace.result;
	int rc = tu_sched_trace_begin(&r->trace, given, n);

	r->processes = tu_alloc_zero(n * sizeof *r->processes);
	r->arrivals = tu_alloc(n * sizeof(void *));
	r->ready = tu_alloc(n * sizeof(void *));
	r->late = tu_alloc(n * sizeof(void *));
	r->cores = tu_alloc_zero((size_t)r->options.cores * sizeof *r->cores);
	if (rc < 0 || !r->processes || !r->arrivals || !r->ready || !r->late || !r->cores)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const tutti_sched_process *p = &result->processes[i];

		r->processes[i] = (struct process){ .given = p,
			.measure = &result->measures[i],
			.core = -1,
			.task = { .process = i,
				.name = p->name,
				.arrival = p->arrival,
				.burst = p->bursts[0],
				.remaining = p->bursts[0] } };
		r->arrivals[i] = &r->processes[i];
	}
	qsort(r->arrivals, n, sizeof *r->arrivals, by_arrival);
	return 0;
}

static void clean_up(struct run *r)
{
	tu_free(r->processes);
	tu_free(r->arrivals);
	tu_free(r->ready);
	tu_free(r->late);
	tu_free(r->cores);
}

/* Why it ended before its end; memory is nobody's fault. */
static void explain(const struct run *r, tutti_sched_fault *fault, int rc)
{
	if (rc == -E2BIG)
		tu_sched_refuse(
			fault, 0, "it takes more than %" PRIu64 " slices", r->options.slices_max);
	else if (rc == -EDEADLK)
		tu_sched_refuse(fault, 0,
			"'%s' leaves cores idle for ever, and %zu of the processes are ready",
			r->policy->name ? r->policy->name : "?", r->ready_n);
}

int tutti_sched_run(const tutti_sched_policy *policy, const tutti_sched_process *processes,
	size_t n, const tutti_sched_options *options, tutti_sched_result *result)
{
	static const tutti_sched_options usual;
	const tutti_sched_options *o = options ? options : &usual;
	tutti_sched_result made;
	struct run r = { .policy = policy, .n = n, .trace = { .result = &made } };
	int rc;

	if (!policy || !result)
		return tu_sched_refuse(o->fault, 0, policy ? "no result" : "no algorithm");
	rc = tu_sched_check_options(o);
	if (rc == 0)
		rc = tu_sched_check_processes(processes, n, o->fault);
	if (rc < 0)
		return rc;
	r.options = fill_in(policy, o, n);
	r.trace.slices_max = r.options.slices_max;
	rc = set_up(&r, processes);
	made.name = policy->name;
	made.title = policy->title;
	made.cores = r.options.cores;
	made.slice = policy->slice ? r.options.slice : 0;
	made.levels = policy->has_levels ? r.options.levels : 0;
	made.factor = policy->has_levels ? r.options.factor : 0;
	if (rc == 0)
		rc = run_all(&r);
	if (rc == 0)
		rc = tu_sched_trace_end(&r.trace);
	explain(&r, o->fault, rc);
	clean_up(&r);
	if (rc == 0)
		*result = made;
	else
		tutti_sched_result_clear(&made);
	return rc;
}
