/* SPDX-License-Identifier: MIT */
/* serial.c - see serial.h. */
#include "observe/serial.h"

#include <string.h>
#include <tutti/time.h>

#include "core/probe.h"

static const int64_t worth_telling = TUTTI_SECONDS(1);
static const int64_t worth_a_thread = TUTTI_MILLISECONDS(50);
enum { TURNS_LEAST = 3, HOLDERS_LEAST = 3, PERCENT_LEAST = 90 };

static bool is_most(int64_t part, int64_t whole)
{
	return part / PERCENT_LEAST >= whole / 100;
}

/* -- threads ----------------------------------------------------------------------------------- */

/* Something that runs beside the thread, whatever is waited for. */
static bool starts_another(uint32_t op)
{
	switch (op) {
	case TU_OP_TASK_START:
	case TU_OP_GROUP_START:
	case TU_OP_TIMER_START:
	case TU_OP_LOOP_CALL:
	case TU_OP_SUBMIT:
		return true;
	default:
		return false;
	}
}

bool tu_serial_asks(uint32_t op)
{
	return op == TU_OP_THREAD_START || op == TU_OP_FUTURE_WAIT ||
	       op == TU_OP_FUTURE_WAIT_MANY || starts_another(op);
}

static void begin_turns(struct tu_turns *t)
{
	t->n = 0;
	t->lived = t->waited = 0;
}

void tu_serial_point(
	struct tu_serial *s, uint64_t who, const struct tu_doing *doing, size_t alive, int64_t now)
{
	struct tu_turns *t = &s->turns;

	if (doing->op == TU_OP_THREAD_START) {
		if (t->starter != who || t->last != TU_TURN_JOINED || t->start != doing->where)
			begin_turns(t);
		if (t->n == 0)
			t->alive = alive;
		t->starter = who;
		t->start = doing->where;
		t->began = now;
		t->last = TU_TURN_STARTED;
	} else if (t->starter == who && starts_another(doing->op)) {
		begin_turns(t);
		t->last = TU_TURN_NONE;
	} else if (t->starter == who && t->last == TU_TURN_STARTED) {
		if (t->n > 0 && t->join != doing->where)
			begin_turns(t);
		t->join = doing->where;
		t->waits = now;
		t->last = TU_TURN_WAITS;
	}
}

/* Not if there are more than before: then it has waited for something else. */
static bool joined(struct tu_turns *t, size_t alive, int64_t now)
{
	t->last = alive > t->alive ? TU_TURN_NONE : TU_TURN_JOINED;
	if (t->last == TU_TURN_NONE)
		return false;
	t->n++;
	t->lived += now - t->began;
	t->waited += now - t->waits;
	if (t->told || t->n < TURNS_LEAST || t->lived < worth_telling ||
		t->lived / t->n < worth_a_thread || !is_most(t->waited, t->lived))
		return false;
	t->told = true;
	return true;
}

bool tu_serial_awaits(const struct tu_serial *s, uint64_t who)
{
	return s->turns.starter == who && s->turns.last == TU_TURN_WAITS;
}

/* -- locks ------------------------------------------------------------------------------------- */

static bool is_lock(const struct tu_doing *what)
{
	return tu_op_object(what->op) == TU_OBJECT_LOCK && what->object;
}

static struct tu_crowded *crowded_of(struct tu_serial *s, const void *object)
{
	for (int i = 0; i < TU_CROWDED_MOST; i++)
		if (s->crowded[i].object == object)
			return &s->crowded[i];
	return NULL;
}

/* In place of the one that matters least, if there is one for which nobody waits. */
static struct tu_crowded *begin_crowded(struct tu_serial *s, const void *object, int64_t now)
{
	struct tu_crowded *least = NULL;

	for (int i = 0; i < TU_CROWDED_MOST; i++) {
		struct tu_crowded *c = &s->crowded[i];

		if (!c->waiting && !c->told && (!least || c->held < least->held))
			least = c;
	}
	if (least)
		*least = (struct tu_crowded){ .object = object, .first = now };
	return least;
}

void tu_serial_waits(struct tu_serial *s, const struct tu_doing *what, int64_t now)
{
	struct tu_crowded *c;

	if (!is_lock(what))
		return;
	c = crowded_of(s, what->object);
	if (!c)
		c = begin_crowded(s, what->object, now);
	if (c)
		c->waiting++;
}

bool tu_serial_goes_on(
	struct tu_serial *s, uint64_t who, const struct tu_doing *what, size_t alive, int64_t now)
{
	struct tu_crowded *c = is_lock(what) ? crowded_of(s, what->object) : NULL;

	if (c && c->waiting)
		c->waiting--;
	return tu_serial_awaits(s, who) && joined(&s->turns, alive, now);
}

static void count_holder(struct tu_crowded *c, uint64_t who)
{
	for (unsigned i = 0; i < c->n; i++)
		if (c->holders[i] == who)
			return;
	if (c->n < TU_HOLDERS_MOST)
		c->holders[c->n++] = who;
}

const struct tu_crowded *tu_serial_gives(
	struct tu_serial *s, const struct tu_hold *hold, int64_t now)
{
	struct tu_crowded *c = crowded_of(s, hold->object);

	if (!c || !c->waiting || !hold->account)
		return NULL;
	c->held += now - (hold->since > c->first ? hold->since : c->first);
	count_holder(c, hold->account->id);
	if (c->told || c->held < worth_telling || c->n < HOLDERS_LEAST ||
		!is_most(c->held, now - c->first))
		return NULL;
	c->told = true;
	return c;
}

void tu_serial_forget(struct tu_serial *s, const void *object)
{
	struct tu_crowded *c = crowded_of(s, object);

	if (c)
		memset(c, 0, sizeof(*c));
}
