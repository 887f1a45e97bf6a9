/* SPDX-License-Identifier: MIT */
/* shot.h - snapshots of collections that change: a value of what is there at one moment. */
#ifndef TU_WIRE_SHOT_H
#define TU_WIRE_SHOT_H

#include "wire/ordered.h"

#include <tutti/lock.h>

struct tu_row {
	tutti_value **cells;
	size_t size;
};

/* Whether a snapshot could hold v: 0; -EINVAL: v is NULL; -E2BIG. */
int tu_shot_fits(const tutti_value *v);

/* Of what a dict or a set has, under its lock. 0 or -ENOMEM. */
int tu_shot_ordered(tutti_value **out, int kind, tutti_lock *lock, const struct tu_ordered *o);

/* Of a list, likewise. */
int tu_shot_row(tutti_value **out, tutti_lock *lock, const struct tu_row *row);

#endif
