/* SPDX-License-Identifier: MIT */
/*
 * check.c - `tutti check`: a program under many schedules, in virtual time.
 *
 * The work is done in the program itself, by the library that it is linked with: this puts what is
 * wanted into the environment and becomes the program.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "option.h"

enum { SETTINGS_MOST = 4096 };

struct settings {
	char text[SETTINGS_MOST]; /* what goes to TUTTI_SIM */
	const char *runs, *save, *replay;
	bool early, quiet;
};

static int help(void)
{
	puts("usage: tutti check [OPTION...] PROGRAM [ARGUMENT...]\n"
	     "\n"
	     "Runs PROGRAM, which is linked with tutti, again and again under different schedules\n"
	     "and in virtual time, until a run fails: it deadlocks, spins for ever, leaves a lock\n"
	     "held, or ends with another status than 0 or by a signal (assert). Its output is not\n"
	     "shown. What failed is explained and kept in a file by which it is repeated.\n"
	     "\n"
	     "  --runs N           so many at most (10000)\n"
	     "  --seconds S        for so long at most\n"
	     "  --strategy NAME    auto, fifo, shuffle, random, pct:DEPTH, exhaustive:PREEMPTIONS\n"
	     "  --seed N           of all that is random (0)\n"
	     "  --steps N          calls of tutti in a run beyond which it is stuck (1000000)\n"
	     "  --timeout S        seconds of real time for one run (30)\n"
	     "  --horizon TIME     virtual time at which a run ends well, such as 10s or 200ms\n"
	     "  --draws X:Y:...    the first numbers that the program draws (tutti/random.h)\n"
	     "  --strict-time      the clock never moves while somebody can run\n"
	     "  --eager            who starts a thread goes on when all others wait\n"
	     "  --shrink N         so many more runs to make a failed one simpler (500); 0: none\n"
	     "  --save FILE        where a failed run goes (PROGRAM.replay)\n"
	     "  --replay FILE      repeat that run once, with its output\n"
	     "  --json             the outcome as one line of JSON, on standard output\n"
	     "  --quiet            no progress\n"
	     "\n"
	     "Status: 0 no run failed, 1 one did, 2 it could not be done, 99 the repeated run\n"
	     "failed as it did before.");
	return STATUS_FINE;
}

/* Another word for TUTTI_SIM, in the form KEY or KEY=VALUE. false: it is no such value. */
static bool add(struct settings *s, const char *key, const char *value)
{
	size_t used = strlen(s->text);

	if (value && (!*value || strchr(value, ',')))
		return false;
	snprintf(s->text + used, sizeof s->text - used, "%s%s%s%s", used > 0 ? "," : "", key,
		value ? "=" : "", value ? value : "");
	return true;
}

static bool is_count(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text) && strlen(text) < 19;
}

static bool add_count(struct settings *s, const char *key, const char *value)
{
	return is_count(value) && add(s, key, value);
}

/* Seconds, with a fraction if need be. */
static bool add_seconds(struct settings *s, const char *key, const char *value)
{
	char text[64];
	char *end;

	if (!(strtod(value, &end) > 0) || *end || strlen(value) > 40)
		return false;
	snprintf(text, sizeof text, "%ss", value);
	return add(s, key, text);
}

/* With a unit behind it, as TUTTI_SIM has it. */
static bool add_duration(struct settings *s, const char *key, const char *value)
{
	static const char *const units[] = { "ns", "us", "ms", "s", "m", "h" };
	char *unit;
	double n = strtod(value, &unit);

	for (size_t i = 0; unit != value && n >= 0 && i < sizeof units / sizeof *units; i++)
		if (strcmp(unit, units[i]) == 0)
			return add(s, key, value);
	return false;
}

static bool add_draws(struct settings *s, const char *key, const char *value)
{
	const char *at = value;
	char *end;

	do {
		strtod(at, &end);
		if (end == at || (*end && *end != ':'))
			return false;
		at = end + 1;
	} while (*end);
	return add(s, key, value);
}

/* The name is a word by itself there, with or without a number. */
static bool add_strategy(struct settings *s, const char *key, const char *value)
{
	static const struct {
		const char *name;
		int least, most; /* what may stand behind it; most -1: nothing */
	} names[] = { { "auto", 0, -1 }, { "fifo", 0, -1 }, { "shuffle", 0, -1 },
		{ "random", 0, -1 }, { "pct", 1, 16 }, { "exhaustive", 0, 100 } };
	const char *colon = strchr(value, ':');
	size_t n = colon ? (size_t)(colon - value) : strlen(value);
	int behind = !colon                                         ? 0
		     : is_count(colon + 1) && strlen(colon + 1) < 9 ? atoi(colon + 1)
								    : -1;

	(void)key;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i].name) == n && strncmp(value, names[i].name, n) == 0)
			return (!colon || (behind >= names[i].least && behind <= names[i].most)) &&
			       add(s, value, NULL);
	return false;
}

enum which {
	RUNS = 256,
	SECONDS,
	STRATEGY,
	SEED,
	STEPS,
	TIMEOUT,
	HORIZON,
	DRAWS,
	STRICT_TIME,
	EAGER,
	SHRINK,
	SAVE,
	REPLAY,
	JSON,
	QUIET
};

