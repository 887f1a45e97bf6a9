/* SPDX-License-Identifier: MIT */
/*
 * gather.c - values of values: lists, tuples, dicts, sets.
 *
 * All that can fail does so before the first reference is taken over. Up to FEW keys are found by
 * looking at each; beyond, slots by hash lie in the same block behind the cells, half of them free.
 */
#include "wire/value.h"

#include "base/bits.h"
#include "core/alloc.h"

#include <errno.h>
#include <tutti/error.h>

enum { FEW = 8 };

/* Walks them all: how deep what holds them is, or -E2BIG; whether one of every stride cannot be a
   key, of stride 0 none is one. */
static int look(tutti_value *const *cells, size_t count, size_t stride, bool *unhashable)
{
	unsigned height = 0;

	*unhashable = false;
	for (size_t i = 0; i < count; i++) {
		unsigned h = tu_value_height(cells[i]);

		height = h > height ? h : height;
		if (!tu_value_hashable(cells[i]) && (stride == 0 || i % stride == 0))
			*unhashable = true;
	}
	return height < TUTTI_VALUE_DEPTH_MAX ? (int)height + 1 : -E2BIG;
}

static int gather_items(tutti_value **out, int kind, tutti_value *const *cells, size_t n)
{
	bool unhashable;
	int height = look(cells, n, 0, &unhashable);
	struct tu_items *items;

	if (height < 0)
		return height;
	items = (struct tu_items *)tu_box_create(kind, n, sizeof(*items), n * sizeof(*cells));
	if (!items)
		return -ENOMEM;
	items->box.counted.height = (uint16_t)height;
	if (kind == TUTTI_VALUE_LIST || unhashable)
		items->box.counted.flags = TU_BOX_UNHASHABLE;
	if (n > 0)
		memcpy(items->cells, cells, n * sizeof(*cells));
	*out = tu_value_of(&items->box);
	return 0;
}

static size_t stride_of(const struct tu_table *t)
{
	return t->box.counted.kind == TUTTI_VALUE_DICT ? 2 : 1;
}

/* The place of what equals key, counted in strides, or its slot to be if there is none. */
static bool find(const struct tu_table *t, const tutti_value *key, uint64_t hash, size_t *place,
	size_t *slot)
{
	size_t stride = stride_of(t);

	if (!t->slots) {
		for (*place = 0; *place < t->box.size; ++*place)
			if (tu_value_same_item(t->cells[*place * stride], key))
				return true;
		return false;
	}
	for (*slot = (hash >> 32) & t->mask; t->slots[*slot].place > 0;
		*slot = (*slot + 1) & t->mask) {
		*place = t->slots[*slot].place - 1;
		if (t->slots[*slot].hash == (uint32_t)hash &&
			tu_value_same_item(t->cells[*place * stride], key))
			return true;
	}
	return false;
}

tutti_value *tu_table_find(const struct tu_table *t, const tutti_value *key)
{
	size_t place, slot;
	uint64_t hash = t->slots ? tutti_value_hash(key) : 0;

	if (!find(t, key, hash, &place, &slot))
		return NULL;
	return t->cells[place * stride_of(t) + (stride_of(t) - 1)];
}

bool tu_value_is_text(const tutti_value *v, const char *text, size_t size)
{
	const struct tu_box *box = tu_value_box(v);

	return box && box->counted.kind == TUTTI_VALUE_TEXT && box->size == size &&
	       memcmp(((const struct tu_string *)box)->data, text, size) == 0;
}

tutti_value *tu_table_find_text(const struct tu_table *t, const char *key, size_t size)
{
	size_t stride = stride_of(t), at;
	uint64_t hash = t->slots ? tu_hash_text(key, size) : 0;

	if (!t->slots) {
		for (at = 0; at < t->box.size; at++)
			if (tu_value_is_text(t->cells[at * stride], key, size))
				return t->cells[at * stride + stride - 1];
		return NULL;
	}
	for (at = (hash >> 32) & t->mask; t->slots[at].place > 0; at = (at + 1) & t->mask) {
		tutti_value *const *cell = &t->cells[(t->slots[at].place - 1) * stride];

		if (t->slots[at].hash == (uint32_t)hash && tu_value_is_text(*cell, key, size))
			return cell[stride - 1];
	}
	return NULL;
}

/* Take over one key, and its value if it is a dict. */
static void insert(struct tu_table *t, tutti_value *const *cells)
{
	size_t stride = stride_of(t), place, slot = 0;
	uint64_t hash = t->slots ? tutti_value_hash(cells[0]) : 0;

	if (find(t, cells[0], hash, &place, &slot)) {
		tu_value_drop(cells[0]);
		if (stride == 2) {
			tu_value_drop(t->cells[place * 2 + 1]);
			t->cells[place * 2 + 1] = cells[1];
		}
		return;
	}
	place = t->box.size++;
	memcpy(&t->cells[place * stride], cells, stride * sizeof(*cells));
	if (t->slots)
		t->slots[slot] = (struct tu_table_slot){ (uint32_t)hash, (uint32_t)(place + 1) };
}

static int gather_table(tutti_value **out, int kind, tutti_value *const *cells, size_t n)
{
	size_t stride = kind == TUTTI_VALUE_DICT ? 2 : 1;
	size_t slots = n > FEW ? tu_pow2_up(2 * n) : 0, bytes = n * stride * sizeof(*cells);
	struct tu_table *t;
	bool unhashable;
	int height;

	if (n >= UINT32_MAX)
		return -ENOMEM;
	height = look(cells, n * stride, stride, &unhashable);
	if (height < 0 || unhashable)
		return height < 0 ? height : TUTTI_ETYPE;
	t = (struct tu_table *)tu_box_create(
		kind, 0, sizeof(*t), bytes + slots * sizeof(*t->slots));
	if (!t)
		return -ENOMEM;
	t->box.counted.height = (uint16_t)height;
	t->box.counted.flags = TU_BOX_UNHASHABLE;
	t->mask = slots - 1;
	t->slots = slots > 0 ? (struct tu_table_slot *)((char *)t->cells + bytes) : NULL;
	if (slots > 0)
		memset(t->slots, 0, slots * sizeof(*t->slots));
	for (size_t i = 0; i < n; i++)
		insert(t, &cells[i * stride]);
	*out = tu_value_of(&t->box);
	return 0;
}

int tu_value_gather(tutti_value **out, int kind, tutti_value *const *cells, size_t n)
{
	if (n > SIZE_MAX / 4 / sizeof(*cells))
		return -ENOMEM;
	if (kind == TUTTI_VALUE_LIST || kind == TUTTI_VALUE_TUPLE)
		return gather_items(out, kind, cells, n);
	return gather_table(out, kind, cells, n);
}
