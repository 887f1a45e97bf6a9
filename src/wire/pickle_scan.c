/* SPDX-License-Identifier: MIT */
/*
 * pickle_scan.c - a pickle as a tree of nodes. Each opcode costs the same however large the memo
 * and the stack are, and nothing is as large as a number in the pickle says, only as what is there.
 */
#include "wire/pickle.h"

#include "core/alloc.h"
#include "wire/utf8.h"

#include <errno.h>
#include <tutti/error.h>

#define wrong(p, ...) tu_fault((p)->fault, TUTTI_EPROTO, (p)->at, __VA_ARGS__)

/* -- nodes ------------------------------------------------------------------------------------ */

/* Room for one more. */
static bool grow(void *array, size_t *room, size_t n, size_t unit)
{
	void **at = array, *larger;
	size_t more = *room + *room / 2 + 32;

	if (n < *room)
		return true;
	larger = tu_resize(*at, more * unit);
	if (!larger)
		return false;
	*at = larger;
	*room = more;
	return true;
}

static int no_memory(struct tu_pickle *p)
{
	return tu_fault(p->fault, -ENOMEM, p->at, "no memory");
}

static struct tu_pickle_node *top(const struct tu_pickle *p, size_t below)
{
	return &p->nodes[p->stack[p->n_stack - 1 - below]];
}

/* A node onto the stack, whose opcode is at byte `first`. It begins where what is below ends: what
   was there meanwhile and is gone belongs to it, as it may be in the memo. */
static int put(struct tu_pickle *p, int kind, size_t first)
{
	struct tu_pickle_node *n;

	if (p->n_nodes > p->items_max)
		return tu_fault(p->fault, -E2BIG, p->at, "more than %zu values", p->items_max);
	if (!grow(&p->nodes, &p->room_nodes, p->n_nodes + 1, sizeof(*p->nodes)) ||
		!grow(&p->stack, &p->room_stack, p->n_stack, sizeof(*p->stack)))
		return no_memory(p);
	if (p->n_nodes == 0)
		p->n_nodes = 1;
	n = &p->nodes[p->n_nodes];
	*n = (struct tu_pickle_node){ .kind = (uint8_t)kind, .first = (uint32_t)first };
	n->start = p->n_stack > 0 ? top(p, 0)->end : p->begin;
	n->end = (uint32_t)p->at;
	p->stack[p->n_stack++] = (uint32_t)p->n_nodes++;
	return 0;
}

struct tu_pickle_node *tu_pickle_got(const struct tu_pickle *p, uint32_t node)
{
	struct tu_pickle_node *n = &p->nodes[node];

	return n->kind == TU_PICKLE_GET ? &p->nodes[p->memo[n->first].node] : n;
}

/* The last n of the stack become children, and are gone from it. */
static int attach(struct tu_pickle *p, uint32_t parent, size_t n)
{
	struct tu_pickle_node *to = &p->nodes[parent];

	for (size_t i = p->n_stack - n; i < p->n_stack; i++) {
		uint32_t child = p->stack[i];

		if (p->nodes[child].height >= p->depth_max)
			return tu_fault(
				p->fault, -E2BIG, p->at, "nested deeper than %u", p->depth_max);
		if (p->nodes[child].height >= to->height)
			to->height = (uint16_t)(p->nodes[child].height + 1);
		if (to->last)
			p->nodes[to->last].next = child;
		else
			to->first = child;
		to->last = child;
	}
	p->n_stack -= n;
	to->end = (uint32_t)p->at;
	return 0;
}

