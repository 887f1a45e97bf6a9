/* SPDX-License-Identifier: MIT */
/* rows: +select */
/* ctest: VIRTUAL ON */
/* Select: what makes a case ready, that one takes effect and no other, and who is woken instead. */
#include <tutti/select.h>

#include "support/memory.h"
#include "support/suite.h"

#include <errno.h>
#include <limits.h>

enum { MANY = 100, KINDS = 6, DRAWS = 1000 };

static const tutti_time past = 0;

/* One object of each kind, ready or not, and a case for each of them. */
static tutti_queue *ring, *store, *full;
static tutti_semaphore permits;
static tutti_event event;
static tutti_future *promise;
static int from_ring, from_store, item = 7;
static tutti_case cases[KINDS];

enum { RING, STORE, FULL, PERMITS, EVENT, PROMISE };

static tutti_queue *make_queue(size_t maxsize, unsigned flags)
{
	tutti_queue_options options = { .maxsize = maxsize, .flags = flags };
	tutti_queue *q = NULL;

	CHECK_EQ(tutti_queue_create(&q, sizeof(int), &options), 0);
	return q;
}

static void begin(void)
{
	ring = make_queue(2, 0);
	store = make_queue(0, 0);
	full = make_queue(1, TUTTI_LIFO);
	CHECK_EQ(tutti_queue_put(full, &item), 0);
	permits = (tutti_semaphore){ { 0 } };
	event = (tutti_event){ { 0 } };
	promise = tutti_future_create(0);
	from_ring = from_store = 0;
	cases[RING] = tutti_case_get(ring, &from_ring);
	cases[STORE] = tutti_case_get(store, &from_store);
	cases[FULL] = tutti_case_put(full, &item);
	cases[PERMITS] = tutti_case_acquire(&permits);
	cases[EVENT] = tutti_case_event(&event);
	cases[PROMISE] = tutti_case_future(promise);
	for (int i = 0; i < KINDS; i++)
		cases[i].code = 77;
}

static void end(void)
{
	tutti_queue_free(ring);
	tutti_queue_free(store);
	tutti_queue_free(full);
	tutti_future_unref(promise);
}

static void put(tutti_queue *q, int number)
{
	CHECK_EQ(tutti_queue_put_until(q, &number, past), 0);
}

static void make_ready(int i)
{
	int out;

	switch (i) {
	case RING:
		put(ring, 8);
		break;
	case STORE:
		put(store, 9);
		break;
	case FULL:
		CHECK_EQ(tutti_queue_get_until(full, &out, past), 0);
		break;
	case PERMITS:
		CHECK_EQ(tutti_semaphore_release(&permits, 1), 0);
		break;
	case EVENT:
		tutti_event_set(&event);
		break;
	default:
		CHECK_EQ(tutti_future_set_result(promise, NULL), 0);
	}
}

/* Only the i-th took effect, if all those before count were ready. */
static void check_effects(int chosen, int count)
{
	for (int i = 0; i < KINDS; i++)
		CHECK_EQ(cases[i].code, i == chosen ? 0 : 77);
	CHECK_EQ(from_ring, chosen == RING ? 8 : 0);
	CHECK_EQ(from_store, chosen == STORE ? 9 : 0);
	CHECK_EQ(tutti_queue_size(ring), RING < count && chosen != RING);
	CHECK_EQ(tutti_queue_size(store), STORE < count && chosen != STORE);
	CHECK_EQ(tutti_queue_size(full), FULL >= count || chosen == FULL);
	CHECK_EQ(tutti_semaphore_value(&permits), PERMITS < count && chosen != PERMITS);
	CHECK_EQ(tutti_event_is_set(&event), EVENT < count);
	CHECK_EQ(tutti_future_done(promise), PROMISE < count);
}

static void nothing_is_ready(void)
{
	begin();
	CHECK_EQ(tutti_select(cases, KINDS, past), TUTTI_ETIMEDOUT);
	check_effects(-1, 0);
	CHECK_EQ(tutti_select(cases, KINDS, tutti_after(TUTTI_MILLISECONDS(2))), TUTTI_ETIMEDOUT);
	check_effects(-1, 0);
	end();
}

