/* SPDX-License-Identifier: MIT */
/* code.c - what the dynamic linker knows of an address. */
#include "os/os.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

const char *tu_os_code_place(const void *address, char *buf, size_t n)
{
	const char *at = address, *file;
	Dl_info info;

	if (!dladdr(address, &info) || !info.dli_fname) {
		snprintf(buf, n, "%p", address);
		return buf;
	}
	file = strrchr(info.dli_fname, '/');
	file = file ? file + 1 : info.dli_fname;
	if (info.dli_sname)
		snprintf(buf, n, "%s(%s+0x%zx)", file, info.dli_sname,
			(size_t)(at - (const char *)info.dli_saddr));
	else
		snprintf(buf, n, "%s(+0x%zx)", file, (size_t)(at - (const char *)info.dli_fbase));
	return buf;
}
