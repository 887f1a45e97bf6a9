/* SPDX-License-Identifier: MIT */
/* raw.h - a client of a manager that says byte for byte what a test wants said. */
#ifndef TESTS_DIST_RAW_H
#define TESTS_DIST_RAW_H

#include "dist/handshake.h"
#include "dist/server.h"
#include "support/suite.h"

#include <errno.h>
#include <tutti/manager.h>
#include <tutti/stream.h>
#include <tutti/stream_peek.h>
#include <tutti/stream_read.h>
#include <tutti/value_make.h>

#define RAW_KEY "abc"

static inline tutti_time raw_patience(void)
{
	return tutti_after(TUTTI_SECONDS(40));
}

/* -- connecting -------------------------------------------------------------------------------- */

static inline tutti_stream *raw_connect(const tutti_manager *m)
{
	char address[TUTTI_ADDRESS_SIZE];
	tutti_stream *s;

	CHECK(tutti_manager_address(m, address, sizeof(address)) > 0);
	CHECK_EQ(tutti_stream_connect_until(&s, address, NULL, raw_patience()), 0);
	return s;
}

static inline void raw_write(tutti_stream *s, const void *data, size_t size)
{
	CHECK_EQ(tutti_stream_write_until(s, data, size, raw_patience()), 0);
}

/* 0, or what has become of the handshake. */
static inline int raw_try_proof(tutti_stream *s, const char *key)
{
	struct tu_handshake h;
	int rc = tu_handshake_begin(
		&h, tutti_bytes_text(key), &(struct tu_handshake_options){ .connects = true });

	while (rc == 0) {
		tutti_bytes out = tu_handshake_out(&h);
		const void *data;
		size_t taken;
		ssize_t n;

		if (out.size > 0)
			rc = tutti_stream_write_until(s, out.data, out.size, raw_patience());
		if (rc < 0)
			return rc;
		n = tutti_stream_peek_until(s, 0, &data, raw_patience());
		if (n < 0)
			return (int)n;
		rc = tu_handshake_take(&h, data, (size_t)n, &taken);
		tutti_stream_skip(s, taken);
	}
	if (rc == 1) {
		tutti_bytes out = tu_handshake_out(&h);

		rc = tutti_stream_write_until(s, out.data, out.size, raw_patience());
	}
	return rc;
}

/* One that has the key, and is to send its first request. */
static inline tutti_stream *raw_open(const tutti_manager *m)
{
	tutti_stream *s = raw_connect(m);

	CHECK_EQ(raw_try_proof(s, RAW_KEY), 0);
	return s;
}

/* The other side has closed it, without another byte. */
static inline void raw_check_end(tutti_stream *s)
{
	char c;
	ssize_t n = tutti_stream_read_until(s, &c, 1, raw_patience());

	CHECK(n == 0 || n == -ECONNRESET);
	tutti_stream_free(s);
}

/* -- messages ---------------------------------------------------------------------------------- */

/* A frame of a value's pickle; the caller's to free. */
static inline unsigned char *raw_frame(const tutti_value *v, size_t *size)
{
	unsigned char *frame;
	tutti_bytes pickle;
	size_t head;

	CHECK_EQ(tutti_value_to_pickle(&pickle, v), 0);
	frame = malloc(TU_FRAME_HEAD_LONG + pickle.size);
	CHECK(frame);
	head = tu_frame_head(frame, pickle.size);
	memcpy(frame + head, pickle.data, pickle.size);
	*size = head + pickle.size;
	tutti_bytes_free(&pickle);
	return frame;
}

/* The value is given back. */
static inline void raw_send(tutti_stream *s, tutti_value *v)
{
	size_t size;
	unsigned char *frame = raw_frame(v, &size);

	raw_write(s, frame, size);
	free(frame);
	tutti_value_unref(v);
}

/* As tutti_value_pack: "(ss(i){})", "tasks", "put", 1; a NULL ident is None. */
#define RAW_ASK(s, ...)                                              \
	do {                                                         \
		tutti_value *asked_;                                 \
		CHECK_EQ(tutti_value_pack(&asked_, __VA_ARGS__), 0); \
		raw_send((s), asked_);                               \
	} while (0)

