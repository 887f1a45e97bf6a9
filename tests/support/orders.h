/* SPDX-License-Identifier: MIT */
/*
 * orders.h - what a waiting call answers when grant, cancel and deadline meet, in every order.
 *
 * The waiter is a task of the caller's loop, so that nothing runs between two events unless the
 * caller waits: what comes first decides, the rest must do no harm. The one exception is the
 * deadline: it has come to pass when the clock says so, but the loop looks at the clock only when
 * the waiter is about to run, so whatever else happened until then may be the answer. Afterwards
 * grants are counted: what the waiter did not take must still be there.
 *
 * The same orders are then given to waiters on other threads, where only the count is certain; and
 * to waiters within a shield, who hear of no cancel until they have left it. Last come those to
 * whom all has happened before they wait: there is nothing to wait for, and one answer.
 */
#ifndef TESTS_SUPPORT_ORDERS_H
#define TESTS_SUPPORT_ORDERS_H

#include "support/both.h"

struct orders {
	/* Make everything new, so that a wait would wait. */
	void (*begin)(void);
	/* The call: >= 0 if it was granted. */
	int (*wait)(tutti_time deadline);
	/* Let one such call go on; NULL: nothing does but time. */
	void (*grant)(void);
	/* How many grants nobody took, after the waiter has ended; NULL: cannot be counted. */
	int (*left)(void);
	/* What the call says when it was cancelled; 0: it is no cancellation point. */
	int canceled;
	/* What it says at the deadline; 0: it has none, as a call without _until. */
	int timed_out;
	/* Another answer of one not yet waiting when it was granted, or too late; or 0. */
	int otherwise;
	/* A granted waiter looks for itself once it runs, so that a later cancel may win. */
	bool barges;
	/* The deadline is a limit's: once it has passed it is what the waiter hears of. */
	bool limited;
	/* What was granted before anybody waited is not forgotten. */
	bool remembers;
};

/* Go through all orders with the waiter as a task, as a thread and as a task elsewhere. */
void orders_run(const struct orders *o);

#endif
