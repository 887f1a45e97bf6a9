/* SPDX-License-Identifier: MIT */
/*
 * exhaustive.c - every schedule with at most so many preemptions, each once.
 *
 * A depth-first search over the answers: a run follows the path of the last one up to the answer
 * that is changed, and takes the first answer from there on. What costs a preemption is to stop
 * one that could go on, to move the clock while somebody can run, and each fault.
 *
 * Numbers that the program draws are all tried if there are few; else one stands for all.
 */
#include "sim/strategy.h"

#include "core/alloc.h"
#include "sim/machine.h"

#include <errno.h>
#include <stdlib.h>

enum { DRAWS_MOST = 8, BOUND_MOST = 100 };

struct node {
	uint32_t n, answer;
	bool costs; /* any answer but the first */
	bool time;  /* the last answer does: it moves the clock */
};

struct search {
	struct node *path; /* of the last run; then what the next one follows */
	size_t depth, room, at;
	unsigned bound;
	bool complete;
};

static int search_open(void **self, const char *argument, uint64_t seed)
{
	char *end = NULL;
	long bound = argument ? strtol(argument, &end, 10) : 2;
	struct search *s;

	(void)seed;
	if (bound < 0 || bound > BOUND_MOST || (argument && (*end || end == argument)))
		return -EINVAL;
	s = tu_alloc_zero(sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->bound = (unsigned)bound;
	*self = s;
	return 0;
}

static void search_close(void *self)
{
	tu_free(((struct search *)self)->path);
	tu_free(self);
}

static unsigned cost(const struct node *node, uint32_t answer)
{
	return (node->costs && answer > 0) || (node->time && answer == node->n - 1);
}

/* Change the last answer that can be changed; false: none can. */
static bool step_back(struct search *s)
{
	unsigned spent = 0;

	for (size_t i = 0; i < s->depth; i++)
		spent += cost(&s->path[i], s->path[i].answer);
	for (; s->depth > 0; s->depth--) {
		struct node *last = &s->path[s->depth - 1];

		spent -= cost(last, last->answer);
		while (++last->answer < last->n)
			if (spent + cost(last, last->answer) <= s->bound)
				return true;
	}
	return false;
}

static bool search_begin(void *self, uint64_t run)
{
	struct search *s = self;

	if (s->complete || (run > 0 && !step_back(s))) {
		s->complete = true;
		return false;
	}
	s->at = 0;
	return true;
}

static unsigned search_choose(
	void *self, const struct tu_question *q, const struct tu_choices *made)
{
	struct search *s = self;

	(void)q, (void)made;
	return s->at < s->depth ? s->path[s->at++].answer : 0;
}

static bool costs(const struct tu_answered *a)
{
	switch (a->kind) {
	case TU_CHOICE_ACTOR:
		return a->goes_on;
	case TU_CHOICE_RANDOM:
		return false;
	default:
		return true;
	}
}

static void make_room(struct search *s, size_t room)
{
	if (room <= s->room)
		return;
	tu_free(s->path);
	s->room = room * 2;
	s->path = tu_machine_alloc(s->room * sizeof(*s->path));
}

/* What the run was asked and has answered is the path to go back on. */
static void search_end(void *self, const struct tu_choices *made)
{
	struct search *s = self;

	make_room(s, made->count);
	for (size_t i = 0; i < made->count; i++) {
		const struct tu_answered *a = &made->answered[i];
		bool one_for_all = a->kind == TU_CHOICE_RANDOM && a->n > DRAWS_MOST;

		s->path[i] = (struct node){ one_for_all ? 1 : a->n, a->answer, costs(a), a->time };
	}
	s->depth = made->count;
}

static void search_shown(void *self, uint64_t runs, char *buf, size_t n)
{
	const struct search *s = self;

	snprintf(buf, n, "%s%llu schedules with at most %u preemption%s", s->complete ? "all " : "",
		(unsigned long long)runs, s->bound, s->bound == 1 ? "" : "s");
}

const struct tu_strategy tu_strategy_exhaustive = { .name = "exhaustive",
	.usage = "exhaustive[:PREEMPTIONS]",
	.preempts = true,
	.open = search_open,
	.close = search_close,
	.begin = search_begin,
	.choose = search_choose,
	.end = search_end,
	.shown = search_shown };
