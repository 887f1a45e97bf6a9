/* SPDX-License-Identifier: MIT */
/*
 * start_main.c - the shared library's way to be asked before main, and after every constructor.
 *
 * The library's constructors run before the program's, so that the program's jobs are not known
 * there yet. The C library's start-up calls this function with the program's main; as we are
 * looked through first it is ours that is called, which passes another main on. In a program that
 * loads this library later, or finds it behind the C library, that is not so, and none of this
 * happens: tu_os_is_before_main_asked says so.
 *
 * Not in the archive: there our constructors run after the program's own, which were linked before
 * it, and a program that is static altogether would have no other function of that name.
 */
#include "os/linux/start_main.h"
#include "os/os.h"

#include <dlfcn.h>
#include <stdlib.h>

typedef int main_fn(int argc, char **argv, char **envp);
typedef int start_fn(main_fn *main, int argc, char **argv, void (*init)(void), void (*fini)(void),
	void (*rtld_fini)(void), void *stack_end);

__attribute__((visibility("default"))) start_fn __libc_start_main;

static main_fn *program;

static int main_after_us(int argc, char **argv, char **envp)
{
	tu_os_before_main();
	return program(argc, argv, envp);
}

int __libc_start_main(main_fn *main, int argc, char **argv, void (*init)(void), void (*fini)(void),
	void (*rtld_fini)(void), void *stack_end)
{
	start_fn *next = (start_fn *)dlsym(RTLD_NEXT, "__libc_start_main");

	if (!next)
		abort(); /* nobody else starts programs here */
	program = main;
	tu_os_main_asked = true;
	return next(main_after_us, argc, argv, init, fini, rtld_fini, stack_end);
}
