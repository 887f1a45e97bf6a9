/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-tsan LABELS no-qemu */ /* no-tsan: nothing can be copied there */
/*
 * The first, second, third ... allocation fails in a program that starts processes and shares with
 * them: errors come back as such, nothing is lost, and what comes next works.
 */
#include <tutti/tutti.h>

#include "proc/server.h"
#include "support/leaks.h"
#include "support/memory.h"
#include "support/suite.h"

#include <errno.h>

enum { LARGE = 2 << 20, JOBS = 4 };

static bool went_well(int rc)
{
	CHECK(rc == 0 || rc == -ENOMEM);
	return rc == 0;
}

/* -- what is shared ---------------------------------------------------------------------------- */

static void use_memory(void)
{
	tutti_shm *m, *same;

	if (went_well(tutti_shm_create(&m, 100))) {
		if (went_well(tutti_shm_attach(&same, tutti_shm_handle(m))))
			tutti_shm_free(same);
		tutti_shm_free(m);
	}
	if (went_well(tutti_shm_create_named(&m, "tutti-fault-test", 100))) {
		if (went_well(tutti_shm_open(&same, "tutti-fault-test")))
			tutti_shm_free(same);
		tutti_shm_free(m);
	}
	CHECK_EQ(tutti_shm_open(&m, "tutti-fault-test"), -ENOENT);
}

static void use_array(void)
{
	tutti_array *a;

	if (!went_well(tutti_array_create(&a, sizeof(int), 10, NULL)))
		return;
	*(int *)tutti_array_at(a, sizeof(int), 3) = 7;
	tutti_array_free(a);
}

static void use_queue_of(unsigned flags, size_t item_bytes, void *in, void *out)
{
	tutti_queue_options o = { .flags = TUTTI_SHARED | flags };
	tutti_queue *q;

	if (!went_well(tutti_queue_create(&q, item_bytes, &o)))
		return;
	if (went_well(tutti_queue_put(q, in)) && went_well(tutti_queue_get_until(q, out, 0)) &&
		flags)
		tutti_bytes_free(out);
	CHECK_EQ(tutti_queue_shutdown(q, true), 0);
	tutti_queue_free(q);
}

static void use_queues(void)
{
	tutti_bytes b = tutti_bytes_text("some text"), got;
	int n = 1, m;

	use_queue_of(0, sizeof(int), &n, &m);
	use_queue_of(TUTTI_BYTES, sizeof(b), &b, &got);
}

static void use_pipe(void)
{
	tutti_pipe *a, *b;
	tutti_bytes got;

	if (!went_well(tutti_pipe_create(&a, &b, false)))
		return;
	if (went_well(tutti_pipe_write(a, "text", 4))) {
		int rc = tutti_pipe_read(b, &got);

		if (rc == -ENOMEM) /* it is still there */
			rc = tutti_pipe_read(b, &got);
		CHECK_EQ(rc, 0);
		CHECK_EQ(got.size, 4);
		tutti_bytes_free(&got);
	}
	tutti_pipe_free(a);
	tutti_pipe_free(b);
}

/* -- processes --------------------------------------------------------------------------------- */

static int twice(int n)
{
	return 2 * n;
}
TUTTI_JOB(twice, int, int);

static tutti_bytes repeat(int c)
{
	static char large[LARGE];
	tutti_bytes out = { NULL, 0, NULL };

	memset(large, c, sizeof(large));
	if (tutti_bytes_copy(&out, large, sizeof(large)) < 0)
		tutti_fail(-ENOMEM, "no memory for so much");
	return out;
}
TUTTI_JOB(repeat, tutti_bytes, int);

static tutti_start_method method;

/* What is refused a copy is refused in it, too: then it ends, or its job fails. */
static bool came(tutti_process *p, int rc)
{
	if (rc == TUTTI_ECRASHED && method == TUTTI_FORK)
		CHECK(strstr(tutti_future_text(p), "exit code 1") != NULL);
	else
		return went_well(rc);
	return false;
}

static void use_processes(void)
{
	tutti_process_options o = { .method = method, .name = "worker" };
	tutti_process *p = tutti_process_start(&twice_job, &(int){ 4 }, &o);
	tutti_bytes got;
	int n;

	if (came(p, twice_result(p, &n)))
		CHECK_EQ(n, 8);
	tutti_future_unref(p);
	p = tutti_process_start(&repeat_job, &(int){ 'x' }, &o);
	if (came(p, repeat_result(p, &got))) {
		CHECK_EQ(got.size, LARGE);
		CHECK_EQ(((const char *)got.data)[LARGE - 1], 'x');
		tutti_bytes_free(&got);
	}
	tutti_future_unref(p);
	CHECK_EQ(tutti_process_children(NULL, 0), 0);
}

