/* SPDX-License-Identifier: MIT */
/* find.c - see find.h. */
#define _GNU_SOURCE
#include "find.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jobs.h"
#include "web.h"

TUTTI_JOB_TRY(prime, tutti_bytes, tutti_bytes);
TUTTI_JOB_TRY(sum, tutti_bytes, tutti_bytes);
TUTTI_JOB_TRY(digest, tutti_bytes, tutti_bytes);
TUTTI_JOB_TRY(square, tutti_bytes, tutti_bytes);

static const struct built_in {
	tutti_job *job;
	const char *does;
} built_ins[] = {
	{ &prime_job, "whether a whole number is prime: true or false" },
	{ &sum_job, "the sum of the whole numbers a..b, both included" },
	{ &digest_job, "the SHA-256 of the file of that name" },
	{ &square_job, "a whole number squared: n * n = n\xC2\xB2" },
};
enum { BUILT_INS = sizeof built_ins / sizeof *built_ins };

tutti_job *find_built_in(int n, const char **does)
{
	if (n >= BUILT_INS)
		return web_job(n - BUILT_INS, does);
	*does = built_ins[n].does;
	return built_ins[n].job;
}

const char *find_kind(unsigned kind, uint32_t size, char out[FIND_KIND_BYTES])
{
	if (kind == TUTTI_KIND_BYTES)
		return "text";
	if (kind == TUTTI_KIND_VALUE)
		return "a tutti_value";
	if (kind == TUTTI_KIND_CALL)
		return "arguments";
	if (kind == TUTTI_KIND_VOID)
		return "nothing";
	snprintf(out, FIND_KIND_BYTES, "a plain %u-byte value", (unsigned)size);
	return out;
}

/* Text comes in, and text or nothing must come out. */
static bool takes_text(const char *command, const char *word, const tutti_job *job)
{
	char arg[FIND_KIND_BYTES], result[FIND_KIND_BYTES];

	if (job->arg_kind == TUTTI_KIND_BYTES &&
		(job->result_kind == TUTTI_KIND_BYTES || job->result_kind == TUTTI_KIND_VOID))
		return true;
	say("%s: %s: takes %s and gives %s; %s needs a job that takes tutti_bytes and gives "
	    "tutti_bytes or void",
		command, word, find_kind(job->arg_kind, job->arg_size, arg),
		find_kind(job->result_kind, job->result_size, result), command);
	return false;
}

const void *find_load(const char *command, const char *file)
{
	struct link_map *module;
	Dl_info info;
	void *handle;

	for (int i = 0; i < BUILT_INS; i++)
		tutti_job_unregister(built_ins[i].job);
	handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
	if (handle && dlinfo(handle, RTLD_DI_LINKMAP, &module) == 0 && dladdr(module->l_ld, &info))
		return info.dli_fbase;
	say("%s: cannot load %s", command, dlerror()); /* which names the file */
	return NULL;
}

static tutti_job *find_in_module(const char *command, const char *word, const char *colon)
{
	char *file = strndup(word, (size_t)(colon - word));
	tutti_job *job = NULL;

	if (!file) {
		say("%s: %s", command, tutti_strerror(-ENOMEM));
		return NULL;
	}
	if (find_load(command, file)) {
		job = tutti_job_find(colon + 1);
		if (!job)
			say("%s: %s: no job called '%s', or two", command, file, colon + 1);
	}
	free(file);
	return job && takes_text(command, word, job) ? job : NULL;
}

tutti_job *find_job(const char *command, const char *word)
{
	const char *colon = strrchr(word, ':'), *does;
	tutti_job *job;

	if (colon)
		return find_in_module(command, word, colon);
	for (int i = 0; (job = find_built_in(i, &does)) != NULL; i++)
		if (strcmp(word, job->name) == 0)
			return job;
	say("%s: no job called '%s'; 'tutti jobs' names them%s", command, word,
		strcmp(command, "map") == 0 ? ", and a command stands behind '--'" : "");
	return NULL;
}
