/* SPDX-License-Identifier: MIT */
/* looker.c - see looker.h. */
#include "observe/looker.h"

#include "base/atomic.h"
#include "core/alloc.h"
#include "core/thread.h"
#include "core/worker.h"
#include "exec/ending.h"
#include "observe/stillness.h"

#include <tutti/event.h>
#include <tutti/scope.h>

static const tutti_time period_least = TUTTI_MILLISECONDS(1);

struct tu_looker {
	int64_t limit;              /* fixed, as the next two */
	tu_looker_tell *tell;       /* */
	bool aside;                 /* where its memory is from */
	struct tu_context *context; /* the thread's, which shows it */
	tutti_event stop, ended;
	uint32_t refs;          /* atomic */
	bool forked;            /* this is a child of the process that it was for */
	struct tu_looker *next; /* of those left behind */
};

static struct tu_looker *left; /* a forked child's: of threads that it does not have */

struct tu_looker *tu_looker_create(int64_t limit, tu_looker_tell *tell)
{
	struct tu_looker *k = tu_alloc_zero(sizeof(*k));

	if (!k)
		return NULL;
	k->limit = limit;
	k->tell = tell;
	k->aside = tu_alloc_is_aside();
	k->refs = 2; /* the creator's and the thread's */
	return k;
}

void tu_looker_free(struct tu_looker *k)
{
	if (k)
		tu_free_to(k->aside, k);
}

static void drop(struct tu_looker *k)
{
	/* Acquire-release: the other is done with it as well, so it can be freed. */
	if (tu_sub_acqrel(&k->refs, 1u) == 1)
		tu_looker_free(k);
}

static void look(struct tu_looker *k)
{
	tutti_time period = k->limit / 4 > period_least ? k->limit / 4 : period_least;
	struct tu_stillness s = { 0 };

	while (!k->forked && tutti_event_wait_until(&k->stop, tutti_after(period)) < 0)
		if (tu_stillness_look(&s, k->limit))
			k->tell(k->limit);
}

/* The thread's part in it ends. */
static void leave(struct tu_looker *k)
{
	tutti_event_set(&k->ended);
	drop(k);
}

static void looker_main(void *arg)
{
	struct tu_context *self = tu_self();
	struct tu_looker *k = arg;

	self->worker->daemon = self->worker->helper = true;
	tu_show(&self->worker->looks_on, true);
	tu_thread_show_name("tutti-debug");
	tu_show(&k->context, self);
	look(k);
	leave(k);
}

int tu_looker_start(struct tu_looker *k)
{
	int rc = tu_thread_spawn(looker_main, k, 0);

	if (rc < 0)
		leave(k);
	return rc;
}

bool tu_looker_is_here(const struct tu_looker *k)
{
	return tu_shown(&k->context) == tu_self(); /* no other thread can find itself there */
}

void tu_looker_stop(struct tu_looker *k)
{
	tutti_scope quiet;

	tutti_event_set(&k->stop);
	if (tu_ending_begin(true) == 0) { /* else it stands still already, and for ever */
		tutti_shield_begin(&quiet, TUTTI_FOREVER);
		tutti_event_wait(&k->ended);
		tutti_shield_end(&quiet, 0);
	}
	drop(k);
}

void tu_looker_after_fork(struct tu_looker *k)
{
	k->forked = true;
	k->next = left; /* within reach: nobody frees it */
	left = k;
}
