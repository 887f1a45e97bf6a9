/* SPDX-License-Identifier: MIT */
/* thread.h - whose thread this is. */
#ifndef TU_OS_LINUX_THREAD_H
#define TU_OS_LINUX_THREAD_H

#include <stdbool.h>

/* Was the calling thread begun by tu_os_thread_start? */
bool tu_os_thread_is_ours(void);

#endif
