/* SPDX-License-Identifier: MIT */
/* Waiting for a peer on the network: C12 by threads, processes or coroutines alike, C34 in turn or
   not. The peer is another process, on the loopback, and takes its time before it answers. */
#define _GNU_SOURCE 1
#include "claims.h"
#include "server.h"

#include <sys/resource.h>

/* One exchange over a connection of its own. */
static int fetch(int port)
{
	char where[32], answer[ANSWER_BYTES];
	tutti_stream *s;
	int rc;

	snprintf(where, sizeof(where), "127.0.0.1:%d", port);
	rc = tutti_stream_connect(&s, where, NULL);
	if (rc < 0)
		return rc;
	rc = tutti_stream_write(s, "x", 1);
	if (rc >= 0)
		rc = tutti_stream_read_exactly(s, answer, sizeof(answer));
	tutti_stream_free(s);
	return rc < 0 ? rc : answer[0] == 'a';
}
TUTTI_JOB(fetch, int, int);

/* -- C12 --------------------------------------------------------------------------------------- */

enum { WORKERS = 50 };

/* A worker tells its memory once it has fetched, and all the others have too. */
static double memory(int unused)
{
	(void)unused;
	tutti_sleep(TUTTI_MILLISECONDS(20));
	return private_kib(tutti_process_pid(NULL));
}
TUTTI_JOB(memory, double, int);

static void all_fetch(tutti_executor *e, int port, int n)
{
	tutti_future **f = bench_alloc((size_t)n, sizeof(*f));

	for (int i = 0; i < n; i++)
		f[i] = fetch_submit(e, port);
	for (int i = 0; i < n; i++) {
		int right = 0;

		fine(fetch_result(f[i], &right), "a fetch");
		bench_require(right == 1, "another answer than the server's");
		tutti_future_unref(f[i]);
	}
	free(f);
}

/* What each worker has for itself: of threads and coroutines, what this process has grown by. */
static double memory_each(tutti_executor *e, bool processes, double before)
{
	int none[WORKERS] = { 0 };
	double kib[WORKERS], sum = 0;

	if (!processes)
		return (private_kib(tutti_process_pid(NULL)) - before) / WORKERS;
	fine(memory_map(e, none, kib, WORKERS), "a worker's memory");
	for (int i = 0; i < WORKERS; i++)
		sum += kib[i];
	return sum / WORKERS;
}

static void fetch_by(const char *name, const char *kind, int port, int n)
{
	double before = private_kib(tutti_process_pid(NULL));
	tutti_executor *e;
	char where[32];
	int64_t start = bench_now();

	snprintf(where, sizeof(where), "%s:%d", kind, WORKERS);
	fine(tutti_executor_open(&e, where, NULL), where);
	all_fetch(e, port, WORKERS);
	/* What it took beyond the one answer that each has waited for. */
	report_for(name, "start", (double)(bench_now() - start) / 1e6 - 100, "ms");
	start = bench_now();
	all_fetch(e, port, n);
	report_for(name, "ms", (double)(bench_now() - start) / 1e6, "ms");
	report_for(name, "kib", memory_each(e, strcmp(kind, "processes") == 0, before), "KiB");
	tutti_executor_free(e);
}

/* rows: C12 */
void claim_12(const struct scale *s)
{
	struct server server = { .delay_ns = TUTTI_MILLISECONDS(100) };
	int n = (int)sized(s, 200, 200, 50), port = server_start(&server);

	fetch_by("coroutines", "tasks", port, n);
	fetch_by("threads", "threads", port, n);
	fetch_by("processes", "processes", port, n);
	server_stop(&server);
}

/* -- C34 --------------------------------------------------------------------------------------- */

enum { EXCHANGES = 100 };

static tutti_stream *lines[EXCHANGES];

static void *exchange(void *line)
{
	tutti_stream *s = *(tutti_stream **)line;
	char answer[ANSWER_BYTES];

	fine(tutti_stream_write(s, "x", 1), "a question");
	fine(tutti_stream_read_exactly(s, answer, sizeof(answer)), "an answer");
	return NULL;
}

static void in_turn(int n)
{
	for (int i = 0; i < n; i++)
		exchange(&lines[i]);
}

static void by_threads(int n)
{
	in_threads(n, exchange, lines, sizeof(lines[0]));
}

static void by_coroutines(int n)
{
	tutti_future *all[EXCHANGES];

	for (int i = 0; i < n; i++)
		all[i] = tutti_task_start(exchange, &lines[i], NULL);
	fine(tutti_join_all(all, (size_t)n), "a task");
}

static long given_up_cpu(void)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	return used.ru_nvcsw;
}

static void exchanges(const char *name, void (*all)(int n), int port, int n)
{
	char where[32];
	int64_t start;
	long before;

	snprintf(where, sizeof(where), "127.0.0.1:%d", port);
	for (int i = 0; i < n; i++)
		fine(tutti_stream_connect(&lines[i], where, NULL), "a connection");
	before = given_up_cpu();
	start = bench_now();
	all(n);
	report_for(name, "ms", (double)(bench_now() - start) / 1e6, "ms");
	report_for(name, "switches", (double)(given_up_cpu() - before), "times");
	for (int i = 0; i < n; i++)
		tutti_stream_free(lines[i]);
}

/* rows: C34 */
void claim_34(const struct scale *s)
{
	struct server server = { .delay_ns = TUTTI_MILLISECONDS(10) };
	int n = (int)sized(s, EXCHANGES, EXCHANGES, 10), port = server_start(&server);

	exchanges("in_turn", in_turn, port, n);
	exchanges("threads", by_threads, port, n);
	exchanges("coroutines", by_coroutines, port, n);
	server_stop(&server);
}
