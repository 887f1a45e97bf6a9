/* SPDX-License-Identifier: MIT */
/*
 * startup.h - what the environment starts before main.
 *
 * These are functions of rooms above, which nobody else need name: of a static library only what is
 * named is linked. So the lowest room that every program comes through names them, in startup.c,
 * and the linker alone looks up.
 */
#ifndef TU_CORE_STARTUP_H
#define TU_CORE_STARTUP_H

/* Named where every program comes through: then startup.c is linked. */
extern const char tu_startup_is_linked;

void tu_startup_sim(void);      /* TUTTI_SIM */
void tu_startup_checker(void);  /* TUTTI_DEBUG */
void tu_startup_watchdog(void); /* TUTTI_WATCHDOG */

#endif
