/* SPDX-License-Identifier: MIT */
/* rows: F81 */
/* ctest: VIRTUAL ON */
/* pool_test.c - the threads of "threads": how many, what they are called, what they keep. */
#include <errno.h>
#include <tutti/tutti.h>

#include "support/suite.h"

enum { JOBS = 40 };

typedef struct place {
	uint64_t ident;
	char name[64];
	bool daemon;
} place;

static tutti_semaphore inside;
static tutti_event let_out;

static void look(place *out)
{
	out->ident = tutti_thread_ident(NULL);
	snprintf(out->name, sizeof(out->name), "%s", tutti_thread_name(NULL));
	out->daemon = tutti_thread_daemon(NULL);
}

static place stay(void)
{
	place p;

	look(&p);
	tutti_semaphore_release(&inside, 1);
	tutti_event_wait(&let_out);
	return p;
}
TUTTI_JOB(stay, place, void);

static place pass(void)
{
	place p;

	look(&p);
	return p;
}
TUTTI_JOB(pass, place, void);

static tutti_executor *open_one(int max, const char *name)
{
	tutti_executor_options options = { .max_workers = max, .name = name };
	tutti_executor *e;

	CHECK_EQ(tutti_executor_open(&e, "threads", &options), 0);
	return e;
}

/* As many at once as there may be, and not one more. */
/* rows: F81 */
static void fills_up(void)
{
	tutti_executor *e = open_one(4, "crew");
	tutti_future *f[6];
	place p[6];

	CHECK_EQ(tutti_thread_active_count(), 1);
	tutti_semaphore_init(&inside, 0, 0);
	tutti_event_init(&let_out, 0);
	for (int i = 0; i < 6; i++)
		f[i] = stay_submit(e);
	for (int i = 0; i < 4; i++)
		CHECK_EQ(tutti_semaphore_acquire(&inside), 0);
	CHECK_EQ(tutti_semaphore_acquire_until(&inside, tutti_after(TUTTI_MILLISECONDS(5))),
		TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_thread_active_count(), 5);
	tutti_event_set(&let_out);
	for (int i = 0; i < 6; i++) {
		CHECK_EQ(stay_result(f[i], &p[i]), 0);
		tutti_future_unref(f[i]);
	}
	for (int i = 0; i < 4; i++) { /* the first four were inside together */
		CHECK(!p[i].daemon);
		CHECK(strncmp(p[i].name, "crew_", 5) == 0);
		CHECK(p[i].name[5] >= '0' && p[i].name[5] <= '3' && p[i].name[6] == '\0');
		for (int k = 0; k < i; k++)
			CHECK(p[k].ident != p[i].ident && strcmp(p[k].name, p[i].name) != 0);
	}
	tutti_executor_free(e);
	CHECK_EQ(tutti_thread_active_count(), 1);
}

/* However many jobs there are, the threads stay as few. */
/* rows: F53 F81 */
static void is_used_again(void)
{
	tutti_executor *e = open_one(3, NULL);
	uint64_t seen[4];
	size_t n = 0;
	place p;

	for (int i = 0; i < JOBS; i++) {
		tutti_future *f = pass_submit(e);
		size_t k = 0;

		CHECK_EQ(pass_result(f, &p), 0);
		tutti_future_unref(f);
		while (k < n && seen[k] != p.ident)
			k++;
		if (k == n)
			seen[n++] = p.ident;
		CHECK(n <= 3);
	}
	CHECK(strncmp(p.name, "ThreadPoolExecutor-", 19) == 0);
	tutti_executor_free(e);
}

/* -- locals and worker_start ------------------------------------------------------------------- */

static tutti_local count_local = TUTTI_LOCAL_INIT(NULL);
static int counts[3];

static void *give_count(void *next)
{
	tutti_local_set(&count_local, &counts[(*(int *)next)++]);
	return NULL;
}

static int count_here(void)
{
	int *count = tutti_local_get(&count_local);

	return ++*count;
}
TUTTI_JOB(count_here, int, void);

/* rows: F86 */
static void keeps_its_locals(void)
{
	int next = 0, n;
	tutti_executor_options options = {
		.max_workers = 1, .worker_start = give_count, .worker_arg = &next
	};
	tutti_executor *e;

	CHECK_EQ(tutti_executor_open(&e, "threads", &options), 0);
	for (int i = 1; i <= 5; i++) {
		tutti_future *f = count_here_submit(e);

		CHECK_EQ(count_here_result(f, &n), 0);
		CHECK_EQ(n, i);
		tutti_future_unref(f);
	}
	CHECK_EQ(next, 1);
	tutti_executor_free(e);
}

/* -- a cancelled worker ------------------------------------------------------------------------ */

static int cancel_own_thread(void)
{
	return tutti_future_cancel(tutti_thread_current());
}
TUTTI_JOB(cancel_own_thread, int, void);

/* Whoever cancels the thread does not break the pool. */
static void survives_a_cancel(void)
{
	tutti_executor *e = open_one(1, NULL);
	tutti_future *f = cancel_own_thread_submit(e);
	int n;

	CHECK_EQ(cancel_own_thread_result(f, &n), 0);
	CHECK_EQ(n, 1);
	tutti_future_unref(f);
	f = pass_submit(e);
	CHECK_EQ(pass_result(f, NULL), 0);
	tutti_future_unref(f);
	tutti_executor_free(e);
}

int main(void)
{
	suite_begin();
	RUN(fills_up);
	RUN(is_used_again);
	RUN(keeps_its_locals);
	RUN(survives_a_cancel);
	return suite_end();
}
