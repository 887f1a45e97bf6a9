/* SPDX-License-Identifier: MIT */
/* rows: F137 */
/*
 * manager_test.c - a manager that serves a queue, as a client sees it that writes frames by hand:
 * what it answers, in what order those who wait are served, and that an item has one taker.
 *
 * ctest: LABELS no-valgrind no-qemu
 */
#include "dist/raw.h"

/* -- calls ------------------------------------------------------------------------------------- */

/* rows: T37 D5 */
static void serves_a_queue(void)
{
	tutti_manager *m = raw_manager(NULL, 2);
	tutti_stream *s = raw_calls(m);

	RAW_ASK(s, "(ss(){})", "tasks", "empty");
	raw_check(s, "('#RETURN', True)");
	RAW_ASK(s, "(ss(i){})", "tasks", "put", 1000);
	raw_check_none(s);
	RAW_ASK(s, "(ss(){s:[ii]s:bs:n})", "tasks", "put", "item", 1, 2, "block", true, "timeout");
	raw_check_none(s);
	RAW_ASK(s, "(ss(){})", "tasks", "full");
	raw_check(s, "('#RETURN', True)");
	RAW_ASK(s, "(ss(s){})", "tasks", "put_nowait", "x");
	raw_check_raises(s, "queue", "Full");
	RAW_ASK(s, "(ss(sbi){})", "tasks", "put", "x", false, -1);
	raw_check_raises(s, "queue", "Full");
	RAW_ASK(s, "(ss(){})", "tasks", "qsize");
	raw_check(s, "('#RETURN', 2)");
	RAW_ASK(s, "(ss(){})", "tasks", "get");
	raw_check(s, "('#RETURN', 1000)");
	RAW_ASK(s, "(ss(bn){})", "tasks", "get", true);
	raw_check(s, "('#RETURN', [1, 2])");
	RAW_ASK(s, "(ss(){})", "tasks", "get_nowait");
	raw_check_raises(s, "queue", "Empty");
	RAW_ASK(s, "(ss(b){})", "tasks", "get", false);
	raw_check_raises(s, "queue", "Empty");
	RAW_ASK(s, "(ss(){s:d})", "tasks", "get", "timeout", 0.001);
	raw_check_raises(s, "queue", "Empty");
	RAW_ASK(s, "(ss(ii){})", "tasks", "get", 1, 0);
	raw_check_raises(s, "queue", "Empty");
	tutti_stream_free(s);
	tutti_manager_free(m);
}

/* rows: F132 */
static void says_what_is_wrong(void)
{
	tutti_manager *m = raw_manager(NULL, 1);
	tutti_stream *s = raw_calls(m);

	RAW_ASK(s, "(ss(ii){})", "tasks", "get", 1, -1);
	raw_check_raises(s, "builtins", "ValueError");
	RAW_ASK(s, "(ss(iii){})", "tasks", "put", 1, 1, -1);
	raw_check_raises(s, "builtins", "ValueError");
	RAW_ASK(s, "(ss(is){})", "tasks", "get", 1, "soon");
	raw_check_raises(s, "builtins", "TypeError");
	RAW_ASK(s, "(ss(){})", "tasks", "put");
	raw_check_raises(s, "builtins", "TypeError");
	RAW_ASK(s, "(ss(i){s:i})", "tasks", "put", 1, "item", 2);
	raw_check_raises(s, "builtins", "TypeError");
	RAW_ASK(s, "(ss(){s:i})", "tasks", "get", "patience", 2);
	raw_check_raises(s, "builtins", "TypeError");
	RAW_ASK(s, "(ss(iiii){})", "tasks", "put", 1, 2, 3, 4);
	raw_check_raises(s, "builtins", "TypeError");
	RAW_ASK(s, "(ss(){})", "tasks", "task_done");
	raw_check_raises(s, "builtins", "ValueError");
	RAW_ASK(s, "(ss(){})", "tasks", "mutex");
	raw_check_text(s, "#TRACEBACK", "AttributeError: 'mutex'");
	RAW_ASK(s, "(ss(){})", "nobody", "get");
	raw_check_text(s, "#TRACEBACK", "KeyError: 'nobody'");
	RAW_ASK(s, "(ns(){})", "dummy");
	raw_check_text(s, "#TRACEBACK", "KeyError: ");
	RAW_ASK(s, "(ss(){})", "tasks", "__repr__");
	raw_check(s, "('#RETURN', '<queue.Queue object>')");
	RAW_ASK(s, "(ss(){})", "tasks", "#GETVALUE");
	raw_check_text(s, "#UNSERIALIZABLE", "cannot pickle");
	RAW_ASK(s, "(ss(){})", "tasks", "qsize");
	raw_check(s, "('#RETURN', 0)");
	tutti_stream_free(s);
	tutti_manager_free(m);
}

