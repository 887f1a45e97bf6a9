/* SPDX-License-Identifier: MIT */
/*
 * Two loops on one thread. The task sleeps 0, 2 and 4 units, GLib's timeouts come at 1 and 3; a
 * thread then sends a callback, which ends GLib's loop. Built and read by scripts/glib_loop.sh.
 */
#include <glib-unix.h>
#include <glib.h>
#include <stdio.h>
#include <tutti/tutti.h>

#define UNITS(n) (100 * (n)) /* ms */

static GMainLoop *main_loop;

static gboolean ready(gint fd, GIOCondition condition, gpointer user)
{
	(void)fd, (void)condition, (void)user;
	return tutti_loop_run_ready(NULL) < 0 ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static gboolean tick(gpointer number)
{
	printf("glib %d\n", GPOINTER_TO_INT(number));
	return G_SOURCE_REMOVE;
}

static void quit(void *arg)
{
	(void)arg;
	puts("thread");
	g_main_loop_quit(main_loop);
}

static void *call_home(void *loop)
{
	tutti_loop_call_soon_threadsafe(loop, quit, NULL);
	return NULL;
}

static void *work(void *arg)
{
	for (int i = 1; i <= 3; i++) {
		printf("task %d\n", i);
		if (i < 3)
			tutti_sleep(TUTTI_MILLISECONDS(UNITS(2)));
	}
	tutti_future_unref(tutti_thread_start(call_home, tutti_loop_current(), NULL));
	return arg;
}

int main(void)
{
	tutti_future *task;
	int rc;

	main_loop = g_main_loop_new(NULL, FALSE);
	task = tutti_task_start(work, NULL, NULL);
	g_unix_fd_add(tutti_loop_fd(NULL), G_IO_IN, ready, NULL);
	g_timeout_add(UNITS(1), tick, GINT_TO_POINTER(1));
	g_timeout_add(UNITS(3), tick, GINT_TO_POINTER(2));
	g_main_loop_run(main_loop);
	g_main_loop_unref(main_loop);
	rc = tutti_future_error(task);
	tutti_future_unref(task);
	puts(rc == 0 ? "done" : tutti_errname(rc));
	return rc < 0;
}
