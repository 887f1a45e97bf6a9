/* SPDX-License-Identifier: MIT */
/* ledger_test.c - who holds what and who waits for whom, told by hand to a ledger of its own. */
#include "observe/ledger.h"

#include "observe/table.h"

#include "support/memory.h"
#include "support/suite.h"

enum { MANY = 3000 };

static struct tu_context contexts[4]; /* nobody runs on them: a number each */
static tutti_lock locks[4];
static tutti_rwlock rwlock;
static char code[64]; /* stands for places */

static struct tu_ledger *begin(void)
{
	memset(contexts, 0, sizeof contexts);
	for (int i = 0; i < 4; i++)
		contexts[i].id = (uint64_t)(i + 1) * 256;
	return tu_ledger_create();
}

static struct tu_doing doing(enum tu_op op, const void *object, int place)
{
	return (struct tu_doing){ object, code + place, place + 1, op };
}

static void takes(struct tu_ledger *l, int who, enum tu_op op, const void *object, int place)
{
	struct tu_doing d = doing(op, object, place);

	tu_ledger_took(l, &contexts[who], &d);
}

/* As a lock's acquire that has to wait without end. true: it waits for itself. */
static bool waits(
	struct tu_ledger *l, int who, enum tu_op op, const void *object, struct tu_circle *circle)
{
	struct tu_doing d = doing(op, object, 0);

	tu_ledger_waits(l, &contexts[who], &d, INT64_MAX);
	return tu_ledger_deadlock(l, tu_ledger_account(l, &contexts[who]), circle);
}

static size_t present(const struct tu_ledger *l)
{
	size_t n = 0;

	for (const struct tu_account *a = NULL; (a = tu_ledger_next(l, a)) != NULL;)
		n++;
	return n;
}

/* Keys of many values, removed from the middle too; those that are left are all found. */
static void table_keeps_what_it_has(void)
{
	struct tu_table t = { 0 };

	for (uint64_t i = 1; i <= MANY; i++)
		CHECK(tu_table_put(&t, i * 4096, (void *)(uintptr_t)i));
	for (uint64_t i = 1; i <= MANY; i += 3)
		tu_table_remove(&t, i * 4096);
	tu_table_remove(&t, 7);
	CHECK_EQ(t.used, MANY - MANY / 3);
	for (uint64_t i = 1; i <= MANY; i++)
		CHECK_EQ((uintptr_t)tu_table_find(&t, i * 4096), i % 3 == 1 ? 0 : i);
	tu_table_free(&t);
	CHECK(!tu_table_find(&t, 4096));
}

/* What has no value is swept up: a table is as large as what was in it at once. */
static void table_is_swept(void)
{
	struct tu_table t = { 0 };

	for (uint64_t i = 1; i <= MANY; i++) {
		if (tu_table_is_full(&t))
			tu_table_sweep(&t);
		CHECK(tu_table_put(&t, i * 8, i % 100 == 0 ? &t : NULL));
	}
	CHECK(t.size < MANY / 4);
	tu_table_sweep(&t);
	CHECK_EQ(t.used, MANY / 100);
	for (uint64_t i = 1; i <= MANY; i++)
		CHECK(tu_table_find(&t, i * 8) == (i % 100 == 0 ? &t : NULL));
	tu_table_free(&t);
}

static void holds_come_and_go(void)
{
	struct tu_ledger *l = begin();
	const struct tu_hold *h;

	takes(l, 0, TU_OP_LOCK_ACQUIRE, &locks[0], 5);
	takes(l, 0, TU_OP_LOCK_ACQUIRE, &locks[1], 6);
	takes(l, 0, TU_OP_LOCK_ACQUIRE, &locks[0], 7); /* a recursive one */
	h = tu_ledger_holder(l, &locks[0]);
	CHECK(h && h->where == code + 5 && h->since == 6 && h->account->id == contexts[0].id);
	CHECK(h->account->context == &contexts[0] && h->account->holds->object == &locks[1]);
	CHECK(h->account->holds->earlier == h && !h->earlier && !h->others);
	CHECK_EQ(present(l), 1);
	tu_ledger_gave(l, &contexts[0], &locks[0]);
	CHECK(!tu_ledger_holder(l, &locks[0]));
	CHECK(!tu_ledger_has_none(l, &contexts[0]));
	tu_ledger_gave(l, &contexts[3], &locks[1]); /* anybody may */
	CHECK(tu_ledger_has_none(l, &contexts[0]));
	CHECK_EQ(present(l), 0);
	tu_ledger_gave(l, &contexts[0], &locks[1]);
	tu_ledger_free(l);
}

