/* SPDX-License-Identifier: MIT */
/*
 * pickle_read.c - values of a tree that pickle_scan.c has made.
 *
 * What is in the memo is made once and then shared. Shared things within shared things can make a
 * few bytes a value that would fill the memory if it were written: `whole` counts what it would be.
 */
#include "wire/pickle.h"

#include "core/alloc.h"
#include "wire/big.h"
#include "wire/utf8.h"

#include <errno.h>
#include <limits.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

enum { DEFAULT_ITEMS = 4000000, DEFAULT_DEPTH = 1000, MOST_DEPTH = 60000 };
#define DEFAULT_SIZE ((size_t)64 << 20)
#define DEFAULT_WHOLE ((size_t)256 << 20)

#define wrong(p, ...) tu_fault((p)->fault, TUTTI_EPROTO, (p)->at, __VA_ARGS__)

static int no_memory(struct tu_pickle *p)
{
	return tu_fault(p->fault, -ENOMEM, p->at, "no memory");
}

void tu_pickle_begin(struct tu_pickle *p, const void *data, size_t size,
	const tutti_pickle_options *options, tutti_value_fault *fault)
{
	tutti_pickle_options o = options ? *options : (tutti_pickle_options){ 0 };

	*p = (struct tu_pickle){ .data = data, .size = size, .protocol = 4, .fault = fault };
	p->items_max = o.items_max > 0 ? o.items_max : DEFAULT_ITEMS;
	p->whole_max = o.whole_max > 0 ? o.whole_max : DEFAULT_WHOLE;
	p->depth_max = o.depth_max > 0 ? o.depth_max : DEFAULT_DEPTH;
	if (p->depth_max > MOST_DEPTH)
		p->depth_max = MOST_DEPTH;
	p->whole_from = o.whole_from > 0 ? o.whole_from : UINT_MAX;
	p->classes = o.classes;
	p->plain = o.plain;
}

void tu_pickle_end(struct tu_pickle *p)
{
	for (size_t i = 0; p->made && i < p->n_memo; i++)
		if (p->made[i].v)
			tu_value_drop(p->made[i].v);
	tu_free(p->made);
	tu_free(p->nodes);
	tu_free(p->memo);
	tu_free(p->stack);
}

int tu_pickle_weigh(struct tu_pickle *p, uint64_t bytes)
{
	p->whole += bytes;
	if (p->whole <= p->whole_max)
		return 0;
	return tu_fault(p->fault, -E2BIG, p->at,
		"more than %zu bytes, if what is shared were written each time", p->whole_max);
}

static int put(struct tu_pickle *p, tutti_value *v)
{
	return tu_pile_put(&p->pile, v) < 0 ? no_memory(p) : 0;
}

/* -- what has no items ------------------------------------------------------------------------ */

static int64_t number(const unsigned char *data, unsigned op)
{
	switch (op) {
	case OP_BININT1:
		return data[0];
	case OP_BININT2:
		return (int64_t)tu_pickle_number(data, 2);
	default:
		return (int32_t)tu_pickle_number(data, 4);
	}
}

static int read_float(struct tu_pickle *p, const unsigned char *data)
{
	uint64_t bits = 0;
	double x;

	for (unsigned i = 0; i < sizeof(bits); i++)
		bits = bits << 8 | data[i];
	memcpy(&x, &bits, sizeof(x));
	return put(p, tutti_value_float(x));
}

/* Two's complement, the lowest byte first. */
static int read_long(struct tu_pickle *p, const unsigned char *data, size_t size)
{
	size_t n = size / TU_LIMB_BYTES + 1;
	bool negative = size > 0 && data[size - 1] >= 0x80;
	uint64_t *limbs = tu_alloc(n * sizeof(*limbs));
	tutti_value *v;

	if (!limbs)
		return no_memory(p);
	memset(limbs, negative ? 0xff : 0, n * sizeof(*limbs));
	for (size_t i = 0; i < size; i++) {
		unsigned shift = i % TU_LIMB_BYTES * 8;
		uint64_t *limb = &limbs[i / TU_LIMB_BYTES];

		*limb = (*limb & ~(UINT64_C(0xff) << shift)) | (uint64_t)data[i] << shift;
	}
	for (size_t i = 0, carry = 1; negative && i < n; i++) {
		limbs[i] = ~limbs[i] + carry;
		carry = carry && limbs[i] == 0;
	}
	v = tu_value_of_limbs(negative, limbs, n);
	tu_free(limbs);
	return put(p, v);
}

