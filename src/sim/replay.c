/* SPDX-License-Identifier: MIT */
/*
 * replay.c - see replay.h. The format:
 *
 *     tutti-replay 1
 *     test NAME
 *     found TROUBLE, by STRATEGY seed N run N
 *     flags N
 *     preempts N
 *     settings TEXT
 *     choices N
 *     KIND N ANSWER HASH        one line each, hash in hexadecimal
 */
#include "sim/replay.h"

#include "core/alloc.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <tutti/error.h>

static void write_all(FILE *to, const struct tu_finding *f, const struct tu_keep *k,
	const struct tu_choices *made)
{
	fprintf(to, "tutti-replay 1\ntest %s\n", f->name);
	fprintf(to, "found %s, by %s seed %" PRIu64 " run %" PRIu64 "\n",
		tu_trouble_word(f->trouble), f->strategy, f->seed, f->run);
	fprintf(to, "flags %u\npreempts %d\nsettings %s\nchoices %zu\n", k->flags, made->preempts,
		*k->settings ? k->settings : "-", made->count);
	for (size_t i = 0; i < made->count; i++) {
		const struct tu_answered *a = &made->answered[i];

		fprintf(to, "%u %" PRIu32 " %" PRIu32 " %08" PRIx32 "\n", a->kind, a->n, a->answer,
			a->hash);
	}
}

static int save(const struct tu_finding *f, const struct tu_keep *k, const struct tu_choices *made)
{
	FILE *to = fopen(k->file, "w");
	int rc;

	if (!to)
		return -errno;
	write_all(to, f, k, made);
	rc = ferror(to) ? -EIO : 0;
	return fclose(to) == 0 ? rc : -errno;
}

void tu_replay_keep(struct tu_finding *f, struct tu_keep *k, const struct tu_choices *made)
{
	int rc = save(f, k, made);

	if (rc < 0)
		snprintf(k->text, sizeof(k->text), "%s cannot be written: %s", k->file,
			tutti_strerror(rc));
	else
		snprintf(k->text, sizeof(k->text), "%s%s%s", k->before, k->file, k->after);
	*(rc < 0 ? &f->lost : &f->again) = k->text;
}

static bool read_choices(FILE *from, struct tu_replay *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct tu_answered *a = &r->answered[i];
		unsigned kind;

		if (fscanf(from, "%u %" SCNu32 " %" SCNu32 " %" SCNx32, &kind, &a->n, &a->answer,
			    &a->hash) != 4 ||
			kind >= TU_CHOICE_KINDS || a->answer >= a->n)
			return false;
		a->kind = (uint8_t)kind;
	}
	return true;
}

static bool read_all(FILE *from, struct tu_replay *r)
{
	enum { MOST = 100000000 };
	int version, preempts;

	if (fscanf(from,
		    "tutti-replay %d test %127[^\n] found %*[^\n] flags %u preempts %d "
		    "settings %1023[^\n] choices %zu",
		    &version, r->name, &r->flags, &preempts, r->settings, &r->count) != 6 ||
		version != 1 || r->count > MOST)
		return false;
	r->preempts = preempts != 0;
	if (strcmp(r->settings, "-") == 0)
		*r->settings = 0;
	r->answered = tu_machine_alloc((r->count + 1) * sizeof(*r->answered));
	if (read_choices(from, r))
		return true;
	tu_free(r->answered);
	r->answered = NULL;
	return false;
}

int tu_replay_load(const char *file, struct tu_replay *r)
{
	FILE *from = fopen(file, "r");
	bool good;

	if (!from)
		return -errno;
	*r = (struct tu_replay){ .count = 0 };
	good = read_all(from, r);
	fclose(from);
	return good ? 0 : -EINVAL;
}
