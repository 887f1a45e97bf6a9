/* SPDX-License-Identifier: MIT */
/*
 * pickle_write.c - values as pickles, with the fewest opcodes: no frames, and a place in the memo
 * only for what an opaque value has put there. See pickle_object.c for objects.
 */
#include "wire/pickle.h"

#include "core/alloc.h"
#include "wire/big.h"

#include <errno.h>
#include <tutti/error.h>

enum { PROTOCOL = 4, PROTOCOL_LEGACY = 2 };

static void put_number(struct tu_out *o, unsigned op, uint64_t n, size_t bytes)
{
	char *to = tu_out_room(o, 1 + bytes);

	if (!to)
		return;
	*to++ = (char)op;
	for (size_t i = 0; i < bytes; i++, n >>= 8)
		*to++ = (char)(n & 0xff);
	o->size += 1 + bytes;
}

void tu_pickle_write_get(struct tu_out *o, size_t place)
{
	if (place <= UINT8_MAX)
		put_number(o, OP_BINGET, place, 1);
	else
		put_number(o, OP_LONG_BINGET, place, 4);
}

void tu_pickle_write_class(struct tu_pickle_writer *w, bool legacy)
{
	w->legacy |= legacy;
	w->newer |= !legacy;
}

/* Of n bytes: the opcode depends on how many bytes their number has. */
static void put_string(struct tu_out *o, int kind, const void *data, size_t n)
{
	bool text = kind == TUTTI_VALUE_TEXT;

	if (n <= UINT8_MAX)
		put_number(o, text ? OP_SHORT_BINUNICODE : OP_SHORT_BINBYTES, n, 1);
	else if (n <= UINT32_MAX)
		put_number(o, text ? OP_BINUNICODE : OP_BINBYTES, n, 4);
	else
		put_number(o, text ? OP_BINUNICODE8 : OP_BINBYTES8, n, 8);
	tu_out_put(o, data, n);
}

/* Two's complement, as few bytes as have it, the lowest first. */
static void put_big(struct tu_out *o, const struct tu_big *big)
{
	bool negative = big->box.counted.flags & TU_BOX_NEGATIVE;
	size_t n = big->box.size, size = n * TU_LIMB_BYTES + 1;
	unsigned fill = negative ? 0xff : 0;
	unsigned char *to;
	uint64_t carry = negative;
	char *bytes = tu_alloc(size);

	if (!bytes) {
		o->failed = true;
		return;
	}
	to = (unsigned char *)bytes;
	for (size_t i = 0; i < n; i++) {
		uint64_t limb = negative ? ~big->limbs[i] + carry : big->limbs[i];

		carry = carry && limb == 0;
		for (unsigned k = 0; k < TU_LIMB_BYTES; k++, limb >>= 8)
			*to++ = (unsigned char)limb;
	}
	*to = (unsigned char)(fill + carry);
	to = (unsigned char *)bytes;
	while (size > 1 && to[size - 1] == fill && (to[size - 2] >= 0x80) == negative)
		size--;
	put_number(o, size <= UINT8_MAX ? OP_LONG1 : OP_LONG4, size, size <= UINT8_MAX ? 1 : 4);
	tu_out_put(o, bytes, size);
	tu_free(bytes);
}

static void write_int(struct tu_out *o, const tutti_value *v)
{
	int64_t n;
	unsigned bytes = 8;

	if (tutti_value_as_int(v, &n) < 0) {
		put_big(o, (const struct tu_big *)tu_value_box(v));
		return;
	}
	if (n >= 0 && n <= UINT8_MAX) {
		put_number(o, OP_BININT1, (uint64_t)n, 1);
	} else if (n >= INT32_MIN && n <= INT32_MAX) {
		put_number(o, OP_BININT, (uint64_t)n, 4);
	} else {
		while (n >= -(INT64_C(1) << (8 * bytes - 9)) && n < INT64_C(1) << (8 * bytes - 9))
			bytes--;
		put_number(o, OP_LONG1, bytes, 1);
		for (unsigned i = 0; i < bytes; i++)
			tu_out_byte(o, (unsigned)((uint64_t)n >> (8 * i)) & 0xff);
	}
}

static void write_float(struct tu_out *o, double x)
{
	uint64_t bits;
	unsigned char data[1 + sizeof(bits)] = { OP_BINFLOAT };

	memcpy(&bits, &x, sizeof(bits));
	for (size_t i = 0; i < sizeof(bits); i++)
		data[i + 1] = (unsigned char)(bits >> (56 - 8 * i));
	tu_out_put(o, data, sizeof(data));
}

