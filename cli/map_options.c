/* SPDX-License-Identifier: MIT */
/* map_options.c - the options of `tutti map`. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "find.h"
#include "map_options.h"
#include "option.h"

static const struct option long_options[] = {
	{ "on", required_argument, NULL, OPT_ON },
	{ "authkey", required_argument, NULL, OPT_AUTHKEY },
	{ "authkey-file", required_argument, NULL, OPT_AUTHKEY_FILE },
	{ "jobs", required_argument, NULL, 'j' },
	{ "null", no_argument, NULL, '0' },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "retries", required_argument, NULL, OPT_RETRIES },
	{ "halt", required_argument, NULL, OPT_HALT },
	{ "keep-going", no_argument, NULL, OPT_KEEP_GOING },
	{ "unordered", no_argument, NULL, OPT_UNORDERED },
	{ "tag", no_argument, NULL, OPT_TAG },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
	{ "joblog", required_argument, NULL, OPT_JOBLOG },
	{ "resume", no_argument, NULL, OPT_RESUME },
	{ "resume-failed", no_argument, NULL, OPT_RESUME },
	{ "progress", no_argument, NULL, OPT_PROGRESS },
	{ "no-progress", no_argument, NULL, OPT_NO_PROGRESS },
	{ "delimiter", required_argument, NULL, 'd' },
	{ "arg-file", required_argument, NULL, 'a' },
	{ "no-run-if-empty", no_argument, NULL, 'r' },
	{ "shell", no_argument, NULL, OPT_SHELL },
	{ "max-args", required_argument, NULL, 'N' },
	{ "fill", no_argument, NULL, 'X' },
	{ "colsep", required_argument, NULL, OPT_COLSEP },
	{ "line-buffer", no_argument, NULL, OPT_LINES },
	{ "ungroup", no_argument, NULL, 'u' },
	{ "keep-order", no_argument, NULL, 'k' },
	{ "verbose", no_argument, NULL, 't' },
	{ "quiet", no_argument, NULL, OPT_QUIET },
	{ "delay", required_argument, NULL, OPT_DELAY },
	{ "load", required_argument, NULL, OPT_LOAD },
	{ "memfree", required_argument, NULL, OPT_MEMFREE },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const char map[] = "map";

bool options_need(const char *what)
{
	return option_need(map, what);
}

/* An option with a value: false, and it has said what is wrong with it. */
static bool take_value(int c, struct options *o)
{
	switch (c) {
	case 'j':
	case 'P':
		return parse_jobs(optarg, o) || options_need("-j needs a number, N%, +N or -N");
	case 'd':
		return parse_separator(optarg, &o->separator) || options_need("-d needs one byte");
	case 'a':
		o->file = optarg;
		return true;
	case OPT_ON:
		o->on = optarg;
		return true;
	case OPT_AUTHKEY:
	case OPT_AUTHKEY_FILE:
		*(c == OPT_AUTHKEY ? &o->key->text : &o->key->file) = optarg;
		return true;
	case OPT_TIMEOUT:
		return option_time(map, "--timeout", &o->timeout);
	case OPT_RETRIES:
		return option_count(map, "--retries", 0, &o->retries);
	case OPT_HALT:
		return parse_halt(optarg, &o->halt) ||
		       options_need(
			       "--halt needs soon, now or never; the first two also with ,fail=N "
			       "or success=N or done=N, or N%");
	case OPT_JOBLOG:
		o->joblog = optarg;
		return true;
	default:
		return command_take_value(c, o);
	}
}

/* An option without a value. */
static bool take_flag(int c, struct options *o)
{
	switch (c) {
	case '0':
		o->separator = '\0';
		return true;
	case 'r':
		o->skip_empty = true;
		return true;
	case OPT_KEEP_GOING:
		o->halt = (struct halting){ .how = HALT_NEVER, .after = 1 };
		return true;
	case 'k':
	case OPT_UNORDERED:
		o->order = c == 'k' ? ORDER_INPUTS : ORDER_ENDS;
		return true;
	case OPT_TAG:
	case OPT_JSON:
		o->tag |= c == OPT_TAG;
		o->json |= c == OPT_JSON;
		return true;
	case OPT_DRY_RUN:
		o->dry_run = true;
		return true;
	case OPT_RESUME:
		o->resume = true;
		return true;
	case OPT_PROGRESS:
	case OPT_NO_PROGRESS:
		o->progress = c == OPT_PROGRESS;
		return true;
	default:
		return command_take_flag(c, o);
	}
}

