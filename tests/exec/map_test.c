/* SPDX-License-Identifier: MIT */
/* rows: F84 */
/* map_test.c - arrays and streams through jobs: order, failures, early ends, on every engine. */
#include <errno.h>
#include <tutti/tutti.h>

#include "base/atomic.h"
#include "support/memory.h"
#include "support/suite.h"

static const char *const engines[] = { "threads", "threads:3", "tasks:5", "tasks:1", "inline" };
enum { ENGINES = sizeof(engines) / sizeof(*engines), MANY = 5000 };

/* -- jobs ------------------------------------------------------------------------------------- */

static int square(int n)
{
	if (n % 3 == 0)
		tutti_yield(); /* some end later than those behind them */
	return n * n;
}
TUTTI_JOB(square, int, int);

static int odd_only(int const *n, int *out)
{
	*out = *n;
	return *n % 2 ? 0 : -(*n + 1);
}
TUTTI_JOB_TRY(odd_only, int, int);

static tutti_bytes mark(tutti_bytes b)
{
	tutti_bytes out = { NULL, 0, NULL };

	tutti_bytes_printf(&out, "<%.*s>", (int)b.size, (const char *)b.data);
	return out;
}
TUTTI_JOB(mark, tutti_bytes, tutti_bytes);

/* One that fails has not touched its result. */
static int mark_even(int const *n, tutti_bytes *out)
{
	return *n % 2 ? -EDOM : tutti_bytes_printf(out, "%d", *n);
}
TUTTI_JOB_TRY(mark_even, tutti_bytes, int);

static unsigned runs;

static void run_once(void)
{
	tu_add_rlx(&runs, 1u); /* counted, and read when all have ended */
}
TUTTI_JOB(run_once, void, void);

static unsigned begun, stopped;

static int wait_for_cancel(int const *n, int *out)
{
	int rc;

	*out = *n;
	tu_add_rlx(&begun, 1u); /* counted, and read when all have ended */
	rc = tutti_sleep(TUTTI_FOREVER);
	tu_add_rlx(&stopped, 1u); /* as begun */
	return rc;
}
TUTTI_JOB_TRY(wait_for_cancel, int, int);

/* -- arrays ----------------------------------------------------------------------------------- */

static void arrays(tutti_executor *e)
{
	static int in[MANY], out[MANY];
	tutti_map_options narrow = { .ahead_max = 2 };

	for (int i = 0; i < MANY; i++)
		in[i] = i;
	CHECK_EQ(square_map(e, in, out, MANY), 0);
	for (int i = 0; i < MANY; i++)
		CHECK_EQ(out[i], i * i);
	memset(out, 0, sizeof(out));
	CHECK_EQ(tutti_map(e, &square_job, in, out, 100, &narrow), 0);
	for (int i = 0; i < 100; i++)
		CHECK_EQ(out[i], i * i);
	CHECK_EQ(out[100], 0);
	CHECK_EQ(tutti_map(e, &square_job, in, NULL, 10, NULL), 0);
	CHECK_EQ(tutti_map(e, &square_job, NULL, NULL, 0, NULL), 0);
	tu_store_rlx(&runs, 0u); /* nobody runs */
	CHECK_EQ(run_once_map(e, 50), 0);
	CHECK_EQ(tu_load_rlx(&runs), 50); /* map orders it */
}

/* rows: F52 */
static void failing_arrays(tutti_executor *e)
{
	int in[] = { 1, 3, 4, 5, 8 }, out[] = { 0, 0, -7, 0, -9 };
	tutti_map_options late = { .deadline = 1 };

	CHECK_EQ(odd_only_map(e, in, out, 5), -5); /* of the first, though all were run */
	CHECK(out[0] == 1 && out[1] == 3 && out[2] == -7 && out[3] == 5 && out[4] == -9);
	CHECK_EQ(tutti_map(e, &square_job, in, out, 5, &late), TUTTI_EJOBTIMEDOUT);
	test_alloc_fail_at(1);
	CHECK_EQ(square_map(e, in, out, 5), -ENOMEM);
	test_alloc_fail_at(2);
	CHECK_EQ(square_map(e, in, out, 5), -ENOMEM); /* one job; the others ran */
	CHECK(out[1] == 9 && out[4] == 64);
}

