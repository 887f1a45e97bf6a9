/* SPDX-License-Identifier: MIT */
/* sched.c - `tutti sched`: how processes share cores, with one algorithm or with all of them. */
#include "sched.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "option.h"

enum { PROCESSES_USUAL = 8, ROWS_USUAL = -1 };

static int help(void)
{
	puts("usage: tutti sched [OPTION...] [FILE.csv | -]\n"
	     "\n"
	     "Simulates how an operating system shares its cores among processes, and shows\n"
	     "who had a core when, and how long everybody waited. Each line of the file is a\n"
	     "process: its name, its arrival, and its bursts in ticks: on a core, I/O, on a\n"
	     "core, ...\n"
	     "\n"
	     "    editor,0,2,10,1\n"
	     "    compiler,1,30\n"
	     "\n"
	     "Without a file there are three processes of 24, 3 and 3 ticks.\n"
	     "\n"
	     "  -a, --algorithm NAME   mlfq, the usual one, or another of these; or one of\n"
	     "                         your own, FILE.so:NAME (tutti/sched_policy.h)\n"
	     "         fcfs       first come, first served\n"
	     "         sjf        shortest job first\n"
	     "         srtf       shortest remaining time first\n"
	     "         rr         round robin\n"
	     "         mlfq       multilevel feedback queue\n"
	     "         rtc        run to completion: nobody leaves the core before its end\n"
	     "         parallel   a core for everybody\n"
	     "  -c, --compare          run all of them, and print a table\n"
	     "  -n, --cores N          so many cores (1)\n"
	     "  -s, --slice TICKS      of rr (4), and of mlfq's first queue (1)\n"
	     "      --levels N         queues of mlfq (3)\n"
	     "      --factor N         by which each one's slice is longer (2)\n"
	     "      --keep-slice       who was pre-empted keeps the rest of its slice\n"
	     "      --seed N           processes made up from this number (1)\n"
	     "      --processes N      so many of them (8)\n"
	     "      --svg FILE         write a picture there; - is standard output\n"
	     "      --json             print an object for each run, with all that happened\n"
	     "      --width COLUMNS    of the chart, or pixels of the picture\n"
	     "      --rows N           show so many processes at most; 0: all (40)\n"
	     "  -h, --help             say how it is used");
	return STATUS_FINE;
}

/* -- options ----------------------------------------------------------------------------------- */

enum which { LEVELS = 256, FACTOR, KEEP_SLICE, SEED, PROCESSES, SVG, JSON, WIDTH, ROWS };

static bool take_number(
	const char *name, const char *text, uint64_t least, uint64_t most, uint64_t *out)
{
	char *end, what[100];

	errno = 0;
	*out = strtoull(text, &end, 10);
	if (*text >= '0' && *text <= '9' && !*end && errno == 0 && *out >= least && *out <= most)
		return true;
	snprintf(what, sizeof what, "%s needs a whole number from %llu to %llu", name,
		(unsigned long long)least, (unsigned long long)most);
	return option_need("sched", what);
}

static bool take_int(const char *name, const char *text, int least, int most, int *out)
{
	uint64_t n = 0;
	bool fine = take_number(name, text, (uint64_t)least, (uint64_t)most, &n);

	*out = (int)n;
	return fine;
}

static bool take_slice(struct sched *s, const char *text)
{
	uint64_t n = 0;
	bool fine = take_number("--slice", text, 1, INT64_MAX, &n);

	s->options.slice = (int64_t)n;
	return fine;
}

static bool take_algorithm(struct sched *s, const char *word)
{
	s->policy = sched_find(word);
	return s->policy != NULL;
}

static bool take_made_up(struct sched *s, int option, const char *value)
{
	s->made_up = true;
	if (option == SEED)
		return take_number("--seed", value, 0, UINT64_MAX, &s->seed);
	return take_int("--processes", value, 1, 1000000, &s->processes);
}

static bool take_value(struct sched *s, int option, const char *value)
{
	switch (option) {
	case 'a':
		return take_algorithm(s, value);
	case 'n':
		return take_int("--cores", value, 1, 4096, &s->options.cores);
	case 's':
		return take_slice(s, value);
	case LEVELS:
		return take_int("--levels", value, 1, 64, &s->options.levels);
	case FACTOR:
		return take_int("--factor", value, 1, 1000000, &s->options.factor);
	case WIDTH:
		return take_int("--width", value, 30, 10000, &s->width);
	case ROWS:
		return take_int("--rows", value, 0, 1000000000, &s->rows);
	case SVG:
		s->svg = value;
		return true;
	default:
		return take_made_up(s, option, value);
	}
}

