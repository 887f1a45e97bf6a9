/* SPDX-License-Identifier: MIT */
/* bound.c - see bound.h. */
#include "dist/bound.h"

#include <errno.h>

enum { VALUE_WEIGHT = 24 }; /* beside its bytes */

size_t tu_weigh(const tutti_value *v) /* NOLINT(misc-no-recursion) */
{
	size_t n = tutti_value_size(v), weight = VALUE_WEIGHT;

	switch (tutti_value_kind(v)) {
	case TUTTI_VALUE_BYTES:
	case TUTTI_VALUE_TEXT:
	case TUTTI_VALUE_OPAQUE:
		return weight + n;
	case TUTTI_VALUE_DICT:
		for (size_t i = 0; i < n; i++)
			weight += tu_weigh(tutti_value_under(v, i));
		break;
	default:
		break;
	}
	for (size_t i = 0; i < n; i++)
		weight += tu_weigh(tutti_value_at(v, i));
	return weight;
}

int tu_bound_items(struct tu_call *c, uint64_t items)
{
	if (items <= TU_ITEMS_MAX)
		return 0;
	return tu_call_fail(c, -ENOMEM, "more than %d items", TU_ITEMS_MAX);
}

/* Whether there is more than most of a product. */
static bool beyond(uint64_t n, uint64_t times, uint64_t most)
{
	return times > 0 && n > most / times;
}

int tu_bound_times(struct tu_call *c, uint64_t items, uint64_t weight, uint64_t times)
{
	if (beyond(items, times, TU_ITEMS_MAX))
		return tu_bound_items(c, UINT64_MAX);
	if (beyond(weight, times, TU_WEIGHT_MAX))
		return tu_call_fail(
			c, -ENOMEM, "items of more than %d MiB together", TU_WEIGHT_MAX >> 20);
	return 0;
}
