/* SPDX-License-Identifier: MIT */
/* rows: F132 */
/*
 * manager_objects_test.c - objects of kinds that the test has made up: who holds them and when they
 * go, those that a method makes, methods that may wait, and who is told that a client has gone.
 *
 * ctest: LABELS no-valgrind no-qemu
 */
#include "dist/exception.h"
#include "dist/manager.h"
#include "dist/raw.h"

#include <stdatomic.h>
#include <tutti/event.h>
#include <tutti/manager_objects.h>
#include <tutti/thread.h>

static _Atomic int made, freed, gone, undone;
static tutti_event entered, leave, told;
static _Atomic int how_it_ended;

/* -- the kinds --------------------------------------------------------------------------------- */

static const struct tu_kind thing, own_thing;

static int make_of(const struct tu_kind *kind, struct tu_object **o)
{
	*o = calloc(1, sizeof(**o));
	CHECK(*o);
	tu_object_init(*o, kind);
	made++;
	return 0;
}

static int make_thing(struct tu_object **o, struct tu_call *c)
{
	const tutti_value *how;
	int rc = tu_call_bind(c, "how", 0, &how);

	if (rc == 0 && how)
		rc = tu_call_fail(c, -EINVAL, "it cannot be made so");
	return rc < 0 ? rc : make_of(&thing, o);
}

static void free_thing(struct tu_object *o)
{
	freed++;
	free(o);
}

static int another(struct tu_object *o, struct tu_call *c)
{
	(void)o;
	return make_of(&thing, &c->proxy);
}

static int await(struct tu_object *o, struct tu_call *c)
{
	(void)o;
	c->deadline = TUTTI_FOREVER;
	return TU_CALL_WAITS;
}

static int fail_so(struct tu_object *o, struct tu_call *c)
{
	(void)o;
	return tu_call_raise(c, "builtins", "ZeroDivisionError", "it had to be");
}

static void left(struct tu_object *o, const void *caller)
{
	(void)o;
	CHECK(caller);
	gone++;
	tutti_event_set(&told);
}

static const struct tu_method methods[] = { { "another", another }, { "await", await },
	{ "fail", fail_so } };

static const struct tu_kind thing = { .name = "Thing",
	.methods = methods,
	.n_methods = 3,
	.module = "test",
	.make = make_thing,
	.free = free_thing,
	.left = left };

/* As a method in C, which may wait as it likes. */
static int linger(struct tu_object *o, struct tu_call *c)
{
	(void)o;
	(void)c;
	tutti_event_set(&entered);
	how_it_ended = tutti_event_wait(&leave);
	tutti_event_set(&told);
	return how_it_ended;
}

static int count_made(struct tu_object *o, struct tu_call *c)
{
	(void)o;
	c->result = tutti_value_int(made);
	return 0;
}

static void undo(struct tu_object *o, struct tu_call *c)
{
	(void)o;
	(void)c;
	undone++;
}

static const struct tu_method own_methods[] = { { "count_made", count_made },
	{ "linger", linger } };

static const struct tu_kind own_thing = { .name = "OwnThing",
	.methods = own_methods,
	.n_methods = 2,
	.own = true,
	.free = free_thing,
	.undo = undo };

static tutti_manager *begin(void)
{
	tutti_manager *m;
	struct tu_object *own;

	made = freed = gone = undone = 0;
	tutti_event_clear(&entered);
	tutti_event_clear(&leave);
	tutti_event_clear(&told);
	CHECK_EQ(tutti_manager_create(&m, "127.0.0.1:0", tutti_bytes_text(RAW_KEY)), 0);
	make_of(&own_thing, &own);
	CHECK_EQ(tu_manager_serve(m, "own", &own_thing, own), 0);
	CHECK_EQ(tu_manager_serve(m, "Thing", &thing, NULL), 0);
	CHECK_EQ(tu_manager_serve(m, "Thing", &thing, NULL), -EEXIST);
	CHECK_EQ(tutti_manager_start(m), 0);
	return m;
}

static void end(tutti_manager *m)
{
	tutti_manager_free(m);
	CHECK_EQ(made, freed);
}

static void ask_once(const tutti_manager *m, const char *name, const char *arg, const char *answer)
{
	tutti_stream *s = raw_open(m);

	RAW_ASK(s, "(ns(s){})", name, arg);
	raw_check(s, answer);
	raw_check_end(s);
}

#define create(m, ident) \
	ask_once((m), "create", "Thing", "('#RETURN', ('" ident "', ('another', 'await', 'fail')))")
#define incref(m, ident) ask_once((m), "incref", (ident), "('#RETURN', None)")
#define decref(m, ident) ask_once((m), "decref", (ident), "('#RETURN', None)")

/* -- who holds them ---------------------------------------------------------------------------- */

