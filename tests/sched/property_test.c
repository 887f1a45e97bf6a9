/* SPDX-License-Identifier: MIT */
/* rows: F142 F144 F145 P110 C27 */
/*
 * property_test.c - what holds for every run, over random workloads: of any algorithm, and of each.
 *
 * The runs are judged by their trace alone, from the changes of state on, with none of the
 * simulator's own bookkeeping.
 */
#include "base/prng.h"
#include "sched/told.h"

#include <tutti/sched_workload.h>

enum { PROCESSES_MOST = 9, BURSTS_MOST = 7, CORES_MOST = 4 };

struct load {
	tutti_sched_process processes[PROCESSES_MOST];
	int64_t bursts[PROCESSES_MOST][BURSTS_MOST];
	size_t n;
	tutti_sched_options options;
};

static void draw_load(struct load *l, struct tu_prng *prng, bool io)
{
	l->n = 1 + tu_prng_below(prng, PROCESSES_MOST);
	l->options = (tutti_sched_options){ .cores = 1 + (int)tu_prng_below(prng, CORES_MOST),
		.slice = 1 + (int64_t)tu_prng_below(prng, 4),
		.levels = 1 + (int)tu_prng_below(prng, 4),
		.factor = 1 + (int)tu_prng_below(prng, 3),
		.keep_slice = tu_prng_below(prng, 4) == 0 };
	for (size_t i = 0; i < l->n; i++) {
		tutti_sched_process *p = &l->processes[i];

		*p = (tutti_sched_process){ NULL, (int64_t)tu_prng_below(prng, 20), l->bursts[i],
			io ? 1 + 2 * tu_prng_below(prng, BURSTS_MOST / 2 + 1) : 1 };
		for (size_t j = 0; j < p->bursts_n; j++)
			l->bursts[i][j] = 1 + (int64_t)tu_prng_below(prng, 9);
	}
}

static void run(const char *policy, const struct load *l, tutti_sched_result *r)
{
	CHECK_EQ(tutti_sched_run(tutti_sched_find(policy), l->processes, l->n, &l->options, r), 0);
}

/* -- of any algorithm -------------------------------------------------------------------------- */

/* What is known of a process at some change. */
struct life {
	tutti_sched_state state;
	int64_t since, ran, waited; /* ran: of the present burst */
	int64_t first;              /* tick on a core; -1: none yet */
	size_t burst;
	int core;
};

static void live(struct life *life, const tutti_sched_process *p, const tutti_sched_change *c)
{
	int64_t passed = c->at - life->since;

	CHECK(passed >= 0);
	CHECK_EQ(life->state, c->from);
	if (c->from == TUTTI_SCHED_NEW)
		CHECK_EQ(c->at, p->arrival);
	if (c->from == TUTTI_SCHED_READY)
		life->waited += passed;
	if (c->from == TUTTI_SCHED_RUNNING)
		life->ran += passed;
	if (c->to == TUTTI_SCHED_RUNNING && life->first < 0)
		life->first = c->at;
	if (c->from == TUTTI_SCHED_RUNNING && c->to != TUTTI_SCHED_READY) {
		/* it ran exactly as long as it should */
		CHECK_EQ(life->ran, p->bursts[life->burst]);
		life->ran = 0;
		life->burst++;
	}
	if (c->from == TUTTI_SCHED_BLOCKED)
		CHECK_EQ(passed, p->bursts[life->burst++]);
	CHECK_EQ(tutti_sched_state_change(&life->state, c->to), 0);
	life->since = c->at;
	life->core = c->core;
}