static int read_atom(struct tu_pickle *p, const struct tu_pickle_node *n)
{
	const unsigned char *data = p->data + n->first + 1;
	unsigned op = data[-1], width = (unsigned)tu_pickle_operand(op);

	switch (op) {
	case OP_NONE:
		return put(p, tutti_value_none());
	case OP_NEWTRUE:
	case OP_NEWFALSE:
		return put(p, tutti_value_bool(op == OP_NEWTRUE));
	case OP_BINFLOAT:
		return read_float(p, data);
	case OP_LONG1:
	case OP_LONG4:
		return read_long(p, data + width, (size_t)tu_pickle_number(data, width));
	default:
		return put(p, tutti_value_int(number(data, op)));
	}
}

static int read_string(struct tu_pickle *p, const struct tu_pickle_node *n, int kind)
{
	tutti_bytes bytes = tu_pickle_string(p, n);
	struct tu_string *s;

	if (n->flags & TU_PICKLE_SURROGATES)
		return tu_pickle_cut(p, n);
	s = tu_string_create(kind, bytes.size);
	if (!s)
		return no_memory(p);
	memcpy(s->data, bytes.data, bytes.size);
	return put(p, tu_value_of(&s->box));
}

/* -- what has items --------------------------------------------------------------------------- */

static int gathered(struct tu_pickle *p, int rc)
{
	if (rc == TUTTI_ETYPE)
		return wrong(p, "a key or member that cannot be one");
	if (rc == -E2BIG)
		return tu_fault(
			p->fault, rc, p->at, "nested deeper than %d", TUTTI_VALUE_DEPTH_MAX);
	return rc < 0 ? no_memory(p) : 0;
}

/* A node, and those behind it. Keys and members stay what can be one. */
static int read_items(struct tu_pickle *p, int kind, uint32_t first, unsigned level)
{
	unsigned stride = kind == TUTTI_VALUE_DICT ? 2 : kind == TUTTI_VALUE_SET ? 1 : 0;
	size_t from = p->pile.n, i = 0;
	bool plain = p->plain;
	int rc = 0;

	for (uint32_t at = first; at && rc == 0; at = p->nodes[at].next, i++) {
		p->plain = plain && !(stride > 0 && i % stride == 0);
		rc = tu_pickle_read(p, at, level);
	}
	p->plain = plain;
	if (rc == 0 && stride == 2 && i % 2 > 0)
		return wrong(p, "a key without a value");
	return rc < 0 ? rc : gathered(p, tu_pile_gather(&p->pile, kind, from));
}

/* -- objects that are values of other kinds --------------------------------------------------- */

/* The only argument; NULL: there are none, or several. */
static const struct tu_pickle_node *only(
	const struct tu_pickle *p, const struct tu_pickle_node *args)
{
	return args->first && !p->nodes[args->first].next ? tu_pickle_got(p, args->first) : NULL;
}

/* Each character is a byte: the text of what protocol 2 writes for bytes. */
static int read_encoded(struct tu_pickle *p, tutti_bytes text)
{
	const char *at = text.data, *end = at + text.size;
	struct tu_string *s;
	size_t n = 0;

	for (const char *c = at; c < end; n++)
		if (tu_utf8_next(&c) > 0xff)
			return wrong(p, "bytes that are none");
	s = tu_string_create(TUTTI_VALUE_BYTES, n);
	if (!s)
		return no_memory(p);
	for (size_t i = 0; at < end; i++)
		s->data[i] = (char)tu_utf8_next(&at);
	return put(p, tu_value_of(&s->box));
}

/* The text, if it is (text, "latin1"). */
static bool encoded(const struct tu_pickle *p, const struct tu_pickle_node *args, tutti_bytes *text)
{
	const struct tu_pickle_node *first, *second;
	tutti_bytes code;

	if (!args->first || !p->nodes[args->first].next || p->nodes[args->first].next != args->last)
		return false;
	first = tu_pickle_got(p, args->first);
	second = tu_pickle_got(p, args->last);
	if (first->kind != TU_PICKLE_TEXT || second->kind != TU_PICKLE_TEXT)
		return false;
	*text = tu_pickle_string(p, first);
	code = tu_pickle_string(p, second);
	return !(first->flags & TU_PICKLE_SURROGATES) &&
	       ((code.size == 6 && memcmp(code.data, "latin1", 6) == 0) ||
		       (code.size == 7 && memcmp(code.data, "latin-1", 7) == 0));
}

/* Bytes, which are the only argument, or none. 1: it is not that. */
static int read_bytes_of(struct tu_pickle *p, const struct tu_pickle_node *args)
{
	const struct tu_pickle_node *one = only(p, args);

	if (!args->first)
		return read_encoded(p, tutti_bytes_of("", 0));
	if (one && one->kind == TU_PICKLE_BYTES)
		return read_string(p, one, TUTTI_VALUE_BYTES);
	return 1;
}

