/* SPDX-License-Identifier: MIT */
/* rows: F83 F112 T14 */
/* ctest: VIRTUAL ON */
/* Waiting for many: how many are done, in which order, and what ends the wait. */
#include <tutti/wait.h>

#include "base/prng.h"
#include "support/memory.h"
#include "support/orders.h"
#include "support/suite.h"

#include <errno.h>

enum { MOST = 300, HANDS = 6 };

static tutti_future *them[MOST];
static size_t order[MOST];

static void make(size_t n)
{
	for (size_t i = 0; i < n; i++) {
		them[i] = tutti_future_create(0);
		CHECK(them[i]);
		order[i] = 77;
	}
}

static void drop(size_t n)
{
	for (size_t i = 0; i < n; i++)
		tutti_future_unref(them[i]);
}

static void keep(size_t i)
{
	CHECK_EQ(tutti_future_set_result(them[i], NULL), 0);
}

static void order_is(const char *expected)
{
	for (size_t i = 0; expected[i]; i++)
		CHECK_EQ(order[i], expected[i] - '0');
}

/* -- what happens while the caller waits: a task of its own, which runs only then -------------- */

static _Thread_local tutti_time played; /* when the script was through */

/* Of each promise: a digit keeps it, -d breaks it, xd cancels it. */
static void *play(void *script)
{
	for (const char *c = script; *c; c++) {
		if (*c == '-')
			CHECK_EQ(tutti_future_set_error(them[*++c - '0'], -EIO, NULL), 0);
		else if (*c == 'x')
			CHECK_EQ(tutti_future_cancel(them[*++c - '0']), 0);
		else
			keep((size_t)(*c - '0'));
	}
	played = tutti_now();
	return NULL;
}

struct scene {
	const char *before, *meanwhile;
	tutti_when when;
	const char *order; /* of ten */
	int done;
	bool late; /* nothing but the deadline ends it */
};

/* false: the machine was so slow that the deadline came before the task had played. */
static bool play_scene_within(const struct scene *s, bool with_order, tutti_time limit)
{
	tutti_time deadline = s->late ? tutti_after(limit) : TUTTI_FOREVER;
	tutti_task *task;
	bool in_time;
	int done;

	make(10);
	play((void *)s->before);
	task = tutti_task_start(play, (void *)s->meanwhile, NULL);
	done = tutti_wait(them, 10, s->when, with_order ? order : NULL, deadline);
	in_time = !s->late || (tutti_future_done(task) && played < deadline);
	if (in_time) {
		CHECK_EQ(done, s->done);
		if (with_order)
			order_is(s->order);
	}
	if (s->late)
		CHECK(tutti_now() >= deadline);
	CHECK_EQ(tutti_wait(&task, 1, TUTTI_ALL_COMPLETED, NULL, TUTTI_FOREVER), 1);
	tutti_future_unref(task);
	drop(10);
	return in_time;
}

static void play_scene(const struct scene *s, bool with_order)
{
	tutti_time limit = TUTTI_MILLISECONDS(3);

	while (!play_scene_within(s, with_order, limit))
		limit *= 2;
}

