/* SPDX-License-Identifier: MIT */
/*
 * watch.c - glances at a worker, and the question put to its thread by a signal.
 *
 * There is one question at a time, in probe. Its state says whose turn it is:
 *
 *     IDLE       nobody asks; a signal that comes now is late and changes nothing
 *     ASKED      the asker has written the question; the thread that it is about may take it
 *     ANSWERING  a handler has, and alone writes the answer
 *     ANSWERED   done, or MOVED: the thread is at another turn; the asker makes it IDLE again
 *
 * An asker that has waited long enough takes ASKED back; what comes later finds IDLE.
 */
#include "core/watch.h"

#include "core/embed.h"
#include "core/family.h"
#include "os/os.h"

#include <errno.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/task.h>
#include <tutti/time.h>

enum { IDLE, ASKED, ANSWERING, ANSWERED, MOVED };

enum { LOOK_NS = 200000 };

static struct {
	uint32_t state; /* atomic */
	const struct tu_worker *worker;
	uint64_t turn;
	struct tu_answer *answer;
} probe;

uint32_t tu_watching;
static uint32_t changes;       /* atomic: of tu_watching, so far */
static bool asking;            /* the watcher's: threads can be asked */
static tu_watch_name *name_fn; /* before asking */

/* -- looking ---------------------------------------------------------------------------------- */

void tu_worker_glance(const struct tu_worker *w, struct tu_glance *g)
{
	/* Each is a guess that the next glance puts right: nothing is read through it. */
	g->turn = tu_worker_which_turn(w);
	g->number = tu_load_rlx(&w->number);
	g->native_id = tu_shown(&w->native_id);
	g->idle = tu_shown(&w->idle);
	g->ready = tu_shown(&w->head) || tu_load_rlx(&w->inbox);
	/* Nobody else has ever had what is shared: then only this process changes it. */
	g->outside = tu_shown(&w->polled) > 0 || (tu_shown(&w->words) > 0 && !tu_family_alone());
	g->watched = tu_shown(&w->wheel.watched);
	g->due_by = g->watched ? tu_shown(&w->wheel.due_by) : INT64_MAX;
}

void tu_watch_notice_slowly(struct tu_worker *w)
{
	/* [watching-1] acquire: by which signal threads are asked now; from begin and end */
	uint32_t watching = tu_load_acq(&tu_watching);

	tu_wheel_watch(&w->wheel, watching);
	tu_os_ask_follow();
}

void tu_watch_timers(uint32_t bit, bool on)
{
	uint32_t before = tu_load_rlx(&tu_watching), bits, after; /* a guess: the exchange tells */

	/* [watching-1] release: what begin and end have done; acquired in tu_watch_notice_slowly */
	do {
		bits = before & TU_WATCHING_ALL;
		bits = on ? bits | bit : bits & ~bit;
		/* Relaxed: a number by itself. */
		after = bits ? tu_add_rlx(&changes, (uint32_t)TU_WATCHING_CHANGE) | bits : 0;
	} while (!tu_cas_acqrel(&tu_watching, &before, after));
	if (on)
		tu_watch_notice(tu_worker_self()); /* it may stall before it looks by itself */
}

int64_t tu_watch_cpu(const struct tu_glance *g, bool *runs)
{
	return tu_os_thread_cpu(g->native_id, runs);
}

/* -- asking ----------------------------------------------------------------------------------- */

/* The caller's worker, wherever it is; NULL: it has none. */
static const struct tu_worker *worker_here(void)
{
	return tu_current ? tu_current->worker : tu_lent;
}

static int answer_here(const struct tu_worker *w, const void *pc)
{
	struct tu_answer *answer = probe.answer;

	if (probe.worker != w ||
		tu_worker_which_turn(w) != probe.turn) /* the question may be a later one */
		return MOVED;
	answer->what[0] = answer->thread[0] = 0;
	name_fn(tu_current ? tu_current : &w->native, answer);
	answer->depth = tu_os_stack_walk(pc, answer->frames, TU_ANSWER_FRAMES);
	return ANSWERED;
}

/* In a signal handler. */
static void asked(const void *pc)
{
	const struct tu_worker *w = worker_here();
	uint32_t state = ASKED;

	/* [ask-1] acquire: the question; from tu_watch_ask. Another worker's is left to that. */
	if (!w || tu_load_acq(&probe.state) != ASKED || tu_shown(&probe.worker) != w ||
		!tu_cas_acqrel(&probe.state, &state, (uint32_t)ANSWERING))
		return;
	/* [ask-2] release: the answer; acquired in tu_watch_ask */
	tu_store_rel(&probe.state, (uint32_t)answer_here(w, pc));
}

/* Wait for the answer; the state it is at, ASKED and ANSWERING no longer among them. */
static uint32_t await_answer(int64_t deadline)
{
	uint32_t state;

	for (;;) {
		/* [ask-2] acquire: the answer; from asked */
		state = tu_load_acq(&probe.state);
		if (state != ASKED && state != ANSWERING)
			return state;
		/* Relaxed: taken back, there is no answer to be read. */
		if (state == ASKED && tutti_now() >= deadline &&
			tu_cas_rlx(&probe.state, &state, (uint32_t)IDLE))
			return IDLE;
		tutti_sleep(LOOK_NS);
	}
}

int tu_watch_ask(const struct tu_worker *w, const struct tu_glance *g, int64_t deadline,
	struct tu_answer *answer)
{
	uint32_t state;
	int rc;

	if (!asking)
		return TUTTI_ETIMEDOUT;
	tu_show(&probe.worker, w);
	probe.turn = g->turn;
	probe.answer = answer;
	/* [ask-1] release: the question; acquired in asked */
	tu_store_rel(&probe.state, (uint32_t)ASKED);
	rc = tu_os_thread_ask(g->native_id);
	state = await_answer(rc < 0 ? 0 : deadline);
	/* Relaxed: the handler has come and gone. */
	tu_store_rlx(&probe.state, (uint32_t)IDLE);
	if (state == ANSWERED)
		return 0;
	return rc < 0 ? rc : state == MOVED ? TUTTI_EDONE : TUTTI_ETIMEDOUT;
}

void tu_watch_prepare(void)
{
	void *frame[1];

	tu_os_stack_walk(NULL, frame, 1);
}

int tu_watch_begin(int signal, tu_watch_name *name)
{
	int rc;

	name_fn = name;
	rc = signal < 0 ? 0 : tu_os_ask_begin(signal, asked);

	if (rc < 0)
		return rc;
	asking = signal >= 0;
	tu_watch_timers(TU_WATCHING_STALLS, true);
	return 0;
}

void tu_watch_end(void)
{
	if (asking)
		tu_os_ask_end();
	asking = false;
	tu_watch_timers(TU_WATCHING_STALLS, false);
}

void tu_watch_after_fork(void)
{
	tu_watch_end();
	probe.state = IDLE; /* alone here */
}
