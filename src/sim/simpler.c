/* SPDX-License-Identifier: MIT */
/* simpler.c - see trial.h: a failed run made simpler before it is told of. */
#include "sim/trial.h"

#include "core/alloc.h"
#include "os/port.h"

static const tutti_time shrink_budget = TUTTI_SECONDS(5);
enum { SHRINK_RUNS = 500 };

static void run_list(const struct tu_answered *list, size_t count)
{
	const struct tu_strategy *strategy = tu_trial.strategy;
	void *self = tu_trial.self;

	if (tu_strategy_repeat_open(&tu_trial.self, list, count, true) == 0) {
		tu_trial.strategy = tu_strategy_repeat(strategy->preempts);
		tu_trial.strategy->begin(tu_trial.self, 0);
		tu_trial_run();
		tu_trial.strategy->close(tu_trial.self);
	}
	tu_trial.strategy = strategy;
	tu_trial.self = self;
}

static bool can_be_simpler(void)
{
	return tu_verdict.trouble != TU_TROUBLE_NONE && tu_verdict.trouble != TU_TROUBLE_OUTSIDE &&
	       !tu_trial.repeats && !(tu_trial.o.flags & TUTTI_SIM_AS_FOUND) &&
	       tu_shrink_switches(tu_choices_made()) > 0;
}

static void shrink(struct tu_shrink *s)
{
	int64_t end = tu_real_now() + shrink_budget;

	tu_shrink_begin(s, tu_choices_made(), SHRINK_RUNS);
	while (tu_real_now() < end && tu_shrink_next(s)) {
		run_list(s->list, s->count);
		tu_shrink_tried(s, tu_trial_fails_alike(), tu_choices_made());
	}
	tu_trial.first.told = true;
	if (s->switches < s->found)
		run_list(s->best.answered, s->best.count);
}

static void move_page(struct tu_page *to, struct tu_page *from)
{
	tu_free(to->text);
	*to = *from;
	*from = (struct tu_page){ 0 };
}

void tu_trial_make_simpler(void)
{
	tutti_sim_result result = tu_trial.result;

	if (!can_be_simpler())
		return;
	tu_trial.first.verdict = tu_verdict;
	tu_verdict = (struct tu_verdict){ 0 };
	move_page(&tu_trial.first.report, &tu_trial.report);
	move_page(&tu_trial.first.json, &tu_trial.json);
	tu_trial.first.looking = true;
	shrink(&tu_trial.first.shrink);
	if (tu_trial.report.n == 0) {
		move_page(&tu_trial.report, &tu_trial.first.report);
		move_page(&tu_trial.json, &tu_trial.first.json);
	} else {
		result.hash = tu_trial.result.hash;
	}
	tu_trial.result = result;
	tu_free(tu_verdict.words.text);
	tu_verdict = tu_trial.first.verdict;
	tu_shrink_end(&tu_trial.first.shrink);
	tu_free(tu_trial.first.report.text);
	tu_free(tu_trial.first.json.text);
}
