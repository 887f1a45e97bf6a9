/* SPDX-License-Identifier: MIT */
/*
 * anew.c - see anew.h.
 *
 * A program that has libtutti from its start asks us before main, so it can be its own child. One
 * that has loaded it later, a plug-in's host or another language's interpreter, does not: there a
 * small program takes its place, which loads the same libtutti and asks (cli/worker). Either way
 * the child loads the job's library by its path.
 */
#include "proc/anew.h"

#include "core/environment.h"
#include "core/startup.h"
#include "os/os.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <tutti/process.h>

enum { PATH_ROOM = 1024 }; /* on the stack of a task, perhaps */

#ifndef TU_WORKER_FROM_LIBRARY /* without our build files: as they have it as a rule */
#define TU_WORKER_FROM_LIBRARY "../libexec"
#endif

/* Beside the library, as in a tree that was not installed, or where `make install` puts it. */
static const char *const places[] = { "tutti-worker", TU_WORKER_FROM_LIBRARY "/tutti-worker" };

static bool is_runnable_in(char *worker, const char *library, const char *place)
{
	const char *slash = strrchr(library, '/');
	int directory = slash ? (int)(slash - library) : 0;
	int n = snprintf(worker, PATH_ROOM, "%.*s/%s", directory, library, place);

	return n < PATH_ROOM && tu_os_file_is_program(worker);
}

/* What takes this program's place, and the library that it is to load. */
static int find(char worker[PATH_ROOM], char library[PATH_ROOM])
{
	const char *told = tu_environment("TUTTI_WORKER");

	if (!tu_os_library_path(library, PATH_ROOM))
		return -ENOTSUP;
	if (told && *told) {
		snprintf(worker, PATH_ROOM, "%s", told);
		return tu_os_file_is_program(worker) ? 0 : -ENOTSUP;
	}
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (is_runnable_in(worker, library, places[i]))
			return 0;
	return -ENOTSUP;
}

int tu_anew_check(char *text, size_t n)
{
	char worker[PATH_ROOM], library[PATH_ROOM];
	int rc;

	if (tu_os_is_before_main_asked())
		return 0;
	*worker = 0;
	rc = find(worker, library);
	if (rc < 0)
		snprintf(text, n,
			"this program cannot be started anew, as libtutti was loaded after its "
			"start, and there is no %.200s to take its place: see TUTTI_WORKER",
			*worker ? worker : "tutti-worker");
	return rc;
}

int tu_anew_start(const char *word, int fd)
{
	char worker[PATH_ROOM], library[PATH_ROOM], *argv[] = { worker, library, NULL };
	int rc;

	if (tu_os_is_before_main_asked())
		return tu_os_program_start(NULL, TU_STARTUP_CHILD, word, fd);
	rc = find(worker, library);
	return rc < 0 ? rc : tu_os_program_start(argv, TU_STARTUP_CHILD, word, fd);
}

int tutti_process_serve(void)
{
	tu_startup_child();
	return -EINVAL; /* it is none */
}
