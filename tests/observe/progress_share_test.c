/* SPDX-License-Identifier: MIT */
/* rows: F150 */
/* progress_share_test.c - what processes of a pool count on a progress, by its handle. */
#include <errno.h>
#include <tutti/shm.h>
#include <tutti/tutti.h>

#include "proc/server.h"
#include "support/suite.h"

enum { JOBS = 8, COUNTS = 500, ASKERS = 4 };

static int count_by_handle(tutti_handle h)
{
	tutti_progress *p;
	int rc = tutti_progress_attach(&p, h);

	if (rc < 0)
		return rc;
	for (int i = 0; i < COUNTS; i++)
		tutti_progress_add(p, 1);
	tutti_progress_free(p);
	return 0;
}
TUTTI_JOB(count_by_handle, int, tutti_handle);

static void a_pool_counts(void)
{
	tutti_progress *p = tutti_progress_create("files", JOBS * COUNTS + 3);
	tutti_handle h = tutti_progress_handle(p), handles[JOBS];
	tutti_executor *e;
	int results[JOBS];

	tutti_progress_add(p, 3);
	for (int i = 0; i < JOBS; i++)
		handles[i] = h;
	CHECK_EQ(tutti_executor_open(&e, "processes:2", NULL), 0);
	CHECK_EQ(count_by_handle_map(e, handles, results, JOBS), 0);
	tutti_executor_free(e);
	for (int i = 0; i < JOBS; i++)
		CHECK_EQ(results[i], 0);
	CHECK_EQ(tutti_progress_count(p), JOBS * COUNTS + 3);
	tutti_progress_free(p);
}

/* Whose progress it is may attach it too; both are counted on the one line that is shown. */
static void it_is_attached_where_it_is(void)
{
	tutti_progress *p = tutti_progress_create("files", 10), *same;

	CHECK_EQ(tutti_progress_attach(&same, tutti_progress_handle(p)), 0);
	tutti_progress_add(same, 4);
	CHECK_EQ(tutti_progress_count(same), 4);
	CHECK_EQ(tutti_progress_count(p), 4);
	tutti_progress_add(p, 6);
	CHECK_EQ(tutti_progress_count(p), 10);
	tutti_progress_free(p);
	tutti_progress_add(same, 1); /* to no avail, but no harm */
	tutti_progress_free(same);
}

static void *ask(void *p)
{
	static __thread tutti_handle h;

	h = tutti_progress_handle(p);
	return (void *)(uintptr_t)h.id[1];
}

/* Many who ask at once are told the same. */
static void there_is_one_handle(void)
{
	tutti_progress *p = tutti_progress_create("files", 1);
	tutti_thread *threads[ASKERS];
	void *told[ASKERS];

	for (int i = 0; i < ASKERS; i++)
		threads[i] = tutti_thread_start(ask, p, NULL);
	for (int i = 0; i < ASKERS; i++) {
		CHECK_EQ(tutti_thread_join(threads[i], &told[i]), 0);
		CHECK(told[i] == told[0]);
		tutti_future_unref(threads[i]);
	}
	tutti_progress_free(p);
}

static void others_are_refused(void)
{
	tutti_progress *p;
	tutti_shm *shm;

	CHECK_EQ(tutti_progress_attach(&p, (tutti_handle){ { 0, 0 } }), -EINVAL);
	CHECK_EQ(tutti_shm_create(&shm, 16), 0);
	CHECK_EQ(tutti_progress_attach(&p, tutti_shm_handle(shm)), TUTTI_ETYPE);
	tutti_shm_free(shm);
}

int main(void)
{
	a_pool_counts(); /* so that all is there that stays, but the server */
	tu_server_end();
	suite_begin();
	RUN(a_pool_counts);
	RUN(it_is_attached_where_it_is);
	RUN(there_is_one_handle);
	RUN(others_are_refused);
	tu_server_end();
	return suite_end();
}
