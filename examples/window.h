/* SPDX-License-Identifier: MIT */
/*
 * window.h - a window with buttons and dialogs, as little of it as the examples need.
 *
 * What happens to it comes through one queue, to the thread that is in window_main: clicks, and
 * calls that other threads ask for. It is drawn by GTK (window_gtk.h), or only told about, a line
 * for all that is shown; what the user does can then be given as words, SECONDS:WHAT, where WHAT is
 * a button's label, dismiss (the dialog on top), expose (have it drawn again) or close.
 */
#ifndef EXAMPLES_WINDOW_H
#define EXAMPLES_WINDOW_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/tutti.h>

typedef enum button_side { LEFT, RIGHT } button_side;
typedef enum button_state { NORMAL, DISABLED } button_state;

typedef struct button {
	struct window *window;
	const char *label;
	button_side side;
	button_state state;
	void (*command)(struct button *self);
	void *drawn; /* by the screen */
} button;

typedef struct dialog {
	struct window *window;
	const char *title, *text;
	tutti_time shown;
	bool dismissed;
	struct dialog *below;
	void *drawn;
} dialog;

typedef enum window_happening { CLICK, DISMISS, EXPOSE, CLOSE, CALL } window_happening;

typedef struct window_event {
	window_happening what;
	tutti_time made;
	button *button;        /* CLICK */
	void (*fn)(void *arg); /* CALL */
	void *arg;
	tutti_future *done;    /* CALL: for who waits, or NULL */
	struct window *window; /* of a word; NULL: this happened */
} window_event;

enum { BUTTONS_MAX = 4, WORDS_MAX = 32 };

/* All are called by the window's thread; those that are NULL have nothing to do. */
typedef struct window_screen {
	int (*open)(struct window *w);
	int (*next)(struct window *w, window_event *e);       /* wait for it */
	void (*wake)(struct window *w);                       /* there is one; by any thread */
	void (*act)(struct window *w, const window_event *e); /* do what a word says */
	void (*settle)(struct window *w); /* take in what the user did before now */
	void (*draw_button)(button *b);
	void (*draw_dialog)(dialog *d); /* or take it away, once it was dismissed */
	void (*close)(struct window *w);
} window_screen;

typedef struct window {
	const char *title;
	int width, height;
	bool topmost;
	button buttons[BUTTONS_MAX];
	int n;
	tutti_queue *events, *clicks; /* window_event: all; clicks that are to be served */
	const window_screen *screen;
	tutti_thread *thread;
	tutti_time start;
	dialog *top;
	bool closed;
	window_event words[WORDS_MAX];
	tutti_time acted; /* what a word makes happen was made then; 0: now */
	void *drawn;
} window;

/* -- its thread -------------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static inline void window_tell(
	const window *w, const char *format, ...)
{
	char text[200];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	printf("%6.2f %s\n", (tutti_now() - w->start) / 1e9, text);
	fflush(stdout);
}

static inline int window_put(window *w, window_event e)
{
	int rc = tutti_queue_put(w->events, &e);

	if (rc == 0 && w->screen && w->screen->wake)
		w->screen->wake(w);
	return rc;
}

static inline void window_call_now(const window_event *e)
{
	e->fn(e->arg);
	if (e->done)
		tutti_future_set_result(e->done, NULL);
	tutti_future_unref(e->done);
}

/* A click that was made before the dialog came waits until it has gone; one made since is none. */
static inline void window_click(window *w, const window_event *e)
{
	if (e->button->state == DISABLED)
		window_tell(w, "click %s: it is disabled", e->button->label);
	else if (w->top && e->made >= w->top->shown)
		window_tell(w, "click %s: a dialog is open", e->button->label);
	else
		tutti_queue_put(w->clicks, e);
}

static inline void window_next(window *w)
{
	window_event e;

	if (w->screen->next(w, &e) < 0)
		w->closed = true;
	else if (e.what == DISMISS && (!w->top || e.made < w->top->shown))
		window_tell(w, "dismiss: no dialog was open");
	else if (e.window && w->screen->act)
		w->screen->act(w, &e); /* so that it happens */
	else if (e.what == CLICK)
		window_click(w, &e);
	else if (e.what == DISMISS)
		w->top->dismissed = true;
	else if (e.what == EXPOSE)
		window_tell(w, "drawn");
	else if (e.what == CLOSE)
		w->closed = true;
	else if (e.what == CALL)
		window_call_now(&e);
}

static inline void window_serve(window *w, const window_event *click)
{
	button *b = click->button;

	if (b->state == DISABLED)
		return;
	window_tell(w, "click %s, made at %.2f", b->label, (click->made - w->start) / 1e9);
	b->command(b);
}

static inline void window_show_dialog(void *arg)
{
	dialog *d = arg;
	window *w = d->window;

	if (w->screen->settle)
		w->screen->settle(w);
	d->shown = tutti_now();
	d->below = w->top;
	w->top = d;
	window_tell(w, "dialog \"%s\": %s", d->title, d->text);
	if (w->screen->draw_dialog)
		w->screen->draw_dialog(d);
	while (!d->dismissed && !w->closed)
		window_next(w);
	w->top = d->below;
	d->dismissed = true;
	if (w->screen->draw_dialog)
		w->screen->draw_dialog(d);
	window_tell(w, "\"%s\" is dismissed", d->title);
}

static inline void window_config_button(void *arg)
{
	const button *wanted = arg;
	button *b = &wanted->window->buttons[0];

	while (b->label != wanted->label)
		b++;
	b->state = wanted->state;
	window_tell(b->window, "%s is %s", b->label, b->state == NORMAL ? "NORMAL" : "DISABLED");
	if (b->window->screen->draw_button)
		b->window->screen->draw_button(b);
}

/* -- for all threads --------------------------------------------------------------------------- */

/* Have fn(arg) called by the window's thread, after what the caller has posted before. */
static inline int window_post(window *w, void (*fn)(void *arg), void *arg)
{
	return window_put(
		w, (window_event){ .what = CALL, .made = tutti_now(), .fn = fn, .arg = arg });
}

/* The same, and wait until it has returned. TUTTI_ESHUTDOWN: the window was closed before. */
static inline int window_call(window *w, void (*fn)(void *arg), void *arg)
{
	tutti_future *done;
	tutti_scope quiet;
	int rc;

	if (tutti_thread_current() == w->thread && !tutti_task_current())
		return fn(arg), 0;
	done = tutti_future_create(0);
	rc = window_put(w,
		(window_event){ CALL, tutti_now(), NULL, fn, arg, tutti_future_ref(done), NULL });
	if (rc < 0)
		tutti_future_unref(done);
	tutti_shield_begin(&quiet, TUTTI_FOREVER); /* fn may use what is the caller's */
	if (rc == 0)
		rc = tutti_future_result(done, NULL, 0);
	rc = tutti_shield_end(&quiet, rc);
	tutti_future_unref(done);
	return rc;
}

/* Show it, and wait until it is dismissed. */
static inline int window_show_info(window *w, const char *title, const char *text)
{
	dialog d = { .window = w, .title = title, .text = text };

	return window_call(w, window_show_dialog, &d);
}

static inline int button_config(button *b, button_state state)
{
	button wanted = { .window = b->window, .label = b->label, .state = state };

	return window_call(b->window, window_config_button, &wanted);
}

static inline int window_close(window *w)
{
	return window_put(w, (window_event){ .what = CLOSE, .made = tutti_now() });
}

#include "window_main.h"

#endif