static const struct row {
	enum which option;
	const char *key; /* as TUTTI_SIM knows it */
	bool (*add)(struct settings *s, const char *key, const char *value);
	const char *needs;
} rows[] = { { SECONDS, "budget", add_seconds, "--seconds needs a number above 0" },
	{ STRATEGY, NULL, add_strategy,
		"--strategy needs auto, fifo, shuffle, random, pct:DEPTH or "
		"exhaustive:PREEMPTIONS" },
	{ SEED, "seed", add_count, "--seed needs a number from 0 on" },
	{ STEPS, "steps", add_count, "--steps needs a number from 0 on" },
	{ SHRINK, "shrink", add_count, "--shrink needs a number from 0 on" },
	{ TIMEOUT, "limit", add_seconds, "--timeout needs a number of seconds above 0" },
	{ HORIZON, "horizon", add_duration, "--horizon needs a time such as 10s or 200ms" },
	{ DRAWS, "draws", add_draws, "--draws needs numbers with colons between them" },
	{ EAGER, "eager", add, NULL }, { JSON, "json", add, NULL } };

static bool take(struct settings *s, int option, const char *value)
{
	switch (option) {
	case RUNS:
		s->runs = value;
		return (is_count(value) && strcmp(value, "0") != 0) ||
		       option_need("check", "--runs needs a number from 1 on");
	case STRICT_TIME:
		s->early = false;
		return true;
	case QUIET:
		s->quiet = true;
		return true;
	case SAVE:
		s->save = value;
		return true;
	case REPLAY:
		s->replay = value;
		return true;
	default:
		break;
	}
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if ((int)rows[i].option == option)
			return rows[i].add(s, rows[i].key, value) ||
			       option_need("check", rows[i].needs);
	return false;
}

static const struct option long_options[] = { { "runs", required_argument, NULL, RUNS },
	{ "seconds", required_argument, NULL, SECONDS },
	{ "strategy", required_argument, NULL, STRATEGY },
	{ "seed", required_argument, NULL, SEED }, { "steps", required_argument, NULL, STEPS },
	{ "timeout", required_argument, NULL, TIMEOUT },
	{ "horizon", required_argument, NULL, HORIZON },
	{ "draws", required_argument, NULL, DRAWS },
	{ "strict-time", no_argument, NULL, STRICT_TIME }, { "eager", no_argument, NULL, EAGER },
	{ "shrink", required_argument, NULL, SHRINK }, { "save", required_argument, NULL, SAVE },
	{ "replay", required_argument, NULL, REPLAY }, { "json", no_argument, NULL, JSON },
	{ "quiet", no_argument, NULL, QUIET }, { "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 } };

/* -- the program ------------------------------------------------------------------------------ */

static bool contains(const char *text, size_t n, const char *word)
{
	size_t length = strlen(word);

	for (const char *end = text + n, *at = text; end - at >= (ptrdiff_t)length; at++) {
		at = memchr(at, word[0], (size_t)(end - at) - length + 1);
		if (!at)
			return false;
		if (memcmp(at, word, length) == 0)
			return true;
	}
	return false;
}

/* Is the word anywhere in the file? 1, 0, or -errno. */
static int has_word(const char *path, const char *word)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), found;
	struct stat st;
	void *all;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) != 0 || st.st_size == 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return 0;
	}
	all = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (all == MAP_FAILED)
		return -errno;
	found = contains(all, (size_t)st.st_size, word);
	munmap(all, (size_t)st.st_size);
	return found;
}

/*
 * Is it likely to be linked with tutti? Any other would simply be run, and for good. The shared
 * library is named in the file; what was linked in looks for this variable.
 */
static int check_program(const char *path)
{
	int rc = has_word(path, "libtutti.so");

	if (rc == 0)
		rc = has_word(path, "TUTTI_SIM");
	if (rc < 0)
		say("check: %s: %s", path, strerror(-rc));
	else if (rc == 0)
		say("check: %s is not linked with tutti", path);
	else if (access(path, X_OK) != 0)
		say("check: %s: %s", path, strerror(errno));
	else
		return STATUS_FINE;
	return STATUS_USAGE;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool add_file(struct settings *s, const char *key, const char *name)
{
	if (add(s, key, name))
		return true;
	say("check: a file to %s has a name, without a comma in it, and not '%s'", key, name);
	return false;
}

static bool finish(struct settings *s, const char *program)
{
	char name[256];

	if (s->replay)
		return add_file(s, "replay", s->replay);
	snprintf(name, sizeof name, "%s.replay", base_name(program));
	if (s->early && !add(s, "early", NULL))
		return false;
	if (!s->quiet && isatty(STDERR_FILENO) && !add(s, "progress", NULL))
		return false;
	return add(s, "runs", s->runs) && add_file(s, "save", s->save ? s->save : name);
}

/* -1: go on; else the status to end with. */
static int read_options(struct settings *s, int argc, char **argv)
{
	bool wrong;
	int option;

	optind = 1;
	opterr = 0;
	while ((option = getopt_long(argc, argv, "+:h", long_options, NULL)) != -1) {
		if (option == 'h')
			return help();
		wrong = option == '?' || option == ':';
		if (wrong)
			option_complain("check", option, argv);
		if (wrong || !take(s, option, optarg))
			return option_misused("check");
	}
	if (optind < argc)
		return -1;
	say("check: which program?");
	return option_misused("check");
}

int check_main(int argc, char **argv)
{
	struct settings s = { .runs = "10000", .early = true };
	int status;

	add(&s, "auto", NULL);
	status = read_options(&s, argc, argv);
	if (status >= 0)
		return status;
	argv += optind;
	status = check_program(argv[0]);
	if (status != STATUS_FINE)
		return status;
	if (s.replay && access(s.replay, R_OK) != 0) {
		say("check: %s: %s", s.replay, strerror(errno));
		return STATUS_USAGE;
	}
	if (!finish(&s, argv[0]))
		return option_misused("check");
	setenv("TUTTI_SIM", s.text, 1);
	execv(argv[0], argv);
	say("check: %s: %s", argv[0], strerror(errno));
	return STATUS_USAGE;
}
