/* SPDX-License-Identifier: MIT */
/*
 * tls_io.c - reading and writing an encrypted stream: the layer over the stream below.
 *
 * One writes below at a time, by t->writing. Who writes data waits its turn. Who reads has a few
 * bytes to say now and then (that renegotiation is refused, say), and leaves them to a writer that
 * is there, or tries once: it does not wait for a peer that itself waits for being read.
 */
#include "net/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/scope.h>

static const tutti_time at_once = 1; /* long past */

/* -- below ------------------------------------------------------------------------------------- */

/* Much is read in much larger pieces; but of ten thousand that wait few have read much. */
static int room_to_fill(struct tu_tls *t)
{
	enum { LITTLE = 4096, MUCH = 32768 };
	size_t room = t->in.room == 0 ? LITTLE : MUCH;
	bool was_filled = t->in.end == t->in.room;

	if (!was_filled || t->in.room == MUCH)
		return 0;
	free(t->in.data); /* all of it was taken */
	t->in.data = malloc(room);
	t->in.room = t->in.data ? room : 0;
	return t->in.data ? 0 : -ENOMEM;
}

ssize_t tu_tls_fill(struct tu_tls *t, tutti_time deadline)
{
	ssize_t n;

	tutti_lock_acquire(&t->lock);
	t->filling = true;
	tutti_lock_release(&t->lock);
	n = room_to_fill(t);
	if (n == 0)
		n = tutti_stream_read_until(t->below, t->in.data, t->in.room, deadline);
	tutti_lock_acquire(&t->lock);
	t->filling = false;
	t->in.begin = 0;
	t->in.end = n > 0 ? (size_t)n : 0;
	tutti_lock_release(&t->lock);
	return n;
}

int tu_tls_begin_write(struct tu_tls *t, tutti_time deadline)
{
	int rc = 0;

	tutti_lock_acquire(&t->lock);
	while (rc == 0 && t->writing)
		rc = tutti_condition_wait_until(&t->written, &t->lock, deadline);
	if (rc == 0)
		t->writing = true;
	tutti_lock_release(&t->lock);
	return rc;
}

/* All that there is is taken away to be written: meanwhile others may add to it. */
static struct tu_tls_bytes take_out(struct tu_tls *t)
{
	struct tu_tls_bytes out = t->out;

	t->out = (struct tu_tls_bytes){ 0 };
	return out;
}

/* It could not be written, and comes before what was added. If there is no memory all is lost. */
static void put_back(struct tu_tls *t, struct tu_tls_bytes *out)
{
	struct tu_tls_bytes added = take_out(t);

	t->out = *out;
	if (added.end > 0 && tu_tls_out_room(t, added.end) < 0)
		t->failed = -ENOMEM;
	else if (added.end > 0)
		memcpy(t->out.data + t->out.end, added.data, added.end);
	if (t->failed == 0)
		t->out.end += added.end;
	free(added.data);
}

int tu_tls_flush(struct tu_tls *t, tutti_time deadline)
{
	for (;;) {
		struct tu_tls_bytes out;
		int rc;

		tutti_lock_acquire(&t->lock);
		out = take_out(t);
		tutti_lock_release(&t->lock);
		if (out.end == 0) {
			free(out.data);
			return 0;
		}
		rc = tutti_stream_write_until(t->below, out.data, out.end, deadline);
		if (rc == 0) {
			free(out.data);
			continue;
		}
		tutti_lock_acquire(&t->lock);
		put_back(t, &out);
		tutti_lock_release(&t->lock);
		return rc;
	}
}

void tu_tls_end_write(struct tu_tls *t)
{
	int rc = 0;

	for (;;) {
		tutti_lock_acquire(&t->lock);
		if (t->out.end == 0 || rc < 0 || t->cut) {
			t->writing = false;
			tutti_condition_notify(&t->written, &t->lock, 1);
			tutti_lock_release(&t->lock);
			return;
		}
		tutti_lock_release(&t->lock);
		rc = tu_tls_flush(t, at_once);
	}
}

/* Of who reads, and of others that do not wait. */
static void write_at_once(struct tu_tls *t)
{
	bool mine;

	tutti_lock_acquire(&t->lock);
	mine = !t->writing && !t->cut && t->out.end > 0;
	t->writing |= mine;
	tutti_lock_release(&t->lock);
	if (mine)
		tu_tls_end_write(t);
}

/* -- reading ----------------------------------------------------------------------------------- */

/* What has come already; -EAGAIN: nothing. */
static ssize_t read_now(struct tu_tls *t, void *data, size_t size)
{
	SSL_SESSION *session;
	ssize_t n;
	size_t got, was;
	bool talks;

	tutti_lock_acquire(&t->lock);
	was = t->out.end;
	if (t->failed == 0) {
		ERR_clear_error();
		n = SSL_read_ex(t->ssl, data, size, &got) ? (ssize_t)got : -EAGAIN;
		if (n < 0) {
			int error = SSL_get_error(t->ssl, 0);

			if (error == SSL_ERROR_ZERO_RETURN)
				n = 0;
			else if (error != SSL_ERROR_WANT_READ)
				n = tu_tls_fail(t, error);
		}
	} else {
		n = t->failed;
	}
	talks = t->out.end > was; /* what was there before waits for a write */
	session = t->session;
	t->session = NULL;
	tutti_lock_release(&t->lock);
	if (session)
		tu_tls_session_put(t->settings, t->name, session);
	if (talks)
		write_at_once(t);
	return n;
}

