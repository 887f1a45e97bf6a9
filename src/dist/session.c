/* SPDX-License-Identifier: MIT */
/*
 * session.c - see session.h. A task each, and while it waits for a request it holds no memory but
 * its stack: what came is looked at where the stream has it.
 *
 * Python writes twice in a row where it could write once, and waits with the second until the first
 * was acknowledged, which the system puts off by 40 ms: so where more must come it is told to
 * acknowledge at once.
 */
#include "dist/session.h"

#include "dist/handshake.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <tutti/error.h>
#include <tutti/group.h>
#include <tutti/stream_peek.h>

enum { FIRST_MAX = 64 * 1024, ENOUGH_TO_KNOW = 64, PIECE = 256 * 1024 };

static const tutti_time piece_max = TUTTI_SECONDS(60);

/* -- the socket ------------------------------------------------------------------------------- */

static void set_option(const struct tu_session *x, int level, int name, int value)
{
	setsockopt(x->guest.fd, level, name, &value, sizeof(value));
}

static void acknowledge(const struct tu_session *x)
{
	if (x->tcp)
		set_option(x, IPPROTO_TCP, TCP_QUICKACK, 1);
}

/* A host that has gone without a word is noticed after two minutes. */
static void keep_alive(const struct tu_session *x)
{
	if (!x->tcp)
		return;
	set_option(x, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_option(x, IPPROTO_TCP, TCP_KEEPIDLE, 60);
	set_option(x, IPPROTO_TCP, TCP_KEEPINTVL, 15);
	set_option(x, IPPROTO_TCP, TCP_KEEPCNT, 4);
}

static bool is_tcp(int fd)
{
	int domain = 0;
	socklen_t size = sizeof(domain);

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
	       (domain == AF_INET || domain == AF_INET6);
}

/* In pieces: a client may be slow with much, but not stand still. */
static int write_all(struct tu_session *x, const void *data, size_t size)
{
	const char *from = data;
	int rc = 0;

	while (rc == 0 && size > 0) {
		size_t n = size < PIECE ? size : PIECE;

		rc = tutti_stream_write_until(x->stream, from, n, tutti_after(piece_max));
		from += n;
		size -= n;
	}
	return rc;
}

int tu_session_write(struct tu_session *x, const struct tu_reply *r)
{
	return write_all(x, r->data, r->size);
}

/* -- messages --------------------------------------------------------------------------------- */

struct message {
	struct tu_frame frame;
	const unsigned char *data; /* of the stream, until it is skipped */
};

/* Is it longer than it may be? So much of it has come. */
static bool is_too_long(
	const struct tu_session *x, const struct message *m, size_t come, bool first)
{
	if (m->frame.body > x->server->manager->options.message_max)
		return true;
	return first && m->frame.body > FIRST_MAX && come - m->frame.head >= ENOUGH_TO_KNOW &&
	       !tu_request_is_create(m->data + m->frame.head, come - m->frame.head);
}

/* Wait for the next. 0; -E2BIG, with what of it has come; or why there is none. */
static int read_message(struct tu_session *x, struct message *m, bool first, tutti_time deadline)
{
	size_t seen = 0;

	if (first)
		acknowledge(x);
	for (;;) {
		const void *data;
		ssize_t n = tutti_stream_peek_until(x->stream, seen, &data, deadline);
		int rc;

		if (n < 0)
			return (int)n;
		m->data = data;
		seen = (size_t)n;
		rc = tu_frame_look(&m->frame, data, seen, UINT64_MAX);
		if (rc < 0)
			return rc;
		if (m->frame.head && is_too_long(x, m, seen, first))
			return -E2BIG;
		if (rc == 1)
			return 0;
		acknowledge(x);
	}
}

static void skip(struct tu_session *x, const struct message *m)
{
	tutti_stream_skip(x->stream, m->frame.head + m->frame.body);
}

/* Of one that is too long: all of it, as it comes. */
static int skip_long(struct tu_session *x, const struct message *m)
{
	size_t left = m->frame.head + m->frame.body;
	const void *data;

	while (left > 0) {
		ssize_t n = tutti_stream_peek(x->stream, 0, &data);

		if (n < 0)
			return (int)n;
		n = (size_t)n < left ? n : (ssize_t)left;
		tutti_stream_skip(x->stream, (size_t)n);
		left -= (size_t)n;
	}
	return 0;
}

static int write_text(struct tu_session *x, const char *word, const char *name, const char *text)
{
	struct tu_reply r;
	int rc = tu_reply_text(&r, word, "%s: %s\n", name, text);

	if (rc == 0) {
		rc = tu_session_write(x, &r);
		tu_reply_end(&r);
	}
	return rc;
}

/* -- the proof -------------------------------------------------------------------------------- */

static int write_proof(struct tu_session *x, struct tu_handshake *h, tutti_time deadline)
{
	tutti_bytes out = tu_handshake_out(h);

	return tutti_stream_write_until(x->stream, out.data, out.size, deadline);
}

static int take_proof(struct tu_session *x, struct tu_handshake *h, tutti_time deadline)
{
	const void *data;
	size_t taken;
	ssize_t n;
	int rc;

	acknowledge(x);
	n = tutti_stream_peek_until(x->stream, 0, &data, deadline);
	if (n < 0)
		return (int)n;
	rc = tu_handshake_take(h, data, (size_t)n, &taken);
	tutti_stream_skip(x->stream, taken);
	return rc;
}

/* 0: it has the key. What goes wrong is told to nobody but by #FAILURE#. */
static int prove(struct tu_session *x, tutti_time deadline)
{
	const tutti_manager *m = x->server->manager;
	const struct tu_handshake_options options = { .no_md5 = m->options.no_md5 };
	struct tu_handshake h;
	int rc = tu_handshake_begin(&h, m->key, &options);

	while (rc == 0) {
		rc = write_proof(x, &h, deadline);
		if (rc == 0)
			rc = take_proof(x, &h, deadline);
	}
	if (rc == TUTTI_EAUTH || rc == 1) {
		int written = write_proof(x, &h, deadline);

		rc = rc == 1 ? written : rc;
	}
	return rc;
}

/* -- requests --------------------------------------------------------------------------------- */

/* What cannot be read. The client is told what is wrong with it, and may go on. */
static int refuse(struct tu_session *x, int code, const tutti_value_fault *fault)
{
	struct tu_reply r;
	tutti_value *args, *e;
	int rc;

	if (code != TUTTI_ETYPE)
		return write_text(x, "#TRACEBACK", "ValueError", fault->text);
	rc = tutti_value_pack(&args, "(s)", fault->text);
	if (rc < 0)
		return rc;
	rc = tutti_value_object_make(&e, "builtins", "ValueError", args);
	tutti_value_unref(args);
	if (rc < 0)
		return rc;
	rc = tu_reply_value(&r, "#ERROR", e);
	tutti_value_unref(e);
	if (rc == 0) {
		rc = tu_session_write(x, &r);
		tu_reply_end(&r);
	}
	return rc;
}

/* One call of an object. 0, or why the session ends. */
static int serve_call(struct tu_session *x)
{
	struct message m = { .data = NULL };
	struct tu_request q;
	tutti_value_fault fault;
	int rc = read_message(x, &m, false, TUTTI_FOREVER);

	if (rc == -E2BIG) {
		rc = skip_long(x, &m);
		return rc < 0 ? rc
			      : write_text(x, "#TRACEBACK", "ValueError", "a message is too long");
	}
	if (rc < 0)
		return rc;
	if (tu_server_stopping(x->server) || m.frame.body == 0)
		return TUTTI_EDONE;
	rc = tu_request_read(
		&q, m.data + m.frame.head, m.frame.body, &x->server->manager->options, &fault);
	skip(x, &m);
	if (rc < 0)
		return refuse(x, rc, &fault);
	rc = tu_answer(x, &q);
	tu_request_end(&q);
	return rc;
}

/* The first message. TU_SERVICE_CALLS: calls follow; else it was the last, too. */
static int serve_first(struct tu_session *x, tutti_time deadline)
{
	struct message m;
	struct tu_request q;
	tutti_value_fault fault;
	int rc = read_message(x, &m, true, deadline);

	if (rc < 0)
		return rc;
	rc = tu_request_read(
		&q, m.data + m.frame.head, m.frame.body, &x->server->manager->options, &fault);
	skip(x, &m);
	if (rc < 0)
		return write_text(x, "#TRACEBACK", "ValueError", fault.text);
	rc = tu_service(x, &q);
	tu_request_end(&q);
	return rc;
}

/* -- its life --------------------------------------------------------------------------------- */

/* Let go of those that nobody else holds, and have room for one more. */
static int make_room(struct tu_session *x)
{
	struct tu_objects *all = &x->server->objects;
	size_t n = 0, room = x->room ? 2 * x->room : 4;
	void *more;

	for (size_t i = 0; i < x->n_touched; i++)
		if (tu_objects_lives(all, x->touched[i]))
			x->touched[n++] = x->touched[i];
		else
			tu_objects_unpin(all, x->touched[i]);
	x->n_touched = n;
	if (2 * n < x->room)
		return 0;
	more = realloc(x->touched, room * sizeof(*x->touched));
	if (!more)
		return n < x->room ? 0 : -ENOMEM;
	x->touched = more;
	x->room = room;
	return 0;
}

int tu_session_touch(struct tu_session *x, struct tu_served *e)
{
	int rc = 0;

	for (size_t i = x->n_touched; i > 0; i--)
		if (x->touched[i - 1] == e)
			return 0;
	if (x->n_touched == x->room)
		rc = make_room(x);
	if (rc < 0)
		return rc;
	x->touched[x->n_touched++] = e;
	tu_objects_pin(&x->server->objects, e);
	return 0;
}

static void say_good_bye(struct tu_session *x)
{
	for (size_t i = 0; i < x->n_touched; i++) {
		tu_object_left(x->touched[i]->object, x);
		tu_objects_unpin(&x->server->objects, x->touched[i]);
	}
	free(x->touched);
}

struct beginning {
	struct tu_session *session;
	int rc;
};

/* The proof and the first request. */
static void *begin(void *arg)
{
	struct beginning *b = arg;
	struct tu_session *x = b->session;
	tutti_time proof_max = x->server->manager->options.handshake_max;

	b->rc = prove(x, tutti_after(proof_max));
	if (b->rc == 0 && !tu_server_welcome(x->server, &x->guest))
		b->rc = TUTTI_EDONE;
	if (b->rc == 0)
		b->rc = serve_first(x, tutti_after(proof_max));
	return NULL;
}

/*
 * It begins in a task of its own, whose stack the next connection has then: the proof goes deep,
 * and ten thousand clients that wait would have a page more each.
 */
static void serve(struct tu_session *x)
{
	struct beginning b = { x, -ENOMEM };
	tutti_group one = { { 0 } };
	int rc = tutti_group_start(&one, begin, &b);

	if (rc == 0)
		rc = tutti_group_join(&one);
	if (rc < 0 || b.rc != TU_SERVICE_CALLS)
		return;
	keep_alive(x);
	/* Who was in a call when the end came has not been told of it by his input. */
	do
		rc = serve_call(x);
	while (rc == 0 && !tu_server_stopping(x->server));
	say_good_bye(x);
}

int tu_session_run(tutti_stream *stream, void *server)
{
	struct tu_session x = { .server = server, .stream = stream };

	x.guest.fd = tutti_stream_fd(stream);
	x.tcp = is_tcp(x.guest.fd);
	if (!tu_server_enter(server, &x.guest))
		return 0;
	serve(&x);
	tu_server_leave(server, &x.guest);
	return 0;
}
