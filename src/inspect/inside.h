/* SPDX-License-Identifier: MIT */
/*
 * inside.h - what the files of this room share: an inspection as it grows.
 *
 *     known.c    where what lies in the process
 *     look.c     one copy of tutti there: its threads, and what is read of each context
 *     futures.c  names of what runs
 *     held.c     who holds what, where a ledger is kept; what a process is called
 *     ready.c    what has not begun: tasks in a queue, jobs of executors
 *     link.c     who belongs to whom, who holds what, circles
 *     words.c    a wait in a sentence
 *     seen.c     processes, and the public functions
 *     print.c    the table and the tree
 *     dump.c     of this process, on request
 *
 * All is read while it changes. What is said of a context is what two reads have found the same,
 * with all that hangs on it read in between: since is another one for each wait.
 */
#ifndef TU_INSPECT_INSIDE_H
#define TU_INSPECT_INSIDE_H

#include "inspect/known.h"

#include <tutti/inspect.h>

/* Bounds of what is followed, which may have been made a circle of while it is read. */
enum {
	TU_SEEN_WORKERS = 1 << 16,
	TU_SEEN_SLABS = 1 << 14,
	TU_SEEN_QUEUED = 20000, /* that have not begun, of one thread or executor */
	TU_SEEN_THREADS = 1 << 15,
	TU_SEEN_NAME = 96,
};

/* Beside a row, for those that look for it. */
struct beside {
	unsigned look;      /* in which copy: addresses mean nothing elsewhere */
	uint64_t context;   /* the id that a lock has of its holder; 0: none */
	uint64_t future;    /* of what it is; 0: none */
	uint64_t group;     /* that it is of; 0: none */
	uint64_t low, high; /* its stack */
	uint64_t key;       /* what it waits for; 0: nothing */
	uint64_t holder;    /* the context id of who holds that */
	uint32_t ask;
	bool joins;                   /* it waits for a group */
	bool quiet;                   /* another row says what it waits for */
	size_t child, next, children; /* the tree, made at the end; of rows */
};

/* The files of a process, and names found there: the last few. */
struct named {
	int pid;
	uint64_t object;
	char name[TU_SEEN_NAME]; /* "": it has none */
};
struct modules {
	struct tu_os_module *at;
	size_t n;
	int pid;
	struct named named[16];
	unsigned next;
};

struct tutti_inspection {
	struct arena arena;
	tutti_inspect_row *rows;
	struct beside *beside;
	size_t n, rows_room, beside_room;
	const char **notes;
	size_t notes_n, notes_room;
	unsigned looks;
	bool own; /* this process */
	size_t processes, threads, tasks, jobs, waiting;
	struct modules modules; /* of the process asked about last */
	int code;               /* the first thing that went wrong for good */
};

struct op_text {
	const char *words, *noun;
};

struct ops_seen {
	uint64_t at;
	uint32_t kind;
	bool valid;
	char noun[24];
};

/* A context, and what was read of it. */
struct place {
	uint64_t at, id, self, job, waits, alarm, low, bytes, sp, pc, fp;
	int64_t since, left;
	uint64_t key, object, holder;
	struct future_seen *runs, *in; /* what stands on it, and the job that it is in; or NULL */
	const struct tu_os_other_thread *thread; /* of one that has it; or NULL */
	uint32_t park, op, ask;
	size_t worker; /* in look.workers */
	bool native, current, steady, has_wait;
};

struct worker_seen {
	uint64_t at, current, slabs, head, inbox, thread;
	uint32_t budget, looks; /* together which turn it is: another one, another has the thread */
	int native_id;
	bool helper, moved; /* moved: there was another turn meanwhile */
	size_t row;
};

/* One copy of tutti in one process. */
struct look {
	struct tutti_inspection *in;
	struct tu_os_other *o;
	const struct known *k;
	unsigned number;
	size_t process; /* its row */
	int pid;
	bool stopped;
	int64_t now; /* on its clock */
	struct tu_os_other_thread *threads;
	bool *taken; /* of those threads: this or another copy knows it */
	size_t threads_n;
	struct worker_seen *workers;
	size_t workers_n, workers_room;
	struct place *places;
	size_t places_n, places_room;
	struct op_text *ops;
	struct ops_seen kinds[32];
	size_t kinds_n;
};

/* -- seen.c */

/* A row more, all zero but that it belongs to parent; its number, or NOBODY without memory. */
size_t tu_seen_row(struct tutti_inspection *in, tutti_inspect_kind kind, size_t parent);
void tu_seen_note(struct tutti_inspection *in, const char *text);

/* -- look.c */

/* All of one copy. What was not to be had is missing. */
void tu_look_at_copy(struct look *l);
bool tu_look_read(struct look *l, uint64_t at, void *to, size_t n);

/* Text over there, at most TU_SEEN_NAME bytes; false: there is none that could be. */
bool tu_look_text(struct look *l, uint64_t at, char out[TU_SEEN_NAME]);

static inline uint64_t tu_u64(const char *bytes, uint64_t at)
{
	uint64_t v;

	__builtin_memcpy(&v, bytes + at, sizeof(v));
	return v;
}

static inline uint32_t tu_u32(const char *bytes, uint64_t at)
{
	uint32_t v;

	__builtin_memcpy(&v, bytes + at, sizeof(v));
	return v;
}

/* -- futures.c */

/* What a future is, and its name. false: there is none at at. */
struct future_seen {
	uint64_t at, fn, group, word;
	const struct ops_seen *ops;
	char name[TU_SEEN_NAME];
};
bool tu_look_future(struct look *l, uint64_t at, struct future_seen *f);

/* A thread's record: its name and role. */
void tu_look_thread(struct look *l, uint64_t record, tutti_inspect_row *row);

/* -- held.c */

/* Who holds what, as the ledger of the process has it, for those who wait for rwlocks. */
void tu_look_at_ledger(struct look *l);

/* What the process calls itself, if it is one that tutti has started. */
void tu_look_at_name(struct look *l);

/* -- ready.c */

void tu_look_at_queue(struct look *l, const struct worker_seen *w);
void tu_look_at_executors(struct look *l);

/* -- link.c */

void tu_link_all(struct tutti_inspection *in);

/* -- words.c */

/* "lock 'red' (0x...)"; "" if it is nothing. */
const char *tu_words_of_object(struct tutti_inspection *in, const tutti_inspect_row *row);
void tu_words_of_wait(struct tutti_inspection *in, size_t i);

#endif