/* The bytes have ended, and nobody has said that they would. */
static void note_cut(struct tu_tls *t)
{
	tutti_lock_acquire(&t->lock);
	t->failed = -ECONNRESET;
	if (!t->fault)
		t->fault = strdup("the connection was cut: it ended without a close_notify");
	tutti_lock_release(&t->lock);
}

static ssize_t read_some(void *arg, void *data, size_t size, tutti_time deadline)
{
	struct tu_tls *t = arg;

	for (;;) {
		ssize_t n = read_now(t, data, size);

		if (n != -EAGAIN)
			return n;
		n = tu_tls_fill(t, deadline);
		if (n < 0)
			return n;
		if (n == 0)
			note_cut(t);
	}
}

/* -- writing ----------------------------------------------------------------------------------- */

/* Encrypt a piece into `out`. */
static int encrypt(struct tu_tls *t, const void *data, size_t size)
{
	enum { EACH = 64 }; /* what a record is longer than its data, at most */
	size_t written;
	int rc;

	tutti_lock_acquire(&t->lock);
	rc = t->failed;
	if (rc == 0)
		rc = tu_tls_out_room(t, size + (size / SSL3_RT_MAX_PLAIN_LENGTH + 2) * EACH);
	if (rc == 0) {
		ERR_clear_error();
		if (!SSL_write_ex(t->ssl, data, size, &written))
			rc = tu_tls_fail(t, SSL_get_error(t->ssl, 0));
	}
	tutti_lock_release(&t->lock);
	return rc;
}

static int write_pieces(
	struct tu_tls *t, const char *data, size_t size, size_t *done, tutti_time deadline)
{
	enum { PIECE = 4 * SSL3_RT_MAX_PLAIN_LENGTH };
	int rc = 0;

	while (rc == 0 && *done < size) {
		size_t n = size - *done < PIECE ? size - *done : PIECE;

		rc = encrypt(t, data + *done, n);
		if (rc < 0)
			break;
		*done += n; /* it is a record now, and the next one counts on it */
		rc = tu_tls_flush(t, deadline);
	}
	return rc;
}

/* What is left of it in `out` is not to follow later, nor is anything else. */
static void note_broken_off(struct tu_tls *t)
{
	tutti_lock_acquire(&t->lock);
	t->cut = true;
	tutti_lock_release(&t->lock);
}

static int write_all(void *arg, const void *data, size_t size, size_t *done, tutti_time deadline)
{
	struct tu_tls *t = arg;
	int rc = tu_tls_begin_write(t, deadline);

	if (rc < 0)
		return rc;
	rc = write_pieces(t, data, size, done, deadline);
	if (rc < 0 && *done > 0)
		note_broken_off(t);
	tu_tls_end_write(t);
	return rc;
}

/* -- the end ----------------------------------------------------------------------------------- */

/* Say once that no more will be written. */
static int say_end(struct tu_tls *t)
{
	int rc;

	tutti_lock_acquire(&t->lock);
	rc = t->failed < 0 || t->cut ? -EPIPE : 0;
	if (rc == 0 && !(SSL_get_shutdown(t->ssl) & SSL_SENT_SHUTDOWN)) {
		ERR_clear_error();
		if (SSL_shutdown(t->ssl) < 0)
			rc = tu_tls_fail(t, SSL_get_error(t->ssl, -1));
	}
	tutti_lock_release(&t->lock);
	return rc;
}

static int shut_down(void *arg, tutti_time deadline)
{
	struct tu_tls *t = arg;
	int rc = tu_tls_begin_write(t, deadline);

	if (rc < 0)
		return rc;
	rc = say_end(t);
	if (rc == 0)
		rc = tu_tls_flush(t, deadline);
	tu_tls_end_write(t);
	return rc;
}

void tu_tls_last_words(struct tu_tls *t, bool closing)
{
	tutti_scope shield;

	tutti_shield_begin(&shield, TUTTI_FOREVER);
	if (closing)
		say_end(t);
	write_at_once(t);
	tutti_shield_end(&shield, 0);
}

void tu_tls_free(struct tu_tls *t)
{
	if (t->ssl && t->failed == 0) /* else OpenSSL forgets the session, which was fine */
		SSL_set_shutdown(t->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
	SSL_SESSION_free(t->session);
	SSL_free(t->ssl);
	if (t->owns_below)
		tutti_stream_free(t->below);
	free(t->in.data);
	free(t->out.data);
	free(t->name);
	free(t->fault);
	free(t);
}

static void close_and_free(void *arg)
{
	tu_tls_last_words(arg, true);
	tu_tls_free(arg);
}

const tutti_stream_layer tu_tls_layer = {
	.read = read_some, .write = write_all, .shutdown = shut_down, .free = close_and_free
};
