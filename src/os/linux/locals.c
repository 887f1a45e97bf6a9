/* SPDX-License-Identifier: MIT */
/* locals.c - thread-local variables of the program itself: the loader has them in one block. */
#include "os/os.h"
#include "os/port.h"

#include <errno.h>
#include <link.h>
#include <stdint.h>

static bool is_within(const void *p, const char *block, size_t bytes)
{
	return (uintptr_t)p - (uintptr_t)block < bytes;
}

/* The program is the first to be shown. */
static int look_at_first(struct dl_phdr_info *info, size_t size, void *found)
{
	const char *block = info->dlpi_tls_data;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &info->dlpi_phdr[i];

		if (h->p_type == PT_TLS && block)
			*(bool *)found = !is_within(&tu_os_port, block, h->p_memsz) &&
					 !is_within(&errno, block, h->p_memsz);
	}
	return 1;
}

bool tu_os_program_has_locals(void)
{
	bool found = false;

	dl_iterate_phdr(look_at_first, &found);
	return found;
}
