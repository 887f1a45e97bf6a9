/* SPDX-License-Identifier: MIT */
/* repeat.c - the strategy that gives the answers of a list: a run once more, or one like it. */
#include "sim/strategy.h"

#include "core/alloc.h"

#include <errno.h>
#include <string.h>

struct repeat {
	struct tu_answered *answered;
	size_t count, at;
	bool loose; /* what does not fit is passed over, and is no other run */
	bool diverged;
	uint64_t step; /* where it did */
};

int tu_strategy_repeat_open(
	void **self, const struct tu_answered *answered, size_t count, bool loose)
{
	struct repeat *r = tu_alloc_zero(sizeof(*r));

	if (r && count > 0)
		r->answered = tu_alloc(count * sizeof(*answered));
	if (!r || (count > 0 && !r->answered)) {
		tu_free(r);
		return -ENOMEM;
	}
	if (count > 0)
		memcpy(r->answered, answered, count * sizeof(*answered));
	r->count = count;
	r->loose = loose;
	*self = r;
	return 0;
}

static void repeat_close(void *self)
{
	tu_free(((struct repeat *)self)->answered);
	tu_free(self);
}

static bool repeat_begin(void *self, uint64_t run)
{
	((struct repeat *)self)->at = 0;
	return run == 0;
}

static bool same(const struct tu_answered *a, const struct tu_answered *b)
{
	return a->kind == b->kind && a->n == b->n && a->hash == b->hash;
}

/* Another question than the one that was answered: the answer stands if it is one. */
static unsigned fitting(const struct tu_answered *a, const struct tu_question *q)
{
	return a->kind == q->kind && a->answer < q->n ? a->answer : 0;
}

/* Behind the end of the list, or where it is another run, nothing forces anybody. */
static unsigned repeat_choose(
	void *self, const struct tu_question *q, const struct tu_choices *made)
{
	struct repeat *r = self;

	if (r->diverged || r->at >= r->count)
		return 0;
	if (r->loose)
		return fitting(&r->answered[r->at++], q);
	if (!same(&r->answered[r->at], &made->answered[made->count])) {
		r->diverged = true;
		r->step = made->step;
		return 0;
	}
	return r->answered[r->at++].answer;
}

bool tu_strategy_diverged(const struct tu_strategy *s, const void *self, size_t *at, uint64_t *step)
{
	const struct repeat *r = self;

	if (s->choose != repeat_choose)
		return false;
	*at = r->at;
	*step = r->step;
	return r->diverged;
}

const struct tu_strategy *tu_strategy_repeat(bool preempts)
{
	static const struct tu_strategy always = { .name = "replay",
		.usage = "replay",
		.preempts = true,
		.close = repeat_close,
		.begin = repeat_begin,
		.choose = repeat_choose };
	static const struct tu_strategy forced = { .name = "replay",
		.usage = "replay",
		.close = repeat_close,
		.begin = repeat_begin,
		.choose = repeat_choose };

	return preempts ? &always : &forced;
}
