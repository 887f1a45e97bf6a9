/* SPDX-License-Identifier: MIT */
/* map_options.c - the options of `tutti map`. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "find.h"
#include "map.h"

/* Those without a letter of their own. */
enum {
	OPT_ON = 256,
	OPT_TIMEOUT,
	OPT_RETRIES,
	OPT_HALT,
	OPT_KEEP_GOING,
	OPT_UNORDERED,
	OPT_TAG,
	OPT_JSON,
	OPT_DRY_RUN,
	OPT_JOBLOG,
	OPT_RESUME,
	OPT_PROGRESS,
	OPT_NO_PROGRESS
};

static const struct option long_options[] = {
	{ "on", required_argument, NULL, OPT_ON },
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
	{ "progress", no_argument, NULL, OPT_PROGRESS },
	{ "no-progress", no_argument, NULL, OPT_NO_PROGRESS },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int help(void)
{
	const char *does;
	tutti_job *job;

	puts("usage: tutti map [OPTION...] JOB [INPUT...]\n"
	     "\n"
	     "Runs JOB on every INPUT, or on every line of standard input if there is none,\n"
	     "many at a time, and prints one line for each, the result, in the order of the\n"
	     "inputs. An input that fails is named on standard error, and then no further one\n"
	     "is begun.\n"
	     "\n"
	     "inputs:\n"
	     "  -0, --null         inputs end with a zero byte, not with the line\n"
	     "\n"
	     "running:\n"
	     "  --on ENGINE        where: threads (the default), tasks, processes, inline;\n"
	     "                     processes:4 is four of them\n"
	     "  -j, --jobs N       how many at once (also -P N)\n"
	     "  --timeout SECONDS  how long each attempt may take\n"
	     "  --retries N        run a failed input again, N times at most\n"
	     "  --halt WHEN        at the first failure: soon (the default) begin no further\n"
	     "                     input, now stop those that run too, never go on;\n"
	     "                     soon,fail=N at the Nth failure\n"
	     "  --keep-going       the same as --halt never\n"
	     "  --dry-run          print what would run, and run nothing\n"
	     "\n"
	     "results:\n"
	     "  --unordered        print results as they come\n"
	     "  --tag              put the input and a tab before each line\n"
	     "  --json             print an object for each input, also for a failed one\n"
	     "  --joblog FILE      write there what was done: number, start, seconds, status,\n"
	     "                     attempts, job, input\n"
	     "  --resume           skip the inputs that FILE says are done, and add to it\n"
	     "  --progress, --no-progress\n"
	     "                     show a bar with rate and remaining time on standard error, if\n"
	     "                     that is a terminal; by default, unless the results go there\n"
	     "\n"
	     "jobs:");
	for (int i = 0; (job = find_built_in(i, &does)) != NULL; i++)
		printf("  %-18s %s\n", job->name, does);
	puts("  FILE:NAME          the job NAME of a module, such as ./jobs.so:shout;\n"
	     "                     'tutti new' writes one, 'tutti jobs FILE' lists them\n"
	     "\n"
	     "exit status: 0 all fine; 1 an input failed, or results could not be written;\n"
	     "2 used wrongly, no such job or engine; 130 interrupted; 141 the reader of the\n"
	     "results went away");
	return STATUS_FINE;
}

static int misused(void)
{
	fputs("Try 'tutti map --help'.\n", stderr);
	return STATUS_USAGE;
}

static bool parse_count(const char *text, long least, int *out)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || n < least || n > INT_MAX)
		return false;
	*out = (int)n;
	return true;
}

/* Beyond a century there is no limit. */
static bool parse_seconds(const char *text, tutti_time *out)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end != '\0' || !(seconds > 0) || strpbrk(text, "xXnN \t"))
		return false;
	if (seconds > 3e9)
		seconds = 3e9;
	*out = (tutti_time)(seconds * 1e9) + 1; /* never 0, which would be no limit */
	return true;
}

/* soon, now or never; the first two also with ,fail=N behind. */
static bool parse_halt(const char *text, struct options *o)
{
	static const char *const words[] = { "soon", "now", "never" };
	size_t size = strcspn(text, ",");

	for (int i = HALT_SOON; i <= HALT_NEVER; i++) {
		if (strlen(words[i]) != size || memcmp(words[i], text, size) != 0)
			continue;
		o->halt = (enum halt)i;
		o->halt_after = 1;
		if (!text[size])
			return true;
		return i != HALT_NEVER && strncmp(text + size, ",fail=", 6) == 0 &&
		       parse_count(text + size + 6, 1, &o->halt_after);
	}
	return false;
}

/* What getopt did not like. */
static void complain_of(int c, char **argv)
{
	const char *word = argv[optind - 1];

	if (c == ':')
		say("map: option '%s' needs a value", word);
	else if (optopt > 0 && strncmp(word, "--", 2) == 0)
		say("map: option '%s' takes no value", word);
	else if (optopt > 0)
		say("map: unknown option '-%c'", optopt);
	else
		say("map: unknown option '%s'", word);
}

static bool needs(const char *what)
{
	say("map: %s, not '%s'", what, optarg);
	return false;
}

/* An option with a value: false, and it has said what is wrong with it. */
static bool take_value(int c, struct options *o)
{
	switch (c) {
	case 'j':
	case 'P':
		return parse_count(optarg, 1, &o->at_once) || needs("-j needs a number from 1 on");
	case OPT_ON:
		o->on = optarg;
		return true;
	case OPT_TIMEOUT:
		return parse_seconds(optarg, &o->timeout) ||
		       needs("--timeout needs a number of seconds above 0");
	case OPT_RETRIES:
		return parse_count(optarg, 0, &o->retries) ||
		       needs("--retries needs a number from 0 on");
	case OPT_HALT:
		return parse_halt(optarg, o) ||
		       needs("--halt needs soon, now, never, soon,fail=N or now,fail=N");
	default:
		o->joblog = optarg;
		return true;
	}
}

/* An option without one. */
static bool take_flag(int c, struct options *o)
{
	switch (c) {
	case '0':
		o->zero = true;
		return true;
	case OPT_KEEP_GOING:
		o->halt = HALT_NEVER;
		return true;
	case OPT_UNORDERED:
		o->unordered = true;
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
		return false;
	}
}

static int parse_words(int argc, char **argv, struct options *o)
{
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "+:j:P:0h", long_options, NULL)) != -1) {
		if (c == 'h')
			return help();
		if (c == ':' || c == '?') {
			complain_of(c, argv);
			return misused();
		}
		if (!take_flag(c, o) && !take_value(c, o))
			return misused();
	}
	return -1;
}

/* What does not go together. */
static int check(const struct options *o)
{
	if (o->tag && o->json)
		say("map: --tag and --json exclude each other: an object names its input");
	else if (o->resume && !o->joblog)
		say("map: --resume needs --joblog FILE, which says what is done");
	else if (o->zero && o->n_inputs > 0)
		say("map: -0 is for inputs from standard input, and there are arguments");
	else
		return -1;
	return misused();
}

int options_parse(int argc, char **argv, struct options *o)
{
	int status = parse_words(argc, argv, o);

	if (status >= 0)
		return status;
	if (optind == argc) {
		say("map: which job?");
		return misused();
	}
	o->job_word = argv[optind++];
	o->inputs = argv + optind;
	o->n_inputs = (size_t)(argc - optind);
	status = check(o);
	if (status >= 0)
		return status;
	o->job = find_job(o->job_word);
	return o->job ? -1 : STATUS_USAGE;
}