/* What a call of list and the like makes of its argument. 1: not seen from here. */
static int read_collection(
	struct tu_pickle *p, int kind, const struct tu_pickle_node *args, unsigned level)
{
	const struct tu_pickle_node *one = only(p, args);

	if (!args->first)
		return read_items(p, kind, 0, level + 1);
	if (!one || one->kind < TU_PICKLE_TUPLE || one->kind > TU_PICKLE_SET ||
		one->kind == TU_PICKLE_DICT || (one->flags & (TU_PICKLE_BUSY | TU_PICKLE_CHANGED)))
		return 1;
	return read_items(p, kind, one->first, level + 1);
}

/* 1: it stays an object. */
static int read_like(struct tu_pickle *p, const struct tu_pickle_node *n, enum tu_pickle_like like,
	const struct tu_pickle_node *args, unsigned level)
{
	tutti_bytes text;

	switch (like) {
	case TU_LIKE_LIST:
		return read_collection(p, TUTTI_VALUE_LIST, args, level);
	case TU_LIKE_SET:
		return read_collection(p, TUTTI_VALUE_SET, args, level);
	case TU_LIKE_FROZENSET:
		return p->plain ? read_collection(p, TUTTI_VALUE_SET, args, level) : 1;
	case TU_LIKE_BYTES:
		return read_bytes_of(p, args);
	case TU_LIKE_ENCODED:
		return encoded(p, args, &text) ? read_encoded(p, text) : 1;
	case TU_LIKE_BYTEARRAY:
		if (!p->plain)
			return 1;
		return encoded(p, args, &text) ? read_encoded(p, text) : read_bytes_of(p, args);
	case TU_LIKE_DICT:
		if (!p->plain || args->first)
			return 1;
		return read_items(
			p, TUTTI_VALUE_DICT, p->nodes[p->nodes[n->first].next].next, level + 1);
	default:
		return 1;
	}
}

static int read_object(struct tu_pickle *p, const struct tu_pickle_node *n, unsigned level)
{
	const struct tu_pickle_node *class;
	enum tu_pickle_like like;
	tutti_bytes module, name;
	int rc;

	if (!(n->flags & TU_PICKLE_CALL) || (n->flags & (TU_PICKLE_BUILT | TU_PICKLE_CHANGED)))
		return tu_pickle_cut(p, n);
	class = tu_pickle_got(p, n->first);
	if (class->kind != TU_PICKLE_GLOBAL || !tu_pickle_names(p, class, &module, &name))
		return tu_pickle_cut(p, n);
	like = tu_pickle_like(module, name);
	if ((n->flags & TU_PICKLE_ODD) && like != TU_LIKE_DICT)
		like = TU_LIKE_NONE;
	rc = read_like(p, n, like, tu_pickle_got(p, p->nodes[n->first].next), level);
	return rc > 0 ? tu_pickle_cut(p, n) : rc;
}

/* -- all -------------------------------------------------------------------------------------- */

static int read_composite(struct tu_pickle *p, const struct tu_pickle_node *n, unsigned level)
{
	static const int kinds[] = { [TU_PICKLE_TUPLE] = TUTTI_VALUE_TUPLE,
		[TU_PICKLE_LIST] = TUTTI_VALUE_LIST,
		[TU_PICKLE_DICT] = TUTTI_VALUE_DICT,
		[TU_PICKLE_SET] = TUTTI_VALUE_SET,
		[TU_PICKLE_FROZENSET] = TUTTI_VALUE_SET };

	if (n->kind == TU_PICKLE_OBJECT)
		return read_object(p, n, level);
	if (n->kind == TU_PICKLE_GLOBAL || (n->kind == TU_PICKLE_FROZENSET && !p->plain))
		return tu_pickle_cut(p, n);
	if (n->flags & TU_PICKLE_CHANGED)
		return tu_fault(p->fault, -ELOOP, p->at, "something that contains itself");
	return read_items(p, kinds[n->kind], n->first, level + 1);
}

static int make(struct tu_pickle *p, struct tu_pickle_node *n, unsigned level)
{
	int rc = tu_pickle_weigh(p, n->kind >= TU_PICKLE_TUPLE ? 1 : n->end - n->start);

	if (rc < 0)
		return rc;
	switch (n->kind) {
	case TU_PICKLE_ATOM:
		return read_atom(p, n);
	case TU_PICKLE_TEXT:
		return read_string(p, n, TUTTI_VALUE_TEXT);
	case TU_PICKLE_BYTES:
		return read_string(p, n, TUTTI_VALUE_BYTES);
	case TU_PICKLE_BYTEARRAY:
		return p->plain ? read_string(p, n, TUTTI_VALUE_BYTES) : tu_pickle_cut(p, n);
	default:
		break;
	}
	if (n->flags & TU_PICKLE_BUSY)
		return tu_fault(p->fault, -ELOOP, p->at, "something that contains itself");
	if (p->depth == TUTTI_VALUE_DEPTH_MAX)
		return gathered(p, -E2BIG);
	p->depth++;
	n->flags |= TU_PICKLE_BUSY;
	rc = level >= p->whole_from ? tu_pickle_cut(p, n) : read_composite(p, n, level);
	n->flags &= (uint8_t)~TU_PICKLE_BUSY;
	p->depth--;
	return rc;
}

