/* SPDX-License-Identifier: MIT */
/*
 * order.c - see order.h. A graph: locks are its nodes, orders its edges. It is searched only when
 * an edge is new, or has lost its gate: what was seen before costs one look at a table.
 */
#include "observe/order.h"

#include "core/alloc.h"
#include "observe/table.h"

#include <string.h>

enum {
	ORDERS_MOST = 100000, /* more than that: all are forgotten */
	HOLDS_MOST = 8,       /* of one who asks, the latest */
	STEPS_MOST = 20000,   /* of a search */
};

struct node {
	const void *object;
	struct tu_order *orders; /* from here */
	struct tu_link link;     /* on the list of all */
	uint32_t seen;           /* in the search with this number; the next three: then */
	unsigned depth;
	const struct tu_order *by; /* how it was reached */
	struct node *queued;       /* the next to be looked at */
};

struct tu_orders {
	const char *(*name)(const struct tu_account *a, char *buf, size_t n);
	struct tu_table nodes, orders;
	struct tu_list all;
	uint32_t searches;
};

struct tu_orders *tu_orders_create(
	const char *(*name)(const struct tu_account *a, char *buf, size_t n))
{
	struct tu_orders *o = tu_alloc_zero(sizeof(*o));

	if (!o)
		return NULL;
	o->name = name;
	tu_list_init(&o->all);
	return o;
}

/* -- nodes and edges --------------------------------------------------------------------------- */

static struct node *node_of(const struct tu_orders *o, const void *object)
{
	return tu_table_find(&o->nodes, tu_table_key(object));
}

static struct node *make_node(struct tu_orders *o, const void *object)
{
	struct node *n = node_of(o, object);

	if (n)
		return n;
	n = tu_alloc_zero(sizeof(*n));
	if (!n)
		return NULL;
	n->object = object;
	if (!tu_table_put(&o->nodes, tu_table_key(object), n)) {
		tu_free(n);
		return NULL;
	}
	tu_list_add_tail(&o->all, &n->link);
	return n;
}

/* Two pairs of locks may have the same one: then the later is not remembered. */
static uint64_t key_of(const void *first, const void *then)
{
	return (tu_table_key(first) * 0x9e3779b97f4a7c15u ^ tu_table_key(then)) | 1;
}

static void drop_order(struct tu_orders *o, struct tu_order *order)
{
	tu_table_remove(&o->orders, key_of(order->first, order->then));
	tu_free(order);
}

static void drop_node(struct tu_orders *o, struct node *n)
{
	struct tu_order *order;

	while ((order = n->orders) != NULL) {
		n->orders = order->next;
		drop_order(o, order);
	}
	tu_list_remove(&n->link);
	tu_table_remove(&o->nodes, tu_table_key(n->object));
	tu_free(n);
}

static void forget_all(struct tu_orders *o)
{
	struct tu_link *link;

	while ((link = tu_list_first(&o->all)) != NULL)
		drop_node(o, tu_container_of(link, struct node, link));
}

void tu_orders_free(struct tu_orders *o)
{
	if (!o)
		return;
	forget_all(o);
	tu_table_free(&o->nodes);
	tu_table_free(&o->orders);
	tu_free(o);
}

static void drop_orders_to(struct tu_orders *o, struct node *from, const void *then)
{
	struct tu_order **link = &from->orders, *order;

	while ((order = *link) != NULL) {
		if (order->then != then) {
			link = &order->next;
			continue;
		}
		*link = order->next;
		drop_order(o, order);
	}
}

void tu_orders_forget(struct tu_orders *o, const void *object)
{
	struct node *n = node_of(o, object);

	if (!n)
		return;
	drop_node(o, n);
	tu_list_each(link, &o->all)
		drop_orders_to(o, tu_container_of(link, struct node, link), object);
}

/* -- gates ------------------------------------------------------------------------------------- */

static bool is_alone(const struct tu_hold *h)
{
	return h->op != TU_OP_READ_ACQUIRE;
}

static bool has_alone(const struct tu_account *self, const void *object)
{
	for (const struct tu_hold *h = self->holds; h; h = h->earlier)
		if (h->object == object)
			return is_alone(h);
	return false;
}

