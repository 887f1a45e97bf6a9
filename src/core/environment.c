/* SPDX-License-Identifier: MIT */
/* environment.c - by way of the port. */
#include "core/environment.h"

#include "os/os.h"

const char *tu_environment(const char *name)
{
	return tu_os_environment(name);
}

void tu_environment_set(const char *name, const char *value)
{
	tu_os_environment_drop(name);
	tu_os_environment_add(name, value);
}
