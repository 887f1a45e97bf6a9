/* SPDX-License-Identifier: MIT */
/*
 * around.h - a look around in a run: what each does or waits for, and who has that.
 *
 * On the stack of whoever looks: nobody else runs meanwhile.
 */
#ifndef TU_SIM_AROUND_H
#define TU_SIM_AROUND_H

#include "observe/ledger.h"
#include "sim/machine.h"

struct tu_page;

struct tu_walk {
	struct tu_page *t;
	struct tu_actor *actor; /* whose c is */
	void (*tell)(struct tu_walk *w, const struct tu_context *c);
	bool second; /* the caller's */
};

/*
 * Tell of each that has not ended. Of a worker that nobody sees, what runs there for somebody:
 * nothing, as a rule.
 */
void tu_around_each(struct tu_page *t, void (*tell)(struct tu_walk *w, const struct tu_context *c));

/* "thread 'a'", "task 'Task-1'": in buf, or one that lives as long as what runs on c. */
const char *tu_around_name(const struct tu_context *c, char *buf, size_t n);

/* "waits", "ready" */
const char *tu_around_state(const struct tu_actor *a, const struct tu_context *c);
bool tu_around_waits(const struct tu_context *c);

/* Then what it did last is done, and the object may be gone. */
bool tu_around_runs(const struct tu_context *c);

/* What it does, as it stands: one that was notified is in the lock's line, and wants that back. */
struct tu_doing tu_around_doing(const struct tu_context *c);

/* "lock 'red'", "queue 1", "thread 'a'"; "" if there is none. Returns buf. */
const char *tu_around_object(const struct tu_context *c, char *buf, size_t n);

/* How far the others of its round are; 0: it waits at no barrier. */
uint32_t tu_around_arrived(const struct tu_context *c, uint32_t *parties);

/* Who has what c waits for: the latest of them; NULL: nobody that is known. */
const struct tu_hold *tu_around_holder(const struct tu_context *c);

/* Which other process has it: "process 'Process-1'"; "": none that is known. Returns buf. */
const char *tu_around_process(const struct tu_context *c, char *buf, size_t n);

/* Who it is that has something, which may have ended. Returns buf, or as tu_around_name. */
const char *tu_around_holder_name(const struct tu_hold *h, char *buf, size_t n);

#endif
