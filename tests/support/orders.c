/* SPDX-License-Identifier: MIT */
#include "support/orders.h"

#include "core/worker.h"
#include "support/suite.h"

enum { SOON_MS = 4, SOON_MOST_MS = 500 };

/* Each order of each choice of events: G grant, C cancel, D deadline. */
static const char *const all_orders[] = { "G", "C", "D", "GC", "CG", "GD", "DG", "CD", "DC", "GCD",
	"GDC", "CGD", "CDG", "DGC", "DCG" };

static const struct orders *current;
static tutti_time deadline;
static int soon_ms = SOON_MS; /* on a busy machine more is needed, and found by trying */
static int answer, after;
static bool waiting, told, shares_thread, shielded;

static int wait_as_said(void)
{
	tutti_scope shield;
	int rc;

	if (!shielded)
		return current->wait(deadline);
	tutti_shield_begin(&shield, TUTTI_FOREVER);
	rc = current->wait(deadline);
	return tutti_shield_end(&shield, rc);
}

static void *waiter(void *arg)
{
	tu_store_rel(&waiting, true);
	answer = wait_as_said();
	/* Not a yield of ours: the cancel is to find it running. On the thread that tells, it only
	   runs before being told if the deadline came too soon, and then nobody would tell. */
	while (!shares_thread && !tu_load_acq(&told))
		let_others_run();
	after = tutti_yield();
	return arg;
}

static bool has(const char *order, char event)
{
	return strchr(order, event) != NULL;
}

/* Hold the thread, and so its loop, until the deadline has come to pass. */
static void let_it_pass(void)
{
	while (tutti_now() <= deadline)
		CHECK_EQ(tutti_thread_sleep(deadline - tutti_now() + 1), 0);
}

/* Returns false if the clock was quicker than the order wants. */
static bool make_happen(tutti_future *f, const char *order)
{
	for (const char *event = order; *event; event++) {
		switch (*event) {
		case 'G':
			current->grant();
			break;
		case 'C':
			CHECK_EQ(tutti_future_cancel(f), 1);
			break;
		default:
			let_it_pass();
		}
		if (event[1] == 'D' && tutti_now() >= deadline)
			return false; /* too late to come first */
	}
	return true;
}

static bool allowed(const char *order, bool certain)
{
	int code = shielded ? 0 : current->canceled;
	/* A cancel that the call does not listen to comes first for nobody. */
	char first = order[0] == 'C' && !code ? order[1] : order[0];
	bool granted = answer >= 0 && has(order, 'G');
	bool canceled = code && answer == code && has(order, 'C');
	bool timed_out = current->timed_out && answer == current->timed_out && has(order, 'D');

	if (!certain && current->otherwise && answer == current->otherwise)
		return has(order, 'G') || has(order, 'D');
	if (!certain || first == 'D')
		return granted || canceled || timed_out;
	/* Who is granted before it has heard of the cancel has got it, and hears of it next. */
	if (first == 'C')
		return canceled || granted || (current->limited && timed_out);
	if (granted || (current->barges && canceled))
		return true;
	/* A cancel that it may not hear of wakes it all the same, to see what the time is. */
	return current->barges && timed_out && (current->limited || has(order, 'C'));
}

static void judge(const char *order, enum mix mix)
{
	if (!allowed(order, mix == TASKS)) {
		fprintf(stderr, "order %s: the wait says %s\n", order, tutti_errname(answer));
		check_end();
	}
	if (current->left)
		CHECK_EQ(current->left() + (answer >= 0), has(order, 'G'));
	/* Level-triggered: the next point says it too. A task elsewhere may hear of it later. */
	CHECK(after == (has(order, 'C') ? TUTTI_ECANCELED : 0) || (mix == APART && after == 0));
}

/* A call that does not listen to cancels, or has no deadline, would wait for ever. */
static bool would_end(const char *order)
{
	if (has(order, 'G') && !current->grant)
		return false;
	if (has(order, 'D'))
		return current->timed_out != 0;
	return has(order, 'G') || (current->canceled && !shielded);
}

