/* SPDX-License-Identifier: MIT */
/* web.c - see web.h. A module stays: the libraries below it are not made to be unloaded. */
#define _GNU_SOURCE
#include "web.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Beside libtutti. By its path: who looks for a bare name may be a sanitizer's dlopen, not ours. */
void *module_find(const char *name, const char *symbol)
{
	void *function = dlsym(RTLD_DEFAULT, "tutti_version"), *module;
	char path[PATH_MAX];
	Dl_info library;
	const char *slash;

	snprintf(path, sizeof path, "%s", name);
	if (function && dladdr(function, &library) != 0) {
		slash = strrchr(library.dli_fname, '/');
		if (slash)
			snprintf(path, sizeof path, "%.*s/%s", (int)(slash - library.dli_fname),
				library.dli_fname, name);
	}
	module = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
	return module ? dlsym(module, symbol) : NULL;
}

static const char web[] = "tutti-web.so";

static int run(const char *symbol, int argc, char **argv)
{
	int (*start)(int, char **) = (int (*)(int, char **))module_find(web, symbol);

	if (start)
		return start(argc, argv);
	say("%s needs libtutti-net, and this tutti was built or installed without: %s", argv[0],
		dlerror());
	return STATUS_USAGE;
}

int serve_main(int argc, char **argv)
{
	return run("web_serve_main", argc, argv);
}

int fetch_main(int argc, char **argv)
{
	return run("web_fetch_main", argc, argv);
}

int manager_main(int argc, char **argv)
{
	return run("web_manager_main", argc, argv);
}

int master_main(int argc, char **argv)
{
	return run("web_master_main", argc, argv);
}

int worker_main(int argc, char **argv)
{
	return run("web_worker_main", argc, argv);
}

int web_find_manager(const char *where, const struct key *k)
{
	int (*reach)(const char *, const struct key *) =
		(int (*)(const char *, const struct key *))module_find(web, "web_reach");

	if (reach)
		return reach(where, k);
	say("map: --on %s needs libtutti-net, and this tutti was built or installed without: %s",
		where, dlerror());
	return TUTTI_ENOENGINE;
}

tutti_job *web_job(int n, const char **does)
{
	tutti_job *(*job)(int, const char **) =
		(tutti_job * (*)(int, const char **)) module_find(web, "web_find_job");

	return job ? job(n, does) : NULL;
}
