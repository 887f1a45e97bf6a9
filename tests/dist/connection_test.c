/* SPDX-License-Identifier: MIT */
/*
 * connection_test.c - messages between two ends: both of ours, and one of each CPython that is
 * found here, whichever listens.
 *
 * ctest: TIMEOUT 240 LABELS no-valgrind LABELS no-qemu
 */
#include "support/managers.h"

#include <errno.h>
#include <tutti/stream_read.h>
#include <tutti/value_make.h>

#define KEY tutti_bytes_text("secret")
#define NO_KEY tutti_bytes_of(NULL, 0)

enum { REFUSED = 3 << 8 };

/* -- what both kinds of peers send back ------------------------------------------------------- */

static void check_back(tutti_connection *c, const char *format, const char *text, double x)
{
	tutti_value *v, *got;

	CHECK_EQ(tutti_value_pack(&v, format, text, x), 0);
	CHECK_EQ(tutti_connection_send(c, v), 0);
	CHECK_EQ(tutti_connection_recv_until(c, &got, tutti_after(PATIENCE)), 0);
	CHECK(tutti_value_equal(v, got));
	tutti_value_unref(v);
	tutti_value_unref(got);
}

static void check_bytes_back(tutti_connection *c, size_t size)
{
	char *data = malloc(size + 1);
	tutti_bytes got;

	CHECK(data);
	for (size_t i = 0; i < size; i++)
		data[i] = (char)(i % 127);
	CHECK_EQ(tutti_connection_send_bytes(c, data, size), 0);
	CHECK_EQ(tutti_connection_recv_bytes(c, &got, tutti_after(PATIENCE)), 0);
	CHECK_EQ(got.size, size);
	CHECK(size == 0 || memcmp(got.data, data, size) == 0);
	tutti_bytes_free(&got);
	free(data);
}

static void ask_all(tutti_connection *c)
{
	static const size_t sizes[] = { 0, 1, 4091, 4092, 4093, 16384, 16385, 70000, 3 << 20 };
	tutti_value *v;

	CHECK_EQ(tutti_connection_recv_until(c, &v, 0), TUTTI_ETIMEDOUT);
	check_back(c, "{s:[d]}", "text", 1.5);
	check_back(c, "(s<d>)", "", 2);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		check_bytes_back(c, sizes[i]);
	CHECK_EQ(tutti_connection_send(c, NULL), -EINVAL);
	CHECK_EQ(tutti_connection_send_bytes(c, NULL, 1), -EINVAL);
	CHECK_EQ(tutti_connection_send(c, tutti_value_none()), 0);
	CHECK_EQ(tutti_connection_recv(c, &v), TUTTI_EDONE);
}

/* -- with each Python ------------------------------------------------------------------------- */

static struct python start(const char *python, const char *role, const char *key, const char *where)
{
	const char *args[] = { role, key, where, NULL };

	return python_start(python, "connection_peer.py", args);
}

static void python_listens(const char *python, const char *key, const char *where, int rc)
{
	struct python p = start(python, "listens", key, where);
	tutti_connection *c;
	char address[128];

	snprintf(address, sizeof address, "%s", python_line(&p));
	CHECK_EQ(
		tutti_connection_connect(&c, address, key[0] ? KEY : NO_KEY, tutti_after(PATIENCE)),
		rc);
	if (rc == 0) {
		ask_all(c);
		tutti_connection_free(c);
	}
	CHECK_EQ(python_wait(&p), rc == 0 ? 0 : REFUSED);
}

static void python_connects(const char *python, const char *key, const char *address, int rc)
{
	char where[TUTTI_ADDRESS_SIZE];
	tutti_listener *l;
	tutti_connection *c;
	struct python p;

	CHECK_EQ(tutti_listener_create(&l, address, NULL), 0);
	CHECK(tutti_listener_address(l, where, sizeof where) > 0);
	p = start(python, "connects", key, strncmp(where, "unix:", 5) == 0 ? where + 5 : where);
	CHECK_EQ(tutti_connection_accept(&c, l, key[0] ? KEY : NO_KEY, tutti_after(PATIENCE)), rc);
	if (rc == 0) {
		ask_all(c);
		tutti_connection_free(c);
	}
	CHECK_EQ(python_wait(&p), rc == 0 ? 0 : REFUSED);
	tutti_listener_free(l);
}