static void ask_once(const tutti_manager *m, tutti_value *request, const char *answer)
{
	tutti_stream *s = raw_open(m);

	raw_send(s, request);
	raw_check(s, answer);
	raw_check_end(s);
}

static tutti_value *request(const char *name, const char *arg)
{
	tutti_value *v;

	CHECK_EQ(arg ? tutti_value_pack(&v, "(ns(s){})", name, arg)
		     : tutti_value_pack(&v, "(ns(){})", name),
		0);
	return v;
}

#define EXPOSED                                                                \
	"('empty', 'full', 'get', 'get_nowait', 'join', 'put', 'put_nowait', " \
	"'qsize', 'task_done')"

static void answers_for_itself(void)
{
	tutti_manager *m = raw_manager(NULL, 0);
	tutti_value *token, *args;
	tutti_stream *s;

	ask_once(m, request("dummy", NULL), "('#RETURN', None)");
	ask_once(m, request("number_of_objects", NULL), "('#RETURN', 0)");
	ask_once(m, request("create", "tasks"), "('#RETURN', ('tasks', " EXPOSED "))");
	ask_once(m, request("incref", "tasks"), "('#RETURN', None)");
	ask_once(m, request("debug_info", NULL),
		"('#RETURN', '  tasks:       refcount=2\\n    <queue.Queue object>')");
	ask_once(m, request("decref", "tasks"), "('#RETURN', None)");
	ask_once(m, request("number_of_objects", NULL), "('#RETURN', 1)");
	ask_once(m, request("decref", "tasks"), "('#RETURN', None)");
	/* It stays although nobody holds it any more. */
	ask_once(m, request("create", "tasks"), "('#RETURN', ('tasks', " EXPOSED "))");

	CHECK_EQ(tutti_value_pack(&args, "(s(si)s)", "tasks", "127.0.0.1", 5000, "tasks"), 0);
	CHECK_EQ(tutti_value_object_make(&token, "multiprocessing.managers", "Token", args), 0);
	tutti_value_unref(args);
	CHECK_EQ(tutti_value_pack(&args, "(ns(O){})", "get_methods", token), 0);
	tutti_value_unref(token);
	ask_once(m, args, "('#RETURN', " EXPOSED ")");

	static const char *const wrong[][2] = { { "create", "nothing" }, { "create", NULL },
		{ "dummy", "nothing" }, { "accept_connection", NULL }, { "incref", "nothing" },
		{ "decref", NULL }, { "get_methods", "tasks" }, { "serve_forever", NULL } };
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		s = raw_open(m);
		raw_send(s, request(wrong[i][0], wrong[i][1]));
		raw_check_text(s, "#TRACEBACK", i == 0 ? "KeyError: 'nothing'\n" : "");
		raw_check_end(s);
	}
	tutti_manager_free(m);
}

/* -- waiting ----------------------------------------------------------------------------------- */

