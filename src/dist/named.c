/* SPDX-License-Identifier: MIT */
/*
 * named.c - see named.h, and worker.h for callers. A job that stands for another stays for good,
 * as futures and whoever asks them for their job may have it: one for each name that was ever
 * called.
 */
#include "dist/named.h"

#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/job_values.h>
#include <tutti/lock.h>
#include <tutti/worker.h>

struct named {
	struct named *next;
	tutti_job job;
	char name[];
};

static tutti_lock lock; /* for the list */
static struct named *all;

/* On engines that run what is here. */
static int not_here(const void *arg, void *result)
{
	(void)arg;
	(void)result;
	return tutti_fail(TUTTI_ENOJOB, "no job of that name takes values here");
}

bool tu_named_is(const tutti_job *job)
{
	return job && job->call == not_here;
}

static struct named *make(const char *name)
{
	size_t size = strlen(name) + 1;
	struct named *made = calloc(1, sizeof(*made) + size);

	if (!made)
		return NULL;
	memcpy(made->name, name, size);
	made->job = (tutti_job){ .version = 1,
		.arg_kind = TUTTI_KIND_CALL,
		.result_kind = TUTTI_KIND_VALUE,
		.arg_size = sizeof(tutti_value *),
		.result_size = sizeof(tutti_value *),
		.name = made->name,
		.place = "tutti_submit_named",
		.call = not_here };
	return made;
}

/* NULL: no memory. */
static tutti_job *find(const char *name)
{
	struct named *n;

	tutti_lock_acquire(&lock);
	n = all;
	while (n && strcmp(n->name, name) != 0)
		n = n->next;
	if (!n && (n = make(name)) != NULL) {
		n->next = all;
		all = n;
	}
	tutti_lock_release(&lock);
	return n ? &n->job : NULL;
}

static bool takes_values(const tutti_job *job)
{
	return job && job->arg_kind == TUTTI_KIND_CALL && job->result_kind == TUTTI_KIND_VALUE;
}

tutti_future *tutti_submit_named(tutti_executor *e, const char *name, const tutti_value *args,
	const tutti_value *kwargs, const tutti_submit_options *options)
{
	tutti_job *job = name && *name ? tutti_job_find(name) : NULL;

	if (name && *name && !takes_values(job))
		job = find(name);
	return tutti_submit_values(e, job, args, kwargs, options);
}

int tutti_named_result(tutti_future *f, tutti_value **out)
{
	static const tutti_job none = { .name = "", .call = not_here };
	const tutti_job *job = tutti_future_job(f);

	/* One that never began has no job, but a reason; of another's it is told so. */
	return tutti_job_result(f, takes_values(job) ? job : &none, out);
}
