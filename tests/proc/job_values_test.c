/* SPDX-License-Identifier: MIT */
/* rows: +jobvalues */
/* job_values_test.c - jobs over values: on every engine, whose what is, and what is said of wrong
   arguments. */
#include <errno.h>
#include <math.h>
#include <tutti/tutti.h>

#include "support/memory.h"
#include "support/suite.h"

static const char *const engines[] = { "threads", "threads:3", "tasks", "inline" };
enum { ENGINES = sizeof(engines) / sizeof(*engines), MANY = 500 };

#define PACK(...)                                                     \
	({                                                            \
		tutti_value *packed_;                                 \
		CHECK_EQ(tutti_value_pack(&packed_, __VA_ARGS__), 0); \
		packed_;                                              \
	})

/* -- jobs ------------------------------------------------------------------------------------- */

static int add(const tutti_value *args, const tutti_value *kwargs, tutti_value **result)
{
	int64_t a, b = 1;
	int rc = tutti_args_unpack(args, kwargs, "L|L", "a b", &a, &b);

	return rc < 0 ? rc : tutti_value_pack(result, "L", a + b);
}
TUTTI_JOB_VALUES(add);

static int order(const tutti_value *args, const tutti_value *kwargs, tutti_value **result)
{
	const char *what, *note = "none";
	double price = 9.5;
	bool gift = false;
	int many, x = 0, y = 0;
	int rc = tutti_args_unpack(args, kwargs, "s i | d $ b s (ii)",
		"what many price gift note place", &what, &many, &price, &gift, &note, &x, &y);

	return rc < 0 ? rc
		      : tutti_value_pack(result, "[sidbsii]", what, many, price, gift, note, x, y);
}
TUTTI_JOB_VALUES(order);

static int nothing(const tutti_value *args, const tutti_value *kwargs, tutti_value **result)
{
	(void)result;
	return tutti_args_unpack(args, kwargs, "", "");
}
TUTTI_JOB_VALUES(nothing);

/* Gives its arguments back, the very same ones. */
static int echo(const tutti_value *args, const tutti_value *kwargs, tutti_value **result)
{
	return tutti_call_of(result, args, kwargs);
}
TUTTI_JOB_VALUES(echo);

static int half_done(const tutti_value *args, const tutti_value *kwargs, tutti_value **result)
{
	(void)kwargs;
	CHECK_EQ(tutti_value_pack(result, "[O]", args), 0);
	return tutti_fail(TUTTI_EUSER, "on purpose");
}
TUTTI_JOB_VALUES(half_done);

static tutti_value *doubled(tutti_value *v)
{
	double x;

	if (tutti_value_as_float(v, &x) == 0)
		return tutti_value_float(2 * x);
	return tutti_value_kind(v) == TUTTI_VALUE_NONE ? NULL : tutti_value_ref(v);
}
TUTTI_JOB(doubled, tutti_value *, tutti_value *);

static int try_first(tutti_value *const *v, tutti_value **out)
{
	const tutti_value *first = tutti_value_at(*v, 0);

	if (!first)
		return -ENOENT;
	*out = tutti_value_ref((tutti_value *)first);
	return 0;
}
TUTTI_JOB_TRY(try_first, tutti_value *, tutti_value *);

/* -- how they are called ----------------------------------------------------------------------- */

static tutti_executor *open_engine(int i)
{
	tutti_executor *e;

	CHECK_EQ(tutti_executor_open(&e, engines[i], NULL), 0);
	return e;
}

static void check_repr(const tutti_value *v, const char *repr)
{
	tutti_bytes text;

	CHECK_EQ(tutti_value_repr(&text, v), 0);
	CHECK_STR((const char *)text.data, repr);
	tutti_bytes_free(&text);
}

