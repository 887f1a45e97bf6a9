/* SPDX-License-Identifier: MIT */
/* rows: T17 */
/* order_test.c - orders of locks, told by hand: which circles count, and which do not. */
#include "observe/order.h"

#include "support/memory.h"
#include "support/suite.h"

enum { MANY = 200 };

static struct tu_context one = { .id = 256 };
static tutti_lock locks[MANY];
static struct tu_ledger *ledger;
static struct tu_orders *orders;
static struct tu_inversion inversion;

static const char *name_of(const struct tu_account *a, char *buf, size_t n)
{
	snprintf(buf, n, "number %d", (int)a->id);
	return buf;
}

static void begin(void)
{
	ledger = tu_ledger_create();
	orders = tu_orders_create(name_of);
	CHECK(ledger && orders);
}

static void end(void)
{
	tu_ledger_free(ledger);
	tu_orders_free(orders);
}

/* The place of a lock's acquire is the lock's number. */
static bool take(enum tu_op op, int lock)
{
	struct tu_doing d = { &locks[lock], (char *)locks + lock, 1, op };
	const struct tu_account *a = tu_ledger_account(ledger, &one);
	bool found = a && tu_orders_ask(orders, a, &d, &inversion);

	tu_ledger_took(ledger, &one, &d);
	return found;
}

static void let_go(int lock)
{
	tu_ledger_gave(ledger, &one, &locks[lock]);
}

/* One after the other, then all given back; whether any was against what was seen before. */
static bool take_all(const int *list, size_t n)
{
	bool found = false;

	for (size_t i = 0; i < n; i++)
		found |= take(TU_OP_LOCK_ACQUIRE, list[i]);
	for (size_t i = n; i-- > 0;)
		let_go(list[i]);
	return found;
}
#define TAKE(...) take_all((int[]){ __VA_ARGS__ }, sizeof((int[]){ __VA_ARGS__ }) / sizeof(int))

static void two_orders(void)
{
	begin();
	CHECK(!TAKE(1, 2));
	CHECK(!TAKE(1, 2));
	CHECK(!TAKE(2));
	CHECK(TAKE(2, 1));
	CHECK_EQ(inversion.n, 1);
	CHECK(inversion.held->object == &locks[2]);
	CHECK(inversion.orders[0]->first == &locks[1] && inversion.orders[0]->then == &locks[2]);
	CHECK(inversion.orders[0]->then_where == (char *)locks + 2);
	CHECK_STR(inversion.orders[0]->who, "number 256");
	CHECK(!TAKE(2, 1)); /* once */
	CHECK(!TAKE(3, 1, 2));
	end();
}

static void circle_of_many(void)
{
	begin();
	CHECK(!TAKE(1, 2));
	CHECK(!TAKE(3, 4));
	CHECK(!TAKE(2, 3));
	CHECK(!TAKE(1, 4));
	CHECK(TAKE(4, 1));
	CHECK_EQ(inversion.n, 1); /* the shortest */
	CHECK(TAKE(4, 2));
	CHECK_EQ(inversion.n, 2);
	CHECK(inversion.orders[0]->first == &locks[2] && inversion.orders[1]->then == &locks[4]);
	end();
}

static void one_more_lock_guards_them(void)
{
	begin();
	CHECK(!TAKE(9, 1, 2));
	CHECK(!TAKE(9, 2, 1));
	CHECK(TAKE(1, 2)); /* without it */
	end();
	begin();
	CHECK(!TAKE(9, 1, 2));
	CHECK(TAKE(2, 1));
	end();
	begin(); /* of three orders two have it */
	CHECK(!TAKE(9, 1, 2));
	CHECK(!TAKE(9, 2, 3));
	CHECK(!TAKE(3, 1));
	end();
	begin(); /* held for reading it guards nothing */
	for (int i = 0; i < 2; i++) {
		take(TU_OP_READ_ACQUIRE, 9);
		CHECK_EQ(TAKE(1 + i, 2 - i), i);
		let_go(9);
	}
	end();
}

static void what_gives_no_order(void)
{
	begin();
	take(TU_OP_LOCK_ACQUIRE, 1);
	CHECK(!take(TU_OP_LOCK_ACQUIRE, 1)); /* a recursive lock */
	let_go(1);
	CHECK(!TAKE(1, 2));
	tu_orders_forget(orders, &locks[2]);
	CHECK(!TAKE(2, 1));
	tu_orders_forget(orders, &locks[2]);
	CHECK(!TAKE(1, 2));
	tu_orders_forget(orders, &locks[7]);
	CHECK(TAKE(2, 1));
	end();
}

/* A long chain is found to its end, and no further than a report can say. */
static void chains(void)
{
	begin();
	for (int i = 0; i < MANY - 1; i++)
		CHECK(!TAKE(i, i + 1));
	CHECK(TAKE(TU_CIRCLE_MOST - 1, 0));
	CHECK_EQ(inversion.n, TU_CIRCLE_MOST - 1);
	CHECK(!TAKE(MANY - 1, 0));
	end();
}

static void no_memory(void)
{
	size_t live = test_alloc_live();

	for (uint64_t n = 1; n < 14; n++) {
		begin();
		test_alloc_fail_at(n);
		TAKE(1, 2);
		TAKE(2, 1);
		test_alloc_fail_at(0);
		TAKE(1, 2);
		end();
		CHECK_EQ(test_alloc_live(), live);
	}
}

int main(void)
{
	suite_begin();
	RUN(two_orders);
	RUN(circle_of_many);
	RUN(one_more_lock_guards_them);
	RUN(what_gives_no_order);
	RUN(chains);
	RUN(no_memory);
	return suite_end();
}
