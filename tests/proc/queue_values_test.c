/* SPDX-License-Identifier: MIT */
/* rows: F35 */
/* ctest: LABELS no-valgrind */
/* To memcheck what threads had that a forked child has not is lost there. */
/* Queues of values, in one process and between several: whose they are, and that all arrive. */
#include <tutti/shared_queue.h>

#include "proc/shared_queue_inside.h"
#include "support/children.h"
#include "support/memory.h"
#include "support/values.h"

static const tutti_time past = 0;

static tutti_queue *queue;

static void make_with(const tutti_queue_options *o)
{
	CHECK_EQ(tutti_queue_create(&queue, sizeof(tutti_value *), o), 0);
}

static void make_shared(size_t maxsize)
{
	make_with(
		&(tutti_queue_options){ .maxsize = maxsize, .flags = TUTTI_SHARED | TUTTI_VALUES });
}

/* Put it and give it back. */
static void put(tutti_value *v)
{
	CHECK_EQ(tutti_queue_put_until(queue, &v, past), 0);
	tutti_value_unref(v);
}

static void put_text(const char *text)
{
	tutti_value *v;

	CHECK_EQ(tutti_value_pack(&v, "s", text), 0);
	put(v);
}

static tutti_value *get(void)
{
	tutti_value *v = NULL;

	CHECK_EQ(tutti_queue_get_until(queue, &v, past), 0);
	return v;
}

static void get_text(const char *expected)
{
	tutti_value *v = get();
	const char *text;

	CHECK_EQ(tutti_value_unpack(v, "s", &text), 0);
	CHECK_STR(text, expected);
	tutti_value_unref(v);
}

/* -- one process ------------------------------------------------------------------------------ */

static int by_text(const void *a, const void *b)
{
	const char *x, *y;

	CHECK_EQ(tutti_value_unpack(*(tutti_value *const *)a, "s", &x), 0);
	CHECK_EQ(tutti_value_unpack(*(tutti_value *const *)b, "s", &y), 0);
	return strcmp(x, y);
}

static const tutti_queue_options kinds[] = { { .flags = TUTTI_VALUES },
	{ .maxsize = 3, .flags = TUTTI_VALUES }, { .flags = TUTTI_VALUES | TUTTI_LIFO },
	{ .flags = TUTTI_VALUES, .compare = by_text }, { .flags = TUTTI_VALUES | TUTTI_SHARED },
	{ .maxsize = 3, .flags = TUTTI_VALUES | TUTTI_SHARED } };
enum { KINDS = sizeof kinds / sizeof *kinds };

static void refuses_what_cannot_be(void)
{
	tutti_queue *q = (tutti_queue *)&q;
	tutti_value *none = NULL;

	for (int shared = 0; shared <= TUTTI_SHARED; shared += TUTTI_SHARED) {
		tutti_queue_options o = { .flags = TUTTI_VALUES | (unsigned)shared };
		tutti_queue_options both = { .flags = o.flags | TUTTI_BYTES };

		CHECK_EQ(tutti_queue_create(&q, 4, &o), -EINVAL);
		CHECK_EQ(tutti_queue_create(&q, 0, &o), -EINVAL);
		CHECK_EQ(tutti_queue_create(&q, sizeof(tutti_value *), &both), -EINVAL);
		CHECK_EQ(tutti_queue_create(&q, sizeof(tutti_bytes), &both), -EINVAL);
		CHECK(q == (tutti_queue *)&q); /* untouched */
		make_with(&o);
		CHECK_EQ(tutti_queue_put(queue, &none), -EINVAL);
		CHECK(tutti_queue_empty(queue));
		tutti_queue_free(queue);
	}
}

/* In one process it is the very one that was put. */
static void the_same_one_comes_out(void)
{
	tutti_value *v = value_of_all_kinds(), *got;

	for (int i = 0; i < 4; i++) {
		size_t live = test_alloc_live();

		make_with(&kinds[i]);
		if (kinds[i].compare) {
			tutti_queue_free(queue);
			continue;
		}
		CHECK_EQ(tutti_queue_put(queue, &v), 0);
		CHECK_EQ(tutti_queue_put(queue, &v), 0);
		got = get();
		CHECK(got == v);
		tutti_value_unref(got);
		CHECK(get() == v);
		tutti_value_unref(v);
		tutti_queue_free(queue);
		CHECK_EQ(test_alloc_live(), live);
	}
	check_same_value(v, value_of_all_kinds()); /* it is still there */
}