static void use_spawned(void)
{
	method = TUTTI_SPAWN;
	use_processes();
}

static void use_served(void)
{
	method = TUTTI_FORKSERVER;
	use_processes();
	tu_server_end();
}

static void use_copies(void)
{
	method = TUTTI_FORK;
	use_processes();
}

static void use_jobs(tutti_executor *e)
{
	int in[JOBS] = { 1, 2, 3, 4 }, out[JOBS] = { 0 };
	tutti_future *f[JOBS], *large = repeat_submit(e, 'y');
	tutti_bytes got;

	for (int i = 0; i < JOBS; i++)
		f[i] = twice_submit(e, i);
	for (int i = 0, n = 0; i < JOBS; i++) {
		if (went_well(twice_result(f[i], &n)))
			CHECK_EQ(n, 2 * i);
		tutti_future_unref(f[i]);
	}
	if (went_well(repeat_result(large, &got))) {
		CHECK_EQ(((const char *)got.data)[LARGE - 1], 'y');
		tutti_bytes_free(&got);
	}
	tutti_future_unref(large);
	if (went_well(twice_map(e, in, out, JOBS)))
		CHECK_EQ(out[JOBS - 1], 2 * in[JOBS - 1]);
}

static void use_pool(void)
{
	tutti_executor_options o = { .max_workers = 2, .name = "crew" };
	tutti_executor *e;

	if (!went_well(tutti_executor_open(&e, "processes", &o)))
		return;
	use_jobs(e);
	tutti_executor_free(e);
}

/* -- each in turn ------------------------------------------------------------------------------ */

/* The threads of ours that stay let go of what they had a little after futures are done. */
static size_t live_at_rest(void)
{
	size_t live;

	do {
		live = test_alloc_live();
		tutti_sleep(TUTTI_MILLISECONDS(20));
	} while (live != test_alloc_live());
	return live;
}

static void fail_each(void (*use)(void), unsigned least)
{
	size_t live;
	uint64_t n = 0;

	use(); /* what is kept for ever is there now */
	use();
	live = live_at_rest();
	do {
		test_alloc_fail_at(++n);
		use();
		EVENTUALLY(test_alloc_live() <= live);
	} while (test_alloc_fail_at(0) == 0);
	printf("  %llu allocations failed in turn\n", (unsigned long long)n - 1);
	CHECK(n > least);
	use();
	EVENTUALLY(test_alloc_live() <= live);
}

/* -- in the child ------------------------------------------------------------------------------ */

__attribute__((constructor)) static void be_refused(void)
{
	const char *n = getenv("TEST_CHILD_FAILS");

	if (n && getenv("TUTTI_CHILD"))
		test_alloc_fail_at(strtoull(n, NULL, 10));
}

/* It has no memory for its request, its argument, its job or its reply, and says so or ends. */
static void a_child_is_refused_each(void)
{
	int failed = 0, good = 0;

	method = TUTTI_FORK; /* what came() is to expect */
	for (int n = 1; good < 3; n++) {
		tutti_process *p;
		tutti_bytes got;
		char text[16];

		snprintf(text, sizeof(text), "%d", n);
		CHECK_EQ(setenv("TEST_CHILD_FAILS", text, 1), 0);
		p = tutti_process_start(&repeat_job, &(int){ 'x' },
			&(tutti_process_options){ .method = TUTTI_SPAWN });
		if (came(p, repeat_result(p, &got))) {
			CHECK_EQ(got.size, LARGE);
			tutti_bytes_free(&got);
			good++;
		} else {
			failed++;
			good = 0;
		}
		tutti_future_unref(p);
	}
	unsetenv("TEST_CHILD_FAILS");
	printf("  %d children had none for one thing or another\n", failed);
	CHECK(failed > 3);
}

#define RUN_EACH(use, least)           \
	do {                           \
		suite_next(#use, -1);  \
		fail_each(use, least); \
	} while (0)

int main(void)
{
	use_served(); /* its thread, and what the family has, stay */
	suite_begin();
	RUN_EACH(use_memory, 1);
	RUN_EACH(use_array, 0);
	RUN_EACH(use_queues, 3);
	RUN_EACH(use_pipe, 3);
	RUN_EACH(use_spawned, 8);
	RUN_EACH(use_served, 8);
	RUN_EACH(use_copies, 8);
	RUN_EACH(use_pool, 20);
	RUN(a_child_is_refused_each);
	tu_server_end();
	return suite_end();
}
