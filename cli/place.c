/* SPDX-License-Identifier: MIT */
/*
 * place.c - where one command at a time runs. It keeps what each command needs and the next can
 * have again: the files for its output, the room for its arguments, its environment.
 *
 * Everything here runs in a task of the thread "jobs" and waits in tutti only, so one thread is
 * enough for all commands. Only command_signal comes from others.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

/* What a command and those it has started have to end in, between SIGTERM and SIGKILL. */
#define GRACE TUTTI_SECONDS(1)
#define FIRST_LOOK TUTTI_MILLISECONDS(5)
#define LOOK_AGAIN TUTTI_MILLISECONDS(10)
enum { FORKS_TRIED = 20, NAME_BYTES = 300 };

extern char **environ;

/* -- its life --------------------------------------------------------------------------------- */

static bool is_ours(const char *variable)
{
	return strncmp(variable, "TUTTI_SEQ=", 10) == 0 ||
	       strncmp(variable, "TUTTI_SLOT=", 11) == 0;
}

/* The environment as it is, with two variables of ours. */
static const char **make_environment(struct place *p)
{
	size_t n = 0, kept = 0;
	const char **env;

	while (environ && environ[n])
		n++;
	env = calloc(n + 3, sizeof *env);
	if (!env)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (!is_ours(environ[i]))
			env[kept++] = environ[i];
	env[kept++] = p->seq;
	env[kept] = p->slot;
	return env;
}

int place_open(struct place *p, int number)
{
	*p = (struct place){ .number = number };
	p->flows[0].fd = p->flows[1].fd = -1;
	snprintf(p->slot, sizeof p->slot, "TUTTI_SLOT=%d", number);
	p->env = make_environment(p);
	return p->env ? 0 : -ENOMEM;
}

void place_close(struct place *p)
{
	text_free(&p->flows[0].begun);
	text_free(&p->flows[1].begun);
	filled_free(&p->arguments);
	free(p->env);
}

struct place *place_enter(struct command *c)
{
	struct place *p = c->places;

	while (p->taken) /* the executor lets no more tasks run than there are places */
		p++;
	p->taken = true;
	p->filled = false;
	return p;
}

void place_leave(struct place *p, struct item *item)
{
	item->out = p->flows[0].kept;
	item->err = p->flows[1].kept;
	p->flows[0].kept = p->flows[1].kept = (struct kept){ 0 };
	p->taken = false;
}

/* -- a run ------------------------------------------------------------------------------------ */

static struct command *command_of(const struct item *item)
{
	return item->stream->options->command;
}

int place_give_up(struct item *item, int status, const char *what, int rc)
{
	struct command *c = command_of(item);

	if (c->status < 0) {
		c->status = status;
		say("map: %s: %s", what, tutti_strerror(rc));
	}
	stream_give_up(item->stream);
	return TUTTI_EJOBCANCELED;
}

static int fill(struct place *p, struct item *item)
{
	struct command *c = command_of(item);
	struct text shown = { 0 };
	int rc = pattern_fill(c->pattern, &p->arguments, &item->input, item->index, p->number);

	if (rc < 0)
		return rc;
	p->filled = true;
	snprintf(p->seq, sizeof p->seq, "TUTTI_SEQ=%llu", (unsigned long long)item->index);
	if (!c->verbose)
		return 0;
	filled_show(c->pattern, &p->arguments, &shown);
	text_add(&shown, "", 1);
	if (!shown.failed)
		tutti_progress_print("%s", shown.data);
	text_free(&shown);
	return 0;
}

/* Where it writes to: 0 and two descriptors to be closed, or < 0 and nobody needs to go on. */
static int open_outputs(struct place *p, struct item *item, int ends[2])
{
	struct command *c = command_of(item);
	int rc = 0;

	ends[0] = ends[1] = -1;
	kept_free(&p->flows[0].kept); /* of an attempt before */
	kept_free(&p->flows[1].kept);
	if (c->grouping != GROUP_NOT)
		rc = flows_open(p->flows, c->lines, ends);
	return rc < 0 ? place_give_up(item, STATUS_ERROR, "a pipe", rc) : 0;
}

static void close_ends(const int ends[2])
{
	for (int i = 0; i < 2; i++)
		if (ends[i] >= 0)
			close(ends[i]);
}

static bool cannot_ever_run(int rc)
{
	return rc == -ENOENT || rc == -EACCES || rc == -ENOTDIR || rc == -ENOEXEC || rc == -EISDIR;
}

/* At once, or a signal for all could come in between and miss it. */
static int launch(struct place *p, struct command *c, const struct child_options *o)
{
	int rc;

	TUTTI_HOLD(&c->running_lock);
	rc = child_start(&p->child, o);
	p->running = rc == 0;
	return rc;
}

static bool is_any_running(const struct command *c)
{
	for (int i = 0; i < c->n_places; i++)
		if (c->places[i].running)
			return true;
	return false;
}