static void each_kind_has_its_order(void)
{
	static const char *const order[][3] = { { "b", "a", "c" }, { "b", "a", "c" },
		{ "c", "a", "b" }, { "a", "b", "c" }, { "b", "a", "c" }, { "b", "a", "c" } };

	for (int i = 0; i < KINDS; i++) {
		make_with(&kinds[i]);
		put_text("b");
		put_text("a");
		put_text("c");
		CHECK_EQ(tutti_queue_full(queue), kinds[i].maxsize > 0);
		CHECK_EQ(tutti_queue_size(queue), 3);
		for (int k = 0; k < 3; k++)
			get_text(order[i][k]);
		CHECK_EQ(tutti_queue_unfinished(queue), 3);
		for (int k = 0; k < 3; k++)
			CHECK_EQ(tutti_queue_task_done(queue), 0);
		CHECK_EQ(tutti_queue_join_until(queue, past), 0);
		CHECK_EQ(tutti_queue_task_done(queue), -EINVAL);
		tutti_queue_free(queue);
	}
}

/* A put that fails keeps no reference, and what nobody takes goes with the queue or its end. */
static void no_reference_is_left(void)
{
	for (int i = 0; i < KINDS; i++) {
		size_t live = test_alloc_live();
		tutti_value *v = value_of_all_kinds(), *got;

		make_with(&kinds[i]);
		tutti_queue_free(queue);
		make_with(&kinds[i]);
		put_text("x");
		put_text("y");
		put_text("z");
		if (kinds[i].maxsize > 0)
			CHECK_EQ(tutti_queue_put_until(queue, &v, past), TUTTI_EFULL);
		tutti_queue_free(queue); /* with all three */
		make_with(&kinds[i]);
		put_text("x");
		put_text("y");
		get_text(kinds[i].flags & TUTTI_LIFO ? "y" : "x");
		CHECK_EQ(tutti_queue_shutdown(queue, false), 0);
		CHECK_EQ(tutti_queue_put(queue, &v), TUTTI_ESHUTDOWN);
		CHECK_EQ(tutti_queue_size(queue), 1);
		CHECK_EQ(tutti_queue_shutdown(queue, true), 0);
		CHECK_EQ(tutti_queue_size(queue), 0);
		CHECK_EQ(tutti_queue_unfinished(queue), 1);
		CHECK_EQ(tutti_queue_get(queue, &got), TUTTI_ESHUTDOWN);
		tutti_queue_free(queue);
		tutti_value_unref(v);
		CHECK_EQ(test_alloc_live(), live);
	}
}

static void *get_one(void *arg)
{
	*(tutti_value **)arg = NULL;
	return give(tutti_queue_get(queue, arg));
}

static void a_wait_ends_with_one(enum mix mix)
{
	for (int i = 0; i < KINDS; i++) {
		tutti_value *got;

		make_with(&kinds[i]);
		tutti_future *f = start_as(mix, get_one, &got);
		settle();
		put(value_of_all_kinds());
		CHECK_EQ(finish(f), 0);
		check_same_value(got, value_of_all_kinds());
		f = start_as(mix, get_one, &got);
		settle();
		CHECK_EQ(tutti_queue_shutdown(queue, false), 0);
		CHECK_EQ(finish(f), TUTTI_ESHUTDOWN);
		tutti_queue_free(queue);
	}
}

static void *select_one(void *arg)
{
	tutti_case c = tutti_case_get(queue, arg);

	CHECK_EQ(tutti_select(&c, 1, TUTTI_FOREVER), 0);
	return give(c.code);
}

static void is_a_case_of_a_select(enum mix mix)
{
	for (int i = 0; i < 4; i++) {
		tutti_value *got = NULL;

		make_with(&kinds[i]);
		tutti_future *f = start_as(mix, select_one, &got);
		settle();
		put_text("for it");
		CHECK_EQ(finish(f), 0);
		check_same_value(got, ({
			tutti_value *v;
			CHECK_EQ(tutti_value_pack(&v, "s", "for it"), 0);
			v;
		}));
		tutti_queue_free(queue);
	}
}

