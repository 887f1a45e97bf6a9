/* SPDX-License-Identifier: MIT */
/*
 * desk.h - what passes between the fork server (server.c) and the process that it serves
 * (served.c): at first the descriptors that all children have the same, then orders, each answered
 * by the child's number or a negative errno value. And the desk, which outlives the server.
 *
 * An order is at one place at a time, whoever is killed when:
 *
 *     child  spare   if the server is gone
 *     0      any     nobody has it: the next server is given it
 *     c      c       the spare c was to be given it: it has ended, or does so with the server, and
 *                    the process has failed without running its job
 *     c      other   the child c has it, or was the spare, of which the same is true
 *
 * So it is never run twice.
 */
#ifndef TU_PROC_DESK_H
#define TU_PROC_DESK_H

#include <stdint.h>

/* The descriptors that the server is given first. */
enum { TU_DESK_LIFE, TU_DESK_FAMILY, TU_DESK_MEMORY, TU_DESK_BROUGHT };

/* Those of an order, in this order and without gaps: each may be missing. */
enum {
	TU_ORDER_CHANNEL,
	TU_ORDER_DIRECTORY,
	TU_ORDER_STREAMS,
	TU_ORDER_FDS = TU_ORDER_STREAMS + 3
};

struct tu_order {
	uint32_t streams; /* bit i: stream i is open */
	uint32_t directory;
};

/*
 * Numbers of children, 0: nobody. All are atomic, and relaxed: they are the server's until it has
 * answered or is gone, and messages and ends put them in order; then they are those of who is
 * served, until the next order.
 */
struct tu_desk {
	int32_t child; /* of the order at hand. The kernel writes it as it forks, or use_spare */
	int32_t spare; /* waits for the next order. The kernel writes it likewise */
	int32_t lost;  /* was the spare, but was killed before it had an order: to be waited for */
};

#endif
