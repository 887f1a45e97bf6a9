/* SPDX-License-Identifier: MIT */
/* module.c - the files that a program's code was loaded from, and where its main is entered. */
#include "os/linux/start_main.h"
#include "os/os.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>

const void *tu_os_module_of(const void *address, const char **file)
{
	struct link_map *map = NULL;
	Dl_info info;

	*file = "";
	if (!dladdr1(address, &info, (void **)&map, RTLD_DL_LINKMAP) || !map)
		return NULL; /* a static program: there is no other module */
	*file = map->l_name;
	return info.dli_fbase;
}

int tu_os_module_load(const char *file, char *reason, size_t n)
{
	const char *why;

	if (dlopen(file, RTLD_NOW | RTLD_NODELETE))
		return 0;
	why = dlerror();
	snprintf(reason, n, "%s", why ? why : file);
	return -ENOENT;
}

static void nothing(void)
{
}

void (*tu_os_before_main)(void) = nothing;
bool tu_os_main_asked;

bool tu_os_is_in_program(void)
{
	const char *file;

	tu_os_module_of((const void *)tu_os_is_in_program, &file);
	return *file == 0;
}

/* In the program itself our constructors come after all others, and ask: core/startup.c. */
bool tu_os_is_before_main_asked(void)
{
	return tu_os_main_asked || tu_os_is_in_program();
}

void tu_os_environment_drop(const char *name)
{
	unsetenv(name);
}
