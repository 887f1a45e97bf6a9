/* SPDX-License-Identifier: MIT */
/* no_array_test.c - where an array and a count are asked for, no array and a count is refused.
   Functions that list what there is count it then. */
#include <errno.h>
#include <tutti/tutti.h>

#include "support/again.h"
#include "support/suite.h"

static int next_of(int n)
{
	return n + 1;
}
TUTTI_JOB(next_of, int, int);

static void of_futures(void)
{
	tutti_future *f = tutti_gather(NULL, 2, TUTTI_ALL_COMPLETED);
	tutti_completion *c = tutti_completion_create(NULL, 0);

	CHECK_EQ(tutti_future_error(f), -EINVAL);
	tutti_future_unref(f);
	CHECK_EQ(tutti_wait(NULL, 2, TUTTI_ALL_COMPLETED, NULL, TUTTI_FOREVER), -EINVAL);
	CHECK_EQ(tutti_join_all(NULL, 2), -EINVAL);
	CHECK_EQ(tutti_join_all(NULL, 0), 0);
	CHECK(!tutti_completion_create(NULL, 2));
	CHECK(c);
	tutti_completion_free(c);
}

static void of_items(void)
{
	int results[100];
	tutti_job *known[1];
	tutti_executor *e;

	CHECK_EQ(tutti_executor_open(&e, "threads:2", NULL), 0);
	for (int n = 1; n <= 100; n += 99)
		CHECK_EQ(tutti_map(e, &next_of_job, NULL, results, (size_t)n, NULL), -EINVAL);
	CHECK_EQ(tutti_map(e, &next_of_job, NULL, NULL, 0, NULL), 0);
	tutti_executor_free(e);
	CHECK_EQ(tutti_job_list(NULL, 10), tutti_job_list(known, 1));
}

static void of_bytes(void)
{
	tutti_bytes b = { "untouched", 9, NULL };
	tutti_future *f = tutti_future_create(sizeof(int));
	int n = 1;

	CHECK_EQ(tutti_bytes_copy(&b, NULL, 5), -EINVAL);
	CHECK_EQ(b.size, 9);
	CHECK_EQ(tutti_bytes_copy(&b, NULL, 0), 0);
	tutti_bytes_free(&b);
	CHECK_EQ(tutti_future_set_result(f, &n), 0);
	CHECK_EQ(tutti_future_result(f, NULL, sizeof(n)), -EINVAL);
	CHECK_EQ(tutti_future_result(f, NULL, 0), 0);
	tutti_future_unref(f);
}

static void of_cases_and_locks(void)
{
	CHECK_EQ(tutti_select(NULL, 2, TUTTI_FOREVER), -EINVAL);
	CHECK_EQ(tutti_lock_release_many(NULL, 2), -EINVAL);
	CHECK_EQ(tutti_lock_release_many(NULL, 0), 0);
	tutti_lock_acquire_many(NULL, 0);
}

static int acquire(void)
{
	tutti_lock_acquire_many(NULL, 2);
	return 0;
}

/* These cannot fail: they count, and list nothing. */
static void of_the_living(void)
{
	CHECK_EQ(tutti_thread_enumerate(NULL, 3), tutti_thread_active_count());
	CHECK_EQ(tutti_process_children(NULL, 3), 0);
}

static const struct again_part parts[] = { { "acquire", acquire }, { NULL, NULL } };

static void to_acquire_says_so_and_stops(void)
{
	struct again a = again("acquire");

	CHECK(a.status != 0);
	CHECK(strstr(a.err, "tutti_lock_acquire_many: no locks"));
	again_free(&a);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return again_part(parts, argv[1]);
	suite_begin();
	RUN(of_futures);
	RUN(of_items);
	RUN(of_bytes);
	RUN(of_cases_and_locks);
	RUN(of_the_living);
	RUN(to_acquire_says_so_and_stops);
	return suite_end();
}
