/* SPDX-License-Identifier: MIT */
/* rows: F111 T35 */
/* ctest: VIRTUAL ON */
/* Callbacks of a future taken back: each was called or never will be, and is told which. */
#include <tutti/future.h>

#include "support/memory.h"
#include "support/suite.h"

#include <errno.h>

static tutti_future *promise;
static char calls[16];
static int n_calls;

static void note(tutti_future *f, void *arg)
{
	int n = tu_load_acq(&n_calls);

	CHECK(f == promise);
	calls[n] = *(const char *)arg;
	calls[n + 1] = '\0';
	tu_store_rel(&n_calls, n + 1); /* perhaps to main, from a thread that ends */
}

static void other(tutti_future *f, void *arg)
{
	note(f, arg);
}

static void add(void (*fn)(tutti_future *f, void *arg), const char *letter)
{
	CHECK_EQ(tutti_future_add_done_callback(promise, fn, (void *)letter), 0);
}

static int take_back(void (*fn)(tutti_future *f, void *arg), const char *letter)
{
	return tutti_future_remove_done_callback(promise, fn, (void *)letter);
}

static void begin(void)
{
	promise = tutti_future_create(0);
	n_calls = 0;
	calls[0] = '\0';
}

static void keep(void)
{
	CHECK_EQ(tutti_future_set_result(promise, NULL), 0);
}

static const char a[] = "a", b[] = "b", c[] = "c";

/* rows: F111 */
static void one_that_is_taken_back_is_not_called(void)
{
	begin();
	CHECK_EQ(take_back(note, a), 0);
	add(note, a);
	add(note, b);
	add(note, a);
	add(other, a);
	add(note, c);
	CHECK_EQ(take_back(note, a), 2);
	CHECK_EQ(take_back(note, a), 0);
	CHECK_EQ(take_back(other, b), 0);
	keep();
	CHECK_STR(calls, "bac");
	tutti_future_unref(promise);
}

static void it_may_be_added_again(void)
{
	begin();
	add(note, a);
	add(note, b);
	CHECK_EQ(take_back(note, a), 1);
	add(note, a);
	keep();
	CHECK_STR(calls, "ba");
	tutti_future_unref(promise);
}

static void once_called_it_cannot_be_taken_back(void)
{
	begin();
	add(note, a);
	keep();
	CHECK_EQ(take_back(note, a), 0);
	add(note, a); /* called at once */
	CHECK_EQ(take_back(note, a), 0);
	CHECK_STR(calls, "aa");
	tutti_future_unref(promise);
}

static void take_back_others(tutti_future *f, void *arg)
{
	note(f, arg);
	CHECK_EQ(take_back(take_back_others, arg), 0); /* it is this one */
	CHECK_EQ(take_back(note, a), 0);               /* called before */
	CHECK_EQ(take_back(note, b), 2);
	CHECK_EQ(take_back(note, b), 0);
}

static void within_a_callback_of_the_same_future(void)
{
	begin();
	add(note, a);
	add(take_back_others, c);
	add(note, b);
	add(other, a);
	add(note, b);
	keep();
	CHECK_STR(calls, "aca");
	tutti_future_unref(promise);
}

static void those_of_a_future_that_never_ends_are_freed(void)
{
	begin();
	add(note, a);
	add(note, b);
	CHECK_EQ(take_back(note, a), 1);
	tutti_future_unref(promise);
	CHECK_STR(calls, "");
}

static void needs_no_memory(void)
{
	begin();
	add(note, a);
	test_alloc_fail_at(1);
	CHECK_EQ(take_back(note, b), 0);
	CHECK_EQ(take_back(note, a), 1);
	CHECK_EQ(test_alloc_fail_at(0), 1); /* nobody has asked */
	keep();
	CHECK_STR(calls, "");
	tutti_future_unref(promise);
}

/* -- sent to the loop of the task that added it ------------------------------------------------ */

static bool kept;

static void *keep_elsewhere(void *arg)
{
	keep();
	tu_store_rel(&kept, true);
	return arg;
}

