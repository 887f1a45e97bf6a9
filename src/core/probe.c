/* SPDX-License-Identifier: MIT */
/* probe.c - who is told, and the words for it. */
#include "core/probe.h"

#include "base/facts.h"
#include "core/context.h"
#include "core/lot.h"
#include "core/tape.h"
#include "os/os.h"
#include "os/port.h"

uint32_t tu_probing;

static const struct tu_probe *simulator, *checker;

static const struct tu_op_text {
	const char *words;
	enum tu_op_object object;
} ops[] = {
#define TU_OP(name, words, object) { words, TU_OBJECT_##object },
#include "core/operations.h"
#undef TU_OP
};

static const char *const nouns[] = {
	[TU_OBJECT_NOTHING] = "",
	[TU_OBJECT_LOCK] = "lock",
	[TU_OBJECT_RWLOCK] = "rwlock",
	[TU_OBJECT_CONDITION] = "condition",
	[TU_OBJECT_EVENT] = "event",
	[TU_OBJECT_SEMAPHORE] = "semaphore",
	[TU_OBJECT_BARRIER] = "barrier",
	[TU_OBJECT_ONCE] = "once",
	[TU_OBJECT_QUEUE] = "queue",
	[TU_OBJECT_FUTURE] = "future",
	[TU_OBJECT_EXECUTOR] = "executor",
	[TU_OBJECT_VARIABLE] = "variable",
};

const char *tu_op_words(enum tu_op op)
{
	return ops[op].words;
}

enum tu_op_object tu_op_object(enum tu_op op)
{
	return ops[op].object;
}

bool tu_op_waits(enum tu_op op)
{
	switch (op) {
	case TU_OP_LOCK_RELEASE:
	case TU_OP_LOCK_LOOK:
	case TU_OP_RWLOCK_RELEASE:
	case TU_OP_CONDITION_NOTIFY:
	case TU_OP_EVENT_SET:
	case TU_OP_EVENT_CLEAR:
	case TU_OP_EVENT_LOOK:
	case TU_OP_SEMAPHORE_RELEASE:
	case TU_OP_SEMAPHORE_LOOK:
	case TU_OP_BARRIER_CHANGE:
	case TU_OP_BARRIER_LOOK:
	case TU_OP_QUEUE_CHANGE:
	case TU_OP_QUEUE_LOOK:
	case TU_OP_FUTURE_SET:
	case TU_OP_FUTURE_CANCEL:
	case TU_OP_FUTURE_LOOK:
	case TU_OP_THREADS_LOOK:
	case TU_OP_THREAD_START:
	case TU_OP_TASK_START:
	case TU_OP_GROUP_START:
	case TU_OP_TIMER_START:
	case TU_OP_CALLBACK:
	case TU_OP_ACCESS:
	case TU_OP_LOAD:
	case TU_OP_CANCEL_LOOK:
	case TU_OPS:
		return false;
	default:
		return true;
	}
}

const char *tu_object_noun(enum tu_op_object object)
{
	return nouns[object];
}

void tu_probe_set(unsigned bit, const struct tu_probe *probe)
{
	const struct tu_probe **place = bit == TU_PROBE_SIMULATOR ? &simulator : &checker;

	/* [probe-1] release: the table, and all it needs; acquired in who */
	tu_store_rel(place, probe);
	if (probe)
		tu_or_acqrel(&tu_probing, bit);
	else
		tu_and_rel(&tu_probing, ~bit);
}

/* Of what is simulated the simulator is told, and nobody else; it does what a checker does. */
static const struct tu_probe *who(void)
{
	/* [probe-1] acquire: as in tu_probe_set */
	return tu_load_acq(tu_os_port ? &simulator : &checker);
}

void tu_point_slowly(enum tu_op op, const void *object, const void *where)
{
	const struct tu_probe *probe = who();
	struct tu_context *self;

	if (!probe && !tu_taping())
		return;
	self = tu_self();
	self->doing = (struct tu_doing){ object, where, probe ? tu_os_now() : 0, op };
	if (probe)
		probe->point(self, &self->doing);
}

void tu_polled_slowly(void)
{
	const struct tu_probe *probe = who();

	if (probe)
		probe->polled(tu_self());
}

void tu_took_slowly(enum tu_op op, const void *object, const void *where)
{
	const struct tu_probe *probe = who();
	struct tu_doing taken = { object, where, 0, op };

	if (!probe)
		return;
	taken.since = tu_os_now();
	probe->took(tu_self(), &taken);
}

void tu_took_again_slowly(struct tu_context *self, enum tu_op op, const void *object)
{
	tu_took_slowly(op, object, self->doing.where);
}

void tu_gave_slowly(const void *object)
{
	const struct tu_probe *probe = who();

	if (probe)
		probe->gave(tu_self(), object);
}

void tu_made_slowly(const void *object)
{
	const struct tu_probe *probe = who();

	if (probe && probe->made)
		probe->made(object);
}

void tu_parks_slowly(struct tu_context *self)
{
	const struct tu_probe *probe = who();
	bool timed = self->alarm && tu_timer_pending(self->alarm);

	/* Relaxed: where it is queued just now; nothing is read through it. */
	if (probe && probe->parks)
		probe->parks(self, self->waits ? tu_load_rlx(&self->waits->key) : NULL,
			timed ? self->alarm->deadline : INT64_MAX);
}

void tu_goes_on_slowly(struct tu_context *self)
{
	const struct tu_probe *probe = who();

	if (probe && probe->goes_on)
		probe->goes_on(self);
}

void tu_ended_slowly(struct tu_context *self)
{
	const struct tu_probe *probe = who();

	if (probe && probe->ended)
		probe->ended(self);
	tu_tape_ends(self);
}

void tu_does_slowly(struct tu_context *self, enum tu_op op)
{
	self->doing = (struct tu_doing){ NULL, NULL, tu_os_now(), op };
}

bool tu_simulated_slowly(void)
{
	return tu_os_port != NULL;
}

unsigned tu_choose_slowly(enum tu_choice_kind kind, unsigned n)
{
	return tu_os_port ? who()->choose(kind, n) : 0;
}

bool tu_reported_slowly(int code, const char *text)
{
	return tu_os_port && who()->reported(code, text);
}

/* clang-format off */
TU_FACTS(ops,
	TU_FACT_ADDRESS("ops", ops),
	TU_FACT_ADDRESS("ops.count", sizeof(ops) / sizeof(ops[0])),
	TU_FACT_SIZE("op.size", ops[0]),
	TU_FACT_AT("op.words", struct tu_op_text, words),
	TU_FACT_AT("op.object", struct tu_op_text, object),
	TU_FACT_ADDRESS("nouns", nouns),
	TU_FACT_ADDRESS("nouns.count", sizeof(nouns) / sizeof(nouns[0])));
/* clang-format on */
