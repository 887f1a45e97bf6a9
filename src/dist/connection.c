/* SPDX-License-Identifier: MIT */
/* connection.c - connection.h: a stream whose two ends have proved their key, and its messages. */
#include "dist/message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/connection.h>
#include <tutti/error.h>

struct tutti_connection {
	tutti_stream *stream;
};

enum { MESSAGE_MOST = 64 << 20 };
#define PROOF_MOST TUTTI_SECONDS(10)

static tutti_time sooner(tutti_time a, tutti_time b)
{
	return a < b ? a : b;
}

/* -- begin ------------------------------------------------------------------------------------ */

/* *was_old: it may be worth another try (tu_handshake_was_old). */
static int prove(tutti_stream *s, tutti_bytes key, const struct tu_handshake_options *options,
	tutti_time deadline, bool *was_old)
{
	struct tu_handshake h;
	tutti_bytes out;
	int rc;

	*was_old = false;
	if (key.size == 0)
		return 0;
	rc = tu_message_greet(s, &h, key, options, deadline);
	*was_old = rc == TUTTI_EAUTH && tu_handshake_was_old(&h);
	if (rc < 0)
		return rc;
	out = tu_handshake_out(&h);
	return tutti_stream_write_until(s, out.data, out.size, deadline);
}

/* The stream is the connection's, or freed if it came to nothing. */
static int make(tutti_connection **c, tutti_stream *s, int rc)
{
	tutti_connection *made = rc == 0 ? calloc(1, sizeof(*made)) : NULL;

	if (!made) {
		tutti_stream_free(s);
		return rc < 0 ? rc : -ENOMEM;
	}
	made->stream = s;
	*c = made;
	return 0;
}

static int connect_as(tutti_connection **c, const char *address, tutti_bytes key, bool old_sha256,
	tutti_time deadline, bool *was_old)
{
	const struct tu_handshake_options options = { .connects = true, .old_sha256 = old_sha256 };
	tutti_stream *s;
	int rc = tutti_stream_connect_until(&s, address, NULL, deadline);

	*was_old = false;
	if (rc < 0)
		return rc;
	return make(c, s, prove(s, key, &options, deadline, was_old));
}

int tutti_connection_connect(
	tutti_connection **c, const char *address, tutti_bytes key, tutti_time deadline)
{
	bool was_old;
	int rc = connect_as(c, address, key, false, deadline, &was_old), again;

	if (!was_old)
		return rc;
	/* Usually it is the key; then who listens may take nobody any more. */
	deadline = sooner(deadline, tutti_after(PROOF_MOST));
	again = connect_as(c, address, key, true, deadline, &was_old);
	return again == 0 || again == TUTTI_ECANCELED ? again : rc;
}

int tutti_connection_accept(
	tutti_connection **c, tutti_listener *l, tutti_bytes key, tutti_time deadline)
{
	static const struct tu_handshake_options options = { .connects = false };
	tutti_stream *s;
	tutti_time proof;
	bool was_old;
	int rc = tutti_listener_accept_until(l, &s, deadline);

	if (rc < 0)
		return rc;
	proof = tutti_after(PROOF_MOST);
	rc = prove(s, key, &options, sooner(proof, deadline), &was_old);
	if (rc == TUTTI_ETIMEDOUT && proof < deadline)
		rc = TUTTI_EPROTO;
	return make(c, s, rc);
}

/* -- use -------------------------------------------------------------------------------------- */

int tutti_connection_send_bytes(tutti_connection *c, const void *data, size_t size)
{
	if (!data && size > 0)
		return -EINVAL;
	return tu_message_write(c->stream, (tutti_bytes){ 0 }, data, size, TUTTI_FOREVER);
}

int tutti_connection_send(tutti_connection *c, const tutti_value *v)
{
	tutti_bytes pickle;
	int rc = tutti_value_to_pickle(&pickle, v);

	if (rc < 0)
		return rc;
	rc = tutti_connection_send_bytes(c, pickle.data, pickle.size);
	tutti_bytes_free(&pickle);
	return rc;
}

int tutti_connection_recv_until(tutti_connection *c, tutti_value **v, tutti_time deadline)
{
	struct tu_message m;
	int rc = tu_message_look(c->stream, MESSAGE_MOST, deadline, &m);

	if (rc < 0)
		return rc;
	rc = tutti_value_from_pickle(v, m.body.data, m.body.size, NULL, NULL);
	if (rc != -ENOMEM) /* which may be otherwise next time */
		tu_message_skip(c->stream, &m);
	return rc;
}

int tutti_connection_recv(tutti_connection *c, tutti_value **v)
{
	return tutti_connection_recv_until(c, v, TUTTI_FOREVER);
}

int tutti_connection_recv_bytes(tutti_connection *c, tutti_bytes *out, tutti_time deadline)
{
	struct tu_message m;
	int rc = tu_message_look(c->stream, MESSAGE_MOST, deadline, &m);

	if (rc < 0)
		return rc;
	rc = tutti_bytes_copy(out, m.body.data, m.body.size);
	if (rc == 0)
		tu_message_skip(c->stream, &m);
	return rc;
}

tutti_stream *tutti_connection_stream(const tutti_connection *c)
{
	return c->stream;
}

void tutti_connection_free(tutti_connection *c)
{
	if (!c)
		return;
	tutti_stream_free(c->stream);
	free(c);
}
