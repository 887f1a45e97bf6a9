/* SPDX-License-Identifier: MIT */
/* module.c - the files that a program's code was loaded from, and where its main is entered. */
#include "os/linux/start_main.h"
#include "os/os.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct search {
	const char *file;
	void *base;
};

static int look_at(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct search *s = arg;

	(void)size;
	if (strcmp(info->dlpi_name, s->file) != 0)
		return 0;
	/* The lowest address of what was loaded, as dladdr has it. */
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_LOAD) {
			s->base = (char *)info->dlpi_addr +
				  (info->dlpi_phdr[i].p_vaddr & ~(tu_os_page_bytes() - 1));
			return 1;
		}
	return 0;
}

/* NULL: nothing was loaded from there. */
static void *base_of(const char *file)
{
	struct search s = { file, NULL };

	dl_iterate_phdr(look_at, &s);
	return s.base;
}

const void *tu_os_module_of(const void *address, const char **file)
{
	struct link_map *map = NULL;
	Dl_info info;

	*file = "";
	if (!dladdr1(address, &info, (void **)&map, RTLD_DL_LINKMAP) || !map)
		return base_of(""); /* a static program: there is no other module */
	*file = map->l_name;
	return info.dli_fbase;
}

bool tu_os_library_path(char *path, size_t n)
{
	char *real;
	const char *file;

	tu_os_module_of((const void *)tu_os_library_path, &file);
	real = *file ? realpath(file, NULL) : NULL;
	if (real)
		snprintf(path, n, "%s", real);
	free(real);
	return real && strlen(path) + 1 < n;
}

bool tu_os_file_is_program(const char *path)
{
	struct stat is;

	return stat(path, &is) == 0 && S_ISREG(is.st_mode) && access(path, X_OK) == 0;
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

void *tu_os_module_code(const char *file, size_t offset)
{
	char *base = base_of(file);

	return base ? base + offset : NULL;
}

void *tu_os_symbol(const char *name)
{
	return dlsym(RTLD_DEFAULT, name);
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

void tu_os_environment_add(const char *name, const char *value)
{
	setenv(name, value, 0);
}
