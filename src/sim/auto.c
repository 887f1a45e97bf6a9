/* SPDX-License-Identifier: MIT */
/*
 * auto.c - no strategy is the best for all programs, so they take turns.
 *
 * First every schedule with no preemption, with one, with two, for as long as these are not too
 * many: few are needed for most mistakes, and to have tried all of them is something to rely on.
 * Then by chance, each run by another one of the rest.
 */
#include "sim/strategy.h"

#include "core/alloc.h"

#include <errno.h>
#include <string.h>

static const struct stage {
	const struct tu_strategy *strategy;
	const char *argument;
	uint64_t most; /* runs; 0: it is one of those that take turns */
} stages[] = {
	{ &tu_strategy_exhaustive, "0", 500 },
	{ &tu_strategy_exhaustive, "1", 1500 },
	{ &tu_strategy_exhaustive, "2", 2000 },
	{ &tu_strategy_random, NULL, 0 },
	{ &tu_strategy_pct, "2", 0 },
	{ &tu_strategy_pct, "3", 0 },
};

enum { STAGES = sizeof(stages) / sizeof(stages[0]), SEARCHES = 3 };

struct portfolio {
	void *self[STAGES];
	uint64_t runs[STAGES];
	unsigned now;
	bool complete[SEARCHES];
};

static void auto_close(void *self)
{
	struct portfolio *p = self;

	for (unsigned i = 0; i < STAGES; i++)
		if (p->self[i])
			stages[i].strategy->close(p->self[i]);
	tu_free(p);
}

static int auto_open(void **self, const char *argument, uint64_t seed)
{
	struct portfolio *p = argument ? NULL : tu_alloc_zero(sizeof(*p));
	int rc = p ? 0 : argument ? -EINVAL : -ENOMEM;

	for (unsigned i = 0; rc == 0 && i < STAGES; i++)
		rc = stages[i].strategy->open(&p->self[i], stages[i].argument, seed);
	if (rc < 0 && p)
		auto_close(p);
	*self = p;
	return rc;
}

/* Another run of a search; false: it is complete, or has had its share. */
static bool go_on(struct portfolio *p, unsigned i)
{
	if (p->complete[i] || p->runs[i] == stages[i].most)
		return false;
	p->complete[i] = !stages[i].strategy->begin(p->self[i], p->runs[i]);
	return !p->complete[i];
}

static bool auto_begin(void *self, uint64_t run)
{
	struct portfolio *p = self;

	for (p->now = 0; p->now < SEARCHES; p->now++)
		if (go_on(p, p->now)) {
			p->runs[p->now]++;
			return true;
		}
	p->now = SEARCHES + run % (STAGES - SEARCHES);
	return stages[p->now].strategy->begin(p->self[p->now], p->runs[p->now]++);
}

static unsigned auto_choose(void *self, const struct tu_question *q, const struct tu_choices *made)
{
	struct portfolio *p = self;

	return stages[p->now].strategy->choose(p->self[p->now], q, made);
}

static void auto_end(void *self, const struct tu_choices *made)
{
	struct portfolio *p = self;

	if (p->now < SEARCHES) {
		stages[p->now].strategy->end(p->self[p->now], made);
		return;
	}
	for (unsigned i = SEARCHES; i < STAGES; i++) /* how long runs are concerns all of these */
		if (stages[i].strategy->end)
			stages[i].strategy->end(p->self[i], made);
}

static void auto_born(void *self, struct tu_actor *a)
{
	struct portfolio *p = self;

	if (stages[p->now].strategy->born)
		stages[p->now].strategy->born(p->self[p->now], a);
}

static void auto_polled(void *self, struct tu_actor *a)
{
	struct portfolio *p = self;

	if (stages[p->now].strategy->polled)
		stages[p->now].strategy->polled(p->self[p->now], a);
}

static void auto_shown(void *self, uint64_t runs, char *buf, size_t n)
{
	struct portfolio *p = self;
	uint64_t searched = 0, others;
	size_t used = 0;

	for (int i = SEARCHES - 1; i >= 0 && used == 0; i--)
		if (p->complete[i])
			used = (size_t)snprintf(buf, n,
				"all %llu schedules with at most %s preemption%s",
				(unsigned long long)p->runs[i], stages[i].argument,
				strcmp(stages[i].argument, "1") == 0 ? "" : "s");
	for (unsigned i = 0; i < SEARCHES; i++)
		searched += p->complete[i] ? p->runs[i] : 0;
	others = runs > searched ? runs - searched : 0;
	if (others > 0 && used < n)
		snprintf(buf + used, n - used, "%s%llu others", used > 0 ? " and " : "",
			(unsigned long long)others);
}

const struct tu_strategy tu_strategy_auto = { .name = "auto",
	.usage = "auto",
	.preempts = true,
	.open = auto_open,
	.close = auto_close,
	.begin = auto_begin,
	.choose = auto_choose,
	.end = auto_end,
	.born = auto_born,
	.polled = auto_polled,
	.shown = auto_shown };