static void readers_have_one_each(void)
{
	struct tu_ledger *l = begin();

	for (int i = 0; i < 3; i++)
		takes(l, i, TU_OP_READ_ACQUIRE, &rwlock, i);
	CHECK_EQ(present(l), 3);
	tu_ledger_gave(l, &contexts[1], &rwlock);
	CHECK_EQ(present(l), 2);
	CHECK(tu_ledger_holder(l, &rwlock)->account->id == contexts[2].id);
	CHECK(tu_ledger_holder(l, &rwlock)->others->account->id == contexts[0].id);
	/* A writer that has it: nobody else does, whatever was missed. */
	takes(l, 3, TU_OP_WRITE_ACQUIRE, &rwlock, 9);
	CHECK_EQ(present(l), 1);
	takes(l, 0, TU_OP_READ_ACQUIRE, &rwlock, 1);
	CHECK(tu_ledger_holder(l, &rwlock)->account->id == contexts[0].id);
	CHECK_EQ(present(l), 1);
	tu_ledger_forget(l, &rwlock);
	CHECK_EQ(present(l), 0);
	tu_ledger_free(l);
}

static void circles_of_locks(void)
{
	struct tu_ledger *l = begin();
	struct tu_circle circle;

	for (int i = 0; i < 4; i++)
		takes(l, i, TU_OP_LOCK_ACQUIRE, &locks[i], i);
	for (int i = 0; i < 3; i++)
		CHECK(!waits(l, i, TU_OP_LOCK_ACQUIRE, &locks[i + 1], &circle));
	CHECK(waits(l, 3, TU_OP_LOCK_ACQUIRE, &locks[0], &circle));
	CHECK_EQ(circle.n, 4);
	for (unsigned i = 0; i < 4; i++) {
		CHECK_EQ(circle.part[i].account->id, contexts[(i + 3) % 4].id);
		CHECK(circle.part[i].hold->object == &locks[i]);
	}
	/* Of whom one will not wait for ever, or goes on: no circle. */
	struct tu_doing d = doing(TU_OP_LOCK_ACQUIRE, &locks[2], 0);
	tu_ledger_waits(l, &contexts[1], &d, 1000);
	CHECK(!tu_ledger_deadlock(l, tu_ledger_account(l, &contexts[3]), &circle));
	CHECK(waits(l, 1, TU_OP_LOCK_ACQUIRE, &locks[2], &circle));
	tu_ledger_goes_on(l, &contexts[2]);
	CHECK(!tu_ledger_deadlock(l, tu_ledger_account(l, &contexts[3]), &circle));
	/* One that waits for what it holds itself. */
	CHECK(waits(l, 2, TU_OP_LOCK_ACQUIRE, &locks[2], &circle));
	CHECK_EQ(circle.n, 1);
	tu_ledger_reset(l);
	CHECK_EQ(present(l), 0);
	CHECK(!tu_ledger_holder(l, &locks[2]));
	tu_ledger_free(l);
}

static void circles_by_way_of_readers_and_ends(void)
{
	struct tu_ledger *l = begin();
	struct tu_circle circle;
	int future;

	takes(l, 0, TU_OP_READ_ACQUIRE, &rwlock, 0);
	takes(l, 1, TU_OP_READ_ACQUIRE, &rwlock, 1);
	takes(l, 2, TU_OP_READ_ACQUIRE, &rwlock, 2);
	takes(l, 3, TU_OP_LOCK_ACQUIRE, &locks[0], 3);
	contexts[1].self = &future;
	CHECK(!waits(l, 3, TU_OP_FUTURE_WAIT, &future, &circle)); /* its end, which runs */
	CHECK(!waits(l, 0, TU_OP_EVENT_WAIT, code, &circle));
	CHECK(!waits(l, 2, TU_OP_LOCK_ACQUIRE, &locks[1], &circle));
	CHECK(waits(l, 1, TU_OP_LOCK_ACQUIRE, &locks[0], &circle));
	CHECK_EQ(circle.n, 2);
	CHECK(circle.part[0].hold->object == &locks[0] && !circle.part[1].hold);
	/* The upgrade that none of two readers can get. */
	tu_ledger_goes_on(l, &contexts[0]);
	CHECK(waits(l, 0, TU_OP_WRITE_ACQUIRE, &rwlock, &circle));
	CHECK(tu_ledger_runner(l, &future)->id == contexts[1].id);
	tu_ledger_goes_on(l, &contexts[1]);
	CHECK(!tu_ledger_runner(l, &future));
	tu_ledger_free(l);
}

