/* SPDX-License-Identifier: MIT */
/* thread.c - OS threads, by way of the port. */
#include "core/thread.h"

#include "core/context.h"
#include "os/os.h"

int tu_thread_spawn(void (*entry)(void *arg), void *arg, size_t stack_bytes)
{
	struct tu_os_thread_start start = { entry, arg, stack_bytes };

	/* A first sleep asks, which opens files: not there, at a time that nobody expects. */
	tu_single_cpu();
	return tu_os_thread_start(&start);
}

int tu_at_thread_end(void (*fn)(void *arg), void *arg)
{
	return tu_os_at_thread_end(fn, arg);
}

void tu_thread_show_name(const char *name)
{
	tu_os_thread_name(name);
}

const char *tu_thread_shown_name(int native_id, char *buf, size_t n)
{
	return tu_os_thread_name_of(native_id, buf, n);
}

int tu_thread_native_id(void)
{
	return tu_os_thread_id();
}

bool tu_thread_is_main(void)
{
	return tu_os_is_main_thread();
}
