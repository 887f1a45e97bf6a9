/* SPDX-License-Identifier: MIT */
/*
 * check.c - one test, many runs, until one fails.
 *
 * The caller stands outside of the machine, on its own worker. In each run it starts the thread
 * "main", lets the machine run until that is over, and forgets what is left.
 */
#include <tutti/sim.h>

#include "base/atomic.h"
#include "core/alloc.h"
#include "core/environment.h"
#include "core/probe.h"
#include "core/report.h"
#include "core/worker.h"
#include "exec/alive.h"
#include "exec/threads.h"
#include "os/port.h"
#include "sim/hints.h"
#include "sim/machine.h"
#include "sim/outside.h"
#include "sim/replay.h"
#include "sim/report.h"
#include "sim/shrink.h"
#include "sim/strategy.h"
#include "sim/verdict.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const uint64_t runs_usual = 10000, steps_usual = 1000000;
static const tutti_time budget_usual = TUTTI_SECONDS(30);
static const tutti_time shrink_budget = TUTTI_SECONDS(5);
enum { SHRINK_RUNS = 500 };

static uint32_t running; /* atomic: a check is; taken by who runs it */

/* What is under way: one check, in one thread. */
static struct check {
	tutti_sim_options o;
	void (*test)(void *arg);
	const struct tu_strategy *strategy;
	const char *strategy_text;
	void *self; /* the strategy's */
	struct tu_machine_options machine;
	tutti_sim_result result;
	uint64_t run;
	bool repeats; /* it is a run in a file */
	struct tu_page report, json;
	char save[160];
	struct {
		bool looking; /* for a simpler run that fails like this one */
		bool told;    /* the next one like it is the one to be told of */
		struct tu_verdict verdict;
		struct tu_page report, json;
		struct tu_shrink shrink;
	} first;
} check;

static bool inside; /* a run is under way */

/* -- one run ----------------------------------------------------------------------------------- */

static void describe(void)
{
	unsigned switches = tu_shrink_switches(tu_choices_made());
	struct tu_finding f = { .trouble = tu_verdict.trouble,
		.name = check.o.name,
		.strategy = check.strategy_text,
		.seed = check.o.seed,
		.run = check.run,
		.runs = check.o.runs,
		.words = tu_verdict_words(),
		.found = check.first.looking ? check.first.shrink.found : switches,
		.switches = switches,
		.tries = check.first.shrink.tries };
	struct tu_keep keep = { .file = check.save,
		.flags = check.o.flags | (check.machine.early_time ? 0 : TUTTI_SIM_STRICT_TIME),
		.settings = "",
		.before = "TUTTI_SIM_REPLAY=",
		.after = "" };

	if (*check.save)
		tu_replay_keep(&f, &keep, tu_choices_made());
	tu_finding_text(&check.report, &f);
	tu_verdict_warn(&check.report);
	tu_finding_json(&check.json, &f);
}

/* Is anybody left who is not a daemon? */
static void count_left(struct tu_actor *a, void *n)
{
	struct tu_context *c = tu_actor_context(a);

	if (!c || (!c->worker->daemon && !c->worker->helper))
		++*(unsigned *)n;
}

static bool fails_like_the_first(void)
{
	return tu_verdict.trouble == check.first.verdict.trouble &&
	       tu_shrink_same_words(tu_verdict_words(), tu_page_text(&check.first.verdict.words));
}

/* On an actor's stack. */
static void over(enum tu_trouble trouble)
{
	unsigned left = 0;

	if (trouble == TU_TROUBLE_DEADLOCK && !tu_machine.root) {
		tu_machine_each(count_left, &left);
		trouble = left > 0 ? TU_TROUBLE_LEFT : TU_TROUBLE_NONE;
	}
	if (trouble != TU_TROUBLE_NONE)
		tu_verdict_note(trouble);
	if (check.first.looking ? check.first.told && fails_like_the_first()
				: tu_verdict.trouble != TU_TROUBLE_NONE)
		describe();
	tu_machine_leave();
}

/* In a signal handler, on the stack of who waits there: the run is left from it as from a call. */
static void held(const char *words)
{
	if (!inside || tu_machine.running == &tu_machine.outside)
		return;
	tu_verdict_add(words);
	tu_os_tick_left();
	over(TU_TROUBLE_OUTSIDE);
}