static void *play_all(void *arg)
{
	static const struct scene scenes[] = {
		{ "", "0123456789", TUTTI_ALL_COMPLETED, "0123456789", 10, false },
		{ "", "9876543210", TUTTI_ALL_COMPLETED, "9876543210", 10, false },
		{ "52", "60-9x8", TUTTI_ALL_COMPLETED, "2560981347", 6, true },
		{ "0123456789", "", TUTTI_ALL_COMPLETED, "0123456789", 10, false },
		{ "-0x123456789", "", TUTTI_ALL_COMPLETED, "0123456789", 10, false },
		{ "", "7", TUTTI_FIRST_COMPLETED, "7012345689", 1, false },
		{ "", "x7", TUTTI_FIRST_COMPLETED, "7012345689", 1, false },
		{ "83", "", TUTTI_FIRST_COMPLETED, "3801245679", 2, false },
		{ "", "", TUTTI_FIRST_COMPLETED, "0123456789", 0, true },
		{ "9", "41-6", TUTTI_FIRST_ERROR, "9416023578", 4, false },
		{ "9", "41x6", TUTTI_FIRST_ERROR, "9416023578", 4, false },
		{ "9-2", "41", TUTTI_FIRST_ERROR, "2901345678", 2, false },
		{ "9", "876543210", TUTTI_FIRST_ERROR, "9876543210", 10, false },
		{ "9", "87", TUTTI_FIRST_ERROR, "9870123456", 3, true },
	};

	for (size_t i = 0; i < sizeof scenes / sizeof scenes[0]; i++) {
		play_scene(&scenes[i], true);
		play_scene(&scenes[i], false);
	}
	return arg;
}

/* rows: F112 F115 T34 D1 D3 */
static void done_first_then_in_order_of_completion_then_pending(enum mix mix)
{
	if (mix == MIXED)
		play_all(NULL); /* main itself */
	else
		finish(start_as(mix, play_all, NULL));
}

/* rows: F112 D3 */
static void more_may_be_done_than_were_waited_for(void)
{
	make(10);
	tutti_task *task = tutti_task_start(play, "531", NULL);
	CHECK_EQ(tutti_wait(them, 10, TUTTI_FIRST_COMPLETED, order, TUTTI_FOREVER), 3);
	order_is("5310246789"); /* all of what was done at once, though the first would do */
	finish(task);
	drop(10);
}

/* -- slots ------------------------------------------------------------------------------------ */

/* rows: F112 */
static void nothing_to_wait_for(void)
{
	tutti_future *none[3] = { NULL, NULL, NULL };

	order[0] = 77;
	CHECK_EQ(tutti_wait(NULL, 0, TUTTI_ALL_COMPLETED, order, TUTTI_FOREVER), -EINVAL);
	CHECK_EQ(tutti_wait(NULL, 3, TUTTI_ALL_COMPLETED, order, TUTTI_FOREVER), -EINVAL);
	CHECK_EQ(tutti_wait(none, 0, TUTTI_ALL_COMPLETED, order, TUTTI_FOREVER), -EINVAL);
	CHECK_EQ(tutti_wait(none, 3, TUTTI_FIRST_COMPLETED, order, 0), -EINVAL);
	make(1);
	CHECK_EQ(tutti_wait(them, 1, (tutti_when)3, order, 0), -EINVAL);
	CHECK_EQ(tutti_wait(them, 1, (tutti_when)-1, order, 0), -EINVAL);
	CHECK_EQ(order[0], 77);
	drop(1);
}

static void twice_counts_twice_and_null_not_at_all(void)
{
	make(2);
	tutti_future *slots[6] = { them[0], NULL, them[1], them[0], NULL, them[1] };
	tutti_task *task = tutti_task_start(play, "1", NULL);

	CHECK_EQ(tutti_wait(slots, 6, TUTTI_FIRST_COMPLETED, order, TUTTI_FOREVER), 2);
	CHECK((order[0] == 2 && order[1] == 5) || (order[0] == 5 && order[1] == 2));
	CHECK(order[2] == 0 && order[3] == 3 && order[4] == 1 && order[5] == 4);
	finish(task);
	CHECK_EQ(tutti_wait(slots, 6, TUTTI_ALL_COMPLETED, order, 0), 2);
	order_is("250314");
	task = tutti_task_start(play, "0", NULL);
	CHECK_EQ(tutti_wait(slots, 6, TUTTI_ALL_COMPLETED, NULL, TUTTI_FOREVER), 4);
	finish(task);
	drop(2);
}

