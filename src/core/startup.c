/* SPDX-License-Identifier: MIT */
/* startup.c - see startup.h. */
#include "core/startup.h"

const char tu_startup_is_linked;

/* After the library's own constructors, which have a priority. */
__attribute__((constructor)) static void start_what_is_told(void)
{
	tu_startup_sim();
	tu_startup_checker();
	tu_startup_watchdog();
}
