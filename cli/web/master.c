/* SPDX-License-Identifier: MIT */
/*
 * master.c - `tutti master`: lines as tasks into a manager's queue, results out of another, as many
 * as there were tasks. A thread of its own reads and puts; a permit for each that was put says how
 * many results are to come.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "map.h"
#include "map_options.h"
#include "option.h"
#include "web/machines.h"

enum { TAKE = 256, GIVE, TIMEOUT, SHUTDOWN, KEY_TEXT, KEY_FILE };

struct master {
	const char *where, *give, *take;
	char **words; /* the tasks; none: lines of standard input */
	int n_words;
	struct key key;
	tutti_time timeout; /* 0: for ever */
	bool verbose, shut_down;

	tutti_manager *m;
	tutti_value_queue *tasks, *results;
	struct stop stop;
	tutti_semaphore put; /* permits: for each task, and one when there are no more */
	tutti_event all_put; /* set before that one */
	size_t n_put;        /* the thread's, until then */
	int put_rc;          /* likewise */
	int status;          /* -1: not known yet */
};

/* -- options ---------------------------------------------------------------------------------- */

static const struct option long_options[] = { { "authkey", required_argument, NULL, KEY_TEXT },
	{ "authkey-file", required_argument, NULL, KEY_FILE },
	{ "give", required_argument, NULL, GIVE }, { "take", required_argument, NULL, TAKE },
	{ "timeout", required_argument, NULL, TIMEOUT },
	{ "shutdown", no_argument, NULL, SHUTDOWN }, { "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 } };

static int help(void)
{
	puts("usage: tutti master [OPTION...] tcp://HOST:PORT|unix:PATH [TASK...]\n"
	     "\n"
	     "Puts each TASK, or each line of standard input, into a queue that a manager there\n"
	     "serves, whole numbers as such, and prints as many results from another queue, in\n"
	     "the order in which they come: that of the tasks, if there is one worker.\n"
	     "\n"
	     "      --authkey-file FILE  its key is in FILE; else it is in TUTTI_AUTHKEY\n"
	     "      --authkey KEY        the key, which all on this machine can see, with ps\n"
	     "      --give NAME          the queue for tasks (" TASKS_NAME ")\n"
	     "      --take NAME          the queue of results (" RESULTS_NAME ")\n"
	     "      --timeout TIME       give up when no result has come for so long\n"
	     "      --shutdown           shut the manager down at the end\n"
	     "  -v, --verbose            say what is put, and what the results are");
	return STATUS_FINE;
}

static bool take(struct master *o, int c)
{
	switch (c) {
	case KEY_TEXT:
		o->key.text = optarg;
		return true;
	case KEY_FILE:
		o->key.file = optarg;
		return true;
	case GIVE:
		o->give = optarg;
		return true;
	case TAKE:
		o->take = optarg;
		return true;
	case TIMEOUT:
		return option_time("master", "--timeout", &o->timeout);
	default:
		o->verbose |= c == 'v';
		o->shut_down |= c == SHUTDOWN;
		return true;
	}
}

static bool is_below_zero(const char *word)
{
	return word && word[0] == '-' && word[1] >= '0' && word[1] <= '9';
}

/*
 * The next option, or 1 and a word: options stand where they like, and a number below 0 is no
 * option. -1: there are but words left.
 */
static int next(int argc, char **argv, const char **word)
{
	int c;

	if (optind > 0 && optind < argc && is_below_zero(argv[optind])) {
		*word = argv[optind++];
		return 1;
	}
	c = getopt_long(argc, argv, "-:vh", long_options, NULL);
	*word = c == 1 ? optarg : NULL;
	return c;
}

/* -1: go on; otherwise the exit status. The words are gathered in front of what is not read yet. */
static int parse(struct master *o, int argc, char **argv)
{
	const char *word;
	int c, n = 1;

	optind = 0;
	while ((c = next(argc, argv, &word)) != -1) {
		if (c == 'h')
			return help();
		if (c == '?' || c == ':') {
			option_complain("master", c, argv);
			return STATUS_USAGE;
		}
		if (c == 1)
			argv[n++] = (char *)word;
		else if (!take(o, c))
			return STATUS_USAGE;
	}
	while (optind < argc)
		argv[n++] = argv[optind++];
	o->where = machines_place("master", n > 1 ? argv[1] : NULL);
	if (!o->where)
		return STATUS_USAGE;
	o->words = argv + 2;
	o->n_words = n > 2 ? n - 2 : 0;
	return key_read(&o->key, "master") ? -1 : STATUS_USAGE;
}

/* -- putting ---------------------------------------------------------------------------------- */

static bool is_number(tutti_bytes text)
{
	const char *data = text.data;
	size_t first = text.size > 0 && (*data == '-' || *data == '+');

	for (size_t i = first; i < text.size; i++)
		if (data[i] < '0' || data[i] > '9')
			return false;
	return text.size > first;
}

static int make_task(tutti_value **out, tutti_bytes text)
{
	int rc;

	if (is_number(text))
		return tutti_value_digits(out, text.data, text.size);
	rc = tutti_value_text(out, text.data, text.size);
	return rc == -EINVAL ? tutti_value_bytes(out, text.data, text.size) : rc;
}

static int put_one(struct master *o, tutti_bytes text)
{
	tutti_value *task;
	int rc = make_task(&task, text);

	if (rc < 0)
		return rc;
	if (o->verbose) {
		printf("Put task %.*s...\n", (int)text.size, (const char *)text.data);
		fflush(stdout);
	}
	rc = tutti_value_queue_put(o->tasks, task);
	tutti_value_unref(task);
	if (rc == 0) {
		o->n_put++;
		tutti_semaphore_release(&o->put, 1);
	}
	return rc;
}

static int put_lines(struct master *o)
{
	struct input input = { .args = o->n_words > 0 ? o->words : NULL,
		.left = (size_t)o->n_words,
		.separator = '\n',
		.joint = '\n',
		.together = 1,
		.fd = STDIN_FILENO,
		.stop = &o->stop };
	tutti_bytes line;
	int rc;

	while ((rc = input_next(&input, &line)) > 0) {
		rc = put_one(o, line);
		tutti_bytes_free(&line);
		if (rc < 0)
			break;
	}
	input_free(&input);
	return rc;
}

static void *put_all(void *arg)
{
	struct master *o = arg;

	o->put_rc = put_lines(o);
	if (o->verbose) {
		puts("Try get results...");
		fflush(stdout);
	}
	tutti_event_set(&o->all_put);
	tutti_semaphore_release(&o->put, 1);
	return NULL;
}

/* -- getting ---------------------------------------------------------------------------------- */

static int print_result(const struct master *o, const tutti_value *result)
{
	tutti_bytes text;
	int rc = tutti_value_str(&text, result);

	if (rc < 0)
		return rc;
	printf("%s%.*s\n", o->verbose ? "Result: " : "", (int)text.size, (const char *)text.data);
	tutti_bytes_free(&text);
	return fflush(stdout) == 0 ? 0 : -errno;
}

static int get_one(struct master *o)
{
	tutti_value *result;
	int rc = tutti_value_queue_get_until(
		o->results, &result, o->timeout ? tutti_after(o->timeout) : TUTTI_FOREVER);

	if (rc < 0)
		return rc;
	rc = print_result(o, result);
	tutti_value_unref(result);
	return rc;
}

/* 0: as many as were put. *n: how many it were. */
static int get_all(struct master *o, size_t *n)
{
	int rc;

	for (*n = 0;; ++*n) {
		rc = tutti_semaphore_acquire(&o->put);
		if (rc == 0 && tutti_event_is_set(&o->all_put) && *n == o->n_put)
			return 0; /* the permit behind the last task's */
		if (rc == 0)
			rc = get_one(o);
		if (rc < 0)
			return rc;
	}
}

/* -- all of it -------------------------------------------------------------------------------- */

/* What went wrong, said and as an exit status. */
static int judge(const struct master *o, int rc, size_t n)
{
	if (rc == TUTTI_ECANCELED)
		return STATUS_INTERRUPTED;
	if (rc == -EPIPE)
		return STATUS_NO_READER;
	if (rc == TUTTI_ETIMEDOUT)
		say("master: no result for too long; %zu of %zu came. Is there a worker?", n,
			o->n_put);
	else if (rc < 0)
		machines_say("master", o->where, NULL, rc);
	if (rc == 0 && o->put_rc == TUTTI_ECANCELED)
		return STATUS_INTERRUPTED;
	if (rc == 0 && o->put_rc < 0)
		say("master: standard input, or a task: %s", tutti_strerror(o->put_rc));
	return rc < 0 || o->put_rc < 0 ? STATUS_FAILED : STATUS_FINE;
}

static int exchange(struct master *o)
{
	tutti_thread *putting = tutti_thread_start(put_all, o, NULL);
	tutti_scope quiet;
	size_t n;
	int rc;

	rc = get_all(o, &n);
	stop_tell(&o->stop);
	if (rc < 0)
		tutti_future_cancel(putting);
	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	tutti_future_result(putting, NULL, 0);
	tutti_shield_end(&quiet, 0);
	tutti_future_unref(putting);
	return judge(o, rc, n);
}

static int find_queues(struct master *o)
{
	const char *name = o->give ? o->give : TASKS_NAME;
	int rc = machines_connect("master", &o->m, o->where, &o->key);

	if (rc < 0)
		return rc;
	rc = tutti_manager_queue(o->m, name, &o->tasks);
	if (rc == 0) {
		name = o->take ? o->take : RESULTS_NAME;
		rc = tutti_manager_queue(o->m, name, &o->results);
	}
	if (rc < 0 && rc != TUTTI_ECANCELED)
		machines_say("master", o->where, name, rc);
	return rc;
}

static void *run(void *arg)
{
	struct master *o = arg;
	int rc = stop_open(&o->stop), status = STATUS_FAILED;
	tutti_scope quiet;

	if (rc == 0) {
		rc = find_queues(o);
		status = rc == 0                 ? exchange(o)
			 : rc == TUTTI_ECANCELED ? STATUS_INTERRUPTED
						 : STATUS_FAILED;
		stop_close(&o->stop);
	}
	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	tutti_value_queue_free(o->tasks);
	tutti_value_queue_free(o->results);
	if (o->shut_down && o->m && tutti_manager_shutdown(o->m) < 0)
		say("master: %s: the manager could not be shut down", o->where);
	tutti_manager_free(o->m);
	tutti_shield_end(&quiet, 0);
	if (o->verbose)
		puts("master exit.");
	o->status = status;
	return NULL;
}

int web_master_main(int argc, char **argv)
{
	struct master o = { .status = -1 };
	int status = parse(&o, argc, argv), rc;

	signal(SIGPIPE, SIG_IGN);
	if (status < 0) {
		tutti_semaphore_init(&o.put, 0, 0);
		rc = tutti_run(run, &o, NULL);
		status = o.status >= 0 ? o.status : STATUS_FAILED;
		if (o.status < 0)
			say("master: %s", tutti_strerror(rc));
	}
	key_forget(&o.key);
	return status == STATUS_USAGE ? option_misused("master") : status;
}
