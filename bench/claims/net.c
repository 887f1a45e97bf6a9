/* SPDX-License-Identifier: MIT */
/* What needs a manager: C18 an item by it, C30 workers that share the tasks, C31 a dict that
   threads share and one that processes share through a manager. */
#include "claims.h"

#include <tutti/dist.h>

static char address[64];
static const char key[] = "abc";

static tutti_manager *serve(void)
{
	tutti_manager *m;

	fine(tutti_manager_create(&m, "127.0.0.1:0", tutti_bytes_text(key)), "a manager");
	fine(tutti_manager_configure(m, &(tutti_manager_options){ .grace = -1 }), "a manager");
	fine(tutti_manager_serve_queue(m, "get_task_queue", 0), "a queue");
	fine(tutti_manager_serve_queue(m, "get_result_queue", 0), "a queue");
	fine(tutti_manager_serve_shared(m, "table", "dict", NULL), "a dict");
	fine(tutti_manager_start(m), "a manager");
	snprintf(address, sizeof(address), "127.0.0.1:%d", tutti_manager_port(m));
	return m;
}

static tutti_manager *client(void)
{
	tutti_manager *m;

	fine(tutti_manager_create(&m, address, tutti_bytes_text(key)), "a client");
	fine(tutti_manager_connect(m, tutti_after(TUTTI_SECONDS(30))), "the manager");
	return m;
}

static tutti_value_queue *queue_of(tutti_manager *m, const char *name)
{
	tutti_value_queue *q;

	fine(tutti_manager_queue(m, name, &q), name);
	return q;
}

static void put_int(tutti_value_queue *q, int64_t n)
{
	tutti_value *v = tutti_value_int(n);

	fine(tutti_value_queue_put(q, v), "a put");
	tutti_value_unref(v);
}

static int64_t get_int(tutti_value_queue *q)
{
	tutti_value *v;
	int64_t n = 0;

	fine(tutti_value_queue_get(q, &v), "a get");
	fine(tutti_value_as_int(v, &n), "a number");
	tutti_value_unref(v);
	return n;
}

/* -- C18 --------------------------------------------------------------------------------------- */

static void *put_all(void *n)
{
	tutti_manager *m = client();
	tutti_value_queue *q = queue_of(m, "get_task_queue");

	for (long i = 0; i < *(long *)n; i++)
		put_int(q, i);
	tutti_value_queue_free(q);
	tutti_manager_free(m);
	return NULL;
}

/* Putter, server and getter: three ends of which each waits for the other two. */
/* rows: C18 */
void claim_18_by_manager(const struct scale *s)
{
	long n = sized(s, 20000, 5000, 50);
	tutti_manager *m = serve(), *mine = client();
	tutti_value_queue *q = queue_of(mine, "get_task_queue");
	tutti_thread *putter = tutti_thread_start(put_all, &n, NULL);
	int64_t start = bench_now();

	for (long i = 0; i < n; i++)
		bench_require(get_int(q) == i, "an item was lost or came twice");
	report_each("manager", "small", start, n);
	end_well(putter, "the putter");
	tutti_value_queue_free(q);
	tutti_manager_free(mine);
	tutti_manager_free(m);
}

/* -- C30: P109 --------------------------------------------------------------------------------- */

static tutti_time task_time;

static void *worker(void *arg)
{
	tutti_manager *m = client();
	tutti_value_queue *from = queue_of(m, "get_task_queue");
	tutti_value_queue *to = queue_of(m, "get_result_queue");
	int64_t n;

	while ((n = get_int(from)) >= 0) {
		fine(tutti_sleep(task_time), "a task");
		put_int(to, n * n);
	}
	tutti_value_queue_free(from);
	tutti_value_queue_free(to);
	tutti_manager_free(m);
	return arg;
}

static void share_tasks(tutti_manager *m, int workers, int tasks)
{
	tutti_value_queue *task = queue_of(m, "get_task_queue");
	tutti_value_queue *result = queue_of(m, "get_result_queue");
	tutti_future *threads[8];
	int64_t start, sum = 0;
	char name[32];

	for (int i = 0; i < workers; i++)
		threads[i] = tutti_thread_start(worker, NULL, NULL);
	start = bench_now();
	for (int i = 0; i < tasks; i++)
		put_int(task, i);
	for (int i = 0; i < tasks; i++)
		sum += get_int(result);
	snprintf(name, sizeof(name), "workers_%d", workers);
	report_for(name, "ms", (double)(bench_now() - start) / 1e6, "ms");
	bench_require(sum == (int64_t)(tasks - 1) * tasks * (2 * tasks - 1) / 6, "wrong results");
	for (int i = 0; i < workers; i++)
		put_int(task, -1); /* go home */
	fine(tutti_join_all(threads, (size_t)workers), "a worker");
	tutti_value_queue_free(task);
	tutti_value_queue_free(result);
}