/* What self has had for longest, besides that hold. */
static const void *gate_besides(const struct tu_account *self, const struct tu_hold *besides)
{
	const void *gate = NULL;

	for (const struct tu_hold *h = self->holds; h; h = h->earlier)
		if (h != besides && is_alone(h))
			gate = h->object;
	return gate;
}

/* -- asking ------------------------------------------------------------------------------------ */

static void describe(struct tu_orders *o, struct tu_order *order, const struct tu_hold *held,
	const struct tu_doing *doing)
{
	char buf[128];

	order->first = held->object;
	order->first_where = held->where;
	order->first_op = held->op;
	order->then = doing->object;
	order->then_where = doing->where;
	order->then_op = doing->op;
	order->gate = gate_besides(held->account, held);
	o->name(held->account, buf, sizeof(buf));
	buf[sizeof(order->who) - 1] = 0;
	strcpy(order->who, buf);
}

/* Is the order new, or seen without its gate for the first time? Then it is noted. */
static bool note(struct tu_orders *o, const struct tu_hold *held, const struct tu_doing *doing)
{
	uint64_t key = key_of(held->object, doing->object);
	struct tu_order *order = tu_table_find(&o->orders, key);
	struct node *from;

	if (order && (order->first != held->object || order->then != doing->object))
		return false;
	if (order) {
		if (!order->gate || has_alone(held->account, order->gate))
			return false;
		describe(o, order, held, doing);
		order->gate = NULL; /* there is none for all of its times */
		return true;
	}
	if (o->orders.used >= ORDERS_MOST)
		forget_all(o);
	from = make_node(o, held->object);
	order = from && make_node(o, doing->object) ? tu_alloc_zero(sizeof(*order)) : NULL;
	if (!order)
		return false;
	describe(o, order, held, doing);
	if (!tu_table_put(&o->orders, key, order)) {
		tu_free(order);
		return false;
	}
	order->next = from->orders;
	from->orders = order;
	return true;
}

/* -- searching --------------------------------------------------------------------------------- */

/* Breadth first: the shortest way is the easiest to read. What self is alone in is no way. */
static struct node *search(
	struct tu_orders *o, const struct tu_account *self, const void *from, const void *to)
{
	struct node *first = node_of(o, from), *last = first;
	unsigned steps = 0;

	if (!first)
		return NULL;
	o->searches++;
	first->seen = o->searches;
	first->depth = 0;
	first->queued = NULL;
	for (struct node *n = first; n; n = n->queued) {
		if (n->object == to)
			return n;
		if (n->depth == TU_CIRCLE_MOST - 1)
			return NULL;
		for (struct tu_order *order = n->orders; order; order = order->next) {
			struct node *next = node_of(o, order->then);

			if (steps++ == STEPS_MOST)
				return NULL;
			if (!next || next->seen == o->searches ||
				(order->gate && has_alone(self, order->gate)))
				continue;
			next->seen = o->searches;
			next->depth = n->depth + 1;
			next->by = order;
			next->queued = NULL;
			last->queued = next;
			last = next;
		}
	}
	return NULL;
}

/* Do two of them have the same gate? */
static bool have_a_gate(const struct tu_inversion *inversion)
{
	for (unsigned i = 0; i < inversion->n; i++)
		for (unsigned k = 0; k < i; k++)
			if (inversion->orders[i]->gate &&
				inversion->orders[i]->gate == inversion->orders[k]->gate)
				return true;
	return false;
}

static bool invert(struct tu_orders *o, const struct tu_hold *held, const struct tu_doing *doing,
	struct tu_inversion *inversion)
{
	struct node *n = search(o, held->account, doing->object, held->object);

	if (!n)
		return false;
	inversion->held = held;
	inversion->n = n->depth;
	for (unsigned i = n->depth; i > 0; i--) {
		inversion->orders[i - 1] = n->by;
		n = node_of(o, n->by->first);
	}
	return !have_a_gate(inversion);
}

bool tu_orders_ask(struct tu_orders *o, const struct tu_account *self, const struct tu_doing *doing,
	struct tu_inversion *inversion)
{
	const struct tu_hold *h;
	bool found = false;
	int most = HOLDS_MOST;

	for (h = self->holds; h; h = h->earlier)
		if (h->object == doing->object) /* recursive, or a deadlock of one */
			return false;
	for (h = self->holds; h && most-- > 0; h = h->earlier)
		if (note(o, h, doing) && !found)
			found = invert(o, h, doing, inversion);
	return found;
}
