/* SPDX-License-Identifier: MIT */
#include "base/trace.h"

#include "base/bits.h"
#include "support/test.h"

#include <pthread.h>

enum { CELLS = 64, WRITERS = 4, EACH = 100000 };

static struct tu_trace_cell cells[CELLS];
static struct tu_trace_record got[2 * CELLS];
static int64_t now;

static int64_t counting_clock(void)
{
	return tu_add_rlx(&now, 1); /* relaxed: a count */
}

static void test_start_refuses_what_cannot_work(void)
{
	CHECK(!tu_trace_start(NULL, 0));
	CHECK(!tu_trace_start(cells, 0));
	CHECK(!tu_trace_start(cells, 63));
	CHECK_EQ(tu_trace_on, 0);
	tu_trace_emit(TU_TRACE_PARK, 1, 2, 3);
	CHECK_EQ(tu_trace_end(), 0);
}

static void test_off_evaluates_nothing(void)
{
	int evaluated = 0;

	tu_trace(TU_TRACE_PARK, 1, ++evaluated, 0);
	CHECK_EQ(evaluated, 0);
}

static void test_records_come_back_in_order(void)
{
	uint64_t from = 0, lost = 0;

	CHECK(tu_trace_start(cells, CELLS));
	CHECK(!tu_trace_start(cells, CELLS));
	CHECK_EQ(tu_trace_read(&from, got, CELLS, NULL), 0);
	for (int i = 0; i < 10; i++)
		tu_trace(TU_TRACE_PARK + i, 100 + i, cells, -i);
	CHECK_EQ(tu_trace_read(&from, got, 4, &lost), 4);
	CHECK_EQ(tu_trace_read(&from, got + 4, CELLS, &lost), 6);
	CHECK_EQ(tu_trace_read(&from, got, CELLS, &lost), 0);
	for (int i = 0; i < 10; i++) {
		CHECK_EQ(got[i].time, i);
		CHECK_EQ(got[i].kind, TU_TRACE_PARK + i);
		CHECK_EQ(got[i].id, 100 + i);
		CHECK_EQ(got[i].a, (uintptr_t)cells);
		CHECK_EQ(got[i].b, -i);
	}
	CHECK_EQ(lost, 0);
}

static void test_the_newest_replace_the_oldest(void)
{
	uint64_t from = 0, lost = 0, before = tu_trace_end();

	for (int i = 0; i < 3 * CELLS; i++)
		tu_trace(TU_TRACE_STEAL, 1, i, 0);
	CHECK_EQ(tu_trace_end(), before + 3 * CELLS);
	CHECK_EQ(tu_trace_read(&from, got, 2 * CELLS, &lost), CELLS);
	CHECK_EQ(lost, before + 2 * CELLS);
	CHECK_EQ(from, tu_trace_end());
	for (int i = 0; i < CELLS; i++)
		CHECK_EQ(got[i].a, 2 * CELLS + i);
	from = UINT64_MAX;
	CHECK_EQ(tu_trace_read(&from, got, CELLS, &lost), 0);
}

static void test_stop_and_go_on(void)
{
	uint64_t end = tu_trace_end();

	tu_trace_stop();
	tu_trace(TU_TRACE_SLEEP, 1, 2, 3);
	CHECK_EQ(tu_trace_end(), end);
	CHECK(tu_trace_start(NULL, 0));
	tu_trace(TU_TRACE_SLEEP, 1, 2, 3);
	CHECK_EQ(tu_trace_end(), end + 1);
}

/* Each word of a record follows from id and a, so that a record put together of two shows. */
static void *writer(void *arg)
{
	uint64_t id = (uint64_t)(uintptr_t)arg;

	for (uint64_t i = 0; i < EACH; i++)
		tu_trace(TU_TRACE_LOCK_WAIT + id, id, i, tu_mix64(id << 32 | i));
	return NULL;
}

static void check_whole(const struct tu_trace_record *r, uint64_t *last)
{
	CHECK(r->id >= 1 && r->id <= WRITERS);
	CHECK_EQ(r->kind, TU_TRACE_LOCK_WAIT + r->id);
	CHECK_EQ(r->b, tu_mix64(r->id << 32 | r->a));
	CHECK(r->a + 1 > last[r->id]);
	last[r->id] = r->a + 1;
}

static void test_many_writers(void)
{
	pthread_t threads[WRITERS];
	uint64_t begin = tu_trace_end(), from = begin, lost = 0, seen = 0;
	uint64_t last[WRITERS + 1] = { 0 };

	for (uintptr_t i = 0; i < WRITERS; i++)
		CHECK_EQ(pthread_create(&threads[i], NULL, writer, (void *)(i + 1)), 0);
	while (from < begin + WRITERS * EACH) {
		size_t n = tu_trace_read(&from, got, CELLS, &lost);

		for (size_t i = 0; i < n; i++)
			check_whole(&got[i], last);
		seen += n;
	}
	for (int i = 0; i < WRITERS; i++)
		CHECK_EQ(pthread_join(threads[i], NULL), 0);
	CHECK_EQ(tu_trace_end(), begin + WRITERS * EACH);
	CHECK_EQ(seen + lost, WRITERS * EACH);
	printf("read %" PRIu64 " while written, jumped over %" PRIu64 "\n", seen, lost);
}

static void test_names(void)
{
	CHECK_STR(tu_trace_kind_name(TU_TRACE_NONE), "none");
	CHECK_STR(tu_trace_kind_name(TU_TRACE_LOCK_WAIT), "lock wait");
	CHECK_STR(tu_trace_kind_a(TU_TRACE_LOCK_WAIT), "lock");
	CHECK_STR(tu_trace_kind_b(TU_TRACE_FUTURE_DONE), "code");
	CHECK_STR(tu_trace_kind_name(TU_TRACE_KINDS), "none");
	for (unsigned i = 0; i < TU_TRACE_KINDS; i++) {
		for (unsigned k = 0; k < i; k++)
			CHECK(strcmp(tu_trace_kind_name(i), tu_trace_kind_name(k)) != 0);
	}
}

int main(void)
{
	test_off_evaluates_nothing();
	test_start_refuses_what_cannot_work();
	tu_trace_clock = counting_clock;
	test_records_come_back_in_order();
	test_the_newest_replace_the_oldest();
	test_stop_and_go_on();
	test_many_writers();
	test_names();
	return 0;
}