static bool take(struct sched *s, int option, const char *value)
{
	switch (option) {
	case 'c':
		s->compare = true;
		return true;
	case JSON:
		s->json = true;
		return true;
	case KEEP_SLICE:
		s->options.keep_slice = true;
		return true;
	default:
		return take_value(s, option, value);
	}
}

static const struct option long_options[] = { { "algorithm", required_argument, NULL, 'a' },
	{ "compare", no_argument, NULL, 'c' }, { "cores", required_argument, NULL, 'n' },
	{ "slice", required_argument, NULL, 's' }, { "levels", required_argument, NULL, LEVELS },
	{ "factor", required_argument, NULL, FACTOR },
	{ "keep-slice", no_argument, NULL, KEEP_SLICE }, { "seed", required_argument, NULL, SEED },
	{ "processes", required_argument, NULL, PROCESSES },
	{ "svg", required_argument, NULL, SVG }, { "json", no_argument, NULL, JSON },
	{ "width", required_argument, NULL, WIDTH }, { "rows", required_argument, NULL, ROWS },
	{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 } };

/* Do they go together? */
static bool is_sound(const struct sched *s, int rest)
{
	if (rest > 1)
		say("sched: one file, and nothing else");
	else if (s->file && s->made_up)
		say("sched: a file, or processes made up (--seed, --processes), but not both");
	else if (s->svg && strcmp(s->svg, "-") == 0 && s->json)
		say("sched: --svg - and --json cannot both have standard output");
	else if (s->svg && s->width > 0 && s->width < 240)
		say("sched: a picture needs a --width of at least 240 pixels");
	else
		return true;
	return false;
}

/* -1: go on; else the status to end with. */
static int read_options(struct sched *s, int argc, char **argv)
{
	int option;

	optind = 1;
	while ((option = getopt_long(argc, argv, ":a:cn:s:h", long_options, NULL)) != -1) {
		if (option == 'h')
			return help();
		if (option == ':' || option == '?')
			option_complain("sched", option, argv);
		if (option == ':' || option == '?' || !take(s, option, optarg))
			return option_misused("sched");
	}
	s->file = optind < argc ? argv[optind] : NULL;
	return is_sound(s, argc - optind) ? -1 : option_misused("sched");
}

/* -- runs -------------------------------------------------------------------------------------- */

static void say_why(const struct sched *s, const tutti_sched_policy *policy, int rc)
{
	if (rc == -E2BIG)
		say("sched: %s: more than %llu slices; a larger --slice makes fewer", policy->name,
			(unsigned long long)s->options.slices_max);
	else if (rc == -EDEADLK)
		say("sched: %s leaves the cores idle for ever, and there are processes ready",
			policy->name);
	else if (rc == -EINVAL)
		say("sched: %s", s->options.fault->text);
	else
		say("sched: %s", tutti_strerror(rc));
}

static int run(struct sched *s, const tutti_sched_policy *policy)
{
	int rc = tutti_sched_run(policy, s->load.processes, s->load.processes_n, &s->options,
		&s->results[s->results_n]);

	if (rc < 0) {
		say_why(s, policy, rc);
		return STATUS_FAILED;
	}
	s->results_n++;
	return STATUS_FINE;
}

/* All that there are, and the one of a module too. */
static int run_all(struct sched *s)
{
	const tutti_sched_policy *policy;
	int status = STATUS_FINE;
	bool built_in = false;

	for (size_t i = 0; status == STATUS_FINE && (policy = tutti_sched_builtin(i)); i++) {
		built_in = built_in || policy == s->policy;
		status = run(s, policy);
	}
	return status == STATUS_FINE && !built_in ? run(s, s->policy) : status;
}

int sched_main(int argc, char **argv)
{
	tutti_sched_fault fault = { 0 };
	struct sched s = { .policy = tutti_sched_find("mlfq"),
		.seed = 1,
		.processes = PROCESSES_USUAL,
		.rows = ROWS_USUAL,
		.options = { .slices_max = 1000000, .fault = &fault } };
	int status = read_options(&s, argc, argv);

	if (status >= 0)
		return status;
	status = sched_load(&s);
	if (status == STATUS_FINE)
		status = s.compare ? run_all(&s) : run(&s, s.policy);
	if (status == STATUS_FINE)
		status = sched_show(&s);
	for (size_t i = 0; i < s.results_n; i++)
		tutti_sched_result_clear(&s.results[i]);
	tutti_sched_workload_clear(&s.load);
	return status;
}