static void what_is_ready_is_done_at_once(void)
{
	for (int i = 0; i < KINDS; i++) {
		begin();
		make_ready(i);
		CHECK_EQ(tutti_select(cases, KINDS, i % 2 ? past : TUTTI_FOREVER), i);
		CHECK_EQ(cases[i].code, 0);
		CHECK_EQ(tutti_select(cases, KINDS, past), i >= EVENT ? i : TUTTI_ETIMEDOUT);
		end();
	}
}

static void *select_all(void *arg)
{
	tu_store_rel((bool *)arg, true);
	return give(tutti_select(cases, KINDS, TUTTI_FOREVER));
}

static void what_becomes_ready_ends_the_wait(enum mix mix)
{
	for (int i = 0; i < KINDS; i++) {
		bool begun = false;

		begin();
		tutti_future *waiter = start_as(mix, select_all, &begun);
		EVENTUALLY(tu_load_acq(&begun));
		settle();
		make_ready(i);
		CHECK_EQ(finish(waiter), i);
		CHECK_EQ(cases[i].code, 0);
		CHECK_EQ(tutti_select(cases, KINDS, past), i >= EVENT ? i : TUTTI_ETIMEDOUT);
		end();
	}
}

/* All that becomes ready before the waiter has run: the first was for it, the rest stays. */
static void the_first_that_becomes_ready_is_chosen(void)
{
	for (int first = 0; first < KINDS; first++) {
		bool begun = false;

		begin();
		tutti_task *waiter = tutti_task_start(select_all, &begun, NULL);
		settle();
		CHECK(begun);
		make_ready(first);
		for (int i = 0; i < KINDS; i++)
			if (i != first)
				make_ready(i);
		CHECK_EQ(finish(waiter), first);
		check_effects(first, KINDS);
		end();
	}
}

static void of_several_each_has_its_turn_and_no_other_changes(void)
{
	int chosen[KINDS] = { 0 };

	for (int i = 0; i < DRAWS; i++) {
		begin();
		for (int k = 0; k < KINDS; k++)
			make_ready(k);
		int c = tutti_select(cases, KINDS, TUTTI_FOREVER);
		CHECK(c >= 0 && c < KINDS);
		check_effects(c, KINDS);
		chosen[c]++;
		end();
	}
	for (int k = 0; k < KINDS; k++)
		CHECK(chosen[k] > DRAWS / KINDS / 2);
}

/* -- slots ------------------------------------------------------------------------------------ */