/* What an option is called that only commands have; NULL: jobs have it too. */
static const char *for_commands(int c)
{
	const struct option *option = long_options;

	if (c < OPT_SHELL && (c >= OPT_ON || !strchr("NnIXut", c)))
		return NULL;
	if (c == 'I')
		return "I"; /* it has no long name */
	while (option->val != (c == 'n' ? 'N' : c))
		option++;
	return option->name;
}

/* Options up to the job, or up to "--", which makes what follows a command: *is_command. */
static int parse_words(int argc, char **argv, struct options *o, bool *is_command)
{
	int c, before;

	opterr = 0;
	while (before = optind, (c = getopt_long(argc, argv, "+:j:P:d:a:N:n:I:rXkut0h",
					 long_options, NULL)) != -1) {
		if (c == 'h')
			return map_help();
		if (c == ':' || c == '?') {
			option_complain(map, c, argv);
			return option_misused(map);
		}
		if (!take_flag(c, o) && !take_value(c, o))
			return option_misused(map);
		if (for_commands(c))
			o->for_commands = for_commands(c);
	}
	*is_command = optind > before;
	return -1;
}

/* What does not go together, whatever runs. */
bool options_sound(const struct options *o)
{
	if (o->tag && o->json)
		say("map: --tag and --json exclude each other: an object names its input");
	else if (o->resume && !o->joblog)
		say("map: --resume needs --joblog FILE, which says what is done");
	else if (o->separator != '\n' && (o->n_inputs > 0 || o->sources))
		say("map: -0 is for inputs from standard input, and there are arguments");
	else if (o->file && (o->n_inputs > 0 || o->sources))
		say("map: -a is for inputs from a file, and there are arguments");
	else
		return true;
	return false;
}

bool options_on_tcp(const struct options *o)
{
	return o->on && (strncmp(o->on, "tcp:", 4) == 0 || strncmp(o->on, "unix:", 5) == 0);
}

/* The key is for a manager, which needs one. False: it has said what is wrong. */
static bool key_goes_with(const struct options *o)
{
	if (options_on_tcp(o))
		return key_read(o->key, "map");
	if (!o->key->text && !o->key->file)
		return true;
	say("map: a key is for --on tcp://HOST:PORT or unix:PATH");
	return false;
}

static int parse_job(struct options *o, char **words, size_t n)
{
	if (o->for_commands) {
		say("map: --%s is for commands: tutti map [OPTION...] -- COMMAND", o->for_commands);
		return option_misused(map);
	}
	if (o->at_once_most) {
		say("map: -j 0 is for commands; jobs need a number");
		return option_misused(map);
	}
	if (n == 0) {
		say("map: which job?");
		return option_misused(map);
	}
	o->command = NULL;
	o->unordered = o->order == ORDER_ENDS;
	o->job_word = o->label = words[0];
	o->inputs = words + 1;
	o->n_inputs = n - 1;
	if (!options_sound(o))
		return option_misused(map);
	if (o->halt.after == 0)
		o->halt = (struct halting){ .how = HALT_SOON, .after = 1 };
	if (!key_goes_with(o))
		return option_misused("map");
	o->job = find_job("map", o->job_word);
	return o->job ? -1 : STATUS_USAGE;
}

int options_parse(int argc, char **argv, struct options *o)
{
	bool is_command = false;
	int status = parse_words(argc, argv, o, &is_command);

	if (status >= 0)
		return status;
	if (!is_command)
		return parse_job(o, argv + optind, (size_t)(argc - optind));
	return command_words(o, argv + optind, (size_t)(argc - optind)) ? -1 : option_misused(map);
}
