/* SPDX-License-Identifier: MIT */
/* local.h - what hangs off a context that has set a tutti_local. */
#ifndef TU_SYNC_LOCAL_H
#define TU_SYNC_LOCAL_H

#include "core/context.h"

struct tu_slot {
	void *value;
	void (*destroy)(void *value); /* of the local when the value was set; may be NULL */
};

/* Owner only. Moves when it grows: read the context's pointer again after a destroy. */
struct tu_slots {
	/* Call it on c when what runs there ends: destroys the values and frees this. */
	void (*end)(struct tu_context *c);
	uint32_t n;            /* slots there are */
	struct tu_slot slot[]; /* by the local's number less one */
};

#endif
