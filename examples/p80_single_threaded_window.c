/* SPDX-License-Identifier: MIT */
/* rows: P80 F147 F149 D30 C22 */
/*
 * A window that does everything in its one thread: while the download takes its time, nobody can
 * read who made it.
 *
 * usage: p80_single_threaded_window [gtk | told] [SECONDS:WHAT...]     as window.h says
 */
#include "window.h"

static window top;

static void download(button *self)
{
	(void)self;
	tutti_thread_sleep(TUTTI_SECONDS(10)); /* stands for one that holds up its thread */
	window_show_info(&top, "Prompt", "Download Successfully");
}

static void show_about(button *self)
{
	(void)self;
	window_show_info(&top, "About", "Author: CarpeDiem(v1.0)");
}

int main(int argc, char **argv)
{
	static char *story[] = { "0:Download", "1:About", "12:dismiss", "13:dismiss", "14:close",
		NULL };

	(void)argc;
	if (window_create(&top, "Single Thread", 200, 150) < 0)
		return 1;
	top.topmost = true;
	window_button(&top, "Download", LEFT, download);
	window_button(&top, "About", RIGHT, show_about);
	return window_main(&top, argv, story);
}
