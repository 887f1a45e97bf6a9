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

bool tu_table_reserve(struct tu_table *t, size_t n)
{
	struct tu_table larger = { .size = t->size ? t->size : LEAST };

	while (larger.size < 2 * n)
		larger.size *= 2;
	if (larger.size == t->size)
		return true;
	larger.slots = tu_alloc_zero(larger.size * sizeof(*larger.slots));
	if (!larger.slots)
		return false;
	larger.used = t->used;
	larger.shift = 64 - (unsigned)__builtin_ctzll(larger.size);
	for (size_t i = 0; i < t->size; i++)
		if (t->slots[i].key)
			insert(&larger, t->slots[i].key, t->slots[i].value);
	tu_free(t->slots);
	*t = larger;
	return true;
}

bool tu_table_put(struct tu_table *t, uint64_t key, void *value)
{
	if (2 * (t->used + 1) > t->size && !tu_table_reserve(t, t->used + 1))
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