/* Submit with these arguments, which may be NULL and are given back: the result's repr. */
static void gives(
	tutti_executor *e, tutti_job *job, tutti_value *args, tutti_value *kwargs, const char *repr)
{
	tutti_future *f = tutti_submit_values(e, job, args, kwargs, NULL);
	tutti_value *result;

	tutti_value_unref(args);
	tutti_value_unref(kwargs);
	CHECK_EQ(tutti_job_result(f, job, &result), 0);
	check_repr(result, repr);
	tutti_value_unref(result);
	tutti_future_unref(f);
}

/* rows: F17 T2 */
static void calls(void)
{
	for (int i = 0; i < ENGINES; i++) {
		tutti_executor *e = open_engine(i);

		gives(e, &add_job, PACK("[ii]", 1, 2), NULL, "3");
		gives(e, &add_job, PACK("(i)", 1), NULL, "2");
		gives(e, &add_job, NULL, PACK("{s:i, s:i}", "b", 5, "a", 4), "9");
		gives(e, &add_job, PACK("[i]", 1), PACK("{s:i}", "b", 5), "6");
		gives(e, &order_job, PACK("[sii]", "tea", 2, 3), NULL,
			"['tea', 2, 3.0, False, 'none', 0, 0]");
		gives(e, &order_job, PACK("[s]", "tea"),
			PACK("{s:i, s:b, s:[ii]}", "many", 7, "gift", true, "place", 1, 2),
			"['tea', 7, 9.5, True, 'none', 1, 2]");
		gives(e, &nothing_job, NULL, NULL, "None");
		gives(e, &echo_job, PACK("[is]", 1, "x"), PACK("{s:d}", "k", 0.5),
			"([1, 'x'], {'k': 0.5})");
		gives(e, &echo_job, NULL, NULL, "((), {})");
		tutti_executor_free(e);
	}
}

/* The result is the caller's, once for each time that it is asked for. */
static void results(void)
{
	tutti_executor *e = open_engine(0);
	tutti_value *args = PACK("[s]", "some text"), *first, *second, *unused;
	tutti_future *f = echo_submit(e, args, NULL);

	CHECK_EQ(echo_result(f, &first), 0);
	CHECK_EQ(echo_result(f, &second), 0);
	CHECK(first == second);
	CHECK(tutti_value_at(first, 0) == args); /* not a copy */
	CHECK_EQ(add_result(f, &unused), TUTTI_ETYPE);
	CHECK_EQ(tutti_future_result(f, NULL, 0), 0);
	tutti_future_unref(f);
	tutti_value_unref(args);
	tutti_value_unref(first);
	check_repr(second, "(['some text'], {})");
	tutti_value_unref(second);
	/* nobody asks for it */
	tutti_future_unref(echo_submit(e, NULL, NULL));
	f = half_done_submit(e, NULL, NULL);
	CHECK_EQ(half_done_result(f, &first), TUTTI_EUSER);
	CHECK_STR(tutti_future_text(f), "on purpose");
	tutti_future_unref(f);
	tutti_executor_free(e);
}

static void plain_jobs(void)
{
	for (int i = 0; i < ENGINES; i++) {
		tutti_executor *e = open_engine(i);
		tutti_value *list = PACK("[ss]", "a", "b"), *out = NULL;
		tutti_future *f = doubled_submit(e, tutti_value_int(4));

		CHECK_EQ(doubled_result(f, &out), 0);
		check_repr(out, "8.0");
		tutti_value_unref(out);
		tutti_future_unref(f);

		f = doubled_submit(e, list);
		CHECK_EQ(doubled_result(f, &out), 0);
		CHECK(out == list);
		tutti_value_unref(out);
		tutti_future_unref(f);

		f = try_first_submit(e, list);
		CHECK_EQ(try_first_result(f, &out), 0);
		check_repr(out, "'a'");
		tutti_value_unref(out);
		tutti_future_unref(f);
		tutti_value_unref(list);

		out = NULL;
		f = try_first_submit(e, tutti_value_none());
		CHECK_EQ(try_first_result(f, &out), -ENOENT);
		tutti_future_unref(f);
		f = doubled_submit(e, tutti_value_none());
		CHECK_EQ(doubled_result(f, &out), -ENOMEM);
		tutti_future_unref(f);
		f = doubled_submit(e, NULL);
		CHECK_EQ(doubled_result(f, &out), -EINVAL);
		tutti_future_unref(f);
		CHECK(!out);
		tutti_executor_free(e);
	}
}

