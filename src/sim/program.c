/* SPDX-License-Identifier: MIT */
/*
 * program.c - the process itself is simulated, from before main until it ends.
 *
 * Its first thread stays on its own stack, and all others become fibers of it. When the run is over
 * before the program is, the process ends there: nobody is left who could go on.
 */
#include "sim/program.h"

#include "base/atomic.h"
#include "base/bits.h"
#include "core/alloc.h"
#include "core/environment.h"
#include "core/family.h"
#include "core/probe.h"
#include "core/random.h"
#include "core/startup.h"
#include "exec/ending.h"
#include "os/os.h"
#include "os/port.h"
#include "sim/outside.h"
#include "sim/replay.h"
#include "sim/report.h"
#include "sim/shrink.h"
#include "sim/troupe.h"
#include "sim/verdict.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>

static struct {
	struct tu_settings s;
	struct tu_outcome *outcome; /* NULL: nobody waits for it */
	const struct tu_strategy *strategy;
	void *strategy_self;
	int64_t began; /* real time */
	struct tu_keep keep;
	bool over;
	bool explored; /* run after run, or repeated: that needs one list of all choices */
} program;

const char *tu_program_name(void)
{
	return program_invocation_short_name;
}

/* -- how it ends ------------------------------------------------------------------------------- */

static void find(struct tu_finding *f, enum tu_trouble trouble)
{
	const struct tu_troupe_verdict *told = tu_troupe_verdict();

	*f = (struct tu_finding){ .trouble = trouble,
		.name = tu_program_name(),
		.strategy = *program.s.replay ? "replay" : program.s.strategy,
		.seed = program.s.seed,
		.run = program.s.run,
		.words = tu_verdict_words() };
	if (told) {
		f->process = told->name;
		f->words = *told->words ? told->words : NULL;
		f->text = told->text;
		f->json = told->json;
	}
	if (!program.outcome && !told) /* else who had it run says so, or each has some */
		f->found = f->switches = tu_shrink_switches(tu_choices_made());
}

static void save(struct tu_finding *f)
{
	program.keep = (struct tu_keep){ .file = program.s.save,
		.settings = program.s.text,
		.before = "TUTTI_SIM=replay=",
		.after = "" };
	if (*program.s.save)
		tu_replay_keep(f, &program.keep, tu_choices_made());
}

static void copy(char *to, size_t n, const struct tu_page *from)
{
	snprintf(to, n, "%s", from->n > 0 ? from->text : "");
}

static void tell(enum tu_trouble trouble)
{
	struct tu_page text = { 0 }, json = { 0 };
	struct tu_finding f;

	find(&f, trouble);
	save(&f);
	tu_finding_text(&text, &f);
	tu_verdict_warn(&text);
	tu_finding_json(&json, &f);
	if (!program.outcome) {
		fflush(stdout); /* what the program has said comes before */
		fputs(program.s.json ? json.text : text.text, stderr);
		return;
	}
	program.outcome->trouble = trouble;
	copy(program.outcome->words, sizeof(program.outcome->words), &tu_verdict.words);
	copy(program.outcome->text, sizeof(program.outcome->text), &text);
	copy(program.outcome->json, sizeof(program.outcome->json), &json);
}

/* A run once more that was not the same run. */
static void say_diverged(void)
{
	uint64_t step;
	size_t at;

	if (!*program.s.replay)
		return;
	if (tu_strategy_diverged(program.strategy, program.strategy_self, &at, &step))
		fprintf(stderr,
			"tutti: this is not the run in %s any more from choice %zu on, step %llu: "
			"something other than tutti decides too, or the program has changed\n",
			program.s.replay, at, (unsigned long long)step);
}

static void sum_up(void)
{
	double virtual_s = (double)(tu_machine.now - TU_MACHINE_EPOCH) / 1e9;
	double real_s = (double)(tu_real_now() - program.began) / 1e9;

	if (program.outcome) {
		program.outcome->steps = tu_machine.steps;
		program.outcome->hash = tu_choices_made()->hash;
		program.outcome->now = tu_machine.now;
	}
	say_diverged();
	if (program.s.stats)
		fprintf(stderr,
			"tutti: %.9f s of virtual time in %.6f s; %llu steps, hash %016llx\n",
			virtual_s, real_s, (unsigned long long)tu_machine.steps,
			(unsigned long long)tu_choices_made()->hash);
}

