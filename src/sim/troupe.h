/* SPDX-License-Identifier: MIT */
/*
 * troupe.h - several processes in one simulation: one clock, and one baton.
 *
 * Each process of a simulated program has a machine of its own (machine.h), with its threads as
 * actors. What they have in common is a page of memory, made when the first child is about to
 * start and handed on from there: the clock, the counters by which things are in order, and a place
 * for each process, a player. Exactly one of them has the baton, and only that one runs, looks at
 * the page and writes there; all others sleep in real time. So nothing there needs a lock.
 *
 * Order. Whoever becomes ready draws a ticket, and whoever goes to sleep draws from the same
 * counter: first in, first out goes over all processes. When the actor that ran gives way, its
 * process writes down what others must know - its first ticket, its first deadline - and the baton
 * goes to the process that has the smallest ticket. A deadline that has come counts as a ticket
 * drawn when it was registered: nobody was ready when the clock moved, so those are the first.
 *
 * Time. With nobody ready anywhere each process in which somebody sleeps in a poller looks once
 * more, as what others have done since may be there. Then the clock jumps to the first deadline of
 * all. Those who only poll are passed over likewise (places.c): what each has seen is in the page.
 *
 * Words that processes share. Who sleeps on some is in a table of the page, by what the words are
 * in memory, wherever that is mapped. Who wakes one looks there: as many as are to be woken get a
 * ticket, those who slept first before others, as the kernel would do it.
 *
 * Beginning. The parent takes a place and a ticket for the child before it starts it, so the order
 * is the same in each run. The child comes up in real time, while the clock stands still, and waits
 * for the baton before it does anything that another could notice.
 *
 * End. Who exits gives the baton to its parent, to be kept until it has really ended. Who sends a
 * signal that ends another waits until that has ended, too: a death has its instant. Who dies by
 * itself while it has the baton is missed by its parent, which looks every few milliseconds of real
 * time; the baton then is the parent's. The children of one that died end with it.
 *
 * Output is flushed before the baton goes, so that what processes write stands in the order in
 * which it was written.
 *
 * A copy of its parent (TUTTI_FORK) has of the machine only the actor that made it.
 *
 * What is not simulated: processes that are not ours, and those that the program has forked.
 * Strategies that go on from run to run do not reach over processes: -ENOTSUP.
 */
#ifndef TU_SIM_TROUPE_H
#define TU_SIM_TROUPE_H

#include "os/port.h"
#include "sim/machine.h"

struct tu_troupe;
struct tu_page;
struct tu_settings;

/* NULL: this process is alone in its simulation. */
extern struct tu_troupe *tu_troupe;

/* What program.c does about it. */
struct tu_troupe_hooks {
	/* Can others take part? */
	bool (*is_shared)(void);
	const char *(*settings)(void);
	/* Tell who is here and what they do, as text and as JSON. */
	void (*tell)(struct tu_page *text, struct tu_page *json);
	/* In the first process: the run is over as tu_troupe_verdict says. */
	void (*conclude)(void);
	/* The process is a copy of its parent, alone with its number. */
	void (*be_copy)(void);
	/* It ends. */
	void (*leave)(void);
};
extern const struct tu_troupe_hooks *tu_troupe_hooks;

/* For tu_os_port, as it says. */
int tu_troupe_expect(const char *name, int *fd);
void tu_troupe_begun(int place, int pid);
void tu_troupe_copied(void);
int tu_troupe_signal(int pid, int number);

/*
 * In a child: what the page at fd says it is to be; as soon as the machine is set up, wait for the
 * baton; and how many have been started before it. join: 0, or a negative errno value.
 */
int tu_troupe_join(int fd, int place);
const char *tu_troupe_settings(void);
unsigned tu_troupe_number(void);
void tu_troupe_enter(void);

/* The process ends, not to use the simulation any more. */
void tu_troupe_leave(void);

/* Is it the one with which all began? Of one alone: true. And what it is called. */
bool tu_troupe_is_first(void);
const char *tu_troupe_name(void);

/* What the process of that number is called; NULL: it is none of us. */
const char *tu_troupe_name_of(int pid);

/*
 * For a report: what an object in memory that processes share is called by all of them, 1, 2, ...
 * for each kind; 0: it is in no such memory, or there are too many.
 */
unsigned tu_troupe_object(unsigned kind, const void *object);

/* What the first process is to know of the end of all. */
struct tu_troupe_verdict {
	enum tu_trouble trouble;
	char name[64];           /* of the process that found out */
	char words[1024];        /* "": none */
	const char *text, *json; /* what all had to say, "" if they were not asked */
};
const struct tu_troupe_verdict *tu_troupe_verdict(void); /* NULL: no trouble */
enum tu_trouble tu_troupe_end(void);

/* Let all tell what they do. Then, in another than the first: let that one conclude. */
void tu_troupe_gather(enum tu_trouble trouble, const char *words);
_Noreturn void tu_troupe_conclude(void);

/* In the first, which ends: all others are ended. */
void tu_troupe_end_others(void);

#endif
