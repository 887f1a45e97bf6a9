/* SPDX-License-Identifier: MIT */
/* jobs.c - `tutti jobs`: the jobs there are, what they take and give, where they are from. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "find.h"
#include "option.h"

static int help(void)
{
	puts("usage: tutti jobs [FILE...]\n"
	     "\n"
	     "Lists the jobs built in, or those of the modules FILE, each with what it takes and\n"
	     "gives and where it is from. The first word of a line is what 'tutti map' calls it;\n"
	     "it runs those that take text and give text or nothing.");
	return STATUS_FINE;
}

static void show(const char *word, const tutti_job *job, const char *from)
{
	char takes[FIND_KIND_BYTES], gives[FIND_KIND_BYTES];

	printf("%-20s %s -> %s  %s\n", word, find_kind(job->arg_kind, job->arg_size, takes),
		find_kind(job->result_kind, job->result_size, gives), from);
}

static int list_built_in(void)
{
	const char *does;
	tutti_job *job;

	for (int i = 0; (job = find_built_in(i, &does)) != NULL; i++) {
		char from[128];

		snprintf(from, sizeof from, "built in: %s", does);
		show(job->name, job, from);
	}
	return STATUS_FINE;
}

static int by_name(const void *a, const void *b)
{
	const tutti_job *x = *(tutti_job *const *)a, *y = *(tutti_job *const *)b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x > y) - (x < y);
}

/* Where the module that p lies in begins. */
static const void *module_of(const void *p)
{
	Dl_info info;

	return dladdr(p, &info) ? info.dli_fbase : NULL;
}

/* Those of one module, each once: it may declare one in several of its files. */
static bool list_some(const char *file, tutti_job **jobs, size_t n, const void *base)
{
	const tutti_job *last = NULL;

	qsort(jobs, n, sizeof *jobs, by_name);
	for (size_t i = 0; i < n; i++) {
		const tutti_job *job = jobs[i];
		char *word;

		if (module_of(job) != base)
			continue;
		if (last && last->target == job->target && strcmp(last->name, job->name) == 0)
			continue;
		last = job;
		if (asprintf(&word, "%s:%s", file, job->name) < 0)
			return false;
		show(word, job, job->place);
		free(word);
	}
	if (!last)
		say("jobs: %s: has no jobs", file);
	return true;
}

static bool list_module(const char *file, const void *base)
{
	size_t n = tutti_job_list(NULL, 0);
	tutti_job **jobs = malloc((n + 1) * sizeof *jobs);
	bool fine = false;

	if (jobs) {
		n = tutti_job_list(jobs, n);
		fine = list_some(file, jobs, n, base);
	}
	if (!fine)
		say("jobs: %s", tutti_strerror(-ENOMEM));
	free(jobs);
	return fine;
}

int jobs_main(int argc, char **argv)
{
	int status = STATUS_FINE;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return help();
		if (argv[i][0] == '-') {
			say("jobs: unknown option '%s'", argv[i]);
			return option_misused("jobs");
		}
	}
	if (argc == 1)
		return list_built_in();
	for (int i = 1; i < argc; i++) {
		const void *base = find_load("jobs", argv[i]);

		if (!base || !list_module(argv[i], base))
			status = STATUS_FAILED;
	}
	return status;
}
