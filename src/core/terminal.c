/* SPDX-License-Identifier: MIT */
/* terminal.c - see terminal.h. */
#include "core/terminal.h"

#include "os/os.h"
#include "os/terminal.h"

bool tu_terminal_size(int *columns, int *rows)
{
	return tu_os_terminal_size(columns, rows);
}

bool tu_terminal_takes(void)
{
	return tu_os_terminal_takes();
}

void tu_terminal_write(const char *text, size_t n)
{
	tu_os_write_error(text, n);
}

void tu_terminal_watch(const uint32_t *lines)
{
	tu_os_terminal_watch(lines);
}

void tu_terminal_unwatch(void)
{
	tu_os_terminal_unwatch();
}

void *tu_shared_map(size_t bytes)
{
	return tu_os_shared_map(bytes);
}

void tu_shared_unmap(void *base, size_t bytes)
{
	tu_os_memory_unmap(base, bytes);
}

int tu_process_number(void)
{
	return tu_os_process_id();
}

bool tu_process_is_there(int pid)
{
	return tu_os_process_birth(pid) != 0;
}