/* Likewise, and the process dies of it afterwards: the report is all that is left of the check. */
static void crashed(int signal)
{
	if (!inside)
		return;
	inside = false;
	if (check.first.looking) {
		check.report = check.first.report; /* that one is what was found */
	} else {
		tu_page_add(
			&tu_verdict.words, "it ended by signal %d (%s)", signal, strsignal(signal));
		tu_verdict_note(TU_TROUBLE_FAILED);
		describe();
	}
	if (!(check.o.flags & TUTTI_SIM_QUIET))
		tu_os_write_error(check.report.text, check.report.n);
}

static void *test_main(void *arg)
{
	check.test(check.o.arg);
	return arg;
}

static void run_once(void)
{
	static const tutti_thread_options named = { .name = "main", .daemon = -1 };
	unsigned names = tu_thread_names_from(0); /* the same in each run */
	unsigned pools = tu_threads_names_from(0);
	tutti_thread *root;

	tu_verdict_begin();
	tu_machine_begin(&check.machine);
	tu_hints_begin();
	tu_choices_begin(check.strategy, check.self);
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
	if (check.strategy->end)
		check.strategy->end(check.self, tu_choices_made());
	check.result.runs++;
	check.result.steps += tu_machine.steps;
	check.result.hash = tu_choices_made()->hash;
}

/* -- runs -------------------------------------------------------------------------------------- */

static void run_all(void)
{
	int64_t end = tu_real_now() + check.o.budget;

	for (check.run = 0; check.run < check.o.runs; check.run++) {
		if (!check.strategy->begin(check.self, check.run)) {
			check.result.complete = true;
			break;
		}
		run_once();
		if (tu_verdict.trouble != TU_TROUBLE_NONE)
			return;
		if (check.run % 64 == 63 && tu_real_now() >= end)
			return;
	}
}

/* -- a failed run made simpler ----------------------------------------------------------------- */

static void run_list(const struct tu_answered *list, size_t count)
{
	const struct tu_strategy *strategy = check.strategy;
	void *self = check.self;

	if (tu_strategy_repeat_open(&check.self, list, count, true) == 0) {
		check.strategy = tu_strategy_repeat(strategy->preempts);
		check.strategy->begin(check.self, 0);
		run_once();
		check.strategy->close(check.self);
	}
	check.strategy = strategy;
	check.self = self;
}

static bool can_be_simpler(void)
{
	return tu_verdict.trouble != TU_TROUBLE_NONE && tu_verdict.trouble != TU_TROUBLE_OUTSIDE &&
	       !check.repeats && !(check.o.flags & TUTTI_SIM_AS_FOUND) &&
	       tu_shrink_switches(tu_choices_made()) > 0;
}

static void shrink(struct tu_shrink *s)
{
	int64_t end = tu_real_now() + shrink_budget;

	tu_shrink_begin(s, tu_choices_made(), SHRINK_RUNS);
	while (tu_real_now() < end && tu_shrink_next(s)) {
		run_list(s->list, s->count);
		tu_shrink_tried(s, fails_like_the_first(), tu_choices_made());
	}
	check.first.told = true;
	if (s->switches < s->found)
		run_list(s->best.answered, s->best.count);
}

static void move_page(struct tu_page *to, struct tu_page *from)
{
	tu_free(to->text);
	*to = *from;
	*from = (struct tu_page){ 0 };
}

/* What was said of the run that was found is said of a simpler one, if there is one. */
static void make_simpler(void)
{
	tutti_sim_result result = check.result;

	check.first.verdict = tu_verdict;
	tu_verdict = (struct tu_verdict){ 0 };
	move_page(&check.first.report, &check.report);
	move_page(&check.first.json, &check.json);
	check.first.looking = true;
	shrink(&check.first.shrink);
	if (check.report.n == 0) {
		move_page(&check.report, &check.first.report);
		move_page(&check.json, &check.first.json);
	} else {
		result.hash = check.result.hash;
	}
	check.result = result;
	tu_free(tu_verdict.words.text);
	tu_verdict = check.first.verdict;
	tu_shrink_end(&check.first.shrink);
	tu_free(check.first.report.text);
	tu_free(check.first.json.text);
}

