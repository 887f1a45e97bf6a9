/* SPDX-License-Identifier: MIT */
/*
 * method.c - see method.h. The program chooses once, before the first start; whoever runs it may
 * have chosen for it, in the environment, and then its own choice is heard and changes nothing.
 */
#include "proc/method.h"

#include "core/environment.h"
#include "core/fork.h"
#include "core/mutex.h"
#include "core/report.h"
#include "core/startup.h"

#include <errno.h>
#include <string.h>

static uint32_t lock; /* a tu_mutex; all below */
static tutti_start_method usual;
static bool chosen; /* by the program, or a process has started by it */
static bool told;   /* by the environment */

static struct tu_fork_guard guard = { .lock = &lock };

static bool is_one(tutti_start_method method)
{
	return method == TUTTI_FORKSERVER || method == TUTTI_SPAWN || method == TUTTI_FORK;
}

int tutti_process_set_method(tutti_start_method method, bool force)
{
	int rc = 0;

	if (!is_one(method))
		return -EINVAL;
	tu_fork_guard_once(&guard);
	tu_mutex_lock(&lock);
	if (chosen && !force)
		rc = -EBUSY;
	if (rc == 0 && (force || !told))
		usual = method;
	chosen = true;
	tu_mutex_unlock(&lock);
	return rc;
}

tutti_start_method tutti_process_method(void)
{
	tutti_start_method method;

	tu_mutex_lock(&lock);
	method = usual;
	tu_mutex_unlock(&lock);
	return method;
}

tutti_start_method tu_method_begin(tutti_start_method wanted)
{
	tutti_start_method method;

	tu_fork_guard_once(&guard);
	tu_mutex_lock(&lock);
	method = wanted ? wanted : usual;
	chosen = true;
	tu_mutex_unlock(&lock);
	return method;
}

/* -- the environment --------------------------------------------------------------------------- */

void tu_startup_method(void)
{
	static const char *const words[] = {
		[TUTTI_FORKSERVER] = "forkserver", [TUTTI_SPAWN] = "spawn", [TUTTI_FORK] = "fork"
	};
	const char *text = tu_environment("TUTTI_START_METHOD");

	if (!text || !*text)
		return;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(text, words[i]) == 0) {
			usual = (tutti_start_method)i; /* nobody else is there yet */
			told = true;
			return;
		}
	tu_report(-EINVAL,
		"TUTTI_START_METHOD='%s' is none of forkserver, spawn and fork; it is ignored",
		text);
}