static void serves_in_order(void)
{
	enum { CLIENTS = 5 };
	tutti_manager *m = raw_manager(NULL, 1);
	tutti_stream *s[CLIENTS], *putter = raw_calls(m);

	for (int i = 0; i < CLIENTS; i++) {
		s[i] = raw_calls(m);
		RAW_ASK(s[i], "(ss(){})", "tasks", "get");
		raw_await_waiting(m, i + 1);
	}
	for (int i = 0; i < CLIENTS; i++) {
		char expected[32];

		RAW_ASK(putter, "(ss(i){})", "tasks", "put", i);
		raw_check_none(putter);
		snprintf(expected, sizeof(expected), "('#RETURN', %d)", i);
		raw_check(s[i], expected);
	}
	/* And those who wait for room. */
	for (int i = 0; i < CLIENTS; i++) {
		RAW_ASK(s[i], "(ss(i){})", "tasks", "put", 10 + i);
		if (i == 0) /* for whom there is room */
			raw_check_none(s[i]);
		raw_await_waiting(m, i);
	}
	for (int i = 0; i < CLIENTS; i++) {
		char expected[32];

		RAW_ASK(putter, "(ss(){})", "tasks", "get");
		snprintf(expected, sizeof(expected), "('#RETURN', %d)", 10 + i);
		raw_check(putter, expected);
		if (i + 1 < CLIENTS)
			raw_check_none(s[i + 1]);
		tutti_stream_free(s[i]);
	}
	tutti_stream_free(putter);
	tutti_manager_free(m);
}

static void joins(void)
{
	tutti_manager *m = raw_manager(NULL, 0);
	tutti_stream *s = raw_calls(m), *waits[2] = { raw_calls(m), raw_calls(m) };

	RAW_ASK(s, "(ss(){})", "tasks", "join");
	raw_check_none(s);
	for (int i = 0; i < 2; i++) {
		RAW_ASK(s, "(ss(i){})", "tasks", "put", i);
		raw_check_none(s);
	}
	for (int i = 0; i < 2; i++)
		RAW_ASK(waits[i], "(ss(){})", "tasks", "join");
	raw_await_waiting(m, 2);
	for (int i = 0; i < 2; i++) {
		RAW_ASK(s, "(ss(){})", "tasks", "get");
		tutti_value_unref(raw_answer(s));
		RAW_ASK(s, "(ss(){})", "tasks", "task_done");
		raw_check_none(s);
	}
	for (int i = 0; i < 2; i++) {
		raw_check_none(waits[i]);
		tutti_stream_free(waits[i]);
	}
	tutti_stream_free(s);
	tutti_manager_free(m);
}

/* The two that wait before it die; what comes is the third's. */
/* rows: F137 */
static void gives_nothing_to_the_dead(void)
{
	tutti_manager *m = raw_manager(NULL, 0);
	tutti_stream *s[3], *putter = raw_calls(m);

	for (int i = 0; i < 3; i++) {
		s[i] = raw_calls(m);
		RAW_ASK(s[i], "(ss(){s:i})", "tasks", "get", "timeout", 100);
		raw_await_waiting(m, i + 1);
	}
	tutti_stream_free(s[0]);
	RAW_ASK(putter, "(ss(i){})", "tasks", "put", 7);
	raw_check_none(putter);
	raw_check(s[1], "('#RETURN', 7)");
	tutti_stream_free(s[1]);
	RAW_ASK(putter, "(ss(i){})", "tasks", "put", 8);
	raw_check_none(putter);
	raw_check(s[2], "('#RETURN', 8)");
	tutti_stream_free(s[2]);
	tutti_stream_free(putter);
	tutti_manager_free(m);
}

