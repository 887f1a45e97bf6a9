/* SPDX-License-Identifier: MIT */
/* generator_run.c - generators that yield what they wait for, run as one runs a function. */
#include <tutti/future.h>
#include <tutti/generator.h>
#include <tutti/task.h>

static int wait_for(tutti_future *f)
{
	return f ? tutti_future_result(f, NULL, 0) : tutti_yield();
}

void *tutti_generator_run(void *generator)
{
	tutti_generator *g = generator;
	void *item = NULL, *result = NULL;
	int rc = g ? tutti_generator_next(g, &item) : TUTTI_ETYPE, code;

	while (rc == 0) {
		code = wait_for(item);
		rc = code < 0 ? tutti_generator_throw(g, code, &item)
			      : tutti_generator_next(g, &item);
	}
	code = g ? tutti_generator_result(g, &result) : TUTTI_ETYPE;
	if (code == TUTTI_EPENDING) /* it could not be resumed */
		tutti_fail(rc, NULL);
	else if (code < 0)
		tutti_fail(code, "%s", g ? tutti_generator_text(g) : tutti_strerror(code));
	return result;
}
