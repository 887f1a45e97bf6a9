/* SPDX-License-Identifier: MIT */
/*
 * engines.c - the engines that the program or another library brings, by their scheme.
 *
 * Ours are not on this list: front names them, so that a program linked against the archive has
 * them without a constructor that nobody would call.
 */
#include "exec/executor.h"

#include "core/alloc.h"
#include "core/fork.h"
#include "core/mutex.h"

#include <errno.h>
#include <string.h>

struct entry {
	struct entry *next; /* fixed: entries are added in front and never removed */
	const tutti_engine *engine;
};

static uint32_t table_lock;
static struct entry *entries; /* under table_lock */

const tutti_engine *tu_engine_find(const char *scheme, size_t n)
{
	struct entry *entry;

	tu_mutex_lock(&table_lock);
	entry = entries;
	tu_mutex_unlock(&table_lock);
	for (; entry; entry = entry->next)
		if (strlen(entry->engine->scheme) == n &&
			memcmp(entry->engine->scheme, scheme, n) == 0)
			return entry->engine;
	return NULL;
}

static bool is_ours(const char *scheme)
{
	return strcmp(scheme, "threads") == 0 || strcmp(scheme, "tasks") == 0 ||
	       strcmp(scheme, "processes") == 0 || strcmp(scheme, "inline") == 0;
}

int tutti_engine_register(const tutti_engine *engine)
{
	struct entry *entry;

	if (engine->size != sizeof(*engine) || !engine->scheme || !engine->open ||
		!engine->submit || !engine->free)
		return -EINVAL;
	if (is_ours(engine->scheme))
		return -EEXIST;
	entry = tu_alloc(sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	entry->engine = engine;
	tu_mutex_lock(&table_lock);
	for (struct entry *other = entries; other; other = other->next) {
		if (strcmp(other->engine->scheme, engine->scheme) == 0) {
			tu_mutex_unlock(&table_lock);
			tu_free(entry);
			return -EEXIST;
		}
	}
	entry->next = entries;
	entries = entry;
	tu_mutex_unlock(&table_lock);
	return 0;
}

__attribute__((constructor(101))) static void guard_lock(void)
{
	static struct tu_fork_guard guard = { .lock = &table_lock };

	tu_fork_guard_add(&guard);
}
