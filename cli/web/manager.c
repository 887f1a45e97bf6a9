/* SPDX-License-Identifier: MIT */
/*
 * manager.c - `tutti manager`: queues that programs on other machines share, and the jobs of
 * `tutti map --on tcp://...`.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "map_options.h"
#include "option.h"
#include "web/address.h"
#include "web/machines.h"

enum { QUEUES_MOST = 256, KEEP_RUNNING = 256, GRACE, KEY_TEXT, KEY_FILE };

struct served_queue {
	const char *name;
	int maxsize; /* 0: no bound */
};

struct manager {
	const char *listen;
	struct key key;
	struct served_queue queues[QUEUES_MOST];
	int n_queues;
	bool keep_running;
	tutti_time grace;
};

/* -- options ---------------------------------------------------------------------------------- */

static const struct option long_options[] = { { "listen", required_argument, NULL, 'l' },
	{ "authkey", required_argument, NULL, KEY_TEXT },
	{ "authkey-file", required_argument, NULL, KEY_FILE },
	{ "queue", required_argument, NULL, 'Q' },
	{ "keep-running", no_argument, NULL, KEEP_RUNNING },
	{ "grace", required_argument, NULL, GRACE }, { OPTION_TIMELINE_LONG },
	{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 } };

static int help(void)
{
	puts("usage: tutti manager [OPTION...]\n"
	     "\n"
	     "Serves queues, and the jobs of 'tutti map', to programs that have the same key:\n"
	     "tutti's own, and Python's multiprocessing.managers. Prints where, until Ctrl-C or\n"
	     "SIGTERM, or until one of them shuts it down.\n"
	     "\n"
	     "  -l, --listen ADDR    HOST:PORT, PORT, :PORT for every address of this machine, or\n"
	     "                       unix:PATH (127.0.0.1:5000); port 0 is one that is free\n"
	     "      --authkey-file FILE  the key is in FILE; else it is in TUTTI_AUTHKEY\n"
	     "      --authkey KEY    the key, which everybody on this machine can see, with ps\n"
	     "  --queue NAME[:MAX]   serve a queue under that name, of at most MAX items; may be\n"
	     "                       given several times (" TASKS_NAME " and\n"
	     "                       " RESULTS_NAME "); jobs are served as " JOBS_NAME "\n"
	     "  --keep-running       who is connected cannot shut it down\n"
	     "  --grace TIME         calls under way have so long at the end (1)\n"
	     "  --timeline FILE      write who ran what when to FILE: .svg, .json or .txt");
	return STATUS_FINE;
}

/* NAME[:MAX], which is cut in two where it lies. */
static bool take_queue(struct manager *m, char *text)
{
	char *colon = strchr(text, ':');
	struct served_queue *q = &m->queues[m->n_queues];

	if (m->n_queues == QUEUES_MOST) {
		say("manager: more than %d queues", QUEUES_MOST);
		return false;
	}
	q->maxsize = 0;
	if (colon && !parse_count(colon + 1, 0, &q->maxsize))
		return option_need(
			"manager", "--queue needs NAME or NAME:MAX, with a number from 0 on");
	if (colon)
		*colon = '\0';
	q->name = text;
	m->n_queues++;
	return true;
}

static bool take(struct manager *m, int c)
{
	switch (c) {
	case OPTION_TIMELINE:
		return option_timeline("manager");
	case 'l':
		m->listen = optarg;
		return true;
	case KEY_TEXT:
		m->key.text = optarg;
		return true;
	case KEY_FILE:
		m->key.file = optarg;
		return true;
	case 'Q':
		return take_queue(m, optarg);
	case GRACE:
		m->grace = -1;
		return strcmp(optarg, "0") == 0 || parse_duration(optarg, &m->grace) ||
		       option_need("manager", "--grace needs a time, such as 0.5 or 2m");
	default:
		m->keep_running = true;
		return true;
	}
}

/* -1: go on; otherwise the exit status. */
static int parse(struct manager *m, int argc, char **argv)
{
	int c;

	optind = 0;
	while ((c = getopt_long(argc, argv, ":l:h", long_options, NULL)) != -1) {
		if (c == 'h')
			return help();
		if (c == '?' || c == ':') {
			option_complain("manager", c, argv);
			return STATUS_USAGE;
		}
		if (!take(m, c))
			return STATUS_USAGE;
	}
	if (optind < argc) {
		say("manager: there is '%s'; a queue is named by --queue", argv[optind]);
		return STATUS_USAGE;
	}
	if (m->n_queues == 0) {
		m->queues[m->n_queues++] = (struct served_queue){ TASKS_NAME, 0 };
		m->queues[m->n_queues++] = (struct served_queue){ RESULTS_NAME, 0 };
	}
	return -1;
}

