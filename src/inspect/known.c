/* SPDX-License-Identifier: MIT */
/* known.c - see known.h. */
#include "inspect/known.h"

#include "base/facts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { TABLES_MOST = 64, FACTS_MOST = 256, PLACES = 12 };

static const struct name {
	const char *text;
	size_t at; /* in struct known */
} needed[] = {
#define NAME(member, name) { name, offsetof(struct known, member) },
	TU_KNOWN_NEEDED(NAME)
}, more[] = {
	TU_KNOWN_MORE(NAME)
#undef NAME
};
enum { NEEDED = sizeof(needed) / sizeof(needed[0]), MORE = sizeof(more) / sizeof(more[0]) };
_Static_assert(NEEDED <= 64 && MORE <= 64, "a bit for each");

struct tables {
	struct {
		int module;
		uint64_t note;
	} at[TABLES_MOST];
	size_t n;
};

static void note_found(int module, uint64_t at, void *arg)
{
	struct tables *t = arg;

	if (t->n == TABLES_MOST)
		return;
	t->at[t->n].module = module;
	t->at[t->n++].note = at;
}

static void take(struct known *k, const struct tu_fact *fact)
{
	for (size_t i = 0; i < NEEDED; i++)
		if (strncmp(fact->name, needed[i].text, sizeof(fact->name)) == 0) {
			memcpy((char *)k + needed[i].at, &fact->value, sizeof(fact->value));
			k->has |= (uint64_t)1 << i;
		}
	for (size_t i = 0; i < MORE; i++)
		if (strncmp(fact->name, more[i].text, sizeof(fact->name)) == 0) {
			memcpy((char *)k + more[i].at, &fact->value, sizeof(fact->value));
			k->has_more |= (uint64_t)1 << i;
		}
}

static void read_table(struct tu_os_other *o, uint64_t note, struct known *k)
{
	struct tu_fact facts[FACTS_MOST];
	struct tu_facts table;
	int64_t away;

	if (tu_os_other_read(o, note, &away, sizeof(away)) < 0 ||
		tu_os_other_read(o, note + (uint64_t)away, &table, sizeof(table)) < 0 ||
		table.magic != TU_FACTS_MAGIC || table.count > FACTS_MOST ||
		tu_os_other_read(o, (uintptr_t)table.facts, facts, table.count * sizeof(facts[0])) <
			0)
		return;
	snprintf(k->version, sizeof(k->version), "%.*s", (int)sizeof(table.version) - 1,
		table.version);
	for (size_t i = 0; i < table.count; i++)
		take(k, &facts[i]);
}

/* What is read in one piece is bounded, whatever is written there. */
static bool plausible_sizes(const struct known *k)
{
	return k->worker_bytes <= 1 << 16 && k->context_size <= 1 << 14 &&
	       k->waiter_size <= 1 << 10 && k->timer_size <= 1 << 10 && k->slab_size <= 1 << 10 &&
	       k->ops_count <= 1 << 10 && k->op_size <= 64 && k->nouns_count <= 256 &&
	       k->job_size <= 1 << 12 && k->future_size <= 1 << 10 && k->executor_size <= 1 << 10 &&
	       k->account_size <= 512 && k->hold_size <= 128 && k->lock_size <= 256 &&
	       k->slab_shifts > 0;
}

/* And what is looked for in it lies there. Sizes that are 0 are of what is not read at all. */
static bool plausible_places(const struct known *k)
{
	const struct {
		uint64_t size, width, at[PLACES]; /* those that are none are 0 */
	} parts[] = {
		{ k->worker_bytes, 8,
			{ k->worker_next, k->worker_slabs, k->worker_current, k->worker_head,
				k->worker_inbox, k->worker_thread } },
		{ k->worker_bytes, 4,
			{ k->worker_in_use, k->worker_native_id, k->worker_budget, k->worker_looks,
				k->worker_helper } },
		{ k->worker_bytes, k->context_size, { k->worker_native } },
		{ k->context_size, 8,
			{ k->context_id, k->context_self, k->context_job, k->context_waits,
				k->context_alarm, k->context_since, k->context_low,
				k->context_bytes, k->context_sp, k->context_pc, k->context_fp } },
		{ k->context_size, 4, { k->context_park, k->context_awaits } },
		{ k->timer_size, 8, { k->timer_deadline, k->timer_where } },
		{ k->slab_size, 8, { k->slab_next, k->slab_base, k->slab_stack_bytes } },
		{ k->slab_size, 4, { k->slab_fresh } },
		{ k->waiter_size, 8, { k->waiter_key, k->waiter_context, k->waiter_object } },
		{ k->waiter_size, 4, { k->waiter_ask, k->waiter_op } },
		{ k->op_size, 8, { k->op_words } },
		{ k->op_size, 4, { k->op_object } },
		{ k->future_size, 8,
			{ k->future_ops, k->future_word, k->future_extra, k->future_fn } },
		{ k->future_size, 4, { k->future_number } },
		{ k->executor_size, 8, { k->executor_engine, k->executor_seats } },
		{ k->account_size, 8, { k->account_id, k->account_holds, k->account_link } },
		{ k->hold_size, 8, { k->hold_object, k->hold_earlier } },
		{ k->lock_size, 8, { k->lock_holder } },
		{ k->lock_size, 4, { k->lock_word } },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		for (size_t j = 0; parts[i].size && j < PLACES; j++)
			if (parts[i].size < parts[i].width ||
				parts[i].at[j] > parts[i].size - parts[i].width)
				return false;
	return k->worker_bytes && k->context_size && k->timer_size && k->slab_size &&
	       k->waiter_size && k->op_size;
}

static void find_missing(struct known *k)
{
	for (size_t i = 0; i < NEEDED && !k->missing; i++)
		if (!(k->has & (uint64_t)1 << i))
			k->missing = needed[i].text;
	if (!k->missing && !(plausible_sizes(k) && plausible_places(k)))
		k->missing = "sizes that can be";
}

int tu_known_find(
	struct arena *a, struct tu_os_other *o, struct known **known, size_t *n, int *bits)
{
	struct tables tables = { .n = 0 };
	struct known *k = NULL;
	int rc = tu_os_other_notes(o, "tutti", TU_FACTS_NOTE, note_found, &tables, bits);

	*n = 0;
	if (rc < 0)
		return rc;
	*known = tu_arena_take(a, (tables.n + 1) * sizeof(**known));
	if (!*known)
		return -ENOMEM;
	for (size_t i = 0; i < tables.n; i++) {
		if (!k || k->module != tables.at[i].module) {
			k = &(*known)[(*n)++];
			k->module = tables.at[i].module;
		}
		read_table(o, tables.at[i].note, k);
	}
	for (size_t i = 0; i < *n; i++)
		find_missing(&(*known)[i]);
	return 0;
}