static void *wait_for_what_is_given(void *arg)
{
	tutti_future *both[2] = { them[0], *(tutti_future *volatile *)arg };
	tutti_future *shield = tutti_shield(both[1]);

	CHECK_EQ(tutti_wait(both, 2, TUTTI_FIRST_COMPLETED, order, TUTTI_FOREVER), -EDEADLK);
	CHECK_EQ(tutti_wait(&shield, 1, TUTTI_ALL_COMPLETED, NULL, 0), -EDEADLK);
	CHECK_EQ(tutti_future_result(shield, NULL, 0), -EDEADLK);
	tutti_future_unref(shield);
	return NULL;
}

static void *wait_for_oneself(void *arg)
{
	tutti_event *told = arg;

	CHECK_EQ(tutti_event_wait(told), 0);
	return wait_for_what_is_given(&them[1]);
}

static void for_oneself_is_a_deadlock(enum mix mix)
{
	tutti_event told = { 0 };

	if (mix == APART)
		return; /* what runs is within the future, not it */
	them[0] = tutti_future_create(0);
	them[1] = start_as(mix, wait_for_oneself, &told);
	tutti_event_set(&told);
	finish(them[1]);
	tutti_future_unref(them[0]);
}

/* -- every kind ------------------------------------------------------------------------------- */

static int doubled(int n)
{
	return 2 * n;
}
TUTTI_JOB(doubled, int, int);

static void *after_the_event(void *arg)
{
	CHECK_EQ(tutti_event_wait(arg), 0);
	return arg;
}

/* rows: F115 T14 */
static void all_kinds_in_one_array(void)
{
	tutti_event go = { 0 };
	tutti_executor *e;

	CHECK_EQ(tutti_executor_open(&e, "threads:2", NULL), 0);
	tutti_future *all[6] = { tutti_thread_start(after_the_event, &go, NULL),
		tutti_task_start(after_the_event, &go, NULL),
		tutti_timer_start(0, after_the_event, &go), doubled_submit(e, 21),
		tutti_future_create(0), NULL };

	all[5] = tutti_gather(all, 5, TUTTI_ALL_COMPLETED);
	CHECK_EQ(tutti_wait(all, 6, TUTTI_FIRST_COMPLETED, order, TUTTI_FOREVER), 1);
	CHECK_EQ(order[0], 3);
	CHECK_EQ(tutti_future_set_result(all[4], NULL), 0);
	tutti_event_set(&go);
	CHECK_EQ(tutti_wait(all, 6, TUTTI_FIRST_ERROR, order, TUTTI_FOREVER), 6);
	CHECK_EQ(order[5], 5);
	join_all(all, 6);
	tutti_executor_free(e);
}

/* -- the true order, across threads ----------------------------------------------------------- */

static bool begin;

/* Each keeps its promise as soon as it sees that the one before is kept. */
static void *keep_in_turn(void *arg)
{
	size_t i = (size_t)(intptr_t)arg;

	while (i > 0 ? !tutti_future_done(them[i - 1]) : !tu_load_acq(&begin))
		CHECK_EQ(tutti_yield(), 0);
	keep(i);
	return NULL;
}

static void *begin_now(void *arg)
{
	tu_store_rel(&begin, true);
	return arg;
}

static void who_saw_one_done_comes_after_it(enum mix mix)
{
	tutti_future *hands[HANDS], *shuffled[HANDS];

	for (int round = 0; round < suite_rounds(60); round++) {
		tu_store_rel(&begin, false);
		make(HANDS);
		for (int i = 0; i < HANDS; i++) {
			hands[i] = start_nth(mix, i, keep_in_turn, give(i));
			shuffled[(i * 5 + round) % HANDS] = them[i];
		}
		tutti_task *starter = tutti_task_start(begin_now, NULL, NULL);
		CHECK_EQ(tutti_wait(shuffled, HANDS, TUTTI_ALL_COMPLETED, order, TUTTI_FOREVER),
			HANDS);
		for (int i = 0; i < HANDS; i++)
			CHECK(shuffled[order[i]] == them[i]);
		finish(starter);
		join_all(hands, HANDS);
		drop(HANDS);
	}
}

