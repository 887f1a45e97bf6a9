/* SPDX-License-Identifier: MIT */
/* rows: +forkjoin */
/* The deque of fork-join: each part runs once, at its owner's or at a thief's. */
#include "exec/deque.h"

#include "model/ground.h"

enum { OWNER = 0, PARTS = 4 };
enum { TAKEN_BACK = 1, STOLEN = 2 };

static struct tu_deque deque;
static int runs[PARTS];

static void begin(void)
{
	tu_deque_init(&deque);
	for (int i = 0; i < PARTS; i++)
		runs[i] = 0;
}

static void run(void *part)
{
	tu_model_point(part);
	MODEL_CHECK((*(int *)part)++ == 0);
}

static struct tu_part *push(int i)
{
	struct tu_part *part = tu_deque_push(&deque, run, &runs[i]);

	MODEL_CHECK(part != NULL);
	return part;
}

/* As tutti_parallel_invoke does, but for what it does while it waits. */
static void join(struct tu_part *part)
{
	if (tu_deque_pop(&deque, part) || tu_deque_reclaim(&deque, part)) {
		MODEL_CHECK(deque.head == part);
		part->fn(part->arg);
		model_saw(TAKEN_BACK);
		return;
	}
	while (tu_load_acq(&part->taken) != TU_PART_DONE)
		model_ground_pause();
	tu_deque_settle(&deque, part);
	model_saw(STOLEN);
}

static void steal(void)
{
	struct tu_part *part = tu_deque_steal(&deque);

	if (!part)
		return;
	MODEL_CHECK(model_self() != OWNER);
	part->fn(part->arg);
	tu_store_rel(&part->taken, (uintptr_t)TU_PART_DONE);
}

static void steal_twice(void)
{
	steal();
	steal();
}

static void fork_one(void)
{
	struct tu_part *part = push(0);

	tu_deque_share(&deque);
	join(part);
}

/* The first is shared alone, then both that are there. */
static void fork_nested(void)
{
	struct tu_part *outer = push(0), *inner;

	tu_deque_share(&deque);
	inner = push(1);
	tu_deque_share(&deque);
	join(inner);
	join(outer);
}

static void fork_last(void)
{
	struct tu_part *part = push(3);

	tu_deque_share(&deque);
	join(part);
}

/* What follows stands where something else stood before. */
static void fork_again(void)
{
	struct tu_part *outer = push(0), *inner = push(1);

	tu_deque_share(&deque);
	tu_deque_share(&deque);
	join(inner);
	inner = push(2);
	tu_deque_share(&deque);
	join(inner);
	join(outer);
	fork_last();
}

static void all_ran_of(int n)
{
	for (int i = 0; i < PARTS; i++)
		MODEL_CHECK(runs[i] == (i < n));
	MODEL_CHECK(deque.head == deque.parts && !tu_deque_has_shared(&deque));
}

static void one_ran(void)
{
	all_ran_of(1);
}

static void two_ran(void)
{
	all_ran_of(2);
}

static void four_ran(void)
{
	all_ran_of(4);
}

static const struct model_test tests[] = {
	{ "one", begin, { fork_one, steal }, one_ran, .outcomes = TAKEN_BACK | STOLEN,
		.bound = MODEL_ALL, .deep = MODEL_ALL },
	{ "one_two_thieves", begin, { fork_one, steal, steal }, one_ran,
		.outcomes = TAKEN_BACK | STOLEN, .bound = 5, .deep = MODEL_ALL },
	{ "nested", begin, { fork_nested, steal_twice }, two_ran, .outcomes = TAKEN_BACK | STOLEN,
		.bound = 6, .deep = MODEL_ALL },
	{ "nested_two_thieves", begin, { fork_nested, steal, steal_twice }, two_ran,
		.outcomes = TAKEN_BACK | STOLEN, .bound = 3, .deep = 5 },
	{ "again", begin, { fork_again, steal_twice }, four_ran, .outcomes = TAKEN_BACK | STOLEN,
		.bound = 5, .deep = 7 },
	{ "again_two_thieves", begin, { fork_again, steal_twice, steal }, four_ran,
		.outcomes = TAKEN_BACK | STOLEN, .bound = 3, .deep = 4 },
};

int main(int argc, char **argv)
{
	return model_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
