/* SPDX-License-Identifier: MIT */
/*
 * worker.c - `tutti worker`: takes tasks from a manager's queue, runs a job on each and gives what
 * comes of it to another queue; and takes jobs of `tutti map --on tcp://...`. Each that is run at a
 * time has a task here, which waits for the next one or for its job; the jobs are on threads.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "find.h"
#include "map_options.h"
#include "option.h"
#include "web/machines.h"
#include "web/search.h"

#include <tutti/worker.h>

enum { AT_ONCE_MOST = 1024, TAKE = 256, GIVE, IDLE, RETRY, WAIT, KEY_TEXT, KEY_FILE };

struct worker {
	const char *where, *take, *give, *job_word;
	struct key key;
	tutti_time idle;     /* 0: for ever */
	tutti_time patience; /* with a manager that is not there; 0: none */
	struct search_news news;
	int at_once;

	tutti_job *job; /* NULL: whatever jobs of map there are, and no queue */
	tutti_manager *m;
	tutti_value_queue *tasks, *results; /* NULL: there is none */
	tutti_executor *threads;
	tutti_worker *jobs;
	bool stopping, gone,
		failed; /* no more is to be taken; there is no manager; a result is lost */
	int status;     /* what it came to; -1: not known yet */
};

/* One that is run at a time. */
struct slot {
	struct worker *w;
	tutti_task *task;
	bool waiting; /* for the next */
};

/* -- options ---------------------------------------------------------------------------------- */

static const struct option long_options[] = { { "authkey", required_argument, NULL, KEY_TEXT },
	{ "authkey-file", required_argument, NULL, KEY_FILE },
	{ "take", required_argument, NULL, TAKE }, { "give", required_argument, NULL, GIVE },
	{ "idle", required_argument, NULL, IDLE }, { "retry", no_argument, NULL, RETRY },
	{ "wait", required_argument, NULL, WAIT }, { "jobs", required_argument, NULL, 'j' },
	{ OPTION_TIMELINE_LONG }, { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 } };

static int help(void)
{
	puts("usage: tutti worker [OPTION...] tcp://HOST:PORT|unix:PATH [JOB]\n"
	     "\n"
	     "Takes tasks from a queue of a manager that is there ('tutti manager', or Python's),\n"
	     "runs JOB on each, as a text, and gives the result to another queue. It takes jobs\n"
	     "of 'tutti map' as well: those called JOB; without JOB only those, but all that\n"
	     "'tutti map' knows. Ends when the manager shuts down, at Ctrl-C, or at SIGTERM, for\n"
	     "which what runs is finished.\n"
	     "\n"
	     "      --authkey-file FILE  its key is in FILE; else it is in TUTTI_AUTHKEY\n"
	     "      --authkey KEY        the key, which all on this machine can see, with ps\n"
	     "      --take NAME          the queue of tasks (" TASKS_NAME ")\n"
	     "      --give NAME          the queue for results (" RESULTS_NAME ")\n"
	     "      --idle TIME          end with nothing to do for so long\n"
	     "      --retry              look for a manager that is not there, yet or any more\n"
	     "      --wait TIME          the same, each time for so long at most\n"
	     "      --timeline FILE      write who ran what when to FILE: .svg, .json or .txt\n"
	     "  -j, --jobs N             so many at a time (1)");
	return STATUS_FINE;
}

static bool take(struct worker *w, int c)
{
	switch (c) {
	case OPTION_TIMELINE:
		return option_timeline("worker");
	case KEY_TEXT:
		w->key.text = optarg;
		return true;
	case KEY_FILE:
		w->key.file = optarg;
		return true;
	case TAKE:
		w->take = optarg;
		return true;
	case GIVE:
		w->give = optarg;
		return true;
	case IDLE:
		return option_time("worker", "--idle", &w->idle);
	case RETRY:
		if (w->patience == 0)
			w->patience = TUTTI_FOREVER;
		return true;
	case WAIT:
		return option_time("worker", "--wait", &w->patience);
	default:
		if (parse_count(optarg, 1, &w->at_once) && w->at_once <= AT_ONCE_MOST)
			return true;
		return option_need("worker", "-j needs a number from 1 to 1024");
	}
}

/* -1: go on; otherwise the exit status. */
static int parse(struct worker *w, int argc, char **argv)
{
	int c;

	optind = 0;
	while ((c = getopt_long(argc, argv, ":j:h", long_options, NULL)) != -1) {
		if (c == 'h')
			return help();
		if (c == '?' || c == ':') {
			option_complain("worker", c, argv);
			return STATUS_USAGE;
		}
		if (!take(w, c))
			return STATUS_USAGE;
	}
	w->where = machines_place("worker", optind < argc ? argv[optind] : NULL);
	if (!w->where)
		return STATUS_USAGE;
	w->news.where = w->where;
	if (argc - optind > 2) {
		say("worker: one job, and there is '%s' too", argv[optind + 2]);
		return STATUS_USAGE;
	}
	w->job_word = argc - optind == 2 ? argv[optind + 1] : NULL;
	if (!w->job_word && (w->take || w->give)) {
		say("worker: --take and --give are for a JOB, which is not there");
		return STATUS_USAGE;
	}
	return key_read(&w->key, "worker") ? -1 : STATUS_USAGE;
}

