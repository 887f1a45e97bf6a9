/* SPDX-License-Identifier: MIT */
/* tutti_subprocess_run. */
#include "../subprocess_race.h"

#include <tutti/tutti.h>

static void run_quiet(char *const *argv)
{
	tutti_subprocess_result r;

	bench_require(
		tutti_subprocess_run(&r, (const char *const *)argv, NULL) == 0 && r.exitcode == 0,
		"the program failed");
}

static size_t run_captured(char *const *argv)
{
	tutti_subprocess_options o = { .out = TUTTI_PIPE };
	tutti_subprocess_result r;
	size_t n;

	bench_require(
		tutti_subprocess_run(&r, (const char *const *)argv, &o) == 0 && r.exitcode == 0,
		"the program failed");
	n = r.out.size;
	tutti_subprocess_result_free(&r);
	return n;
}

int main(int argc, char **argv)
{
	return race_main(argc, argv);
}