/* -- a check ----------------------------------------------------------------------------------- */

static int refuse(int rc, const char *why, const char *what)
{
	tu_report(rc, "tutti_sim_check of '%s': %s%s", check.o.name, why, what);
	return rc;
}

static int open_strategy(void)
{
	const char *argument;
	char known[160];
	int rc;

	check.strategy = tu_strategy_find(check.strategy_text, &argument);
	rc = check.strategy ? check.strategy->open(&check.self, argument, check.o.seed) : -EINVAL;
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
	check.strategy = tu_strategy_repeat(r.preempts);
	check.strategy_text = "replay";
	check.repeats = true;
	check.o.flags = r.flags | (check.o.flags & TUTTI_SIM_QUIET);
	*check.save = 0;
	rc = tu_strategy_repeat_open(&check.self, r.answered, r.count, false);
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
	its = strcmp(r.name, check.o.name) == 0;
	tu_free(r.answered);
	return its ? file : NULL;
}

/* NAME.replay, with nothing in it that a file's name should not have. */
static void name_file(void)
{
	if (check.o.save) {
		snprintf(check.save, sizeof(check.save), "%s", check.o.save);
		return;
	}
	snprintf(check.save, sizeof(check.save), "%s.replay", check.o.name);
	for (char *p = check.save; *p; p++)
		if (*p == '/' || (unsigned char)*p <= ' ')
			*p = '_';
}

static int fill_in(void (*test)(void *arg), const tutti_sim_options *options)
{
	tutti_sim_options *o = &check.o;
	const char *replay;

	memset(&check, 0, sizeof(check));
	if (options)
		*o = *options;
	o->name = o->name ? o->name : "test";
	o->runs = o->runs ? o->runs : runs_usual;
	o->budget = o->budget ? o->budget : budget_usual;
	o->steps = o->steps ? o->steps : steps_usual;
	check.test = test;
	check.strategy_text = o->strategy ? o->strategy : "auto";
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
	unsigned flags = check.o.flags;

	check.machine = (struct tu_machine_options){ .steps_most = check.o.steps,
		.horizon = check.o.horizon ? check.o.horizon : INT64_MAX,
		.eager = flags & TUTTI_SIM_EAGER,
		.early_time =
			!(flags & TUTTI_SIM_STRICT_TIME) && check.strategy != &tu_strategy_fifo,
		.stall = TU_MACHINE_STALL,
		.spurious = flags & TUTTI_SIM_SPURIOUS,
		.allocations = flags & TUTTI_SIM_ALLOCATIONS,
		.over = over,
		.held = tu_verdict_held,
		.reported = tu_verdict_reported };
}

/* A replay that did not come to the end of its list, or not in the same way. */
static void look_at_replay(void)
{
	uint64_t step;
	size_t at;

	if (!tu_strategy_diverged(check.strategy, check.self, &at, &step))
		return;
	tu_verdict.trouble = TU_TROUBLE_DIVERGED;
	tu_page_add(&check.report,
		"tutti: %s: the replay went another way at choice %zu (step %llu): something other "
		"than tutti decides in this test, such as an address, a clock or a random number\n",
		check.o.name, at, (unsigned long long)step);
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

	if (check.strategy->shown)
		check.strategy->shown(check.self, check.result.runs, shown, sizeof(shown));
	check.result.shown = tu_copy_text(shown);
}

static int conclude(void)
{
	int rc;

	look_at_replay();
	rc = tu_verdict.trouble != TU_TROUBLE_NONE;
	check.result.trouble = (tutti_sim_trouble)tu_verdict.trouble;
	if (!rc)
		say_shown();
	if (check.report.n > 0 && !(check.o.flags & TUTTI_SIM_QUIET))
		fputs(check.report.text, stderr);
	check.result.text = take(&check.report);
	check.result.json = take(&check.json);
	check.strategy->close(check.self);
	if (check.o.result)
		*check.o.result = check.result;
	else
		tutti_sim_result_clear(&check.result);
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
		tu_outside_begin(held);
		tu_os_crash_begin(crashed);
		run_all();
		if (can_be_simpler())
			make_simpler();
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