/* -- a task ----------------------------------------------------------------------------------- */

/* What is said as one begins: of squares what the well-known program says. */
static void announce(const struct worker *w, tutti_bytes text)
{
	int n = (int)text.size;
	const char *data = text.data;

	if (strcmp(w->job->name, "square") == 0)
		printf("run task %.*s * %.*s...\n", n, data, n, data);
	else
		printf("run task %s %.*s...\n", w->job->name, n, data);
	fflush(stdout);
}

static int value_of(tutti_value **out, const tutti_bytes *b, unsigned kind)
{
	int rc;

	if (kind == TUTTI_KIND_VOID) {
		*out = tutti_value_none();
		return 0;
	}
	rc = tutti_value_text(out, b->data, b->size);
	return rc == -EINVAL ? tutti_value_bytes(out, b->data, b->size) : rc;
}

/* A failure is a result too: somebody waits for one for each task. */
static int failure(tutti_value **out, const struct worker *w, tutti_bytes text, tutti_future *f)
{
	tutti_bytes words;
	int rc = tutti_bytes_printf(&words, "%s %.*s failed: %s", w->job->name, (int)text.size,
		(const char *)text.data, tutti_future_text(f));

	if (rc < 0)
		return rc;
	say("worker: %.*s", (int)words.size, (const char *)words.data);
	rc = tutti_value_text(out, words.data, words.size);
	tutti_bytes_free(&words);
	return rc;
}

static int run_job(const struct worker *w, const tutti_value *task, tutti_value **out)
{
	tutti_bytes text, result = { NULL, 0, NULL };
	tutti_future *f;
	int rc = tutti_value_str(&text, task);

	if (rc < 0)
		return rc;
	announce(w, text);
	f = tutti_submit(w->threads, w->job, &text, NULL);
	rc = tutti_job_result(f, w->job, w->job->result_kind == TUTTI_KIND_VOID ? NULL : &result);
	if (rc == TUTTI_ECANCELED)
		tutti_future_cancel(f);
	else if (rc < 0)
		rc = failure(out, w, text, f);
	else
		rc = value_of(out, &result, w->job->result_kind);
	tutti_bytes_free(&result);
	tutti_bytes_free(&text);
	tutti_future_unref(f);
	return rc;
}

static void manager_has_gone(struct worker *w, int rc)
{
	if (!w->gone && rc != TUTTI_ECANCELED)
		machines_say("worker", w->where, NULL, rc);
	w->gone |= rc != TUTTI_ECANCELED;
}

/* As search_on, or the end of the taking breaks it off. */
static int look_again(struct slot *slot, struct search *search, int rc)
{
	slot->waiting = true;
	rc = search_on(search, rc);
	slot->waiting = false;
	return rc;
}

/* The result of a task that was taken: given, however long the manager is away. */
static int give(struct slot *slot, const tutti_value *result)
{
	struct worker *w = slot->w;
	struct search search = search_begin(&w->news, w->patience, 0);
	int rc;

	do {
		rc = tutti_value_queue_put(w->results, result);
		if (rc < 0)
			rc = look_again(slot, &search, rc);
		else
			rc = 1;
	} while (rc == 0);
	return rc < 0 ? rc : 0;
}

static int run_task(struct slot *slot, const tutti_value *task)
{
	tutti_value *result;
	int rc = run_job(slot->w, task, &result);

	if (rc < 0)
		return rc;
	rc = give(slot, result);
	tutti_value_unref(result);
	return rc;
}

static int take_one(struct slot *slot, tutti_time deadline, tutti_value **task)
{
	struct worker *w = slot->w;
	int rc;

	if (w->stopping || w->gone)
		return TUTTI_ECANCELED;
	slot->waiting = true;
	rc = tutti_value_queue_get_until(w->tasks, task, deadline);
	slot->waiting = false;
	if (rc == 0 || rc == TUTTI_ETIMEDOUT)
		search_met(&w->news);
	return rc;
}

