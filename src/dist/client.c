/* SPDX-License-Identifier: MIT */
/*
 * client.c - see client.h. Connections that no call is using lie in a pile, the last one on top,
 * under the client's lock; one that a call has taken is that call's alone. A call that is given up
 * takes its connection with it: what it waited for may still be said there.
 */
#include "dist/client.h"

#include "base/atomic.h"
#include "dist/message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/scope.h>
#include <tutti/stream_peek.h>
#include <tutti/value_make.h>

enum { KEPT_MOST = 32 };
#define AFTERWARDS TUTTI_SECONDS(2) /* for what was said to a caller who has given up */
#define LOOK TUTTI_SECONDS(1)       /* for whether anybody listens there */

struct tu_channel {
	struct tu_channel *next; /* in the pile */
	tutti_stream *stream;
	bool used;  /* a call has been made over it, so that it may have been closed since */
	bool tells; /* the manager looks whether a client that waits still reads: it is ours */
};

struct client {
	struct tu_client base;
	const tutti_manager *manager; /* what it says is fixed */
	tutti_lock lock;              /* for the two below */
	struct tu_channel *kept;
	unsigned n_kept;
	uint32_t old_sha256; /* atomic: it was found out that the manager is as that option says */
};

static struct client *of(struct tu_client *k)
{
	return (struct client *)k;
}

static tutti_time sooner(tutti_time a, tutti_time b)
{
	return a < b ? a : b;
}

/* -- losing and finding it -------------------------------------------------------------------- */

/* Nobody listens there: the manager has ended. */
static bool is_gone(const struct client *k, int rc)
{
	bool file = strncmp(k->manager->address, "unix:", 5) == 0;

	return rc == -ECONNREFUSED || (file && rc == -ENOENT);
}

static bool is_lost(int rc)
{
	return rc == TUTTI_EDONE || rc == -ECONNRESET || rc == -EPIPE || rc == -ETIMEDOUT;
}

/* Does who accepts there speak? 0: it does, or does not hurry. */
static int knock(const struct client *k, tutti_time deadline)
{
	const void *data;
	tutti_stream *s;
	ssize_t n;
	int rc = tutti_stream_connect_until(&s, k->manager->address, NULL, deadline);

	if (rc < 0)
		return rc;
	n = tutti_stream_peek_until(s, 0, &data, deadline);
	tutti_stream_free(s);
	return n > 0 ? 0 : (int)n;
}

/*
 * What a connection that was lost means. Of one that dies the system may close the connections
 * before the listener, and still accept meanwhile.
 */
static int lost(const struct client *k)
{
	tutti_time deadline = tutti_after(LOOK);
	int rc = knock(k, deadline);

	while (is_lost(rc) && tutti_sleep(TUTTI_MILLISECONDS(1)) == 0 && tutti_now() < deadline)
		rc = knock(k, deadline);
	return is_gone(k, rc) ? TUTTI_ESHUTDOWN : -ECONNRESET;
}

/* As it is told to who has been connected before. */
static int as_told(const struct client *k, int rc)
{
	if (is_lost(rc))
		return lost(k);
	if (is_gone(k, rc))
		return TUTTI_ESHUTDOWN;
	return rc == -ENOENT ? -EHOSTUNREACH : rc; /* its host has no address any more */
}

/* -- a connection and its first request ------------------------------------------------------- */

static int greet(const struct client *k, tutti_stream *s, struct tu_handshake *h, bool old_sha256,
	tutti_time deadline)
{
	const tutti_manager_options *o = &k->manager->options;
	struct tu_handshake_options options = {
		.connects = true, .no_md5 = o->no_md5, .old_sha256 = old_sha256
	};

	deadline = sooner(deadline, tutti_after(o->handshake_max));
	return tu_message_greet(s, h, k->manager->key, &options, deadline);
}

/* The stream stays open if all is well. *was_old: it may be worth another try. */
static int meet(const struct client *k, tutti_stream **s, struct tu_handshake *h, bool old_sha256,
	tutti_time deadline, bool *was_old)
{
	int rc = tutti_stream_connect_until(s, k->manager->address, NULL, deadline);

	*was_old = false;
	if (rc < 0)
		return rc;
	rc = greet(k, *s, h, old_sha256, deadline);
	if (rc == 0)
		return 0;
	*was_old = rc == TUTTI_EAUTH && tu_handshake_was_old(h);
	tutti_stream_free(*s);
	return rc;
}

/* An older Python does not say which digest it has: what it refuses is tried once more. */
static int connect_to(
	struct client *k, tutti_stream **s, struct tu_handshake *h, tutti_time deadline)
{
	/* Relaxed: whoever does not see it finds it out anew */
	bool known = k->manager->options.old_sha256 || tu_load_rlx(&k->old_sha256), was_old;
	int rc = meet(k, s, h, known, deadline, &was_old), again;

	if (rc == 0 || !was_old)
		return rc;
	again = meet(k, s, h, true, deadline, &was_old);
	if (again == 0)
		tu_store_rlx(&k->old_sha256, 1u);                   /* as above */
	return again == 0 || again == TUTTI_ECANCELED ? again : rc; /* usually it is the key */
}

