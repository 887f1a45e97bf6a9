/* SPDX-License-Identifier: MIT */
/* rows: F57 P34 */
/* A program that needs input: it is written, and what comes is read, all at once. */
#include <stdio.h>
#include <tutti/tutti.h>

static int show(const tutti_subprocess_result *r)
{
	int rc = tutti_bytes_check_utf8(r->out, NULL);

	if (rc == 0)
		printf("%s\nExit code: %d\n", (const char *)r->out.data, r->exitcode);
	else
		fprintf(stderr, "what it printed is no UTF-8\n");
	return rc;
}

int main(void)
{
	const char *argv[] = { "nslookup", NULL };
	tutti_subprocess_options pipes = { .in = TUTTI_PIPE, .out = TUTTI_PIPE, .err = TUTTI_PIPE };
	tutti_subprocess_result r = { 0 };
	tutti_subprocess *p;
	int rc;

	printf("$ nslookup\n");
	p = tutti_subprocess_start(argv, &pipes);
	rc = tutti_subprocess_communicate(p, tutti_bytes_text("set q=mx\npython.org\nexit\n"), &r);
	if (rc == 0)
		rc = show(&r);
	else
		fprintf(stderr, "%s\n", tutti_future_text(p));
	tutti_subprocess_result_free(&r);
	tutti_subprocess_free(p);
	return rc < 0;
}
