/* SPDX-License-Identifier: MIT */
/*
 * dump.c - the table of this process, when it is asked for by a signal. The handler only rings; a
 * thread of ours, which is no thread of tutti's and takes no memory from the program, writes.
 */
#include "base/atomic.h"
#include "core/environment.h"
#include "core/report.h"
#include "core/startup.h"
#include "core/thread.h"
#include "os/os.h"
#include "os/signals.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/inspect.h>
#include <unistd.h>

int tutti_inspect_dump(int fd)
{
	static const tutti_inspect_style style = { .tree = false };
	tutti_inspection *seen;
	int rc = tutti_inspect(&seen, (int)getpid(), NULL);

	if (rc < 0)
		return rc;
	rc = tutti_inspection_write(seen, &style, fd);
	tutti_inspection_free(seen);
	return rc;
}

/* -- on request -------------------------------------------------------------------------------- */

static uint32_t asked; /* atomic; how often the signal came, and a futex */

static void caught(int number)
{
	int saved = errno;

	(void)number;
	tu_add_rlx(&asked, 1u); /* a number by itself; the wake is the kernel's */
	tu_os_futex_wake(&asked, 1);
	errno = saved;
}

static void write_dumps(void *unused)
{
	uint32_t seen = 0;

	(void)unused;
	tu_thread_show_name("tutti-dump");
	for (;;) {
		uint32_t now = tu_load_rlx(&asked); /* compared; nothing is read after it */

		if (now == seen) {
			tu_os_futex_wait(&asked, now, INT64_MAX);
			continue;
		}
		seen = now; /* of several that come at once one table is enough */
		tutti_inspect_dump(STDERR_FILENO);
	}
}

static int number_of(const char *name)
{
	static const struct {
		const char *name;
		int number;
	} signals[] = { { "QUIT", SIGQUIT }, { "USR1", SIGUSR1 }, { "USR2", SIGUSR2 },
		{ "HUP", SIGHUP }, { "WINCH", SIGWINCH }, { "PWR", SIGPWR } };

	if (isdigit((unsigned char)*name))
		return atoi(name);
	if (strncmp(name, "SIG", 3) == 0)
		name += 3;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (strcmp(name, signals[i].name) == 0)
			return signals[i].number;
	return -1;
}

void tu_startup_dump(void)
{
	const char *text = tu_environment("TUTTI_DUMP");
	int number, rc;

	if (!text || !*text || strcmp(text, "0") == 0 || strcmp(text, "off") == 0)
		return;
	number = number_of(text);
	rc = number < 1 || number > TU_OS_SIGNALS ? -EINVAL : tu_os_signal_catch(number, caught);
	if (rc == 0)
		rc = tu_thread_spawn(write_dumps, NULL, 0);
	if (rc == -EINVAL)
		tu_report(rc,
			"TUTTI_DUMP='%s' is no signal that can be caught, as SIGQUIT is; "
			"it is ignored",
			text);
	else if (rc < 0)
		tu_report(rc, "TUTTI_DUMP=%s: %s", text, tutti_strerror(rc));
}
