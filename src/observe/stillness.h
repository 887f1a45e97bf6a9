/* SPDX-License-Identifier: MIT */
/* stillness.h - does anything move at all? Found by looking again and again. One thread's. */
#ifndef TU_OBSERVE_STILLNESS_H
#define TU_OBSERVE_STILLNESS_H

#include <stdbool.h>
#include <stdint.h>

/* All bytes zero: nothing seen yet. */
struct tu_stillness {
	uint64_t turns; /* of all threads together */
	int64_t since;  /* the first look that has found them so; 0: something moves */
	bool told;
};

/*
 * Look. true: all threads that tutti knows sleep in it, none of them can be let go from outside the
 * process, by a descriptor or by another process, no timer of theirs is set and none has had a
 * turn, for limit ns; once.
 */
bool tu_stillness_look(struct tu_stillness *s, int64_t limit);

#endif
