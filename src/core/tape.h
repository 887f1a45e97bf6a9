/* SPDX-License-Identifier: MIT */
/*
 * tape.h - the tape: what happened when, written by everybody; low here, read high in observe.
 *
 * Memory that the processes of a program share, in pages. Each worker writes into a page of its
 * own, so nobody waits for anybody, and what a killed process has written stays. When all pages are
 * taken, what comes later is lost, and counted.
 *
 * It runs while TU_PROBE_TAPE is set in tu_probing: without that each place costs what core/probe.h
 * costs, one look for both. What stands in a record is known to who reads it by nothing else: names
 * are in it, as text.
 */
#ifndef TU_CORE_TAPE_H
#define TU_CORE_TAPE_H

#include "core/worker.h"

enum tu_tape_kind {
	TU_TAPE_NONE,
	TU_TAPE_IS,       /* a: its future, b: its thread's number in the kernel; name: text */
	TU_TAPE_ENDS,     /* what ran there */
	TU_TAPE_WAITS,    /* a: object, op */
	TU_TAPE_GOES,     /* after that, or after YIELDS */
	TU_TAPE_YIELDS,   /* others get the thread */
	TU_TAPE_WAKES,    /* id: who may go on; a: by whom, 0: time or the world outside; op */
	TU_TAPE_STARTS,   /* a: the future that stands for what will begin; b: a process' number */
	TU_TAPE_JOB,      /* a job begins there, within what it was at; text */
	TU_TAPE_JOB_ENDS, /* a: its code */
	TU_TAPE_SPAN,     /* the same of the program's own words */
	TU_TAPE_SPAN_ENDS,
	TU_TAPE_LABEL,   /* more about the innermost of these; text */
	TU_TAPE_MARK,    /* text */
	TU_TAPE_NAME,    /* a: what is named, text */
	TU_TAPE_PROCESS, /* the process' name: text */
	TU_TAPE_PROCESS_ENDS,
};

/* 32 bytes; the text, if any, in the slots after it. */
struct tu_tape_record {
	int64_t time;
	uint64_t id; /* whose: the context's, or the thread's, see tu_tape_id */
	uint64_t a;
	uint32_t b;
	uint16_t op;
	uint8_t kind;
	uint8_t slots; /* that it has in all */
};

enum {
	TU_TAPE_PAGE = 4096,
	TU_TAPE_SLOTS = TU_TAPE_PAGE / 32 - 1,
	TU_TAPE_TEXT = 256, /* bytes of a text, at most */
};

/* Written by one worker, and by its next thread after that. */
struct tu_tape_page {
	uint32_t used; /* slots; atomic: who reads looks */
	int32_t pid;
	uint64_t spare[3];
	struct tu_tape_record slot[TU_TAPE_SLOTS];
};
_Static_assert(sizeof(struct tu_tape_page) == TU_TAPE_PAGE, "a page is a page");

/* A thread's own stack is the same lane whatever runs on it; a task is one by itself. */
static inline uint64_t tu_tape_id(const struct tu_context *c)
{
	return c == &c->worker->native ? UINT64_C(1) << 63 | c->worker->number : c->id;
}

/* -- for who keeps it: one thread at a time -------------------------------------------------- */

/* Be that one. Over a fork too: a child finds the tape whole, and nobody keeping it. */
void tu_tape_lock(void);
void tu_tape_unlock(void);

/* Begin one with so many bytes. 0; -EALREADY; -EMFILE, -ENFILE, -ENOMEM. */
int tu_tape_begin(size_t bytes);

/* Write no more. It can be read until tu_tape_free. */
void tu_tape_end(void);
void tu_tape_free(void);

bool tu_tape_is_there(void); /* begun here or in the process that this is a child of */
bool tu_tape_is_ours(void);  /* begun here */

/* So many pages there are; page i, NULL: nothing is on it. */
size_t tu_tape_pages(void);
const struct tu_tape_page *tu_tape_page(size_t i);
uint64_t tu_tape_lost(void); /* records, of all processes */
int64_t tu_tape_now(void);   /* 0: only those in its simulation know */
int tu_tape_pid(void);       /* as it calls this process */

/* -- other processes -------------------------------------------------------------------------- */

/* Where the tape can be found, "PID:FD"; false: there is none. */
bool tu_tape_where(char *buf, size_t n);

/* Write on that one from now on, as a process of that name. 0, or why not. */
int tu_tape_join(const char *where, const char *name);

/* Was that one begun by this process, when it was another program, before an exec? */
bool tu_tape_was_ours(const char *where);

/* What this process is called from now on; and it ends. */
void tu_tape_process(const char *name);
void tu_tape_process_ends(void);

/* -- writing ---------------------------------------------------------------------------------- */

/* Each does nothing while there is no tape. text may be NULL. */
void tu_tape_put(const struct tu_tape_record *r, const char *text);

/* The same of what happens to self, now; says who self is if that has not been said. */
void tu_tape_note(struct tu_context *self, enum tu_tape_kind kind, uint64_t a, const char *text);

int64_t tu_tape_time(void);                 /* what time it is for the next record */
void tu_tape_ends(struct tu_context *self); /* what runs there, see tu_ended */
void tu_tape_waits(struct tu_context *self, int64_t since);
void tu_tape_wakes(const struct tu_context *c);

/* The caller has started a process, and began to at that time. */
void tu_tape_starts_process(int64_t since, int pid);

static inline bool tu_taping(void)
{
	return TU_PROBED_ && (tu_load_rlx(&tu_probing) & TU_PROBE_TAPE); /* as TU_PROBED_ */
}

/* What runs on self begins; and self, which runs, has started what f stands for. */
static inline void tu_begins(struct tu_context *self)
{
	if (TU_PROBED_)
		tu_tape_note(self, TU_TAPE_IS, 0, NULL);
}

static inline void tu_starts(const void *f)
{
	if (TU_PROBED_)
		tu_tape_note(tu_self(), TU_TAPE_STARTS, (uint64_t)(uintptr_t)f, NULL);
}

#endif
