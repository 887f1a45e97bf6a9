/* SPDX-License-Identifier: MIT */
/* rows: +select */
/* ctest: POLLERS ON VIRTUAL ON LABELS no-qemu */
/* Descriptors among the cases of a select. */
#include <tutti/select.h>

#include "support/descriptors.h"
#include "support/memory.h"
#include "support/suite.h"

#include <sys/resource.h>

enum { FD, QUEUE, EVENT, PROMISE, KINDS, MANY = 100 };

static const tutti_time past = 0;

static tutti_queue *queue;
static tutti_event event;
static tutti_future *promise;
static int item;

/* The cases stand in an order of their own: place says which is where. */
static tutti_case cases[KINDS];
static int place[KINDS];

/* The order-th of all orders in which they can stand. */
static void arrange(int order)
{
	bool taken[KINDS] = { false };

	for (int kind = 0; kind < KINDS; kind++) {
		int nth = order % (KINDS - kind), at = 0;

		order /= KINDS - kind;
		for (;; at++)
			if (!taken[at] && nth-- == 0)
				break;
		taken[at] = true;
		place[kind] = at;
	}
}

enum { ORDERS = 24 };

static void begin(int order)
{
	tutti_queue_options options = { .maxsize = 2 };

	CHECK_EQ(tutti_queue_create(&queue, sizeof(int), &options), 0);
	event = (tutti_event){ { 0 } };
	promise = tutti_future_create(0);
	open_pair();
	fill(near_end);
	item = 0;
	arrange(order);
	cases[place[FD]] = tutti_case_fd(near_end, R | W);
	cases[place[QUEUE]] = tutti_case_get(queue, &item);
	cases[place[EVENT]] = tutti_case_event(&event);
	cases[place[PROMISE]] = tutti_case_future(promise);
	for (int i = 0; i < KINDS; i++)
		cases[i].code = 77;
}

static void end(void)
{
	tutti_queue_free(queue);
	tutti_future_unref(promise);
	close_both();
}

static void make_ready(int kind)
{
	int number = 8;

	switch (kind) {
	case FD:
		write_one(far_end);
		break;
	case QUEUE:
		CHECK_EQ(tutti_queue_put_until(queue, &number, past), 0);
		break;
	case EVENT:
		tutti_event_set(&event);
		break;
	default:
		CHECK_EQ(tutti_future_set_result(promise, NULL), 0);
	}
}

/* That kind took effect, and nothing else, whatever else was ready. */
static void check_chosen(int index, int kind)
{
	CHECK_EQ(index, place[kind]);
	for (int i = 0; i < KINDS; i++)
		CHECK_EQ(cases[place[i]].code, i != kind ? 77 : kind == FD ? R : 0);
	CHECK_EQ(item, kind == QUEUE ? 8 : 0);
}

static void *select_all(void *begun)
{
	tu_store_rel((bool *)begun, true);
	return give(tutti_select(cases, KINDS, TUTTI_FOREVER));
}

/* -- one of them is ready ---------------------------------------------------------------------- */

static void what_is_ready_is_chosen_at_once(void)
{
	for (int order = 0; order < ORDERS; order++) {
		for (int kind = 0; kind < KINDS; kind++) {
			begin(order);
			CHECK_EQ(tutti_select(cases, KINDS, past), TUTTI_ETIMEDOUT);
			make_ready(kind);
			check_chosen(
				tutti_select(cases, KINDS, order % 2 ? past : TUTTI_FOREVER), kind);
			end();
		}
	}
}

static void what_becomes_ready_ends_the_wait(enum mix mix)
{
	for (int order = 0; order < ORDERS; order++) {
		for (int kind = 0; kind < KINDS; kind++) {
			bool begun = false;
			tutti_future *waiter;

			begin(order);
			waiter = start_as(mix, select_all, &begun);
			EVENTUALLY(tu_load_acq(&begun));
			settle();
			make_ready(kind);
			check_chosen((int)finish(waiter), kind);
			end();
		}
	}
}

/*
 * All become ready before the waiter has run: it gets the first of those that are handed over. The
 * descriptor is only heard of when the loop looks, and stays as ready as it was.
 */
static void one_takes_effect_and_the_rest_stays(void)
{
	for (int order = 0; order < ORDERS; order++) {
		bool begun = false;
		tutti_task *waiter;

		begin(order);
		waiter = tutti_task_start(select_all, &begun, NULL);
		settle();
		make_ready(FD);
		make_ready(EVENT);
		make_ready(PROMISE);
		make_ready(QUEUE);
		check_chosen((int)finish(waiter), EVENT);
		CHECK_EQ(tutti_queue_size(queue), 1);
		CHECK_EQ(tutti_fd_wait(near_end, R | W, past), R);
		end();
	}
}

static void of_several_each_has_its_turn(void)
{
	int chosen[KINDS] = { 0 };

	begin(0);
	for (int kind = FD; kind <= PROMISE; kind++)
		if (kind != QUEUE)
			make_ready(kind);
	for (int i = 0; i < 300; i++) {
		int index = tutti_select(cases, KINDS, TUTTI_FOREVER);

		for (int kind = 0; kind < KINDS; kind++)
			chosen[kind] += place[kind] == index;
	}
	CHECK(chosen[FD] > 50 && chosen[EVENT] > 50 && chosen[PROMISE] > 50);
	CHECK_EQ(chosen[QUEUE], 0);
	end();
}

