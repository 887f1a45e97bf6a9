/* SPDX-License-Identifier: MIT */
/* command.c - what is made before the first command begins, and what is left after the last. */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"

enum { OTHERS_OPEN = 40, AT_ONCE_MOST = 1000, AHEAD = 64, WINDOW_MOST = 4096 };
enum {
	FULL_BYTES = (1 << 17) - 64, /* as xargs has it; a shell's one argument cannot be longer */
	ARGUMENTS_LEAST = 4096,      /* what POSIX promises */
	ARGUMENTS_SPARE = 2048 /* for what else the kernel puts there, and variables of ours */
};

extern char **environ;

int command_parse(struct command *c, char joint)
{
	struct pattern_style style = { .whole = c->whole, .shell = c->shell, .joint = joint };

	if (c->colsep_text) {
		c->colsep = colsep_parse(c->colsep_text);
		if (!c->colsep)
			return -EINVAL;
	}
	style.colsep = c->colsep;
	c->pattern = pattern_create(c->words, c->n_words, &style);
	if (c->pattern)
		pattern_show(c->pattern, &c->shown);
	text_add(&c->shown, "", 1);
	if (c->pattern && !c->shown.failed)
		return 0;
	say("map: %s", tutti_strerror(-ENOMEM));
	return -ENOMEM;
}

/* -- how many --------------------------------------------------------------------------------- */

static long file_limit(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < INT_MAX
		       ? (long)limit.rlim_cur
		       : INT_MAX;
}

/* Descriptors that can be open, but for those that are needed anyway. */
static long descriptors(void)
{
	long n = file_limit();

	return n > OTHERS_OPEN ? n - OTHERS_OPEN : 1;
}

static long each(const struct command *c)
{
	return c->grouping == GROUP_NOT ? 1 : 3; /* the process, two for its output */
}

int command_prepare(struct options *o)
{
	long most = descriptors() / each(o->command);

	if (most < 1)
		most = 1; /* it may be just enough for one */
	if (o->at_once_most)
		o->at_once = (int)(most / 2 < AT_ONCE_MOST ? most / 2 : AT_ONCE_MOST);
	else if (o->at_once == 0)
		o->at_once = tutti_cpu_count() < most ? tutti_cpu_count() : (int)most;
	if (o->at_once < 1)
		o->at_once = 1;
	if (o->at_once > most && !o->dry_run) {
		say("map: -j %d: at most %ld at once, since `ulimit -n` is %ld", o->at_once, most,
			file_limit());
		return STATUS_ERROR;
	}
	if (!o->dry_run)
		signals_hold();
	return -1;
}

size_t command_window(const struct options *o)
{
	long files = (descriptors() - o->at_once * each(o->command)) / 2; /* each may keep two */
	long n = o->unordered ? AHEAD : WINDOW_MOST, least = 2L * o->at_once;

	if (o->together != 1) /* inputs are larger, then */
		n /= o->together == 0 || o->together > AHEAD ? AHEAD : (long)o->together;
	if (n < least)
		n = least;
	if (n > files)
		n = files;
	return (size_t)(n > o->at_once ? n : o->at_once);
}

/* What all arguments and the environment may take together, but for the latter. */
static long argument_room(void)
{
	long room = sysconf(_SC_ARG_MAX);

	if (room <= 0)
		room = ARGUMENTS_LEAST;
	for (char **e = environ; e && *e; e++)
		room -= (long)(strlen(*e) + 1 + sizeof *e);
	return room - ARGUMENTS_SPARE;
}

struct filling command_filling(const struct command *c)
{
	struct pattern_size size = pattern_measure(c->pattern);
	struct filling filling = { .copies = size.copies,
		.beside = size.beside,
		.quoted = c->shell,
		.columns = c->colsep };
	long room = argument_room();

	if (room > FULL_BYTES)
		room = FULL_BYTES;
	filling.bytes =
		room > (long)size.once ? (size_t)room - size.once : 0; /* then one at least */
	return filling;
}

/* -- before and after ------------------------------------------------------------------------- */

/* Looked for once, not at every start; who is not found here will be said not to be there. */
static char *find_program(const char *word)
{
	const char *at = getenv("PATH");
	char *path = NULL;
	struct stat st;

	while (at && *at && !strchr(word, '/')) {
		size_t n = strcspn(at, ":");

		if (asprintf(&path, "%.*s/%s", n ? (int)n : 1, n ? at : ".", word) < 0)
			return NULL;
		if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0)
			return path;
		free(path);
		at += n + (at[n] == ':');
	}
	return NULL;
}

static int open_lines(struct command *c, struct stop *writing)
{
	c->lines = calloc(2, sizeof *c->lines);
	c->block = malloc(FLOW_BYTES);
	if (!c->lines || !c->block)
		return -ENOMEM;
	output_open(&c->lines[0], STDOUT_FILENO, writing);
	output_open(&c->lines[1], STDERR_FILENO, writing);
	return 0;
}

int command_open(struct command *c, int n, struct stop *writing)
{
	int rc = 0;

	c->places = calloc((size_t)n, sizeof *c->places);
	if (!c->places)
		rc = -ENOMEM;
	for (; rc == 0 && c->n_places < n; c->n_places++)
		rc = place_open(&c->places[c->n_places], c->n_places + 1);
	if (rc == 0)
		rc = open_lines(c, writing);
	if (c->shell || pattern_runs_one(c->pattern))
		c->program = find_program(c->shell ? c->shell : c->words[0]);
	if (rc < 0)
		say("map: %s", tutti_strerror(rc));
	return rc;
}

void command_close(struct command *c)
{
	for (int i = 0; i < c->n_places; i++)
		place_close(&c->places[i]);
	free(c->places);
	free(c->lines);
	free(c->block);
	pattern_free(c->pattern);
	colsep_free(c->colsep);
	text_free(&c->shown);
	free(c->program);
}

void command_signal(struct command *c, int number)
{
	TUTTI_HOLD(&c->running_lock);
	for (int i = 0; i < c->n_places; i++)
		if (c->places[i].running)
			child_signal(&c->places[i].child, number);
}

/* -- what it came to -------------------------------------------------------------------------- */

static int status_of(int code)
{
	return code < 0 ? STATUS_SIGNAL - code : code;
}

int command_outcome(const struct stream *s)
{
	const struct halting *h = &s->options->halt;
	uint64_t failures = s->failures;

	if (s->halted && h->on == HALT_SUCCESS)
		return STATUS_FINE;
	if (s->halted && h->on == HALT_FAIL && h->percent > 0)
		return (int)(failures * 100 / s->total);
	if (s->halted && h->on == HALT_FAIL && h->after == 1 && s->halt_code != 0)
		return status_of(s->halt_code);
	return failures < STATUS_MANY ? (int)failures : STATUS_MANY;
}

int command_interrupted(const struct stream *s)
{
	const struct command *c = s->options->command;

	if (!c->signal)
		return c->status;
	say("map: %s: %llu done, %llu failed, %llu stopped", strsignal(c->signal),
		(unsigned long long)s->successes, (unsigned long long)s->failures,
		(unsigned long long)s->stopped);
	return STATUS_SIGNAL + c->signal;
}
