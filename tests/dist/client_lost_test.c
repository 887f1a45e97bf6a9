/* SPDX-License-Identifier: MIT */
/* rows: F135 T38 */
/*
 * client_lost_test.c - what becomes of a client when a manager is not there, is another, goes in
 * the middle of a call, comes again, or is told to go: with each CPython that is found here.
 *
 * ctest: TIMEOUT 240 LABELS no-valgrind LABELS no-qemu
 */
#include "support/managers.h"

#include <errno.h>
#include <tutti/listener.h>
#include <tutti/value_make.h>

static const char *interpreter;

static int connect_to(const char *address, const char *key, tutti_time deadline)
{
	tutti_manager *m;
	int rc;

	CHECK_EQ(tutti_manager_create(&m, address, tutti_bytes_text(key)), 0);
	rc = tutti_manager_connect(m, deadline);
	if (rc == 0)
		CHECK_EQ(tutti_manager_connect(m, deadline), -EBUSY);
	tutti_manager_free(m);
	return rc;
}

/* rows: F135 F136 T38 */
static void keys_differ(void)
{
	struct server s = server_start(interpreter, "127.0.0.1:0");

	CHECK_EQ(connect_to(s.address, "other", tutti_after(PATIENCE)), TUTTI_EAUTH);
	CHECK_EQ(connect_to(s.address, "secret", tutti_after(PATIENCE)), 0);
	server_end(&s);
	CHECK_EQ(connect_to(s.address, "secret", tutti_after(PATIENCE)), -ECONNREFUSED);
}

/* -- it goes ---------------------------------------------------------------------------------- */

struct waiting {
	tutti_value_queue *q;
	int rc;
};

static void *wait_for_item(void *arg)
{
	struct waiting *w = arg;
	tutti_value *v = NULL;

	w->rc = tutti_value_queue_get(w->q, &v);
	CHECK(w->rc < 0 && !v);
	return NULL;
}

/* Until a thread of the server's waits for an item: it answers calls meanwhile. */
static tutti_future *begin_waiting(enum mix mix, struct waiting *w)
{
	tutti_future *f = start_as(mix, wait_for_item, w);

	for (int i = 0; i < 5; i++) {
		CHECK_EQ(tutti_value_queue_size(w->q), 0);
		CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(2)), 0);
	}
	return f;
}

static void killed(enum mix mix)
{
	struct server s = server_start(interpreter, "127.0.0.1:0");
	tutti_manager *m = server_connect(&s);
	struct waiting w = { 0 };
	tutti_future *f;
	tutti_value *v;

	CHECK_EQ(tutti_manager_queue(m, "get_tasks", &w.q), 0);
	f = begin_waiting(mix, &w);
	python_kill(&s.process);
	CHECK_EQ(tutti_future_result(f, NULL, 0), 0);
	tutti_future_unref(f);
	CHECK_EQ(w.rc, TUTTI_ESHUTDOWN);
	CHECK_EQ(tutti_value_queue_size(w.q), TUTTI_ESHUTDOWN);
	CHECK_EQ(tutti_value_queue_get_until(w.q, &v, 0), TUTTI_ESHUTDOWN);
	CHECK_EQ(tutti_value_queue_put(w.q, tutti_value_none()), TUTTI_ESHUTDOWN);
	tutti_value_queue_free(w.q);
	CHECK_EQ(tutti_manager_queue(m, "get_tasks", &w.q), TUTTI_ESHUTDOWN);
	CHECK_EQ(tutti_manager_shutdown(m), TUTTI_ESHUTDOWN);
	tutti_manager_free(m);
}