/* Every burst is run exactly, every wait lasts exactly, and the measures are what they are. */
static void each_life_is_whole(const struct load *l, const tutti_sched_result *r)
{
	for (size_t i = 0; i < l->n; i++) {
		const tutti_sched_process *p = &l->processes[i];
		struct life life = { .first = -1 };

		for (size_t j = 0; j < r->changes_n; j++)
			if (r->changes[j].process == i)
				live(&life, p, &r->changes[j]);
		CHECK_EQ(life.state, TUTTI_SCHED_TERMINATED);
		CHECK_EQ(life.burst, p->bursts_n);
		CHECK_EQ(r->measures[i].waiting, life.waited);
		CHECK_EQ(r->measures[i].response, life.first - p->arrival);
		CHECK_EQ(r->measures[i].finish, life.since);
		CHECK_EQ(r->measures[i].turnaround, life.since - p->arrival);
	}
}

static void slices_do_not_overlap(const tutti_sched_result *r)
{
	for (size_t i = 0; i < r->slices_n; i++) {
		const tutti_sched_slice *a = &r->slices[i];

		CHECK(a->begin < a->end);
		CHECK(a->core >= 0 && a->core < r->cores);
		for (size_t j = i + 1; j < r->slices_n; j++) {
			const tutti_sched_slice *b = &r->slices[j];

			CHECK(a->begin < b->begin || (a->begin == b->begin && a->core < b->core));
			if (a->core == b->core || a->process == b->process)
				CHECK(a->end <= b->begin);
		}
	}
}

/* At each instant, when all that happens then has happened. */
typedef void (*look_fn)(const struct load *l, const tutti_sched_result *r,
	const struct life lives[PROCESSES_MOST], const int levels[PROCESSES_MOST]);

static void at_each_instant(const struct load *l, const tutti_sched_result *r, look_fn look)
{
	struct life lives[PROCESSES_MOST] = { 0 };
	int levels[PROCESSES_MOST] = { 0 };

	for (size_t i = 0; i < r->changes_n; i++) {
		const tutti_sched_change *c = &r->changes[i];

		CHECK(i == 0 || r->changes[i - 1].at <= c->at);
		lives[c->process].state = c->to;
		lives[c->process].core = c->core;
		levels[c->process] = c->level;
		if (i + 1 == r->changes_n || r->changes[i + 1].at > c->at)
			look(l, r, lives, levels);
	}
}

/* No core is idle while somebody is ready. One that is kept through I/O is not idle. */
static void look_for_idle(const struct load *l, const tutti_sched_result *r,
	const struct life lives[PROCESSES_MOST], const int levels[PROCESSES_MOST])
{
	int taken = 0, ready = 0;

	(void)levels;
	for (size_t i = 0; i < l->n; i++) {
		tutti_sched_state state = lives[i].state;

		taken += state == TUTTI_SCHED_RUNNING ||
			 (state == TUTTI_SCHED_BLOCKED && lives[i].core >= 0);
		ready += state == TUTTI_SCHED_READY;
	}
	CHECK(taken <= r->cores);
	CHECK(ready == 0 || taken == r->cores);
}

/* -- of each ----------------------------------------------------------------------------------- */

/* Who became ready first gets a core first, from the first to the last. */
static void goes_in_order(const struct load *l, const tutti_sched_result *r)
{
	size_t line[200], head = 0, tail = 0;

	(void)l;
	for (size_t i = 0; i < r->changes_n; i++) {
		const tutti_sched_change *c = &r->changes[i];

		if (c->to == TUTTI_SCHED_READY) {
			CHECK(tail < sizeof line / sizeof *line);
			line[tail++] = c->process;
		} else if (c->to == TUTTI_SCHED_RUNNING) {
			CHECK_EQ(c->process, line[head++]);
		}
	}
	CHECK_EQ(head, tail);
}

static void nobody_is_interrupted(const tutti_sched_result *r)
{
	for (size_t i = 0; i < r->slices_n; i++)
		CHECK_EQ(r->slices[i].why, TUTTI_SCHED_BURST_OVER);
}

