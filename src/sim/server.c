/* SPDX-License-Identifier: MIT */
/*
 * server.c - a program under many schedules: forked before main, once for each run.
 *
 * The process that was started never comes to main. It has loaded the program, asks the strategy
 * for one run after the other, and forks: the child goes on to main with what is loaded already,
 * which is cheaper than to start it anew, and leaves what it chose in memory that both share.
 */
#include "sim/program.h"

#include "core/alloc.h"
#include "os/os.h"
#include "os/port.h"
#include "sim/replay.h"
#include "sim/shrink.h"

#include <stdio.h>
#include <string.h>
#include <tutti/error.h>

enum { STEPS_USUAL = 1000000 }; /* in a run, beyond which it is a livelock */

#define SHRINK_NS INT64_C(10000000000) /* for so long a failed run is made simpler */

static struct {
	const struct tu_settings *s;
	const struct tu_strategy *strategy;
	void *self;
	struct tu_outcome *outcome;
	struct tu_os_end end; /* of the last child */
	uint64_t runs, steps;
	int64_t began, told; /* real time */
	bool complete;
	/* Of the run that is told of: the first that failed, or a simpler one. */
	struct tu_outcome *found; /* our own; NULL: none has failed */
	struct tu_os_end found_end;
	struct tu_shrink shrink; /* that one made simpler */
} server;

static double seconds_since(int64_t instant)
{
	return (double)(tu_real_now() - instant) / 1e9;
}

static void show_progress(bool last)
{
	double took = seconds_since(server.began);

	if (!server.s->progress || (!last && seconds_since(server.told) < 0.2))
		return;
	server.told = tu_real_now();
	if (last)
		fprintf(stderr, "\r\033[K");
	else
		fprintf(stderr, "\r\033[K%llu of %llu runs, %.0f/s",
			(unsigned long long)server.runs, (unsigned long long)server.s->runs,
			(double)server.runs / (took > 0 ? took : 1));
	fflush(stderr);
}

static void show_shrinking(void)
{
	const struct tu_shrink *s = &server.shrink;

	if (!server.s->progress || seconds_since(server.told) < 0.2)
		return;
	server.told = tu_real_now();
	fprintf(stderr, "\r\033[Kfailed with %u switches; %u after %u more runs", s->found,
		s->switches, s->tries);
	fflush(stderr);
}

/* true: this is the child. */
static bool run_once(bool silent)
{
	struct tu_choices made = { 0 };
	int child;

	memset(server.outcome, 0, sizeof(*server.outcome));
	child = tu_os_child_begin(silent, server.s->limit);
	if (child == TU_OS_CHILD)
		return true;
	if (child < 0) {
		fprintf(stderr, "tutti: cannot run another child: %s\n", tutti_strerror(child));
		tu_os_exit_now(2);
	}
	tu_os_child_end(child, &server.end);
	made.answered = server.outcome->answered;
	made.count = server.outcome->count;
	if (server.strategy->end)
		server.strategy->end(server.self, &made);
	return false;
}

static bool failed(void)
{
	return server.outcome->trouble != TU_TROUBLE_NONE || server.end.status != 0 ||
	       server.end.signal != 0;
}

static struct tu_choices made_in(struct tu_outcome *outcome)
{
	return (struct tu_choices){ .answered = outcome->answered,
		.count = outcome->count,
		.preempts = server.strategy->preempts };
}

/* The last run is the one to be told of. */
static void remember(void)
{
	size_t bytes = sizeof(*server.found) + server.outcome->count * sizeof(struct tu_answered);

	tu_free(server.found);
	server.found = tu_machine_alloc(bytes);
	memcpy(server.found, server.outcome, bytes);
	server.found_end = server.end;
}

static bool fails_like_the_found(void)
{
	return server.outcome->trouble == server.found->trouble &&
	       server.end.status == server.found_end.status &&
	       server.end.signal == server.found_end.signal && !server.end.late &&
	       tu_shrink_same_words(server.outcome->words, server.found->words);
}

/* -- what was found ---------------------------------------------------------------------------- */

static void describe_end(char *text, size_t n)
{
	const struct tu_os_end *end = &server.found_end;

	if (end->late)
		snprintf(text, n, "it had not ended after %.3g s of real time",
			(double)server.s->limit / 1e9);
	else if (end->signal)
		snprintf(
			text, n, "it ended by signal %d (%s)", end->signal, strsignal(end->signal));
	else
		snprintf(text, n, "it ended with status %d", end->status);
}

/* The run as a file, to be repeated. */
static void keep(struct tu_finding *f, struct tu_keep *k)
{
	struct tu_choices made = made_in(server.found);

	*k = (struct tu_keep){ .file = server.s->save,
		.settings = server.s->text,
		.before = "tutti check --replay ",
		.after = " PROGRAM" };
	if (*server.s->save)
		tu_replay_keep(f, k, &made);
}

static void tell_text(const struct tu_finding *f)
{
	struct tu_page end = { 0 };

	if (*server.found->text)
		fputs(server.found->text, stderr);
	else
		fprintf(stderr, "tutti: %s: %s\n  in run %llu by strategy %s, seed %llu\n", f->name,
			f->words, (unsigned long long)f->run + 1, f->strategy,
			(unsigned long long)f->seed);
	tu_finding_text_end(&end, f);
	if (end.n > 0)
		fputs(end.text, stderr);
	tu_free(end.text);
}

