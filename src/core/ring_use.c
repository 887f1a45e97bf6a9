/* SPDX-License-Identifier: MIT */
/*
 * ring_use.c - is io_uring used? As whoever runs the program says, else as the program does, else
 * where the kernel allows it; which is tried once, when it is first asked.
 */
#include "core/batch.h"
#include "core/environment.h"
#include "core/probe.h"
#include "core/report.h"
#include "core/startup.h"
#include "os/batch.h"

#include <errno.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/poller.h>

static uint32_t wanted;   /* a tutti_poller. Atomic; from the environment before main */
static bool told;         /* by the environment; fixed before main */
static int32_t tried = 1; /* what opening a ring has said; 1: it has not been tried. Atomic */

/* Is that for good? Other reasons pass. */
static bool is_final(int rc)
{
	return rc == 0 || (rc != -EMFILE && rc != -ENFILE && rc != -ENOMEM);
}

static int try(void)
{
	int rc = tu_load_rlx(&tried); /* nothing hangs on it: all who try find the same */
	struct tu_os_batch b;

	if (rc <= 0)
		return rc;
	rc = tu_os_batch_open(&b);
	if (rc == 0)
		tu_os_batch_close(&b);
	if (is_final(rc))
		tu_store_rlx(&tried, rc); /* as above */
	return rc;
}

bool tu_ring_used(void)
{
	/* Relaxed: who still sees the one before uses that once more, and either will do. */
	return tu_load_rlx(&wanted) != TUTTI_EPOLL && !tu_simulated() && try() == 0;
}

int tutti_poller_choose(tutti_poller which)
{
	int rc;

	if (which != TUTTI_POLLER_AUTO && which != TUTTI_EPOLL && which != TUTTI_IO_URING)
		return -EINVAL;
	if (told)
		return 0;
	rc = which == TUTTI_IO_URING ? try() : 0;
	if (rc == 0)
		tu_store_rlx(&wanted, (uint32_t)which); /* as in tu_ring_used */
	return rc;
}

tutti_poller tutti_poller_used(void)
{
	return tu_ring_used() ? TUTTI_IO_URING : TUTTI_EPOLL;
}

/* It was asked for, so that it cannot be had is said at once; the program runs all the same. */
static void insist(void)
{
	int rc = try();

	if (rc < 0)
		tu_report(rc, "TUTTI_POLLER=io_uring: there is none here (%s); it is epoll",
			rc == -ENOSYS ? "the kernel or this library is without"
				      : tutti_errname(rc));
}

void tu_startup_poller(void)
{
	static const char *const words[] = {
		[TUTTI_POLLER_AUTO] = "auto", [TUTTI_EPOLL] = "epoll", [TUTTI_IO_URING] = "io_uring"
	};
	const char *text = tu_environment("TUTTI_POLLER");

	if (!text || !*text)
		return;
	for (uint32_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(text, words[i]) == 0) {
			tu_store_rlx(&wanted, i); /* nobody else is there yet */
			told = true;
			if (i == TUTTI_IO_URING)
				insist();
			return;
		}
	tu_report(-EINVAL, "TUTTI_POLLER='%s' is none of epoll, io_uring and auto; it is ignored",
		text);
}