/* How far down it is, as far as what is made depends on it. */
static unsigned level_of(const struct tu_pickle *p, const struct tu_pickle_node *n, unsigned level)
{
	if (p->whole_from == UINT_MAX || n->kind < TU_PICKLE_TUPLE)
		return 0;
	return level < p->whole_from ? level : p->whole_from;
}

/* Note what was made last, at a place of the memo. */
static int note(struct tu_pickle *p, struct tu_pickle_made *made, uint64_t weight, unsigned level)
{
	int rc = made->v ? tu_pickle_repeat(p, weight) : 0;

	if (made->v)
		tu_value_drop(made->v);
	*made = (struct tu_pickle_made){ tu_value_keep(p->pile.cells[p->pile.n - 1]), weight, level,
		p->plain };
	return rc;
}

/* Make it, once if it is in the memo: of what stays opaque at one level and not at another, or as
   a key and not elsewhere, once more. */
static int make_once(struct tu_pickle *p, struct tu_pickle_node *n, unsigned level)
{
	struct tu_pickle_made *made = n->memo && p->made ? &p->made[n->memo - 1] : NULL;
	unsigned at = level_of(p, n, level);
	uint64_t before = p->whole;
	int rc;

	if (made && made->v && made->level == at && made->plain == p->plain) {
		rc = tu_pickle_weigh(p, made->weight);
		return rc < 0 ? rc : put(p, tu_value_keep(made->v));
	}
	p->at = n->start;
	rc = make(p, n, level);
	return rc == 0 && made ? note(p, made, p->whole - before, at) : rc;
}

int tu_pickle_read(struct tu_pickle *p, uint32_t node, unsigned level)
{
	struct tu_pickle_node *n = &p->nodes[node], *got = tu_pickle_got(p, node);

	/* What is got may be a loop, of which all is here. */
	if (n != got && got->kind >= TU_PICKLE_TUPLE && level >= p->whole_from)
		return make_once(p, n, level);
	return make_once(p, got, level);
}

int tu_pickle_read_all(struct tu_pickle *p, tutti_value **out, tu_pickle_reader *read)
{
	int64_t root = tu_pickle_scan(p);
	int rc = root < 0 ? (int)root : 0;

	if (rc == 0 && p->n_memo > 0) {
		p->made = tu_alloc_zero(p->n_memo * sizeof(*p->made));
		rc = p->made ? 0 : no_memory(p);
	}
	if (rc == 0)
		rc = read(p, (uint32_t)root, 0);
	rc = tu_pile_end(&p->pile, out, rc);
	tu_pickle_end(p);
	return rc;
}

int tutti_value_from_pickle(tutti_value **out, const void *data, size_t size,
	const tutti_pickle_options *options, tutti_value_fault *fault)
{
	size_t most = options && options->size_max > 0 ? options->size_max : DEFAULT_SIZE;
	struct tu_pickle p;

	tu_pickle_begin(&p, data, size, options, fault);
	if (size > most || size > UINT32_MAX)
		return tu_fault(fault, -E2BIG, 0, "more than %zu bytes", most);
	if (size == 0 || p.data[0] != OP_PROTO)
		return wrong(&p, "no pickle of protocol 2 to 5");
	if (size < 2 || p.data[1] < 2 || p.data[1] > 5) {
		p.at = 1;
		return wrong(&p, "no protocol from 2 to 5");
	}
	p.at = 2;
	if (p.data[size - 1] != OP_STOP || size == 2) {
		p.at = size;
		return wrong(&p, "the end, without STOP");
	}
	p.protocol = p.data[1];
	p.size = size - 1;
	return tu_pickle_read_all(&p, out, tu_pickle_read);
}

int tutti_value_from_opaque(tutti_value **out, const tutti_value *v,
	const tutti_pickle_options *options, tutti_value_fault *fault)
{
	struct tu_pickle p;

	if (!v)
		return -EINVAL;
	if (tu_value_kind(v) != TUTTI_VALUE_OPAQUE) {
		*out = tu_value_keep(tu_value_of_word((uintptr_t)v));
		return 0;
	}
	tu_pickle_of_opaque(&p, v, options, fault);
	return tu_pickle_read_all(&p, out, tu_pickle_read);
}
