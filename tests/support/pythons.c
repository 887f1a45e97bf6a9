/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* pipe2 */
#include "support/pythons.h"

#include "support/test.h"

#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>

enum { ARGS_MOST = 8 };

/* -- which there are -------------------------------------------------------------------------- */

static bool runs(const char *python)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execl(python, python, "-c", "import multiprocessing.managers", (char *)NULL);
		_exit(99);
	}
	return waitpid(pid, &status, 0) == pid && status == 0;
}

static void find(glob_t *found)
{
	const char *home = getenv("HOME"), *root = getenv("PYENV_ROOT");
	char pattern[512];

	snprintf(pattern, sizeof(pattern), "%s%s/versions/3.*/bin/python3",
		root ? root : (home ? home : "/nowhere"), root ? "" : "/.pyenv");
	(void)glob(pattern, 0, NULL, found);
	(void)glob("/usr/bin/python3", GLOB_APPEND, NULL, found);
}

int pythons_each(void (*fn)(const char *python))
{
	const char *wish = getenv("TUTTI_PYTHONS"), *good[64];
	bool few = wish && strcmp(wish, "few") == 0;
	glob_t found = { 0 };
	int n = 0;

	find(&found);
	for (size_t i = 0; i < found.gl_pathc && n < 64; i++)
		if (runs(found.gl_pathv[i]))
			good[n++] = found.gl_pathv[i];
	for (int i = 0; i < n; i++)
		if (!few || i == 0 || i == n - 1)
			fn(good[i]);
	printf("%d interpreters%s\n", n, few && n > 2 ? ", the first and the last asked" : "");
	globfree(&found);
	return n;
}

/* -- one that runs ---------------------------------------------------------------------------- */

static _Noreturn void become(
	const char *python, const char *script, const char *const *args, int in, int out)
{
	const char *argv[ARGS_MOST + 4] = { python, "-B", script };
	size_t n = 3;

	while (*args && n < ARGS_MOST + 3)
		argv[n++] = *args++;
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0)
		_exit(98);
	execv(python, (char *const *)argv);
	_exit(99);
}

struct python python_start(const char *python, const char *script, const char *const *args)
{
	const char *source = getenv("TUTTI_SOURCE_DIR");
	struct python p;
	char path[512];
	int in[2], out[2];

	CHECK(source);
	snprintf(path, sizeof(path), "%s/tests/support/%s", source, script);
	CHECK_EQ(pipe2(in, O_CLOEXEC), 0);
	CHECK_EQ(pipe2(out, O_CLOEXEC), 0);
	p = (struct python){ .pid = fork(), .in = in[1], .out = out[0] };
	CHECK(p.pid >= 0);
	if (p.pid == 0)
		become(python, path, args, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	return p;
}

const char *python_line(struct python *p)
{
	static char line[512];
	size_t n = 0;

	while (n < sizeof(line) - 1 && read(p->out, line + n, 1) == 1 && line[n] != '\n')
		n++;
	line[n] = '\0';
	return line;
}

int python_wait(struct python *p)
{
	int status;

	close(p->in);
	CHECK_EQ(waitpid(p->pid, &status, 0), p->pid);
	close(p->out);
	return status;
}

void python_kill(struct python *p)
{
	CHECK_EQ(kill(p->pid, SIGKILL), 0);
	CHECK_EQ(python_wait(p), SIGKILL);
}
