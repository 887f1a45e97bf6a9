/* SPDX-License-Identifier: MIT */
/*
 * main.c - tutti-worker: takes the place of a program that has loaded libtutti after its start, and
 * so cannot be started anew as a child of its own. It loads that libtutti, which does the rest.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	int (*serve)(void);
	void *library;

	if (argc != 2 || !getenv("TUTTI_CHILD")) {
		fputs("tutti-worker is started by libtutti, for programs that load it late.\n",
			stderr);
		return 2;
	}
	/* For all: the libraries of jobs may have been linked without it. */
	library = dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL);
	serve = library ? (int (*)(void))dlsym(library, "tutti_process_serve") : NULL;
	if (!serve) {
		fprintf(stderr, "tutti-worker: %s\n", dlerror());
		return 1;
	}
	return serve() < 0;
}