static void bytes_arrays(tutti_executor *e)
{
	tutti_bytes in[3] = { tutti_bytes_text("a"), tutti_bytes_text(""), { NULL, 0, NULL } },
		    out[3];

	CHECK_EQ(tutti_bytes_copy(&in[2], "ccc", 3), 0);
	CHECK_EQ(mark_map(e, in, out, 3), 0);
	CHECK_STR((const char *)out[0].data, "<a>");
	CHECK_STR((const char *)out[1].data, "<>");
	CHECK_STR((const char *)out[2].data, "<ccc>");
	for (int i = 0; i < 3; i++)
		tutti_bytes_free(&out[i]);
	tutti_bytes_free(&in[2]); /* still the caller's */
}

/* -- streams ---------------------------------------------------------------------------------- */

struct flow {
	int next, end;            /* numbers to pull */
	int pushed, ahead;        /* most pulled and not pushed */
	int pull_code, push_code; /* at the end instead of 0; at the push of number 10 */
};

static int pull(void *arg, void *item)
{
	struct flow *flow = arg;

	if (flow->next == flow->end)
		return flow->pull_code;
	*(int *)item = flow->next++;
	if (flow->next - flow->pushed > flow->ahead)
		flow->ahead = flow->next - flow->pushed;
	return 1;
}

static int push(void *arg, size_t index, int error, const void *result)
{
	struct flow *flow = arg;

	CHECK_EQ(index, flow->pushed);
	CHECK_EQ(error, 0);
	CHECK_EQ(*(const int *)result, flow->pushed * flow->pushed);
	flow->pushed++;
	return index == 10 ? flow->push_code : 0;
}

/* rows: F52 */
static void streams(tutti_executor *e)
{
	struct flow flow = { .end = MANY };
	tutti_map_options narrow = { .ahead_max = 7 };

	CHECK_EQ(tutti_map_stream(e, &square_job, pull, push, &flow, NULL), 0);
	CHECK_EQ(flow.pushed, MANY);
	flow = (struct flow){ .end = 100 };
	CHECK_EQ(tutti_map_stream(e, &square_job, pull, push, &flow, &narrow), 0);
	CHECK_EQ(flow.pushed, 100);
	CHECK(flow.ahead <= 7);
	flow = (struct flow){ 0 };
	CHECK_EQ(tutti_map_stream(e, &square_job, pull, push, &flow, NULL), 0);
	CHECK_EQ(flow.pushed, 0);
	flow = (struct flow){ .end = 30, .pull_code = -EIO };
	CHECK_EQ(tutti_map_stream(e, &square_job, pull, push, &flow, NULL), -EIO);
	flow = (struct flow){ .end = 30, .push_code = -EPIPE };
	CHECK_EQ(tutti_map_stream(e, &square_job, pull, push, &flow, NULL), -EPIPE);
	CHECK_EQ(flow.pushed, 11);
	for (uint64_t k = 1; k <= 2; k++) {
		flow = (struct flow){ .end = 3 };
		test_alloc_fail_at(k);
		CHECK_EQ(tutti_map_stream(e, &square_job, pull, push, &flow, NULL), -ENOMEM);
		CHECK_EQ(flow.next, 0);
	}
}

/* -- unordered -------------------------------------------------------------------------------- */

struct heap {
	struct flow flow;
	bool seen[MANY];
	int out_of_order;
};

