/* SPDX-License-Identifier: MIT */
/* check.c - tutti_sim_check: what is asked, and what it comes to. Between them are the runs. */
#include "sim/trial.h"

#include "base/atomic.h"
#include "core/alloc.h"
#include "core/environment.h"
#include "core/probe.h"
#include "core/report.h"
#include "core/worker.h"
#include "os/port.h"
#include "sim/outside.h"
#include "sim/replay.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const uint64_t runs_usual = 10000, steps_usual = 1000000;
static const tutti_time budget_usual = TUTTI_SECONDS(30);

static uint32_t running; /* atomic: a check is; taken by who runs it */

static int refuse(int rc, const char *why, const char *what)
{
	tu_report(rc, "tutti_sim_check of '%s': %s%s", tu_trial.o.name, why, what);
	return rc;
}

static int open_strategy(void)
{
	const char *argument;
	char known[160];
	int rc;

	tu_trial.strategy = tu_strategy_find(tu_trial.strategy_text, &argument);
	rc = tu_trial.strategy ? tu_trial.strategy->open(&tu_trial.self, argument, tu_trial.o.seed)
			       : -EINVAL;
	if (rc != -EINVAL)
		return rc;
	tu_strategy_list(known, sizeof(known));
	return refuse(rc, "the strategies are ", known);
}

static int open_replay(const char *file)
{
	struct tu_replay r;
	int rc = tu_replay_load(file, &r);

	if (rc < 0)
		return refuse(rc, "cannot repeat ", file);
	tu_trial.strategy = tu_strategy_repeat(r.preempts);
	tu_trial.strategy_text = "replay";
	tu_trial.repeats = true;
	tu_trial.o.flags = r.flags | (tu_trial.o.flags & TUTTI_SIM_QUIET);
	*tu_trial.save = 0;
	rc = tu_strategy_repeat_open(&tu_trial.self, r.answered, r.count, false);
	tu_free(r.answered);
	return rc;
}

/* The file named in the environment, if it is of a run of this test. */
static const char *file_for_this(void)
{
	const char *file = tu_environment("TUTTI_SIM_REPLAY");
	struct tu_replay r;
	bool its;

	if (!file || !*file || tu_replay_load(file, &r) < 0)
		return NULL;
	its = strcmp(r.name, tu_trial.o.name) == 0;
	tu_free(r.answered);
	return its ? file : NULL;
}

/* NAME.replay, with nothing in it that a file's name should not have. */
static void name_file(void)
{
	if (tu_trial.o.save) {
		snprintf(tu_trial.save, sizeof(tu_trial.save), "%s", tu_trial.o.save);
		return;
	}
	snprintf(tu_trial.save, sizeof(tu_trial.save), "%s.replay", tu_trial.o.name);
	for (char *p = tu_trial.save; *p; p++)
		if (*p == '/' || (unsigned char)*p <= ' ')
			*p = '_';
}

static int fill_in(void (*test)(void *arg), const tutti_sim_options *options)
{
	tutti_sim_options *o = &tu_trial.o;
	const char *replay;

	memset(&tu_trial, 0, sizeof(tu_trial));
	if (options)
		*o = *options;
	o->name = o->name ? o->name : "test";
	o->runs = o->runs ? o->runs : runs_usual;
	o->budget = o->budget ? o->budget : budget_usual;
	o->steps = o->steps ? o->steps : steps_usual;
	tu_trial.test = test;
	tu_trial.strategy_text = o->strategy ? o->strategy : "auto";
	if (!test)
		return refuse(-EINVAL, "there is no test", "");
	if (o->budget < 0 || o->horizon < 0)
		return refuse(-EINVAL, "a time is less than 0", "");
	name_file();
	replay = o->replay ? o->replay : file_for_this();
	return replay ? open_replay(replay) : open_strategy();
}

static void set_machine(void)
{
	unsigned flags = tu_trial.o.flags;

	tu_trial.machine = (struct tu_machine_options){ .steps_most = tu_trial.o.steps,
		.horizon = tu_trial.o.horizon ? tu_trial.o.horizon : INT64_MAX,
		.eager = flags & TUTTI_SIM_EAGER,
		.early_time =
			!(flags & TUTTI_SIM_STRICT_TIME) && tu_trial.strategy != &tu_strategy_fifo,
		.stall = TU_MACHINE_STALL,
		.spurious = flags & TUTTI_SIM_SPURIOUS,
		.allocations = flags & TUTTI_SIM_ALLOCATIONS,
		.over = tu_trial_over,
		.held = tu_verdict_held,
		.reported = tu_verdict_reported };
}

/* A replay that did not come to the end of its list, or not in the same way. */
static void look_at_replay(void)
{
	uint64_t step;
	size_t at;

	if (!tu_strategy_diverged(tu_trial.strategy, tu_trial.self, &at, &step))
		return;
	tu_verdict.trouble = TU_TROUBLE_DIVERGED;
	tu_page_add(&tu_trial.report,
		"tutti: %s: the replay went another way at choice %zu (step %llu): something other "
		"than tutti decides in this test, such as an address, a clock or a random number\n",
		tu_trial.o.name, at, (unsigned long long)step);
}

static char *take(struct tu_page *t)
{
	char *text = t->text;

	*t = (struct tu_page){ 0 };
	return text;
}

static void say_shown(void)
{
	char shown[200] = "one run once more";

	if (tu_trial.strategy->shown)
		tu_trial.strategy->shown(tu_trial.self, tu_trial.result.runs, shown, sizeof(shown));
	tu_trial.result.shown = tu_copy_text(shown);
}

static int conclude(void)
{
	int rc;

	look_at_replay();
	rc = tu_verdict.trouble != TU_TROUBLE_NONE;
	tu_trial.result.trouble = (tutti_sim_trouble)tu_verdict.trouble;
	if (!rc)
		say_shown();
	if (tu_trial.report.n > 0 && !(tu_trial.o.flags & TUTTI_SIM_QUIET))
		fputs(tu_trial.report.text, stderr);
	tu_trial.result.text = take(&tu_trial.report);
	tu_trial.result.json = take(&tu_trial.json);
	tu_trial.strategy->close(tu_trial.self);
	if (tu_trial.o.result)
		*tu_trial.o.result = tu_trial.result;
	else
		tutti_sim_result_clear(&tu_trial.result);
	return rc;
}

int tutti_sim_check(void (*test)(void *arg), const tutti_sim_options *options)
{
	int rc;

	if (tu_os_port || tu_self() != &tu_self()->worker->native)
		return -EBUSY;
	/* [check-1] acquire: what the last check has left; from below */
	if (tu_swap_acqrel(&running, 1))
		return -EBUSY;
	rc = fill_in(test, options);
	if (rc == 0) {
		set_machine();
		tu_probe_set(TU_PROBE_SIMULATOR, &tu_machine_probe);
		tu_outside_begin(tu_trial_held);
		tu_os_crash_begin(tu_trial_crashed);
		tu_trial_run_all();
		tu_trial_make_simpler();
		tu_os_crash_end();
		tu_outside_end();
		tu_probe_set(TU_PROBE_SIMULATOR, NULL);
		rc = conclude();
	}
	tu_store_rel(&running, 0); /* [check-1] release: for the next check */
	return rc;
}

void tutti_sim_result_clear(tutti_sim_result *result)
{
	if (!result)
		return;
	tu_free(result->shown);
	tu_free(result->text);
	tu_free(result->json);
	*result = (tutti_sim_result){ 0 };
}
