/* SPDX-License-Identifier: MIT */
/*
 * subprocess.h - another program, from our side: its future, its end, and our ends of its pipes.
 *
 * Three may learn of its end: who waits for it (subprocess.c), who talks with it
 * (subprocess_talk.c) and, if none of them does, the warden (subprocess_warden.c). Whoever comes
 * first reaps it, under the lock, and completes the future. What run starts has no warden: nobody
 * else knows of it.
 */
#ifndef TU_PROC_SUBPROCESS_H
#define TU_PROC_SUBPROCESS_H

#include "base/list.h"
#include "exec/future.h"

#include <tutti/bytes.h>
#include <tutti/subprocess.h>

enum { TU_STREAMS = 3 };

/* A name within a text: as much of it as leaves room for what is said of it. */
#define TU_SHOWN "'%.120s'"

/* Our end of a pipe. In the hands of whoever has taken it; see tu_subprocess_take. */
struct tu_pipe_end {
	int fd;     /* -1: closed, or there is none */
	bool piped; /* fixed: there was */
	bool taken; /* under the lock */
	tutti_bytes
		kept; /* read, and not given to anybody: from `from` on. Of stdin: to be written */
	size_t room;  /* of kept, and one byte more */
	size_t from, seen; /* up to there no end of a line has been found */
};

struct tu_subprocess {
	tutti_future future; /* first; its result is the exit code */
	struct tu_pipe_end stream[TU_STREAMS];
	char *name;          /* fixed, as all up to group */
	tutti_time deadline; /* 0: none */
	bool check, group;
	int pid;
	int end_fd;          /* readable once it has ended; -1: the system has none */
	bool reaped, stolen; /* ended; and somebody else knows how. Under the lock */
	bool late;           /* told to end at its deadline; under the lock */
	bool watched;        /* the warden has it; under the lock */
	unsigned waiters;    /* that look for themselves; under the lock */
	int exitcode;        /* if reaped and not stolen; under the lock */
	struct tu_link link; /* of all that have not been freed; under the lock */
};

extern uint32_t tu_subprocess_lock; /* a tu_mutex */

/* Nobody's yet: without pid. One reference; NULL: no memory. */
struct tu_subprocess *tu_subprocess_make(const char *name, const tutti_subprocess_options *o);

/*
 * Make and start it, with input among its options if fed; *p is the caller's alone. 0, or why not,
 * with a text.
 */
int tu_subprocess_begin(struct tu_subprocess **p, const char *const *argv,
	const tutti_subprocess_options *o, bool fed, char *text, size_t n);

/* It, or why f is none that the caller could use. */
int tu_subprocess_check(const tutti_subprocess *f, struct tu_subprocess **p);

/* Has it ended? If so it is reaped, and the future done or about to be. */
bool tu_subprocess_look(struct tu_subprocess *p);

/* Wait for that, in the caller's own poller. 0, TUTTI_ETIMEDOUT, TUTTI_ECANCELED. */
int tu_subprocess_wait(struct tu_subprocess *p, tutti_time deadline);

/* After its end, likewise for whoever is left of its group. */
int tu_subprocess_wait_group(struct tu_subprocess *p, tutti_time deadline);

/* That it is to end: to its group, if it leads one, else to it. A stopped one goes on. */
void tu_subprocess_tell(struct tu_subprocess *p, int number);

/* That it was told to end because its time was up; false: it has ended before. */
bool tu_subprocess_be_late(struct tu_subprocess *p);

/* How long one has to end after SIGTERM. */
extern const tutti_time tu_subprocess_grace;

/* -- its pipes --------------------------------------------------------------------------------- */

/* Have that stream alone. 0, -EBUSY, TUTTI_ETYPE. */
int tu_pipe_end_take(struct tu_subprocess *p, int stream);
void tu_pipe_end_let_go(struct tu_subprocess *p, int stream);
void tu_pipe_end_close(struct tu_subprocess *p, int stream);

/* Read once more behind what is kept. How many bytes; 0: the end; -EAGAIN, -ENOMEM. */
int tu_pipe_end_fill(struct tu_pipe_end *s);

/* What is kept, with a zero behind it, is *out's. */
void tu_pipe_end_give(struct tu_pipe_end *s, tutti_bytes *out);

/*
 * Write what is to be written and read what comes, all pipes taken, to their end and to the
 * child's; ended: only to the child's, and what is there then. 0, TUTTI_ETIMEDOUT, TUTTI_ECANCELED,
 * -ENOMEM, or why it cannot be waited.
 */
int tu_subprocess_talk(struct tu_subprocess *p, bool drop, bool ended, tutti_time deadline);

/* Fill result with what came; it has ended. How it did. */
int tu_subprocess_conclude(struct tu_subprocess *p, tutti_subprocess_result *result);

/* -- the warden -------------------------------------------------------------------------------- */

/* Be ready to watch one more. 0, or why not. */
int tu_warden_begin(void);

/* From now on. 0 or -ENOMEM. */
int tu_warden_add(struct tu_subprocess *p);

/* The caller looks for itself until it leaves. */
void tu_warden_enter(struct tu_subprocess *p);
void tu_warden_leave(struct tu_subprocess *p);

/* It was reaped: under the lock. true: a reference of the warden's is the caller's to give back. */
bool tu_warden_drop(struct tu_subprocess *p);

/* In a forked child. */
void tu_warden_forget(void);

#endif
