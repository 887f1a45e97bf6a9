/* SPDX-License-Identifier: MIT */
/* startup.h - what the environment can begin before main, in rooms above this one. */
#ifndef TU_CORE_STARTUP_H
#define TU_CORE_STARTUP_H

void tu_sim_startup(void); /* sim/program.c */

#endif
