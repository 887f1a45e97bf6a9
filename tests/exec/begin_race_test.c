/* SPDX-License-Identifier: MIT */
/*
 * What only its own thread begins meets a cancel from another one: it never runs, or runs and hears
 * of it, or has ended. With the fence that the kernel helps with, and with the one for kernels that
 * do not.
 */
#include "exec/future.h"

#include "base/prng.h"
#include "os/os.h"
#include "support/suite.h"

#include <sched.h>
#include <tutti/tutti.h>

enum { BATCH = 16, BATCHES = 1000, SEED = 7001 };

enum kind {
	QUICK,     /* a task that ends at once */
	STAYING,   /* one that stays until the cancel has returned, and must have heard of it */
	UNTOUCHED, /* one that nobody cancels: it must not hear what was meant for others */
	TIMER,
	KINDS
};

static struct race {
	enum kind kind;
	bool sent;    /* begun by the canceller, on the loop of the other */
	bool by_both; /* cancelled by its own thread too */
	tutti_future *f;
	int ran;
	int heard;        /* what its yield said after decided */
	uint32_t decided; /* atomic: the canceller has done its part */
	int there, here;  /* what the cancels returned; here: by its own thread */
} races[BATCH];

static uint32_t ready;  /* atomic: how many the canceller may take up, of all */
static uint32_t in_all; /* atomic */

static struct tu_prng dice;
static tutti_loop *loop;
static long counts[3]; /* prevented, asked, too late */

/* false: there will be no such one. */
static bool wait_until_ready(uint32_t number)
{
	for (int i = 0; tu_load_acq(&ready) <= number; i++) {
		if (tu_load_acq(&in_all) <= number)
			return false;
		tu_os_pause();
		if (i % 1024 == 1023)
			sched_yield(); /* there may be one CPU */
	}
	return true;
}

static void dawdle(struct tu_prng *prng)
{
	for (uint64_t n = tu_prng_below(prng, 64); n > 0; n--)
		tu_os_pause();
}

/* -- what is raced for ------------------------------------------------------------------------ */

static void *run_task(void *arg)
{
	struct race *r = arg;

	r->ran++;
	if (r->kind == QUICK)
		return NULL;
	while (!tu_load_acq(&r->decided))
		tutti_yield();
	r->heard = tutti_yield();
	return NULL;
}

static void run_timer(void *arg)
{
	((struct race *)arg)->ran++;
}

static void begin(struct race *r)
{
	if (r->kind == TIMER)
		r->f = tutti_loop_call_at(loop, 0, run_timer, r);
	else
		r->f = tutti_task_start(run_task, r, &(tutti_task_options){ .loop = loop });
}

static int cancel(const struct race *r)
{
	return r->kind == UNTOUCHED ? TUTTI_EDONE : tutti_future_cancel(r->f);
}

/* -- who races -------------------------------------------------------------------------------- */

static void *cancel_all(void *arg)
{
	struct tu_prng prng;

	tu_prng_init(&prng, SEED + 1);
	for (uint32_t i = 0; wait_until_ready(i); i++) {
		struct race *r = &races[i % BATCH];

		if (r->sent)
			begin(r);
		dawdle(&prng);
		r->there = cancel(r);
		tu_store_rel(&r->decided, 1u);
	}
	return arg;
}

static void count(int rc)
{
	CHECK(rc == 0 || rc == 1 || rc == TUTTI_EDONE);
	counts[rc == 0 ? 0 : rc == 1 ? 1 : 2]++;
}

static void judge(const struct race *r)
{
	int prevented = (r->there == 0) + (r->by_both && r->here == 0);

	CHECK(tutti_future_done(r->f));
	CHECK(prevented <= 1);
	CHECK_EQ(r->ran, 1 - prevented);
	if (r->kind == STAYING && !prevented) {
		CHECK(r->there == 1);
		CHECK_EQ(r->heard, TUTTI_ECANCELED);
		CHECK_EQ(tutti_future_error(r->f), TUTTI_ECANCELED);
	} else {
		CHECK_EQ(r->heard, 0);
		CHECK_EQ(tutti_future_error(r->f), prevented ? TUTTI_ECANCELED : 0);
	}
	if (r->kind != UNTOUCHED)
		count(r->there);
}

