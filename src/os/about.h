/* SPDX-License-Identifier: MIT */
/* about.h - the part of the port's contract (os.h) that is a clock for who asks often. */
#ifndef TU_OS_ABOUT_H
#define TU_OS_ABOUT_H

#include <stdint.h>

/* tu_os_now as it was at most a few ms ago, for a fraction of the price. Of no simulation. */
int64_t tu_os_now_about(void);

#endif