static void without_memory_nothing_happens(void)
{
	for (int i = 0; i < KINDS; i++) {
		tutti_value *got = (tutti_value *)&got;
		size_t live;
		int rc;

		if (kinds[i].compare) /* it cannot be compared */
			continue;
		make_with(&kinds[i]);
		put_text("first");
		for (uint64_t n = 1;; n++) {
			tutti_value *v = value_of_all_kinds();

			live = test_alloc_live();
			test_alloc_fail_at(n);
			rc = tutti_queue_put(queue, &v);
			test_alloc_fail_at(0);
			if (rc < 0)
				CHECK_EQ(test_alloc_live(), live);
			tutti_value_unref(v);
			if (rc == 0)
				break;
			CHECK_EQ(rc, -ENOMEM);
			CHECK_EQ(tutti_queue_size(queue), 1);
		}
		if (kinds[i].flags & TUTTI_SHARED)
			get_text("first");
		for (uint64_t n = 1; kinds[i].flags & TUTTI_SHARED; n++) {
			live = test_alloc_live();
			test_alloc_fail_at(n);
			rc = tutti_queue_get(queue, &got);
			test_alloc_fail_at(0);
			if (rc == 0) {
				CHECK(n > 5); /* it takes some */
				check_same_value(got, value_of_all_kinds());
				break;
			}
			CHECK_EQ(rc, -ENOMEM);
			CHECK(got == (tutti_value *)&got);
			CHECK_EQ(test_alloc_live(), live);
			CHECK_EQ(tutti_queue_size(queue), 1);
		}
		tutti_queue_free(queue);
	}
}

/* -- between processes ------------------------------------------------------------------------ */

static void put_all(void *arg)
{
	tutti_value *v;

	(void)arg;
	for (int i = 0; (v = value_hard_to_carry(i)) != NULL; i++) {
		CHECK_EQ(tutti_queue_put(queue, &v), 0);
		tutti_value_unref(v);
	}
}

static void get_all(void)
{
	tutti_value *expected, *got;

	for (int i = 0; (expected = value_hard_to_carry(i)) != NULL; i++) {
		CHECK_EQ(tutti_queue_get(queue, &got), 0);
		check_same_value(got, expected);
	}
	CHECK(tutti_queue_empty(queue));
}

static void all_kinds_arrive(void)
{
	for (size_t maxsize = 0; maxsize < 2; maxsize++) {
		make_shared(maxsize);
		pid_t pid = process_start(put_all, NULL);
		if (maxsize == 0)
			process_join(pid); /* what was put is in, though nobody is there any more */
		get_all();
		if (maxsize > 0)
			process_join(pid);
		tutti_queue_free(queue);
	}
}

static void answer(tutti_handle h)
{
	tutti_value *v;

	CHECK_EQ(tutti_queue_attach(&queue, h), 0);
	v = get();
	put(v);
	tutti_queue_free(queue);
}

/* Whoever attaches it knows by that of what it is. */
static void is_of_values_when_attached(void)
{
	struct partner p = partner_begin(answer);

	make_shared(0);
	put(value_of_all_kinds());
	partner_give(&p, tutti_queue_handle(queue));
	process_join(p.pid);
	check_same_value(get(), value_of_all_kinds());
	tutti_queue_free(queue);
}

static uint32_t *word_of_first(void)
{
	struct tu_shared_queue *q = tu_shared_queue_of(queue);

	return (uint32_t *)(q->view.records + (uint32_t)(q->shared->belt.head >> 32) * 16);
}

/* What is no value is dropped, and is not in the way of those behind it. */
static void damage_is_told_once(void)
{
	tutti_value *v = (tutti_value *)&v;

	make_shared(2);
	put_text("to be written over");
	put_text("whole");
	((unsigned char *)word_of_first())[sizeof(uint32_t) * 2] ^= 0x40;
	CHECK_EQ(tutti_queue_get(queue, &v), TUTTI_EPROTO);
	CHECK(v == (tutti_value *)&v);
	CHECK_EQ(tutti_queue_size(queue), 1);
	put_text("and another"); /* there is room for it */
	get_text("whole");
	get_text("and another");
	tutti_queue_free(queue);
}

