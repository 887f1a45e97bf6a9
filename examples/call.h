/* SPDX-License-Identifier: MIT */
/* call.h - a job's call and its result, both as JSON. */
#ifndef EXAMPLES_CALL_H
#define EXAMPLES_CALL_H

#include <stdio.h>
#include <string.h>
#include <tutti/tutti.h>

/* [name, arguments by place, arguments by name] */
static inline tutti_future *call(tutti_executor *e, const char *json)
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

static inline void show(const char *json, tutti_future *f)
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

#endif
