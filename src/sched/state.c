/* SPDX-License-Identifier: MIT */
/* state.c - the states of a process and the ways between them; sched.h has them in words. */
#include <errno.h>
#include <tutti/sched.h>

enum { STATES = TUTTI_SCHED_TERMINATED + 1 };

#define TO(state) (1u << TUTTI_SCHED_##state)
static const unsigned ways[STATES] = {
	[TUTTI_SCHED_NEW] = TO(READY) | TO(TERMINATED),
	[TUTTI_SCHED_READY] = TO(RUNNING) | TO(TERMINATED),
	[TUTTI_SCHED_RUNNING] = TO(READY) | TO(BLOCKED) | TO(TERMINATED),
	[TUTTI_SCHED_BLOCKED] = TO(READY) | TO(TERMINATED),
	[TUTTI_SCHED_TERMINATED] = 0,
};
#undef TO

int tutti_sched_state_change(tutti_sched_state *state, tutti_sched_state to)
{
	if ((unsigned)*state >= STATES || (unsigned)to >= STATES)
		return -EINVAL;
	if (!(ways[*state] & 1u << to))
		return -EPERM;
	*state = to;
	return 0;
}

const char *tutti_sched_state_name(tutti_sched_state state)
{
	static const char *const names[STATES] = { "new", "ready", "running", "blocked",
		"terminated" };

	return (unsigned)state < STATES ? names[state] : "no state";
}
