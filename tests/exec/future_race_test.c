/* SPDX-License-Identifier: MIT */
/* ctest: VIRTUAL ON */
/* A future's memory: completion, waiting, callbacks, cancel and the last unref meet everywhere. */
#include <tutti/future.h>

#include "base/prng.h"
#include "support/leaks.h"
#include "support/memory.h"
#include "support/suite.h"

#include <errno.h>

enum { HANDS = 8, SEED = 20240611 };

static int completed, called, passed;
static int threads_at_rest;

static void count_call(tutti_future *f, void *arg)
{
	CHECK(tutti_future_done(f));
	(void)arg;
	tu_add_acqrel(&called, 1);
}

struct hand {
	tutti_future *f; /* a reference of its own */
	uint64_t random;
	int added;
};

static void do_something(struct hand *hand, int what)
{
	int value = 5, rc = 0;

	switch (what) {
	case 0:
		rc = tutti_future_set_result(hand->f, &value);
		break;
	case 1:
		rc = tutti_future_cancel(hand->f);
		break;
	case 2:
		rc = tutti_future_add_done_callback(hand->f, count_call, NULL);
		hand->added++;
		break;
	case 3:
		tutti_future_unref(tutti_future_ref(hand->f));
		break;
	case 4:
		rc = tutti_future_result_until(hand->f, &value, sizeof value, 0);
		CHECK(rc == 0 || rc == TUTTI_ETIMEDOUT || rc == TUTTI_EJOBCANCELED);
		return;
	default:
		tutti_yield();
	}
	CHECK(rc == 0 || rc == TUTTI_EDONE);
	if (what < 2 && rc == 0)
		tu_add_acqrel(&completed, 1);
}

static void *play_a_hand(void *arg)
{
	struct hand *hand = arg;
	struct tu_prng prng;

	tu_prng_init(&prng, hand->random);
	for (int i = 0; i < 6; i++)
		do_something(hand, (int)tu_prng_below(&prng, 6));
	tutti_future_unref(hand->f);
	return NULL;
}

/* One future for all, whoever lets it go last. */
static int play_a_round(enum mix mix, struct tu_prng *prng)
{
	struct hand hands[HANDS];
	tutti_future *f[HANDS], *promise = tutti_future_create(sizeof(int));
	int added = 0;

	completed = 0;
	for (int i = 0; i < HANDS; i++)
		hands[i] = (struct hand){ tutti_future_ref(promise), tu_prng_next(prng), 0 };
	tutti_future_unref(promise);
	for (int i = 0; i < HANDS; i++)
		f[i] = start_nth(mix, i, play_a_hand, &hands[i]);
	join_all(f, HANDS);
	for (int i = 0; i < HANDS; i++)
		added += hands[i].added;
	CHECK(completed <= 1);
	return added;
}

static void everybody_lets_go_at_random(enum mix mix)
{
	struct tu_prng prng;
	int added = 0;

	printf("seed %d\n", SEED);
	tu_prng_init(&prng, SEED);
	called = 0;
	for (int round = 0; round < suite_rounds(40); round++) {
		int more = play_a_round(mix, &prng);

		if (completed)
			added += more;
		/* A callback added by a task of a thread that has ended has no loop to run in. */
		if (mix != APART)
			EVENTUALLY(tu_load_acq(&called) == added);
	}
	while (leaks_threads() > threads_at_rest)
		CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(1)), 0);
	CHECK(called <= added);
}

/* The future of what runs: dropped before its start, while it runs and after its end. */
static tutti_semaphore gate;

static void *pass_the_gate(void *arg)
{
	CHECK_EQ(tutti_semaphore_acquire(&gate), 0);
	tu_add_acqrel(&passed, 1);
	return arg;
}

static void *drop(void *arg)
{
	tutti_future_unref(arg);
	return NULL;
}

static void work_goes_on_without_references(enum mix mix)
{
	int n = suite_rounds(40);

	CHECK_EQ(tutti_semaphore_init(&gate, 0, 0), 0);
	passed = 0;
	for (int i = 0; i < n; i++) {
		tutti_future *f = start_nth(mix, i, pass_the_gate, NULL);

		if (i % 4 == 0) {
			tutti_future_unref(f);
		} else if (i % 4 == 1) {
			finish(start_nth(mix, i / 4, drop, f));
		} else if (i % 4 == 2) {
			tutti_future *dropper = tutti_thread_start(drop, f, NULL);

			CHECK_EQ(tutti_semaphore_release(&gate, 1), 0);
			finish(dropper);
		} else {
			CHECK_EQ(tutti_semaphore_release(&gate, 3), 0);
			finish(f);
		}
	}
	CHECK_EQ(tutti_semaphore_release(&gate, (uint32_t)n), 0);
	EVENTUALLY(tu_load_acq(&passed) == n);
	EVENTUALLY(tutti_thread_active_count() == 1);
}

static void all_memory_is_back(void)
{
	/* What is cached stays within bounds: so many more rounds must not take more. */
	size_t before = test_alloc_live();

	for (int i = 0; i < 3; i++)
		work_goes_on_without_references(MIXED);
	everybody_lets_go_at_random(TASKS);
	printf("blocks %zu, then %zu\n", before, test_alloc_live());
	CHECK(test_alloc_live() <= before + 20);
}

int main(void)
{
	suite_begin();
	threads_at_rest = leaks_threads();
	CHECK_EQ(tutti_set_allocator(NULL), -EBUSY);
	RUN_MIXES(everybody_lets_go_at_random);
	RUN_MIXES(work_goes_on_without_references);
	RUN(all_memory_is_back);
	return suite_end();
}
