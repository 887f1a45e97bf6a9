/* SPDX-License-Identifier: MIT */
/* rows: P34 */
/* Two calculators in the shell, each asked line by line by a task of its own. */
#include <stdio.h>
#include <tutti/tutti.h>

static int ask(tutti_subprocess *calculator, const char *name, int n)
{
	char question[32];
	tutti_bytes answer;
	long rc;

	snprintf(question, sizeof(question), "%d * %d\n", n, n);
	rc = tutti_subprocess_write(calculator, tutti_bytes_text(question));
	if (rc >= 0)
		rc = tutti_subprocess_read_line(calculator, 1, &answer);
	if (rc < 0)
		return (int)rc;
	printf("%s: %d * %d = %s\n", name, n, n, (const char *)answer.data);
	tutti_bytes_free(&answer);
	return 0;
}

static void *calculate(void *name)
{
	const char *argv[] = { "sh", "-c", "while read line; do echo $(($line)); done", NULL };
	tutti_subprocess_options pipes = { .in = TUTTI_PIPE, .out = TUTTI_PIPE };
	tutti_subprocess *p = tutti_subprocess_start(argv, &pipes);
	int rc = 0;

	for (int n = 7; n < 10 && rc == 0; n++)
		rc = ask(p, name, n);
	if (rc == 0)
		rc = tutti_subprocess_close_input(p); /* it reads the end, and ends */
	if (rc == 0)
		rc = tutti_subprocess_join(p);
	tutti_subprocess_free(p);
	if (rc < 0)
		tutti_fail(rc, "%s: %s", (const char *)name, tutti_strerror(rc));
	return NULL;
}

int main(void)
{
	tutti_future *both[] = { tutti_task_start(calculate, "first", NULL),
		tutti_task_start(calculate, "second", NULL) };

	return tutti_join_all(both, 2) < 0;
}
