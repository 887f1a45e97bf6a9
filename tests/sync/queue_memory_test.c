/* SPDX-License-Identifier: MIT */
/* Queues when there is no memory. */
#include <errno.h>
#include <tutti/tutti.h>

#include "support/memory.h"
#include "support/suite.h"

enum { ROOM = 64 };

static const tutti_queue_options kinds[] = { { .maxsize = ROOM },
	{ .maxsize = ROOM, .flags = TUTTI_LIFO }, { 0 } };
enum { KINDS = sizeof kinds / sizeof *kinds };

static tutti_queue *create(const tutti_queue_options *o)
{
	tutti_queue *q;

	CHECK_EQ(tutti_queue_create(&q, sizeof(int), o), 0);
	return q;
}

static void making_one(void)
{
	for (int kind = 0; kind < KINDS; kind++) {
		size_t live = test_alloc_live();
		tutti_queue *q;
		int rc;

		for (uint64_t n = 1;; n++) {
			test_alloc_fail_at(n);
			rc = tutti_queue_create(&q, sizeof(int), &kinds[kind]);
			test_alloc_fail_at(0);
			if (rc == 0)
				break;
			CHECK_EQ(rc, -ENOMEM);
			CHECK_EQ(test_alloc_live(), live);
		}
		tutti_queue_free(q);
		CHECK_EQ(test_alloc_live(), live);
	}
}

/* The item was not put; what is in stays, and the next put has its memory again. */
static void growing(void)
{
	for (int kind = 0; kind < KINDS; kind++) {
		tutti_queue *q = create(&kinds[kind]);
		int failed = 0, item, sum = 0;

		for (int i = 0; i < ROOM; i++) {
			int rc;

			test_alloc_fail_at(1);
			rc = tutti_queue_put(q, &i);
			test_alloc_fail_at(0);
			CHECK(rc == 0 || rc == -ENOMEM);
			failed += rc < 0;
			if (rc < 0)
				CHECK_EQ(tutti_queue_put(q, &i), 0);
			CHECK_EQ(tutti_queue_size(q), i + 1);
			CHECK_EQ(tutti_queue_unfinished(q), i + 1);
		}
		CHECK_EQ(failed > 0, kind > 0);
		while (tutti_queue_get_until(q, &item, 0) == 0)
			sum += item;
		CHECK_EQ(sum, ROOM * (ROOM - 1) / 2);
		tutti_queue_free(q);
	}
}

static void dropping_takes_none(void)
{
	for (int kind = 0; kind < KINDS; kind++) {
		tutti_queue *q = create(&kinds[kind]);
		int item = 1;

		CHECK_EQ(tutti_queue_put(q, &item), 0);
		CHECK_EQ(tutti_queue_put(q, &item), 0);
		test_alloc_fail_at(1);
		CHECK_EQ(tutti_queue_shutdown(q, true), 0);
		test_alloc_fail_at(0);
		CHECK_EQ(tutti_queue_size(q), 0);
		CHECK_EQ(tutti_queue_unfinished(q), 0);
		CHECK_EQ(tutti_queue_get(q, &item), TUTTI_ESHUTDOWN);
		CHECK_EQ(tutti_queue_join(q), 0);
		tutti_queue_free(q);
	}
}

int main(void)
{
	suite_begin();
	RUN(making_one);
	RUN(growing);
	RUN(dropping_takes_none);
	return suite_end();
}