/* Are there so many, and no mark among them? */
static bool has(const struct tu_pickle *p, size_t n)
{
	if (p->n_stack < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (top(p, i)->kind == TU_PICKLE_MARK)
			return false;
	return true;
}

/* How many are above the last mark. */
static int to_mark(struct tu_pickle *p, size_t *n)
{
	*n = 0;
	if (p->marks == 0)
		return wrong(p, "no mark");
	for (; top(p, *n)->kind != TU_PICKLE_MARK; ++*n)
		;
	return 0;
}

/* -- opcodes ---------------------------------------------------------------------------------- */

/* The mark becomes what is made of all above it. */
static int close_mark(struct tu_pickle *p, int kind)
{
	struct tu_pickle_node *mark;
	size_t n;
	int rc = to_mark(p, &n);

	if (rc < 0)
		return rc;
	if (kind == TU_PICKLE_DICT && n % 2 > 0)
		return wrong(p, "a key without a value");
	p->marks--;
	mark = top(p, n);
	mark->kind = (uint8_t)kind;
	mark->first = 0;
	mark->height = 1;
	return attach(p, p->stack[p->n_stack - 1 - n], n);
}

/* A tuple of the last n, or another node that begins where the first of them does. */
static int close_few(struct tu_pickle *p, int kind, unsigned flags, size_t n)
{
	struct tu_pickle_node *to;
	uint32_t parent;
	int rc;

	if (!has(p, n))
		return wrong(p, "too few values on the stack");
	rc = put(p, kind, 0);
	if (rc < 0)
		return rc;
	parent = p->stack[--p->n_stack];
	to = &p->nodes[parent];
	to->flags = (uint8_t)flags;
	to->height = 1;
	if (n > 0)
		to->start = top(p, n - 1)->start;
	rc = attach(p, parent, n);
	p->stack[p->n_stack++] = parent;
	return rc;
}

/*
 * The last n go into what is below them (and below a mark that is gone). What was got from the memo
 * is changed by it too: the node is then an object that nobody can look into.
 */
static int give(struct tu_pickle *p, int kind, size_t n)
{
	uint32_t parent;
	struct tu_pickle_node *to, *got;

	if (!has(p, n + 1))
		return wrong(p, "nothing on the stack to put into");
	parent = p->stack[p->n_stack - 1 - n];
	to = &p->nodes[parent];
	got = tu_pickle_got(p, parent);
	if (got->kind != kind && got->kind != TU_PICKLE_OBJECT)
		return wrong(p, "that cannot be put in there");
	if (got != to) {
		got->flags |= TU_PICKLE_CHANGED;
		to->kind = TU_PICKLE_OBJECT;
		to->first = 0;
	}
	if (to->kind == TU_PICKLE_OBJECT)
		to->flags |= to->flags & TU_PICKLE_BUILT ? TU_PICKLE_ODD | TU_PICKLE_LATE
							 : TU_PICKLE_ODD;
	if ((kind == TU_PICKLE_DICT && n % 2 > 0) || n == 0) {
		to->end = (uint32_t)p->at;
		return n == 0 ? 0 : wrong(p, "a key without a value");
	}
	return attach(p, parent, n);
}

static int give_from_mark(struct tu_pickle *p, int kind)
{
	size_t n;
	int rc = to_mark(p, &n);

	if (rc < 0)
		return rc;
	p->marks--;
	memmove(&p->stack[p->n_stack - 1 - n], &p->stack[p->n_stack - n], n * sizeof(*p->stack));
	p->n_stack--;
	return give(p, kind, n);
}

static int build(struct tu_pickle *p)
{
	bool odd = has(p, 2) && (p->nodes[p->stack[p->n_stack - 2]].flags & TU_PICKLE_ODD);
	bool built_of_get = has(p, 2) && top(p, 1)->kind == TU_PICKLE_GET;
	int rc = give(p, TU_PICKLE_OBJECT, 1);

	if (rc < 0)
		return rc;
	if (!odd && !built_of_get)
		top(p, 0)->flags &= (uint8_t)~TU_PICKLE_ODD;
	top(p, 0)->flags = (uint8_t)((top(p, 0)->flags | TU_PICKLE_BUILT) & ~TU_PICKLE_LATE);
	return 0;
}

/* Is it something that can be called? */
static bool callable(const struct tu_pickle *p, size_t below)
{
	int kind = tu_pickle_got(p, p->stack[p->n_stack - 1 - below])->kind;

	return kind == TU_PICKLE_GLOBAL || kind == TU_PICKLE_OBJECT;
}

static int call(struct tu_pickle *p, unsigned flags, size_t args)
{
	if (!has(p, args + 1))
		return wrong(p, "too few values on the stack");
	if (!callable(p, args))
		return wrong(p, "a call of what is no class");
	if (tu_pickle_got(p, p->stack[p->n_stack - args])->kind != TU_PICKLE_TUPLE)
		return wrong(p, "arguments that are no tuple");
	return close_few(p, TU_PICKLE_OBJECT, flags, args + 1);
}

/* Whether a class may be there. */
static int allow(struct tu_pickle *p)
{
	tutti_bytes module, name;

	if (!tu_pickle_names(p, top(p, 0), &module, &name))
		return wrong(p, "a class without a name");
	if (tu_pickle_allowed(p->classes, module, name))
		return 0;
	return tu_fault(p->fault, TUTTI_ETYPE, p->at, "class '%.*s.%.*s' is not among those known",
		(int)(module.size < 30 ? module.size : 30), (const char *)module.data,
		(int)(name.size < 30 ? name.size : 30), (const char *)name.data);
}

static int put_class(struct tu_pickle *p, size_t at)
{
	int rc = p->data[at] == OP_GLOBAL ? put(p, TU_PICKLE_GLOBAL, at)
					  : close_few(p, TU_PICKLE_GLOBAL, 0, 2);

	return rc < 0 ? rc : allow(p);
}

/* UTF-8, with surrogates too, as Python writes them; then that is noted. */
static bool is_text(tutti_bytes text, struct tu_pickle_node *n)
{
	const unsigned char *data = text.data;
	size_t at = 0;

	for (;;) {
		at += tu_utf8_check((const char *)data + at, text.size - at);
		if (at == text.size)
			return true;
		if (text.size - at < 3 || data[at] != 0xed || (data[at + 1] & 0xe0) != 0xa0 ||
			(data[at + 2] & 0xc0) != 0x80)
			return false;
		n->flags |= TU_PICKLE_SURROGATES;
		at += 3;
	}
}

static int put_text(struct tu_pickle *p, size_t at)
{
	int rc = put(p, TU_PICKLE_TEXT, at);

	if (rc == 0 && !is_text(tu_pickle_string(p, top(p, 0)), top(p, 0)))
		return wrong(p, "a text that is not UTF-8");
	return rc;
}

/* Places in the memo come one after the other from all that write pickles: nobody can make it large
   by a large one. */
static int memoize(struct tu_pickle *p, size_t at)
{
	unsigned op = p->data[at];
	struct tu_pickle_node *n;

	if (op != OP_MEMOIZE && p->fragment)
		return wrong(p, "an opcode that opaque values do not have");
	if (op != OP_MEMOIZE &&
		tu_pickle_number(p->data + at + 1, (unsigned)tu_pickle_operand(op)) != p->n_memo)
		return wrong(p, "a place in the memo that is not the next");
	if (!has(p, 1) || top(p, 0)->kind == TU_PICKLE_GET || top(p, 0)->memo)
		return wrong(p, "nothing for the memo");
	if (!grow(&p->memo, &p->room_memo, p->n_memo, sizeof(*p->memo)))
		return no_memory(p);
	n = top(p, 0);
	p->memo[p->n_memo++] = (struct tu_pickle_memo){ p->stack[p->n_stack - 1], (uint32_t)at };
	n->memo = (uint32_t)p->n_memo;
	n->end = (uint32_t)p->at;
	return 0;
}

static int get(struct tu_pickle *p, size_t at)
{
	uint64_t place =
		tu_pickle_number(p->data + at + 1, (unsigned)tu_pickle_operand(p->data[at]));
	int rc;

	if (place >= p->n_memo)
		return wrong(p, "nothing at that place of the memo");
	rc = put(p, TU_PICKLE_GET, (size_t)place);
	if (rc == 0)
		top(p, 0)->height = p->nodes[p->memo[place].node].height;
	return rc;
}

static int mark(struct tu_pickle *p, size_t at)
{
	if (p->marks >= p->depth_max)
		return tu_fault(p->fault, -E2BIG, p->at, "nested deeper than %u", p->depth_max);
	p->marks++;
	return put(p, TU_PICKLE_MARK, at);
}

static int drop(struct tu_pickle *p, bool to_the_mark)
{
	size_t n = 0;
	int rc = to_the_mark ? to_mark(p, &n) : 0;

	if (rc < 0)
		return rc;
	if (p->n_stack == 0)
		return wrong(p, "nothing on the stack");
	p->n_stack -= n;
	p->marks -= top(p, 0)->kind == TU_PICKLE_MARK;
	p->n_stack--;
	return 0;
}

static int put_empty(struct tu_pickle *p, int kind)
{
	int rc = put(p, kind, 0);

	if (rc == 0)
		top(p, 0)->height = 1;
	return rc;
}

static int frame(struct tu_pickle *p, size_t at)
{
	if (p->fragment)
		return wrong(p, "an opcode that opaque values do not have");
	/* STOP is beyond size, but in the last frame. */
	if (tu_pickle_number(p->data + at + 1, 8) > p->size + 1 - p->at)
		return wrong(p, "a frame beyond the end");
	return 0;
}

/* Those that make a value of others. */
static int step_composite(struct tu_pickle *p, unsigned op)
{
	switch (op) {
	case OP_TUPLE:
		return close_mark(p, TU_PICKLE_TUPLE);
	case OP_LIST:
		return close_mark(p, TU_PICKLE_LIST);
	case OP_DICT:
		return close_mark(p, TU_PICKLE_DICT);
	case OP_FROZENSET:
		return close_mark(p, TU_PICKLE_FROZENSET);
	case OP_TUPLE1:
	case OP_TUPLE2:
	case OP_TUPLE3:
		return close_few(p, TU_PICKLE_TUPLE, 0, op - OP_TUPLE1 + 1);
	case OP_APPEND:
		return give(p, TU_PICKLE_LIST, 1);
	case OP_SETITEM:
		return give(p, TU_PICKLE_DICT, 2);
	case OP_APPENDS:
		return give_from_mark(p, TU_PICKLE_LIST);
	case OP_SETITEMS:
		return give_from_mark(p, TU_PICKLE_DICT);
	case OP_ADDITEMS:
		return give_from_mark(p, TU_PICKLE_SET);
	case OP_REDUCE:
		return call(p, TU_PICKLE_CALL, 1);
	case OP_NEWOBJ:
		return call(p, 0, 1);
	case OP_NEWOBJ_EX:
		return call(p, TU_PICKLE_ODD, 2);
	default:
		return build(p);
	}
}

static int step(struct tu_pickle *p, unsigned op, size_t at)
{
	switch (op) {
	case OP_NONE:
	case OP_NEWTRUE:
	case OP_NEWFALSE:
	case OP_BININT1:
	case OP_BININT2:
	case OP_BININT:
	case OP_LONG1:
	case OP_LONG4:
	case OP_BINFLOAT:
		return put(p, TU_PICKLE_ATOM, at);
	case OP_BINUNICODE:
	case OP_SHORT_BINUNICODE:
	case OP_BINUNICODE8:
		return put_text(p, at);
	case OP_BINBYTES:
	case OP_SHORT_BINBYTES:
	case OP_BINBYTES8:
		return put(p, TU_PICKLE_BYTES, at);
	case OP_BYTEARRAY8:
		return put(p, TU_PICKLE_BYTEARRAY, at);
	case OP_MARK:
		return mark(p, at);
	case OP_POP:
	case OP_POP_MARK:
		return drop(p, op == OP_POP_MARK);
	case OP_EMPTY_TUPLE:
		return put_empty(p, TU_PICKLE_TUPLE);
	case OP_EMPTY_LIST:
		return put_empty(p, TU_PICKLE_LIST);
	case OP_EMPTY_DICT:
		return put_empty(p, TU_PICKLE_DICT);
	case OP_EMPTY_SET:
		return put_empty(p, TU_PICKLE_SET);
	case OP_BINGET:
	case OP_LONG_BINGET:
		return get(p, at);
	case OP_BINPUT:
	case OP_LONG_BINPUT:
	case OP_MEMOIZE:
		return memoize(p, at);
	case OP_GLOBAL:
	case OP_STACK_GLOBAL:
		return put_class(p, at);
	case OP_FRAME:
		return frame(p, at);
	default:
		return step_composite(p, op);
	}
}

static int unknown(struct tu_pickle *p)
{
	unsigned op = p->data[p->at];

	if (tu_pickle_operand(op) >= 0)
		return wrong(p, "the end, within opcode 0x%02x", op);
	if (op == OP_STOP)
		return wrong(p, "bytes behind the end");
	if (op == 'P' || op == 'Q')
		return wrong(p, "an object that is kept elsewhere");
	if (op == 0x97 || op == 0x98)
		return wrong(p, "a buffer that is elsewhere");
	if (op >= 0x82 && op <= 0x84)
		return wrong(p, "a class that has a number for its name");
	return wrong(p, "0x%02x is no opcode of protocols 2 to 5 that is read", op);
}

int64_t tu_pickle_scan(struct tu_pickle *p)
{
	int rc = 0;

	p->begin = (uint32_t)p->at;
	while (p->at < p->size && rc == 0) {
		size_t at = p->at, end = tu_pickle_behind(p->data, p->size, at);

		if (end == 0)
			return unknown(p);
		p->at = end;
		rc = step(p, p->data[at], at);
	}
	if (rc == 0 && (p->n_stack != 1 || !has(p, 1)))
		rc = wrong(p, "the end, with %zu values on the stack", p->n_stack);
	return rc < 0 ? rc : (int64_t)p->stack[0];
}
