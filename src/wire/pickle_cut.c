/* SPDX-License-Identifier: MIT */
/*
 * pickle_cut.c - one value's opcodes such that they stand by themselves: frames are left out,
 * places in the memo count from its own beginning, and what it gets from before is put in.
 *
 * By that a fragment may be larger than what it is cut from. All of a pickle together may not be
 * more than GROWTH times the pickle.
 */
#include "wire/pickle.h"

#include "core/alloc.h"
#include "core/bytes.h"

#include <errno.h>
#include <limits.h>
#include <tutti/error.h>

enum { GROWTH = 32, LEAST = 4096, FEW_PLACES = 16 };

static int too_large(struct tu_pickle *p)
{
	return tu_fault(p->fault, -E2BIG, p->at, "opaque values much larger than the pickle");
}

/* How large a fragment may still be. */
static size_t left(const struct tu_pickle *p)
{
	size_t most = p->size < SIZE_MAX / GROWTH / 2 ? GROWTH * p->size + LEAST : SIZE_MAX / 2;

	return p->cut < most ? most - p->cut : 0;
}

int tu_pickle_repeat(struct tu_pickle *p, uint64_t bytes)
{
	if (bytes > left(p))
		return too_large(p);
	p->cut += (size_t)bytes;
	return 0;
}

/* How many places of the memo were taken before byte `at`. */
static uint32_t places_before(const struct tu_pickle *p, size_t at)
{
	size_t low = 0, high = p->n_memo;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (p->memo[middle].at < at)
			low = middle + 1;
		else
			high = middle;
	}
	return (uint32_t)low;
}

/* The opcodes of one node, going into what may be more than that. */
struct cut {
	struct tu_pickle *p;
	struct tu_pickle_writer *w;
	uint32_t base, next; /* places: of the first in it, of the next */
	uint32_t *places;    /* what they have become */
};

static int copy_node(
	struct tu_pickle *p, struct tu_pickle_writer *w, const struct tu_pickle_node *n);

/* What was there before is put in: as it is already, or its opcodes. Places in the memo that these
   get were taken before them, so that this ends. */
static int insert(struct cut *c, uint32_t place)
{
	struct tu_pickle *p = c->p;
	const struct tu_pickle_node *n = &p->nodes[p->memo[place].node];
	const tutti_value *v = p->made ? p->made[place].v : NULL;
	int rc;

	if (n->flags & (TU_PICKLE_CHANGED | TU_PICKLE_BUSY))
		return tu_fault(p->fault, -ELOOP, p->at, "something that contains itself");
	if (n->kind < TU_PICKLE_TUPLE) {
		tu_out_put(&c->w->out, p->data + n->first,
			tu_pickle_behind(p->data, p->size, n->first) - n->first);
		return 0;
	}
	if (v && tu_value_kind(v) == TUTTI_VALUE_OPAQUE) {
		rc = tu_pickle_write(c->w, v);
		return rc == -E2BIG ? too_large(p) : rc;
	}
	if (p->depth == TUTTI_VALUE_DEPTH_MAX)
		return tu_fault(p->fault, -E2BIG, p->at, "objects within objects, too many");
	p->depth++;
	rc = copy_node(p, c->w, n);
	p->depth--;
	return rc;
}

static int copy_opcode(struct cut *c, size_t at, size_t end)
{
	const unsigned char *data = c->p->data;
	uint64_t place;

	switch (data[at]) {
	case OP_FRAME:
		return 0;
	case OP_MEMOIZE:
	case OP_BINPUT:
	case OP_LONG_BINPUT:
		c->places[c->next++ - c->base] = (uint32_t)c->w->memos++;
		tu_out_byte(&c->w->out, OP_MEMOIZE);
		return 0;
	case OP_BINGET:
	case OP_LONG_BINGET:
		place = tu_pickle_number(data + at + 1, (unsigned)tu_pickle_operand(data[at]));
		if (place < c->base)
			return insert(c, (uint32_t)place);
		tu_pickle_write_get(&c->w->out, c->places[place - c->base]);
		return 0;
	case OP_GLOBAL:
	case OP_STACK_GLOBAL:
		tu_pickle_write_class(c->w, c->p->protocol < 3);
		break;
	default:
		break;
	}
	tu_out_put(&c->w->out, data + at, end - at);
	return 0;
}

