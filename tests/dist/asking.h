/* SPDX-License-Identifier: MIT */
/*
 * asking.h - objects of kinds by calls alone: arguments as JSON, which come as they come from a
 * client, and answers as text.
 */
#ifndef TESTS_DIST_ASKING_H
#define TESTS_DIST_ASKING_H

#include "dist/exception.h"
#include "dist/kinds.h"
#include "support/suite.h"

#include <errno.h>
#include <stdlib.h>
#include <tutti/error.h>
#include <tutti/value_codec.h>
#include <tutti/value_make.h>

/* Clients. */
static const int first_client = 1, second_client = 2, third_client = 3;
#define ANN (&first_client)
#define BOB (&second_client)
#define EVE (&third_client)

/* One call, from its beginning to its end. */
struct asked {
	struct tu_call call;
	struct tu_object *object;
	tutti_value *request;
};

/* As a session reads it: what has items is opaque. */
static inline void read_request(struct asked *a, const tutti_value *args, const tutti_value *kwargs)
{
	const tutti_pickle_options whole = { .whole_from = 2 };
	tutti_value *request;
	tutti_bytes b;

	CHECK_EQ(tutti_value_pack(&request, "(nnOO)", args, kwargs), 0);
	CHECK_EQ(tutti_value_to_pickle(&b, request), 0);
	tutti_value_unref(request);
	CHECK_EQ(tutti_value_from_pickle(&a->request, b.data, b.size, &whole, NULL), 0);
	tutti_bytes_free(&b);
	a->call.args = tutti_value_at(a->request, 2);
	a->call.kwargs = tutti_value_at(a->request, 3);
}

static inline tutti_value *from_json(const char *text)
{
	tutti_value *v;

	CHECK_EQ(tutti_value_from_json(&v, text, strlen(text), NULL, NULL), 0);
	return v;
}

/* "[1, 2]" as arguments, {"n": 3} by names. */
static inline void read_json(struct asked *a, const char *args, const char *kwargs)
{
	tutti_value *list = from_json(args), *dict = from_json(kwargs), *tuple, *items[8];
	size_t n = tutti_value_size(list);

	CHECK(n <= 8);
	for (size_t i = 0; i < n; i++)
		items[i] = (tutti_value *)tutti_value_at(list, i);
	CHECK_EQ(tutti_value_tuple(&tuple, items, n), 0);
	read_request(a, tuple, dict);
	tutti_value_unref(tuple);
	tutti_value_unref(list);
	tutti_value_unref(dict);
}

static inline int begin_named(struct asked *a, struct tu_object *o, const void *who,
	const char *method, const char *args, const char *kwargs)
{
	memset(a, 0, sizeof(*a));
	a->object = o;
	read_json(a, args, kwargs);
	a->call.method = tu_kind_method(o->kind, tutti_bytes_text(method));
	CHECK(a->call.method);
	a->call.caller = who;
	return tu_call_begin(o, &a->call);
}

static inline int begin(
	struct asked *a, struct tu_object *o, const void *who, const char *method, const char *args)
{
	return begin_named(a, o, who, method, args, "{}");
}

/* -- answers as text -------------------------------------------------------------------------- */

static char said[2000];

/* As the client reads it. */
static inline void say(const tutti_value *v)
{
	tutti_value *read, *parts = NULL;
	tutti_bytes b;

	CHECK_EQ(tutti_value_to_pickle(&b, v), 0);
	CHECK_EQ(tutti_value_from_pickle(&read, b.data, b.size, NULL, NULL), 0);
	tutti_bytes_free(&b);
	if (tutti_value_kind(read) == TUTTI_VALUE_OPAQUE)
		CHECK_EQ(tutti_value_object(&parts, read), 0);
	CHECK_EQ(tutti_value_repr(&b, parts ? parts : read), 0);
	snprintf(said, sizeof(said), "%s", (const char *)b.data);
	tutti_bytes_free(&b);
	tutti_value_unref(parts);
	tutti_value_unref(read);
}

static inline void say_exception(const struct tu_call *c)
{
	tutti_value *e = tutti_value_ref(c->result), *parts;
	tutti_bytes name, words;
	const tutti_value *args;

	if (c->code != TUTTI_EREMOTE)
		CHECK_EQ(tu_exception_make(&e, c->code, c->text), 0);
	CHECK_EQ(tutti_value_object(&parts, e), 0);
	args = tutti_value_at(parts, 2);
	CHECK_EQ(tutti_value_as_bytes(tutti_value_at(parts, 1), &name), 0);
	words = tutti_bytes_text("");
	if (tutti_value_size(args) > 0)
		CHECK_EQ(tutti_value_str(&words, tutti_value_at(args, 0)), 0);
	snprintf(said, sizeof(said), "%s: %s", (const char *)name.data, (const char *)words.data);
	if (tutti_value_size(args) > 0)
		tutti_bytes_free(&words);
	tutti_value_unref(parts);
	tutti_value_unref(e);
}