/* The promise is kept, and what is to be called has not come to our loop yet. */
static tutti_future *keep_meanwhile(void)
{
	tutti_future *f;

	kept = false;
	f = tutti_thread_start(keep_elsewhere, NULL, NULL);
	while (!tu_load_acq(&kept))
		let_others_run(); /* no wait of tutti's, so the loop stands still */
	return f;
}

static void *take_back_what_is_on_its_way(void *arg)
{
	tutti_future *f;

	begin();
	add(note, a);
	add(note, b);
	add(note, a);
	f = keep_meanwhile();
	CHECK_STR(calls, "");
	CHECK_EQ(take_back(note, a), 2);
	CHECK_EQ(take_back(note, a), 0);
	finish(f);
	EVENTUALLY(tu_load_acq(&n_calls) > 0);
	settle();
	CHECK_STR(calls, "b");
	CHECK_EQ(take_back(note, b), 0);
	tutti_future_unref(promise);
	return arg;
}

static void on_its_way_to_a_loop(void)
{
	finish(tutti_task_start(take_back_what_is_on_its_way, NULL, NULL));
	finish(start_apart(take_back_what_is_on_its_way, NULL));
}

static void *add_and_end(void *arg)
{
	add(note, a);
	return arg;
}

static void whose_loop_has_ended(void)
{
	begin();
	finish(start_apart(add_and_end, NULL));
	CHECK_EQ(take_back(note, a), 1);
	finish(start_apart(add_and_end, NULL));
	keep();
	EVENTUALLY(tu_load_acq(&n_calls) == 1);
	CHECK_EQ(take_back(note, a), 0);
	tutti_future_unref(promise);
}

/* -- racing with the end ----------------------------------------------------------------------- */

enum { TAKERS = 3, ADDED = 5 };

static int called, taken; /* atomic */

static void count(tutti_future *f, void *arg)
{
	CHECK(tutti_future_done(f));
	tu_add_acqrel((int *)arg, 1);
}

static void *race_to_keep(void *arg)
{
	CHECK_EQ(tutti_future_set_result(arg, NULL), 0);
	return NULL;
}

static void *race_to_take(void *arg)
{
	tu_add_acqrel(&taken, tutti_future_remove_done_callback(arg, count, &called));
	return NULL;
}

static void *add_all(void *arg)
{
	for (int i = 0; i < ADDED; i++)
		CHECK_EQ(tutti_future_add_done_callback(arg, count, &called), 0);
	return NULL;
}

static void either_called_or_counted(enum mix mix)
{
	tutti_future *f[TAKERS + 1];

	for (int round = 0; round < suite_rounds(300); round++) {
		tutti_future *p = tutti_future_create(0);

		called = taken = 0;
		if (round % 2 == 0)
			add_all(p); /* called by who keeps it */
		else
			finish(tutti_task_start(add_all, p, NULL)); /* here */
		for (int i = 0; i <= TAKERS; i++)
			f[i] = start_nth(mix, i, i == round % 3 ? race_to_keep : race_to_take, p);
		join_all(f, TAKERS + 1);
		EVENTUALLY(tu_load_acq(&called) + tu_load_acq(&taken) == ADDED);
		settle();
		CHECK_EQ(called + taken, ADDED);
		CHECK_EQ(tutti_future_remove_done_callback(p, count, &called), 0);
		tutti_future_unref(p);
	}
}

int main(void)
{
	suite_begin();
	CHECK_EQ(tutti_set_allocator(NULL), -EBUSY);
	RUN(one_that_is_taken_back_is_not_called);
	RUN(it_may_be_added_again);
	RUN(once_called_it_cannot_be_taken_back);
	RUN(within_a_callback_of_the_same_future);
	RUN(those_of_a_future_that_never_ends_are_freed);
	RUN(needs_no_memory);
	RUN(on_its_way_to_a_loop);
	RUN(whose_loop_has_ended);
	RUN_MIXES(either_called_or_counted);
	return suite_end();
}