/* A fragment, whose places in the memo come behind those that are taken. */
static void write_opaque(struct tu_pickle_writer *w, const struct tu_string *s)
{
	const unsigned char *data = (const unsigned char *)s->data;
	size_t size = s->box.size, shift = w->memos, from = 0;

	for (size_t at = 0, end; at < size; at = end) {
		unsigned op = data[at];

		end = tu_pickle_behind(data, size, at);
		if (op == OP_GLOBAL || op == OP_STACK_GLOBAL)
			tu_pickle_write_class(w, s->box.counted.flags & TU_BOX_LEGACY);
		w->memos += op == OP_MEMOIZE;
		if (shift > 0 && (op == OP_BINGET || op == OP_LONG_BINGET)) {
			tu_out_put(&w->out, data + from, at - from);
			tu_pickle_write_get(&w->out, shift + (size_t)tu_pickle_number(data + at + 1,
								     op == OP_BINGET ? 1 : 4));
			from = end;
		}
	}
	tu_out_put(&w->out, data + from, size - from);
}

static int write_cells(struct tu_pickle_writer *w, const tutti_value *v, size_t n)
{
	tutti_value **cells = tu_value_cells(v);
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++)
		rc = tu_pickle_write(w, cells[i]);
	return rc;
}

static int write_tuple(struct tu_pickle_writer *w, const tutti_value *v, size_t n)
{
	int rc;

	if (n > 3)
		tu_out_byte(&w->out, OP_MARK);
	rc = write_cells(w, v, n);
	tu_out_byte(&w->out, n == 0 ? OP_EMPTY_TUPLE : n > 3 ? OP_TUPLE : OP_TUPLE1 + n - 1);
	return rc;
}

static int write_many(
	struct tu_pickle_writer *w, const tutti_value *v, size_t n, unsigned empty, unsigned fill)
{
	int rc;

	tu_out_byte(&w->out, empty);
	if (n == 0)
		return 0;
	tu_out_byte(&w->out, OP_MARK);
	rc = write_cells(w, v, n);
	tu_out_byte(&w->out, fill);
	return rc;
}

static int write_box(struct tu_pickle_writer *w, const tutti_value *v)
{
	const struct tu_box *box = tu_value_box(v);

	switch (box->counted.kind) {
	case TUTTI_VALUE_TEXT:
	case TUTTI_VALUE_BYTES:
		put_string(&w->out, box->counted.kind, ((const struct tu_string *)box)->data,
			box->size);
		return 0;
	case TUTTI_VALUE_TUPLE:
		return write_tuple(w, v, box->size);
	case TUTTI_VALUE_LIST:
		return write_many(w, v, box->size, OP_EMPTY_LIST, OP_APPENDS);
	case TUTTI_VALUE_DICT:
		return write_many(w, v, 2 * box->size, OP_EMPTY_DICT, OP_SETITEMS);
	case TUTTI_VALUE_SET:
		return write_many(w, v, box->size, OP_EMPTY_SET, OP_ADDITEMS);
	default:
		write_opaque(w, (const struct tu_string *)box);
		return 0;
	}
}

int tu_pickle_write(struct tu_pickle_writer *w, const tutti_value *v)
{
	int rc = 0;

	switch (tu_value_kind(v)) {
	case TUTTI_VALUE_NONE:
		tu_out_byte(&w->out, OP_NONE);
		break;
	case TUTTI_VALUE_BOOL:
		tu_out_byte(&w->out, (uintptr_t)v == TU_VALUE_TRUE ? OP_NEWTRUE : OP_NEWFALSE);
		break;
	case TUTTI_VALUE_INT:
		write_int(&w->out, v);
		break;
	case TUTTI_VALUE_FLOAT:
		write_float(&w->out, tu_value_double(v));
		break;
	default:
		rc = write_box(w, v);
	}
	return rc == 0 && w->out.size > w->enough ? -E2BIG : rc;
}

int tutti_value_to_pickle(tutti_bytes *out, const tutti_value *v)
{
	struct tu_pickle_writer w = { .enough = SIZE_MAX };
	int rc;

	if (!v)
		return -EINVAL;
	tu_out_byte(&w.out, OP_PROTO);
	tu_out_byte(&w.out, PROTOCOL);
	rc = tu_pickle_write(&w, v);
	tu_out_byte(&w.out, OP_STOP);
	if (rc == 0 && w.legacy && w.newer)
		rc = TUTTI_ETYPE;
	if (w.legacy && w.out.size > 1)
		w.out.data[1] = PROTOCOL_LEGACY;
	return tu_out_end(&w.out, out, rc);
}