/* -- many, and memory ------------------------------------------------------------------------- */

static void *keep_all(void *arg)
{
	for (size_t i = MOST; i-- > 0;)
		keep(i);
	return arg;
}

static void many_need_memory_only_for_their_order(void)
{
	tutti_task *task;

	make(MOST);
	test_alloc_fail_at(1);
	CHECK_EQ(tutti_wait(them, MOST, TUTTI_ALL_COMPLETED, order, TUTTI_FOREVER), -ENOMEM);
	CHECK_EQ(test_alloc_fail_at(0), 0);
	CHECK_EQ(order[0], 77);
	test_alloc_fail_at(1);
	CHECK_EQ(tutti_wait(them, MOST, TUTTI_FIRST_ERROR, NULL, TUTTI_FOREVER), -ENOMEM);
	CHECK_EQ(test_alloc_fail_at(0), 0);
	task = tutti_task_start(keep_all, NULL, NULL);
	test_alloc_fail_at(1);
	CHECK_EQ(tutti_wait(them, MOST, TUTTI_ALL_COMPLETED, NULL, TUTTI_FOREVER), MOST);
	CHECK_EQ(test_alloc_fail_at(0), 1); /* still to fail */
	finish(task);
	drop(MOST);
	make(MOST);
	task = tutti_task_start(keep_all, NULL, NULL);
	CHECK_EQ(tutti_wait(them, MOST, TUTTI_ALL_COMPLETED, order, TUTTI_FOREVER), MOST);
	for (size_t i = 0; i < MOST; i++)
		CHECK_EQ(order[i], MOST - 1 - i);
	finish(task);
	drop(MOST);
}

/* -- result, cancel, deadline ----------------------------------------------------------------- */

static struct {
	size_t n;
	tutti_when when;
	size_t *order;
} way;

static void begin_promises(void)
{
	drop(way.n);
	make(way.n);
}

static void keep_one_or_all(void)
{
	for (size_t i = 0; i < (way.when == TUTTI_ALL_COMPLETED ? way.n : 1); i++)
		if (way.when == TUTTI_FIRST_ERROR)
			CHECK_EQ(tutti_future_cancel(them[i]), 0);
		else
			keep(i);
}

static int wait_in_that_way(tutti_time deadline)
{
	int rc = tutti_wait(them, way.n, way.when, way.order, deadline);

	CHECK(rc < 0 || rc == 0 || (size_t)rc == (way.when == TUTTI_ALL_COMPLETED ? way.n : 1));
	return rc == 0 ? TUTTI_ETIMEDOUT : rc;
}

static void any_order_of_result_cancel_deadline(void)
{
	static const struct orders o = { .begin = begin_promises,
		.wait = wait_in_that_way,
		.grant = keep_one_or_all,
		.canceled = TUTTI_ECANCELED,
		.timed_out = TUTTI_ETIMEDOUT,
		.remembers = true };

	for (way.when = TUTTI_ALL_COMPLETED; way.when <= TUTTI_FIRST_ERROR; way.when++) {
		way.n = way.when == TUTTI_FIRST_ERROR ? 20 : 1;
		way.order = way.when == TUTTI_FIRST_COMPLETED ? order : NULL;
		make(way.n);
		orders_run(&o);
		drop(way.n);
	}
}