/* -- serving ---------------------------------------------------------------------------------- */

static int complain(const char *name, int rc)
{
	if (rc == -EINVAL)
		say("manager: '%s' is no name that Python could call", name);
	else if (rc == -EEXIST)
		say("manager: two would be served as '%s'", name);
	else
		say("manager: %s: %s", name, tutti_strerror(rc));
	return STATUS_USAGE;
}

static int add_all(const struct manager *o, tutti_manager *m)
{
	tutti_manager_options options = { .keep_running = o->keep_running, .grace = o->grace };
	int rc = tutti_manager_configure(m, &options);

	if (rc == 0)
		rc = tutti_manager_serve_shared(m, JOBS_NAME, "Jobs", NULL);
	if (rc < 0)
		return complain(JOBS_NAME, rc);
	for (int i = 0; i < o->n_queues; i++) {
		rc = tutti_manager_serve_queue(m, o->queues[i].name, (size_t)o->queues[i].maxsize);
		if (rc < 0)
			return complain(o->queues[i].name, rc);
	}
	return STATUS_FINE;
}

static void print_place(const struct manager *o, const tutti_manager *m)
{
	char address[TUTTI_ADDRESS_SIZE];

	tutti_manager_address(m, address, sizeof address);
	printf("serving ");
	for (int i = 0; i < o->n_queues; i++)
		printf("%s, ", o->queues[i].name);
	printf("%s at %s%s\n", JOBS_NAME, strncmp(address, "unix:", 5) == 0 ? "" : "tcp://",
		address);
	fflush(stdout);
}

/* A task: the first signal ends it, as somebody who is connected could. */
static void *hear(void *arg)
{
	static const int numbers[] = { SIGINT, SIGTERM };
	tutti_signals *signals;

	if (tutti_signals_open(&signals, numbers, 2) < 0)
		return NULL;
	if (tutti_signals_wait(signals) > 0)
		tutti_manager_shutdown(arg);
	tutti_signals_free(signals);
	return NULL;
}

static int run(const struct manager *o, tutti_manager *m, const char *address)
{
	tutti_task *hearing;
	int rc = tutti_manager_start(m);

	if (rc < 0) {
		say("manager: %s: %s%s", address, address_words(address, rc),
			address_hint(address, rc));
		return STATUS_FAILED;
	}
	hearing = tutti_task_start(hear, m, NULL);
	tutti_yield(); /* it listens, before anybody can know that we are there */
	print_place(o, m);
	rc = tutti_manager_join(m, TUTTI_FOREVER);
	tutti_future_cancel(hearing);
	tutti_future_result(hearing, NULL, 0);
	tutti_future_unref(hearing);
	if (rc < 0)
		say("manager: %s", tutti_strerror(rc));
	return rc < 0 ? STATUS_FAILED : STATUS_FINE;
}

/* Each connection is a descriptor, and usually fewer are allowed than may be asked for. */
static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int serve(struct manager *o)
{
	char room[64];
	const char *address = address_full("manager", o->listen, room, sizeof room);
	tutti_manager *m;
	int rc, status;

	if (!address)
		return STATUS_USAGE;
	if (!key_read(&o->key, "manager"))
		return STATUS_USAGE;
	rc = tutti_manager_create(&m, address, tutti_bytes_text(o->key.key));
	if (rc < 0) {
		say("manager: %s: %s", address, tutti_strerror(rc));
		return STATUS_FAILED;
	}
	raise_limit();
	status = add_all(o, m);
	if (status == STATUS_FINE)
		status = run(o, m, address);
	tutti_manager_free(m);
	return status;
}

int web_manager_main(int argc, char **argv)
{
	struct manager m = { .listen = "127.0.0.1:5000" };
	int status = parse(&m, argc, argv);

	signal(SIGPIPE, SIG_IGN);
	if (status < 0)
		status = serve(&m);
	key_forget(&m.key);
	return status == STATUS_USAGE ? option_misused("manager") : status;
}
