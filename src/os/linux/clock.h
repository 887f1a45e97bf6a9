/* SPDX-License-Identifier: MIT */
/* clock.h - from the library's clock, which TUTTI_TIME_SCALE may speed up, to the kernel's. */
#ifndef TU_OS_LINUX_CLOCK_H
#define TU_OS_LINUX_CLOCK_H

#include <stdint.h>
#include <time.h>

/* The instant on CLOCK_MONOTONIC at which the library's clock shows deadline; never negative. */
struct timespec tu_clock_kernel(int64_t deadline);

/* How long that is from now, for calls of the kernel that want to know it so; never negative. */
struct timespec tu_clock_left(int64_t deadline);

/* A duration of the kernel's on the library's clock. */
int64_t tu_clock_scaled(int64_t duration);

#endif