/* Those that fail leave their places as they were. */
static void maps(size_t chunk)
{
	static tutti_value *calls[MANY], *results[MANY];
	tutti_map_options options = { .chunk = chunk };

	for (int i = 0; i < ENGINES; i++) {
		tutti_executor *e = open_engine(i);
		int64_t n;

		for (int k = 0; k < MANY; k++) {
			CHECK_EQ(k % 7 == 3 ? tutti_call_pack(&calls[k], "s", "x")
					    : tutti_call_pack(&calls[k], "i{s:i}", k, "b", 1),
				0);
			results[k] = (tutti_value *)&n; /* nobody's */
		}
		CHECK_EQ(tutti_map(e, &add_job, calls, results, MANY, &options), TUTTI_ETYPE);
		for (int k = 0; k < MANY; k++) {
			if (k % 7 == 3) {
				CHECK(results[k] == (tutti_value *)&n);
				continue;
			}
			CHECK_EQ(tutti_value_as_int(results[k], &n), 0);
			CHECK_EQ(n, k + 1);
			tutti_value_unref(results[k]);
		}
		CHECK_EQ(tutti_map(e, &echo_job, calls, NULL, MANY, &options), 0);
		CHECK_EQ(echo_map(e, calls, results, MANY), 0);
		for (int k = 0; k < MANY; k++) {
			CHECK(tutti_value_equal(results[k], calls[k]));
			tutti_value_unref(results[k]);
			tutti_value_unref(calls[k]);
		}
		tutti_executor_free(e);
	}
}

static void mapped(void)
{
	maps(0);
	maps(1);
	maps(50);
}

struct counter {
	int pulled, pushed;
};

static int pull(void *arg, void *item)
{
	struct counter *c = arg;

	if (c->pulled == MANY)
		return 0;
	CHECK_EQ(tutti_call_pack(item, "is", c->pulled++, "x"), 0);
	return 1;
}

static int push(void *arg, size_t index, int error, const void *result)
{
	struct counter *c = arg;
	tutti_value *const *v = result;
	int n;
	const char *text;

	CHECK_EQ(error, 0);
	CHECK_EQ(tutti_value_unpack(*v, "([is]{})", &n, &text), 0);
	CHECK_EQ(n, index);
	c->pushed++;
	return 0;
}

static void streams(void)
{
	for (int i = 0; i < ENGINES; i++) {
		tutti_executor *e = open_engine(i);
		struct counter c = { 0, 0 };

		CHECK_EQ(tutti_map_stream(e, &echo_job, pull, push, &c, NULL), 0);
		CHECK_EQ(c.pushed, MANY);
		tutti_executor_free(e);
	}
}

/* -- what is wrong ---------------------------------------------------------------------------- */

/* Submit with these, which are given back: it fails so. */
static void fails(
	tutti_job *job, tutti_value *args, tutti_value *kwargs, int code, const char *text)
{
	tutti_executor *e = open_engine(3);
	tutti_future *f = tutti_submit_values(e, job, args, kwargs, NULL);

	CHECK_EQ(tutti_future_error(f), code);
	CHECK_STR(tutti_future_text(f), text);
	tutti_future_unref(f);
	tutti_value_unref(args);
	tutti_value_unref(kwargs);
	tutti_executor_free(e);
}

#define WRONG(job, args, kwargs, text) fails(&job, args, kwargs, TUTTI_ETYPE, text)

