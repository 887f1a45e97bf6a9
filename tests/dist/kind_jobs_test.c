/* SPDX-License-Identifier: MIT */
/*
 * kind_jobs_test.c - the kind Jobs by its calls alone: who gets what, in which order, and what
 * becomes of it when somebody goes. Callers are A to D, by an address each.
 */
#include "dist/kinds.h"
#include "support/suite.h"

#include <errno.h>
#include <tutti/error.h>
#include <tutti/value_codec.h>
#include <tutti/value_make.h>

static const char callers[] = "ABCD";
#define A (callers + 0)
#define B (callers + 1)
#define C (callers + 2)

static struct tu_object *jobs;

/* -- calls ------------------------------------------------------------------------------------ */

static tutti_value *read_json(const char *text)
{
	tutti_value *v;

	CHECK_EQ(tutti_value_from_json(&v, text, strlen(text), NULL, NULL), 0);
	return v;
}

struct calling {
	struct tu_call call;
	tutti_value *args, *kwargs;
	int rc;
};

/* Entries of lists are tuples. */
static tutti_value *as_tuples(tutti_value *list, int depth)
{
	size_t n = tutti_value_size(list);
	tutti_value *items[16], *out;

	if (tutti_value_kind(list) != TUTTI_VALUE_LIST)
		return list;
	for (size_t i = 0; i < n; i++)
		items[i] = as_tuples(
			tutti_value_ref((tutti_value *)tutti_value_at(list, i)), depth + 1);
	CHECK_EQ(depth == 1 ? tutti_value_list(&out, items, n) : tutti_value_tuple(&out, items, n),
		0);
	for (size_t i = 0; i < n; i++)
		tutti_value_unref(items[i]);
	tutti_value_unref(list);
	return out;
}

/* args as JSON: what is at the second level is a list, all other arrays are tuples. */
static void begin(struct calling *c, const void *caller, const char *method, const char *args)
{
	*c = (struct calling){ .args = as_tuples(read_json(args), 0), .kwargs = read_json("{}") };
	c->call.method = tu_kind_method(&tu_kind_jobs, tutti_bytes_text(method));
	CHECK(c->call.method != NULL);
	c->call.args = c->args;
	c->call.kwargs = c->kwargs;
	c->call.caller = caller;
	c->rc = tu_call_begin(jobs, &c->call);
}

static void forget(struct calling *c)
{
	tutti_value_unref(c->args);
	tutti_value_unref(c->kwargs);
}

/* Its answer, or a code, as a text; static. */
static const char *answer_of(struct calling *c)
{
	static char text[400];
	tutti_bytes repr;

	if (c->rc == TU_CALL_WAITS)
		c->rc = tu_call_answer(jobs, &c->call);
	if (c->rc == TU_CALL_WAITS)
		return "waits";
	if (c->rc < 0)
		return tutti_errname(c->rc);
	if (!c->call.result)
		return "None";
	CHECK_EQ(tutti_value_repr(&repr, c->call.result), 0);
	snprintf(text, sizeof(text), "%.*s", (int)repr.size, (const char *)repr.data);
	tutti_bytes_free(&repr);
	return text;
}

/* The answer is delivered. */
static void ends(struct calling *c, const char *answer)
{
	CHECK_STR(answer_of(c), answer);
	tu_call_end(jobs, &c->call);
	forget(c);
}

static void drops(struct calling *c)
{
	tu_call_drop(jobs, &c->call);
	forget(c);
}

static void call(const void *caller, const char *method, const char *args, const char *answer)
{
	struct calling c;

	begin(&c, caller, method, args);
	ends(&c, answer);
}

static void leaves(const void *caller)
{
	tu_object_left(jobs, caller);
}

static void with_jobs(void (*test)(void))
{
	tutti_value *args = as_tuples(read_json("[]"), 0), *kwargs = read_json("{}");
	char text[TU_CALL_TEXT];

	CHECK_EQ(tu_object_make(&jobs, &tu_kind_jobs, args, kwargs, text), 0);
	tutti_value_unref(args);
	tutti_value_unref(kwargs);
	test();
	tu_object_free(jobs);
}

/* -- plain calls ------------------------------------------------------------------------------- */

static void goes_round(void)
{
	call(A, "put", "[\"square\", 12]", "1");
	call(A, "put", "[\"cube\", [1, 2]]", "2");
	call(A, "qsize", "[]", "2");
	call(B, "take", "[0]", "(1, 'square', 12)");
	call(B, "take", "[0, [\"square\"]]", "TUTTI_EEMPTY");
	call(C, "take", "[0, [\"cube\", \"x\"]]", "(2, 'cube', [1, 2])");
	call(A, "result", "[0]", "TUTTI_EEMPTY");
	call(C, "done", "[2, false, \"no\"]", "True");
	call(B, "done", "[1, true, 144]", "True");
	call(B, "done", "[1, true, 144]", "False"); /* it is no lease of its any more */
	call(A, "result", "[0]", "(2, False, 'no')");
	call(A, "result", "[]", "(1, True, 144)");
	call(B, "result", "[0]", "TUTTI_EEMPTY");
}

