/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-qemu */
/* The program's allocator gets everything, is chosen once, and not after the first use. */
#include "core/alloc.h"

#include "support/again.h"
#include "support/test.h"

#include <errno.h>
#include <tutti/tutti.h>

static struct counts {
	int allocs, frees;
	size_t largest;
} counts;

static void *count_alloc(size_t size, void *arg)
{
	struct counts *c = arg;

	c->allocs++;
	if (size > c->largest)
		c->largest = size;
	return malloc(size);
}

static void *count_resize(void *p, size_t size, void *arg)
{
	return p ? realloc(p, size) : count_alloc(size, arg);
}

static void count_free(void *p, void *arg)
{
	((struct counts *)arg)->frees++;
	free(p);
}

static const tutti_allocator counting = { count_alloc, count_resize, count_free, &counts };

static void *nothing(void *arg)
{
	return arg;
}

static void run_a_task(void)
{
	tutti_future *f = tutti_task_start(nothing, NULL, NULL);

	CHECK_EQ(tutti_join_all(&f, 1), 0);
}

static int all_goes_through_it(void)
{
	int kept;

	CHECK_EQ(tutti_set_allocator(&counting), 0);
	run_a_task(); /* the thread's own record of stacks stays */
	kept = counts.allocs - counts.frees;
	CHECK(counts.frees > 0);
	run_a_task();
	tu_free(NULL);
	tu_free(tu_resize(tu_resize(NULL, 0), 100));
	CHECK_EQ(counts.allocs - counts.frees, kept);
	CHECK(counts.frees > 2);
	return 0;
}

static int needs_all_three(void)
{
	tutti_allocator a = counting;

	a.alloc = NULL;
	CHECK_EQ(tutti_set_allocator(&a), -EINVAL);
	a = counting;
	a.resize = NULL;
	CHECK_EQ(tutti_set_allocator(&a), -EINVAL);
	a = counting;
	a.free = NULL;
	CHECK_EQ(tutti_set_allocator(&a), -EINVAL);
	return 0;
}

static int may_be_taken_back(void)
{
	tutti_future *f;

	CHECK_EQ(tutti_set_allocator(&counting), 0);
	CHECK_EQ(tutti_set_allocator(NULL), 0);
	f = tutti_future_create(100);
	CHECK_EQ(tutti_future_cancel(f), 0);
	tutti_future_unref(f);
	CHECK_EQ(counts.allocs, 0);
	return 0;
}

static int not_after_an_allocation(void)
{
	tutti_future_unref(tutti_future_create(1));
	CHECK_EQ(tutti_set_allocator(&counting), -EBUSY);
	CHECK_EQ(tutti_set_allocator(NULL), -EBUSY);
	return 0;
}

/* A thread's pool of blocks is as the allocator is at the first of them. */
static int not_after_a_block_was_taken(void)
{
	CHECK(tutti_loop_current());
	CHECK_EQ(tutti_set_allocator(NULL), 0);
	run_a_task();
	CHECK_EQ(tutti_set_allocator(&counting), -EBUSY);
	return 0;
}

/* What the environment starts comes before main, and is no use of tutti. */
static int although_it_is_watched(void)
{
	all_goes_through_it();
	CHECK_EQ(tutti_debug_start(NULL), -EALREADY);
	CHECK_EQ(tutti_debug_stop(), 0);
	CHECK_EQ(tutti_watchdog_start(NULL), -EALREADY);
	CHECK_EQ(tutti_watchdog_stop(), 0);
	return 0;
}

static void aligned_as_asked(void)
{
	for (size_t align = sizeof(void *); align <= 4096; align *= 2) {
		char *p = tu_alloc_aligned(align + 1, align);

		CHECK_EQ((uintptr_t)p % align, 0);
		memset(p, 1, align + 1);
		tu_free_aligned(p);
	}
	tu_free_aligned(NULL);
}

static const struct again_part parts[] = { { "all goes through it", all_goes_through_it },
	{ "needs all three", needs_all_three }, { "may be taken back", may_be_taken_back },
	{ "not after an allocation", not_after_an_allocation },
	{ "not after a block was taken", not_after_a_block_was_taken }, { NULL, NULL } };
static const struct again_part watched[] = { { "although it is watched", although_it_is_watched },
	{ NULL, NULL } };

static void run(const struct again_part *part)
{
	for (; part->name; part++) {
		struct again a = again(part->name);

		again_check_exit(&a, part->name, 0);
		again_free(&a);
	}
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], watched->name) == 0)
		return again_part(watched, argv[1]);
	if (argc > 1)
		return again_part(parts, argv[1]);
	run(parts);
	setenv("TUTTI_DEBUG", "1", 1);
	setenv("TUTTI_WATCHDOG", "1ms", 1);
	run(watched);
	aligned_as_asked();
	return 0;
}
