/* SPDX-License-Identifier: MIT */
/*
 * heap.h - an intrusive pairing heap: the least first, any node removable, no allocation.
 *
 * Adding is O(1); taking the least and removing from within are O(log n) amortised. Each function
 * is inlined into its caller together with the order it is given, so that a comparison costs a
 * comparison and not a call: wrap them where they are used from many places.
 *
 * Invariants: no node comes before its parent. A node's children hang on child and are chained by
 * next. where points to the one pointer that points to the node (the root, its parent's child or
 * its left sibling's next), so that unlinking is the same in all three cases; it is NULL while the
 * node is on no heap, provided that the node began as zero bytes.
 */
#ifndef TU_BASE_HEAP_H
#define TU_BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>

struct tu_heap_node {
	struct tu_heap_node *next, **where, *child;
};

struct tu_heap {
	struct tu_heap_node *root;
};

/* Does a come before b? A strict order; let ties be broken by it too, the heap is not stable. */
typedef bool (*tu_heap_before)(const struct tu_heap_node *a, const struct tu_heap_node *b);

#define TU_HEAP_INLINE static inline __attribute__((always_inline))

static inline bool tu_heap_has(const struct tu_heap_node *node)
{
	return node->where != NULL;
}

/* Join two roots into one and return it; its next and where are the caller's to set. */
TU_HEAP_INLINE struct tu_heap_node *tu_heap_join(
	struct tu_heap_node *a, struct tu_heap_node *b, tu_heap_before before)
{
	struct tu_heap_node *winner = a, *loser = b;

	if (before(b, a)) {
		winner = b;
		loser = a;
	}
	loser->next = winner->child;
	if (loser->next)
		loser->next->where = &loser->next;
	loser->where = &winner->child;
	winner->child = loser;
	return winner;
}

/* Join a chain of siblings: by pairs from the left, then the pairs from the right. */
TU_HEAP_INLINE struct tu_heap_node *tu_heap_join_all(
	struct tu_heap_node *first, tu_heap_before before)
{
	struct tu_heap_node *pairs = NULL, *root;

	while (first) {
		struct tu_heap_node *a = first, *b = a->next;

		first = b ? b->next : NULL;
		if (b)
			a = tu_heap_join(a, b, before);
		a->next = pairs;
		pairs = a;
	}
	root = pairs;
	for (pairs = root ? root->next : NULL; pairs;) {
		struct tu_heap_node *next = pairs->next;

		root = tu_heap_join(root, pairs, before);
		pairs = next;
	}
	return root;
}

TU_HEAP_INLINE void tu_heap_set_root(struct tu_heap *heap, struct tu_heap_node *root)
{
	heap->root = root;
	if (root) {
		root->next = NULL;
		root->where = &heap->root;
	}
}

TU_HEAP_INLINE void tu_heap_add(
	struct tu_heap *heap, struct tu_heap_node *node, tu_heap_before before)
{
	node->child = NULL;
	tu_heap_set_root(heap, heap->root ? tu_heap_join(heap->root, node, before) : node);
}

/* Take the least off, or NULL. */
TU_HEAP_INLINE struct tu_heap_node *tu_heap_take(struct tu_heap *heap, tu_heap_before before)
{
	struct tu_heap_node *least = heap->root;

	if (!least)
		return NULL;
	tu_heap_set_root(heap, tu_heap_join_all(least->child, before));
	*least = (struct tu_heap_node){ 0 };
	return least;
}

/* Take node, which is on heap, off it. */
TU_HEAP_INLINE void tu_heap_remove(
	struct tu_heap *heap, struct tu_heap_node *node, tu_heap_before before)
{
	struct tu_heap_node *orphans = node->child;

	*node->where = node->next;
	if (node->next)
		node->next->where = node->where;
	if (orphans) {
		orphans = tu_heap_join_all(orphans, before);
		if (heap->root)
			orphans = tu_heap_join(heap->root, orphans, before);
		tu_heap_set_root(heap, orphans);
	}
	*node = (struct tu_heap_node){ 0 };
}

#endif