static void *put_and_get(void *n)
{
	tutti_manager *m = client();
	tutti_value_queue *q = queue_of(m, "get_task_queue");

	for (long i = 0; i < *(long *)n; i++) {
		put_int(q, i);
		get_int(q);
	}
	tutti_value_queue_free(q);
	tutti_manager_free(m);
	return NULL;
}

/* rows: C30 */
void claim_30(const struct scale *s)
{
	int tasks = (int)sized(s, 16, 8, 8);
	long calls = sized(s, 10000, 2000, 20), each[4];
	tutti_manager *m = serve(), *mine = client();
	int64_t start;

	task_time = s->size == SMOKE ? TUTTI_MILLISECONDS(2) : TUTTI_MILLISECONDS(100);
	for (int workers = 1; workers <= 8; workers *= 2)
		share_tasks(mine, workers, tasks);
	for (int i = 0; i < 4; i++)
		each[i] = calls / 4;
	start = bench_now();
	in_threads(4, put_and_get, each, sizeof(each[0]));
	bench_report("operations", (double)calls * 2e9 / (double)(bench_now() - start), "1/s");
	tutti_manager_free(mine);
	tutti_manager_free(m);
}

/* -- C31 --------------------------------------------------------------------------------------- */

enum { SHARERS = 4 };

struct sharer {
	long operations, entries;
	tutti_dict *dict; /* NULL: the manager's */
};

static void operate(
	const struct sharer *me, tutti_proxy *p, tutti_value *k, tutti_value *v, bool set)
{
	tutti_value *got = NULL;

	if (set)
		fine(me->dict ? tutti_dict_set(me->dict, k, v) : tutti_proxy_item_set(p, k, v),
			"a set");
	else
		fine(me->dict ? tutti_dict_get(me->dict, k, &got)
			      : tutti_proxy_item_get(p, k, &got),
			"a get");
	tutti_value_unref(got);
}

/* One in four sets, the others get; keys are spread. */
static void *share(void *arg)
{
	const struct sharer *me = arg;
	tutti_manager *m = me->dict ? NULL : client();
	tutti_proxy *p = NULL;
	uint64_t random = (uint64_t)(uintptr_t)arg | 1;
	tutti_value *v = tutti_value_int(1);

	if (m)
		fine(tutti_manager_proxy(m, "table", NULL, NULL, &p), "the table");
	for (long i = 0; i < me->operations; i++) {
		tutti_value *k =
			tutti_value_int((int64_t)(bench_random(&random) % (uint64_t)me->entries));

		operate(me, p, k, v, i % 4 == 0);
		tutti_value_unref(k);
	}
	tutti_value_unref(v);
	tutti_proxy_free(p);
	tutti_manager_free(m);
	return NULL;
}

static void fill(tutti_dict *d, tutti_manager *m, long entries)
{
	tutti_value *v = tutti_value_int(0), *all;
	tutti_proxy *p;

	for (long i = 0; i < entries; i++) {
		tutti_value *k = tutti_value_int(i);

		fine(tutti_dict_set(d, k, v), "a set");
		tutti_value_unref(k);
	}
	tutti_value_unref(v);
	fine(tutti_dict_snapshot(d, &all), "all entries");
	fine(tutti_manager_proxy(m, "table", NULL, NULL, &p), "the table");
	fine(tutti_proxy_dict_update(p, all), "an update");
	tutti_value_unref(all);
	tutti_proxy_free(p);
}

static void by_sharers(const char *name, struct sharer who, long operations)
{
	struct sharer all[SHARERS];
	int64_t start;

	who.operations = operations / SHARERS;
	for (int i = 0; i < SHARERS; i++)
		all[i] = who;
	start = bench_now();
	in_threads(SHARERS, share, all, sizeof(all[0]));
	bench_report(name, (double)operations * 1e9 / (double)(bench_now() - start), "1/s");
}

/* The manager's clients are threads here too, each with its connection: that is to its credit. */
/* rows: C31 */
void claim_31(const struct scale *s)
{
	long entries = sized(s, 100000, 10000, 100), operations = sized(s, 1000000, 200000, 1000);
	tutti_manager *m = serve(), *mine = client();
	tutti_dict *d;

	fine(tutti_dict_create(&d), "a dict");
	fill(d, mine, entries);
	by_sharers("threads", (struct sharer){ 0, entries, d }, operations);
	by_sharers("manager", (struct sharer){ 0, entries, NULL }, operations / 50);
	tutti_dict_free(d);
	tutti_manager_free(mine);
	tutti_manager_free(m);
}
