/* SPDX-License-Identifier: MIT */
/* rows: F140 P112 */
/* state_test.c - every way from state to state: those that there are, all others refused. */
#include "support/suite.h"

#include <errno.h>
#include <tutti/sched.h>

enum { STATES = 5 };

static const char *const names[STATES] = { "new", "ready", "running", "blocked", "terminated" };

/* From the row to the column. Killed is terminated, whatever one does. */
static const char *const ways[STATES] = {
	/*               new ready running blocked terminated */
	/* new        */ ".+..+",
	/* ready      */ "..+.+",
	/* running    */ ".+.++",
	/* blocked    */ ".+..+",
	/* terminated */ ".....",
};

/* rows: D11 */
static void goes_only_where_there_is_a_way(void)
{
	for (int from = 0; from < STATES; from++) {
		for (int to = 0; to < STATES; to++) {
			tutti_sched_state state = (tutti_sched_state)from;
			bool may = ways[from][to] == '+';
			int rc = tutti_sched_state_change(&state, (tutti_sched_state)to);

			printf("%s to %s\n", names[from], names[to]);
			CHECK_EQ(rc, may ? 0 : -EPERM);
			CHECK_EQ(state, may ? to : from);
		}
	}
}

static void has_names(void)
{
	for (int i = 0; i < STATES; i++)
		CHECK_STR(tutti_sched_state_name((tutti_sched_state)i), names[i]);
	CHECK_STR(tutti_sched_state_name((tutti_sched_state)STATES), "no state");
	CHECK_STR(tutti_sched_state_name((tutti_sched_state)-1), "no state");
}

static void refuses_what_is_no_state(void)
{
	tutti_sched_state state = TUTTI_SCHED_READY;

	CHECK_EQ(tutti_sched_state_change(&state, (tutti_sched_state)STATES), -EINVAL);
	CHECK_EQ(tutti_sched_state_change(&state, (tutti_sched_state)-1), -EINVAL);
	CHECK_EQ(state, TUTTI_SCHED_READY);
	state = (tutti_sched_state)77;
	CHECK_EQ(tutti_sched_state_change(&state, TUTTI_SCHED_READY), -EINVAL);
	CHECK_EQ(state, 77);
}

int main(void)
{
	suite_begin();
	RUN(goes_only_where_there_is_a_way);
	RUN(has_names);
	RUN(refuses_what_is_no_state);
	return suite_end();
}