/* Somebody else takes the item that woke it: it waits on, also for the descriptor. */
static void woken_for_nothing_it_waits_on(void)
{
	bool begun = false;
	tutti_task *waiter;
	int number;

	begin(3);
	waiter = tutti_task_start(select_all, &begun, NULL);
	settle();
	for (int i = 0; i < 3; i++) {
		make_ready(QUEUE);
		CHECK_EQ(tutti_queue_get_until(queue, &number, past), 0);
		settle();
		CHECK(!tutti_future_done(waiter));
	}
	make_ready(FD);
	check_chosen((int)finish(waiter), FD);
	end();
}

/* -- descriptors alone ------------------------------------------------------------------------- */

static void each_way_is_a_case_of_its_own(void)
{
	open_pair();
	fill(near_end);
	tutti_case c[] = { tutti_case_fd(near_end, R), tutti_case_fd(near_end, W),
		tutti_case_fd(far_end, W), tutti_case_fd(-1, R) };

	CHECK_EQ(tutti_select(c, 2, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_select(c, 2, tutti_after(TUTTI_MILLISECONDS(1))), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_select(c, 4, TUTTI_FOREVER), 2);
	CHECK_EQ(c[2].code, W);
	write_one(far_end);
	CHECK_EQ(tutti_select(c, 2, TUTTI_FOREVER), 0);
	CHECK_EQ(c[0].code, R);
	read_one(near_end);
	empty(far_end);
	CHECK_EQ(tutti_select(c, 2, TUTTI_FOREVER), 1);
	CHECK_EQ(c[1].code, W);
	close_both();
}

static void misuse_is_said(void)
{
	open_pipe();
	tutti_case c[] = { tutti_case_fd(near_end, 0), tutti_case_fd(near_end, 4),
		tutti_case_fd(-1, 0), tutti_case_fd(near_end, R) };

	CHECK_EQ(tutti_select(&c[0], 1, past), -EINVAL);
	CHECK_EQ(tutti_select(&c[1], 1, TUTTI_FOREVER), -EINVAL);
	CHECK_EQ(tutti_select(&c[2], 1, past), TUTTI_ETIMEDOUT);
	close_both();
	CHECK_EQ(tutti_select(&c[2], 2, TUTTI_FOREVER), 1);
	CHECK_EQ(c[3].code, -EBADF);
}

static void *select_one(void *c)
{
	return give(tutti_select(c, 1, TUTTI_FOREVER));
}

static void closing_is_a_code(void)
{
	open_pipe();
	tutti_case c = tutti_case_fd(near_end, R);
	tutti_task *task = tutti_task_start(select_one, &c, NULL);

	settle();
	tutti_fd_closing(near_end);
	close_both();
	CHECK_EQ(finish(task), 0);
	CHECK_EQ(c.code, -EBADF);
}

static void *write_soon(void *arg)
{
	settle();
	write_one(far_end);
	return arg;
}

static void many_cases_need_memory_to_wait(void)
{
	tutti_case many[MANY];
	tutti_task *task;

	open_pair();
	fill(near_end);
	for (int i = 0; i < MANY; i++)
		many[i] = tutti_case_fd(near_end, i == MANY / 2 ? R : W);
	test_alloc_fail_at(1);
	CHECK_EQ(tutti_select(many, MANY, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_select(many, MANY, TUTTI_FOREVER), -ENOMEM);
	CHECK_EQ(test_alloc_fail_at(0), 0);
	task = tutti_task_start(write_soon, NULL, NULL);
	CHECK_EQ(tutti_select(many, MANY, TUTTI_FOREVER), MANY / 2);
	CHECK_EQ(many[MANY / 2].code, R);
	finish(task);
	close_both();
}

/* -- what ends the wait else ------------------------------------------------------------------- */

static void a_cancel_changes_nothing(enum mix mix)
{
	bool begun = false;
	tutti_future *waiter;

	begin(5);
	waiter = start_as(mix, select_all, &begun);
	EVENTUALLY(tu_load_acq(&begun));
	settle();
	CHECK_EQ(tutti_future_cancel(waiter), 1);
	CHECK_EQ(tutti_future_result(waiter, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(waiter);
	make_ready(FD);
	check_chosen(tutti_select(cases, KINDS, TUTTI_FOREVER), FD);
	end();
}

static void *select_without_room(void *arg)
{
	struct rlimit had, none;

	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &had), 0);
	none = had;
	none.rlim_cur = 1;
	begin(7);
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
	CHECK_EQ(tutti_select(cases, KINDS, TUTTI_FOREVER), -EMFILE);
	CHECK_EQ(tutti_select(cases, KINDS, past), TUTTI_ETIMEDOUT);
	make_ready(QUEUE);
	check_chosen(tutti_select(cases, KINDS, TUTTI_FOREVER), QUEUE);
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &had), 0);
	end();
	return arg;
}

static void no_room_for_a_poller_is_said(void)
{
	finish(tutti_thread_start(select_without_room, NULL, NULL));
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	RUN(what_is_ready_is_chosen_at_once);
	RUN_MIXES(what_becomes_ready_ends_the_wait);
	RUN(one_takes_effect_and_the_rest_stays);
	RUN(of_several_each_has_its_turn);
	RUN(woken_for_nothing_it_waits_on);
	RUN(each_way_is_a_case_of_its_own);
	RUN(misuse_is_said);
	RUN(closing_is_a_code);
	RUN(many_cases_need_memory_to_wait);
	RUN_MIXES(a_cancel_changes_nothing);
	RUN(no_room_for_a_poller_is_said);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