static uint64_t point;

static void die_at_work(void *arg)
{
	tutti_value *v = value_of_all_kinds();

	tu_crash_at(point);
	if (*(bool *)arg)
		CHECK_EQ(tutti_queue_put(queue, &v), 0);
	else
		CHECK_EQ(tutti_queue_get(queue, &v), 0);
	tu_crash_at(0);
}

static bool lives_through(bool puts)
{
	pid_t pid = process_start(die_at_work, &puts);
	int status;

	CHECK_EQ(waitpid(pid, &status, 0), pid);
	tu_family_died(pid);
	return WIFEXITED(status);
}

/* Killed wherever: each value is in or is not, and whole. */
static void a_killed_user_leaves_it_whole(void)
{
	bool lived = false;

	if (!tu_crash_can())
		return;
	for (point = 1; !lived; point++) {
		make_shared(0);
		put_text("before");
		lived = lives_through(true);
		put_text("behind");
		get_text("before");
		if (tutti_queue_size(queue) == 2)
			check_same_value(get(), value_of_all_kinds());
		else
			CHECK(!lived);
		get_text("behind");
		tutti_queue_free(queue);
	}
	CHECK(point > 4);
	lived = false;
	for (point = 1; !lived; point++) {
		make_shared(0);
		put(value_of_all_kinds());
		put_text("behind");
		lived = lives_through(false);
		if (tutti_queue_size(queue) == 2)
			check_same_value(get(), value_of_all_kinds());
		get_text("behind");
		tutti_queue_free(queue);
	}
	CHECK(point > 2);
}

enum { MAKERS = 3, USERS = 2, ITEMS = 400 };

static void make_numbers(void *arg)
{
	int maker = *(int *)arg;

	for (int i = 0; i < suite_rounds(ITEMS); i++) {
		tutti_value *v;

		CHECK_EQ(
			tutti_value_pack(&v, "{s:i, s:[ii]}", "maker", maker, "numbers", i, -i), 0);
		CHECK_EQ(tutti_queue_put(queue, &v), 0);
		tutti_value_unref(v);
	}
}

static uint32_t *count;

static void use_numbers(void *arg)
{
	int last[MAKERS], rc, maker, a, b;
	tutti_value *v;

	(void)arg;
	memset(last, -1, sizeof last);
	while ((rc = tutti_queue_get(queue, &v)) == 0) {
		CHECK_EQ(tutti_value_unpack(v, "{s:i, s:[ii]}", "maker", &maker, "numbers", &a, &b),
			0);
		CHECK(maker >= 0 && maker < MAKERS && a > last[maker] && a == -b);
		last[maker] = a;
		tutti_value_unref(v);
		tu_add_acqrel(count, 1u);
	}
	CHECK_EQ(rc, TUTTI_ESHUTDOWN);
}

static void many_use_it(void)
{
	int numbers[MAKERS];
	pid_t makers[MAKERS], users[USERS];

	count = share(4096);
	make_shared(8);
	for (int i = 0; i < USERS; i++)
		users[i] = process_start(use_numbers, NULL);
	for (int i = 0; i < MAKERS; i++) {
		numbers[i] = i;
		makers[i] = process_start(make_numbers, &numbers[i]);
	}
	for (int i = 0; i < MAKERS; i++)
		process_join(makers[i]);
	CHECK_EQ(tutti_queue_shutdown(queue, false), 0);
	for (int i = 0; i < USERS; i++)
		process_join(users[i]);
	CHECK_EQ(tu_load_acq(count), MAKERS * suite_rounds(ITEMS));
	tutti_queue_free(queue);
	unshare(count, 4096);
}

int main(void)
{
	processes_begin();
	RUN(refuses_what_cannot_be);
	RUN(the_same_one_comes_out);
	RUN(each_kind_has_its_order);
	RUN(no_reference_is_left);
	RUN_MIXES(a_wait_ends_with_one);
	RUN_MIXES(is_a_case_of_a_select);
	RUN(without_memory_nothing_happens);
	RUN(all_kinds_arrive);
	RUN(is_of_values_when_attached);
	RUN(damage_is_told_once);
	RUN(a_killed_user_leaves_it_whole);
	RUN(many_use_it);
	return suite_end();
}
