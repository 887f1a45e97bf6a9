/* SPDX-License-Identifier: MIT */
/* trial.c - see trial.h: one run, and one after the other. */
#include "sim/trial.h"

#include "core/worker.h"
#include "exec/alive.h"
#include "exec/threads.h"
#include "os/port.h"
#include "sim/hints.h"
#include "sim/replay.h"

#include <string.h>
#include <tutti/thread.h>

struct tu_trial tu_trial;

static bool inside; /* a run is under way */

static void describe(void)
{
	unsigned switches = tu_shrink_switches(tu_choices_made());
	struct tu_finding f = { .trouble = tu_verdict.trouble,
		.name = tu_trial.o.name,
		.strategy = tu_trial.strategy_text,
		.seed = tu_trial.o.seed,
		.run = tu_trial.run,
		.runs = tu_trial.o.runs,
		.words = tu_verdict_words(),
		.found = tu_trial.first.looking ? tu_trial.first.shrink.found : switches,
		.switches = switches,
		.tries = tu_trial.first.shrink.tries };
	struct tu_keep keep = { .file = tu_trial.save,
		.flags = tu_trial.o.flags |
			 (tu_trial.machine.early_time ? 0 : TUTTI_SIM_STRICT_TIME),
		.settings = "",
		.before = "TUTTI_SIM_REPLAY=",
		.after = "" };

	if (*tu_trial.save)
		tu_replay_keep(&f, &keep, tu_choices_made());
	tu_finding_text(&tu_trial.report, &f);
	tu_verdict_warn(&tu_trial.report);
	tu_finding_json(&tu_trial.json, &f);
}

/* Is anybody left who is not a daemon? */
static void count_left(struct tu_actor *a, void *n)
{
	struct tu_context *c = tu_actor_context(a);

	if (!c || (!c->worker->daemon && !c->worker->helper))
		++*(unsigned *)n;
}

bool tu_trial_fails_alike(void)
{
	return tu_verdict.trouble == tu_trial.first.verdict.trouble &&
	       tu_shrink_same_words(
		       tu_verdict_words(), tu_page_text(&tu_trial.first.verdict.words));
}

/* On an actor's stack. */
void tu_trial_over(enum tu_trouble trouble)
{
	unsigned left = 0;

	if (trouble == TU_TROUBLE_DEADLOCK && !tu_machine.root) {
		tu_machine_each(count_left, &left);
		trouble = left > 0 ? TU_TROUBLE_LEFT : TU_TROUBLE_NONE;
	}
	if (trouble != TU_TROUBLE_NONE)
		tu_verdict_note(trouble);
	if (tu_trial.first.looking ? tu_trial.first.told && tu_trial_fails_alike()
				   : tu_verdict.trouble != TU_TROUBLE_NONE)
		describe();
	tu_machine_leave();
}

/* In a signal handler, on the stack of who waits there: the run is left from it as from a call. */
void tu_trial_held(const char *words)
{
	if (!inside || tu_machine.running == &tu_machine.outside)
		return;
	tu_verdict_add(words);
	tu_os_tick_left();
	tu_trial_over(TU_TROUBLE_OUTSIDE);
}

/* Likewise, and the process dies of it afterwards: the report is all that is left of the check. */
void tu_trial_crashed(int signal)
{
	if (!inside)
		return;
	inside = false;
	if (tu_trial.first.looking) {
		tu_trial.report = tu_trial.first.report; /* that one is what was found */
	} else {
		tu_page_add(
			&tu_verdict.words, "it ended by signal %d (%s)", signal, strsignal(signal));
		tu_verdict_note(TU_TROUBLE_FAILED);
		describe();
	}
	if (!(tu_trial.o.flags & TUTTI_SIM_QUIET))
		tu_os_write_error(tu_trial.report.text, tu_trial.report.n);
}

static void *test_main(void *arg)
{
	tu_trial.test(tu_trial.o.arg);
	return arg;
}

void tu_trial_run(void)
{
	static const tutti_thread_options named = { .name = "main", .daemon = -1 };
	unsigned names = tu_thread_names_from(0); /* the same in each run */
	unsigned pools = tu_threads_names_from(0);
	tutti_thread *root;

	tu_verdict_begin();
	tu_machine_begin(&tu_trial.machine);
	tu_hints_begin();
	tu_choices_begin(tu_trial.strategy, tu_trial.self);
	tu_os_port = &tu_machine_port;
	inside = true;
	root = tutti_thread_start(test_main, NULL, &named);
	tu_machine_run();
	inside = false;
	tu_os_port = NULL;
	tutti_future_unref(root);
	tu_machine_abandon();
	tu_thread_names_from(names);
	tu_threads_names_from(pools);
	if (tu_trial.strategy->end)
		tu_trial.strategy->end(tu_trial.self, tu_choices_made());
	tu_trial.result.runs++;
	tu_trial.result.steps += tu_machine.steps;
	tu_trial.result.hash = tu_choices_made()->hash;
}

void tu_trial_run_all(void)
{
	int64_t end = tu_real_now() + tu_trial.o.budget;

	for (tu_trial.run = 0; tu_trial.run < tu_trial.o.runs; tu_trial.run++) {
		if (!tu_trial.strategy->begin(tu_trial.self, tu_trial.run)) {
			tu_trial.result.complete = true;
			break;
		}
		tu_trial_run();
		if (tu_verdict.trouble != TU_TROUBLE_NONE)
			return;
		if (tu_trial.run % 64 == 63 && tu_real_now() >= end)
			return;
	}
}
