/* SPDX-License-Identifier: MIT */
/* report.c - see report.h. The text and the JSON tell the same, from the same look around. */
#include "sim/report.h"

#include "core/report.h"
#include "core/worker.h"
#include "sim/around.h"
#include "sim/choices.h"
#include "sim/facts.h"
#include "sim/hints.h"
#include "sim/names.h"

#include <stdio.h>
#include <string.h>

const char *tu_trouble_word(enum tu_trouble trouble)
{
	static const char *const words[TU_TROUBLES] = {
		[TU_TROUBLE_NONE] = "nothing",
		[TU_TROUBLE_FAILED] = "failure",
		[TU_TROUBLE_DEADLOCK] = "deadlock",
		[TU_TROUBLE_CIRCLE] = "deadlock of some",
		[TU_TROUBLE_LIVELOCK] = "livelock",
		[TU_TROUBLE_LEFT] = "somebody was left waiting",
		[TU_TROUBLE_HELD] = "a lock was left held",
		[TU_TROUBLE_UNSEEN] = "an unseen failure",
		[TU_TROUBLE_OUTSIDE] = "a call from outside holds everything up",
		[TU_TROUBLE_DIVERGED] = "the replay went another way",
	};

	return words[trouble];
}

static const char *explanation(enum tu_trouble trouble)
{
	switch (trouble) {
	case TU_TROUBLE_DEADLOCK:
		return "nobody can run, and no deadline is left";
	case TU_TROUBLE_CIRCLE:
		return "some wait for each other, while others live";
	case TU_TROUBLE_LIVELOCK:
		return "too many steps, or all who can run only look again";
	case TU_TROUBLE_LEFT:
		return "main has returned, and somebody waits for ever";
	default:
		return "";
	}
}

static double seconds(int64_t instant)
{
	return (double)(instant - TU_MACHINE_EPOCH) / 1e9;
}

static const char *place_of(const void *where, char *buf, size_t n)
{
	/* It is the instruction after the call, which may be past the function's end. */
	return tu_code_place((const char *)where - 1, buf, n);
}

/* -- the text ---------------------------------------------------------------------------------- */

static void text_doing(struct tu_page *t, const struct tu_context *c)
{
	const struct tu_doing doing = tu_around_doing(c);
	const char *words = tu_op_words(doing.op);
	char place[256], object[200];
	uint32_t parties, arrived;

	if (!tu_around_waits(c))
		tu_page_add(t, ", %s %s", tu_around_runs(c) ? "after" : "before", words);
	else if (strncmp(words, "wait", 4) == 0)
		tu_page_add(t, "%s", words + 4); /* "waits for" */
	else
		tu_page_add(t, " to %s", words);
	if (*tu_around_object(c, object, sizeof(object)))
		tu_page_add(t, " %s", object);
	if ((arrived = tu_around_arrived(c, &parties)) > 0)
		tu_page_add(t, ", where %u of %u have come", arrived, parties);
	tu_page_add(t, ", since %.9g s", seconds(c->doing.since));
	if (c->doing.where)
		tu_page_add(t, ", at %s", place_of(c->doing.where, place, sizeof(place)));
	tu_page_add(t, "\n");
}

static void text_holders(struct tu_page *t, const struct tu_context *c)
{
	enum { MOST = 8 }; /* of many readers */
	const struct tu_hold *h = tu_around_holder(c);
	char name[100], place[256];
	int n = 0;

	if (*tu_around_process(c, name, sizeof(name)))
		tu_page_add(t, "      it is held by %s\n", name);

	for (; h && n < MOST; h = h->others, n++)
		tu_page_add(t, "      it is held by %s since %.9g s, taken at %s\n",
			tu_around_holder_name(h, name, sizeof(name)), seconds(h->since),
			place_of(h->where, place, sizeof(place)));
	if (h)
		tu_page_add(t, "      and by others\n");
}

static void text_hint(struct tu_page *t, const struct tu_context *c)
{
	const struct tu_hint *hint = NULL;
	char place[256];

	if (tu_around_waits(c) && c->doing.op == TU_OP_CONDITION_WAIT)
		hint = tu_hint_of(c->doing.object);
	if (hint)
		tu_page_add(t,
			"      it was notified at step %llu by %s, when nobody waited, at %s\n",
			(unsigned long long)hint->step, hint->name,
			place_of(hint->where, place, sizeof(place)));
}

