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

#include <stdio.h>
#include <string.h>
#include <tutti/error.h>

enum { STEPS_USUAL = 1000000 }; /* in a run, beyond which it is a livelock */

static struct {
	const struct tu_settings *s;
	const struct tu_strategy *strategy;
	void *self;
	struct tu_outcome *outcome;
	struct tu_os_end end; /* of the last child */
	uint64_t runs, steps;
	int64_t began, told; /* real time */
	bool complete;
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
	server.runs++;
	server.steps += server.outcome->steps;
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

/* -- what was found ---------------------------------------------------------------------------- */

static void describe_end(char *text, size_t n)
{
	if (server.end.late)
		snprintf(text, n, "it had not ended after %.3g s of real time",
			(double)server.s->limit / 1e9);
	else if (server.end.signal)
		snprintf(text, n, "it ended by signal %d (%s)", server.end.signal,
			strsignal(server.end.signal));
	else
		snprintf(text, n, "it ended with status %d", server.end.status);
}

/* The run as a file, to be repeated. */
static void keep(struct tu_finding *f, struct tu_keep *k)
{
	struct tu_choices made = { .answered = server.outcome->answered,
		.count = server.outcome->count,
		.preempts = server.strategy->preempts };

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

	if (*server.outcome->text)
		fputs(server.outcome->text, stderr);
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

	if (*server.outcome->json) {
		fputs(server.outcome->json, stdout);
		return;
	}
	tu_page_add(&t, "{\"test\":");
	tu_page_add_quoted(&t, f->name);
	tu_page_add(&t, ",\"trouble\":\"ended\",\"words\":");
	tu_page_add_quoted(&t, f->words);
	tu_page_add(&t, ",\"run\":%llu}\n", (unsigned long long)f->run);
	fputs(t.text, stdout);
	tu_free(t.text);
}

static void tell_failed(void)
{
	char end[200];
	struct tu_keep kept;
	struct tu_finding f = { .trouble = server.outcome->trouble,
		.name = tu_program_name(),
		.strategy = server.s->strategy,
		.seed = server.s->seed,
		.run = server.runs - 1,
		.words = end };

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
		if (failed())
			break;
		show_progress(false);
	}
	return false;
}

static void be_the_program(const struct tu_settings *s)
{
	struct tu_settings its = *s;

	its.run += server.runs;
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
	if (run_all()) {
		be_the_program(s);
		return;
	}
	show_progress(true);
	if (server.runs > 0 && failed())
		tell_failed();
	else
		tell_passed();
	tu_os_exit_now(server.runs > 0 && failed() ? 1 : 0);
}