static int push_anyhow(void *arg, size_t index, int error, const void *result)
{
	struct heap *heap = arg;

	CHECK(index < MANY && !heap->seen[index]);
	CHECK_EQ(error, 0);
	CHECK_EQ(*(const int *)result, (int)(index * index));
	heap->seen[index] = true;
	heap->out_of_order += index != (size_t)heap->flow.pushed;
	return heap->flow.pushed++ == 10 ? heap->flow.push_code : 0;
}

static tutti_event gate;
static int first_waits(int n)
{
	if (n == 0)
		CHECK_EQ(tutti_event_wait(&gate), 0);
	return n * n;
}
TUTTI_JOB(first_waits, int, int);

/* The last but one lets the first go, which is then the only one that is left. */
static int push_around_the_first(void *arg, size_t index, int error, const void *result)
{
	struct heap *heap = arg;

	if (heap->flow.pushed == heap->flow.end - 2)
		tutti_event_set(&gate);
	if (heap->flow.pushed < heap->flow.end - 1)
		CHECK(index > 0);
	return push_anyhow(arg, index, error, result);
}

static void unordered_streams(tutti_executor *e, bool concurrent)
{
	static struct heap heap;
	tutti_map_options o = { .unordered = true };

	heap = (struct heap){ .flow = { .end = MANY } };
	CHECK_EQ(tutti_map_stream(e, &square_job, pull, push_anyhow, &heap, &o), 0);
	CHECK_EQ(heap.flow.pushed, MANY);
	o.ahead_max = 7;
	heap = (struct heap){ .flow = { .end = 100 } };
	CHECK_EQ(tutti_map_stream(e, &square_job, pull, push_anyhow, &heap, &o), 0);
	CHECK_EQ(heap.flow.pushed, 100);
	CHECK(heap.flow.ahead <= 7);
	heap = (struct heap){ .flow = { .end = 30, .push_code = -EPIPE } };
	CHECK_EQ(tutti_map_stream(e, &square_job, pull, push_anyhow, &heap, &o), -EPIPE);
	CHECK_EQ(heap.flow.pushed, 11);
	heap = (struct heap){ .flow = { .end = 30, .pull_code = -EIO } };
	CHECK_EQ(tutti_map_stream(e, &square_job, pull, push_anyhow, &heap, &o), -EIO);
	for (uint64_t k = 1; k <= 4; k++) {
		heap = (struct heap){ .flow = { .end = 3 } };
		test_alloc_fail_at(k);
		CHECK_EQ(tutti_map_stream(e, &square_job, pull, push_anyhow, &heap, &o), -ENOMEM);
		CHECK_EQ(heap.flow.next, 0);
	}
	if (!concurrent)
		return;
	heap = (struct heap){ .flow = { .end = 200 } };
	tutti_event_clear(&gate);
	CHECK_EQ(tutti_map_stream(e, &first_waits_job, pull, push_around_the_first, &heap, &o), 0);
	CHECK_EQ(heap.flow.pushed, 200);
	CHECK(heap.out_of_order > 0);
}

/* Nor is its place in the array touched, whatever is there. */
static void failed_bytes(tutti_executor *e)
{
	enum { SOME = 40 };
	tutti_map_options options = { .chunk = 10 };
	int n[SOME];
	const tutti_bytes none = { n, SIZE_MAX, n }; /* what must not be freed */
	tutti_bytes out[SOME];

	for (int i = 0; i < SOME; i++) {
		n[i] = i;
		out[i] = none;
	}
	CHECK_EQ(tutti_map(e, &mark_even_job, n, out, SOME, &options), -EDOM);
	for (int i = 0; i < SOME; i++) {
		CHECK_EQ(out[i].owner == none.owner, i % 2);
		CHECK(i % 2 || out[i].size == (i < 10 ? 1 : 2));
		if (i % 2 == 0)
			tutti_bytes_free(&out[i]);
	}
}

static int push_failures(void *arg, size_t index, int error, const void *result)
{
	int n = (int)index;

	(void)arg;
	CHECK_EQ(error, n % 2 ? 0 : -(n + 1));
	CHECK(error < 0 ? !result : *(const int *)result == n);
	return 0;
}

