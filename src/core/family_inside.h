/* SPDX-License-Identifier: MIT */
/* family_inside.h - what each member has in the table besides its slot, for presence.c. */
#ifndef TU_CORE_FAMILY_INSIDE_H
#define TU_CORE_FAMILY_INSIDE_H

#include "core/family.h"

/* The process is so often in what key and round name. count: see presence.c. */
struct tu_seat {
	uint64_t key;
	uint32_t round, count;
};

enum { TU_SEATS = 63 };

/* All atomic; its process writes, others set one bit of count. Zeroes before anybody has it. */
struct tu_presence {
	uint32_t used, unused[3]; /* used: one more than the highest seat that was ever taken */
	struct tu_seat seats[TU_SEATS];
};

/* Of the slots below window: whose presence it is, and has it an owner who lives? */
uint32_t tu_family_window(void);
struct tu_presence *tu_family_presence(uint32_t slot);
bool tu_family_is_taken(uint32_t slot);

#endif