static int read_answer(
	const struct client *k, tutti_stream *s, tutti_time deadline, struct tu_client_answer *r)
{
	size_t most = k->manager->options.message_max;
	struct tu_message m;
	int rc = tu_message_look(s, most, deadline, &m);

	if (rc < 0)
		return rc;
	rc = tu_client_answer_read(r, m.body, most);
	tu_message_skip(s, &m);
	return rc;
}

/*
 * The stream stays open if all is well. The last word of the proof and the request go in one write:
 * else Nagle's algorithm would hold the second up.
 */
static int open_with(struct client *k, tutti_bytes pickle, tutti_time deadline,
	struct tu_client_answer *r, tutti_stream **s)
{
	struct tu_handshake h;
	int rc = connect_to(k, s, &h, deadline);

	if (rc < 0)
		return rc;
	rc = tu_message_write(*s, tu_handshake_out(&h), pickle.data, pickle.size, deadline);
	if (rc == 0)
		rc = read_answer(k, *s, deadline, r);
	if (rc < 0)
		tutti_stream_free(*s);
	return rc;
}

/* NULL for arguments that are not given. A list of them becomes a tuple. */
static int pack_request(tutti_value **v, const tutti_value *ident, const char *name,
	const tutti_value *args, const tutti_value *kwargs)
{
	return tutti_value_pack(v, "(OsOO)", ident, name, args, kwargs);
}

static int make_pickle(const struct client *k, tutti_bytes *pickle, const tutti_value *request)
{
	int rc = tutti_value_to_pickle(pickle, request);

	if (rc == 0 && pickle->size > k->manager->options.message_max) {
		tutti_bytes_free(pickle);
		return -E2BIG;
	}
	return rc;
}

/* (None, name, args, kwargs) */
static int make_request(const struct client *k, const char *name, const tutti_value *args,
	const tutti_value *kwargs, tutti_bytes *pickle)
{
	tutti_value *none[2], *request;
	int rc = tutti_value_pack(&none[0], "()");

	if (rc < 0)
		return rc;
	rc = tutti_value_pack(&none[1], "{}");
	if (rc == 0) {
		rc = pack_request(&request, tutti_value_none(), name, args ? args : none[0],
			kwargs ? kwargs : none[1]);
		tutti_value_unref(none[1]);
	}
	tutti_value_unref(none[0]);
	if (rc == 0) {
		rc = make_pickle(k, pickle, request);
		tutti_value_unref(request);
	}
	return rc;
}

static int ask(struct client *k, const char *name, const tutti_value *args,
	const tutti_value *kwargs, tutti_time deadline, struct tu_client_answer *r,
	tutti_stream **s)
{
	tutti_bytes pickle;
	int rc = make_request(k, name, args, kwargs, &pickle);

	if (rc < 0)
		return rc;
	rc = open_with(k, pickle, deadline, r, s);
	tutti_bytes_free(&pickle);
	return rc;
}

int tu_client_request(struct tu_client *base, const char *name, const tutti_value *args,
	const tutti_value *kwargs, tutti_time deadline, struct tu_client_answer *r)
{
	struct client *k = of(base);
	tutti_stream *s;
	int rc = ask(k, name, args, kwargs, deadline, r, &s);

	if (rc < 0)
		return as_told(k, rc);
	tutti_stream_free(s);
	return 0;
}

/* -- connections for calls -------------------------------------------------------------------- */

void tu_channel_free(struct tu_channel *c)
{
	if (!c)
		return;
	tutti_stream_free(c->stream);
	free(c);
}

/* A manager of ours answers with a word, Python's with None. */
static int accepted(struct tu_channel *c, struct tu_client_answer *r)
{
	if (r->kind != TU_CLIENT_ANSWER_RETURN)
		return TUTTI_EPROTO;
	c->tells = tutti_value_kind(r->value) == TUTTI_VALUE_TEXT;
	return 0;
}

static int open_channel(struct client *k, tutti_time deadline, struct tu_channel **c)
{
	struct tu_channel *made = calloc(1, sizeof(*made));
	tutti_value *args;
	struct tu_client_answer r;
	int rc = made ? tutti_value_pack(&args, "(s)", "tutti") : -ENOMEM;

	if (rc == 0) {
		rc = ask(k, "accept_connection", args, NULL, deadline, &r, &made->stream);
		tutti_value_unref(args);
		if (rc < 0)
			made->stream = NULL;
	}
	if (rc == 0) {
		rc = accepted(made, &r);
		tu_client_answer_free(&r);
	}
	if (rc == 0)
		*c = made;
	else
		tu_channel_free(made);
	return rc;
}

/* 1: the manager has not closed it; 0: it has, or has said what nobody asked for. */
static int lives(struct tu_channel *c)
{
	const void *data;
	ssize_t n = tutti_stream_peek_until(c->stream, 0, &data, 0);

	if (n == TUTTI_ETIMEDOUT)
		return 1;
	return n == TUTTI_ECANCELED ? (int)n : 0;
}