static void waits_for_its_turn(void)
{
	struct calling first, second, result;

	begin(&first, B, "take", "[]");
	begin(&second, C, "take", "[]");
	begin(&result, A, "result", "[]");
	CHECK_EQ(first.rc, TU_CALL_WAITS);
	call(A, "put", "[\"a\"]", "1");
	ends(&first, "(1, 'a', None)");
	CHECK_STR(answer_of(&second), "waits");
	call(B, "done", "[1]", "True");
	ends(&result, "(1, True, None)");
	begin(&first, B, "take", "[]");
	drops(&second);
	call(A, "put", "[\"b\"]", "2");
	ends(&first, "(2, 'b', None)");
}

static void says_what_is_wrong(void)
{
	call(A, "put", "[5]", "TUTTI_ETYPE");
	call(A, "put", "[\"\"]", "EINVAL");
	call(A, "put", "[]", "TUTTI_ETYPE");
	call(A, "put", "[\"a\", 1, -1]", "EINVAL");
	call(A, "put", "[\"a\", 1, 1, \"soon\"]", "TUTTI_ETYPE");
	call(A, "take", "[\"soon\"]", "TUTTI_ETYPE");
	call(A, "take", "[0, 7]", "TUTTI_ETYPE");
	call(A, "take", "[0, [7]]", "TUTTI_ETYPE");
	call(A, "done", "[\"a\"]", "TUTTI_ETYPE");
	call(A, "submit", "[1, [5]]", "TUTTI_ETYPE");
	call(A, "submit", "[1, [[1, 2, 3]]]", "TUTTI_ETYPE");
	call(A, "submit", "[1, [[-1, \"a\", null, 1, null]]]", "EINVAL");
	call(A, "submit", "[1, null, [\"x\"]]", "TUTTI_ETYPE");
	call(A, "serve", "[1, [5], 1]", "TUTTI_ETYPE");
	call(A, "serve", "[1, null, -1]", "EINVAL");
	call(A, "serve", "[1, null, 1, 0]", "EINVAL");
	call(A, "qsize", "[]", "0");
}

/* -- who goes ---------------------------------------------------------------------------------- */

static void leases_go_to_the_next(void)
{
	call(A, "put", "[\"a\"]", "1");
	call(A, "put", "[\"b\"]", "2");
	call(A, "put", "[\"c\"]", "3");
	call(B, "take", "[0]", "(1, 'a', None)");
	call(B, "take", "[0]", "(2, 'b', None)");
	leaves(B);
	call(C, "take", "[0]", "(1, 'a', None)"); /* at the head, in their order */
	call(C, "take", "[0]", "(2, 'b', None)");
	call(C, "take", "[0]", "(3, 'c', None)");
}

static void three_deaths_are_the_last(void)
{
	call(A, "put", "[\"a\"]", "1");
	call(A, "put", "[\"b\", null, 0]", "2");
	for (int i = 0; i < 3; i++) {
		call(B, "take", "[0]", "(1, 'a', None)");
		leaves(B);
	}
	call(B, "take", "[0]", "(2, 'b', None)");
	call(A, "result", "[0]", "(1, False, (-5205, 'every worker that had it has gone'))");
	leaves(B);
	call(A, "result", "[0]", "(2, False, (-5205, 'every worker that had it has gone'))");
	call(A, "result", "[0]", "TUTTI_EEMPTY");
}

static void jobs_go_with_who_has_put_them(void)
{
	struct calling serving;

	call(A, "put", "[\"a\"]", "1");
	call(A, "put", "[\"b\"]", "2");
	call(C, "put", "[\"c\"]", "3");
	call(B, "serve", "[1, null, 1, 1]", "(1, [(1, 'a', None, None, None)], [])");
	begin(&serving, B, "serve", "[2, null, 0, 1]");
	leaves(A);
	ends(&serving, "(2, [], [1])"); /* nobody wants it any more */
	call(B, "done", "[1]", "False");
	call(B, "take", "[0]", "(3, 'c', None)");
	call(B, "take", "[0]", "TUTTI_EEMPTY");
}

static void what_was_not_delivered_is_as_before(void)
{
	struct calling c;

	call(A, "put", "[\"a\"]", "1");
	call(A, "put", "[\"b\"]", "2");
	begin(&c, B, "take", "[0]");
	CHECK_STR(answer_of(&c), "(1, 'a', None)");
	drops(&c);
	begin(&c, B, "serve", "[1, null, 9, 4]");
	CHECK_STR(
		answer_of(&c), "(1, [(1, 'a', None, None, None), (2, 'b', None, None, None)], [])");
	drops(&c);
	call(A, "qsize", "[]", "2");
	for (int i = 0; i < 5; i++) { /* none of which was a death */
		begin(&c, B, "serve", "[1, null, 9, 4]");
		drops(&c);
		leaves(B);
	}
	call(C, "take", "[0]", "(1, 'a', None)");
	call(C, "done", "[1, true, \"x\"]", "True");
	begin(&c, A, "result", "[]");
	CHECK_STR(answer_of(&c), "(1, True, 'x')");
	drops(&c);
	begin(&c, A, "submit", "[1]");
	drops(&c);
	call(A, "result", "[0]", "(1, True, 'x')");
}

