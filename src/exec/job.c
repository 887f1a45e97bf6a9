/* SPDX-License-Identifier: MIT */
/*
 * job.c - the registry: a list of descriptors that lie in the modules which declare them.
 *
 * It must work before our own constructors have run and while modules come and go: so it is static
 * zero bytes, allocates nothing, and is guarded by a spin lock that is held for a walk of the list
 * at most. Two descriptors of one name and target are one job, and each is taken out by itself.
 *
 * Layout: jobs_first and each next are written under registry_lock. A job that is in the list has
 * REGISTERED in priv[0], so that one taken out twice, or never put in, is left alone.
 */
#include "exec/job.h"

#include <sched.h>
#include <string.h>

#include "base/atomic.h"

enum { REGISTERED = 1, SPINS = 100 };

static unsigned registry_lock;
static tutti_job *jobs_first;

static void registry_acquire(void)
{
	/* [job-1] acquire: the list as the last holder left it */
	for (int spins = 0; tu_swap_acq(&registry_lock, 1u); spins++)
		if (spins >= SPINS)
			sched_yield();
}

static void registry_release(void)
{
	/* [job-1] release: our changes of the list, for the next holder */
	tu_store_rel(&registry_lock, 0u);
}

bool tu_job_same(const tutti_job *a, const tutti_job *b)
{
	return a == b || (a && b && a->target == b->target && strcmp(a->name, b->name) == 0);
}

bool tu_job_valid(const tutti_job *job)
{
	return job && job->version == 1 && job->name && job->call &&
	       job->arg_kind <= TUTTI_KIND_BYTES && job->result_kind <= TUTTI_KIND_BYTES;
}

void tutti_job_register(tutti_job *job)
{
	if (!job)
		return;
	registry_acquire();
	if (!(job->priv[0] & REGISTERED)) {
		job->priv[0] |= REGISTERED;
		job->next = jobs_first;
		jobs_first = job;
	}
	registry_release();
}

void tutti_job_unregister(tutti_job *job)
{
	if (!job)
		return;
	registry_acquire();
	for (tutti_job **at = &jobs_first; *at; at = &(*at)->next) {
		if (*at == job) {
			*at = job->next;
			job->next = NULL;
			job->priv[0] &= ~(uint64_t)REGISTERED;
			break;
		}
	}
	registry_release();
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
	registry_acquire();
	found = only_one(name);
	registry_release();
	return found;
}