static void a_cancelled_wait_has_changed_nothing(void)
{
	tutti_scope scope;

	make(20);
	tutti_timeout_begin(&scope, tutti_after(TUTTI_MILLISECONDS(1)));
	CHECK_EQ(tutti_wait(them, 20, TUTTI_ALL_COMPLETED, order, TUTTI_FOREVER), TUTTI_ECANCELED);
	CHECK_EQ(tutti_wait(them, 20, TUTTI_FIRST_COMPLETED, NULL, 0), TUTTI_ECANCELED);
	CHECK_EQ(tutti_timeout_end(&scope, TUTTI_ECANCELED), TUTTI_ETIMEDOUT);
	for (size_t i = 0; i < 20; i++) {
		CHECK_EQ(order[i], 77);
		CHECK(!tutti_future_done(them[i]));
		keep(i); /* nobody is told any more */
	}
	drop(20);
}

/* -- at random -------------------------------------------------------------------------------- */

static void check_order(int done, size_t n)
{
	bool seen[MOST] = { false };

	(void)n;
	CHECK(done >= 0);
	for (size_t i = 0; i < n; i++) {
		CHECK(order[i] < n && !seen[order[i]]);
		seen[order[i]] = true;
	}
}

struct waiter {
	uint64_t random;
	size_t n;
};

static void *wait_at_random(void *arg)
{
	const struct waiter *w = arg;
	size_t *mine = malloc(w->n * sizeof(*mine));
	struct tu_prng prng;
	int done = 0;

	CHECK(mine);
	tu_prng_init(&prng, w->random);
	while (done < (int)w->n) {
		tutti_when when = (tutti_when)tu_prng_below(&prng, 3);
		tutti_time soon = tutti_after((tutti_time)tu_prng_below(&prng, 200000));

		done = tutti_wait(them, w->n, when, mine, soon);
		CHECK(done >= 0 && done <= (int)w->n);
		for (int i = 0; i < done; i++)
			CHECK(tutti_future_done(them[mine[i]]));
	}
	free(mine);
	return NULL;
}

static void *end_at_random(void *arg)
{
	struct tu_prng prng;

	tu_prng_init(&prng, (uint64_t)(intptr_t)arg);
	for (int i = 0; i < 200; i++) {
		tutti_future *one = them[tu_prng_below(&prng, 40)];

		if (tu_prng_below(&prng, 2))
			tutti_future_set_result(one, NULL);
		else
			tutti_future_cancel(one);
		if (tu_prng_below(&prng, 4) == 0)
			CHECK_EQ(tutti_yield(), 0);
	}
	return NULL;
}

static void everybody_at_random(enum mix mix)
{
	for (int round = 0; round < suite_rounds(20); round++) {
		tutti_future *hands[HANDS];
		struct waiter w[HANDS];

		make(40);
		for (int i = 0; i < HANDS; i++) {
			w[i] = (struct waiter){ (uint64_t)round * HANDS + (uint64_t)i,
				i % 2 ? 10 : 40 };
			hands[i] = i < 4 ? start_nth(mix, i, wait_at_random, &w[i])
					 : start_nth(mix, i, end_at_random, give(round + i));
		}
		CHECK_EQ(tutti_wait(hands + 4, 2, TUTTI_ALL_COMPLETED, NULL, TUTTI_FOREVER), 2);
		for (size_t i = 0; i < 40; i++)
			tutti_future_set_result(them[i], NULL);
		check_order(tutti_wait(them, 40, TUTTI_ALL_COMPLETED, order, 0), 40);
		join_all(hands, HANDS);
		drop(40);
	}
}

int main(void)
{
	suite_begin();
	RUN_MIXES(done_first_then_in_order_of_completion_then_pending);
	RUN(more_may_be_done_than_were_waited_for);
	RUN(nothing_to_wait_for);
	RUN(twice_counts_twice_and_null_not_at_all);
	RUN_MIXES(for_oneself_is_a_deadlock);
	RUN(all_kinds_in_one_array);
	RUN_MIXES(who_saw_one_done_comes_after_it);
	RUN(many_need_memory_only_for_their_order);
	RUN(any_order_of_result_cancel_deadline);
	RUN(a_cancelled_wait_has_changed_nothing);
	RUN_MIXES(everybody_at_random);
	return suite_end();
}
