/* SPDX-License-Identifier: MIT */
/* rows: F132 */
/*
 * manager_kinds_test.c - what manager_objects.h serves: kinds under names, and objects of the
 * program's own, called from the program that serves.
 *
 * ctest: LABELS no-valgrind no-qemu
 */
#include "dist/exception.h"
#include "dist/local.h"
#include "support/suite.h"

#include <errno.h>
#include <stdatomic.h>
#include <tutti/error.h>
#include <tutti/manager_objects.h>
#include <tutti/value_make.h>

static tutti_manager *m;

static void create(void)
{
	CHECK_EQ(tutti_manager_create(&m, "127.0.0.1:0", tutti_bytes_text("abc")), 0);
}

static int call(struct tu_local *l, const char *method, const char *format, int n, int64_t *out)
{
	tutti_value *args, *result = NULL;
	int rc;

	CHECK_EQ(tutti_value_pack(&args, format, n), 0);
	rc = tu_local_call(l, method, args, NULL, tutti_after(TUTTI_SECONDS(60)), &result, NULL);
	if (rc == 0 && tutti_value_as_int(result, out) < 0)
		*out = -1;
	tutti_value_unref(args);
	tutti_value_unref(result);
	return rc;
}

/* -- kinds ------------------------------------------------------------------------------------ */

static void shared_ones(void)
{
	tutti_value *args, *wrong;
	struct tu_local *a, *b;
	int64_t n;

	create();
	CHECK_EQ(tutti_value_pack(&args, "([ii])", 5, 6), 0);
	CHECK_EQ(tutti_value_pack(&wrong, "[i]", 3), 0);
	CHECK_EQ(tutti_manager_serve_shared(m, "numbers", "list", args), 0);
	CHECK_EQ(tutti_manager_serve_shared(m, "numbers", "list", args), -EEXIST);
	CHECK_EQ(tutti_manager_serve_shared(m, "two words", "list", args), -EINVAL);
	CHECK_EQ(tutti_manager_serve_shared(m, NULL, "list", args), -EINVAL);
	CHECK_EQ(tutti_manager_serve_shared(m, "other", "set", args), -EINVAL);
	CHECK_EQ(tutti_manager_serve_shared(m, "other", NULL, args), -EINVAL);
	CHECK_EQ(tutti_manager_serve_shared(m, "other", "list", wrong), TUTTI_ETYPE);
	CHECK_EQ(tutti_manager_serve_shared(m, "other", "list", tutti_value_int(3)), TUTTI_ETYPE);
	CHECK_EQ(tutti_manager_serve_shared(m, "gate", "Semaphore", wrong), 0);
	CHECK_EQ(tutti_manager_serve_shared(m, "flag", "Event", NULL), 0);
	tutti_value_unref(args);
	tutti_value_unref(wrong);
	CHECK_EQ(tutti_value_pack(&wrong, "[i]", -1), 0);
	CHECK_EQ(tutti_manager_serve_shared(m, "other", "Semaphore", wrong), -EINVAL);
	tutti_value_unref(wrong);
	CHECK_EQ(tutti_manager_start(m), 0);
	CHECK_EQ(tutti_manager_serve_shared(m, "late", "Event", NULL), -EBUSY);
	CHECK_EQ(tu_local_create(m, "numbers", NULL, NULL, &a), 0);
	CHECK_EQ(tu_local_create(m, "numbers", NULL, NULL, &b), 0);
	CHECK_EQ(call(a, "append", "(i)", 7, &n), 0);
	CHECK_EQ(call(b, "__getitem__", "(i)", 2, &n), 0);
	CHECK_EQ(n, 7);
	CHECK_EQ(call(b, "__getitem__", "(i)", 3, &n), -ERANGE);
	tu_local_free(a);
	tu_local_free(b);
	tutti_manager_free(m);
}

static void all_kinds(void)
{
	struct tu_local *a, *b;
	int64_t n;

	create();
	CHECK_EQ(tutti_manager_serve_kinds(m), 0);
	CHECK_EQ(tutti_manager_serve_kinds(m), -EEXIST);
	CHECK_EQ(tutti_manager_start(m), 0);
	CHECK_EQ(tutti_manager_serve_kinds(m), -EBUSY);
	CHECK_EQ(tu_local_create(m, "list", NULL, NULL, &a), 0);
	CHECK_EQ(tu_local_create(m, "list", NULL, NULL, &b), 0);
	CHECK_EQ(call(a, "append", "(i)", 7, &n), 0);
	CHECK_EQ(call(b, "__getitem__", "(i)", 0, &n), -ERANGE);
	tu_local_free(a);
	tu_local_free(b);
	tutti_manager_free(m);
}

/* -- objects of the program's own ------------------------------------------------------------- */

static int add(void *self, const tutti_value *args, const tutti_value *kwargs, tutti_value **result)
{
	_Atomic int64_t *count = self;
	int64_t n;
	int rc = tutti_value_unpack(args, "(L)", &n);

	CHECK_EQ(tutti_value_size(kwargs), 0);
	if (rc == 0)
		*result = tutti_value_int((*count += n));
	return rc;
}

static int fail(
	void *self, const tutti_value *args, const tutti_value *kwargs, tutti_value **result)
{
	(void)self;
	(void)args;
	(void)kwargs;
	CHECK_EQ(tutti_value_bytes(result, "lost", 4), 0); /* which is given back */
	return tutti_fail(-ENOENT, "no such thing");
}

