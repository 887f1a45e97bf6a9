/* SPDX-License-Identifier: MIT */
#include "support/again.h"

#include "support/test.h"

#include <errno.h>
#include <spawn.h>
#include <sys/wait.h>

extern char **environ;

int again_part(const struct again_part *parts, const char *name)
{
	for (; parts->name; parts++) {
		if (strcmp(parts->name, name) == 0)
			return parts->run();
	}
	fprintf(stderr, "no part %s\n", name);
	return 99;
}

/* By its path, not by the link itself, which is another program's under a checker like Valgrind. */
static pid_t start(const char *part, int out, int err)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
	posix_spawn_file_actions_t actions;
	char *argv[] = { path, (char *)part, NULL };
	pid_t pid;

	CHECK(n > 0);
	path[n] = '\0';
	CHECK_EQ(posix_spawn_file_actions_init(&actions), 0);
	CHECK_EQ(posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO), 0);
	CHECK_EQ(posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO), 0);
	CHECK_EQ(posix_spawn(&pid, path, &actions, NULL, argv, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

static void read_all(int from, struct again *a)
{
	size_t room = 0;

	for (;;) {
		if (a->out_size + 1 >= room) {
			room = room * 2 + 65536;
			a->out = realloc(a->out, room);
			CHECK(a->out);
		}
		ssize_t n = read(from, a->out + a->out_size, room - a->out_size - 1);
		if (n < 0 && errno == EINTR)
			continue;
		CHECK(n >= 0);
		if (n == 0)
			break;
		a->out_size += (size_t)n;
	}
	a->out[a->out_size] = '\0';
}

struct again again(const char *part)
{
	struct again a = { .out = NULL };
	FILE *err = tmpfile();
	int ends[2];

	CHECK(err);
	CHECK_EQ(pipe(ends), 0);
	pid_t pid = start(part, ends[1], fileno(err));
	close(ends[1]);
	read_all(ends[0], &a);
	close(ends[0]);
	while (waitpid(pid, &a.status, 0) < 0)
		CHECK_EQ(errno, EINTR);
	rewind(err);
	a.err[fread(a.err, 1, sizeof a.err - 1, err)] = '\0';
	fclose(err);
	return a;
}

void again_free(struct again *a)
{
	free(a->out);
	a->out = NULL;
}

void again_check_exit(const struct again *a, const char *part, int status)
{
	if (WIFEXITED(a->status) && WEXITSTATUS(a->status) == status)
		return;
	fprintf(stderr, "%s: %s %d, expected to exit with %d\nout: %.2000s\nerr: %s\n", part,
		WIFSIGNALED(a->status) ? "killed by signal" : "exit",
		WIFSIGNALED(a->status) ? WTERMSIG(a->status) : WEXITSTATUS(a->status), status,
		a->out, a->err);
	check_end();
}

size_t again_count(const struct again *a, const char *line)
{
	size_t n = 0, size = strlen(line);

	for (const char *at = a->out, *end; *at; at = end + (*end == '\n')) {
		end = at + strcspn(at, "\n");
		n += (size_t)(end - at) == size && memcmp(at, line, size) == 0 && *end == '\n';
	}
	return n;
}

size_t again_lines(const struct again *a)
{
	size_t n = 0;

	for (const char *at = a->out; *at; at++)
		n += *at == '\n';
	return n;
}
