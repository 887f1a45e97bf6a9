/* SPDX-License-Identifier: MIT */
/* sched_load.c - what `tutti sched` runs: the workload, and an algorithm out of a module. */
#define _GNU_SOURCE
#include "sched.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

enum { READ_BYTES = 1 << 16 };

/* -- algorithms -------------------------------------------------------------------------------- */

static const tutti_sched_policy *find_in_module(const char *word, const char *colon)
{
	char *file = strndup(word, (size_t)(colon - word)), *symbol = NULL;
	const tutti_sched_policy *policy = NULL;
	void *module = NULL;

	if (!file || asprintf(&symbol, "tutti_sched_policy_%s", colon + 1) < 0) {
		say("sched: %s", tutti_strerror(-ENOMEM));
		free(file);
		return NULL;
	}
	module = dlopen(file, RTLD_NOW | RTLD_LOCAL); /* and it stays */
	if (!module)
		say("sched: cannot load %s", dlerror()); /* which names the file */
	else if (!(policy = dlsym(module, symbol)))
		say("sched: %s: no algorithm called '%s', which TUTTI_SCHED_POLICY(%s) would make",
			file, colon + 1, colon + 1);
	free(symbol);
	free(file);
	return policy;
}

const tutti_sched_policy *sched_find(const char *word)
{
	const char *colon = strrchr(word, ':');
	const tutti_sched_policy *policy = colon ? NULL : tutti_sched_find(word);

	if (colon)
		return find_in_module(word, colon);
	if (!policy)
		say("sched: no algorithm called '%s'", word);
	return policy;
}

/* -- workloads --------------------------------------------------------------------------------- */

/* All that there is to read. 0, or -errno. */
static int read_all(int fd, struct text *all)
{
	ssize_t n;

	do {
		char *space = text_space(all, READ_BYTES);

		if (!space)
			return -ENOMEM;
		n = read(fd, space, READ_BYTES);
		if (n > 0)
			all->size += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	return n < 0 ? -errno : 0;
}

static int parse(struct sched *s, const char *name, const struct text *all)
{
	tutti_sched_fault fault;
	int rc = tutti_sched_workload_parse(&s->load, tutti_bytes_of(all->data, all->size), &fault);

	if (rc == -EINVAL && fault.line > 0)
		say("sched: %s:%zu: %s", name, fault.line, fault.text);
	else if (rc < 0)
		say("sched: %s: %s", name, rc == -EINVAL ? fault.text : tutti_strerror(rc));
	return rc < 0 ? STATUS_FAILED : STATUS_FINE;
}

static int load_file(struct sched *s)
{
	bool is_stdin = strcmp(s->file, "-") == 0;
	const char *name = is_stdin ? "standard input" : s->file;
	int fd = is_stdin ? STDIN_FILENO : open(s->file, O_RDONLY | O_CLOEXEC), status;
	struct text all = { 0 };
	int rc = fd < 0 ? -errno : read_all(fd, &all);

	if (rc < 0)
		say("sched: %s: %s", name, tutti_strerror(rc));
	status = rc < 0 ? STATUS_FAILED : parse(s, name, &all);
	if (fd >= 0 && !is_stdin)
		close(fd);
	text_free(&all);
	return status;
}

int sched_load(struct sched *s)
{
	int rc;

	if (s->file)
		return load_file(s);
	if (s->made_up)
		rc = tutti_sched_workload_random(&s->load, s->seed, (size_t)s->processes);
	else
		rc = tutti_sched_workload_parse(
			&s->load, tutti_bytes_text("A,0,24\nB,0,3\nC,0,3\n"), NULL);
	if (rc < 0)
		say("sched: %s", tutti_strerror(rc));
	return rc < 0 ? STATUS_FAILED : STATUS_FINE;
}