/* -- batches ----------------------------------------------------------------------------------- */

static void in_batches(void)
{
	struct calling submit, serve;

	begin(&submit, A, "submit",
		"[1, [[70, \"a\", \"void>void\", 5, null], [71, \"b\", null, null, null]]]");
	ends(&submit, "(1, 64, [], [])"); /* the window is news */
	begin(&submit, A, "submit", "[2]");
	CHECK_STR(answer_of(&submit), "waits");
	begin(&serve, B, "serve", "[1, null, 4, 2, [\"a\", \"z\"]]");
	ends(&serve, "(1, [(1, 'a', 'void>void', 5, None)], [])");
	ends(&submit,
		"(2, 576, [], [\"no worker that is there takes the job 'b', which waits for one "
		"that does; they offer z, a\"])"); /* there are two slots more */
	begin(&submit, A, "submit", "[3]");
	begin(&serve, B, "serve", "[2, [[1, true, \"r\"]], 4, 2]");
	CHECK_STR(answer_of(&serve), "waits"); /* there is nothing called a or z */
	ends(&submit, "(3, 576, [(70, True, 'r')], [])");
	drops(&serve);
	call(B, "serve", "[3, null, 0, 2]", "(3, [], [])");
	leaves(B);
	call(A, "submit", "[4]", "(4, 64, [], [])");
}

static void cancels(void)
{
	struct calling serve;

	call(A, "submit", "[1, [[7, \"a\", null, null, null], [8, \"b\", null, null, null]]]",
		"(1, 64, [], [])");
	call(B, "serve", "[1, null, 1, 1]", "(1, [(1, 'a', None, None, None)], [])");
	begin(&serve, B, "serve", "[2, null, 0, 1]");
	call(A, "submit", "[2, null, [7, 8, 99]]", "(2, 320, [], [])");
	ends(&serve, "(2, [], [1])");
	call(A, "qsize", "[]", "0");
	call(B, "serve", "[3, [[1, false, \"stopped\"]], 0, 1]", "(3, [], [])");
	call(A, "submit", "[3]", "(3, 320, [(7, False, 'stopped')], [])");

	call(A, "put", "[\"a\"]", "3");
	call(A, "cancel", "[3]", "True");
	call(A, "put", "[\"a\"]", "4");
	call(B, "take", "[0]", "(4, 'a', None)");
	call(A, "cancel", "[4]", "False");
	leaves(B); /* and so it is nobody's */
	call(C, "take", "[0]", "TUTTI_EEMPTY");
}

static void what_has_not_begun_is_given_back(void)
{
	call(A, "put", "[\"a\", null, 0]", "1");
	call(B, "serve", "[1, null, 1, 1]", "(1, [(1, 'a', None, None, None)], [])");
	call(B, "serve", "[2, [[1, null, null]], 0, 1]", "(2, [], [])");
	leaves(B);
	call(C, "take", "[0]", "(1, 'a', None)");
}

/* It can have died of those that it ran alone: the oldest. */
static void only_slots_die(void)
{
	call(A, "put", "[\"a\", null, 0]", "1");
	call(A, "put", "[\"b\", null, 0]", "2");
	call(B, "serve", "[1, null, 2, 1]",
		"(1, [(1, 'a', None, None, None), (2, 'b', None, None, None)], [])");
	leaves(B);
	call(C, "take", "[0]", "(2, 'b', None)");
	call(A, "result", "[0]", "(1, False, (-5205, 'every worker that had it has gone'))");
}

static void out_of_time(void)
{
	call(A, "put", "[\"a\", null, 2, 0]", "1");
	call(B, "take", "[0]", "TUTTI_EEMPTY");
	call(A, "result", "[0]", "(1, False, (-5000, 'the deadline passed'))");
}

#define RUN_WITH(test)                 \
	do {                           \
		suite_next(#test, -1); \
		with_jobs(test);       \
	} while (0)

int main(void)
{
	suite_begin();
	RUN_WITH(goes_round);
	RUN_WITH(waits_for_its_turn);
	RUN_WITH(says_what_is_wrong);
	RUN_WITH(leases_go_to_the_next);
	RUN_WITH(three_deaths_are_the_last);
	RUN_WITH(jobs_go_with_who_has_put_them);
	RUN_WITH(what_was_not_delivered_is_as_before);
	RUN_WITH(in_batches);
	RUN_WITH(cancels);
	RUN_WITH(what_has_not_begun_is_given_back);
	RUN_WITH(only_slots_die);
	RUN_WITH(out_of_time);
	return suite_end();
}
