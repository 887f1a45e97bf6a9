/* SPDX-License-Identifier: MIT */
/* posix_spawn of /bin/true, or with "fork" a fork, and waitpid; the parent has touched 1 GiB. */
#include "../bench.h"

#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void one(int by_fork)
{
	char *argv[] = { "true", NULL };
	pid_t pid;
	int status;

	if (by_fork) {
		pid = fork();
		if (pid == 0)
			_exit(0);
	} else {
		bench_require(posix_spawn(&pid, "/bin/true", NULL, NULL, argv, environ) == 0,
			"posix_spawn failed");
	}
	bench_require(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0, "no child");
}

int main(int argc, char **argv)
{
	struct bench_options options = bench_options_read(argc, argv);
	int by_fork = strcmp(options.mode, "fork") == 0;
	long n = (1000 / options.divide) / (by_fork ? 20 : 1);
	size_t bytes = (size_t)1 << 30;
	char *touched = bench_alloc(bytes, 1);
	int64_t start;

	one(by_fork);
	start = bench_now();
	for (long i = 0; i < n; i++)
		one(by_fork);
	bench_report("process_start", (double)(bench_now() - start) / 1e3 / (double)n, "µs");
	free(touched);
	return 0;
}