/* Too many processes: some may end, those of ours for sure. */
static int launch_patiently(struct place *p, struct command *c, const struct child_options *o)
{
	int tried = 0, rc;

	while ((rc = launch(p, c, o)) == -EAGAIN) {
		bool others = is_any_running(c);

		if (!others && tried >= FORKS_TRIED)
			break;
		if (tutti_sleep(LOOK_AGAIN * tried) < 0)
			return TUTTI_EJOBCANCELED;
		tried += tried < FORKS_TRIED;
	}
	return rc;
}

/* The program itself can never run: so no other input can be done either. */
static int give_up(struct item *item, const struct child_options *o, int rc)
{
	const char *program = o->program ? o->program : o->argv[0];
	char what[NAME_BYTES];
	bool there = rc == -ENOENT && strchr(program, '/') && access(program, F_OK) == 0;

	snprintf(what, sizeof what, "%s%s", o->argv[0],
		there ? ": the interpreter that it names" : "");
	return place_give_up(item, rc == -ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_RUN, what, rc);
}

static int start(struct place *p, struct item *item)
{
	struct command *c = command_of(item);
	struct child_options o = {
		.program = c->program, .argv = (const char *const *)p->arguments.argv, .env = p->env
	};
	int ends[2], rc = open_outputs(p, item, ends);
	if (rc < 0) {
		close_ends(ends);
		return rc;
	}
	o.out = ends[0];
	o.err = ends[1];
	rc = launch_patiently(p, c, &o);
	close_ends(ends);
	if (rc < 0) {
		flow_pass(&p->flows[0], item, true);
		flow_pass(&p->flows[1], item, true);
	}
	return cannot_ever_run(rc) && pattern_runs_one(c->pattern) ? give_up(item, &o, rc) : rc;
}

/* Its exit code. Nobody may signal who is not there any more. */
static int finish(struct place *p, struct command *c)
{
	TUTTI_HOLD(&c->running_lock);
	p->running = false;
	return child_take_code(&p->child);
}

/* Until it has ended, or else < 0; what it prints is taken meanwhile. */
static int follow_flows(struct place *p, struct item *item, tutti_time deadline)
{
	for (;;) {
		tutti_case cases[] = { child_case(&p->child),
			tutti_case_fd(p->flows[0].fd, TUTTI_READABLE),
			tutti_case_fd(p->flows[1].fd, TUTTI_READABLE) };
		int i = tutti_select(cases, 3, deadline);

		if (i <= 0)
			return i;
		flow_pass(&p->flows[i - 1], item, false);
	}
}

/*
 * A short one fits into its pipes, and is found there in one go at its end: so at first only that
 * is waited for, unless its lines are wanted as they come.
 */
static int follow(struct place *p, struct item *item, tutti_time deadline)
{
	tutti_time first = tutti_after(FIRST_LOOK);
	int rc;

	if (!flows_are_open(p->flows))
		return child_wait(&p->child, deadline);
	if (command_of(item)->grouping == GROUP_LINES)
		return follow_flows(p, item, deadline);
	rc = child_wait(&p->child, first < deadline ? first : deadline);
	if (rc != TUTTI_ETIMEDOUT || deadline <= first)
		return rc;
	return follow_flows(p, item, deadline);
}

/* It, and those that it has started and not let go. One that is stopped is to hear of it too. */
static void end(struct place *p, struct item *item)
{
	tutti_time deadline = tutti_after(GRACE);
	tutti_scope quiet;

	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	child_signal(&p->child, SIGTERM);
	child_signal(&p->child, SIGCONT);
	if (follow(p, item, deadline) == 0)
		while (child_has_group(&p->child) && tutti_now() < deadline)
			tutti_sleep(LOOK_AGAIN);
	child_signal(&p->child, SIGKILL);
	follow(p, item, TUTTI_FOREVER);
	tutti_shield_end(&quiet, 0);
}

int place_run(struct place *p, struct item *item)
{
	struct command *c = command_of(item);
	tutti_time timeout = item->stream->options->timeout;
	int rc = gate_pass(&c->gate);

	item->code = 0; /* of an attempt before */
	if (rc < 0 || tutti_cancelled())
		return TUTTI_EJOBCANCELED;
	if (item->attempts == 1)
		item_begin(item);
	rc = p->filled ? 0 : fill(p, item);
	if (rc == 0)
		rc = start(p, item);
	if (rc < 0)
		return rc;
	rc = follow(p, item, timeout ? tutti_after(timeout) : TUTTI_FOREVER);
	if (rc < 0)
		end(p, item);
	item->code = finish(p, c);
	flow_pass(&p->flows[0], item, true);
	flow_pass(&p->flows[1], item, true);
	if (rc < 0)
		return rc == TUTTI_ETIMEDOUT ? TUTTI_EJOBTIMEDOUT : TUTTI_EJOBCANCELED;
	return item->code == 0 ? 0 : TUTTI_EEXIT;
}
