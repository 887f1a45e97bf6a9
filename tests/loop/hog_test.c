/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-qemu POLLERS ON */
/*
 * A task that always yields and never waits, beside others that wait for a descriptor or the time:
 * these have their turn soon, counted in turns of the first.
 */
#include "support/both.h"
#include "support/suite.h"

enum { TRIES = 40, TURNS = 61, MOST = 2 * TURNS + 2, FEW = 8 };

static int ends[2];
static int64_t turn_ns;
static int turns; /* since it is ready */
static bool is_ready, over;
static int worst;      /* the most that it took */
static int all, first; /* so many have been; from this one on they count */

static void take_a_turn(void)
{
	tutti_time end = tutti_now() + turn_ns;

	turns++;
	while (tutti_now() < end)
		;
	CHECK_EQ(tutti_yield(), 0);
}

static void *take_turns(void *arg)
{
	while (!over)
		take_a_turn();
	return arg;
}

static void note(void)
{
	CHECK(is_ready);
	is_ready = false;
	if (all++ >= first && turns > worst)
		worst = turns;
}

static void *wait_for_bytes(void *arg)
{
	char c;

	for (int i = 0; i < TRIES; i++) {
		CHECK_EQ(tutti_fd_wait(ends[0], TUTTI_READABLE, TUTTI_FOREVER), TUTTI_READABLE);
		note();
		CHECK_EQ(read(ends[0], &c, 1), 1);
	}
	over = true;
	return arg;
}

/* Each time at another place between two looks. */
static void *write_bytes(void *arg)
{
	for (int i = 0; i < TRIES; i++) {
		while (is_ready)
			CHECK_EQ(tutti_yield(), 0);
		for (int j = 0; j < i * 7 % TURNS; j++)
			CHECK_EQ(tutti_yield(), 0);
		turns = 0;
		is_ready = true;
		CHECK_EQ(write(ends[1], "x", 1), 1);
	}
	return arg;
}

static int worst_of(int64_t turn, int not_counted)
{
	tutti_future *f[3];

	turn_ns = turn;
	over = false;
	worst = all = 0;
	first = not_counted;
	CHECK_EQ(pipe(ends), 0);
	f[0] = tutti_task_start(wait_for_bytes, NULL, NULL);
	f[1] = tutti_task_start(write_bytes, NULL, NULL);
	f[2] = tutti_task_start(take_turns, NULL, NULL);
	join_all(f, 3);
	close(ends[0]);
	close(ends[1]);
	printf("turns of %ld ns: %d at most\n", (long)turn, worst);
	return worst;
}

static void a_descriptor_is_heard_soon(void)
{
	CHECK(worst_of(5000, 0) <= MOST);
	CHECK(worst_of(20000, 0) <= MOST);
}

/* That they are long shows at the first look, or the second. */
static void long_turns_are_few_until_then(void)
{
	CHECK(worst_of(300000, 3) <= FEW);
}

static void *everything(void *arg)
{
	RUN(a_descriptor_is_heard_soon);
	RUN(long_turns_are_few_until_then);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
