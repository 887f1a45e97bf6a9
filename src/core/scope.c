/* SPDX-License-Identifier: MIT */
/* scope.c - time limits and shields over many waits: a list from the running context outwards. */
#include "base/check.h"
#include "core/wait.h"

#include <tutti/scope.h>

_Static_assert(sizeof(struct tu_scope) <= sizeof(tutti_scope), "fits what the header promises");

static struct tu_scope *begin(tutti_scope *scope, tutti_time deadline, bool shield)
{
	struct tu_context *self = tu_self();
	struct tu_scope *s = (struct tu_scope *)scope;

	*s = (struct tu_scope){ .outer = self->scopes, .deadline = deadline, .shield = shield };
	self->scopes = s;
	return s;
}

static void end(struct tu_scope *s)
{
	struct tu_context *self = tu_self();

	tu_check(self->scopes == s, "a scope ends that is not the caller's innermost");
	self->scopes = s->outer;
}

void tutti_timeout_begin(tutti_scope *s, tutti_time deadline)
{
	begin(s, deadline, false);
}

int tutti_timeout_end(tutti_scope *scope, int code)
{
	struct tu_scope *s = (struct tu_scope *)scope;

	end(s);
	return code == TUTTI_ECANCELED && s->struck ? TUTTI_ETIMEDOUT : code;
}

void tutti_shield_begin(tutti_scope *s, tutti_time deadline)
{
	begin(s, deadline, true);
}

int tutti_shield_end(tutti_scope *s, int code)
{
	end((struct tu_scope *)s);
	return code;
}