/* The next task. TUTTI_ETIMEDOUT: there was none; TUTTI_ECANCELED: no more are to be taken. */
static int next_task(struct slot *slot, tutti_value **task)
{
	struct worker *w = slot->w;
	struct search search = search_begin(&w->news, w->patience, w->idle);
	bool looks = false;
	int rc, again;

	do {
		rc = take_one(slot, search.idle_end, task);
		if (rc == 0 || rc == TUTTI_ETIMEDOUT)
			break;
		if (!looks) /* its patience begins now */
			search.until = search_begin(&w->news, w->patience, 0).until;
		looks = true;
		again = look_again(slot, &search, rc);
		if (again < 0)
			rc = again;
	} while (again == 0);
	if (rc == TUTTI_ETIMEDOUT) {
		puts("task queue is empty.");
		fflush(stdout);
	} else if (rc < 0) {
		manager_has_gone(w, rc);
	}
	return rc;
}

static void *take_tasks(void *arg)
{
	struct slot *slot = arg;
	tutti_value *task;
	int rc;

	while (next_task(slot, &task) == 0) {
		rc = run_task(slot, task);
		tutti_value_unref(task);
		if (rc < 0) {
			slot->w->failed = true;
			manager_has_gone(slot->w, rc);
			break;
		}
	}
	return NULL;
}

/* -- all of it -------------------------------------------------------------------------------- */

static void *take_jobs(void *arg)
{
	struct worker *w = arg;
	int rc = tutti_worker_serve(w->jobs);

	if (rc < 0 && rc != TUTTI_ECANCELED)
		manager_has_gone(w, rc);
	return NULL;
}

struct slots {
	struct worker *w;
	struct slot slots[AT_ONCE_MOST];
	int n;
};

/* A task: the first SIGTERM has nothing more taken. What takes jobs hears of it by itself. */
static void *hear(void *arg)
{
	static const int number = SIGTERM;
	struct slots *all = arg;
	tutti_signals *signals;

	if (tutti_signals_open(&signals, &number, 1) < 0)
		return NULL;
	if (tutti_signals_wait(signals) > 0) {
		all->w->stopping = true;
		for (int i = 0; i < all->n; i++)
			if (all->slots[i].waiting)
				tutti_future_cancel(all->slots[i].task);
		if (tutti_signals_wait(signals) > 0)
			for (int i = 0; i < all->n; i++)
				tutti_future_cancel(all->slots[i].task);
	}
	tutti_signals_free(signals);
	return NULL;
}

/* Wait for it; if the caller is cancelled, so is it. False: that was so. */
static bool await(tutti_task *task)
{
	tutti_scope quiet;
	int rc = tutti_wait(&task, 1, TUTTI_ALL_COMPLETED, NULL, TUTTI_FOREVER);

	if (rc >= 0)
		return true;
	tutti_future_cancel(task);
	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	tutti_wait(&task, 1, TUTTI_ALL_COMPLETED, NULL, TUTTI_FOREVER);
	tutti_shield_end(&quiet, 0);
	return false;
}

static bool run_all(struct slots *all)
{
	struct worker *w = all->w;
	tutti_task *hearing = tutti_task_start(hear, all, NULL);
	tutti_task *jobs = w->jobs ? tutti_task_start(take_jobs, w, NULL) : NULL;
	bool fine = true;

	for (int i = 0; i < w->at_once && w->tasks; i++, all->n++) {
		all->slots[i] = (struct slot){ .w = w };
		all->slots[i].task = tutti_task_start(take_tasks, &all->slots[i], NULL);
	}
	for (int i = 0; i < all->n; i++)
		fine &= await(all->slots[i].task);
	if (jobs && w->gone)
		tutti_future_cancel(jobs); /* it has gone for both */
	if (jobs)
		fine &= await(jobs);
	tutti_future_cancel(hearing);
	await(hearing);
	for (int i = 0; i < all->n; i++)
		tutti_future_unref(all->slots[i].task);
	tutti_future_unref(jobs);
	tutti_future_unref(hearing);
	return fine;
}

static int run(struct worker *w)
{
	struct slots *all = calloc(1, sizeof *all);
	bool fine;

	if (!all)
		return STATUS_FAILED;
	all->w = w;
	fine = run_all(all);
	free(all);
	puts("worker exit.");
	if (!fine)
		return STATUS_INTERRUPTED;
	return w->failed ? STATUS_FAILED : STATUS_FINE;
}

/* -- what is needed for it --------------------------------------------------------------------- */

/* The queues, unless the manager has none but jobs. 0, or < 0 and it has said why. */
static int find_queues(struct worker *w)
{
	const char *take = w->take ? w->take : TASKS_NAME, *name = take;
	int rc = tutti_manager_queue(w->m, take, &w->tasks);

	if (rc == 0) {
		name = w->give ? w->give : RESULTS_NAME;
		rc = tutti_manager_queue(w->m, name, &w->results);
	} else if (rc == -ENOENT && !w->take && w->jobs) {
		return 0;
	}
	if (rc < 0)
		machines_say("worker", w->where, name, rc);
	return rc;
}

