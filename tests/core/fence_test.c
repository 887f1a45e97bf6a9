/* SPDX-License-Identifier: MIT */
/* Of two sides, one with the light fence and one with the heavy, one sees the other's store. */
#include "core/fence.h"

#include "support/suite.h"

static struct round {
	uint32_t often, seldom; /* atomic: what each side stores */
	bool often_saw, seldom_saw;
} rounds[2000];

static uint32_t at; /* atomic: the round that both are in, times two; odd: the other has been */

static void *seldom(void *arg)
{
	for (uint32_t i = 0; i < sizeof(rounds) / sizeof(rounds[0]); i++) {
		while (tu_load_acq(&at) != 2 * i)
			tutti_yield();
		tu_store_rlx(&rounds[i].seldom, 1); /* the fence is what is tested */
		tu_fence_heavy();
		rounds[i].seldom_saw = tu_load_rlx(&rounds[i].often);
		tu_store_rel(&at, 2 * i + 1); /* release: what was seen */
	}
	return arg;
}

/* The light side runs without a pause, over each of the other's steps. */
static void one_of_two_sees_the_other(enum mix mix)
{
	tutti_future *f;

	memset(rounds, 0, sizeof(rounds));
	at = 0;
	f = start_as(mix, seldom, NULL);
	for (uint32_t i = 0; i < sizeof(rounds) / sizeof(rounds[0]); i++) {
		for (volatile uint32_t k = i % 64; k > 0; k--)
			continue;
		tu_store_rlx(&rounds[i].often, 1); /* as above */
		tu_fence_light();
		rounds[i].often_saw = tu_load_rlx(&rounds[i].seldom);
		while (tu_load_acq(&at) != 2 * i + 1)
			tutti_yield();
		CHECK(rounds[i].often_saw || rounds[i].seldom_saw);
		tu_store_rel(&at, 2 * i + 2); /* release: nothing; the other goes on */
	}
	finish(f);
}

/* As where the kernel cannot, or it is not known yet: both sides have a full fence. */
static void without_the_kernel_too(void)
{
	uint32_t split = tu_fence_split;

	tu_store_rlx(&tu_fence_split, 0); /* alone here */
	one_of_two_sees_the_other(THREADS);
	tu_store_rlx(&tu_fence_split, split); /* alone again */
}

int main(void)
{
	suite_begin();
	RUN_MIXES(one_of_two_sees_the_other);
	RUN(without_the_kernel_too);
	return suite_end();
}
