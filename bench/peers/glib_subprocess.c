/* SPDX-License-Identifier: MIT */
/* GLib's g_spawn_sync; not in the mode "stream", whose zeros it could not count. */
#include "../subprocess_race.h"

#include <glib.h>

static void run_quiet(char *const *argv)
{
	int status = 1;

	bench_require(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_CHILD_INHERITS_STDIN, NULL,
			      NULL, NULL, NULL, &status, NULL) &&
			      status == 0,
		"the program failed");
}

static size_t run_captured(char *const *argv)
{
	int status = 1;
	char *out = NULL;
	size_t n = 0;

	bench_require(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_CHILD_INHERITS_STDIN, NULL,
			      NULL, &out, NULL, &status, NULL) &&
			      status == 0,
		"the program failed");
	n = strlen(out); /* it gives no size */
	g_free(out);
	return n;
}

int main(int argc, char **argv)
{
	return race_main(argc, argv);
}