static void go_when_nobody_holds_them(void)
{
	tutti_manager *m = begin();
	tutti_stream *s = raw_open(m);

	create(m, "Thing-1");
	create(m, "Thing-2");
	CHECK_EQ(made, 3);
	incref(m, "Thing-1");
	decref(m, "Thing-1");
	CHECK_EQ(freed, 0);
	decref(m, "Thing-1");
	CHECK_EQ(freed, 1);
	CHECK_EQ(tutti_manager_number_of_objects(m), 1);
	RAW_ASK(s, "(ns(s){})", "decref", "Thing-1");
	raw_check_text(s, "#TRACEBACK", "KeyError: 'Thing-1'\n");
	raw_check_end(s);
	s = raw_open(m);
	RAW_ASK(s, "(ns(si){})", "create", "Thing", 1);
	raw_check_text(s, "#TRACEBACK", "ValueError: it cannot be made so\n");
	raw_check_end(s);
	end(m);
}

/* Who is in a call of it finishes that first. */
static void stay_as_long_as_they_are_called(void)
{
	tutti_manager *m = begin();
	tutti_stream *s = raw_calls(m), *other = raw_calls(m);

	create(m, "Thing-1");
	RAW_ASK(s, "(ss(){})", "Thing-1", "await");
	raw_await_waiting(m, 1);
	RAW_ASK(other, "(ss(){})", "Thing-1", "fail");
	raw_check_raises(other, "builtins", "ZeroDivisionError");
	decref(m, "Thing-1");
	CHECK_EQ(freed, 0);
	RAW_ASK(other, "(ss(){})", "Thing-1", "fail");
	raw_check_text(other, "#TRACEBACK", "KeyError: 'Thing-1'\n");
	tutti_stream_free(other);
	tutti_stream_free(s);
	while (freed < 1)
		CHECK_EQ(tutti_yield(), 0);
	CHECK_EQ(gone, 2); /* both have called it */
	end(m);
}

static void are_made_by_methods(void)
{
	tutti_manager *m = begin();
	tutti_stream *s = raw_calls(m);
	tutti_value *v, *token;
	const tutti_value *exposed, *opaque;
	const char *word, *ident;

	create(m, "Thing-1");
	RAW_ASK(s, "(ss(){})", "Thing-1", "another");
	v = raw_answer(s);
	CHECK_EQ(tutti_value_unpack(v, "(s(OO))", &word, &exposed, &opaque), 0);
	CHECK_STR(word, "#PROXY");
	CHECK_EQ(tutti_value_size(exposed), 3);
	CHECK_EQ(tutti_value_object(&token, opaque), 0);
	CHECK_EQ(tutti_value_unpack(tutti_value_at(tutti_value_at(token, 2), 2), "s", &ident), 0);
	CHECK_STR(ident, "Thing-2");
	incref(m, ident); /* as Python's client does: then it lets go of what the answer held */
	decref(m, ident);
	CHECK_EQ(tutti_manager_number_of_objects(m), 2);
	decref(m, ident);
	CHECK_EQ(freed, 1);
	tutti_value_unref(token);
	tutti_value_unref(v);
	tutti_stream_free(s);
	end(m);
}

/* Of many that come and go the client does not keep those that nobody holds. */
static void are_not_kept_by_clients(void)
{
	enum { N = 100 };
	tutti_manager *m = begin();
	tutti_stream *s = raw_calls(m);
	char ident[32], answer[128];

	for (int i = 1; i <= N; i++) {
		snprintf(ident, sizeof(ident), "Thing-%d", i);
		snprintf(answer, sizeof(answer),
			"('#RETURN', ('%s', ('another', 'await', 'fail')))", ident);
		ask_once(m, "create", "Thing", answer);
		RAW_ASK(s, "(ss(){})", ident, "fail");
		raw_check_raises(s, "builtins", "ZeroDivisionError");
		decref(m, ident);
	}
	CHECK(freed > N / 2);
	tutti_stream_free(s);
	while (freed < N)
		CHECK_EQ(tutti_yield(), 0);
	end(m);
}

static void hear_that_a_client_has_gone(void)
{
	tutti_manager *m = begin();
	tutti_stream *s = raw_calls(m);

	create(m, "Thing-1");
	for (int i = 0; i < 3; i++) {
		RAW_ASK(s, "(ss(){})", "Thing-1", "fail");
		raw_check_raises(s, "builtins", "ZeroDivisionError");
	}
	CHECK_EQ(gone, 0);
	RAW_ASK(s, "(ss(){})", "Thing-1", "await");
	tutti_stream_free(s);
	CHECK_EQ(tutti_event_wait_until(&told, raw_patience()), 0);
	CHECK_EQ(gone, 1);
	end(m);
}

/* -- methods of the program's own -------------------------------------------------------------- */