/* Nobody has more than a slice, and while one waits nobody else has two. */
static void is_fair(const struct load *l, const tutti_sched_result *r)
{
	for (size_t i = 0; i < r->slices_n; i++) {
		const tutti_sched_slice *s = &r->slices[i];

		CHECK(s->end - s->begin <= l->options.slice);
		CHECK_EQ(s->why == TUTTI_SCHED_SLICE_OVER || s->why == TUTTI_SCHED_BURST_OVER, 1);
	}
	for (size_t i = 0; i < r->changes_n; i++) {
		int begun[PROCESSES_MOST] = { 0 };
		size_t who = r->changes[i].process;

		if (r->changes[i].to != TUTTI_SCHED_READY)
			continue;
		for (size_t j = i + 1; r->changes[j].process != who; j++)
			if (r->changes[j].to == TUTTI_SCHED_RUNNING)
				CHECK(++begun[r->changes[j].process] <= 1);
	}
}

/* A lower queue is not served while there is somebody in a higher one. */
static void look_for_lower(const struct load *l, const tutti_sched_result *r,
	const struct life lives[PROCESSES_MOST], const int levels[PROCESSES_MOST])
{
	(void)r;
	for (size_t i = 0; i < l->n; i++)
		for (size_t j = 0; j < l->n; j++)
			if (lives[i].state == TUTTI_SCHED_RUNNING &&
				lives[j].state == TUTTI_SCHED_READY)
				CHECK(levels[i] <= levels[j]);
}

static int64_t slice_of_level(const struct load *l, int level)
{
	int64_t slice = l->options.slice;

	for (int i = 1; i < level; i++)
		slice *= l->options.factor;
	return slice;
}

/* A slice used up is as long as its queue's, and one queue down; any other end is none. */
static void goes_down_by_its_slices(const struct load *l, const tutti_sched_result *r)
{
	int level[PROCESSES_MOST];
	bool whole[PROCESSES_MOST]; /* the slice under way is a fresh one */

	for (size_t i = 0; i < l->n; i++) {
		level[i] = 1;
		whole[i] = true;
	}
	for (size_t i = 0; i < r->slices_n; i++) {
		const tutti_sched_slice *s = &r->slices[i];
		int64_t length = s->end - s->begin, most = slice_of_level(l, s->level);

		CHECK_EQ(s->level, level[s->process]);
		CHECK(length <= most);
		if (s->why == TUTTI_SCHED_SLICE_OVER && whole[s->process])
			CHECK_EQ(length, most);
		if (s->why == TUTTI_SCHED_SLICE_OVER && s->level < l->options.levels)
			level[s->process]++;
		whole[s->process] = s->why != TUTTI_SCHED_PREEMPTED || !l->options.keep_slice;
	}
}

static void no_longer_one_runs(
	const struct load *l, const tutti_sched_state *states, const int64_t *left)
{
	for (size_t i = 0; i < l->n; i++)
		for (size_t j = 0; j < l->n; j++)
			if (states[i] == TUTTI_SCHED_RUNNING && states[j] == TUTTI_SCHED_READY)
				CHECK(left[i] <= left[j]);
}

/* At no instant does one run that has more left of its burst than one that is ready. */
static void never_a_longer_one(const struct load *l, const tutti_sched_result *r)
{
	tutti_sched_state states[PROCESSES_MOST] = { TUTTI_SCHED_NEW };
	int64_t left[PROCESSES_MOST], now[PROCESSES_MOST], since[PROCESSES_MOST] = { 0 };
	size_t burst[PROCESSES_MOST] = { 0 };

	for (size_t i = 0; i < l->n; i++)
		left[i] = l->bursts[i][0];
	for (size_t i = 0; i < r->changes_n; i++) {
		const tutti_sched_change *c = &r->changes[i];
		size_t p = c->process;

		if (c->from == TUTTI_SCHED_RUNNING)
			left[p] -= c->at - since[p];
		if (c->to == TUTTI_SCHED_BLOCKED)
			left[p] = l->bursts[p][burst[p] += 2];
		since[p] = c->at;
		states[p] = c->to;
		if (i + 1 < r->changes_n && r->changes[i + 1].at == c->at)
			continue;
		for (size_t j = 0; j < l->n; j++)
			now[j] =
				left[j] - (states[j] == TUTTI_SCHED_RUNNING ? c->at - since[j] : 0);
		no_longer_one_runs(l, states, now);
	}
}

