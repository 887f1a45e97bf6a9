/* SPDX-License-Identifier: MIT */
/* inline.c - the engine "inline": the submitter itself runs the job, before submit returns. */
#include "exec/executor.h"

static int run_now(void *self, tutti_future *f)
{
	(void)self;
	tutti_future_run(f);
	return 0;
}

static int open_inline(void **self, const char *where, const tutti_executor_options *options)
{
	(void)where, (void)options;
	*self = NULL;
	return 0;
}

static void free_inline(void *self)
{
	(void)self;
}

const struct tu_own_engine tu_engine_inline = { .engine = { .size = sizeof(tutti_engine),
							.scheme = "inline",
							.open = open_inline,
							.submit = run_now,
							.free = free_inline } };
