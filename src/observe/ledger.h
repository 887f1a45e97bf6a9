/* SPDX-License-Identifier: MIT */
/*
 * ledger.h - who holds which lock, taken where, and who waits for what: the facts behind a report.
 *
 * Whoever holds something or waits has an account here. It comes with the first hold or wait and
 * stays, mostly empty; only those that are not empty are told of.
 * Whoever keeps a ledger tells it what happens, in the words of core/probe.h, and sees to it that
 * one thread at a time is in it. Answers are valid until it is told more. Kept by the checker of a
 * running program (checker.c), and by a simulation (sim/facts.h).
 *
 * Its memory is a few times what was in it at once. Where there is none to be had it misses what it
 * is told, and does not see a deadlock: never one that is none.
 */
#ifndef TU_OBSERVE_LEDGER_H
#define TU_OBSERVE_LEDGER_H

#include "base/list.h"
#include "core/context.h"

struct tu_ledger;

/* One lock held by one account; each of several readers has its own, a recursive lock has one. */
struct tu_hold {
	const void *object;
	struct tu_account *account;
	struct tu_hold *others;  /* another of this object; NULL: none */
	struct tu_hold *earlier; /* what the account took before and still holds; NULL: nothing */
	const void *where;       /* the instruction after the call that took it */
	int64_t since;
	uint32_t op; /* enum tu_op */
};

struct tu_account {
	uint64_t id;                /* the context's, of what runs there */
	struct tu_context *context; /* NULL: it has ended, with all this in its hands */
	struct tu_hold *holds;      /* the latest first; NULL: none */
	struct tu_doing waits;      /* for what; only while until is not 0 */
	int64_t until;              /* when its wait ends by itself; INT64_MAX: never; 0: no wait */
	uint64_t wait;              /* the number of that wait, of all in this ledger */
	struct tu_doing circled;    /* the last of them that closed a circle, the ledger's */
	void *runs[2];              /* futures of what runs there: itself, its job; NULL: none */
	char *name;                 /* once it has ended; NULL: no memory for it */
	uint32_t seen;              /* by a search, the ledger's */
	bool listed;                /* it is found by those futures, the ledger's */
	struct tu_link link;        /* in order of coming */
};

/* NULL: no memory. reset: as new. */
struct tu_ledger *tu_ledger_create(void);
void tu_ledger_reset(struct tu_ledger *l);
void tu_ledger_free(struct tu_ledger *l); /* NULL does nothing */

/* -- what happens ----------------------------------------------------------------------------- */

void tu_ledger_took(struct tu_ledger *l, struct tu_context *self, const struct tu_doing *doing);

/* self or, of a plain lock, whoever let it go. */
void tu_ledger_gave(struct tu_ledger *l, struct tu_context *self, const void *object);

/* self waits for what from now on; it goes on. A second wait replaces the first. */
void tu_ledger_waits(
	struct tu_ledger *l, struct tu_context *self, const struct tu_doing *what, int64_t until);
void tu_ledger_goes_on(struct tu_ledger *l, struct tu_context *self);

/*
 * The same of one that is about to park: for what follows from what it said last, and from key. Its
 * account; NULL: no memory.
 */
const struct tu_account *tu_ledger_parks(
	struct tu_ledger *l, struct tu_context *self, const void *key, int64_t until);

/*
 * What runs on self ends. If it holds anything: it, kept under a copy of that name until all of
 * that is given; else NULL. has_none says so beforehand, so that no name need be found.
 */
bool tu_ledger_has_none(const struct tu_ledger *l, const struct tu_context *self);
const struct tu_account *tu_ledger_ended(
	struct tu_ledger *l, struct tu_context *self, const char *name);

/* Another lock begins its life at this address. */
void tu_ledger_forget(struct tu_ledger *l, const void *object);

/* -- questions -------------------------------------------------------------------------------- */

/* Who holds object: the latest; NULL: nobody that is known. */
const struct tu_hold *tu_ledger_holder(const struct tu_ledger *l, const void *object);

/* Of what runs on c; NULL: it is not known. */
const struct tu_account *tu_ledger_account(const struct tu_ledger *l, const struct tu_context *c);

/* Of who waits and is what f is the future of; NULL: none that is known. */
const struct tu_account *tu_ledger_runner(const struct tu_ledger *l, const void *f);

/* Who holds or waits, in order of coming: NULL gives the first, and NULL comes after the last. */
const struct tu_account *tu_ledger_next(const struct tu_ledger *l, const struct tu_account *before);

enum { TU_CIRCLE_MOST = 32 };

/*
 * Who waits for whom, each for the next and the last for the first: for the hold, which is the
 * next one's, or if that is NULL for the next one's end.
 */
struct tu_circle {
	unsigned n;
	struct {
		const struct tu_account *account;
		const struct tu_hold *hold;
	} part[TU_CIRCLE_MOST];
};

/*
 * Does self, NULL: nobody, wait for itself, by way of others who all wait without end? For locks,
 * rwlocks and futures. One that holds what it waits for is a circle of one.
 */
bool tu_ledger_deadlock(
	struct tu_ledger *l, const struct tu_account *self, struct tu_circle *circle);

/*
 * That circle is a new one: false if self has closed it before and been woken, to be told, in the
 * midst of the same call. Once for each tu_ledger_deadlock.
 */
bool tu_ledger_is_new(struct tu_ledger *l, const struct tu_context *self);

#endif
