/* SPDX-License-Identifier: MIT */
/* rows: F133 F138 */
/*
 * manager_life_test.c - managers begin, serve in threads or in the caller's loop, and end: with
 * nobody there, with callers that wait, by whom it may be; and what its own program may ask.
 *
 * ctest: LABELS no-valgrind no-qemu
 */
#include "dist/local.h"
#include "dist/raw.h"

#include <sys/stat.h>
#include <tutti/manager_objects.h>
#include <tutti/scope.h>
#include <tutti/task.h>
#include <tutti/thread.h>

static tutti_manager *make(const char *address)
{
	tutti_manager *m;

	CHECK_EQ(tutti_manager_create(&m, address, tutti_bytes_text(RAW_KEY)), 0);
	CHECK_EQ(tutti_manager_serve_queue(m, "tasks", 0), 0);
	return m;
}

static tutti_manager *start(tutti_time grace)
{
	return raw_manager(&(tutti_manager_options){ .grace = grace }, 0);
}

/* -- beginning --------------------------------------------------------------------------------- */

/* rows: D6 */
static void says_what_cannot_be(void)
{
	static const char *const wrong[] = { "127.0.0.1", "", ":", ":x", ":65536",
		"unix:", "127.0.0.1:-1" };
	static const char *const names[] = { "", "1st", "a-b", "a b", "class", "None", "\xc3\xa4",
		NULL };
	tutti_manager *m;
	tutti_bytes key = tutti_bytes_text(RAW_KEY);

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		CHECK_EQ(tutti_manager_create(&m, wrong[i], key), -EINVAL);
	CHECK_EQ(tutti_manager_create(&m, NULL, key), -EINVAL);
	CHECK_EQ(tutti_manager_create(&m, "127.0.0.1:0", tutti_bytes_text("")), -EINVAL);
	CHECK_EQ(tutti_manager_create(&m, "127.0.0.1:0", tutti_bytes_of(NULL, 5)), -EINVAL);
	CHECK_EQ(tutti_manager_create(&m, "tcp://127.0.0.1:0", key), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		CHECK_EQ(tutti_manager_serve_queue(m, names[i], 0), -EINVAL);
	CHECK_EQ(tutti_manager_serve_queue(m, "_q1", 0), 0);
	CHECK_EQ(tutti_manager_serve_queue(m, "_q1", 0), -EEXIST);
	CHECK_EQ(tutti_manager_configure(m, &(tutti_manager_options){ .grace = -2 }), -EINVAL);
	CHECK_EQ(
		tutti_manager_configure(m, &(tutti_manager_options){ .reserved = { 1 } }), -EINVAL);
	CHECK_EQ(tutti_manager_shutdown(m), -EINVAL);
	CHECK_EQ(tutti_manager_join(m, 0), -EINVAL);
	CHECK_EQ(tutti_manager_number_of_objects(m), -EINVAL);
	CHECK_EQ(tutti_manager_port(m), 0);
	tutti_manager_free(m);
	tutti_manager_free(NULL);
}

/* rows: F133 */
static void begins_once(void)
{
	char address[TUTTI_ADDRESS_SIZE];
	tutti_manager *m = start(0), *other;

	CHECK(tutti_manager_port(m) > 0);
	CHECK_EQ(tutti_manager_start(m), -EBUSY);
	CHECK_EQ(tutti_manager_serve(m), -EBUSY);
	CHECK_EQ(tutti_manager_configure(m, &(tutti_manager_options){ .loops = 2 }), -EBUSY);
	CHECK_EQ(tutti_manager_serve_queue(m, "more", 0), -EBUSY);

	CHECK(tutti_manager_address(m, address, sizeof(address)) > 0);
	other = make(address);
	CHECK_EQ(tutti_manager_start(other), -EADDRINUSE);
	CHECK_EQ(tutti_manager_serve(other), -EADDRINUSE);
	CHECK_EQ(tutti_manager_shutdown(m), 0);
	CHECK_EQ(tutti_manager_shutdown(m), TUTTI_ESHUTDOWN);
	CHECK_EQ(tutti_manager_start(m), -EBUSY);
	CHECK_EQ(tutti_manager_join(m, 0), 0);
	/* The place is free. */
	CHECK_EQ(tutti_manager_start(other), 0);
	tutti_manager_free(other);
	tutti_manager_free(m);
}

static void serves_at_a_file(void)
{
	char folder[] = "/tmp/tutti-manager-XXXXXX", address[64];
	tutti_manager *m;
	tutti_stream *s;
	struct stat file;

	CHECK(mkdtemp(folder));
	snprintf(address, sizeof(address), "unix:%s/socket", folder);
	m = make(address);
	CHECK_EQ(tutti_manager_start(m), 0);
	CHECK_EQ(tutti_manager_port(m), 0);
	s = raw_calls(m);
	RAW_ASK(s, "(ss(){})", "tasks", "qsize");
	raw_check(s, "('#RETURN', 0)");
	tutti_stream_free(s);
	CHECK_EQ(stat(address + 5, &file), 0);
	CHECK_EQ(tutti_manager_shutdown(m), 0);
	CHECK_EQ(stat(address + 5, &file), -1);
	tutti_manager_free(m);
	CHECK_EQ(rmdir(folder), 0);
}

/* -- many -------------------------------------------------------------------------------------- */

struct worker {
	tutti_manager *m;
	int calls;
};

/* Each puts and takes as many as the others. */
static void *work(void *arg)
{
	struct worker *w = arg;
	tutti_stream *s = raw_calls(w->m);

	for (int i = 0; i < w->calls; i++) {
		RAW_ASK(s, "(ss(i){})", "tasks", "put", i);
		raw_check_none(s);
		RAW_ASK(s, "(ss(){})", "tasks", "get");
		tutti_value_unref(raw_answer(s));
	}
	tutti_stream_free(s);
	return NULL;
}

static void serves_fifty(unsigned loops)
{
	enum { WORKERS = 50 };
	tutti_manager *m = raw_manager(&(tutti_manager_options){ .loops = loops }, 3);
	struct worker w = { m, suite_rounds(20) };
	tutti_future *all[WORKERS];
	tutti_stream *s;

	for (int i = 0; i < WORKERS; i++)
		all[i] = tutti_task_start(work, &w, NULL);
	CHECK_EQ(tutti_join_all(all, WORKERS), 0);
	s = raw_calls(m);
	RAW_ASK(s, "(ss(){})", "tasks", "qsize");
	raw_check(s, "('#RETURN', 0)");
	tutti_stream_free(s);
	CHECK_EQ(tutti_manager_shutdown(m), 0);
	tutti_manager_free(m);
}

static void serves_in_one_loop(void)
{
	serves_fifty(1);
}

static void serves_in_several_loops(void)
{
	serves_fifty(3);
}

/* -- the caller's loop ------------------------------------------------------------------------- */

struct serving {
	tutti_manager *m;
	int rc;
};

static void *serve(void *arg)
{
	struct serving *s = arg;

	s->rc = tutti_manager_serve(s->m);
	return NULL;
}

static void serves_here(void)
{
	struct serving serving = { make("127.0.0.1:0"), 1 };
	tutti_future *task = tutti_task_start(serve, &serving, NULL);
	tutti_stream *s;

	while (tutti_manager_port(serving.m) == 0)
		CHECK_EQ(tutti_yield(), 0);
	s = raw_calls(serving.m);
	RAW_ASK(s, "(ss(i){})", "tasks", "put", 1);
	raw_check_none(s);
	tutti_stream_free(s);
	s = raw_open(serving.m);
	RAW_ASK(s, "(ns(){})", "shutdown");
	raw_check_none(s);
	raw_check_end(s);
	finish(task);
	CHECK_EQ(serving.rc, 0);
	CHECK_EQ(tutti_manager_join(serving.m, 0), 0);
	CHECK_EQ(tutti_manager_shutdown(serving.m), TUTTI_ESHUTDOWN);
	tutti_manager_free(serving.m);
}

static void serves_until_cancelled(void)
{
	struct serving serving = { make("127.0.0.1:0"), 1 };
	tutti_future *task = tutti_task_start(serve, &serving, NULL);
	tutti_stream *s;

	while (tutti_manager_port(serving.m) == 0)
		CHECK_EQ(tutti_yield(), 0);
	s = raw_calls(serving.m);
	CHECK_EQ(tutti_future_cancel(task), 1);
	raw_check_end(s);
	tutti_future_result(task, NULL, 0);
	tutti_future_unref(task);
	CHECK_EQ(serving.rc, TUTTI_ECANCELED);
	tutti_manager_free(serving.m);
}

/* -- ending ------------------------------------------------------------------------------------ */

static void clients_may_end_it(void)
{
	tutti_manager *m = start(0);
	tutti_stream *idle = raw_calls(m), *s = raw_open(m);

	RAW_ASK(s, "(ns(){})", "shutdown");
	raw_check_none(s);
	raw_check_end(s);
	raw_check_end(idle);
	CHECK_EQ(tutti_manager_join(m, raw_patience()), 0);
	tutti_manager_free(m);
}

static void clients_may_not_end_it(void)
{
	tutti_manager *m = raw_manager(&(tutti_manager_options){ .keep_running = true }, 0);
	tutti_stream *s = raw_open(m);

	RAW_ASK(s, "(ns(){})", "shutdown");
	raw_check_text(s, "#TRACEBACK", "PermissionError: ");
	raw_check_end(s);
	CHECK_EQ(tutti_manager_join(m, 0), TUTTI_ETIMEDOUT);
	s = raw_calls(m);
	tutti_stream_free(s);
	tutti_manager_free(m);
}

static void *shut_down(void *arg)
{
	CHECK_EQ(tutti_manager_shutdown(arg), 0);
	return NULL;
}

/* Who waits no longer than the grace gets his answer, and is closed then. */
static void waits_for_those_that_wait(void)
{
	tutti_manager *m = start(TUTTI_SECONDS(1000));
	tutti_stream *s = raw_calls(m), *idle = raw_calls(m);
	tutti_future *ends;

	RAW_ASK(s, "(ss(){s:d})", "tasks", "get", "timeout", 2.0);
	raw_await_waiting(m, 1);
	ends = tutti_thread_start(shut_down, m, NULL);
	raw_check_end(idle);
	raw_check_raises(s, "queue", "Empty");
	raw_check_end(s);
	finish(ends);
	tutti_manager_free(m);
}

/* Who waits longer does not keep it. */
static void ends_those_that_wait(tutti_time grace, unsigned loops)
{
	tutti_manager *m =
		raw_manager(&(tutti_manager_options){ .grace = grace, .loops = loops }, 0);
	tutti_stream *s = raw_calls(m), *other = raw_calls(m);

	RAW_ASK(s, "(ss(){})", "tasks", "get");
	raw_await_waiting(m, 1);
	CHECK_EQ(tutti_manager_shutdown(m), 0);
	raw_check_end(s);
	raw_check_end(other);
	tutti_manager_free(m);
}

static void ends_after_its_grace(void)
{
	ends_those_that_wait(TUTTI_MILLISECONDS(50), 1);
	ends_those_that_wait(TUTTI_MILLISECONDS(50), 3);
	ends_those_that_wait(-1, 1);
}

/* What is being written when the end comes is written to its end. */
static void finishes_what_it_writes(void)
{
	enum { SIZE = 20 * 1000 * 1000 };
	tutti_manager *m = start(TUTTI_SECONDS(1000));
	tutti_stream *s = raw_calls(m), *idle = raw_calls(m);
	char *text = calloc(1, SIZE);
	const void *data;
	tutti_value *item, *answer;
	tutti_future *ends;

	CHECK(text);
	CHECK_EQ(tutti_value_bytes(&item, text, SIZE), 0);
	free(text);
	RAW_ASK(s, "(ss(O){})", "tasks", "put", item);
	raw_check_none(s);
	RAW_ASK(s, "(ss(){})", "tasks", "get");
	CHECK(tutti_stream_peek_until(s, 0, &data, raw_patience()) > 0);
	ends = tutti_thread_start(shut_down, m, NULL);
	raw_check_end(idle);
	answer = raw_answer(s);
	CHECK(tutti_value_equal(tutti_value_at(answer, 1), item));
	raw_check_end(s);
	finish(ends);
	tutti_value_unref(answer);
	tutti_value_unref(item);
	tutti_manager_free(m);
}

static void ends_at_once_when_freed(void)
{
	tutti_manager *m = start(TUTTI_SECONDS(1000));
	tutti_stream *s = raw_calls(m), *other = raw_calls(m), *stranger = raw_connect(m);

	RAW_ASK(s, "(ss(){})", "tasks", "get");
	raw_await_waiting(m, 1);
	tutti_manager_free(m);
	raw_check_end(s);
	raw_check_end(other);
	tutti_stream_free(stranger);
}

/* -- its own program --------------------------------------------------------------------------- */

static struct tu_local *hold(tutti_manager *m)
{
	struct tu_local *l;

	CHECK_EQ(tu_local_create(m, "tasks", NULL, NULL, &l), 0);
	return l;
}

/* What a call with one int, or none, gives. */
static int ask(struct tu_local *l, const char *method, int n, tutti_time deadline, int *answer)
{
	tutti_value *args, *result;
	int64_t number = -1;
	int rc;

	CHECK_EQ(n < 0 ? tutti_value_pack(&args, "()") : tutti_value_pack(&args, "(i)", n), 0);
	rc = tu_local_call(l, method, args, NULL, deadline, &result, NULL);
	tutti_value_unref(args);
	if (rc == 0)
		tutti_value_as_int(result, &number);
	*answer = (int)number;
	tutti_value_unref(result);
	return rc;
}

/* What came as bytes of a pickle. */
static void check_is_a_value(struct tu_local *l, tutti_stream *s)
{
	tutti_value *v;
	tutti_bytes text;

	RAW_ASK(s, "(ss([i(s)]){})", "tasks", "put", 1, "a");
	raw_check_none(s);
	CHECK_EQ(tu_local_call(l, "get", NULL, NULL, TUTTI_FOREVER, &v, NULL), 0);
	CHECK_EQ(tutti_value_repr(&text, v), 0);
	CHECK_STR(text.data, "[1, ('a',)]");
	tutti_bytes_free(&text);
	tutti_value_unref(v);
}

static void calls_without_a_network(void)
{
	tutti_manager *m = make("127.0.0.1:0");
	struct tu_local *l;
	tutti_stream *s;
	int answer;

	CHECK_EQ(tu_local_create(m, "tasks", NULL, NULL, &l), -EINVAL);
	CHECK_EQ(tutti_manager_start(m), 0);
	CHECK_EQ(tu_local_create(m, "nothing", NULL, NULL, &l), -ENOENT);
	l = hold(m);
	CHECK_EQ(tutti_manager_number_of_objects(m), 1);
	s = raw_calls(m);
	CHECK_EQ(ask(l, "put", 5, TUTTI_FOREVER, &answer), 0);
	RAW_ASK(s, "(ss(){})", "tasks", "get");
	raw_check(s, "('#RETURN', 5)");
	RAW_ASK(s, "(ss(i){})", "tasks", "put", 6);
	raw_check_none(s);
	CHECK_EQ(ask(l, "get", -1, TUTTI_FOREVER, &answer), 0);
	CHECK_EQ(answer, 6);
	check_is_a_value(l, s);
	CHECK_EQ(ask(l, "get_nowait", -1, TUTTI_FOREVER, &answer), TUTTI_EEMPTY);
	CHECK_EQ(ask(l, "get", 0, TUTTI_FOREVER, &answer), TUTTI_EEMPTY);
	CHECK_EQ(ask(l, "put", -1, TUTTI_FOREVER, &answer), TUTTI_ETYPE);
	CHECK_EQ(ask(l, "task_done", -1, TUTTI_FOREVER, &answer), 0);
	CHECK_EQ(ask(l, "pop", -1, TUTTI_FOREVER, &answer), -ENOSYS);
	CHECK_EQ(ask(l, "get", -1, tutti_after(TUTTI_MILLISECONDS(1)), &answer), TUTTI_ETIMEDOUT);
	CHECK_EQ(ask(l, "get", -1, 0, &answer), TUTTI_ETIMEDOUT);
	tutti_stream_free(s);
	tu_local_free(l);
	CHECK_EQ(tutti_manager_number_of_objects(m), 0);
	tutti_manager_free(m);
}

struct getter {
	struct tu_local *l;
	int rc, answer;
};

static void *get_one(void *arg)
{
	struct getter *g = arg;

	g->rc = ask(g->l, "get", -1, TUTTI_FOREVER, &g->answer);
	return NULL;
}

static void waits_without_a_network(void)
{
	tutti_manager *m = start(-1);
	struct getter first = { hold(m), 1, 0 }, second = first, third = first;
	tutti_future *tasks[] = { tutti_task_start(get_one, &first, NULL),
		tutti_task_start(get_one, &second, NULL), tutti_task_start(get_one, &third, NULL) };
	int answer;

	CHECK_EQ(tutti_yield(), 0); /* they wait, in this order */
	tutti_future_cancel(tasks[0]);
	CHECK_EQ(tutti_future_result(tasks[0], NULL, 0), TUTTI_EJOBCANCELED);
	CHECK_EQ(first.rc, TUTTI_ECANCELED);
	CHECK_EQ(ask(first.l, "put", 9, TUTTI_FOREVER, &answer), 0);
	CHECK_EQ(tutti_future_result(tasks[1], NULL, 0), 0);
	CHECK_EQ(second.rc, 0);
	CHECK_EQ(second.answer, 9);
	CHECK_EQ(tutti_manager_shutdown(m), 0);
	CHECK_EQ(tutti_future_result(tasks[2], NULL, 0), 0);
	CHECK_EQ(third.rc, TUTTI_ESHUTDOWN);
	CHECK_EQ(ask(first.l, "put", 9, TUTTI_FOREVER, &answer), TUTTI_ESHUTDOWN);
	for (int i = 0; i < 3; i++)
		tutti_future_unref(tasks[i]);
	tu_local_free(first.l);
	tutti_manager_free(m);
}

/* In a thread, with which its poller goes. */
static void *everything(void *arg)
{
	RUN(says_what_cannot_be);
	RUN(begins_once);
	RUN(serves_at_a_file);
	RUN(serves_in_one_loop);
	RUN(serves_in_several_loops);
	RUN(serves_here);
	RUN(serves_until_cancelled);
	RUN(clients_may_end_it);
	RUN(clients_may_not_end_it);
	RUN(waits_for_those_that_wait);
	RUN(ends_after_its_grace);
	RUN(finishes_what_it_writes);
	RUN(ends_at_once_when_freed);
	RUN(calls_without_a_network);
	RUN(waits_without_a_network);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