static int copy_opcodes(struct cut *c, const struct tu_pickle_node *n)
{
	int rc = 0;

	for (size_t at = n->start, end; at < n->end && rc == 0; at = end) {
		end = tu_pickle_behind(c->p->data, c->p->size, at);
		rc = copy_opcode(c, at, end);
		if (c->w->out.size > c->w->enough && rc == 0)
			rc = too_large(c->p);
	}
	return rc;
}

static int copy_node(
	struct tu_pickle *p, struct tu_pickle_writer *w, const struct tu_pickle_node *n)
{
	struct cut c = { .p = p, .w = w, .base = places_before(p, n->start) };
	size_t places = places_before(p, n->end) - c.base;
	uint32_t few[FEW_PLACES];
	int rc;

	c.next = c.base;
	c.places = places <= FEW_PLACES ? few : tu_alloc(places * sizeof(*c.places));
	if (!c.places)
		return tu_fault(p->fault, -ENOMEM, p->at, "no memory");
	rc = copy_opcodes(&c, n);
	if (c.places != few)
		tu_free(c.places);
	return rc;
}

static int make(struct tu_pickle *p, const struct tu_pickle_writer *w)
{
	tutti_value *v = NULL;
	int rc;

	if (w->out.failed)
		return tu_fault(p->fault, -ENOMEM, p->at, "no memory");
	rc = tu_pickle_weigh(p, w->out.size);
	if (rc < 0)
		return rc;
	p->cut += w->out.size;
	rc = tu_opaque_create(&v, w->out.data, w->out.size, w->legacy);
	if (rc < 0 || tu_pile_put(&p->pile, v) < 0)
		return tu_fault(p->fault, -ENOMEM, p->at, "no memory");
	return 0;
}

int tu_pickle_cut(struct tu_pickle *p, const struct tu_pickle_node *n)
{
	struct tu_pickle_writer w = { .enough = left(p) };
	int rc;

	if (p->classes == TUTTI_CLASSES_NONE &&
		(n->kind >= TU_PICKLE_GLOBAL || n->kind == TU_PICKLE_BYTEARRAY))
		return tu_fault(p->fault, TUTTI_ETYPE, p->at, "an object, where none may be");
	rc = copy_node(p, &w, n);
	if (rc == 0)
		rc = make(p, &w);
	tutti_bytes_free(&w.out.bytes);
	return rc;
}

/* -- opaque values ----------------------------------------------------------------------------- */

int tu_opaque_create(tutti_value **out, const void *data, size_t size, bool legacy)
{
	struct tu_string *s = tu_string_create(TUTTI_VALUE_OPAQUE, size);

	if (!s)
		return -ENOMEM;
	if (size > 0)
		memcpy(s->data, data, size);
	s->box.counted.flags = legacy ? TU_BOX_LEGACY : 0;
	*out = tu_value_of(&s->box);
	return 0;
}

void tu_pickle_of_opaque(struct tu_pickle *p, const tutti_value *v,
	const tutti_pickle_options *options, tutti_value_fault *fault)
{
	const struct tu_box *box = tu_value_box(v);

	tu_pickle_begin(p, ((const struct tu_string *)box)->data, box->size, options, fault);
	p->fragment = true;
	p->protocol = box->counted.flags & TU_BOX_LEGACY ? 2 : 4;
}

int tu_pickle_check(const void *data, size_t size)
{
	/* What could be read with other options than the defaults is a fragment too. */
	const tutti_pickle_options all = {
		.size_max = SIZE_MAX, .items_max = SIZE_MAX, .depth_max = UINT_MAX
	};
	struct tu_pickle p;
	int64_t rc;

	tu_pickle_begin(&p, data, size, &all, NULL);
	p.fragment = true;
	rc = size <= UINT32_MAX ? tu_pickle_scan(&p) : -E2BIG;
	tu_pickle_end(&p);
	return rc < 0 ? (int)rc : 0;
}