/* JOB, or those that `tutti map` knows, and no others that this program may have. */
static int add_jobs(struct worker *w)
{
	const char *does;
	tutti_job *job;
	int rc = w->job ? tutti_worker_add(w->jobs, w->job->name, w->job) : 0;

	for (int i = 0; rc == 0 && !w->job && (job = find_built_in(i, &does)) != NULL; i++)
		rc = tutti_worker_add(w->jobs, job->name, job);
	return rc;
}

/* Its jobs, unless it has none but queues, as Python's have. */
static int find_jobs(struct worker *w)
{
	tutti_executor_options options = { .max_workers = w->at_once, .authkey = w->key.key };
	tutti_proxy *proxy;
	int rc = tutti_manager_proxy(w->m, JOBS_NAME, NULL, NULL, &proxy);

	if ((rc == -ENOENT || rc == TUTTI_EREMOTE) && w->job)
		return 0;
	if (rc == 0) {
		tutti_proxy_free(proxy);
		rc = tutti_worker_create(&w->jobs, w->where, &options);
	}
	if (rc == 0)
		rc = add_jobs(w);
	if (rc == 0)
		rc = tutti_worker_set_idle(w->jobs, w->idle);
	if (rc == 0)
		rc = tutti_worker_set_patience(w->jobs, w->patience);
	if (rc < 0)
		machines_say("worker", w->where, "jobs", rc);
	return rc;
}

/* How long one attempt may take: not longer than is waited for all of them. */
static tutti_time attempt_end(const struct search *search)
{
	tutti_time end = tutti_after(TUTTI_SECONDS(10));

	if (search->until == 0) /* there is but one */
		return end;
	if (search->until < end)
		end = search->until;
	return search->idle_end < end ? search->idle_end : end;
}

/* One that is cut short does not know better than the one before it. */
static int attempt(struct worker *w, const struct search *search, int before)
{
	int rc = tutti_manager_connect(w->m, attempt_end(search));

	return rc == TUTTI_ETIMEDOUT && before < 0 ? before : rc;
}

/* TUTTI_EDONE: it was idle too long already. */
static int connect_to(struct worker *w)
{
	struct search search = search_begin(&w->news, w->patience, w->idle);
	int rc = tutti_manager_create(&w->m, w->where, tutti_bytes_text(w->key.key)), again = rc;

	if (rc < 0)
		w->m = NULL;
	while (again == 0) {
		rc = attempt(w, &search, rc);
		again = rc < 0 ? search_on(&search, rc) : 1;
	}
	if (rc == 0)
		search_met(&w->news);
	else if (again == TUTTI_ETIMEDOUT && w->patience > 0 && tutti_now() >= search.idle_end)
		rc = TUTTI_EDONE;
	else if (again == TUTTI_ECANCELED)
		rc = again;
	else
		machines_say("worker", w->where, NULL, rc);
	return rc;
}

static int find_all(struct worker *w)
{
	tutti_executor_options options = { .max_workers = w->at_once };
	int rc = connect_to(w);

	if (rc == 0)
		rc = find_jobs(w);
	w->news.quiet = w->jobs != NULL; /* which says the same */
	if (rc == 0 && w->job)
		rc = find_queues(w);
	if (rc == 0 && w->job)
		rc = tutti_executor_open(&w->threads, "threads", &options);
	return rc;
}

static void *work(void *arg)
{
	struct worker *w = arg;
	int rc = find_all(w);
	tutti_scope quiet;

	if (rc == 0)
		w->status = run(w);
	else if (rc == TUTTI_EDONE)
		w->status = STATUS_FINE; /* nothing to do for too long */
	else
		w->status = rc == TUTTI_ECANCELED ? STATUS_INTERRUPTED : STATUS_FAILED;
	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	tutti_executor_free(w->threads);
	tutti_worker_free(w->jobs);
	tutti_value_queue_free(w->tasks);
	tutti_value_queue_free(w->results);
	tutti_manager_free(w->m);
	tutti_shield_end(&quiet, 0);
	return NULL;
}

int web_worker_main(int argc, char **argv)
{
	struct worker w = { .at_once = 1, .status = -1 };
	int status = parse(&w, argc, argv), rc;

	signal(SIGPIPE, SIG_IGN);
	if (status < 0 && w.job_word) {
		w.job = find_job("worker", w.job_word);
		status = w.job ? -1 : STATUS_USAGE;
	}
	if (status < 0) {
		rc = tutti_run(work, &w, NULL);
		status = w.status >= 0 ? w.status : STATUS_FAILED;
		if (w.status < 0)
			say("worker: %s", tutti_strerror(rc));
	}
	key_forget(&w.key);
	return status == STATUS_USAGE ? option_misused("worker") : status;
}
