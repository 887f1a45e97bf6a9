/* SPDX-License-Identifier: MIT */
/*
 * value.h - what a value consists of: see base/value_word.h for those that are all in the word, the
 * others are one block of memory each. Fixed once made, but for the count.
 */
#ifndef TU_WIRE_VALUE_H
#define TU_WIRE_VALUE_H

#include "base/value_word.h"

#include <string.h>
#include <tutti/value.h>

struct tu_box {
	struct tu_counted counted; /* kind: TUTTI_VALUE_...; height: levels of items below */
	size_t size;               /* items, limbs, or bytes */
};

/* flags of counted */
enum { TU_BOX_UNHASHABLE = 1, TU_BOX_NEGATIVE = 2 };

struct tu_float {
	struct tu_box box;
	double x;
};

/* An int that does not fit into a word: its magnitude, the lowest limb first, the last not 0. */
struct tu_big {
	struct tu_box box;
	uint64_t limbs[];
};

/* Text and bytes, and the opcodes of what is opaque; a zero follows. */
struct tu_string {
	struct tu_box box;
	char data[];
};

/* List and tuple. */
struct tu_items {
	struct tu_box box;
	tutti_value *cells[];
};

struct tu_table_slot {
	uint32_t hash;  /* low half */
	uint32_t place; /* of the key, from 1; 0: free */
};

/* Dict and set: in order of insertion; of a dict key, value, key, value. */
struct tu_table {
	struct tu_box box;
	struct tu_table_slot *slots; /* NULL: so few that one looks at each; in the same block */
	size_t mask;                 /* slots less one */
	tutti_value *cells[];
};

static inline tutti_value *tu_value_of(struct tu_box *box)
{
	return (tutti_value *)(void *)box;
}

static inline struct tu_box *tu_value_box(const tutti_value *v)
{
	return (struct tu_box *)(void *)tu_value_counted(v);
}

static inline struct tu_table *tu_value_table(const tutti_value *v)
{
	return (struct tu_table *)tu_value_box(v);
}

/* Where its items are: of a dict keys and values by turns. */
static inline tutti_value **tu_value_cells(const tutti_value *v)
{
	struct tu_box *box = tu_value_box(v);

	return box->counted.kind >= TUTTI_VALUE_DICT ? ((struct tu_table *)box)->cells
						     : ((struct tu_items *)box)->cells;
}

static inline bool tu_value_is_small_int(const tutti_value *v)
{
	return ((uintptr_t)v & 3) == 1;
}

static inline int64_t tu_value_small_int(const tutti_value *v)
{
	return (int64_t)(uintptr_t)v >> 2;
}

enum { TU_SMALL_INT_BITS = 62 };
#define TU_SMALL_INT_MAX ((INT64_C(1) << (TU_SMALL_INT_BITS - 1)) - 1)
#define TU_SMALL_INT_MIN (-TU_SMALL_INT_MAX - 1)

static inline tutti_value *tu_value_of_small_int(int64_t n)
{
	return (tutti_value *)(uintptr_t)((uint64_t)n << 2 | 1);
}

static inline tutti_value *tu_value_of_word(uintptr_t word)
{
	return (tutti_value *)word;
}

/* As tutti_value_kind, but v is a value. */
static inline int tu_value_kind(const tutti_value *v)
{
	uintptr_t word = (uintptr_t)v;

	if ((word & 3) == 0)
		return tu_value_box(v)->counted.kind;
	if ((word & 3) == 3)
		return word == TU_VALUE_NONE ? TUTTI_VALUE_NONE : TUTTI_VALUE_BOOL;
	return (word & 3) == 1 ? TUTTI_VALUE_INT : TUTTI_VALUE_FLOAT;
}

/* Of v that is a float. */
double tu_value_double(const tutti_value *v);

/* A block for a kind of value with so many bytes behind its struct; NULL: no memory. */
struct tu_box *tu_box_create(int kind, size_t size, size_t head, size_t bytes);

/* Text and bytes whose contents are still to be filled in; NULL: no memory. */
struct tu_string *tu_string_create(int kind, size_t size);

/*
 * Make a list, tuple, dict (of n pairs) or set. On success the references in cells are the value's,
 * otherwise they stay where they are. Errors as in value_make.h; without NULL among the cells.
 */
int tu_value_gather(tutti_value **out, int kind, tutti_value *const *cells, size_t n);

bool tu_value_hashable(const tutti_value *v);
unsigned tu_value_height(const tutti_value *v);

/* An int of limbs; normalizes, so that one that fits becomes a word. NULL: no memory. */
tutti_value *tu_value_of_limbs(bool negative, const uint64_t *limbs, size_t n);

/* Is a an item that equals b: the same, or equal? */
bool tu_value_same_item(const tutti_value *a, const tutti_value *b);

/* What stands under key, or which member equals it; NULL: none. */
tutti_value *tu_table_find(const struct tu_table *t, const tutti_value *key);
tutti_value *tu_table_find_text(const struct tu_table *t, const char *key, size_t size);

/* Is v that text? */
bool tu_value_is_text(const tutti_value *v, const char *text, size_t size);

/* tutti_value_hash of a text that is not there yet. */
uint64_t tu_hash_text(const char *text, size_t size);

#endif
