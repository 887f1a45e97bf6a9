/* SPDX-License-Identifier: MIT */
/*
 * story.h - a tape, read: lanes, what each was at when, and who let whom go on.
 *
 * Texts are the tape's own, so a story ends before its tape does. Times are those of the tape.
 */
#ifndef TU_OBSERVE_STORY_H
#define TU_OBSERVE_STORY_H

#include "core/tape.h"
#include "observe/table.h"

enum tu_state {
	TU_STATE_RUNS,
	TU_STATE_READY, /* it would, but another runs in its place */
	TU_STATE_WAITS,
	TU_STATE_IDLE, /* it waits for work */
	TU_STATES
};

struct tu_story_process {
	int pid; /* which another may have had before */
	bool pid_again;
	const char *name;    /* "": none is known */
	bool ended, ours;    /* it said so; it is the one that reads */
	int64_t begin, last; /* of its records */
	struct tu_table lanes, futures, names, starts;
	size_t lanes_n;
};

struct tu_lane {
	unsigned process;
	uint64_t id;
	const char *name; /* "task 'fetch'" */
	uint32_t thread;  /* its number in the kernel */
	bool native;      /* it is the thread itself */
	int64_t begin, end;
	size_t first, n;    /* stretches, once all are in order */
	size_t span, spans; /* likewise */
	/* While it is read. */
	int64_t since, waits_since;
	uint64_t object;
	struct tu_lane *woken_by;
	int64_t woken_at;
	uint16_t op, woken_op;
	uint8_t state;
	bool open;
	size_t depth, innermost; /* spans that are open, and 1 + the last of them */
	size_t number;           /* of the lane */
};

struct tu_stretch {
	size_t lane;
	int64_t begin, end;
	uint64_t object; /* of a wait: its address, see tu_story_object; 0: none */
	uint16_t op;
	uint8_t state;
};

struct tu_span {
	size_t lane, beneath; /* beneath: 1 + the one around it, 0: none */
	int64_t begin, end;
	const char *name, *label; /* label may be NULL */
	int code;
	unsigned depth;
	bool job;
};

struct tu_arrow {
	size_t from, to;
	int64_t left, arrived, waited; /* waited: how long, in all, who went on */
	uint16_t op;                   /* of who let go on; TU_OPS: unknown */
	bool start;                    /* it began by it */
};

struct tu_mark {
	size_t lane;
	int64_t at;
	const char *text;
};

struct tu_story {
	int64_t begin, end;
	uint64_t lost;
	struct tu_story_process *processes;
	struct tu_lane **lanes;
	struct tu_stretch *stretches;
	struct tu_span *spans;
	struct tu_arrow *arrows;
	struct tu_mark *marks;
	size_t processes_n, lanes_n, stretches_n, spans_n, arrows_n, marks_n;
	size_t processes_room, lanes_room, stretches_room, spans_room, arrows_room, marks_room;
	bool failed; /* no memory */
};

/* Read what is on the tape now. 0 or -ENOMEM. */
int tu_story_read(struct tu_story *s);
void tu_story_free(struct tu_story *s);

/* "lock 'red'", "future of task 'x'", "queue 0x5581c0"; "": nothing by itself. Returns buf. */
const char *tu_story_object(const struct tu_story *s, unsigned process, const struct tu_stretch *w,
	char *buf, size_t n);

/* "running", "ready", "idle", "acquire lock 'red'". Returns buf. */
const char *tu_story_state(
	const struct tu_story *s, const struct tu_stretch *stretch, char *buf, size_t n);

/* "release", "put into"; for an arrow. */
const char *tu_story_by(const struct tu_arrow *a);

/* "MainProcess (123)" */
const char *tu_story_process(const struct tu_story *s, unsigned process, char *buf, size_t n);

/* "prime '97'", and how it failed. */
const char *tu_story_span(const struct tu_span *span, char *buf, size_t n);

#endif