static void with_python(const char *python)
{
	char folder[] = "/tmp/connectionXXXXXX", path[64], address[80];

	suite_next(python, -1);
	python_listens(python, "secret", "127.0.0.1:0", 0);
	python_connects(python, "secret", "127.0.0.1:0", 0);
	python_listens(python, "", "127.0.0.1:0", 0);
	python_connects(python, "", "127.0.0.1:0", 0);
	python_listens(python, "other", "127.0.0.1:0", TUTTI_EAUTH);
	python_connects(python, "other", "127.0.0.1:0", TUTTI_EAUTH);
	CHECK(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/socket", folder);
	snprintf(address, sizeof address, "unix:%s", path);
	python_listens(python, "secret", path, 0);
	python_connects(python, "secret", address, 0);
	CHECK_EQ(rmdir(folder), 0);
}

/* -- among ourselves -------------------------------------------------------------------------- */

static tutti_listener *listener;

static int echo(tutti_connection *c)
{
	tutti_bytes b;
	int rc;

	while ((rc = tutti_connection_recv_bytes(c, &b, tutti_after(PATIENCE))) == 0) {
		bool none = b.size > 2 && ((const char *)b.data)[2] == 'N';

		if (!none)
			rc = tutti_connection_send_bytes(c, b.data, b.size);
		tutti_bytes_free(&b);
		if (none || rc < 0)
			break;
	}
	return rc;
}

static void *accept_and_echo(void *key)
{
	tutti_connection *c;
	int rc =
		tutti_connection_accept(&c, listener, tutti_bytes_text(key), tutti_after(PATIENCE));

	if (rc == 0) {
		rc = echo(c);
		tutti_connection_free(c);
	}
	return (void *)(intptr_t)rc;
}

static void meet(enum mix mix, const char *key, int there, int here)
{
	char where[TUTTI_ADDRESS_SIZE], theirs[16];
	tutti_connection *c;
	tutti_future *f;
	void *rc;

	snprintf(theirs, sizeof theirs, "%s", key);
	CHECK_EQ(tutti_listener_create(&listener, "127.0.0.1:0", NULL), 0);
	CHECK(tutti_listener_address(listener, where, sizeof where) > 0);
	f = start_as(mix, accept_and_echo, theirs);
	CHECK_EQ(tutti_connection_connect(&c, where, KEY, tutti_after(PATIENCE)), here);
	if (here == 0) {
		CHECK(tutti_connection_stream(c));
		ask_all(c);
		tutti_connection_free(c);
	}
	CHECK_EQ(tutti_future_result(f, &rc, sizeof rc), 0);
	CHECK_EQ((intptr_t)rc, there);
	tutti_future_unref(f);
	tutti_listener_free(listener);
}

static void both_ours(enum mix mix)
{
	meet(mix, "secret", 0, 0);
	meet(mix, "other", TUTTI_EAUTH, TUTTI_EAUTH);
}

/* What comes in pieces, what is no message, and where it ends. */
static void *write_pieces(void *arg)
{
	tutti_stream *s;

	CHECK_EQ(tutti_listener_accept(listener, &s), 0);
	CHECK_EQ(tutti_stream_write(s, "\0\0\0\5\x80", 5), 0);
	CHECK_EQ(tutti_event_wait(arg), 0);
	CHECK_EQ(tutti_stream_write(s, "\4K\7.\0\0\0\2no\0\0\0\0\0\0\0\7half", 22), 0);
	tutti_stream_free(s);
	return NULL;
}

static void pieces(void)
{
	char where[TUTTI_ADDRESS_SIZE];
	tutti_event seen = { 0 };
	tutti_connection *c;
	tutti_future *f;
	tutti_value *v;

	CHECK_EQ(tutti_listener_create(&listener, "127.0.0.1:0", NULL), 0);
	CHECK(tutti_listener_address(listener, where, sizeof where) > 0);
	f = tutti_task_start(write_pieces, &seen, NULL);
	CHECK_EQ(tutti_connection_connect(&c, where, NO_KEY, tutti_after(PATIENCE)), 0);
	CHECK_EQ(tutti_connection_recv_until(c, &v, tutti_after(TUTTI_MILLISECONDS(20))),
		TUTTI_ETIMEDOUT);
	tutti_event_set(&seen);
	CHECK_EQ(tutti_connection_recv(c, &v), 0);
	CHECK(tutti_value_equal(v, tutti_value_int(7)));
	CHECK_EQ(tutti_connection_recv(c, &v), TUTTI_EPROTO); /* no pickle, but a message */
	CHECK_EQ(tutti_connection_recv(c, &v), TUTTI_EPROTO); /* an empty one */
	CHECK_EQ(tutti_connection_recv(c, &v), TUTTI_EPROTO); /* half of one */
	tutti_connection_free(c);
	CHECK_EQ(tutti_future_result(f, NULL, 0), 0);
	tutti_future_unref(f);
	tutti_listener_free(listener);
}

static void *connect_silently(void *arg)
{
	tutti_stream *s;
	char c;

	CHECK_EQ(tutti_stream_connect(&s, arg, NULL), 0);
	while (tutti_stream_read(s, &c, 1) > 0)
		;
	tutti_stream_free(s);
	return NULL;
}

/* Nobody comes; then somebody who says nothing. */
static void silence(void)
{
	char where[TUTTI_ADDRESS_SIZE];
	tutti_connection *c;
	tutti_future *f;

	CHECK_EQ(tutti_listener_create(&listener, "127.0.0.1:0", NULL), 0);
	CHECK(tutti_listener_address(listener, where, sizeof where) > 0);
	CHECK_EQ(tutti_connection_accept(&c, listener, KEY, 0), TUTTI_ETIMEDOUT);
	f = tutti_task_start(connect_silently, where, NULL);
	CHECK_EQ(tutti_connection_accept(&c, listener, KEY, tutti_after(TUTTI_MILLISECONDS(50))),
		TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_future_result(f, NULL, 0), 0);
	tutti_future_unref(f);
	tutti_listener_free(listener);
	tutti_connection_free(NULL);
}

static void *run(void *arg)
{
	RUN_MIXES(both_ours);
	RUN(pieces);
	RUN(silence);
	pythons_each(with_python);
	return arg;
}

int main(void)
{
	poller_begin();
	suite_begin();
	managers_thread(run, NULL);
	return suite_end();
}
