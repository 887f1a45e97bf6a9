/* SPDX-License-Identifier: MIT */
/* rows: F70 */
/* ctest: VIRTUAL ON */
#include <tutti/race.h>

#include "support/suite.h"

enum { CONTEXTS = 4 };

static int balance;
static tutti_lock lock;

static void work_on_every_type(void)
{
	bool flag = false;
	uint8_t small = 1;
	int64_t large = INT64_MIN;
	const char *text = NULL;

	TUTTI_STORE(&flag, true);
	TUTTI_STORE(&small, 255);
	TUTTI_STORE(&large, INT64_MAX);
	TUTTI_STORE(&text, "here");
	CHECK(TUTTI_LOAD(&flag));
	CHECK_EQ(TUTTI_LOAD(&small), 255);
	CHECK_EQ(TUTTI_LOAD(&large), INT64_MAX);
	CHECK_STR(TUTTI_LOAD(&text), "here");
	tutti_point(&flag);
	tutti_point(NULL);
}

/* Ends at any number: what is shown is that a race detector has nothing to say. */
static void *change_without_lock(void *arg)
{
	for (int i = 0; i < suite_rounds(5000); i++) {
		TUTTI_STORE(&balance, TUTTI_LOAD(&balance) + 5);
		TUTTI_STORE(&balance, TUTTI_LOAD(&balance) - 5);
	}
	return arg;
}

static void *change_with_lock(void *arg)
{
	for (int i = 0; i < suite_rounds(5000); i++) {
		TUTTI_HOLD(&lock);
		TUTTI_STORE(&balance, TUTTI_LOAD(&balance) + 5);
		TUTTI_STORE(&balance, TUTTI_LOAD(&balance) - 4);
	}
	return arg;
}

/* rows: F70 D32 */
static void are_defined_without_a_lock(enum mix mix)
{
	tutti_future *f[CONTEXTS];

	balance = 0;
	start_all(mix, f, CONTEXTS, change_without_lock, NULL);
	join_all(f, CONTEXTS);
	CHECK_EQ(balance % 5, 0);
	if (mix == TASKS)
		CHECK_EQ(balance, 0); /* not interrupted where they do not wait */
}

static void are_exact_under_one(enum mix mix)
{
	tutti_future *f[CONTEXTS];

	balance = 0;
	start_all(mix, f, CONTEXTS, change_with_lock, NULL);
	join_all(f, CONTEXTS);
	CHECK_EQ(balance, CONTEXTS * suite_rounds(5000));
}

/* With a wait between read and write even tasks of one loop lose updates: a wait is a boundary. */
static void *add_one_slowly(void *arg)
{
	int before = TUTTI_LOAD(&balance);

	CHECK_EQ(tutti_yield(), 0);
	TUTTI_STORE(&balance, before + 1);
	return arg;
}

/* rows: F70 T15 */
static void a_wait_in_between_loses_updates(void)
{
	tutti_future *f[CONTEXTS];

	balance = 0;
	start_all(TASKS, f, CONTEXTS, add_one_slowly, NULL);
	join_all(f, CONTEXTS);
	CHECK_EQ(balance, 1);
}

int main(void)
{
	suite_begin();
	RUN(work_on_every_type);
	RUN_MIXES(are_defined_without_a_lock);
	RUN_MIXES(are_exact_under_one);
	RUN(a_wait_in_between_loses_updates);
	return suite_end();
}
