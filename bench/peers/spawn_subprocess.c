/* SPDX-License-Identifier: MIT */
/* posix_spawn and waitpid, with a pipe and read where something is to be read. */
#define _GNU_SOURCE 1
#include "../subprocess_race.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

extern char **environ;

static void end(pid_t pid)
{
	int status = 1;

	bench_require(waitpid(pid, &status, 0) == pid && status == 0, "the program failed");
}

static void run_quiet(char *const *argv)
{
	pid_t pid;

	bench_require(posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) == 0, "not started");
	end(pid);
}

static size_t run_captured(char *const *argv)
{
	posix_spawn_file_actions_t actions;
	size_t room = 65536, size = 0;
	char *out = (char *)malloc(room);
	ssize_t got;
	int ends[2];
	pid_t pid;

	bench_require(out && pipe2(ends, O_CLOEXEC) == 0, "no pipe");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	bench_require(
		posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ) == 0, "not started");
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	while ((got = read(ends[0], out + size, room - size)) > 0) {
		size += (size_t)got;
		if (size == room)
			out = (char *)realloc(out, room *= 2);
		bench_require(out != NULL, "out of memory");
	}
	close(ends[0]);
	end(pid);
	free(out);
	return size;
}

int main(int argc, char **argv)
{
	return race_main(argc, argv);
}
