/* SPDX-License-Identifier: MIT */
/* spawn.h - the part of a port's contract (os.h) that is about other programs. */
#ifndef TU_OS_SPAWN_H
#define TU_OS_SPAWN_H

#include "base/list.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Another program. argv[0] is looked for in PATH unless it has a slash, after going to cwd. Its
 * three streams are these and it has no other descriptor, no signal is blocked, and ignored are
 * SIGHUP, SIGINT and SIGQUIT at most. Its number, or a negative errno: it has not become that.
 */
enum { TU_OS_STREAM_INHERIT = -1, TU_OS_STREAM_NULL = -2, TU_OS_STREAM_MERGE = -3 };

struct tu_os_spawn {
	const char *program;                  /* the file; looked for in PATH if it has no slash */
	const char *const *argv, *const *env; /* env NULL: ours */
	const char *cwd;                      /* NULL: ours */
	int stream[3];                        /* a descriptor, or as above; MERGE: of the error
						 stream, where the output goes */
	bool group;                           /* it leads one of its own */
};

int tu_os_spawn(const struct tu_os_spawn *s);

/* Which of those names must be wrong, after that error; as far as that can be found out. */
enum tu_os_blame {
	TU_OS_BLAME_NOBODY,
	TU_OS_BLAME_PROGRAM,
	TU_OS_BLAME_INTERPRETER, /* the program is there, but not what should run it */
	TU_OS_BLAME_CWD
};

enum tu_os_blame tu_os_spawn_blame(const struct tu_os_spawn *s, int error);

/*
 * A pipe of bytes for that, not one of our three streams; ends[ours] never waits. For it
 * tu_os_stream_read and tu_os_stream_write do. -EMFILE, -ENFILE.
 */
int tu_os_spawn_pipe(int ends[2], int ours);

/*
 * Send a child a signal. fd is what tu_os_child_fd gave for it, or -1: with it the signal can reach
 * nobody else, whoever has reaped the child and has its number now. As tu_os_process_signal.
 */
int tu_os_child_signal(int pid, int fd, int number);

/* Send a signal to a whole group of processes. As tu_os_process_signal. */
int tu_os_group_signal(int leader, int number);

/* Is that child, not yet reaped, still in the group of its number? */
bool tu_os_leads_group(int pid);

/* Does anybody of that group live? Those that have ended do not, also if nobody reaps them. */
bool tu_os_group_lives(int leader);

/*
 * From begin to end the caller waits for another program, until the deadline at most: it is real
 * time that this takes, also for whoever stands in for the machine (port.h).
 */
struct tu_os_world_wait {
	struct tu_link link; /* this and real: the stand-in's */
	int64_t deadline, real;
};

void tu_os_world_begin(struct tu_os_world_wait *w, int64_t deadline);
void tu_os_world_end(struct tu_os_world_wait *w);

#endif
