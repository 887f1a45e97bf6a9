/* SPDX-License-Identifier: MIT */
/*
 * progress.c - to begin, count and end; and the thread that draws.
 *
 * Who counts only adds to a number, of which there are several: a thread has one of them for good,
 * and mostly to itself, since numbers on one line of memory would go from core to core at each
 * count. They stand in memory that a forked child shares, so that what it counts is seen here.
 *
 * One thread, the renderer, has them drawn now and then, as long as there is any progress. It is
 * one of ours: not on the list of threads, a daemon, and no hindrance to a fork.
 */
#include <stdarg.h>
#include <string.h>

#include <tutti/event.h>
#include <tutti/observe.h>
#include <tutti/scope.h>

#include "base/atomic.h"
#include "core/alloc.h"
#include "core/report.h"
#include "core/terminal.h"
#include "core/thread.h"
#include "core/worker.h"
#include "exec/ending.h"
#include "exec/executor.h"
#include "observe/progress_screen.h"

/* -- the renderer ----------------------------------------------------------------------------- */

struct tu_renderer {
	tutti_event stop, ended;
	uint32_t refs;            /* atomic: who stops it, and the thread */
	struct tu_renderer *next; /* of those left behind */
};

static struct tu_renderer *left; /* a forked child's: of threads that it does not have */

static void renderer_drop(struct tu_renderer *r)
{
	/* Acquire-release: the other is done with it as well, so it can be freed. */
	if (tu_sub_acqrel(&r->refs, 1u) == 1)
		tu_free(r);
}

static void render(void *arg)
{
	struct tu_renderer *r = arg;
	struct tu_worker *w = tu_self()->worker;

	w->daemon = w->helper = true;
	tu_show(&w->looks_on, true);
	tu_thread_show_name("tutti-progress");
	while (tutti_event_wait_until(&r->stop, tutti_after(tu_screen_tick())) < 0)
		;
	tutti_event_set(&r->ended);
	renderer_drop(r);
}

/* NULL: nobody draws in between then, but all the same in the end. */
static struct tu_renderer *renderer_start(void)
{
	struct tu_renderer *r = tu_alloc_zero(sizeof(*r));

	if (!r)
		return NULL;
	r->refs = 2;
	if (tu_thread_spawn(render, r, 0) == 0)
		return r;
	tu_free(r);
	return NULL;
}

static void renderer_stop(struct tu_renderer *r)
{
	tutti_scope quiet;

	if (!r)
		return;
	tutti_event_set(&r->stop);
	if (tu_ending_begin(true) == 0) { /* else it stands still already, and for ever */
		tutti_shield_begin(&quiet, TUTTI_FOREVER);
		tutti_event_wait(&r->ended);
		tutti_shield_end(&quiet, 0);
	}
	renderer_drop(r);
}

void tu_renderer_after_fork(struct tu_renderer *r)
{
	r->next = left; /* within reach: nobody frees it */
	left = r;
}

/* -- what is counted -------------------------------------------------------------------------- */

static uint32_t numbers; /* given to threads so far; atomic */
static __thread uint32_t number;

static const size_t cells_bytes = TU_CELLS * sizeof(struct tu_progress_cell);

tutti_progress *tutti_progress_create(const char *label, uint64_t total)
{
	tutti_progress *p = tu_alloc_zero(sizeof(*p));
	struct tu_renderer *r;

	if (!p)
		return NULL;
	p->cells = tu_shared_map(cells_bytes);
	if (!p->cells) {
		tu_free(p);
		return NULL;
	}
	p->total = total;
	p->begun = tutti_now();
	tu_label_copy(p->label, label ? label : "");
	r = tu_screen_has_renderer() ? NULL : renderer_start();
	tu_screen_add(p, &r);
	renderer_stop(r); /* another was faster */
	return p;
}

void tutti_progress_add(tutti_progress *p, uint64_t n)
{
	if (!p)
		return;
	if (number == 0)
		number = tu_add_rlx(&numbers, 1u) + 1; /* relaxed, both: numbers by themselves, */
	tu_add_rlx(&p->cells[number % TU_CELLS].n, n); /* and free comes after by contract */
}

uint64_t tutti_progress_count(const tutti_progress *p)
{
	return p ? tu_progress_sum(p) : 0;
}

static void share_drop(struct tu_progress_share *share)
{
	if (share)
		share->drop(share->owner);
	tu_free(share);
}

void tutti_progress_free(tutti_progress *p)
{
	if (!p)
		return;
	if (!p->attached) {
		if (p->generation == tu_screen_generation()) /* else it is the parent's to show */
			renderer_stop(tu_screen_remove(p));
		tu_shared_unmap(p->cells, cells_bytes);
	}
	share_drop(p->share);
	tu_free(p);
}

/* -- words ------------------------------------------------------------------------------------ */

void tutti_progress_print(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = tu_format_text(format, args);
	va_end(args);
	tu_screen_print("", text ? text : format); /* no memory: as much as there is */
	tu_free(text);
}

void tutti_progress_suspend(void)
{
	tu_screen_suspend();
}

void tutti_progress_resume(void)
{
	tu_screen_resume();
}

static bool report(const char *text)
{
	return tu_screen_print_over("tutti: ", text);
}

__attribute__((constructor(101))) static void set_hook(void)
{
	tu_progress_count = tutti_progress_add;
	tu_report_print = report;
}