static void tell_json(const struct tu_finding *f)
{
	struct tu_page t = { 0 };

	if (*server.found->json) {
		tu_page_add(&t, "%.*s", (int)strcspn(server.found->json, "\n") - 1,
			server.found->json); /* all but the last bracket */
	} else {
		tu_page_add(&t, "{\"test\":");
		tu_page_add_quoted(&t, f->name);
		tu_page_add(&t, ",\"trouble\":\"ended\",\"words\":");
		tu_page_add_quoted(&t, f->words);
		tu_page_add(&t, ",\"run\":%llu", (unsigned long long)f->run);
	}
	tu_finding_json_end(&t, f);
	tu_page_add(&t, "}\n");
	fputs(t.text, stdout);
	tu_free(t.text);
}

static void tell_failed(void)
{
	char end[200];
	struct tu_keep kept;
	struct tu_choices made = made_in(server.found);
	unsigned switches = tu_shrink_switches(&made);
	struct tu_finding f = { .trouble = server.found->trouble,
		.name = tu_program_name(),
		.strategy = server.s->strategy,
		.seed = server.s->seed,
		.run = server.runs - 1,
		.words = end,
		.found = server.shrink.tries > 0 ? server.shrink.found : switches,
		.switches = switches,
		.tries = server.shrink.tries };

	if (f.trouble == TU_TROUBLE_NONE)
		f.trouble = TU_TROUBLE_FAILED;
	describe_end(end, sizeof(end));
	keep(&f, &kept);
	if (server.s->json)
		tell_json(&f);
	else
		tell_text(&f);
}

static void tell_passed(void)
{
	double took = seconds_since(server.began);
	char shown[200] = "";

	if (server.strategy->shown)
		server.strategy->shown(server.self, server.runs, shown, sizeof(shown));
	if (server.s->json)
		printf("{\"test\":\"%s\",\"trouble\":\"nothing\",\"runs\":%llu,\"steps\":%llu,"
		       "\"complete\":%s,\"shown\":\"%s\",\"seconds\":%.3f}\n",
			tu_program_name(), (unsigned long long)server.runs,
			(unsigned long long)server.steps, server.complete ? "true" : "false", shown,
			took);
	else
		fprintf(stderr, "tutti: %s: no run failed: %s (%.3g s, %.0f runs/s, %llu steps)\n",
			tu_program_name(), shown, took, (double)server.runs / took,
			(unsigned long long)server.steps);
}

/* -- the runs ---------------------------------------------------------------------------------- */

/* true: this is a child. */
static bool run_all(void)
{
	const struct tu_settings *s = server.s;

	while (server.runs < s->runs && tu_real_now() - server.began < s->budget) {
		if (!server.strategy->begin(server.self, s->run + server.runs)) {
			server.complete = true;
			break;
		}
		if (run_once(true))
			return true;
		server.runs++;
		server.steps += server.outcome->steps;
		if (failed()) {
			remember();
			break;
		}
		show_progress(false);
	}
	return false;
}

static bool can_be_simpler(void)
{
	return server.found && !server.found_end.late &&
	       server.found->trouble != TU_TROUBLE_OUTSIDE && server.s->shrink > 0;
}

/* The next list to be tried is that of the next child. */
static bool follow_the_list(void)
{
	bool preempts = server.strategy->preempts;

	server.strategy->close(server.self);
	server.strategy = tu_strategy_repeat(preempts);
	return tu_strategy_repeat_open(
		       &server.self, server.shrink.list, server.shrink.count, true) == 0;
}

/* true: this is a child. */
static bool make_simpler(void)
{
	struct tu_choices made = made_in(server.found);
	int64_t end = tu_real_now() + SHRINK_NS;

	tu_shrink_begin(&server.shrink, &made, (unsigned)server.s->shrink);
	while (tu_real_now() < end && tu_shrink_next(&server.shrink)) {
		if (!follow_the_list())
			return false;
		server.strategy->begin(server.self, 0);
		if (run_once(true))
			return true;
		made = made_in(server.outcome);
		if (fails_like_the_found() && tu_shrink_switches(&made) < server.shrink.switches)
			remember();
		tu_shrink_tried(&server.shrink, fails_like_the_found(), &made);
		show_shrinking();
	}
	return false;
}

static void be_the_program(const struct tu_settings *s)
{
	struct tu_settings its = *s;

	its.run += server.found ? server.runs - 1 : server.runs;
	its.steps = its.steps ? its.steps : STEPS_USUAL;
	*its.save = 0; /* the server does that */
	its.stats = false;
	tu_program_begin(&its, server.strategy, server.self, server.outcome);
}

void tu_server_run(const struct tu_settings *s, const struct tu_strategy *strategy, void *self)
{
	size_t bytes = sizeof(*server.outcome) + TU_OUTCOME_ANSWERS * sizeof(struct tu_answered);

	server.s = s;
	server.strategy = strategy;
	server.self = self;
	server.outcome = tu_os_shared_map(bytes);
	server.began = server.told = tu_real_now();
	if (!server.outcome) {
		fprintf(stderr, "tutti: no memory to share with the runs\n");
		tu_os_exit_now(2);
	}
	if (run_all() || (can_be_simpler() && make_simpler())) {
		be_the_program(s);
		return;
	}
	show_progress(true);
	if (server.found)
		tell_failed();
	else
		tell_passed();
	tu_os_exit_now(server.found ? 1 : 0);
}