static int pull_bytes(void *arg, void *item)
{
	int *left = arg;

	if (*left == 0)
		return 0;
	--*left;
	return tutti_bytes_printf(item, "%d", *left) < 0 ? -ENOMEM : 1;
}

static int push_bytes(void *arg, size_t index, int error, const void *result)
{
	char want[16];

	(void)arg;
	CHECK_EQ(error, 0);
	snprintf(want, sizeof(want), "<%d>", 99 - (int)index);
	CHECK_STR(((const tutti_bytes *)result)->data, want);
	return 0;
}

static void streams_of_others(tutti_executor *e)
{
	struct flow flow = { .end = 20 };
	int left = 100;

	CHECK_EQ(tutti_map_stream(e, &odd_only_job, pull, push_failures, &flow, NULL), 0);
	CHECK_EQ(tutti_map_stream(e, &mark_job, pull_bytes, push_bytes, &left, NULL), 0);
	CHECK_EQ(left, 0);
}

/* -- cancelling the caller --------------------------------------------------------------------- */

struct cancelled {
	tutti_executor *executor;
	bool unordered;
	int outcome;
};

static int push_nothing(void *arg, size_t index, int error, const void *result)
{
	(void)arg, (void)index, (void)error, (void)result;
	CHECK(!"pushed after all");
	return 0;
}

static void *map_until_cancelled(void *arg)
{
	struct cancelled *c = arg;
	int in[100] = { 0 }, out[100];

	if (c->unordered) {
		struct flow flow = { .end = 100 };
		tutti_map_options o = { .unordered = true };

		c->outcome = tutti_map_stream(
			c->executor, &wait_for_cancel_job, pull, push_nothing, &flow, &o);
	} else {
		c->outcome = wait_for_cancel_map(c->executor, in, out, 100);
	}
	return NULL;
}

/* Only where the caller is not the one that runs the jobs. */
static void cancelled_caller(tutti_executor *e, bool unordered)
{
	struct cancelled c = { .executor = e, .unordered = unordered };
	tutti_future *f;

	tu_store_rlx(&begun, 0u); /* nobody runs */
	tu_store_rlx(&stopped, 0u);
	f = tutti_thread_start(map_until_cancelled, &c, NULL);
	while (tu_load_rlx(&begun) == 0) /* a number to watch */
		tutti_sleep(TUTTI_MILLISECONDS(1));
	CHECK_EQ(tutti_future_cancel(f), 1);
	CHECK_EQ(tutti_future_result(f, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(f);
	CHECK_EQ(c.outcome, TUTTI_ECANCELED);
	CHECK(tu_load_rlx(&stopped) == tu_load_rlx(&begun)); /* those that began have ended */
	CHECK(tu_load_rlx(&begun) < 100);                    /* the others never did */
}

/* Threads that have been joined give the last of their memory back a moment later. */
static void settles(size_t before)
{
	while (test_alloc_live() >
		before) /* for ever, and so into the test's time limit, if it leaks */
		tutti_sleep(TUTTI_MILLISECONDS(1));
}

int main(void)
{
	suite_begin();
	for (int i = 0; i < ENGINES; i++) {
		tutti_executor *e;
		size_t before;

		suite_next(engines[i], -1);
		CHECK_EQ(tutti_executor_open(&e, engines[i], NULL), 0);
		arrays(e);
		before = test_alloc_live();
		failing_arrays(e);
		bytes_arrays(e);
		failed_bytes(e);
		streams(e);
		streams_of_others(e);
		unordered_streams(e, i < 3);
		for (int k = 0; k < 2 && strcmp(engines[i], "inline") != 0; k++)
			cancelled_caller(e, k == 1);
		settles(before);
		tutti_executor_free(e);
	}
	return suite_end();
}
