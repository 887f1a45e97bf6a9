/* SPDX-License-Identifier: MIT */
/* rows: F140 P112 D11 */
/* The life of a process that waits for input once, and what it cannot do at each point of it. */
#include <stdio.h>
#include <tutti/sched.h>
#include <tutti/tutti.h>

enum { STATES = TUTTI_SCHED_TERMINATED + 1 };

static const struct step {
	tutti_sched_state to;
	const char *why;
} life[] = {
	{ TUTTI_SCHED_READY, "it has its memory" },
	{ TUTTI_SCHED_RUNNING, "it is its turn" },
	{ TUTTI_SCHED_BLOCKED, "it asks for input" },
	{ TUTTI_SCHED_READY, "the input is there" },
	{ TUTTI_SCHED_RUNNING, "it is its turn again" },
	{ TUTTI_SCHED_TERMINATED, "it is done" },
};

/* Try everything on a copy. */
static void show_what_is_refused(tutti_sched_state state)
{
	printf("  %s: cannot become", tutti_sched_state_name(state));
	for (int to = 0; to < STATES; to++) {
		tutti_sched_state copy = state;

		if (tutti_sched_state_change(&copy, (tutti_sched_state)to) < 0)
			printf(" %s", tutti_sched_state_name((tutti_sched_state)to));
	}
	printf("\n");
}

int main(void)
{
	tutti_sched_state state = TUTTI_SCHED_NEW;

	for (size_t i = 0; i < sizeof life / sizeof *life; i++) {
		const char *from = tutti_sched_state_name(state);
		int rc;

		show_what_is_refused(state);
		rc = tutti_sched_state_change(&state, life[i].to);
		if (rc < 0)
			return 1;
		printf("%s -> %s: %s\n", from, tutti_sched_state_name(state), life[i].why);
	}
	show_what_is_refused(state);
	return 0;
}