static struct tu_channel *pop(struct client *k)
{
	struct tu_channel *c;

	tutti_lock_acquire(&k->lock);
	c = k->kept;
	if (c) {
		k->kept = c->next;
		k->n_kept--;
	}
	tutti_lock_release(&k->lock);
	return c;
}

static void keep(struct client *k, struct tu_channel *c)
{
	tutti_lock_acquire(&k->lock);
	if (k->n_kept < KEPT_MOST) {
		c->next = k->kept;
		k->kept = c;
		k->n_kept++;
		c = NULL;
	}
	tutti_lock_release(&k->lock);
	tu_channel_free(c);
}

/* One that was kept and is not stale, or a new one; NULL: the result says why. */
static int take_channel(
	struct client *k, struct tu_channel **own, tutti_time deadline, struct tu_channel **c)
{
	int rc;

	while ((*c = own ? *own : pop(k)) != NULL) {
		if (own)
			*own = NULL;
		rc = lives(*c);
		if (rc > 0)
			return 0;
		if (rc < 0) { /* the caller is cancelled, and it may be as well as ever */
			if (own)
				*own = *c;
			else
				keep(k, *c);
			*c = NULL;
			return rc;
		}
		tu_channel_free(*c);
	}
	rc = open_channel(k, deadline, c);
	return rc < 0 ? as_told(k, rc) : 0;
}

/* -- calls ------------------------------------------------------------------------------------ */

/*
 * The caller waits no more. A manager of ours sees that nothing more will be written, takes the
 * call out, or has just answered it: then it was made, and the caller is told so. Python's does not
 * look; of it only what has come already is to be had.
 */
static int give_up(
	const struct client *k, struct tu_channel *c, int code, struct tu_client_answer *r)
{
	tutti_scope shield;
	int rc;

	tutti_shield_begin(&shield, TUTTI_FOREVER);
	if (c->tells)
		(void)tutti_stream_shutdown(c->stream);
	rc = read_answer(k, c->stream, c->tells ? tutti_after(AFTERWARDS) : 0, r);
	tutti_shield_end(&shield, 0);
	return rc < 0 ? code : 0;
}

/* 0: answered; 1: the same, but the connection is of no more use. */
static int talk(const struct client *k, struct tu_channel *c, tutti_bytes pickle,
	tutti_time deadline, struct tu_client_answer *r)
{
	int rc =
		tu_message_write(c->stream, (tutti_bytes){ 0 }, pickle.data, pickle.size, deadline);

	if (is_lost(rc)) /* what is not whole over there is no call */
		return c->used ? -EAGAIN : lost(k);
	if (rc < 0)
		return rc;
	c->used = true;
	rc = read_answer(k, c->stream, deadline, r);
	if (rc == TUTTI_ECANCELED || rc == TUTTI_ETIMEDOUT) {
		rc = give_up(k, c, rc, r);
		return rc < 0 ? rc : 1;
	}
	return is_lost(rc) ? lost(k) : rc;
}

static int call(struct client *k, struct tu_channel **own, tutti_bytes pickle, tutti_time deadline,
	struct tu_client_answer *r)
{
	struct tu_channel *c = NULL;
	int rc;

	do {
		rc = take_channel(k, own, deadline, &c);
		if (!c)
			return rc;
		rc = talk(k, c, pickle, deadline, r);
		if (rc != 0)
			tu_channel_free(c);
		else if (own)
			*own = c;
		else
			keep(k, c);
	} while (rc == -EAGAIN);
	return rc < 0 ? rc : 0;
}

int tu_client_call(struct tu_client *base, struct tu_channel **own, const tutti_value *request,
	tutti_time deadline, struct tu_client_answer *r)
{
	struct client *k = of(base);
	tutti_bytes pickle;
	int rc = make_pickle(k, &pickle, request);

	if (rc < 0)
		return rc;
	rc = call(k, own, pickle, deadline, r);
	tutti_bytes_free(&pickle);
	return rc;
}

/* -- its life --------------------------------------------------------------------------------- */

struct tu_client *tu_client_create(
	const tutti_manager *m, const struct tu_client_functions *functions)
{
	struct client *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->base.functions = functions;
	k->manager = m;
	return &k->base;
}

int tu_client_meet(struct tu_client *base, tutti_time deadline)
{
	tutti_stream *s;
	struct tu_client_answer r = { 0 };
	int rc = ask(of(base), "dummy", NULL, NULL, deadline, &r, &s);

	if (rc < 0)
		return rc == TUTTI_EDONE ? -ECONNRESET : rc;
	rc = r.kind == TU_CLIENT_ANSWER_RETURN ? 0 : TUTTI_EPROTO;
	tu_client_answer_free(&r);
	tutti_stream_free(s);
	return rc;
}

void tu_client_free(struct tu_client *base)
{
	struct client *k = of(base);
	struct tu_channel *c;

	while ((c = pop(k)))
		tu_channel_free(c);
	free(k);
}
