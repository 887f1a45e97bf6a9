/* SPDX-License-Identifier: MIT */
/*
 * caught.h - the step from one stack to another, with what C++ has caught on each.
 *
 * The C++ runtime keeps by the thread which exceptions are being handled and how many are on their
 * way. Contexts share a thread, and one may wait within a handler: so each takes its own along.
 * The rule: whoever leaves a stack leaves nothing there. So only who had something has work to do,
 * before and after, and all others pay for one look.
 */
#ifndef TU_CORE_CAUGHT_H
#define TU_CORE_CAUGHT_H

#include "base/check.h"
#include "os/arch/switch.h"

#include <stdbool.h>

/* As the C++ ABI lays it down for all CPUs we know, in libstdc++ and libc++abi alike. */
struct tu_caught {
	void *handled;   /* the newest of the exceptions being handled; they are linked */
	unsigned thrown; /* std::uncaught_exceptions() */
};

/* The calling thread's. In a program without a C++ runtime: something that is always empty. */
struct tu_caught *tu_caught_here(void);

/* tu_arch_switch for who has something in *here; it is there again on return. */
void tu_caught_switch(
	struct tu_caught *here, struct tu_registers *from, const struct tu_registers *to);

/* Save where we are in *from and go on at *to, on the same thread. */
static inline __attribute__((always_inline)) void tu_change_stack(
	struct tu_caught *here, struct tu_registers *from, const struct tu_registers *to)
{
	if (tu_unlikely(here->handled || here->thrown))
		tu_caught_switch(here, from, to);
	else
		tu_arch_switch(from, to);
}

#endif
