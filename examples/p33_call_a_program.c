/* SPDX-License-Identifier: MIT */
/* rows: F55 P33 */
/* Another program, run as from the command line: what it prints goes where ours goes. */
#include <stdio.h>
#include <tutti/tutti.h>

int main(void)
{
	const char *argv[] = { "nslookup", "www.python.org", NULL };
	tutti_subprocess_result r;
	int rc;

	printf("$ nslookup www.python.org\n");
	rc = tutti_subprocess_run(&r, argv, NULL);
	if (rc < 0)
		fprintf(stderr, "%s\n", r.text);
	else
		printf("Exit code: %d\n", r.exitcode);
	return rc < 0;
}
