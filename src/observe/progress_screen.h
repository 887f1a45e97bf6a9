/* SPDX-License-Identifier: MIT */
/*
 * progress_screen.h - all progress that is shown, and the error stream it is shown on: what is
 * written there goes through here, one after another. Any thread or task, never for long unless the
 * stream itself is stuck; not in a signal handler.
 */
#ifndef TU_OBSERVE_PROGRESS_SCREEN_H
#define TU_OBSERVE_PROGRESS_SCREEN_H

#include "base/list.h"
#include "observe/progress_line.h"

#include <tutti/observe.h>
#include <tutti/time.h>

enum { TU_CELLS = 8 };

/* Counted on by those who have the same number modulo TU_CELLS: mostly by one. */
struct tu_progress_cell {
	uint64_t n; /* any thread and process adds */
} __attribute__((aligned(64)));

/* Cells that processes of any kind count on, by a handle; see front/progress.c. */
struct tu_progress_share {
	struct tu_progress_cell *cells; /* TU_CELLS */
	void *owner;
	void (*drop)(void *owner);
};

struct tutti_progress {
	struct tu_progress_cell *cells;  /* TU_CELLS; shared with children forked later; fixed */
	struct tu_progress_share *share; /* atomic, [progress-share]; NULL: nobody has asked */
	bool attached;  /* another process shows it, and cells are the share's; fixed */
	uint64_t total; /* this and the next three: fixed after create */
	tutti_time begun;
	uint32_t generation; /* of forks, in which it was created */
	char label[TU_LABEL_BYTES];
	struct tu_link link; /* the screen's, as all below */
	struct tu_progress_pace pace;
	bool over; /* its last line is written, or just now */
};

struct tu_renderer;

/* How much is counted by now. */
uint64_t tu_progress_sum(const tutti_progress *p);

/* How many forks lie between this process and the first that knew of progress. */
uint32_t tu_screen_generation(void);

/* Show p below the others. *r is taken over, and NULL then, if nobody draws yet. */
void tu_screen_add(tutti_progress *p, struct tu_renderer **r);

/* Its last line, above the others. Who has drawn, if it was the last: the caller stops that. */
struct tu_renderer *tu_screen_remove(tutti_progress *p);

/* Draw, or write lines that are due. How long until it is worth doing so again. */
tutti_time tu_screen_tick(void);

/* Does anybody draw? */
bool tu_screen_has_renderer(void);

/* A text above all progress; it gets an end of line if it has none. */
void tu_screen_print(const char *head, const char *text);

/* The same if something is drawn, here or by one we share the terminal with; else false. */
bool tu_screen_print_over(const char *head, const char *text);

/* Nothing is shown until as many resumes. */
void tu_screen_suspend(void);
void tu_screen_resume(void);

/* In renderer.c: in a forked child, which does not have its thread. */
void tu_renderer_after_fork(struct tu_renderer *r);

#endif
