/* SPDX-License-Identifier: MIT */
/* random.h - the numbers of tutti/random.h. */
#ifndef TU_CORE_RANDOM_H
#define TU_CORE_RANDOM_H

#include <stddef.h>

/* The first n draws, whoever makes them. They stay the caller's. */
void tu_random_script(const double *draws, size_t n);

#endif
