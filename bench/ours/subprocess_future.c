/* SPDX-License-Identifier: MIT */
/* As a future: tutti_subprocess_start, and join or communicate. */
#include "../subprocess_race.h"

#include <tutti/tutti.h>

static void run_quiet(char *const *argv)
{
	tutti_subprocess *p = tutti_subprocess_start((const char *const *)argv, NULL);
	int code;

	bench_require(tutti_subprocess_join(p) == 0, "it could not be joined");
	bench_require(tutti_subprocess_exitcode(p, &code) == 0 && code == 0, "the program failed");
	tutti_subprocess_free(p);
}

static size_t run_captured(char *const *argv)
{
	tutti_subprocess_options o = { .out = TUTTI_PIPE };
	tutti_subprocess *p = tutti_subprocess_start((const char *const *)argv, &o);
	tutti_subprocess_result r;
	size_t n;

	bench_require(tutti_subprocess_communicate(p, tutti_bytes_of(NULL, 0), &r) == 0 &&
			      r.exitcode == 0,
		"the program failed");
	n = r.out.size;
	tutti_subprocess_result_free(&r);
	tutti_subprocess_free(p);
	return n;
}

int main(int argc, char **argv)
{
	return race_main(argc, argv);
}
