/* SPDX-License-Identifier: MIT */
/*
 * server.h - the fork server: the program as it is before main, in a process of one thread.
 *
 * It has nothing of what its parent has come by since then: no threads, no locks held, little
 * memory. What it forks are children of its parent, not its own, so that they are waited for, and
 * ended, as any other child. It is started with the first that need it, again if it has died, and
 * ends with the process that it serves.
 */
#ifndef TU_PROC_SERVER_H
#define TU_PROC_SERVER_H

#include <stdint.h>

/*
 * Have it fork a child that finds channel and the caller's streams and directory. life: where the
 * caller's process' life is seen, the same each time. The child's number; -ENOTSUP: there are no
 * fork servers here; or another negative errno value: there is no child. Whoever kills the server
 * at whatever moment, there is never more than one.
 */
int tu_server_fork(int channel, int life);

/* End it, and wait until it has ended. Nothing happens if there is none. */
void tu_server_end(void);

/*
 * Of the server: how much time may be between two starts so that it makes the next child in
 * advance. Tests have it longer.
 */
extern int64_t tu_server_series_ns;

#endif
