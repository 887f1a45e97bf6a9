/* SPDX-License-Identifier: MIT */
/*
 * order.h - which lock was taken while which was held: a circle among these orders can become a
 * deadlock, also if it has not done so this time.
 *
 * Orders are remembered by the address of the locks. An acquire with a deadline gives none, as it
 * cannot wait for ever. A circle counts for nothing if one more lock was held all the way round,
 * which lets only one in at a time. One thread at a time.
 */
#ifndef TU_OBSERVE_ORDER_H
#define TU_OBSERVE_ORDER_H

#include "observe/ledger.h"

struct tu_orders;

enum { TU_ORDER_NAME = 48 };

/* This one took then, while it held first. */
struct tu_order {
	const void *first, *then;
	const void *first_where, *then_where; /* where it took them */
	uint32_t first_op, then_op;           /* enum tu_op */
	const void *gate;                     /* another that it held alone; NULL: none */
	char who[TU_ORDER_NAME];
	struct tu_order *next; /* from first to something else */
};

/* held is the lock that one holds already, orders lead from what it asks for to that, in turn. */
struct tu_inversion {
	const struct tu_hold *held;
	unsigned n;
	const struct tu_order *orders[TU_CIRCLE_MOST - 1];
};

/* name says who an account is: it is asked once for each new order. NULL: no memory. */
struct tu_orders *tu_orders_create(
	const char *(*name)(const struct tu_account *a, char *buf, size_t n));
void tu_orders_free(struct tu_orders *o); /* NULL does nothing */

/*
 * self, whom the ledger knows by what it holds, is about to ask for a lock without end: remember
 * that. true: it is against orders that were seen before, for the first time since either was new.
 */
bool tu_orders_ask(struct tu_orders *o, const struct tu_account *self, const struct tu_doing *doing,
	struct tu_inversion *inversion);

/* Another lock begins its life at this address. */
void tu_orders_forget(struct tu_orders *o, const void *object);

#endif
