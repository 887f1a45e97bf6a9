/* SPDX-License-Identifier: MIT */
/* circle.h - who waits for whom: in a run that is looked at, nobody moves. */
#ifndef TU_SIM_CIRCLE_H
#define TU_SIM_CIRCLE_H

#include "core/context.h"

/* Does c wait? */
bool tu_waits(const struct tu_context *c);

/*
 * Does it stand in line at object? Else what it did last may be over, and the object gone: it may
 * be on the way to another wait.
 */
bool tu_waits_at(const struct tu_context *c, const void *object);

/* The one that alone can end the wait of c, which has no deadline; NULL: not known of any. */
struct tu_context *tu_waits_for(const struct tu_context *c);

/* Does following those lead back to c? */
bool tu_circle_of(const struct tu_context *c);

struct tu_actor;

/* Of a new run. */
void tu_circle_forget(void);

/*
 * a goes to sleep as one of a circle. That is no proof: a lock may be let go by another than who
 * took it. It is one when it has stood for long, whatever others did meanwhile.
 */
void tu_circle_suspect(struct tu_actor *a);

/* Has one that was suspected not moved since then? */
bool tu_circle_stands(void);

#endif
