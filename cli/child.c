/* SPDX-License-Identifier: MIT */
/* child.c - see child.h. */
#define _GNU_SOURCE
#include "child.h"

#include <signal.h>

int child_start(struct child *c, const struct child_options *o)
{
	tutti_subprocess_options options = { .program = o->program,
		.env = o->env,
		.in = TUTTI_NULL,
		.out = o->out < 0 ? TUTTI_INHERIT : o->out,
		.err = o->err < 0 ? TUTTI_INHERIT : o->err,
		.group = 1 };
	tutti_subprocess *p = tutti_subprocess_start(o->argv, &options);
	int rc = tutti_subprocess_pid(p);

	if (rc < 0) {
		tutti_future_unref(p);
		return rc;
	}
	c->process = p;
	return 0;
}

int child_wait(struct child *c, tutti_time deadline)
{
	int rc = tutti_subprocess_join_until(c->process, deadline);

	return rc == TUTTI_ETIMEDOUT || rc == TUTTI_ECANCELED ? rc : 0;
}

tutti_case child_case(const struct child *c)
{
	return tutti_case_future(c->process);
}

void child_signal(struct child *c, int number)
{
	tutti_subprocess_signal_group(c->process, number);
}

bool child_has_group(const struct child *c)
{
	return kill(-tutti_subprocess_pid(c->process), 0) == 0;
}

int child_take_code(struct child *c)
{
	int code = 0;

	if (tutti_subprocess_exitcode(c->process, &code) < 0)
		code = -SIGKILL; /* somebody has taken it from us: nobody knows that it was fine */
	tutti_subprocess_free(c->process);
	c->process = NULL;
	return code;
}
