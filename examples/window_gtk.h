/* SPDX-License-Identifier: MIT */
/*
 * window_gtk.h - a window on the screen, by GTK 3. Included by window_main.h.
 *
 * GTK's loop is the one that waits; tutti's has one descriptor in it, so that timers and tasks of
 * this thread go on.
 */
#ifndef EXAMPLES_WINDOW_GTK_H
#define EXAMPLES_WINDOW_GTK_H

#ifndef EXAMPLES_GTK
#define WINDOW_GTK false

static inline int window_open_none(window *w)
{
	(void)w;
	return fprintf(stderr, "gtk: this was built without GTK 3\n"), -1;
}

static const window_screen window_gtk = { .open = window_open_none };

#else
#define WINDOW_GTK true

#include <glib-unix.h>
#include <gtk/gtk.h>

static inline gboolean gtk_run_tutti(gint fd, GIOCondition condition, gpointer w)
{
	(void)fd, (void)condition, (void)w;
	return tutti_loop_run_ready(NULL) < 0 ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static inline void gtk_was_clicked(GtkButton *drawn, gpointer b)
{
	const window *w = ((button *)b)->window;

	(void)drawn;
	window_put(((button *)b)->window,
		(window_event){
			.what = CLICK, .made = w->acted ? w->acted : tutti_now(), .button = b });
}

static inline void gtk_was_answered(GtkDialog *drawn, gint response, gpointer d)
{
	(void)response;
	gtk_widget_hide(GTK_WIDGET(drawn)); /* it is answered once */
	window_put(((dialog *)d)->window, (window_event){ .what = DISMISS, .made = tutti_now() });
}

static inline gboolean gtk_close_asked(GtkWidget *drawn, GdkEvent *event, gpointer w)
{
	(void)drawn, (void)event;
	window_close(w);
	return TRUE; /* it goes when window_main says so */
}

static inline gboolean gtk_was_drawn(GtkWidget *drawn, cairo_t *cairo, gpointer w)
{
	(void)cairo;
	if (g_object_steal_data(G_OBJECT(drawn), "asked for"))
		window_put(w, (window_event){ .what = EXPOSE });
	return FALSE;
}

static inline int gtk_open(window *w)
{
	GtkWidget *top, *rows, *panel;

	if (!gtk_init_check(NULL, NULL))
		return fprintf(stderr, "gtk: no display to open a window on\n"), -1;
	top = gtk_window_new(GTK_WINDOW_TOPLEVEL);
	gtk_window_set_title(GTK_WINDOW(top), w->title);
	gtk_window_set_default_size(GTK_WINDOW(top), w->width, w->height);
	gtk_window_set_keep_above(GTK_WINDOW(top), w->topmost);
	rows = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
	panel = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
	gtk_widget_set_halign(panel, GTK_ALIGN_CENTER);
	gtk_box_pack_end(GTK_BOX(rows), panel, FALSE, FALSE, 0);
	gtk_container_add(GTK_CONTAINER(top), rows);
	for (int i = 0; i < w->n; i++) {
		button *b = &w->buttons[i];
		GtkWidget *drawn = gtk_button_new_with_label(b->label);

		b->drawn = drawn;
		gtk_widget_set_sensitive(drawn, b->state == NORMAL);
		g_signal_connect(drawn, "clicked", G_CALLBACK(gtk_was_clicked), b);
		if (b->side == LEFT)
			gtk_box_pack_start(GTK_BOX(panel), drawn, FALSE, FALSE, 0);
		else
			gtk_box_pack_end(GTK_BOX(panel), drawn, FALSE, FALSE, 0);
	}
	g_signal_connect(top, "delete-event", G_CALLBACK(gtk_close_asked), w);
	g_signal_connect_after(top, "draw", G_CALLBACK(gtk_was_drawn), w);
	g_unix_fd_add(tutti_loop_fd(NULL), G_IO_IN, gtk_run_tutti, w);
	gtk_widget_show_all(top);
	w->drawn = top;
	return 0;
}

static gint gtk_woken;

/* The queue is asked when there is something in it, not after each of GTK's turns: a call of tutti
   makes its descriptor readable once more, so that neither loop would rest. */
static inline int gtk_next(window *w, window_event *e)
{
	int rc;

	while ((rc = tutti_queue_get_until(w->events, e, 0)) == TUTTI_EEMPTY)
		while (!g_atomic_int_compare_and_exchange(&gtk_woken, 1, 0))
			g_main_context_iteration(NULL, TRUE);
	return rc;
}

static inline void gtk_wake(window *w)
{
	(void)w;
	g_atomic_int_set(&gtk_woken, 1);
	g_main_context_wakeup(NULL);
}

static inline void gtk_settle(window *w)
{
	(void)w;
	while (g_main_context_iteration(NULL, FALSE))
		;
}

/* What a word says is done to the window itself, which is what tells of it. */
static inline void gtk_act(window *w, const window_event *e)
{
	w->acted = e->made;
	if (e->what == CLICK) {
		gtk_button_clicked(GTK_BUTTON(e->button->drawn));
	} else if (e->what == DISMISS) {
		gtk_dialog_response(GTK_DIALOG(w->top->drawn), GTK_RESPONSE_OK);
	} else if (e->what == EXPOSE) {
		g_object_set_data(G_OBJECT(w->drawn), "asked for", w);
		gtk_widget_queue_draw(w->drawn);
	} else if (w->top) {
		window_close(w); /* which GTK refuses while a dialog is open */
	} else {
		gtk_window_close(GTK_WINDOW(w->drawn));
	}
	w->acted = 0;
}

static inline void gtk_draw_button(button *b)
{
	gtk_widget_set_sensitive(b->drawn, b->state == NORMAL);
}

static inline void gtk_draw_dialog(dialog *d)
{
	if (d->dismissed) {
		gtk_widget_destroy(d->drawn);
		return;
	}
	d->drawn = gtk_message_dialog_new(GTK_WINDOW(d->window->drawn), GTK_DIALOG_MODAL,
		GTK_MESSAGE_INFO, GTK_BUTTONS_OK, "%s", d->text);
	gtk_window_set_title(GTK_WINDOW(d->drawn), d->title);
	gtk_window_set_keep_above(GTK_WINDOW(d->drawn), d->window->topmost);
	g_signal_connect(d->drawn, "response", G_CALLBACK(gtk_was_answered), d);
	gtk_widget_show_all(d->drawn);
}

static inline void gtk_close(window *w)
{
	gtk_widget_destroy(w->drawn);
	gtk_settle(w);
}

static const window_screen window_gtk = { gtk_open, gtk_next, gtk_wake, gtk_act, gtk_settle,
	gtk_draw_button, gtk_draw_dialog, gtk_close };

#endif
#endif