/* The next message; the caller's to unref. */
static inline tutti_value *raw_answer(tutti_stream *s)
{
	const void *data;
	struct tu_frame f;
	tutti_value *v;
	size_t seen = 0;
	int rc;

	do {
		ssize_t n = tutti_stream_peek_until(s, seen, &data, raw_patience());

		CHECK(n > 0);
		seen = (size_t)n;
		rc = tu_frame_look(&f, data, seen, UINT32_MAX);
		CHECK(rc >= 0);
	} while (rc == 0);
	CHECK_EQ(tutti_value_from_pickle(&v, (const char *)data + f.head, f.body, NULL, NULL), 0);
	tutti_stream_skip(s, f.head + f.body);
	return v;
}

/* It is ('#RETURN', value), as Python writes that. */
static inline void raw_check(tutti_stream *s, const char *repr)
{
	tutti_value *v = raw_answer(s);
	tutti_bytes text;

	CHECK_EQ(tutti_value_repr(&text, v), 0);
	CHECK_STR(text.data, repr);
	tutti_bytes_free(&text);
	tutti_value_unref(v);
}

#define raw_check_none(s) raw_check((s), "('#RETURN', None)")

/* It is ('#ERROR', exception of that class). */
static inline void raw_check_raises(tutti_stream *s, const char *module, const char *name)
{
	tutti_value *v = raw_answer(s), *e;
	const char *word, *m, *n;
	const tutti_value *exception;

	CHECK_EQ(tutti_value_unpack(v, "(sO)", &word, &exception), 0);
	CHECK_STR(word, "#ERROR");
	CHECK_EQ(tutti_value_object(&e, exception), 0);
	CHECK_EQ(tutti_value_unpack(tutti_value_at(e, 0), "s", &m), 0);
	CHECK_EQ(tutti_value_unpack(tutti_value_at(e, 1), "s", &n), 0);
	CHECK_STR(m, module);
	CHECK_STR(n, name);
	tutti_value_unref(e);
	tutti_value_unref(v);
}

/* It is (word, a text that begins so). */
static inline void raw_check_text(tutti_stream *s, const char *word, const char *begins)
{
	tutti_value *v = raw_answer(s);
	const char *w, *text;

	CHECK_EQ(tutti_value_unpack(v, "(ss)", &w, &text), 0);
	CHECK_STR(w, word);
	if (strncmp(text, begins, strlen(begins)) != 0)
		CHECK_STR(text, begins);
	tutti_value_unref(v);
}

/* One that calls objects. */
static inline tutti_stream *raw_calls(const tutti_manager *m)
{
	tutti_stream *s = raw_open(m);

	RAW_ASK(s, "(ns(s){})", "accept_connection", "MainProcess");
	raw_check(s, "('#RETURN', 'tutti')");
	return s;
}

/* -- the manager ------------------------------------------------------------------------------- */

/* Until so many of its clients wait in a call. */
static inline void raw_await_waiting(tutti_manager *m, int n)
{
	struct tu_server *s = m->server;

	for (int waiting = -1; waiting != n;) {
		waiting = 0;
		tutti_lock_acquire(&s->lock);
		for (struct tu_link *l = s->sessions.head.next; l != &s->sessions.head; l = l->next)
			waiting += tu_container_of(l, struct tu_guest, link)->waits;
		tutti_lock_release(&s->lock);
		if (waiting != n)
			CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(1)), 0);
	}
}

/* With one queue, "tasks", of that size. */
static inline tutti_manager *raw_manager(const tutti_manager_options *options, size_t maxsize)
{
	tutti_manager *m;

	CHECK_EQ(tutti_manager_create(&m, "127.0.0.1:0", tutti_bytes_text(RAW_KEY)), 0);
	if (options)
		CHECK_EQ(tutti_manager_configure(m, options), 0);
	CHECK_EQ(tutti_manager_serve_queue(m, "tasks", maxsize), 0);
	CHECK_EQ(tutti_manager_start(m), 0);
	return m;
}

#endif
