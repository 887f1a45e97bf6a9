/* SPDX-License-Identifier: MIT */
/* table.c - see table.h. What is removed leaves no mark: what stood behind it moves up. */
#include "observe/table.h"

#include "core/alloc.h"

enum { LEAST = 64 };

static size_t next_of(const struct tu_table *t, size_t i)
{
	return (i + 1) & (t->size - 1);
}

static void insert(struct tu_table *t, uint64_t key, void *value)
{
	size_t i = tu_table_home(t, key);

	while (t->slots[i].key)
		i = next_of(t, i);
	t->slots[i] = (struct tu_table_slot){ key, value };
}

/* In a table of that size, a power of two; those of NULL only if all are wanted. */
static bool rebuild(struct tu_table *t, size_t size, bool all)
{
	struct tu_table other = { .size = size };

	other.slots = tu_alloc_zero(size * sizeof(*other.slots));
	if (!other.slots)
		return false;
	other.shift = 64 - (unsigned)__builtin_ctzll(size);
	for (size_t i = 0; i < t->size; i++) {
		if (!t->slots[i].key || (!all && !t->slots[i].value))
			continue;
		insert(&other, t->slots[i].key, t->slots[i].value);
		other.used++;
	}
	tu_free(t->slots);
	*t = other;
	return true;
}

bool tu_table_reserve(struct tu_table *t, size_t n)
{
	size_t size = t->size ? t->size : LEAST;

	while (size < 2 * n)
		size *= 2;
	return size == t->size || rebuild(t, size, true);
}

void tu_table_sweep(struct tu_table *t)
{
	size_t kept = 0, size = LEAST;

	for (size_t i = 0; i < t->size; i++)
		kept += t->slots[i].key && t->slots[i].value;
	while (size < 4 * (kept + 1))
		size *= 2;
	rebuild(t, size, false);
}

bool tu_table_put(struct tu_table *t, uint64_t key, void *value)
{
	if (tu_table_is_full(t) && !tu_table_reserve(t, t->used + 1))
		return false;
	insert(t, key, value);
	t->used++;
	return true;
}

/* Slot hole is free: is there one behind it that would rather stand there? */
static void close_up(struct tu_table *t, size_t hole)
{
	for (size_t i = next_of(t, hole); t->slots[i].key; i = next_of(t, i)) {
		size_t home = tu_table_home(t, t->slots[i].key);

		/* It may move if its home is not between the hole, exclusive, and itself. */
		if (((i - home) & (t->size - 1)) < ((i - hole) & (t->size - 1)))
			continue;
		t->slots[hole] = t->slots[i];
		t->slots[i].key = 0;
		hole = i;
	}
}

void tu_table_remove(struct tu_table *t, uint64_t key)
{
	if (t->used == 0)
		return;
	for (size_t i = tu_table_home(t, key); t->slots[i].key; i = next_of(t, i)) {
		if (t->slots[i].key != key)
			continue;
		t->slots[i].key = 0;
		t->used--;
		close_up(t, i);
		return;
	}
}

void tu_table_free(struct tu_table *t)
{
	tu_free(t->slots);
	*t = (struct tu_table){ NULL, 0, 0, 0 };
}