static void may_wait_as_they_like(void)
{
	tutti_manager *m = begin();
	tutti_stream *s = raw_calls(m), *other = raw_calls(m);

	RAW_ASK(s, "(ss(){})", "own", "linger");
	CHECK_EQ(tutti_event_wait_until(&entered, raw_patience()), 0);
	RAW_ASK(other, "(ss(){})", "own", "count_made");
	raw_check(other, "('#RETURN', 1)");
	RAW_ASK(other, "(ss(){})", "own", "__str__");
	raw_check(other, "('#RETURN', '<OwnThing object>')");
	tutti_event_set(&leave);
	raw_check_none(s);
	CHECK_EQ(how_it_ended, 0);
	tutti_stream_free(other);
	tutti_stream_free(s);
	end(m);
}

static void are_cancelled_when_the_client_goes(void)
{
	tutti_manager *m = begin();
	tutti_stream *s = raw_calls(m);

	RAW_ASK(s, "(ss(){})", "own", "linger");
	CHECK_EQ(tutti_event_wait_until(&entered, raw_patience()), 0);
	tutti_stream_free(s);
	CHECK_EQ(tutti_event_wait_until(&told, raw_patience()), 0);
	CHECK_EQ(how_it_ended, TUTTI_ECANCELED);

	/* And when it asks for something else, which is answered. */
	s = raw_calls(m);
	tutti_event_clear(&entered);
	tutti_event_clear(&told);
	RAW_ASK(s, "(ss(){})", "own", "linger");
	CHECK_EQ(tutti_event_wait_until(&entered, raw_patience()), 0);
	RAW_ASK(s, "(ss(){})", "own", "count_made");
	raw_check(s, "('#RETURN', 1)");
	CHECK(tutti_event_is_set(&told));
	CHECK_EQ(how_it_ended, TUTTI_ECANCELED);

	/* And at the end. */
	tutti_event_clear(&entered);
	tutti_event_clear(&told);
	RAW_ASK(s, "(ss(){})", "own", "linger");
	CHECK_EQ(tutti_event_wait_until(&entered, raw_patience()), 0);
	end(m);
	CHECK(tutti_event_is_set(&told));
	CHECK_EQ(undone, 0);
	raw_check_end(s);
}

/* -- exceptions -------------------------------------------------------------------------------- */

/* A code over there and back; 0: an exception that is none of ours here. */
static void check_code(int code, int back, const char *name)
{
	tutti_value *e, *parts;
	const char *given;

	CHECK_EQ(tu_exception_make(&e, code, "so it is"), 0);
	CHECK_EQ(tutti_value_object(&parts, e), 0);
	CHECK_EQ(tutti_value_unpack(tutti_value_at(parts, 1), "s", &given), 0);
	CHECK_STR(given, name);
	CHECK_STR(tu_exception_name(code), name);
	CHECK_EQ(tu_exception_code(e), back);
	tutti_value_unref(parts);
	tutti_value_unref(e);
}

static void codes_are_exceptions(void)
{
	tutti_value *v, *args;

	check_code(TUTTI_EEMPTY, TUTTI_EEMPTY, "Empty");
	check_code(TUTTI_EFULL, TUTTI_EFULL, "Full");
	check_code(TUTTI_EBROKEN, TUTTI_EBROKEN, "BrokenBarrierError");
	check_code(TUTTI_ETYPE, TUTTI_ETYPE, "TypeError");
	check_code(-EINVAL, -EINVAL, "ValueError");
	check_code(-ENOENT, -ENOENT, "KeyError");
	check_code(-ERANGE, -ERANGE, "IndexError");
	check_code(-ENOSYS, -ENOSYS, "AttributeError");
	check_code(-ENODATA, -ENODATA, "StopIteration");
	check_code(TUTTI_ETIMEDOUT, TUTTI_EREMOTE, "TimeoutError");
	check_code(-ENOMEM, TUTTI_EREMOTE, "MemoryError");
	check_code(-EACCES, TUTTI_EREMOTE, "OSError");
	check_code(TUTTI_EUNLOCKED, TUTTI_EREMOTE, "RuntimeError");
	check_code(TUTTI_ESHUTDOWN, TUTTI_EREMOTE, "RuntimeError");
	CHECK_EQ(tutti_value_pack(&args, "()"), 0);
	CHECK_EQ(tutti_value_object_make(&v, "_queue", "Empty", args), 0);
	CHECK_EQ(tu_exception_code(v), TUTTI_EEMPTY);
	tutti_value_unref(v);
	CHECK_EQ(tutti_value_object_make(&v, "queue", "ShutDown", args), 0);
	CHECK_EQ(tu_exception_code(v), TUTTI_ESHUTDOWN);
	tutti_value_unref(v);
	CHECK_EQ(tu_exception_code(args), TUTTI_ETYPE);
	tutti_value_unref(args);
}

/* In a thread, with which its poller goes. */
static void *everything(void *arg)
{
	RUN(go_when_nobody_holds_them);
	RUN(stay_as_long_as_they_are_called);
	RUN(are_made_by_methods);
	RUN(are_not_kept_by_clients);
	RUN(hear_that_a_client_has_gone);
	RUN(may_wait_as_they_like);
	RUN(are_cancelled_when_the_client_goes);
	RUN(codes_are_exceptions);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
