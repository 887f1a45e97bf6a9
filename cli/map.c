/* SPDX-License-Identifier: MIT */
/* map.c - `tutti map`: options, and what the exit status says. */
#include "map.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WINDOW_LEAST = 1024, WINDOW_PER_JOB = 4 };

struct options {
	const char *on;
	int at_once; /* 0: the engine's choice */
	bool keep_going;
	int progress; /* -1: if it disturbs nobody */
	char **inputs;
	size_t n_inputs; /* 0: standard input */
	tutti_job *job;
	const char *job_word;
	int status; /* what it came to; -1: not known yet */
};

static const struct option long_options[] = {
	{ "on", required_argument, NULL, 'o' },
	{ "keep-going", no_argument, NULL, 'k' },
	{ "progress", no_argument, NULL, 'p' },
	{ "no-progress", no_argument, NULL, 'n' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int help(void)
{
	puts("usage: tutti map [OPTION...] JOB [INPUT...]\n"
	     "\n"
	     "Runs JOB on every INPUT, or on every line of standard input if there is none,\n"
	     "many at a time, and prints one line for each, the result, in the order of the\n"
	     "inputs. An input that fails is named on standard error, and then no further one\n"
	     "is begun.\n"
	     "\n"
	     "  --on ENGINE    where: threads (the default), tasks, inline\n"
	     "  -j N           how many at once\n"
	     "  --keep-going   go on after an input that failed\n"
	     "  --progress, --no-progress\n"
	     "                 show a bar with rate and remaining time on standard error, if\n"
	     "                 that is a terminal; by default, unless the results go there too\n"
	     "\n"
	     "jobs:");
	jobs_help();
	puts("\n"
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

static bool parse_count(const char *text, int *out)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || n < 1 || n > INT_MAX)
		return false;
	*out = (int)n;
	return true;
}

/* What getopt did not like. */
static void complain_of(int c, char **argv)
{
	const char *word = argv[optind - 1];

	if (c == ':')
		say("map: option '%s' needs a value", word);
	else if (optopt > 0 && strchr("knpho", optopt) && strncmp(word, "--", 2) == 0)
		say("map: option '%s' takes no value", word);
	else if (optopt > 0)
		say("map: unknown option '-%c'", optopt);
	else
		say("map: unknown option '%s'", word);
}

/* -1: go on; otherwise the exit status. */
static int parse_options(int argc, char **argv, struct options *o)
{
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "+:j:h", long_options, NULL)) != -1) {
		switch (c) {
		case 'o':
			o->on = optarg;
			break;
		case 'j':
			if (parse_count(optarg, &o->at_once))
				break;
			say("map: -j needs a number from 1 on, not '%s'", optarg);
			return misused();
		case 'k':
			o->keep_going = true;
			break;
		case 'p':
		case 'n':
			o->progress = c == 'p';
			break;
		case 'h':
			return help();
		default:
			complain_of(c, argv);
			return misused();
		}
	}
	return -1;
}

static int parse(int argc, char **argv, struct options *o)
{
	int status = parse_options(argc, argv, o);

	if (status >= 0)
		return status;
	if (optind == argc) {
		say("map: which job?");
		return misused();
	}
	o->job_word = argv[optind++];
	o->inputs = argv + optind;
	o->n_inputs = (size_t)(argc - optind);
	o->job = jobs_find(o->job_word);
	return o->job ? -1 : STATUS_USAGE;
}

static bool same_terminal(int a, int b)
{
	struct stat sa, sb;

	return isatty(a) && isatty(b) && fstat(a, &sa) == 0 && fstat(b, &sb) == 0 &&
	       sa.st_rdev == sb.st_rdev;
}

static void begin_progress(const struct options *o, struct stream *s)
{
	bool shared = same_terminal(STDOUT_FILENO, STDERR_FILENO);

	if (o->progress < 0 ? shared || !isatty(STDERR_FILENO) : !o->progress)
		return;
	s->bar = tutti_progress_create(o->job->name, o->n_inputs);
	s->bar_shown = s->bar && isatty(STDERR_FILENO);
	s->output->on_bar_line = s->bar_shown && shared;
}

/* What the stream came to, said and as an exit status. The graver ones come first. */
static int judge(const struct stream *s, int rc)
{
	int broken = s->output->error;

	if (rc == TUTTI_ECANCELED)
		return STATUS_INTERRUPTED;
	if (broken == -EPIPE)
		return STATUS_NO_READER;
	if (rc < 0)
		say("map: %s", tutti_strerror(rc));
	if (s->read_error < 0)
		say("map: standard input: %s", tutti_strerror(s->read_error));
	if (broken < 0)
		say("map: standard output: %s", tutti_strerror(broken));
	return rc < 0 || s->read_error < 0 || broken < 0 || s->failed ? STATUS_FAILED : STATUS_FINE;
}

static int run_stream(const struct options *o, struct stream *s)
{
	struct host host = { .word = o->on, .at_once = o->at_once };
	int rc = host_enter(&host);

	if (rc < 0)
		return STATUS_USAGE;
	s->executor = host.executor;
	begin_progress(o, s);
	rc = stream_run(s);
	host_leave(&host);
	tutti_progress_free(s->bar); /* after the last job, since each of them may still count */
	return judge(s, rc);
}

static size_t window_for(const struct options *o)
{
	size_t n = (size_t)o->at_once * WINDOW_PER_JOB;

	return n > WINDOW_LEAST ? n : WINDOW_LEAST;
}

static int map(const struct options *o)
{
	static struct output output; /* too large for a stack */
	struct stop reading, writing;
	struct input input = { .args = o->n_inputs > 0 ? o->inputs : NULL,
		.left = o->n_inputs,
		.fd = STDIN_FILENO,
		.stop = &reading };
	struct stream s = { .job = o->job,
		.job_word = o->job_word,
		.input = &input,
		.output = &output,
		.keep_going = o->keep_going,
		.window = window_for(o) };
	int status = STATUS_FAILED, rc;

	output_open(&output, STDOUT_FILENO, &writing);
	rc = stop_open(&reading);
	if (rc == 0) {
		rc = stop_open(&writing);
		if (rc == 0) {
			status = run_stream(o, &s);
			stop_close(&writing);
		}
		stop_close(&reading);
	}
	if (rc < 0)
		say("map: %s", tutti_strerror(rc));
	input_free(&input);
	return status;
}

/* A task of its own, so that SIGINT cancels it. */
static void *map_task(void *arg)
{
	struct options *o = arg;

	o->status = map(o);
	return NULL;
}

int map_main(int argc, char **argv)
{
	struct options o = { .on = "threads", .progress = -1, .status = -1 };
	int rc = parse(argc, argv, &o);

	if (rc >= 0)
		return rc;
	/* a reader that goes away is an error of write, which can be answered in order */
	signal(SIGPIPE, SIG_IGN);
	rc = tutti_run(map_task, &o, NULL);
	if (o.status < 0) {
		say("map: %s", tutti_strerror(rc));
		return STATUS_FAILED;
	}
	return o.status; /* also when the task was cancelled: it says what came of that */
}
