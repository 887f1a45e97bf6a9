/* SPDX-License-Identifier: MIT */
/*
 * serial.h - what goes well and yet not at once: threads that are joined one by one, and locks that
 * leave room for one thread only. Told what a ledger is told; one thread at a time.
 *
 * Each is told once, and only where it has cost something: a second, with what was wasted the most
 * of it. What is short, or happens now and then, is nobody's mistake.
 */
#ifndef TU_OBSERVE_SERIAL_H
#define TU_OBSERVE_SERIAL_H

#include "observe/ledger.h"

enum { TU_CROWDED_MOST = 16, TU_HOLDERS_MOST = 8 };

/* One who starts threads or processes, each at the same place, and joins each at another. */
struct tu_turns {
	uint64_t starter; /* the context's id; 0: nobody yet */
	const void *start, *join;
	int64_t began, waits;  /* the last one; the wait for it */
	int64_t lived, waited; /* all of them so far, one after the other */
	unsigned n;
	size_t alive; /* threads, before the first one */
	enum { TU_TURN_NONE, TU_TURN_STARTED, TU_TURN_WAITS, TU_TURN_JOINED } last;
	bool told;
};

/* A lock that some wait for, or did. */
struct tu_crowded {
	const void *object; /* NULL: none */
	unsigned waiting;
	int64_t first, held; /* since when it is looked at; held so long while some waited */
	uint64_t holders[TU_HOLDERS_MOST];
	unsigned n; /* of these */
	bool told;
};

/* All bytes zero: nothing yet. */
struct tu_serial {
	struct tu_turns turns;
	struct tu_crowded crowded[TU_CROWDED_MOST];
};

/* Does serial want to know of that op? */
bool tu_serial_asks(uint32_t op);

/* alive: so many threads are. */
void tu_serial_point(
	struct tu_serial *s, uint64_t who, const struct tu_doing *doing, size_t alive, int64_t now);
void tu_serial_waits(struct tu_serial *s, const struct tu_doing *what, int64_t now);

/* Is that a wait for one who may have been started for it? */
bool tu_serial_awaits(const struct tu_serial *s, uint64_t who);

/* Whose wait is over, for what. true: s->turns is to be told. */
bool tu_serial_goes_on(
	struct tu_serial *s, uint64_t who, const struct tu_doing *what, size_t alive, int64_t now);

/* The hold ends. What is to be told; NULL: nothing. */
const struct tu_crowded *tu_serial_gives(
	struct tu_serial *s, const struct tu_hold *hold, int64_t now);
void tu_serial_forget(struct tu_serial *s, const void *object);

#endif
