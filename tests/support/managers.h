/* SPDX-License-Identifier: MIT */
/* managers.h - a manager of Python's that runs beside a test, and its client. */
#ifndef TESTS_SUPPORT_MANAGERS_H
#define TESTS_SUPPORT_MANAGERS_H

#include "support/children.h"
#include "support/pythons.h"
#include "support/suite.h"

#include <tutti/dist.h>

#define PATIENCE TUTTI_SECONDS(60)

struct server {
	struct python process;
	char address[128];
};

/* where: as its argument; port 0 is one that is free. */
static inline struct server server_start(const char *python, const char *where)
{
	const char *args[] = { "secret", where, NULL };
	struct server s = { .process = python_start(python, "manager_server.py", args) };

	snprintf(s.address, sizeof s.address, "%s", python_line(&s.process));
	CHECK(s.address[0] != '\0');
	return s;
}

/* It is told by the end of its input. */
static inline void server_end(struct server *s)
{
	CHECK_EQ(python_wait(&s->process), 0);
}

static inline tutti_manager *server_connect(const struct server *s)
{
	tutti_manager *m;

	CHECK_EQ(tutti_manager_create(&m, s->address, tutti_bytes_text("secret")), 0);
	CHECK_EQ(tutti_manager_connect(m, tutti_after(PATIENCE)), 0);
	return m;
}

/* With which goes what its loop has opened. */
static inline void *managers_thread(tutti_fn fn, void *arg)
{
	tutti_thread *t = tutti_thread_start(fn, arg, NULL);
	void *result;

	CHECK_EQ(tutti_future_result(t, &result, sizeof result), 0);
	tutti_future_unref(t);
	return result;
}

static inline void *managers_run(void *arg)
{
	return (void *)(intptr_t)pythons_each(*(void (**)(const char *python))arg);
}

/* A test of each CPython that is found. */
static inline int managers_each(void (*fn)(const char *python))
{
	void *n;

	poller_begin();
	suite_begin();
	n = managers_thread(managers_run, &fn);
	return n ? suite_end() : 77;
}

/* A call of it ends with that code, and those words. */
static inline void check_raises(
	tutti_proxy *p, const char *method, const tutti_value *args, int code, const char *words)
{
	tutti_value *e;
	tutti_bytes text;

	CHECK_EQ(tutti_proxy_call(p, method, args, NULL, &e), code);
	CHECK_EQ(tutti_proxy_exception(&text, e), 0);
	CHECK_STR(text.data, words);
	tutti_bytes_free(&text);
	tutti_value_unref(e);
}

#endif
