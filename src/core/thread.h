/* SPDX-License-Identifier: MIT */
/*
 * thread.h - OS threads, for the rooms above, which do not see the OS. A thread begun here is like
 * any other: it is given its worker at its first tutti call.
 */
#ifndef TU_CORE_THREAD_H
#define TU_CORE_THREAD_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Start a detached thread that runs entry(arg). stack_bytes 0: the system's usual size.
 * 0, -EAGAIN, -ENOMEM, -EINVAL.
 */
int tu_thread_spawn(void (*entry)(void *arg), void *arg, size_t stack_bytes);

/* Call fn(arg) when the calling thread ends, the last one first. 0 or -ENOMEM. */
int tu_at_thread_end(void (*fn)(void *arg), void *arg);

/* Have the system's monitors show name for the calling thread, cut to what fits. */
void tu_thread_show_name(const char *name);

/* The same of a thread of this process, "" if it has ended. Returns buf. */
const char *tu_thread_shown_name(int native_id, char *buf, size_t n);

/* The caller's number in the kernel. */
int tu_thread_native_id(void);

/* Is the caller the process' first thread? */
bool tu_thread_is_main(void);

#endif
