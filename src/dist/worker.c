/* SPDX-License-Identifier: MIT */
/* worker.c - a worker's life, and the jobs that it knows; see worker.h. */
#include "dist/worker.h"

#include "base/atomic.h"
#include "dist/jobs_items.h"
#include "dist/jobs_link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

/* -- life ------------------------------------------------------------------------------------- */

static bool fill_in(tutti_worker *w, const char *where, const tutti_executor_options *o)
{
	w->options = *o;
	w->options.authkey = NULL;
	w->address = strdup(tu_jobs_address(where));
	w->name = o->name ? strdup(o->name) : NULL;
	w->options.name = w->name;
	return w->address && (w->name || !o->name) &&
	       tutti_bytes_copy(&w->key, o->authkey, strlen(o->authkey)) == 0;
}

int tutti_worker_create(tutti_worker **out, const char *where, const tutti_executor_options *o)
{
	tutti_worker *w;

	if (!where || !*tu_jobs_address(where) || (o && o->max_workers < 0))
		return -EINVAL;
	if (!o || !o->authkey || !*o->authkey)
		return TUTTI_EAUTH;
	w = calloc(1, sizeof(*w));
	if (w && fill_in(w, where, o)) {
		*out = w;
		return 0;
	}
	tutti_worker_free(w);
	return -ENOMEM;
}

void tutti_worker_free(tutti_worker *w)
{
	if (!w)
		return;
	for (struct tu_served *s = w->served, *next; s; s = next) {
		next = s->next;
		free(s);
	}
	if (w->key.data)
		explicit_bzero((void *)w->key.data, w->key.size);
	tutti_bytes_free(&w->key);
	free(w->address);
	free(w->name);
	free(w);
}

/* Relaxed: it only tells who misuses it. */
static bool is_serving(const tutti_worker *w)
{
	return tu_load_rlx(&w->serving) != 0;
}

int tutti_worker_set_idle(tutti_worker *w, tutti_time idle)
{
	if (idle < 0)
		return -EINVAL;
	if (is_serving(w))
		return -EBUSY;
	w->idle = idle;
	return 0;
}

int tutti_worker_set_patience(tutti_worker *w, tutti_time patience)
{
	if (patience < 0)
		return -EINVAL;
	if (is_serving(w))
		return -EBUSY;
	w->patience = patience;
	return 0;
}

int tutti_worker_serve(tutti_worker *w)
{
	uint32_t nobody = 0;
	int rc;

	/* Acquire-release: what the one before did with it is done. */
	if (!tu_cas_acqrel(&w->serving, &nobody, 1u))
		return -EBUSY;
	rc = tu_worker_run(w);
	tu_store_rel(&w->serving, 0u); /* release: for the next, as above */
	return rc;
}

uint64_t tutti_worker_jobs(const tutti_worker *w)
{
	return tu_load_rlx(&w->jobs); /* a number that nothing depends on */
}

/* -- its jobs --------------------------------------------------------------------------------- */

static struct tu_served *find_served(const tutti_worker *w, tutti_bytes name)
{
	struct tu_served *s = w->served;

	while (s && (strlen(s->name) != name.size || memcmp(s->name, name.data, name.size) != 0))
		s = s->next;
	return s;
}

int tutti_worker_add(tutti_worker *w, const char *name, const tutti_job *job)
{
	struct tu_served *s;

	if (!name || !*name || !job || !job->call)
		return -EINVAL;
	if (is_serving(w))
		return -EBUSY;
	if (find_served(w, tutti_bytes_text(name)))
		return -EEXIST;
	s = calloc(1, sizeof(*s) + strlen(name) + 1);
	if (!s)
		return -ENOMEM;
	strcpy(s->name, name);
	s->job = job;
	s->next = w->served;
	w->served = s;
	return 0;
}

const tutti_job *tu_worker_find(const tutti_worker *w, tutti_bytes name)
{
	const struct tu_served *s = find_served(w, name);
	char text[256];

	if (w->served)
		return s ? s->job : NULL;
	if (name.size >= sizeof(text))
		return NULL;
	memcpy(text, name.data, name.size);
	text[name.size] = '\0';
	return tutti_job_find(text);
}

static void add_name(struct tu_filling *f, const char *name)
{
	tutti_value *v = NULL;
	int rc = tutti_value_text(&v, name, strlen(name));

	if (rc != -EINVAL && f->n < TU_JOBS_LIST_MOST) /* one that is no text cannot be asked for */
		tu_filling_add(f, rc, v);
}

/* One that several files declare is there several times, which does no harm. */
static int registered_names(struct tu_filling *f)
{
	size_t n = tutti_job_list(NULL, 0);
	tutti_job **jobs = calloc(1, (n + 1) * sizeof(tutti_job *));

	if (!jobs)
		return -ENOMEM;
	if (n > tutti_job_list(jobs, n))
		n = 0; /* some have gone; as good as none */
	for (size_t i = 0; i < n; i++)
		if (tutti_job_find(jobs[i]->name))
			add_name(f, jobs[i]->name);
	free(jobs);
	return 0;
}

int tu_worker_names(const tutti_worker *w, tutti_value **out)
{
	struct tu_filling f = { NULL };
	int rc = w->served ? 0 : registered_names(&f);
	size_t n;

	for (const struct tu_served *s = w->served; s; s = s->next)
		add_name(&f, s->name);
	n = f.n;
	if (rc < 0)
		f.rc = rc;
	rc = tu_filling_close(&f, out);
	if (rc == 0 && n == 0) {
		tutti_value_unref(*out);
		return TUTTI_ENOJOB;
	}
	return rc;
}