/* What it has come to; then it has ended. */
static inline const char *end(struct asked *a)
{
	CHECK(!a->call.waits);
	if (a->call.code < 0)
		say_exception(&a->call);
	else if (a->call.result)
		say(a->call.result);
	else
		snprintf(said, sizeof(said), "%s", a->call.proxy ? "proxy" : "None");
	tu_call_end(a->object, &a->call);
	tutti_value_unref(a->request);
	return said;
}

/* It was answered meanwhile. */
static inline const char *end_told(struct asked *a)
{
	CHECK(tutti_event_is_set(&a->call.answered));
	CHECK_EQ(tu_call_answer(a->object, &a->call), a->call.code);
	return end(a);
}

static inline const char *end_late(struct asked *a)
{
	CHECK(a->call.waits);
	CHECK(tu_call_late(a->object, &a->call) != TU_CALL_WAITS);
	return end(a);
}

static inline void drop(struct asked *a)
{
	tu_call_drop(a->object, &a->call);
	tutti_value_unref(a->request);
}

static inline const char *ask_named(struct tu_object *o, const void *who, const char *method,
	const char *args, const char *kwargs)
{
	struct asked a;

	CHECK(begin_named(&a, o, who, method, args, kwargs) != TU_CALL_WAITS);
	return end(&a);
}

static inline const char *ask(
	struct tu_object *o, const void *who, const char *method, const char *args)
{
	return ask_named(o, who, method, args, "{}");
}

/* With one argument or two that JSON has not; they are given up. */
static inline const char *ask_with(
	struct tu_object *o, const char *method, tutti_value *v, tutti_value *w)
{
	struct asked a = { .object = o };
	tutti_value *args, *none;

	CHECK_EQ(w ? tutti_value_pack(&args, "(OO)", v, w) : tutti_value_pack(&args, "(O)", v), 0);
	CHECK_EQ(tutti_value_dict(&none, NULL, 0), 0);
	read_request(&a, args, none);
	tutti_value_unref(v);
	tutti_value_unref(w);
	tutti_value_unref(args);
	tutti_value_unref(none);
	a.call.method = tu_kind_method(o->kind, tutti_bytes_text(method));
	CHECK(a.call.method);
	CHECK(tu_call_begin(o, &a.call) != TU_CALL_WAITS);
	return end(&a);
}

/* An object of a class, called with what is given up. */
static inline tutti_value *object(const char *module, const char *name, tutti_value *args)
{
	tutti_value *v;

	CHECK_EQ(tutti_value_object_make(&v, module, name, args), 0);
	tutti_value_unref(args);
	return v;
}

/* The three are given up. */
static inline tutti_value *slice(tutti_value *start, tutti_value *stop, tutti_value *step)
{
	tutti_value *args;

	CHECK_EQ(tutti_value_pack(&args, "(OOO)", start, stop, step), 0);
	tutti_value_unref(start);
	tutti_value_unref(stop);
	tutti_value_unref(step);
	return object("builtins", "slice", args);
}

static inline tutti_value *long_text(size_t n)
{
	char *text = calloc(n, 1);
	tutti_value *v;

	CHECK(text);
	memset(text, 'x', n);
	CHECK_EQ(tutti_value_text(&v, text, n), 0);
	free(text);
	return v;
}

/* A range. */
static inline tutti_value *numbers(int64_t start, int64_t stop, int64_t step)
{
	tutti_value *args;

	CHECK_EQ(tutti_value_pack(&args, "(LLL)", start, stop, step), 0);
	return object("builtins", "range", args);
}

enum { ITEMS_MAX = 4000000 };
#define TOO_MANY "MemoryError: more than 4000000 items"
#define TOO_MUCH "MemoryError: items of more than 256 MiB together"

#define NONE tutti_value_none()
#define INT(n) tutti_value_int(n)

/* -- objects ---------------------------------------------------------------------------------- */

/* One that is made of those arguments; NULL: it cannot be, and said is why. */
static inline struct tu_object *make_named(const char *kind, const char *args, const char *kwargs)
{
	struct asked a = { 0 };
	struct tu_object *o = NULL;
	char text[TU_CALL_TEXT];
	int rc;

	read_json(&a, args, kwargs);
	CHECK(tu_kind_find(kind));
	rc = tu_object_make(&o, tu_kind_find(kind), a.call.args, a.call.kwargs, text);
	CHECK(rc == 0 || rc < 0);
	if (rc < 0)
		snprintf(said, sizeof(said), "%s %s", tutti_errname(rc), text);
	tutti_value_unref(a.request);
	return rc < 0 ? NULL : o;
}

static inline struct tu_object *make(const char *kind, const char *args)
{
	return make_named(kind, args, "{}");
}

/* What str(proxy) gives. */
static inline const char *shown(struct tu_object *o)
{
	tutti_value *text;
	tutti_bytes b;

	CHECK_EQ(o->kind->repr(o, &text), 0);
	CHECK_EQ(tutti_value_as_bytes(text, &b), 0);
	snprintf(said, sizeof(said), "%s", (const char *)b.data);
	tutti_value_unref(text);
	return said;
}

#define IS(text, expected) CHECK_STR((text), (expected))

#endif
