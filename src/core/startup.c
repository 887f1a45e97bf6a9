/* SPDX-License-Identifier: MIT */
/* startup.c - see startup.h. */
#include "core/startup.h"

#include "core/environment.h"
#include "os/files.h"
#include "os/os.h"

enum { DESCRIPTORS = 1024 };

const char tu_startup_is_linked;

void tu_startup_watching(void)
{
	tu_startup_checker();
	tu_startup_watchdog();
	tu_startup_dump();
}

int tu_startup_joining(int fd, int place)
{
	return tu_startup_sim_joins(fd, place);
}

/* After the library's own constructors, which have a priority. */
__attribute__((constructor)) static void start_what_is_told(void)
{
	tu_os_before_main = tu_startup_child;
	tu_os_files_make_room(DESCRIPTORS);
	tu_startup_poller();
	if (!tu_environment(TU_STARTUP_CHILD)) {
		tu_startup_sim();
		tu_startup_method();
		tu_startup_trace();
		tu_startup_watching();
	} else if (tu_os_is_in_program()) {
		tu_startup_child();
	}
}