/* It says yes, and goes; who waits learns it. */
static void told_to_go(void)
{
	struct server s = server_start(interpreter, "127.0.0.1:0");
	tutti_manager *m = server_connect(&s);
	struct waiting w = { 0 };
	tutti_future *f;
	tutti_bytes text;

	CHECK_EQ(tutti_manager_queue(m, "get_tasks", &w.q), 0);
	CHECK_EQ(tutti_manager_number_of_objects(m), 1);
	CHECK_EQ(tutti_manager_debug_info(m, &text), 0);
	CHECK(strstr(text.data, "refcount=1"));
	tutti_bytes_free(&text);
	f = begin_waiting(THREADS, &w);
	CHECK_EQ(tutti_manager_shutdown(m), 0);
	CHECK_EQ(tutti_future_result(f, NULL, 0), 0);
	tutti_future_unref(f);
	CHECK_EQ(w.rc, TUTTI_ESHUTDOWN);
	CHECK_EQ(python_wait(&s.process), 0);
	CHECK_EQ(tutti_manager_shutdown(m), TUTTI_ESHUTDOWN);
	tutti_value_queue_free(w.q);
	tutti_manager_free(m);
}

/* -- and comes again -------------------------------------------------------------------------- */

/* At the same place: its idents are others, the names are the same. */
static void started_anew(void)
{
	struct server s = server_start(interpreter, "127.0.0.1:0");
	tutti_manager *m = server_connect(&s);
	tutti_value_queue *q, *small;
	tutti_proxy *odd;
	tutti_value *v;

	CHECK_EQ(tutti_manager_queue(m, "get_tasks", &q), 0);
	CHECK_EQ(tutti_manager_queue(m, "get_small", &small), 0);
	CHECK_EQ(tutti_manager_proxy(m, "get_odd", NULL, NULL, &odd), 0);
	CHECK_EQ(tutti_value_queue_put(q, tutti_value_int(1)), 0);
	CHECK_EQ(tutti_proxy_call(odd, "count", NULL, NULL, &v), 0);
	tutti_value_unref(v);
	for (int i = 0; i < 2; i++) {
		python_kill(&s.process);
		s = server_start(interpreter, s.address);
		CHECK_EQ(tutti_value_queue_size(q), 0);
		CHECK_EQ(tutti_value_queue_put(small, tutti_value_int(2)), 0);
		CHECK_EQ(tutti_value_queue_size(small), 1);
		CHECK_EQ(tutti_proxy_call(odd, "count", NULL, NULL, &v), 0);
		CHECK(tutti_value_equal(v, tutti_value_int(1))); /* made once */
		tutti_value_unref(v);
	}
	CHECK_EQ(tutti_manager_number_of_objects(m), 3);
	tutti_value_queue_free(q);
	tutti_value_queue_free(small);
	tutti_proxy_free(odd);
	CHECK_EQ(tutti_manager_number_of_objects(m), 0);
	tutti_manager_free(m);
	server_end(&s);
}

static void by_a_file(void)
{
	char folder[] = "/tmp/managersXXXXXX", path[64];
	struct server s;
	tutti_manager *m;
	tutti_value_queue *q;

	CHECK(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/socket", folder);
	s = server_start(interpreter, path);
	m = server_connect(&s);
	CHECK_EQ(tutti_manager_queue(m, "get_tasks", &q), 0);
	CHECK_EQ(tutti_value_queue_put(q, tutti_value_none()), 0);
	CHECK_EQ(tutti_value_queue_size(q), 1);
	python_kill(&s.process);
	CHECK_EQ(tutti_value_queue_size(q), TUTTI_ESHUTDOWN);
	CHECK_EQ(unlink(path), 0);
	CHECK_EQ(tutti_value_queue_size(q), TUTTI_ESHUTDOWN);
	tutti_value_queue_free(q);
	tutti_manager_free(m);
	CHECK_EQ(rmdir(folder), 0);
}

static void with_python(const char *python)
{
	printf("%s\n", python);
	interpreter = python;
	RUN(keys_differ);
	killed(THREADS);
	killed(TASKS);
	RUN(told_to_go);
	RUN(started_anew);
	RUN(by_a_file);
}

int main(void)
{
	return managers_each(with_python);
}
