/* SPDX-License-Identifier: MIT */
/*
 * open.c - from the word to the executor. Here alone our own engines are named, so that they are
 * linked with whatever opens an executor, and exec need not know of the rooms above it.
 */
#include "exec/executor.h"
#include "front/word.h"
#include "loop/tasks_engine.h"
#include "proc/pool.h"

#include <errno.h>
#include <string.h>

static const struct tu_own_engine *const own_engines[] = { &tu_engine_threads, &tu_engine_tasks,
	&tu_engine_processes, &tu_engine_inline };

static const struct tu_own_engine *find_own(const char *word, size_t n)
{
	for (size_t i = 0; i < sizeof(own_engines) / sizeof(*own_engines); i++)
		if (strlen(own_engines[i]->engine.scheme) == n &&
			memcmp(own_engines[i]->engine.scheme, word, n) == 0)
			return own_engines[i];
	return NULL;
}

static int open_own(tutti_executor **e, const struct tu_own_engine *own, const char *where,
	const char *number, const tutti_executor_options *options)
{
	tutti_executor_options mine = *options;
	void *self = NULL;
	int rc = number ? tu_word_number(number, &mine.max_workers) : 0;

	if (rc == 0)
		rc = own->engine.open(&self, where, &mine);
	return rc < 0 ? rc : tu_executor_create_own(e, own, self, &mine);
}

static int open_theirs(
	tutti_executor **e, const char *where, size_t word, const tutti_executor_options *options)
{
	const tutti_engine *engine = tu_engine_find(where, word);
	void *self = NULL;
	int rc = engine ? engine->open(&self, where, options) : TUTTI_ENOENGINE;

	return rc < 0 ? rc : tu_executor_create_theirs(e, engine, self, options);
}

int tutti_executor_open(
	tutti_executor **e, const char *where, const tutti_executor_options *options)
{
	static const tutti_executor_options none;
	size_t word = where ? strcspn(where, ":") : 0;
	const struct tu_own_engine *own = where ? find_own(where, word) : NULL;

	if (!where)
		return TUTTI_ENOENGINE;
	if (!options)
		options = &none;
	if (options->max_workers < 0)
		return -EINVAL;
	if (own)
		return open_own(e, own, where, where[word] ? where + word + 1 : NULL, options);
	return open_theirs(e, where, word, options);
}