/* rows: F29 T2 T39 */
static void refused(void)
{
	WRONG(add_job, PACK("[is]", 1, "x"), NULL,
		"argument 'b' of job 'add': int expected, got str 'x'");
	WRONG(add_job, PACK("[d]", 1.5), NULL,
		"argument 'a' of job 'add': int expected, got float 1.5");
	WRONG(add_job, PACK("[n]"), NULL,
		"argument 'a' of job 'add': int expected, got NoneType None");
	WRONG(add_job, NULL, PACK("{s:i}", "b", 1), "argument 'a' of job 'add': missing");
	WRONG(add_job, PACK("[iii]", 1, 2, 3), NULL,
		"arguments of job 'add': 3 by place, at most 2 expected");
	WRONG(add_job, PACK("[i]", 1), PACK("{s:i}", "a", 1),
		"argument 'a' of job 'add': given twice");
	WRONG(add_job, PACK("[i]", 1), PACK("{s:i, s:i}", "b", 1, "zz", 2),
		"argument 'zz' of job 'add': there is none of that name");
	WRONG(nothing_job, PACK("[i]", 1), NULL,
		"arguments of job 'nothing': 1 by place, at most 0 expected");
	WRONG(order_job, PACK("[sidb]", "x", 1, 2.0, true), NULL,
		"arguments of job 'order': 4 by place, at most 3 expected");
	WRONG(order_job, PACK("[si]", "x", 1), PACK("{s:[i]}", "place", 1),
		"argument 'place' of job 'order': list or tuple like (ii) expected, got list [1]");
	WRONG(order_job, PACK("[si]", "x", 1), PACK("{s:i}", "gift", 1),
		"argument 'gift' of job 'order': bool expected, got int 1");
	fails(&order_job, PACK("[sL]", "x", INT64_MAX), NULL, -ERANGE,
		"argument 'many' of job 'order': int that is not as large expected, "
		"got int 9223372036854775807");
	fails(&order_job, PACK("[Si]", tutti_bytes_of("a\0b", 3), 1), NULL, -EINVAL,
		"argument 'what' of job 'order': str without a zero byte expected, "
		"got str 'a\\x00b'");
	WRONG(add_job, PACK("i", 1), NULL, tutti_strerror(TUTTI_ETYPE));
	WRONG(add_job, NULL, PACK("[]"), tutti_strerror(TUTTI_ETYPE));
	WRONG(add_job, NULL, PACK("{i:i}", 1, 1), tutti_strerror(TUTTI_ETYPE));
	WRONG(doubled_job, NULL, NULL, tutti_strerror(TUTTI_ETYPE));
}

/* Whatever it is that an engine hands in. */
static void no_call(void)
{
	tutti_executor *e = open_engine(3);
	tutti_value *v = PACK("[i]", 1);
	tutti_future *f = tutti_submit(e, &add_job, &v, NULL);

	CHECK_EQ(tutti_future_error(f), TUTTI_ETYPE);
	CHECK_STR(
		tutti_future_text(f), "the argument of job 'add' is no pair of a list and a dict");
	tutti_future_unref(f);
	tutti_value_unref(v);
	tutti_executor_free(e);
}

static void unpack_alone(void)
{
	tutti_value *args = PACK("[i, s]", 1, "x");
	int a = 7, b = 8;
	const char *s;

	/* not in a job */
	CHECK_EQ(tutti_args_unpack(args, NULL, "ii", "a b", &a, &b), TUTTI_ETYPE);
	CHECK(a == 7 && b == 8);
	CHECK_EQ(tutti_args_unpack(args, NULL, "is", " a  b ", &a, &s), 0);
	CHECK_EQ(a, 1);
	CHECK_EQ(tutti_args_unpack(args, NULL, "is", "a", &a, &s), -EINVAL);
	CHECK_EQ(tutti_args_unpack(args, NULL, "i", "a b", &a), -EINVAL);
	CHECK_EQ(tutti_args_unpack(args, NULL, "i?", "a b", &a), -EINVAL);
	CHECK_EQ(tutti_args_unpack(tutti_value_none(), NULL, "", ""), TUTTI_ETYPE);
	tutti_value_unref(args);
	tutti_fail(0, NULL);
}

