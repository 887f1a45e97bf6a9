/* SPDX-License-Identifier: MIT */
/*
 * belt.h - records of any size in shared memory, first in first out; whoever is killed in the midst
 * of it leaves nothing half-done.
 *
 * A belt has two ends, each a word: how many records have passed it, and where it is. Whoever puts
 * writes a record behind the tail, where nobody looks, and then moves the tail by one store: that
 * is the put. Whoever takes copies the first record and then moves the head by one store. What a
 * dead process has not moved has not happened, so nobody need repair anything. One puts at a time
 * and one takes, each under a lock of their own (shared_queue.c); the two go on at once.
 *
 * The memory is as large as it will ever be, but a page of it exists once it was touched. In units
 * of 16 bytes, what lies between head and tail is one of
 *
 *     head - - - tail                             one after the other
 *     - - tail       head - - top                 gone on at the beginning, as there is room
 *     - - stop   head - - top   floor - - tail    no longer, gone on above (UP): also where the
 *                                                 head is in the part at the beginning
 *
 * Where the tail goes on elsewhere a jump stands, which the same store makes good as the record
 * behind it. In the third case it goes upwards only, until the head has come to floor.
 */
#ifndef TU_PROC_BELT_H
#define TU_PROC_BELT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tu_belt {
	/* Of those who put, under their lock. */
	_Alignas(128) uint32_t put_lock;
	uint64_t head_seen;          /* where it was once: what is free since then is free now */
	uint64_t top;                /* good while the tail is below the head */
	uint64_t floor;              /* good while the tail says UP */
	uint64_t backed;             /* bytes from the beginning that surely exist */
	uint64_t puts;               /* all of them, at most 2^32 too few */
	_Alignas(128) uint64_t tail; /* atomic: UP, 31 bits where, 32 bits how many */
	/* Of those who take, under theirs. */
	_Alignas(128) uint32_t get_lock;
	uint64_t tail_seen;
	_Alignas(128) uint64_t head;  /* atomic: 0, 31 bits where, 32 bits how many */
	_Alignas(128) uint64_t bytes; /* of the records' memory; fixed */
	uint32_t loose; /* atomic: there is memory to be given back; under the putters' lock */
};

/* What a process knows of a belt: where it has it. */
struct tu_belt_view {
	struct tu_belt *belt;
	char *records; /* on a page of its own */
	int fd;        /* of the memory, and where records is in it */
	uint64_t from;
};

/* A record as it is first on the belt. */
struct tu_belt_record {
	const void *data;
	size_t bytes;
	uint64_t next; /* what the head will be */
};

enum { TU_BELT_MOST = 1 << 30 }; /* bytes of a record */

/* Debug builds turn and give back so early that tests come there. */
#ifdef TU_DEBUG
enum { TU_BELT_IS_SMALL = 1 };
#else
enum { TU_BELT_IS_SMALL = 0 };
#endif

/* The memory of the belt, zeroed, becomes one for bytes of records, at most 32 GiB. */
void tu_belt_begin(struct tu_belt *b, uint64_t bytes);

/* Under the putters' lock. 0; or -ENOMEM: no memory, or no room for what is there and this. */
int tu_belt_put(const struct tu_belt_view *v, const void *data, size_t bytes);

/* Under the getters' lock: look at the first record; false: there is none. Take it off. */
bool tu_belt_first(const struct tu_belt_view *v, struct tu_belt_record *r);
void tu_belt_take(struct tu_belt *b, const struct tu_belt_record *r);

/* Does it hold memory that it could give back if it is empty? Who has taken may ask. */
bool tu_belt_is_loose(const struct tu_belt *b, const struct tu_belt_record *taken);

/* Give it back if it is. Under the putters' lock. */
void tu_belt_tighten(const struct tu_belt_view *v);

/* Give all of it back. Under both locks; nothing is put or taken any more. */
void tu_belt_drop_all(const struct tu_belt_view *v);

/* How many there are, seen by whoever then decides to sleep (seq). */
uint32_t tu_belt_count(const struct tu_belt *b);

/* For those who put, under their lock: the same, or more. */
uint32_t tu_belt_count_seen(struct tu_belt *b, uint32_t enough);

/* How many were put in all. */
uint64_t tu_belt_puts(const struct tu_belt *b);

#endif