/* Whoever begins was the shortest of those who were ready. */
static void begins_with_the_shortest(const struct load *l, const tutti_sched_result *r)
{
	bool ready[PROCESSES_MOST] = { false };
	size_t burst[PROCESSES_MOST] = { 0 };

	for (size_t i = 0; i < r->changes_n; i++) {
		const tutti_sched_change *c = &r->changes[i];

		if (c->to == TUTTI_SCHED_RUNNING)
			for (size_t j = 0; j < l->n; j++)
				CHECK(!ready[j] || l->bursts[c->process][burst[c->process]] <=
							   l->bursts[j][burst[j]]);
		if (c->to == TUTTI_SCHED_BLOCKED)
			burst[c->process] += 2;
		ready[c->process] = c->to == TUTTI_SCHED_READY;
	}
}

static void judge(const char *policy, const struct load *l)
{
	bool is_fcfs = strcmp(policy, "fcfs") == 0, is_rr = strcmp(policy, "rr") == 0;
	tutti_sched_result r;

	run(policy, l, &r);
	each_life_is_whole(l, &r);
	slices_do_not_overlap(&r);
	at_each_instant(l, &r, look_for_idle);
	if (is_fcfs || is_rr)
		goes_in_order(l, &r);
	if (is_rr)
		is_fair(l, &r);
	if (is_fcfs || strcmp(policy, "sjf") == 0 || strcmp(policy, "rtc") == 0)
		nobody_is_interrupted(&r);
	if (strcmp(policy, "sjf") == 0)
		begins_with_the_shortest(l, &r);
	if (strcmp(policy, "srtf") == 0)
		never_a_longer_one(l, &r);
	if (strcmp(policy, "parallel") == 0)
		CHECK(r.waiting_mean == 0 && r.switches == 0);
	if (strcmp(policy, "mlfq") == 0) {
		at_each_instant(l, &r, look_for_lower);
		goes_down_by_its_slices(l, &r);
	}
	tutti_sched_result_clear(&r);
}

/* rows: F145 */
static void every_run_holds(void)
{
	struct tu_prng prng;
	struct load l;

	tu_prng_init(&prng, 1);
	for (int i = 0; i < suite_rounds(300); i++) {
		draw_load(&l, &prng, i % 3 != 0);
		for (size_t j = 0; tutti_sched_builtin(j); j++)
			judge(tutti_sched_builtin(j)->name, &l);
	}
}

static void the_same_is_the_same_again(void)
{
	struct tu_prng prng;
	tutti_sched_result a, b;
	struct load l;

	tu_prng_init(&prng, 2);
	for (int i = 0; i < 50; i++) {
		draw_load(&l, &prng, true);
		run("mlfq", &l, &a);
		run("mlfq", &l, &b);
		CHECK_EQ(a.changes_n, b.changes_n);
		for (size_t j = 0; j < a.changes_n; j++) {
			CHECK_EQ(a.changes[j].at, b.changes[j].at);
			CHECK_EQ(a.changes[j].process, b.changes[j].process);
			CHECK_EQ(a.changes[j].to, b.changes[j].to);
			CHECK_EQ(a.changes[j].core, b.changes[j].core);
		}
		tutti_sched_result_clear(&a);
		tutti_sched_result_clear(&b);
	}
}

/* -- the least mean waiting -------------------------------------------------------------------- */

enum { TINY = 4, TINY_BURST = 4 };

/*
 * The least sum of waiting times from now on, over every way to give the core, tick by tick. At
 * each tick every one that has come and has not ended waits, but for the one that runs.
 */
