/* SPDX-License-Identifier: MIT */
#include "support/memory.h"

#include "base/atomic.h"
#include "support/test.h"

#include <tutti/memory.h>

/* Numbers by themselves, all relaxed: whoever looks has joined whom it wants to have counted. */
static size_t live;
static uint64_t fail_at;

static bool must_fail(void)
{
	uint64_t left = tu_load_rlx(&fail_at);

	while (left > 0)
		if (tu_cas_weak_acqrel(&fail_at, &left, left - 1))
			return left == 1;
	return false;
}

static void *counted_alloc(size_t size, void *arg)
{
	void *p = must_fail() ? NULL : malloc(size);

	(void)arg;
	if (p)
		tu_add_rlx(&live, (size_t)1);
	return p;
}

static void *counted_resize(void *p, size_t size, void *arg)
{
	if (!p)
		return counted_alloc(size, arg);
	return must_fail() ? NULL : realloc(p, size);
}

static void counted_free(void *p, void *arg)
{
	(void)arg;
	if (p)
		tu_add_rlx(&live, (size_t)-1);
	free(p);
}

__attribute__((constructor)) static void install(void)
{
	static const tutti_allocator counted = { counted_alloc, counted_resize, counted_free,
		NULL };

	CHECK_EQ(tutti_set_allocator(&counted), 0);
}

size_t test_alloc_live(void)
{
	return tu_load_rlx(&live);
}

uint64_t test_alloc_fail_at(uint64_t n)
{
	return tu_swap_acqrel(&fail_at, n);
}
