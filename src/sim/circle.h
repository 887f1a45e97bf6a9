/* SPDX-License-Identifier: MIT */
/* circle.h - who waits for whom: in a run that is looked at, nobody moves. */
#ifndef TU_SIM_CIRCLE_H
#define TU_SIM_CIRCLE_H

#include "core/context.h"

/* Does c wait? */
bool tu_waits(const struct tu_context *c);

/* The one that alone can end the wait of c, which has no deadline; NULL: not known of any. */
struct tu_context *tu_waits_for(const struct tu_context *c);

/* Does following those lead back to c? */
bool tu_circle_of(const struct tu_context *c);

#endif