static _Noreturn void end(enum tu_trouble trouble)
{
	program.over = true;
	if (trouble != TU_TROUBLE_NONE)
		tell(trouble);
	sum_up();
	tu_troupe_end_others();
	if (tu_ending_at_once)
		tu_ending_at_once();
	tu_os_exit_now(trouble == TU_TROUBLE_NONE ? 0 : TU_SIM_STATUS);
}

/* On any stack. The run ends here, and the process with it, or all processes of it. */
static void over(enum tu_trouble trouble)
{
	program.over = true;
	tu_outside_end();
	if (trouble == TU_TROUBLE_NONE)
		trouble = tu_verdict.trouble;
	if (tu_troupe)
		tu_troupe_gather(trouble, tu_verdict_words());
	if (!tu_troupe_is_first())
		tu_troupe_conclude();
	end(trouble);
}

/* Without somebody who waits for the outcome it is also written, as without a simulation. */
static bool reported(int code, const char *text)
{
	return tu_verdict_reported(code, text) && program.outcome != NULL;
}

static void held(const char *words)
{
	tu_verdict_add(words);
	over(TU_TROUBLE_OUTSIDE);
}

/* Those of a child that come after this are in real time, and its parent waits for its end. */
static void leave(void)
{
	if (tu_troupe_is_first())
		return;
	program.over = true;
	tu_outside_end();
	fflush(stdout);
	tu_family_leave(); /* in time for whoever waits for what it still holds */
	tu_troupe_leave();
	tu_os_port = NULL;
}

/* The program ends by itself. Its exit handlers run before this one. */
static void at_exit(void)
{
	if (program.over || !tu_os_port)
		return;
	if (!tu_troupe_is_first()) {
		leave();
		return;
	}
	tu_outside_end();
	sum_up();
	if (program.outcome && tu_verdict.trouble != TU_TROUBLE_NONE)
		tell(tu_verdict.trouble);
}

/* -- with other processes ---------------------------------------------------------------------- */

static bool is_shared(void)
{
	return !program.explored && !program.outcome && program.strategy != &tu_strategy_pct &&
	       program.strategy != &tu_strategy_exhaustive && program.strategy != &tu_strategy_auto;
}

static const char *settings(void)
{
	return program.s.text;
}

static void tell_here(struct tu_page *text, struct tu_page *json)
{
	tu_page_add(text, "  in process '%s':\n", tu_troupe_name());
	tu_finding_text_here(text);
	tu_page_add(json, "{\"process\":");
	tu_page_add_quoted(json, tu_troupe_name());
	tu_page_add(json, ",\"actors\":[");
	tu_finding_json_here(json);
	tu_page_add(json, "]}");
}

static void conclude(void)
{
	program.over = true;
	tu_outside_end();
	end(tu_troupe_end());
}

/* With random numbers of its own, and nothing to say at its end. */
static int be_other(struct tu_settings *s, unsigned number)
{
	const char *argument;
	int rc;

	s->stats = false;
	*s->save = 0;
	s->seed = tu_mix64(s->seed + number);
	program.strategy = tu_strategy_find(s->strategy, &argument);
	rc = program.strategy->open(&program.strategy_self, argument, s->seed);
	if (rc == 0)
		program.strategy->begin(program.strategy_self, s->run);
	return rc;
}

/* The timer that looks for calls from outside was its parent's. */
static void be_copy(void)
{
	tu_outside_end();
	tu_check(be_other(&program.s, tu_troupe_number()) == 0, "no memory for a copy's choices");
	tu_choices_begin(program.strategy, program.strategy_self);
	tu_outside_begin(held);
}

static const struct tu_troupe_hooks hooks = { is_shared, settings, tell_here, conclude, be_copy,
	leave };

/* -- how it begins ----------------------------------------------------------------------------- */

