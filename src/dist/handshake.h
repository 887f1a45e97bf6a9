/* SPDX-License-Identifier: MIT */
/*
 * handshake.h - how two sides prove to each other that they have the same key, as Python's
 * multiprocessing does: bytes in, bytes out. Deadlines are the caller's.
 *
 *     listener                        connector
 *     #CHALLENGE# + text    ---->
 *                           <----     its MAC
 *     #WELCOME# or #FAILURE# ---->
 *                           <----     #CHALLENGE# + text
 *     its MAC               ---->
 *                           <----     #WELCOME# or #FAILURE#
 *
 * Each is a frame. Python up to 3.11 uses HMAC-MD5 for any text; from 3.12 on a text and its MAC
 * begin with the digest's name in {}. What is written here is of the second kind, and the answer of
 * an older Python to it is as good: its MAC is of 16 bytes.
 */
#ifndef TU_DIST_HANDSHAKE_H
#define TU_DIST_HANDSHAKE_H

#include "dist/frame.h"

#include <stdbool.h>
#include <tutti/bytes.h>

enum { TU_HANDSHAKE_MOST = 256, TU_HANDSHAKE_RANDOM = 40 };

struct tu_handshake_options {
	bool connects;   /* else it listens */
	bool no_md5;     /* then Python up to 3.11 has no way in, but as of old_sha256 */
	bool old_sha256; /* MACs without a name are SHA-256, as some distributors' Pythons have
			    them. A listener sees that by itself, by the first of them; a connector
			    is refused, and can try again with this: tu_handshake_was_old */
	const unsigned char
		*random; /* TU_HANDSHAKE_RANDOM bytes for the text; NULL: the system's */
};

enum tu_handshake_state {
	TU_HANDSHAKE_ANSWER,    /* the other's MAC comes next */
	TU_HANDSHAKE_CHALLENGE, /* or its challenge */
	TU_HANDSHAKE_VERDICT,   /* or what it thinks of ours */
	TU_HANDSHAKE_DONE,
	TU_HANDSHAKE_FAILED
};

struct tu_handshake {
	struct tu_handshake_options options;
	tutti_bytes key; /* the caller's, until the end */
	enum tu_handshake_state state;
	int failure;
	bool old_md5; /* the other was answered by MD5 without a name */
	unsigned char text[8 + TU_HANDSHAKE_RANDOM];
	size_t n_in, n_out;
	unsigned char in[TU_FRAME_HEAD + TU_HANDSHAKE_MOST];
	unsigned char out[3 * (TU_FRAME_HEAD + TU_HANDSHAKE_MOST)];
};

/* 0; -EINVAL: a key of 2 GiB; -EIO: no random bytes. */
int tu_handshake_begin(
	struct tu_handshake *h, tutti_bytes key, const struct tu_handshake_options *options);

/*
 * Take what has come; *taken: how much of it, the rest is behind the handshake. 1: done; 0: more
 * must come. TUTTI_EAUTH: one of the two refuses the other; TUTTI_EPROTO: that is no handshake. In
 * all cases what is in out is to be written first.
 */
int tu_handshake_take(struct tu_handshake *h, const void *data, size_t size, size_t *taken);

/*
 * A connector that has failed: may it be that the other one is an older Python built without MD5?
 * Then it is worth another try, with old_sha256, over a new connection.
 */
bool tu_handshake_was_old(const struct tu_handshake *h);

/* What is to be written next, and forget it: it stays where it is until the next take. */
tutti_bytes tu_handshake_out(struct tu_handshake *h);

#endif