static void text_one(struct tu_walk *w, const struct tu_context *c)
{
	char name[80];

	tu_page_add(w->t, "  %s %s", tu_around_name(c, name, sizeof(name)),
		tu_around_state(w->actor, c));
	if (c->doing.op != 0 || c->doing.where)
		text_doing(w->t, c);
	else
		tu_page_add(w->t, ", and has not called anything\n");
	text_holders(w->t, c);
	text_hint(w->t, c);
}

static void text_circle_of(struct tu_page *t, const struct tu_circle *circle)
{
	char name[100], object[200];

	for (unsigned i = 0; i < circle->n; i++) {
		const struct tu_context *c = circle->part[i].account->context;
		const struct tu_context *next = circle->part[(i + 1) % circle->n].account->context;

		if (i == 0)
			tu_page_add(t, "  the circle: %s", tu_around_name(c, name, sizeof(name)));
		tu_page_add(t, " waits for %s", tu_around_object(c, object, sizeof(object)));
		if (circle->part[i].hold || i + 1 == circle->n)
			tu_page_add(t, " of %s", tu_around_name(next, name, sizeof(name)));
		tu_page_add(t, i + 1 == circle->n ? "\n" : ", which");
	}
}

static void text_circle(struct tu_walk *w, const struct tu_context *c)
{
	struct tu_circle circle;

	if (w->second || !tu_around_waits(c) ||
		!tu_ledger_deadlock(tu_facts(), tu_ledger_account(tu_facts(), c), &circle))
		return;
	w->second = true; /* one is enough: the others are the same, or can wait */
	text_circle_of(w->t, &circle);
}

void tu_finding_text_here(struct tu_page *t)
{
	tu_around_each(t, text_one);
	tu_around_each(t, text_circle);
}

void tu_finding_text(struct tu_page *t, const struct tu_finding *f)
{
	const char *more = explanation(f->trouble);

	tu_page_add(t, "tutti: %s: %s%s%s\n", f->name, tu_trouble_word(f->trouble),
		*more ? ": " : "", more);
	if (f->process)
		tu_page_add(t, "  found out in process '%s'\n", f->process);
	if (f->trouble == TU_TROUBLE_LIVELOCK && tu_machine.steps == tu_machine.options.steps_most)
		tu_page_add(t, "  it has taken %llu steps, the most that are allowed\n",
			(unsigned long long)tu_machine.steps);
	if (f->words)
		tu_page_add(t, "  %s\n", f->words);
	if (f->text)
		tu_page_add(t, "%s", f->text);
	else
		tu_finding_text_here(t);
	tu_page_add(t,
		"  in run %llu by strategy %s, seed %llu: step %llu, %.9g s of virtual time\n",
		(unsigned long long)f->run + 1, f->strategy, (unsigned long long)f->seed,
		(unsigned long long)tu_machine.steps, seconds(tu_machine.now));
	tu_finding_text_end(t, f);
}

void tu_finding_text_end(struct tu_page *t, const struct tu_finding *f)
{
	if (f->found > 0)
		tu_page_add(t, "  it took %u switch%s", f->found, f->found == 1 ? "" : "es");
	if (f->switches < f->found)
		tu_page_add(t, ", %u after shrinking (%u run%s)", f->switches, f->tries,
			f->tries == 1 ? "" : "s");
	if (f->found > 0)
		tu_page_add(t, "\n");
	if (f->again)
		tu_page_add(t, "  once more: %s\n", f->again);
	if (f->lost)
		tu_page_add(t, "  not kept: %s\n", f->lost);
}

void tu_finding_held(struct tu_page *t, const struct tu_context *c)
{
	const struct tu_account *a = tu_ledger_account(tu_facts(), c);
	char name[100], object[200], place[256];

	tu_page_add(t, "%s ended with ", tu_around_name(c, name, sizeof(name)));
	for (const struct tu_hold *h = a->holds; h; h = h->earlier)
		tu_page_add(t, "%s held, taken at %s%s",
			tu_object_name(h->op, h->object, object, sizeof(object)),
			place_of(h->where, place, sizeof(place)), h->earlier ? "; with " : "");
}

/* -- JSON -------------------------------------------------------------------------------------- */

static void json_pair(struct tu_page *t, const char *key, const char *value)
{
	tu_page_add(t, ",\"%s\":", key);
	tu_page_add_quoted(t, value);
}

