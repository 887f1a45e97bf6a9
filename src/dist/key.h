/* SPDX-License-Identifier: MIT */
/* key.h - what a client gives as the key of a dict. */
#ifndef TU_DIST_KEY_H
#define TU_DIST_KEY_H

#include "dist/object.h"

struct tu_key {
	tutti_value *shown;    /* as Python gets it back */
	tutti_value *compared; /* equal to that of another if Python says that the keys are */
};

/* Read one: 0, and it is the caller's; or a TypeError for what has no hash in Python. */
int tu_key_read(struct tu_call *c, const tutti_value *v, struct tu_key *key);

void tu_key_free(struct tu_key *key);

#endif