void tu_program_begin(const struct tu_settings *s, const struct tu_strategy *strategy, void *self,
	struct tu_outcome *outcome)
{
	struct tu_machine_options o = { .steps_most = s->steps,
		.horizon = s->horizon,
		.eager = s->eager,
		.early_time = s->early,
		.stall = TU_MACHINE_STALL,
		.over = over,
		.held = tu_verdict_held,
		.reported = reported };

	program.s = *s;
	program.outcome = outcome;
	program.strategy = strategy;
	program.strategy_self = self;
	program.began = tu_real_now();
	tu_troupe_hooks = &hooks;
	o.switches = program.s.switches;
	o.n_switches = program.s.n_switches;
	tu_random_script(program.s.draws, program.s.n_draws);
	if (outcome)
		tu_choices_use(outcome->answered, TU_OUTCOME_ANSWERS, &outcome->count);
	tu_choices_begin(strategy, self);
	tu_machine_become(&o);
	tu_probe_set(TU_PROBE_SIMULATOR, &tu_machine_probe);
	tu_os_fault_stack(); /* of the one thread; as a rule the first call from it sees to that */
	tu_os_port = &tu_machine_port;
	atexit(at_exit);
	tu_outside_begin(held);
}

static _Noreturn void refuse(const char *text, const char *why)
{
	fprintf(stderr, "tutti: TUTTI_SIM='%s': %s\n", text, why);
	tu_os_exit_now(2);
}

static const struct tu_strategy *open_replay(const char *text, struct tu_settings *s, void **self)
{
	char file[sizeof(s->replay)], wrong[300];
	struct tu_replay r;
	int rc;

	strcpy(file, s->replay);
	rc = tu_replay_load(file, &r);

	if (rc < 0)
		refuse(text, rc == -EINVAL ? "the file is no run of ours" : tutti_strerror(rc));
	rc = tu_strategy_repeat_open(self, r.answered, r.count, false);
	if (rc < 0)
		refuse(text, tutti_strerror(rc));
	if (*r.settings && tu_settings_parse(s, r.settings, wrong, sizeof(wrong)) < 0)
		refuse(r.settings, wrong);
	s->runs = 0;
	*s->save = 0;
	s->progress = false;
	strcpy(s->replay, file);
	tu_free(r.answered);
	return tu_strategy_repeat(r.preempts);
}

static const struct tu_strategy *open_strategy(const char *text, struct tu_settings *s, void **self)
{
	const struct tu_strategy *strategy;
	const char *argument;

	if (*s->replay)
		return open_replay(text, s, self);
	strategy = tu_strategy_find(s->strategy, &argument);
	if (strategy->open(self, argument, s->seed) < 0)
		refuse(text, "the strategy cannot be so");
	return strategy;
}

void tu_startup_sim(void)
{
	const char *text = tu_environment("TUTTI_SIM");
	const struct tu_strategy *strategy;
	struct tu_settings s;
	char wrong[300];
	void *self;

	if (!text || !*text || strcmp(text, "0") == 0 || strcmp(text, "off") == 0)
		return;
	if (tu_settings_parse(&s, text, wrong, sizeof(wrong)) < 0)
		refuse(text, wrong);
	strategy = open_strategy(text, &s, &self);
	program.explored = s.runs > 0 || *s.replay;
	if (s.runs > 0) {
		tu_server_run(&s, strategy, self);
		return;
	}
	strategy->begin(self, s.run);
	tu_program_begin(&s, strategy, self, NULL);
}

int tu_startup_sim_joins(int fd, int place)
{
	struct tu_settings s;
	char wrong[300];
	int rc = tu_troupe_join(fd, place);

	if (rc < 0)
		return rc;
	rc = tu_settings_parse(&s, tu_troupe_settings(), wrong, sizeof(wrong));
	if (rc < 0)
		return rc;
	rc = be_other(&s, tu_troupe_number());
	if (rc < 0)
		return rc;
	tu_program_begin(&s, program.strategy, program.strategy_self, NULL);
	tu_troupe_enter();
	return 0;
}
