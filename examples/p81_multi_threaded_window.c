/* SPDX-License-Identifier: MIT */
/* rows: P81 F147 F148 F149 T43 D30 C22 */
/*
 * The same window, and the download in a thread of its own: all else goes on. The thread asks the
 * window's for its dialog, and is a daemon: who closes the window does not wait for it.
 *
 * usage: p81_multi_threaded_window [gtk | told] [SECONDS:WHAT...]     as window.h says
 */
#include "window.h"

static window top;

static void *download_task_handler(void *arg)
{
	button *download = arg;

	tutti_sleep(TUTTI_SECONDS(10));
	window_show_info(&top, "Prompt", "Download Successfully");
	button_config(download, NORMAL);
	return NULL;
}

static void download(button *self)
{
	tutti_thread_options daemon = { .daemon = 1 };

	button_config(self, DISABLED);
	tutti_future_unref(tutti_thread_start(download_task_handler, self, &daemon));
}

static void show_about(button *self)
{
	(void)self;
	window_show_info(&top, "About", "Author: CarpeDiem(v1.0)");
}

int main(int argc, char **argv)
{
	static char *story[] = { "0:Download", "1:About", "2:Download", "3:dismiss", "12:dismiss",
		"13:close", NULL };

	(void)argc;
	if (window_create(&top, "Single Thread", 200, 150) < 0)
		return 1;
	top.topmost = true;
	window_button(&top, "Download", LEFT, download);
	window_button(&top, "About", RIGHT, show_about);
	return window_main(&top, argv, story);
}
