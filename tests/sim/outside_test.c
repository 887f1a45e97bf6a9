/* SPDX-License-Identifier: MIT */
/*
 * outside_test.c - a call that is not ours and waits is named, and the check goes on after it.
 *
 * TSan puts signal handlers off until the call has returned. ctest: LABELS no-tsan
 */
#include "support/suite.h"
#include "support/test.h"

#include <string.h>
#include <tutti/sim.h>
#include <tutti/task.h>
#include <tutti/thread.h>
#include <unistd.h>

static tutti_sim_result result;

static void *reads(void *arg)
{
	char byte;

	return read(((int *)arg)[0], &byte, 1) == 1 ? arg : NULL;
}

static void blocks_outside(void *arg)
{
	tutti_thread *t = tutti_thread_start(reads, arg, &(tutti_thread_options){ .name = "r" });

	tutti_thread_join(t, NULL);
	tutti_future_unref(t);
}

static void names_a_call_from_outside(void)
{
	int ends[2];

	CHECK(pipe(ends) == 0);
	CHECK(tutti_sim_check(blocks_outside, &(tutti_sim_options){ .save = "",
						      .flags = TUTTI_SIM_QUIET,
						      .arg = ends,
						      .result = &result }) == 1);
	CHECK(result.trouble == TUTTI_SIM_OUTSIDE);
	CHECK(strstr(result.text, "read"));
	CHECK(strstr(result.text, "thread 'r' runs"));
	tutti_sim_result_clear(&result);
	close(ends[0]);
	close(ends[1]);
}

static void nothing(void *arg)
{
	(void)arg;
	tutti_yield();
}

static void is_usable_afterwards(void)
{
	for (int i = 0; i < 2; i++) {
		names_a_call_from_outside();
		CHECK(tutti_sim_check(nothing, &(tutti_sim_options){ .save = "" }) == 0);
	}
}

int main(void)
{
	suite_begin();
	RUN(names_a_call_from_outside);
	RUN(is_usable_afterwards);
	return suite_end();
}
