/* SPDX-License-Identifier: MIT */
#include "base/heap.h"

#include "base/list.h"
#include "base/prng.h"
#include "support/test.h"

enum { N = 300 };

struct item {
	int key, number;
	struct tu_heap_node node;
};

static struct item *item_of(const struct tu_heap_node *node)
{
	return tu_container_of((struct tu_heap_node *)node, struct item, node);
}

static inline bool before(const struct tu_heap_node *a, const struct tu_heap_node *b)
{
	const struct item *x = item_of(a), *y = item_of(b);

	return x->key != y->key ? x->key < y->key : x->number < y->number;
}

/* Count the nodes below and including a chain, proving the invariants of heap.h on the way. */
static int count(struct tu_heap_node *const *where, const struct tu_heap_node *parent)
{
	const struct tu_heap_node *node = *where;

	if (!node)
		return 0;
	CHECK(node->where == where);
	CHECK(!parent || before(parent, node));
	return 1 + count(&node->child, node) + count(&node->next, parent);
}

static struct item *least(struct item *items)
{
	struct item *found = NULL;

	for (int i = 0; i < N; i++) {
		if (tu_heap_has(&items[i].node) && (!found || before(&items[i].node, &found->node)))
			found = &items[i];
	}
	return found;
}

static void compare_with_search(uint64_t seed)
{
	static struct item items[N];
	struct tu_heap heap = { NULL };
	struct tu_prng prng;
	int size = 0;

	printf("seed %" PRIu64 "\n", seed);
	memset(items, 0, sizeof items);
	tu_prng_init(&prng, seed);
	for (int step = 0; step < 10000; step++) {
		struct item *item = &items[tu_prng_below(&prng, N)];

		if (tu_prng_below(&prng, 4) == 0) {
			struct item *expected = least(items);
			struct tu_heap_node *taken = tu_heap_take(&heap, before);

			CHECK(taken == (expected ? &expected->node : NULL));
			CHECK(!taken || !tu_heap_has(taken));
			size -= taken != NULL;
		} else if (tu_heap_has(&item->node)) {
			tu_heap_remove(&heap, &item->node, before);
			CHECK(!tu_heap_has(&item->node));
			size--;
		} else {
			item->key = (int)tu_prng_below(&prng, N / 3);
			item->number = (int)(item - items);
			tu_heap_add(&heap, &item->node, before);
			size++;
		}
		CHECK_EQ(count(&heap.root, NULL), size);
	}
}

int main(void)
{
	for (uint64_t seed = 1; seed <= 5; seed++)
		compare_with_search(seed);
	return 0;
}