static void keeps_who_ended_with_a_lock(void)
{
	struct tu_ledger *l = begin();
	const struct tu_account *a;

	CHECK(!tu_ledger_ended(l, &contexts[0], "nobody"));
	takes(l, 0, TU_OP_LOCK_ACQUIRE, &locks[0], 0);
	a = tu_ledger_ended(l, &contexts[0], "thread 'a'");
	CHECK(a && !a->context && a->holds->object == &locks[0]);
	CHECK_STR(a->name, "thread 'a'");
	CHECK(tu_ledger_has_none(l, &contexts[0]));
	CHECK_STR(tu_ledger_holder(l, &locks[0])->account->name, "thread 'a'");
	tu_ledger_gave(l, &contexts[0], &locks[0]);
	CHECK_EQ(present(l), 0);
	tu_ledger_free(l);
}

/* What is not told to have ended: who comes there next has nothing to do with it. */
static void a_context_is_used_again(void)
{
	struct tu_ledger *l = begin();
	struct tu_circle circle;
	int first, second;

	contexts[0].self = &first;
	takes(l, 0, TU_OP_LOCK_ACQUIRE, &locks[0], 0);
	contexts[0].id += 256;
	contexts[0].self = &second;
	CHECK(tu_ledger_has_none(l, &contexts[0]));
	CHECK(!waits(l, 0, TU_OP_LOCK_ACQUIRE, &locks[0], &circle));
	CHECK_EQ(present(l), 2);
	CHECK(!tu_ledger_holder(l, &locks[0])->account->context);
	CHECK(!tu_ledger_runner(l, &first));
	CHECK(tu_ledger_runner(l, &second)->id == contexts[0].id);
	/* It has let go of that future, and another runs one at the same address. */
	tu_ledger_goes_on(l, &contexts[0]);
	contexts[1].self = &second;
	CHECK(!waits(l, 1, TU_OP_EVENT_WAIT, code, &circle));
	CHECK(tu_ledger_runner(l, &second)->id == contexts[1].id);
	tu_ledger_ended(l, &contexts[0], NULL);
	CHECK(tu_ledger_runner(l, &second)->id == contexts[1].id);
	tu_ledger_free(l);
}

/* Objects and contexts that come and go: no block is left of any. */
static void forgets_what_is_gone(void)
{
	static char objects[MANY * 8];
	struct tu_ledger *l = begin();
	size_t live = 0;

	takes(l, 1, TU_OP_LOCK_ACQUIRE, &locks[1], 3);
	for (int i = 0; i < MANY * 8; i++) {
		takes(l, 0, TU_OP_LOCK_ACQUIRE, &objects[i], 0);
		tu_ledger_gave(l, &contexts[0], &objects[i]);
		contexts[0].id += 256;
		if (i == MANY)
			live = test_alloc_live();
	}
	CHECK_EQ(test_alloc_live(), live);
	CHECK(tu_ledger_holder(l, &locks[1])->where == code + 3);
	CHECK_EQ(present(l), 1);
	tu_ledger_free(l);
}

/* Without memory it misses something, and keeps whole. */
static void no_memory(void)
{
	size_t live = test_alloc_live();
	struct tu_circle circle;
	struct tu_ledger *l;

	for (uint64_t n = 1; n < 12; n++) {
		test_alloc_fail_at(n);
		l = begin();
		for (int i = 0; l && i < 2; i++)
			takes(l, i, TU_OP_LOCK_ACQUIRE, &locks[i], i);
		for (int i = 0; l && i < 2; i++)
			waits(l, i, TU_OP_LOCK_ACQUIRE, &locks[1 - i], &circle);
		for (int i = 0; l && i < 2; i++) {
			tu_ledger_goes_on(l, &contexts[i]);
			tu_ledger_gave(l, &contexts[i], &locks[i]);
		}
		test_alloc_fail_at(0);
		CHECK(!l || present(l) == 0);
		tu_ledger_free(l);
		CHECK_EQ(test_alloc_live(), live);
	}
}

int main(void)
{
	suite_begin();
	RUN(table_keeps_what_it_has);
	RUN(table_is_swept);
	RUN(holds_come_and_go);
	RUN(readers_have_one_each);
	RUN(circles_of_locks);
	RUN(circles_by_way_of_readers_and_ends);
	RUN(keeps_who_ended_with_a_lock);
	RUN(a_context_is_used_again);
	RUN(forgets_what_is_gone);
	RUN(no_memory);
	return suite_end();
}
