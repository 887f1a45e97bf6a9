/* SPDX-License-Identifier: MIT */
/* rows: +jobvalues */
/*
 * Jobs that are called by name with JSON, as by somebody who has no C types.
 *
 * usage: job_values [ENGINE]     by default threads
 */
#include "call.h"

static int add(const tutti_value *args, const tutti_value *kwargs, tutti_value **result)
{
	int64_t a, b = 1;
	int rc = tutti_args_unpack(args, kwargs, "L|L", "a b", &a, &b);

	return rc < 0 ? rc : tutti_value_pack(result, "L", a + b);
}
TUTTI_JOB_VALUES(add);

static int greet(const tutti_value *args, const tutti_value *kwargs, tutti_value **result)
{
	const char *name, *word = "hello";
	int rc = tutti_args_unpack(args, kwargs, "s|$s", "name word", &name, &word);

	return rc < 0 ? rc : tutti_value_pack(result, "{s:s, s:s}", "to", name, "say", word);
}
TUTTI_JOB_VALUES(greet);

int main(int argc, char **argv)
{
	static const char *const calls[] = { "[\"add\", [1, 2], {}]", "[\"add\", [41], {}]",
		"[\"add\", [], {\"b\": 2, \"a\": 9007199254740993}]",
		"[\"greet\", [\"you\"], {\"word\": \"good morning\"}]", "[\"add\", [1, \"x\"], {}]",
		"[\"greet\", [], {}]", "[\"add\", [1 2], {}]" };
	enum { CALLS = sizeof(calls) / sizeof(*calls) };
	tutti_future *f[CALLS];
	tutti_executor *e;

	if (tutti_executor_open(&e, argc > 1 ? argv[1] : "threads", NULL) < 0)
		return 1;
	for (int i = 0; i < CALLS; i++)
		f[i] = call(e, calls[i]);
	for (int i = 0; i < CALLS; i++)
		if (f[i])
			show(calls[i], f[i]);
	tutti_executor_free(e);
	return 0;
}
