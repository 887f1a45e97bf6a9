/* SPDX-License-Identifier: MIT */
/* key.h - the key that a manager and those who connect to it share, as the user gives it. */
#ifndef CLI_KEY_H
#define CLI_KEY_H

#include "cli.h"

enum { KEY_MOST = 4096 };

struct key {
	const char *text, *file; /* of --authkey and --authkey-file; NULL: not given */
	char key[KEY_MOST + 1];  /* once it was read */
};

/*
 * Read it: what was given, or else TUTTI_AUTHKEY of the environment. Of a file a last line end does
 * not count. False: there is none, or it is none, and who has said so.
 */
bool key_read(struct key *k, const char *who);

/* Overwrite it. */
void key_forget(struct key *k);

#endif