/* Here only what shares the thread has to run, and not, as in a yield, all the machine. */
static void let_it_wait(void)
{
	for (int i = 0; i < 10 && shares_thread && !tutti_simulated(); i++)
		tu_worker_turn(tu_worker_self());
	if (!shares_thread || tutti_simulated())
		settle();
}

/* Returns false if the clock was quicker than the order wants: then it says nothing. */
static bool try_order(const char *order, enum mix mix)
{
	current->begin();
	told = waiting = false;
	shares_thread = mix == TASKS;
	deadline = has(order, 'D') ? tutti_after(TUTTI_MILLISECONDS(soon_ms)) : TUTTI_FOREVER;
	tutti_future *f = start_as(mix, waiter, NULL);
	EVENTUALLY(tu_load_acq(&waiting));
	let_it_wait();
	bool in_time = tutti_now() < deadline && make_happen(f, order);
	tu_store_rel(&told, true);
	tutti_future_result(f, NULL, 0);
	tutti_future_unref(f);
	if (in_time)
		judge(order, mix);
	return in_time;
}

/* -- all of it before the wait ----------------------------------------------------------------*/

static bool cancels_itself;

static void *late_waiter(void *arg)
{
	if (cancels_itself) {
		tutti_future *self = tutti_task_current();

		CHECK_EQ(tutti_future_cancel(self ? self : tutti_thread_current()), 1);
	}
	answer = wait_as_said();
	after = tutti_yield();
	return arg;
}

/* Neither granted nor cancelled nor too late means that it would wait for ever: not here. */
static void wait_afterwards(enum mix mix, bool granted, bool canceled, bool late)
{
	bool hears = canceled && current->canceled && !shielded;

	current->begin();
	if (granted)
		current->grant();
	cancels_itself = canceled;
	deadline = late ? 1 : TUTTI_FOREVER;
	tutti_future *f = start_as(mix, late_waiter, NULL);
	tutti_future_result(f, NULL, 0);
	tutti_future_unref(f);
	if (late && current->limited)
		CHECK_EQ(answer, current->timed_out);
	else if (hears)
		CHECK_EQ(answer, current->canceled);
	else if (granted)
		CHECK(answer >= 0);
	else
		CHECK(answer == current->timed_out || answer == current->otherwise);
	CHECK_EQ(after, canceled ? TUTTI_ECANCELED : 0);
	if (current->left)
		CHECK_EQ(current->left() + (answer >= 0), granted);
}

static void all_before(enum mix mix)
{
	for (int what = 1; what < 8; what++) {
		bool granted = what & 1, canceled = what & 2, late = what & 4;
		bool ends = granted || (canceled && current->canceled && !shielded) || late;

		if ((granted && !current->remembers) || (late && !current->timed_out) || !ends)
			continue;
		wait_afterwards(mix, granted, canceled, late);
	}
}

/* -- in all ways ------------------------------------------------------------------------------- */

/* On a machine so busy that much of the test's own time has gone by, orders are left out. */
static void give_order(const char *order, enum mix mix)
{
	while (suite_has_time()) {
		if (try_order(order, mix))
			return;
		soon_ms = 2 * soon_ms < SOON_MOST_MS ? 2 * soon_ms : SOON_MOST_MS;
	}
	printf("no time for order %s\n", order);
}

static void run_in(enum mix mix)
{
	for (size_t i = 0; i < sizeof all_orders / sizeof all_orders[0]; i++) {
		if (shielded && !has(all_orders[i], 'C'))
			continue; /* as without */
		if (would_end(all_orders[i]))
			give_order(all_orders[i], mix);
	}
	all_before(mix);
}

void orders_run(const struct orders *o)
{
	static const enum mix mixes[] = { TASKS, THREADS, APART };

	current = o;
	for (int i = 0; i < 6; i++) {
		shielded = i >= 3;
		run_in(mixes[i % 3]);
	}
}