static int raise_own(
	void *self, const tutti_value *args, const tutti_value *kwargs, tutti_value **result)
{
	(void)self;
	(void)kwargs;
	CHECK_EQ(tutti_value_object_make(result, "builtins", "ZeroDivisionError", args), 0);
	return TUTTI_EREMOTE;
}

static int nothing(
	void *self, const tutti_value *args, const tutti_value *kwargs, tutti_value **result)
{
	(void)self;
	(void)args;
	(void)kwargs;
	(void)result;
	return 7; /* no error either */
}

static int wait_for_ever(
	void *self, const tutti_value *args, const tutti_value *kwargs, tutti_value **result)
{
	(void)self;
	(void)args;
	(void)kwargs;
	(void)result;
	return tutti_sleep(TUTTI_FOREVER);
}

static const tutti_manager_method methods[] = { { "nothing", nothing }, { "add", add },
	{ "fail", fail }, { "raise_own", raise_own } };

static void own_is_refused(void)
{
	static const tutti_manager_method twice[] = { { "a", add }, { "b", add }, { "a", fail } };
	static const tutti_manager_method wrong[] = { { "no name", add } };
	static const tutti_manager_method empty[] = { { "a", NULL } };

	create();
	CHECK_EQ(tutti_manager_serve_object(m, "x", twice, 3, NULL), -EEXIST);
	CHECK_EQ(tutti_manager_serve_object(m, "x", wrong, 1, NULL), -EINVAL);
	CHECK_EQ(tutti_manager_serve_object(m, "x", empty, 1, NULL), -EINVAL);
	CHECK_EQ(tutti_manager_serve_object(m, "x", methods, 0, NULL), -EINVAL);
	CHECK_EQ(tutti_manager_serve_object(m, "x", methods, 1001, NULL), -EINVAL);
	CHECK_EQ(tutti_manager_serve_object(m, "", methods, 4, NULL), -EINVAL);
	CHECK_EQ(tutti_manager_serve_object(m, "x", methods, 4, NULL), 0);
	CHECK_EQ(tutti_manager_serve_object(m, "x", methods, 4, NULL), -EEXIST);
	tutti_manager_free(m);
}

static void check_error(
	struct tu_local *l, const char *method, int code, const char *name, const char *words)
{
	tutti_value *args, *e = NULL, *parts;
	const char *module, *class, *text;
	const tutti_value *state;

	CHECK_EQ(tutti_value_pack(&args, "(s)", "by zero"), 0);
	CHECK_EQ(tu_local_call(l, method, args, NULL, TUTTI_FOREVER, &e, NULL), code);
	CHECK_EQ(tutti_value_object(&parts, e), 0);
	CHECK_EQ(tutti_value_unpack(parts, "(ss(s)O)", &module, &class, &text, &state), 0);
	CHECK_STR(class, name);
	CHECK_STR(text, words);
	tutti_value_unref(parts);
	tutti_value_unref(e);
	tutti_value_unref(args);
}

static void own_answers(void)
{
	_Atomic int64_t count = 5;
	struct tu_local *l;
	int64_t n;

	create();
	CHECK_EQ(tutti_manager_serve_object(m, "counter", methods, 4, &count), 0);
	CHECK_EQ(tutti_manager_start(m), 0);
	CHECK_EQ(tu_local_create(m, "counter", NULL, NULL, &l), 0);
	CHECK_EQ(call(l, "add", "(i)", 3, &n), 0);
	CHECK_EQ(n, 8);
	CHECK_EQ(count, 8);
	check_error(l, "fail", -ENOENT, "KeyError", "no such thing");
	check_error(l, "raise_own", TUTTI_EREMOTE, "ZeroDivisionError", "by zero");
	check_error(l, "add", TUTTI_ETYPE, "TypeError", tutti_strerror(TUTTI_ETYPE));
	CHECK_EQ(call(l, "nothing", "()", 0, &n), 0);
	CHECK_EQ(n, -1);
	CHECK(tutti_fail_text() == NULL || *tutti_fail_text() == '\0');
	tu_local_free(l);
	tutti_manager_free(m);
}

static void *ask_waiting(void *l)
{
	CHECK_EQ(tu_local_call(l, "wait", NULL, NULL, TUTTI_FOREVER, NULL, NULL), TUTTI_ECANCELED);
	return NULL;
}

static void own_waits_no_longer(void)
{
	static const tutti_manager_method waiting[] = { { "wait", wait_for_ever } };
	tutti_future *t;
	struct tu_local *l;
	tutti_value *v;

	create();
	CHECK_EQ(tutti_manager_serve_object(m, "bed", waiting, 1, NULL), 0);
	CHECK_EQ(tutti_manager_start(m), 0);
	CHECK_EQ(tu_local_create(m, "bed", NULL, NULL, &l), 0);
	CHECK_EQ(tu_local_call(l, "wait", NULL, NULL, tutti_after(TUTTI_MILLISECONDS(1)), &v, NULL),
		TUTTI_ETIMEDOUT);
	CHECK(v == NULL);
	t = tutti_thread_start(ask_waiting, l, NULL);
	tutti_future_cancel(t);
	tutti_future_result(t, NULL, 0);
	tutti_future_unref(t);
	tu_local_free(l);
	tutti_manager_free(m);
}

int main(void)
{
	suite_begin();
	RUN(shared_ones);
	RUN(all_kinds);
	RUN(own_is_refused);
	RUN(own_answers);
	RUN(own_waits_no_longer);
	return suite_end();
}