static void json_object(struct tu_page *t, const struct tu_context *c)
{
	char object[200];
	uint32_t parties, arrived;

	if (*tu_around_object(c, object, sizeof(object)))
		json_pair(t, "object", object);
	if ((arrived = tu_around_arrived(c, &parties)) > 0)
		tu_page_add(t, ",\"arrived\":%u,\"parties\":%u", arrived, parties);
}

static void json_holder(struct tu_page *t, const struct tu_hold *h)
{
	const struct tu_account *a = h->account;
	char name[100], place[256];

	json_pair(t, "held_by",
		a->context ? tu_around_name(a->context, name, sizeof(name))
		: a->name  ? a->name
			   : "");
	tu_page_add(t, ",\"holder_has_ended\":%s", a->context ? "false" : "true");
	json_pair(t, "taken_at", place_of(h->where, place, sizeof(place)));
	tu_page_add(t, ",\"held_since_ns\":%lld", (long long)(h->since - TU_MACHINE_EPOCH));
}

static void json_hint(struct tu_page *t, const struct tu_context *c)
{
	const struct tu_hint *hint = NULL;

	if (tu_around_waits(c) && c->doing.op == TU_OP_CONDITION_WAIT)
		hint = tu_hint_of(c->doing.object);
	if (!hint)
		return;
	json_pair(t, "notified_in_vain_by", hint->name);
	tu_page_add(t, ",\"notified_in_vain_at_step\":%llu", (unsigned long long)hint->step);
}

static void json_one(struct tu_walk *w, const struct tu_context *c)
{
	const struct tu_hold *h = tu_around_holder(c);
	struct tu_circle circle;
	char name[80], place[256];

	tu_page_add(w->t, "%s{\"name\":", w->second ? "," : "");
	w->second = true;
	tu_page_add_quoted(w->t, tu_around_name(c, name, sizeof(name)));
	json_pair(w->t, "state", tu_around_state(w->actor, c));
	if (c->doing.where) {
		json_pair(w->t, "operation", tu_op_words(tu_around_doing(c).op));
		json_object(w->t, c);
		json_pair(w->t, "at", place_of(c->doing.where, place, sizeof(place)));
		tu_page_add(
			w->t, ",\"since_ns\":%lld", (long long)(c->doing.since - TU_MACHINE_EPOCH));
	}
	if (h)
		json_holder(w->t, h);
	else if (*tu_around_process(c, name, sizeof(name)))
		json_pair(w->t, "held_by", name);
	json_hint(w->t, c);
	tu_page_add(w->t, ",\"in_circle\":%s}",
		tu_around_waits(c) && tu_ledger_deadlock(
					      tu_facts(), tu_ledger_account(tu_facts(), c), &circle)
			? "true"
			: "false");
}

void tu_finding_json_here(struct tu_page *t)
{
	tu_around_each(t, json_one);
}

void tu_finding_json(struct tu_page *t, const struct tu_finding *f)
{
	tu_page_add(t, "{\"test\":");
	tu_page_add_quoted(t, f->name);
	json_pair(t, "trouble", tu_trouble_word(f->trouble));
	if (f->process)
		json_pair(t, "process", f->process);
	if (f->words)
		json_pair(t, "words", f->words);
	json_pair(t, "strategy", f->strategy);
	tu_page_add(t,
		",\"seed\":%llu,\"run\":%llu,\"step\":%llu,\"virtual_ns\":%lld,\"hash\":%llu",
		(unsigned long long)f->seed, (unsigned long long)f->run,
		(unsigned long long)tu_machine.steps,
		(long long)(tu_machine.now - TU_MACHINE_EPOCH),
		(unsigned long long)tu_choices_made()->hash);
	if (f->json) {
		tu_page_add(t, ",\"processes\":[%s]", f->json);
	} else {
		tu_page_add(t, ",\"actors\":[");
		tu_finding_json_here(t);
		tu_page_add(t, "]");
	}
	tu_finding_json_end(t, f);
	tu_page_add(t, "}\n");
}

void tu_finding_json_end(struct tu_page *t, const struct tu_finding *f)
{
	if (f->found > 0)
		tu_page_add(t, ",\"switches_found\":%u,\"switches\":%u", f->found, f->switches);
	if (f->again)
		json_pair(t, "again", f->again);
	if (f->lost)
		json_pair(t, "not_kept", f->lost);
}
