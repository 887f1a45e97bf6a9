/* SPDX-License-Identifier: MIT */
/*
 * startup.h - what the environment starts, or sets, before main.
 *
 * These are functions of rooms above, which nobody else need name: of a static library only what is
 * named is linked. So the lowest room that every program comes through names them, in startup.c,
 * and the linker alone looks up.
 */
#ifndef TU_CORE_STARTUP_H
#define TU_CORE_STARTUP_H

/* Named where every program comes through: then startup.c is linked. */
extern const char tu_startup_is_linked;

void tu_startup_sim(void); /* TUTTI_SIM */
int tu_startup_sim_joins(int fd, int place);
void tu_startup_checker(void);  /* TUTTI_DEBUG */
void tu_startup_watchdog(void); /* TUTTI_WATCHDOG */
void tu_startup_dump(void);     /* TUTTI_DUMP */
void tu_startup_method(void);   /* TUTTI_START_METHOD */
void tu_startup_poller(void);   /* TUTTI_POLLER */

/* A process that this library has started as a child, instead of main: does not return then. */
void tu_startup_child(void);

/* The two that watch; in such a child once it knows what it is. */
void tu_startup_watching(void);

/* Such a child is part of its parent's simulation, see tu_port_child_expect. 0 or -errno. */
int tu_startup_joining(int fd, int place);

#define TU_STARTUP_CHILD "TUTTI_CHILD" /* in the environment of such a one, until then */

#endif
