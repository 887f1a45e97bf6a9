/* SPDX-License-Identifier: MIT */
/* pickle_opcode.c - the opcodes of protocols 2 to 5 and what follows each. */
#include "wire/pickle.h"

/* What follows an opcode: FIXED + n: n bytes. COUNTED + n: a number of n bytes, and so many. */
enum { UNKNOWN, FIXED = 1, COUNTED = 16, LINES = 32 };

static const unsigned char shapes[256] = {
	[OP_MARK] = FIXED,
	[OP_POP] = FIXED,
	[OP_POP_MARK] = FIXED,
	[OP_BINBYTES] = COUNTED + 4,
	[OP_SHORT_BINBYTES] = COUNTED + 1,
	[OP_BINFLOAT] = FIXED + 8,
	[OP_BININT] = FIXED + 4,
	[OP_BININT1] = FIXED + 1,
	[OP_BININT2] = FIXED + 2,
	[OP_NONE] = FIXED,
	[OP_REDUCE] = FIXED,
	[OP_BINUNICODE] = COUNTED + 4,
	[OP_EMPTY_LIST] = FIXED,
	[OP_APPEND] = FIXED,
	[OP_BUILD] = FIXED,
	[OP_GLOBAL] = LINES,
	[OP_DICT] = FIXED,
	[OP_APPENDS] = FIXED,
	[OP_BINGET] = FIXED + 1,
	[OP_LONG_BINGET] = FIXED + 4,
	[OP_LIST] = FIXED,
	[OP_BINPUT] = FIXED + 1,
	[OP_LONG_BINPUT] = FIXED + 4,
	[OP_SETITEM] = FIXED,
	[OP_TUPLE] = FIXED,
	[OP_EMPTY_TUPLE] = FIXED,
	[OP_SETITEMS] = FIXED,
	[OP_EMPTY_DICT] = FIXED,
	[OP_NEWOBJ] = FIXED,
	[OP_TUPLE1] = FIXED,
	[OP_TUPLE2] = FIXED,
	[OP_TUPLE3] = FIXED,
	[OP_NEWTRUE] = FIXED,
	[OP_NEWFALSE] = FIXED,
	[OP_LONG1] = COUNTED + 1,
	[OP_LONG4] = COUNTED + 4,
	[OP_SHORT_BINUNICODE] = COUNTED + 1,
	[OP_BINUNICODE8] = COUNTED + 8,
	[OP_BINBYTES8] = COUNTED + 8,
	[OP_EMPTY_SET] = FIXED,
	[OP_ADDITEMS] = FIXED,
	[OP_FROZENSET] = FIXED,
	[OP_NEWOBJ_EX] = FIXED,
	[OP_STACK_GLOBAL] = FIXED,
	[OP_MEMOIZE] = FIXED,
	[OP_FRAME] = FIXED + 8,
	[OP_BYTEARRAY8] = COUNTED + 8,
};

int tu_pickle_operand(unsigned op)
{
	unsigned shape = shapes[op];

	if (shape == UNKNOWN || shape == LINES)
		return shape == UNKNOWN ? -1 : 0;
	return (int)(shape < COUNTED ? shape - FIXED : shape - COUNTED);
}

uint64_t tu_pickle_number(const unsigned char *data, unsigned bytes)
{
	uint64_t n = 0;

	while (bytes-- > 0)
		n = n << 8 | data[bytes];
	return n;
}

size_t tu_pickle_behind(const unsigned char *data, size_t size, size_t at)
{
	unsigned shape = shapes[data[at]], width;
	size_t left = size - at - 1;
	const unsigned char *line;

	if (shape == LINES) {
		line = memchr(data + at + 1, '\n', left);
		line = line ? memchr(line + 1, '\n', size - (size_t)(line + 1 - data)) : NULL;
		return line ? (size_t)(line + 1 - data) : 0;
	}
	width = shape < COUNTED ? shape - FIXED : shape - COUNTED;
	if (shape == UNKNOWN || width > left)
		return 0;
	if (shape >= COUNTED) {
		uint64_t n = tu_pickle_number(data + at + 1, width);

		if (n > left - width)
			return 0;
		left = (size_t)n;
	} else {
		left = 0;
	}
	return at + 1 + width + left;
}

tutti_bytes tu_pickle_string(const struct tu_pickle *p, const struct tu_pickle_node *n)
{
	unsigned shape = shapes[p->data[n->first]];
	const unsigned char *at = p->data + n->first + 1 + (shape - COUNTED);

	return tutti_bytes_of(
		at, (size_t)tu_pickle_number(p->data + n->first + 1, shape - COUNTED));
}
