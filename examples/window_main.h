/* SPDX-License-Identifier: MIT */
/* window_main.h - a window's life: it is made, shown, served and closed. Included by window.h. */
#ifndef EXAMPLES_WINDOW_MAIN_H
#define EXAMPLES_WINDOW_MAIN_H

#include "window_gtk.h"

static inline int window_wait_told(window *w, window_event *e)
{
	return tutti_queue_get(w->events, e);
}

static const window_screen window_told = { .next = window_wait_told };

static inline int window_create(window *w, const char *title, int width, int height)
{
	*w = (window){ .title = title, .width = width, .height = height };
	if (tutti_queue_create(&w->events, sizeof(window_event), NULL) < 0)
		return -1;
	return tutti_queue_create(&w->clicks, sizeof(window_event), NULL);
}

/* In the panel at the lower edge. */
static inline button *window_button(
	window *w, const char *label, button_side side, void (*command)(button *self))
{
	button *b = &w->buttons[w->n++];

	*b = (button){ .window = w, .label = label, .side = side, .command = command };
	return b;
}

static inline void window_word_is_due(void *event)
{
	window_event *e = event;

	window_put(e->window, *e);
}

/* SECONDS:WHAT; false: it is no such word. */
static inline bool window_read_word(window *w, const char *word, window_event *e)
{
	char *what;
	double seconds = strtod(word, &what);

	if (what == word || *what != ':' || !(seconds >= 0))
		return false;
	*e = (window_event){ .window = w, .made = TUTTI_SECONDS(seconds) };
	what++;
	for (int i = 0; i < w->n; i++)
		if (strcmp(what, w->buttons[i].label) == 0)
			e->button = &w->buttons[i]; /* and CLICK is 0 */
	if (!e->button)
		e->what = strcmp(what, "dismiss") == 0  ? DISMISS
			  : strcmp(what, "expose") == 0 ? EXPOSE
							: CLOSE;
	return e->what != CLOSE || strcmp(what, "close") == 0;
}

static inline int window_read_words(window *w, char *const *words)
{
	int n = 0;

	for (; words[n] && n < WORDS_MAX; n++)
		if (!window_read_word(w, words[n], &w->words[n]))
			return fprintf(stderr, "%s: not SECONDS:WHAT\n", words[n]), -1;
	if (words[n] || (n > 0 && w->words[n - 1].what != CLOSE))
		return fprintf(stderr, "the last of at most %d words must be close\n", WORDS_MAX),
		       -1;
	return 0;
}

/* Each was made at its time, also if the thread is held up then, and it is heard later. */
static inline void window_play_words(window *w)
{
	for (int i = 0; i < WORDS_MAX && w->words[i].window; i++) {
		w->words[i].made += w->start;
		tutti_future_unref(tutti_loop_call_at(
			NULL, w->words[i].made, window_word_is_due, &w->words[i]));
	}
}

/* The command line: gtk or told, and then events; if it is empty and there is no display, story. */
static inline int window_choose(window *w, char *const *argv, char *const *story)
{
	bool display = getenv("DISPLAY") || getenv("WAYLAND_DISPLAY");

	argv += *argv != NULL;
	w->screen = &window_told;
	if (*argv && strcmp(*argv, "told") == 0)
		argv++;
	else if ((*argv && strcmp(*argv, "gtk") == 0) || (!*argv && display && WINDOW_GTK))
		w->screen = &window_gtk, argv += *argv != NULL;
	else if (!*argv && story)
		argv = story;
	return window_read_words(w, argv);
}

/* Nobody is left waiting for a call. */
static inline void window_refuse_calls(window *w)
{
	window_event e;

	tutti_queue_shutdown(w->events, false);
	while (tutti_queue_get(w->events, &e) == 0) {
		if (e.done)
			tutti_future_set_error(e.done, TUTTI_ESHUTDOWN, "the window is closed");
		tutti_future_unref(e.done);
	}
}

/* Show it and serve it until it is closed. What main may return. */
static inline int window_main(window *w, char *const *argv, char *const *story)
{
	window_event click;

	w->thread = tutti_thread_current();
	if (window_choose(w, argv, story) < 0)
		return 2;
	if (w->screen->open && w->screen->open(w) < 0)
		return 1;
	w->start = tutti_now();
	window_play_words(w);
	window_tell(w, "window \"%s\" %dx%d%s", w->title, w->width, w->height,
		w->topmost ? ", always on top" : "");
	for (int i = 0; i < w->n; i++)
		window_tell(w, "button %s, %s", w->buttons[i].label,
			w->buttons[i].side == LEFT ? "left" : "right");
	while (!w->closed)
		if (tutti_queue_get_until(w->clicks, &click, 0) == 0)
			window_serve(w, &click);
		else
			window_next(w);
	window_refuse_calls(w);
	if (w->screen->close)
		w->screen->close(w);
	window_tell(w, "closed");
	return 0;
}

#endif
