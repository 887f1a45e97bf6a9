/* SPDX-License-Identifier: MIT */
/* rows: +engine */
/* An engine of one's own: a thread that runs the newest job first. Its word is "newest". */
#include <stdio.h>
#include <tutti/tutti.h>

static tutti_queue *jobs; /* last in, first out */
static tutti_thread *worker;

static void *work(void *arg)
{
	tutti_future *f;

	while (tutti_queue_get(jobs, &f) == 0)
		tutti_future_run(f);
	return arg;
}

static int newest_open(void **self, const char *where, const tutti_executor_options *options)
{
	int rc = tutti_queue_create(
		&jobs, sizeof(tutti_future *), &(tutti_queue_options){ .flags = TUTTI_LIFO });

	(void)self, (void)where, (void)options;
	worker = rc == 0 ? tutti_thread_start(work, NULL, NULL) : NULL;
	return rc;
}

static int newest_submit(void *self, tutti_future *f)
{
	(void)self;
	return tutti_queue_put(jobs, &f); /* f is ours until tutti_future_run */
}

static void newest_free(void *self)
{
	(void)self;
	tutti_queue_shutdown(jobs, false);
	tutti_join_all(&worker, 1);
	tutti_queue_free(jobs);
}

static int square(int n)
{
	return n * n;
}
TUTTI_JOB(square, int, int);

int main(void)
{
	static const tutti_engine newest = { sizeof(newest), "newest", newest_open, newest_submit,
		NULL, NULL, newest_free };
	int n[] = { 1, 2, 3, 4 }, squared[4] = { 0 };
	tutti_executor *e;

	if (tutti_engine_register(&newest) < 0 || tutti_executor_open(&e, "newest", NULL) < 0)
		return 1;
	square_map(e, n, squared, 4);
	printf("%d %d %d %d\n", squared[0], squared[1], squared[2], squared[3]);
	tutti_executor_free(e);
	return 0;
}
