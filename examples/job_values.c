/* SPDX-License-Identifier: MIT */
/* rows: +jobvalues */
/* Jobs that are called by name with JSON, as by somebody who has no C types. Engine: first word. */
#include <stdio.h>
#include <string.h>
#include <tutti/tutti.h>

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

/* [name, arguments by place, arguments by name] */
static tutti_future *call(tutti_executor *e, const char *json)
{
	const tutti_value *args, *kwargs;
	tutti_future *f = NULL;
	tutti_value_fault fault;
	tutti_value *v;
	const char *name;

	if (tutti_value_from_json(&v, json, strlen(json), NULL, &fault) < 0) {
		printf("%s: %s\n", json, fault.text);
		return NULL;
	}
	if (tutti_value_unpack(v, "[sOO]", &name, &args, &kwargs) == 0 && tutti_job_find(name))
		f = tutti_submit_values(e, tutti_job_find(name), args, kwargs, NULL);
	else
		printf("%s: no call of a job\n", json);
	tutti_value_unref(v); /* the job has what it needs */
	return f;
}

static void show(const char *json, tutti_future *f)
{
	tutti_value *result;
	tutti_bytes text = { NULL, 0, NULL };

	if (tutti_future_result(f, &result, sizeof(result)) < 0) {
		printf("%s: %s\n", json, tutti_future_text(f));
	} else {
		if (tutti_value_to_json(&text, result, NULL, NULL) == 0)
			printf("%s: %s\n", json, (const char *)text.data);
		tutti_bytes_free(&text);
		tutti_value_unref(result);
	}
	tutti_future_unref(f);
}

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
