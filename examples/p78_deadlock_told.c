/* SPDX-License-Identifier: MIT */
/* rows: F78 P78 T16 T17 */
/* The two deadlocks once more, without deadlines: who waits for whom is told, by name. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "deadlocks.h"

/* To the screen as usual; and so that this program ends, somebody gives way. */
static void tell(int code, const char *text, void *arg)
{
	tutti_report_stderr(code, text, arg);
	printf("told: %.*s\n", (int)strcspn(text, ":"), text);
	if (strncmp(text, "deadlock:", 9) == 0)
		tutti_lock_release(&red);
	else if (strncmp(text, "nothing moves:", 14) == 0)
		tutti_lock_release(&forgotten);
}

int main(void)
{
	tutti_lock *there[] = { &red, &blue }, *back[] = { &blue, &red };
	tutti_thread *first;
	int rc = tutti_debug_start(NULL); /* as TUTTI_DEBUG=1 in the environment does */

	if (rc == -EALREADY) /* it does */
		rc = 0;
	tutti_set_reporter(tell, NULL);
	tutti_barrier_init(&both_hold_one, 2, NULL, NULL, 0);
	first = tutti_thread_start(forget, NULL, &(tutti_thread_options){ .name = "forgetful" });
	if (rc == 0)
		rc = tutti_join_all(&first, 1);
	if (rc == 0)
		rc = run_two(want, NULL, want, NULL);
	if (rc == 0)
		rc = run_two(cross, there, cross, back);
	if (rc == 0)
		rc = run_two(agree, there, agree, back);
	tutti_debug_stop();
	printf("%d mistakes found\n", (int)tutti_debug_count());
	return rc < 0;
}