static void misuse_and_nothing_to_select_from(void)
{
	tutti_case none[3] = { { 0 } };

	begin();
	CHECK_EQ(tutti_select(NULL, 1, past), -EINVAL);
	CHECK_EQ(tutti_select(cases, (size_t)INT_MAX + 1, past), -EINVAL);
	none[1].priv.object = ring;
	CHECK_EQ(tutti_select(none, 3, past), -EINVAL);
	none[1].priv.kind = 99;
	CHECK_EQ(tutti_select(none, 3, past), -EINVAL);
	none[1] = (tutti_case){ 0 };
	CHECK_EQ(tutti_select(NULL, 0, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_select(none, 3, past), TUTTI_ETIMEDOUT);

	tutti_time soon = tutti_after(TUTTI_MILLISECONDS(2));
	CHECK_EQ(tutti_select(NULL, 0, soon), TUTTI_ETIMEDOUT);
	CHECK(tutti_now() >= soon);
	CHECK_EQ(tutti_select(none, 3, soon), TUTTI_ETIMEDOUT);
	end();
}

static void what_has_no_object_is_left_out(void)
{
	begin();
	tutti_case some[] = { tutti_case_get(NULL, &item), tutti_case_put(NULL, &item),
		tutti_case_acquire(NULL), tutti_case_event(NULL), tutti_case_future(NULL),
		cases[EVENT], { 0 } };
	tutti_task *sets = tutti_task_start(select_all, &(bool){ false }, NULL);

	CHECK_EQ(tutti_select(some, 7, past), TUTTI_ETIMEDOUT);
	settle();
	tutti_event_set(&event);
	CHECK_EQ(finish(sets), EVENT);
	CHECK_EQ(tutti_select(some, 7, TUTTI_FOREVER), 5);
	end();
}

static void *put_both(void *arg)
{
	put(ring, 1);
	put(ring, 2);
	return arg;
}

/* The same queue in every case, and both ways: never more than one item moves. */
static void one_object_in_several_cases(void)
{
	int number = 3, a = 0, b = 0;

	begin();
	tutti_case same[] = { tutti_case_get(ring, &a), tutti_case_get(ring, &b) };
	tutti_task *puts = tutti_task_start(put_both, NULL, NULL);
	CHECK(tutti_select(same, 2, TUTTI_FOREVER) >= 0);
	CHECK_EQ(a + b, 1);
	finish(puts);
	CHECK_EQ(tutti_queue_size(ring), 1);
	for (int i = 0; i < 20; i++) {
		tutti_case both[] = { tutti_case_put(ring, &number), tutti_case_get(ring, &a) };
		size_t before = tutti_queue_size(ring);
		int c = tutti_select(both, 2, TUTTI_FOREVER);

		CHECK_EQ(tutti_queue_size(ring), c == 0 ? before + 1 : before - 1);
	}
	end();
}

static void *put_one(void *arg)
{
	put(arg, 5);
	return NULL;
}

static void many_cases_need_memory_to_wait(void)
{
	tutti_case many[MANY] = { { 0 } };
	tutti_task *puts;

	begin();
	for (int i = 0; i < MANY; i++)
		many[i] = i == MANY / 2 ? tutti_case_get(store, &item) : tutti_case_event(&event);
	test_alloc_fail_at(1);
	CHECK_EQ(tutti_select(many, MANY, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_select(many, MANY, TUTTI_FOREVER), -ENOMEM);
	CHECK_EQ(test_alloc_fail_at(0), 0);
	puts = tutti_task_start(put_one, store, NULL);
	CHECK_EQ(tutti_select(many, MANY, TUTTI_FOREVER), MANY / 2);
	CHECK_EQ(item, 5);
	finish(puts);
	item = 7;
	puts = tutti_task_start(put_one, store, NULL);
	test_alloc_fail_at(1);
	CHECK_EQ(tutti_select(many + MANY / 2, 16, TUTTI_FOREVER), 0);
	CHECK_EQ(test_alloc_fail_at(0), 1); /* still to fail */
	finish(puts);
	item = 7;
	end();
}

/* A put that needs memory and gets none is ready, and says so. */
static void a_put_without_memory_says_so(void)
{
	begin();
	tutti_case c = tutti_case_put(store, &item);
	test_alloc_fail_at(1);
	CHECK_EQ(tutti_select(&c, 1, TUTTI_FOREVER), 0);
	CHECK_EQ(c.code, -ENOMEM);
	CHECK_EQ(test_alloc_fail_at(0), 0);
	CHECK_EQ(tutti_queue_size(store), 0);
	CHECK_EQ(tutti_select(&c, 1, TUTTI_FOREVER), 0);
	CHECK_EQ(c.code, 0);
	end();
}

/* -- shut down -------------------------------------------------------------------------------- */

static void what_is_shut_down_is_ready_with_its_error(void)
{
	begin();
	tutti_queue *queues[] = { ring, store };
	for (int i = 0; i < 2; i++) {
		tutti_case c[] = { tutti_case_put(queues[i], &item), tutti_case_event(&event) };

		put(queues[i], 8 + i);
		CHECK_EQ(tutti_queue_shutdown(queues[i], false), 0);
		CHECK_EQ(tutti_select(c, 2, TUTTI_FOREVER), 0);
		CHECK_EQ(c[0].code, TUTTI_ESHUTDOWN);
		CHECK_EQ(tutti_select(&cases[i], 1, TUTTI_FOREVER), 0);
		CHECK_EQ(cases[i].code, 0);
		CHECK_EQ(tutti_select(&cases[i], 1, past), 0);
		CHECK_EQ(cases[i].code, TUTTI_ESHUTDOWN);
	}
	CHECK(from_ring == 8 && from_store == 9); /* as the items were */
	end();
}

static void a_shutdown_ends_the_wait(enum mix mix)
{
	for (int i = RING; i <= FULL; i++) {
		bool begun = false;

		begin();
		tutti_future *waiter = start_as(mix, select_all, &begun);
		EVENTUALLY(tu_load_acq(&begun));
		settle();
		CHECK_EQ(tutti_queue_shutdown(i == RING    ? ring
					      : i == STORE ? store
							   : full,
				 false),
			0);
		CHECK_EQ(finish(waiter), i);
		CHECK_EQ(cases[i].code, TUTTI_ESHUTDOWN);
		end();
	}
}

/* -- futures ---------------------------------------------------------------------------------- */

static void *fail(void *arg)
{
	tutti_fail(-EIO, "as asked");
	return arg;
}

static int doubled(int n)
{
	return 2 * n;
}
TUTTI_JOB(doubled, int, int);

static void futures_of_all_kinds_however_they_end(void)
{
	tutti_event never = { 0 };
	tutti_executor *e;

	CHECK_EQ(tutti_executor_open(&e, "threads:1", NULL), 0);
	tutti_future *all[] = { tutti_thread_start(fail, NULL, NULL),
		tutti_task_start(put_one, NULL, NULL), tutti_timer_start(0, fail, NULL),
		doubled_submit(e, 21), tutti_future_create(0) };

	CHECK_EQ(tutti_future_cancel(all[1]), 0);
	CHECK_EQ(tutti_future_cancel(all[4]), 0);
	for (int i = 0; i < 5; i++) {
		tutti_case c[] = { tutti_case_event(&never), tutti_case_future(all[i]) };

		CHECK_EQ(tutti_select(c, 2, TUTTI_FOREVER), 1);
		CHECK_EQ(c[1].code, 0);
		CHECK(tutti_future_done(all[i]));
	}
	CHECK_EQ(tutti_join_all(all, 5), -EIO);
	tutti_executor_free(e);
}

static void *select_oneself(void *arg)
{
	tutti_case c[] = { tutti_case_event(&event),
		tutti_case_future(*(tutti_future *volatile *)arg) };

	return give(tutti_select(c, 2, TUTTI_FOREVER));
}

static void for_oneself_is_a_deadlock(void)
{
	tutti_task *me;

	event = (tutti_event){ { 0 } };
	me = tutti_task_start(select_oneself, &me, NULL);
	CHECK_EQ(finish(me), -EDEADLK);
}

static tutti_executor *pool;

/* The pool has one worker, which this job runs on: it lends its place to the inner job. */
static int select_inner(int n)
{
	tutti_event never = { 0 };
	tutti_future *inner = doubled_submit(pool, n);
	tutti_case c[] = { tutti_case_event(&never), tutti_case_future(inner) };
	int rc = tutti_select(c, 2, TUTTI_FOREVER), out = 0;

	if (rc == 1)
		rc = doubled_result(inner, &out);
	tutti_future_unref(inner);
	return rc == 0 ? out : rc;
}
TUTTI_JOB(select_inner, int, int);

static void a_job_that_selects_lends_its_place(void)
{
	int out = 0;

	CHECK_EQ(tutti_executor_open(&pool, "threads:1", NULL), 0);
	tutti_future *outer = select_inner_submit(pool, 21);
	CHECK_EQ(select_inner_result(outer, &out), 0);
	CHECK_EQ(out, 42);
	tutti_future_unref(outer);
	tutti_executor_free(pool);
}

/* -- who else waits there --------------------------------------------------------------------- */

static void *get_plainly(void *q)
{
	int number = 0;

	CHECK_EQ(tutti_queue_get(q, &number), 0);
	return give(number);
}

static void *put_plainly(void *q)
{
	int number = 6;

	return give(tutti_queue_put(q, &number));
}

static void *acquire_plainly(void *s)
{
	return give(tutti_semaphore_acquire(s));
}

/*
 * A select is served by one object and has not run yet; then another that it waited for, at the
 * head of the line, has something: that goes to the next in line at once.
 */
static void who_is_served_is_passed_over(void)
{
	const struct {
		int index;
		tutti_fn plain;
		int gives;
	} others[] = { { RING, get_plainly, 8 }, { STORE, get_plainly, 9 },
		{ FULL, put_plainly, 0 }, { PERMITS, acquire_plainly, 0 } };

	for (int i = 0; i < 4; i++) {
		bool begun = false;

		begin();
		void *objects[] = { ring, store, full, &permits };
		tutti_task *waiter = tutti_task_start(select_all, &begun, NULL);
		settle();
		tutti_task *next = tutti_task_start(others[i].plain, objects[i], NULL);
		settle();
		make_ready(EVENT);
		make_ready(others[i].index);
		CHECK_EQ(finish(next), others[i].gives);
		CHECK_EQ(finish(waiter), EVENT);
		CHECK_EQ(tutti_select(cases, EVENT, past), TUTTI_ETIMEDOUT);
		end();
	}
}

/* Who is cancelled leaves all lines: the next item goes to the next who waits. */
static void who_gives_up_leaves_every_line(void)
{
	bool begun = false;

	begin();
	tutti_task *waiter = tutti_task_start(select_all, &begun, NULL);
	settle();
	tutti_task *next = tutti_task_start(get_plainly, ring, NULL);
	settle();
	CHECK_EQ(tutti_future_cancel(waiter), 1);
	CHECK_EQ(tutti_future_result(waiter, NULL, 0), TUTTI_EJOBCANCELED);
	make_ready(RING);
	CHECK_EQ(finish(next), 8);
	tutti_future_unref(waiter);
	make_ready(PERMITS);
	CHECK_EQ(tutti_semaphore_value(&permits), 1);
	end();
}

static void a_set_that_is_cleared_at_once_counts(void)
{
	bool begun = false;

	begin();
	tutti_task *waiter = tutti_task_start(select_all, &begun, NULL);
	settle();
	tutti_event_set(&event);
	tutti_event_clear(&event);
	CHECK_EQ(finish(waiter), EVENT);
	end();
}

/* Somebody quicker takes the item that woke it: it goes on waiting, for everything. */
static void woken_for_nothing_it_waits_on(void)
{
	bool begun = false;
	int number;

	begin();
	tutti_task *waiter = tutti_task_start(select_all, &begun, NULL);
	settle();
	put(ring, 1);
	CHECK_EQ(tutti_queue_get_until(ring, &number, past), 0);
	settle();
	CHECK(!tutti_future_done(waiter));
	put(ring, 1);
	CHECK_EQ(tutti_queue_get_until(ring, &number, past), 0);
	make_ready(STORE); /* nobody wakes it for this: it looks by itself */
	CHECK_EQ(finish(waiter), STORE);
	CHECK_EQ(from_store, 9);
	end();
}

/* -- cancelling ------------------------------------------------------------------------------- */

static void a_cancel_comes_before_what_is_ready(void)
{
	tutti_scope scope;

	begin();
	make_ready(RING);
	tutti_timeout_begin(&scope, past);
	CHECK_EQ(tutti_select(cases, KINDS, TUTTI_FOREVER), TUTTI_ECANCELED);
	CHECK_EQ(tutti_timeout_end(&scope, TUTTI_ECANCELED), TUTTI_ETIMEDOUT);
	check_effects(-1, 1);
	tutti_timeout_begin(&scope, tutti_after(TUTTI_MILLISECONDS(2)));
	CHECK_EQ(tutti_select(cases + 1, KINDS - 1, TUTTI_FOREVER), TUTTI_ECANCELED);
	CHECK_EQ(tutti_timeout_end(&scope, TUTTI_ECANCELED), TUTTI_ETIMEDOUT);
	check_effects(-1, 1);
	end();
}

int main(void)
{
	suite_begin();
	RUN(nothing_is_ready);
	RUN(what_is_ready_is_done_at_once);
	RUN_MIXES(what_becomes_ready_ends_the_wait);
	RUN(the_first_that_becomes_ready_is_chosen);
	RUN(of_several_each_has_its_turn_and_no_other_changes);
	RUN(misuse_and_nothing_to_select_from);
	RUN(what_has_no_object_is_left_out);
	RUN(one_object_in_several_cases);
	RUN(many_cases_need_memory_to_wait);
	RUN(a_put_without_memory_says_so);
	RUN(what_is_shut_down_is_ready_with_its_error);
	RUN_MIXES(a_shutdown_ends_the_wait);
	RUN(futures_of_all_kinds_however_they_end);
	RUN(for_oneself_is_a_deadlock);
	RUN(a_job_that_selects_lends_its_place);
	RUN(who_is_served_is_passed_over);
	RUN(who_gives_up_leaves_every_line);
	RUN(a_set_that_is_cleared_at_once_counts);
	RUN(woken_for_nothing_it_waits_on);
	RUN(a_cancel_comes_before_what_is_ready);
	return suite_end();
}
