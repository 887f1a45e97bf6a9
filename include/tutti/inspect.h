/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_INSPECT_H
#define TUTTI_INSPECT_H

#include <tutti/api.h>
#include <tutti/time.h>

/*
 * inspect.h - it hangs: what is everybody waiting for? Every thread, task and job of a running
 * program that uses tutti, as it stands: what it waits for, who holds that, since when.
 *
 * The program need not help, and is not stopped: its memory is read, which the kernel allows to
 * whom it allows a debugger. So it may hang, spin, or be stopped; it may have libtutti as a library
 * or within itself, and needs no variable in its environment. What changes while it is read is left
 * out or said to be running: what is said of one that waits is of one moment.
 *
 * `tutti ps PID` and `tutti tree PID` print this. With TUTTI_DUMP=SIGQUIT in its environment (or
 * another signal) a program does so itself: sent that signal, it writes the table to standard error
 * and goes on.
 *
 * Who holds a lock is known; a rwlock, with TUTTI_DEBUG=1; permits, never. Who waits for a
 * future, waits for what it is the future of. An instant is right to some milliseconds, and for one
 * of many tasks of a busy thread to some dozen turns of it.
 *
 * Example:
 *
 *     #include <stdio.h>
 *
 *     int who_waits(int pid)
 *     {
 *             tutti_inspection *seen;
 *             int rc = tutti_inspect(&seen, pid, NULL);
 *             size_t n;
 *
 *             if (rc < 0)
 *                     return rc;
 *             const tutti_inspect_row *rows = tutti_inspection_rows(seen, &n);
 *             for (size_t i = 0; i < n; i++)
 *                     if (rows[i].state == TUTTI_INSPECT_WAITING)
 *                             printf("%s: %s\n", rows[i].name, rows[i].waits_for);
 *             tutti_inspection_free(seen);
 *             return 0;
 *     }
 */

TUTTI_BEGIN

typedef enum tutti_inspect_kind {
	TUTTI_INSPECT_PROCESS,
	TUTTI_INSPECT_THREAD,
	TUTTI_INSPECT_TASK,
	TUTTI_INSPECT_JOB
} tutti_inspect_kind;

typedef enum tutti_inspect_state {
	TUTTI_INSPECT_RUNNING, /* has its thread, or runs elsewhere */
	TUTTI_INSPECT_READY,   /* could run, and another has the thread; or has not begun */
	TUTTI_INSPECT_WAITING,
	TUTTI_INSPECT_STOPPED, /* the process is, by a signal or a debugger */
	TUTTI_INSPECT_ENDED    /* a process: nobody has asked for its exit status yet */
} tutti_inspect_state;

#define TUTTI_INSPECT_NOBODY ((size_t)-1)

typedef struct tutti_inspect_row {
	tutti_inspect_kind kind;
	tutti_inspect_state state;
	int pid;
	int native_id;  /* of its thread, the kernel's number; 0: none */
	uint64_t id;    /* pid, native_id, or a number of its own; 0: it has not begun */
	size_t parent;  /* the row of who started it, or on which it runs; or NOBODY */
	size_t held_by; /* the row of who holds, or is, what it waits for; or NOBODY */
	const char *name;
	const char *role;      /* "daemon", "tutti's own", ...; "": nothing to be said */
	const char *waits_for; /* "acquire lock 'red' (0x...)"; "": it does not wait */
	const char *verb;      /* of that: "acquire" */
	const char *noun;      /* "lock"; "": none */
	uint64_t object;       /* its address; a descriptor's number; 0: none */
	tutti_time waited;     /* ns so far; < 0: not known, or it does not wait */
	tutti_time left;       /* ns until it would end by itself; < 0: never, or not known */
	uint64_t code;         /* the function that it began with; 0: not known */
	uint64_t sp, pc, fp;   /* where it stands, if it does not run; 0: not known. Of a thread
	                          that sleeps in the kernel without fp */
} tutti_inspect_row;

typedef struct tutti_inspection tutti_inspection;

/* Zero means default. */
typedef struct tutti_inspect_options {
	bool children;       /* also the processes that it has started, and theirs */
	char *reason;        /* receives why not, in a sentence, on failure; NULL: is not told */
	size_t reason_bytes; /* of room there */
	void *reserved[4];
} tutti_inspect_options;

/*
 * Look at a process.
 *
 * out        receives what was seen, the caller's to free
 * pid        the process, may be the caller's own
 * options    see above; NULL: all defaults
 * Returns    0
 * Errors     -ESRCH    there is no such process, it has ended, or ended meanwhile
 *            -EPERM    the kernel does not allow it; the reason says what could be done
 *            -ENOEXEC  it does not use tutti, or is a 32-bit program
 *            TUTTI_ETYPE  it does, in a version that this one does not understand
 *            -EINVAL   out is NULL
 *            -ENOMEM   no memory
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_inspect(tutti_inspection **out, int pid, const tutti_inspect_options *options);

/*
 * The rows: processes, each before its threads; these, each before its tasks; jobs that wait for
 * their turn behind them.
 *
 * seen       what was seen
 * n          receives how many
 * Returns    the rows, valid until it is freed; the first is the process itself
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const tutti_inspect_row *tutti_inspection_rows(const tutti_inspection *seen, size_t *n);

/*
 * What is to be said beside the rows: a circle of those who wait for each other, what was left out,
 * what could not be known.
 *
 * seen       what was seen
 * i          from 0 on
 * Returns    a sentence, valid until it is freed; NULL: there are no more
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API const char *tutti_inspection_note(const tutti_inspection *seen, size_t i);

/* How it is printed. Zero means default. */
typedef struct tutti_inspect_style {
	bool tree;      /* whom each belongs to, by lines; else a table */
	bool utf8;      /* lines are drawn with such characters; else ASCII */
	bool color;     /* states are coloured, as terminals have it */
	unsigned width; /* longer rows are cut to this; 0: they are not */
	void *reserved[4];
} tutti_inspect_style;

/*
 * Write it as text.
 *
 * seen       what was seen
 * style      see above; NULL: all defaults
 * fd         a descriptor
 * Returns    0
 * Errors     -ENOMEM   no memory for the text
 *            and those of write(2)
 * Context    any thread or task
 * Waits      may, while the descriptor takes no more; not a cancellation point
 */
TUTTI_API int tutti_inspection_write(
	const tutti_inspection *seen, const tutti_inspect_style *style, int fd);

/*
 * Free it.
 *
 * seen       nobody uses its rows any more; NULL does nothing
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API void tutti_inspection_free(tutti_inspection *seen);

/*
 * Write the table of the calling process: what TUTTI_DUMP does at a signal.
 *
 * fd         a descriptor
 * Returns    0
 * Errors     those of tutti_inspect and tutti_inspection_write
 * Context    any thread or task
 * Waits      may, while the descriptor takes no more; not a cancellation point
 */
TUTTI_API int tutti_inspect_dump(int fd);

TUTTI_END

#endif
