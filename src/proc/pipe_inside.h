/* SPDX-License-Identifier: MIT */
/* pipe_inside.h - what an end of a pipe is, for the files pipe*.c; the first says how it works. */
#ifndef TU_PROC_PIPE_INSIDE_H
#define TU_PROC_PIPE_INSIDE_H

#include "os/os.h"
#include "proc/handles.h"

#include <tutti/lock.h>
#include <tutti/pipe.h>
#include <tutti/semaphore.h>

enum { TU_PIPE_FIRST = 1, TU_PIPE_LAST = 2, TU_PIPE_END = 4 };

struct tu_pipe_head {
	uint32_t what; /* of the above */
	uint32_t who;  /* writes it: another number for each end in each process */
	uint64_t size; /* of the message */
};

enum { TU_PIPE_PIECE = TU_OS_PACKET - sizeof(struct tu_pipe_head) };

struct tu_pipe_packet {
	struct tu_pipe_head head;
	char data[TU_PIPE_PIECE];
};

struct tutti_pipe {
	struct tu_object object;      /* fds: to read from, to write to; -1: not */
	tutti_semaphore writing;      /* a message of several packets; one permit */
	uint32_t who;                 /* see the head; fixed between forks */
	tutti_lock reading;           /* of all below; held for no wait */
	bool ended;                   /* it was told so */
	int room;                     /* bytes in packet; 0: none */
	struct tu_pipe_packet packet; /* read, and not dealt with: there was no memory */
	tutti_bytes message;          /* of which some has come; no owner: none has */
	char *place;                  /* where it is written */
	size_t come;
	uint32_t from;
	tutti_bytes whole; /* taken, and given back: the next; no owner: there is none */
};

static inline int tu_pipe_reader(const tutti_pipe *p)
{
	return p->object.fds[0];
}

static inline int tu_pipe_writer(const tutti_pipe *p)
{
	return p->object.fds[1];
}

/*
 * Take the next message, under p->reading, or what comes of it. 0, TUTTI_EDONE, -ENOMEM, or what
 * else is to be said; -EAGAIN: none is there.
 */
typedef int tu_pipe_take(tutti_pipe *p, void *out);

tu_pipe_take tu_pipe_take_message; /* out: a tutti_bytes, the caller's */
tu_pipe_take tu_pipe_take_value;   /* out: a tutti_value *, the caller's */

/* What the two reads have in common: take it once there is one. */
int tu_pipe_read_until(tutti_pipe *p, tu_pipe_take *take, void *out, tutti_time deadline);

#endif