/* Who says that he will send no more has given up what he waits for, and has lost nothing. */
static void ends_with_half_an_end(void)
{
	tutti_manager *m = raw_manager(NULL, 0);
	tutti_stream *s = raw_calls(m), *other = raw_calls(m);

	RAW_ASK(s, "(ss(){})", "tasks", "get");
	raw_await_waiting(m, 1);
	CHECK_EQ(tutti_stream_shutdown(s), 0);
	raw_check_end(s);
	RAW_ASK(other, "(ss(i){})", "tasks", "put", 3);
	raw_check_none(other);
	RAW_ASK(other, "(ss(){})", "tasks", "qsize");
	raw_check(other, "('#RETURN', 1)");
	/* What was asked before is answered. */
	RAW_ASK(other, "(ss(){})", "tasks", "get");
	CHECK_EQ(tutti_stream_shutdown(other), 0);
	raw_check(other, "('#RETURN', 3)");
	raw_check_end(other);
	tutti_manager_free(m);
}

/* What a Python does whose call a signal has broken off. */
static void answers_the_new_request(void)
{
	tutti_manager *m = raw_manager(NULL, 0);
	tutti_stream *s = raw_calls(m), *other = raw_calls(m);

	RAW_ASK(s, "(ss(){})", "tasks", "get");
	raw_await_waiting(m, 1);
	RAW_ASK(s, "(ss(){})", "tasks", "qsize");
	raw_check(s, "('#RETURN', 0)");
	RAW_ASK(other, "(ss(i){})", "tasks", "put", 1);
	raw_check_none(other);
	RAW_ASK(s, "(ss(){})", "tasks", "qsize");
	raw_check(s, "('#RETURN', 1)");
	RAW_ASK(s, "(ss(){})", "tasks", "get");
	raw_check(s, "('#RETURN', 1)");
	tutti_stream_free(s);
	tutti_stream_free(other);
	tutti_manager_free(m);
}

/* -- bytes ------------------------------------------------------------------------------------- */

static void takes_any_pieces(void)
{
	enum { N = 20 };
	tutti_manager *m = raw_manager(NULL, 0);
	tutti_stream *s = raw_calls(m);
	tutti_value *v;
	unsigned char *frame, many[N * 100];
	size_t size;

	CHECK_EQ(tutti_value_pack(&v, "(ss(s){})", "tasks", "put", "an item"), 0);
	frame = raw_frame(v, &size);
	for (size_t i = 0; i < size; i++) {
		raw_write(s, frame + i, 1);
		CHECK_EQ(tutti_yield(), 0);
	}
	raw_check_none(s);
	CHECK(size <= 100);
	for (size_t i = 0; i < N; i++)
		memcpy(many + i * size, frame, size);
	raw_write(s, many, N * size);
	for (int i = 0; i < N; i++)
		raw_check_none(s);
	RAW_ASK(s, "(ss(){})", "tasks", "qsize");
	raw_check(s, "('#RETURN', 21)");
	free(frame);
	tutti_value_unref(v);
	tutti_stream_free(s);
	tutti_manager_free(m);
}

static void carries_large_items(void)
{
	enum { SIZE = 5 * 1000 * 1000 };
	tutti_manager *m = raw_manager(NULL, 0);
	tutti_stream *s = raw_calls(m);
	char *text = malloc(SIZE);
	tutti_value *v, *answer;

	CHECK(text);
	memset(text, 'x', SIZE);
	CHECK_EQ(tutti_value_text(&v, text, SIZE), 0);
	RAW_ASK(s, "(ss(O){})", "tasks", "put", v);
	raw_check_none(s);
	RAW_ASK(s, "(ss(){})", "tasks", "get");
	answer = raw_answer(s);
	CHECK(tutti_value_equal(tutti_value_at(answer, 1), v));
	tutti_value_unref(answer);
	tutti_value_unref(v);
	free(text);
	tutti_stream_free(s);
	tutti_manager_free(m);
}

/* In a thread, with which its poller goes. */
static void *everything(void *arg)
{
	RUN(serves_a_queue);
	RUN(says_what_is_wrong);
	RUN(answers_for_itself);
	RUN(serves_in_order);
	RUN(joins);
	RUN(gives_nothing_to_the_dead);
	RUN(ends_with_half_an_end);
	RUN(answers_the_new_request);
	RUN(takes_any_pieces);
	RUN(carries_large_items);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
