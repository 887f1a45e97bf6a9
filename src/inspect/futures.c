/* SPDX-License-Identifier: MIT */
/* futures.c - what runs, by its future: of which kind, and under which name. */
#include "inspect/inside.h"

#include "exec/future.h"

#include <stdio.h>
#include <string.h>

/* The nouns that a future's table can have: any other table is none. */
static bool is_noun(const char *noun)
{
	static const char *const nouns[] = { "task", "thread", "job", "timer", "call", "callback",
		"process", "promise", "gather", "shield", "program", "future" };

	for (size_t i = 0; i < sizeof(nouns) / sizeof(nouns[0]); i++)
		if (strcmp(noun, nouns[i]) == 0)
			return true;
	return false;
}

/* The table at at, which was seen before as a rule. NULL: it is none. */
static const struct ops_seen *ops_at(struct look *l, uint64_t at)
{
	enum { MOST = sizeof(l->kinds) / sizeof(l->kinds[0]) };
	char bytes[128], text[TU_SEEN_NAME];
	struct ops_seen *s;

	for (size_t i = 0; i < l->kinds_n; i++)
		if (l->kinds[i].at == at)
			return l->kinds[i].valid ? &l->kinds[i] : NULL;
	if (l->kinds_n == MOST || at % sizeof(uint64_t) != 0 ||
		l->k->fops_noun + sizeof(uint64_t) > sizeof(bytes) ||
		l->k->fops_kind + sizeof(uint32_t) > sizeof(bytes) ||
		!tu_look_read(l, at, bytes, sizeof(bytes)))
		return NULL;
	if (!tu_look_text(l, tu_u64(bytes, l->k->fops_noun), text) || !is_noun(text))
		return NULL; /* not remembered: garbage is another one each time */
	s = &l->kinds[l->kinds_n++];
	*s = (struct ops_seen){ .at = at, .kind = tu_u32(bytes, l->k->fops_kind), .valid = true };
	snprintf(s->noun, sizeof(s->noun), "%.*s", (int)sizeof(s->noun) - 1, text);
	return s;
}

/* What its bytes say. */
static bool read_future(struct look *l, uint64_t at, const char *bytes, struct future_seen *f)
{
	*f = (struct future_seen){ .at = at };
	f->ops = ops_at(l, tu_u64(bytes, l->k->future_ops));
	if (!f->ops)
		return false;
	f->fn = tu_u64(bytes, l->k->future_fn);
	f->word = tu_u64(bytes, l->k->future_word);
	return true;
}

/* A text through a pointer over there. */
static bool text_through(struct look *l, uint64_t at, char out[TU_SEEN_NAME])
{
	uint64_t text;

	return tu_look_read(l, at, &text, sizeof(text)) && tu_look_text(l, text, out);
}

static void name_job(struct look *l, uint64_t at, char out[TU_SEEN_NAME])
{
	uint64_t job;

	if (!l->k->job_size || !tu_look_read(l, at + l->k->job_job, &job, sizeof(job)) ||
		!text_through(l, job + l->k->job_type_name, out))
		snprintf(out, TU_SEEN_NAME, "job");
}

static void name_it(struct look *l, const char *bytes, struct future_seen *f)
{
	const struct known *k = l->k;
	uint64_t extra = tu_u64(bytes, k->future_extra);

	if (f->ops->kind == k->kind_job)
		name_job(l, f->at, f->name);
	else if (f->ops->kind == k->kind_thread || f->ops->kind == k->kind_timer) {
		if (!text_through(l, f->at + k->thread_name, f->name))
			snprintf(f->name, sizeof(f->name), "%s", f->ops->noun);
	} else if (extra && text_through(l, extra + k->extra_name, f->name))
		;
	else if (f->ops->kind == k->kind_task)
		snprintf(f->name, sizeof(f->name), "Task-%u", tu_u32(bytes, k->future_number));
	else
		snprintf(f->name, sizeof(f->name), "%s", f->ops->noun);
}

bool tu_look_future(struct look *l, uint64_t at, struct future_seen *f)
{
	char bytes[1 << 10];

	if (!at || !l->k->future_size || !tu_look_read(l, at, bytes, l->k->future_size) ||
		!read_future(l, at, bytes, f))
		return false;
	name_it(l, bytes, f);
	if (l->k->child_group && f->ops->at == l->k->child_ops &&
		!tu_look_read(l, at + l->k->child_group, &f->group, sizeof(f->group)))
		f->group = 0;
	return true;
}

void tu_look_thread(struct look *l, uint64_t record, tutti_inspect_row *row)
{
	const struct known *k = l->k;
	char name[TU_SEEN_NAME];
	bool daemon = false, pooled = false;

	if (!k->thread_name)
		return;
	if (text_through(l, record + k->thread_name, name))
		row->name = tu_arena_text(&l->in->arena, "%s", name);
	tu_look_read(l, record + k->thread_daemon, &daemon, 1);
	tu_look_read(l, record + k->thread_pooled, &pooled, 1);
	row->role = pooled ? "of a pool" : daemon ? "daemon" : "";
}
