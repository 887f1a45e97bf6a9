/* SPDX-License-Identifier: MIT */
/*
 * job.c - the registry: a list of descriptors that lie in the modules which declare them.
 *
 * It must work before our own constructors have run and while modules come and go: so it is static
 * zero bytes, allocates nothing, and is guarded by a mutex that is held for a walk of the list at
 * most. Two descriptors of one name and target are one job, and each is taken out by itself.
 *
 * Layout: jobs_first and each next are written under registry_lock. A job that is in the list has
 * REGISTERED in priv[0], so that one taken out twice, or never put in, is left alone.
 */
#include "exec/job.h"

#include "core/fork.h"
#include "core/mutex.h"
#include "exec/kinds.h"

#include <string.h>

enum { REGISTERED = 1 };

static uint32_t registry_lock;
static tutti_job *jobs_first;

bool tu_job_same(const tutti_job *a, const tutti_job *b)
{
	return a == b || (a && b && a->target == b->target && strcmp(a->name, b->name) == 0);
}

bool tu_job_valid(const tutti_job *job)
{
	return job && job->version == 1 && job->name && job->call &&
	       tu_kind_valid(job->arg_kind, job->arg_size) && job->result_kind != TUTTI_KIND_CALL &&
	       tu_kind_valid(job->result_kind, job->result_size);
}

void tutti_job_register(tutti_job *job)
{
	if (!job)
		return;
	tu_mutex_lock(&registry_lock);
	if (!(job->priv[0] & REGISTERED)) {
		job->priv[0] |= REGISTERED;
		job->next = jobs_first;
		jobs_first = job;
	}
	tu_mutex_unlock(&registry_lock);
}

void tutti_job_unregister(tutti_job *job)
{
	if (!job)
		return;
	tu_mutex_lock(&registry_lock);
	for (tutti_job **at = &jobs_first; *at; at = &(*at)->next) {
		if (*at == job) {
			*at = job->next;
			job->next = NULL;
			job->priv[0] &= ~(uint64_t)REGISTERED;
			break;
		}
	}
	tu_mutex_unlock(&registry_lock);
}

/* The one job of that name, or NULL; under the lock. */
static tutti_job *only_one(const char *name)
{
	tutti_job *found = NULL;

	for (tutti_job *job = jobs_first; job; job = job->next) {
		if (!job->name || strcmp(job->name, name) != 0)
			continue;
		if (found && found->target != job->target)
			return NULL;
		found = job;
	}
	return found;
}

tutti_job *tutti_job_find(const char *name)
{
	tutti_job *found;

	if (!name)
		return NULL;
	tu_mutex_lock(&registry_lock);
	found = only_one(name);
	tu_mutex_unlock(&registry_lock);
	return found;
}

size_t tutti_job_list(tutti_job **jobs, size_t room)
{
	size_t n = 0;

	tu_mutex_lock(&registry_lock);
	for (tutti_job *job = jobs_first; job; job = job->next, n++)
		if (jobs && n < room)
			jobs[n] = job;
	tu_mutex_unlock(&registry_lock);
	return n;
}

__attribute__((constructor(101))) static void guard_lock(void)
{
	static struct tu_fork_guard guard = { .lock = &registry_lock };

	tu_fork_guard_add(&guard);
}
