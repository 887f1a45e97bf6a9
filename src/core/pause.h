/* SPDX-License-Identifier: MIT */
/* pause.h - the CPU's hint that this is a spin loop, for rooms that do not see the os. */
#ifndef TU_CORE_PAUSE_H
#define TU_CORE_PAUSE_H

#include "os/os.h"

static inline void tu_pause(void)
{
	tu_os_pause();
}

#endif
