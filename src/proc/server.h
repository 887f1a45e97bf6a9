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

/*
 * Have it fork a child that finds channel and the caller's streams and directory. Its number;
 * -ENOTSUP: there are no fork servers here; or another negative errno value.
 */
int tu_server_fork(int channel);

/* End it, and wait until it has ended. Nothing happens if there is none. */
void tu_server_end(void);

#endif