static int64_t least_waiting(const struct load *l, int64_t left[TINY], int64_t now)
{
	int64_t least = INT64_MAX;
	int waiting = 0;
	bool any = false;

	for (size_t i = 0; i < l->n; i++) {
		any = any || left[i] > 0;
		waiting += left[i] > 0 && l->processes[i].arrival <= now;
	}
	if (!any)
		return 0;
	if (waiting == 0)
		return least_waiting(l, left, now + 1);
	for (size_t i = 0; i < l->n; i++) {
		if (left[i] == 0 || l->processes[i].arrival > now)
			continue;
		left[i]--;
		int64_t sum = waiting - 1 + least_waiting(l, left, now + 1);

		left[i]++;
		least = sum < least ? sum : least;
	}
	return least;
}

static int64_t waiting_of(const char *policy, const struct load *l)
{
	tutti_sched_result r;
	int64_t sum = 0;

	run(policy, l, &r);
	for (size_t i = 0; i < r.processes_n; i++)
		sum += r.measures[i].waiting;
	tutti_sched_result_clear(&r);
	return sum;
}

static void nothing_waits_less_than_srtf(void)
{
	struct tu_prng prng;
	struct load l;

	tu_prng_init(&prng, 3);
	for (int i = 0; i < suite_rounds(40); i++) {
		int64_t left[TINY], srtf;

		draw_load(&l, &prng, false);
		l.options.cores = 1;
		l.n = 1 + i % TINY;
		for (size_t j = 0; j < l.n; j++) {
			left[j] = l.bursts[j][0] = 1 + l.bursts[j][0] % TINY_BURST;
			l.processes[j].arrival %= 6;
		}
		srtf = waiting_of("srtf", &l);
		CHECK_EQ(srtf, least_waiting(&l, left, 0));
		CHECK(srtf <= waiting_of("sjf", &l));
	}
}

static void of_all_srtf_waits_least(void)
{
	struct tu_prng prng;
	struct load l;

	tu_prng_init(&prng, 4);
	for (int i = 0; i < suite_rounds(200); i++) {
		draw_load(&l, &prng, false);
		l.options.cores = 1;
		for (size_t j = 0; tutti_sched_builtin(j); j++)
			if (strcmp(tutti_sched_builtin(j)->name, "parallel") != 0)
				CHECK(waiting_of("srtf", &l) <=
					waiting_of(tutti_sched_builtin(j)->name, &l));
	}
}

/* -- who is said to be the better algorithm ---------------------------------------------------- */

/* The mean response of the processes with I/O, who are those that somebody sits in front of. */
static double short_response(const char *policy, const tutti_sched_workload *w)
{
	tutti_sched_result r;
	double sum = 0, n = 0;

	CHECK_EQ(tutti_sched_run(tutti_sched_find(policy), w->processes, w->processes_n, NULL, &r),
		0);
	for (size_t i = 0; i < r.processes_n; i++) {
		if (r.processes[i].bursts_n == 1)
			continue;
		sum += (double)r.measures[i].response;
		n++;
	}
	tutti_sched_result_clear(&r);
	return sum / n;
}

/* On mixes of short jobs and long ones. */
static void the_feedback_queue_answers_soonest(void)
{
	for (uint64_t seed = 1; seed <= 50; seed++) {
		tutti_sched_workload w;

		CHECK_EQ(tutti_sched_workload_random(&w, seed, 12), 0);
		double mlfq = short_response("mlfq", &w);

		CHECK(mlfq < short_response("fcfs", &w));
		CHECK(mlfq < short_response("rr", &w));
		CHECK(mlfq <= short_response("sjf", &w));
		tutti_sched_workload_clear(&w);
	}
}

int main(void)
{
	suite_begin();
	RUN(every_run_holds);
	RUN(the_same_is_the_same_again);
	RUN(nothing_waits_less_than_srtf);
	RUN(of_all_srtf_waits_least);
	RUN(the_feedback_queue_answers_soonest);
	return suite_end();
}