static void call_parts(void)
{
	tutti_value *call;
	const tutti_value *args, *kwargs;
	tutti_value *bad[] = { PACK("([]{}n)"), PACK("([])"), PACK("[[]{}]"), PACK("({}[])"),
		PACK("([]{i:i})", 1, 1), PACK("n") };

	CHECK_EQ(tutti_call_pack(&call, "i{s:i}{}", 1, "x", 2), 0);
	CHECK_EQ(tutti_call_parts(call, &args, &kwargs), 0);
	check_repr(args, "(1, {'x': 2})");
	check_repr(kwargs, "{}");
	tutti_value_unref(call);
	CHECK_EQ(tutti_call_pack(&call, ""), 0);
	check_repr(call, "((), {})");
	tutti_value_unref(call);
	CHECK_EQ(tutti_call_pack(&call, "{i:i}", 1, 1), TUTTI_ETYPE);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		CHECK_EQ(tutti_call_parts(bad[i], &args, &kwargs), TUTTI_ETYPE);
		tutti_value_unref(bad[i]);
	}
}

/* -- an engine that ships them ----------------------------------------------------------------- */

/* As another process or machine would: nothing but bytes goes there, and nothing but bytes back. */
static int ship(void *self, tutti_future *f)
{
	const tutti_job *job = tutti_future_job(f);
	tutti_value *call, *result = NULL;
	tutti_bytes there, back;

	(void)self;
	CHECK_EQ(job->arg_kind, TUTTI_KIND_CALL);
	CHECK_EQ(tutti_value_encode(&there, *(tutti_value *const *)tutti_future_arg(f)), 0);
	CHECK_EQ(tutti_value_decode(&call, there.data, there.size, NULL), 0);
	CHECK_EQ(tutti_job_find(job->name)->call(&call, &result), 0);
	CHECK_EQ(tutti_value_encode(&back, result), 0);
	tutti_value_unref(result);
	CHECK_EQ(tutti_value_decode(&result, back.data, back.size, NULL), 0);
	CHECK_EQ(tutti_future_set_result(f, &result), 0);
	tutti_value_unref(result);
	tutti_value_unref(call);
	tutti_bytes_free(&there);
	tutti_bytes_free(&back);
	return 0;
}

static void free_nothing(void *self)
{
	(void)self;
}

/* rows: F17 F29 */
static void shipped(void)
{
	static const tutti_engine engine = {
		.size = sizeof(engine), .submit = ship, .free = free_nothing
	};
	tutti_executor *e;

	CHECK_EQ(tutti_executor_create(&e, &engine, NULL), 0);
	gives(e, &add_job, PACK("[i]", 1), PACK("{s:i}", "b", 5), "6");
	gives(e, &echo_job, PACK("[{s:(nb)}]", "x", true), NULL, "([{'x': (None, True)}], {})");
	tutti_executor_free(e);
}

/* -- reports ---------------------------------------------------------------------------------- */

static char told[512];

static void note(int code, const char *text, void *arg)
{
	(void)code, (void)arg;
	snprintf(told, sizeof(told), "%s", text);
}

/* A failure that nobody looks at is told with the arguments. */
static void unseen(void)
{
	tutti_executor *e = open_engine(0);
	tutti_value *args = PACK("[s]", "tea");

	tutti_set_reporter(note, NULL);
	tutti_future_unref(add_submit(e, args, NULL));
	tutti_value_unref(args);
	tutti_executor_free(e);
	CHECK(strstr(told, "int expected, got str 'tea'") && strstr(told, "(['tea'], {})"));
	CHECK(strstr(told, "submitted at job_values_test("));
	tutti_set_reporter(tutti_report_stderr, NULL);
}

int main(void)
{
	suite_begin();
	RUN(calls);
	RUN(results);
	RUN(plain_jobs);
	RUN(mapped);
	RUN(streams);
	RUN(refused);
	RUN(no_call);
	RUN(unpack_alone);
	RUN(call_parts);
	RUN(shipped);
	RUN(unseen);
	return suite_end();
}