static void roll(struct race *r)
{
	*r = (struct race){ .kind = (enum kind)tu_prng_below(&dice, KINDS),
		.sent = tu_prng_below(&dice, 4) == 0 };
	r->by_both =
		!r->sent && (r->kind == TIMER || r->kind == QUICK) && tu_prng_below(&dice, 2) == 0;
}

static void play_a_batch(void)
{
	for (int i = 0; i < BATCH; i++) {
		struct race *r = &races[i];

		roll(r);
		if (!r->sent)
			begin(r);
		tu_add_acqrel(&ready, 1u);
		if (tu_prng_below(&dice, 2) == 0)
			dawdle(&dice);
		if (r->by_both)
			r->here = cancel(r);
		if (tu_prng_below(&dice, 2) == 0)
			CHECK_EQ(tutti_yield(), 0);
	}
	for (int i = 0; i < BATCH; i++) {
		EVENTUALLY(tu_load_acq(&races[i].decided));
		EVENTUALLY(tutti_future_done(races[i].f));
	}
	settle(); /* what was cancelled comes out of the queue, unheard */
	for (int i = 0; i < BATCH; i++) {
		judge(&races[i]);
		tutti_future_unref(races[i].f);
	}
}

static void race(void)
{
	uint32_t batches = (uint32_t)suite_rounds(BATCHES), n = 0;
	tutti_future *f;

	memset(counts, 0, sizeof(counts));
	ready = 0;
	in_all = UINT32_MAX;
	loop = tutti_loop_current();
	tu_prng_init(&dice, SEED);
	f = tutti_thread_start(cancel_all, NULL, NULL);
	while (n < batches && suite_has_time()) {
		play_a_batch();
		n++;
	}
	tu_store_rel(&in_all, n * BATCH);
	finish(f);
	printf("%" PRIu32 " of %" PRIu32 " batches: ", n, batches);
	printf("prevented %ld, asked %ld, too late %ld\n", counts[0], counts[1], counts[2]);
}

static void with_the_fence_there_is(void)
{
	printf("split: %u\n", tu_fence_split);
	race();
}

/* Before and after there is one thread that uses it. */
static void with_full_fences(void)
{
	uint32_t split = tu_fence_split;

	tu_store_rlx(&tu_fence_split, 0u);
	race();
	tu_store_rlx(&tu_fence_split, split);
}

/* -- on one thread nothing is left to chance --------------------------------------------------- */

static tutti_future *own;
static int from_within;

static void cancel_own(void *arg)
{
	from_within = tutti_future_cancel(own);
	*(int *)arg += 1;
}

static void timers_of_ones_own(void)
{
	int ran = 0;

	own = tutti_loop_call_at(NULL, 0, cancel_own, &ran);
	CHECK_EQ(tutti_future_cancel(own), 0);
	CHECK_EQ(tutti_future_cancel(own), TUTTI_EDONE);
	CHECK_EQ(tutti_future_error(own), TUTTI_ECANCELED);
	settle();
	CHECK_EQ(ran, 0);
	tutti_future_unref(own);
	own = tutti_loop_call_at(NULL, tutti_after(TUTTI_SECONDS(3600)), cancel_own, &ran);
	settle();
	CHECK_EQ(tutti_future_cancel(own), 0);
	tutti_future_unref(own);
	own = tutti_loop_call_at(NULL, 0, cancel_own, &ran);
	EVENTUALLY(tutti_future_done(own));
	CHECK_EQ(from_within, 1);
	CHECK_EQ(tutti_future_cancel(own), TUTTI_EDONE);
	CHECK_EQ(tutti_future_error(own), 0); /* it had no point at which to hear of it */
	tutti_future_unref(own);
	settle();
	CHECK_EQ(ran, 1);
}

int main(void)
{
	suite_begin();
	RUN(timers_of_ones_own);
	RUN(with_the_fence_there_is);
	RUN(with_full_fences);
	return suite_end();
}
