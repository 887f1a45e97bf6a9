/* SPDX-License-Identifier: MIT */
/* ctest: VIRTUAL ON */
/*
 * Random nestings of beginning, waiting, calling and returning: whatever stack a task comes to
 * stand on, its frames are its own until it returns.
 */
#include "base/prng.h"
#include "support/suite.h"

enum { STEPS = 100000, ALIVE_MOST = 40, DEPTH_MOST = 6, SEED = 20250301 };

static struct tu_prng prng;
static tutti_event gates[8]; /* set by anybody, cleared by who passed */
static int steps, alive, ended;

static void nest(int depth);

static void *task(void *arg)
{
	nest(0);
	alive--;
	ended++;
	return arg;
}

static void start_one(void)
{
	static const size_t sizes[] = { 0, 64 << 10, 1 << 20 };
	const tutti_task_options options = { .stack_bytes = sizes[tu_prng_below(&prng, 3)] };

	if (alive >= ALIVE_MOST)
		return;
	alive++;
	tutti_future_unref(tutti_task_start(task, NULL, &options));
}

/* With a deadline, as everybody may happen to wait at once. */
static void pass_gate(tutti_event *gate)
{
	if (tutti_event_wait_until(gate, tutti_after(TUTTI_MILLISECONDS(1))) == 0)
		tutti_event_clear(gate);
}

static void act(int depth)
{
	switch (tu_prng_below(&prng, 6)) {
	case 0:
		start_one();
		break;
	case 1:
		pass_gate(&gates[tu_prng_below(&prng, 8)]);
		break;
	case 2:
	case 3:
		tutti_event_set(&gates[tu_prng_below(&prng, 8)]);
		break;
	case 4:
		CHECK_EQ(tutti_yield(), 0);
		break;
	default:
		if (depth < DEPTH_MOST)
			nest(depth + 1);
	}
}

/* A frame of some size whose bytes nobody else may change. */
static void nest(int depth)
{
	volatile unsigned char frame[777];
	unsigned char mark = (unsigned char)tu_prng_below(&prng, 256);

	for (size_t i = 0; i < sizeof(frame); i++)
		frame[i] = (unsigned char)(mark + i);
	for (uint64_t n = tu_prng_below(&prng, 6); n > 0 && steps < STEPS; n--) {
		steps++;
		act(depth);
	}
	for (size_t i = 0; i < sizeof(frame); i++)
		CHECK_EQ(frame[i], (unsigned char)(mark + i));
}

static void frames_are_their_own(void)
{
	tu_prng_init(&prng, SEED);
	while (steps < STEPS) {
		start_one();
		nest(0);
		CHECK_EQ(tutti_yield(), 0);
	}
	while (alive > 0) {
		for (int i = 0; i < 8; i++)
			tutti_event_set(&gates[i]);
		CHECK_EQ(tutti_yield(), 0);
	}
	printf("%d tasks in %d steps\n", ended, steps);
	CHECK(ended > 1000);
}

int main(void)
{
	suite_begin();
	RUN(frames_are_their_own);
	return suite_end();
}
