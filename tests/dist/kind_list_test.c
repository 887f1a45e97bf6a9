/* SPDX-License-Identifier: MIT */
/* kind_list_test.c - the kind list: each method, with all that it refuses. */
#include "dist/asking.h"

static struct tu_object *o;

static void begins_as(const char *items)
{
	tu_object_free(o);
	o = make("list", items);
	CHECK(o);
}

static const char *call(const char *method, const char *args)
{
	return ask(o, ANN, method, args);
}

#define HAS(text) IS(shown(o), (text))

static void is_made(void)
{
	begins_as("[]");
	HAS("[]");
	begins_as("[[1, [2, 3], null]]");
	HAS("[1, [2, 3], None]");
	begins_as("[{\"a\": 1}]");
	IS(call("__getitem__", "[0]"), "'a'");
	begins_as("[\"a\u00e9\U0001f600\"]");
	HAS("['a', '\u00e9', '\U0001f600']");
	CHECK(!make("list", "[3]"));
	IS(said, "TUTTI_ETYPE 'int' object is not iterable");
	CHECK(!make("list", "[[1], 2]"));
	IS(said, "TUTTI_ETYPE list expected at most 1 argument, got 2");
	CHECK(!make_named("list", "[]", "{\"x\": 1}"));
	IS(said, "TUTTI_ETYPE list() takes no keyword arguments");
}

static void by_index(void)
{
	begins_as("[[1, \"b\", [3, 4]]]");
	IS(call("__getitem__", "[0]"), "1");
	IS(call("__getitem__", "[-1]"), "[3, 4]");
	IS(call("__getitem__", "[true]"), "'b'");
	IS(call("__getitem__", "[3]"), "IndexError: list index out of range");
	IS(call("__getitem__", "[-4]"), "IndexError: list index out of range");
	IS(call("__getitem__", "[\"x\"]"),
		"TypeError: list indices must be integers or slices, not str");
	IS(call("__getitem__", "[[1]]"),
		"TypeError: list indices must be integers or slices, not list");
	IS(call("__getitem__", "[36893488147419103232]"),
		"IndexError: cannot fit 'int' into an index-sized integer");
	IS(call("__getitem__", "[]"), "TypeError: __getitem__ expected 1 argument, got 0");
	IS(call("__setitem__", "[-3, {\"k\": []}]"), "None");
	IS(call("__setitem__", "[3, 1]"), "IndexError: list assignment index out of range");
	IS(call("__setitem__", "[1]"), "TypeError: __setitem__ expected 2 arguments, got 1");
	IS(call("__delitem__", "[1]"), "None");
	IS(call("__delitem__", "[5]"), "IndexError: list assignment index out of range");
	IS(call("__len__", "[]"), "2");
	HAS("[{'k': []}, [3, 4]]");
}

static void by_slice(void)
{
	begins_as("[[0, 1, 2, 3, 4]]");
	IS(ask_with(o, "__getitem__", slice(INT(1), INT(3), NONE), NULL), "[1, 2]");
	IS(ask_with(o, "__getitem__", slice(NONE, NONE, INT(-2)), NULL), "[4, 2, 0]");
	IS(ask_with(o, "__getitem__", slice(INT(-2), NONE, NONE), NULL), "[3, 4]");
	IS(ask_with(o, "__getitem__", slice(INT(INT64_MIN), INT(INT64_MAX), INT(INT64_MAX)), NULL),
		"[0]");
	IS(ask_with(o, "__getitem__", slice(INT(INT64_MAX), INT(INT64_MIN), INT(INT64_MIN)), NULL),
		"[4]");
	IS(ask_with(o, "__getitem__", slice(INT(3), INT(1), NONE), NULL), "[]");
	IS(ask_with(o, "__getitem__", slice(NONE, NONE, INT(0)), NULL),
		"ValueError: slice step cannot be zero");
	IS(ask_with(o, "__getitem__", slice(NONE, from_json("\"x\""), NONE), NULL),
		"TypeError: slice indices must be integers or None or have an __index__ method");
	IS(ask_with(o, "__setitem__", slice(INT(1), INT(3), NONE), from_json("[[7], 8, 9]")),
		"None");
	HAS("[0, [7], 8, 9, 3, 4]");
	IS(ask_with(o, "__setitem__", slice(INT(4), INT(2), NONE), from_json("\"ab\"")), "None");
	HAS("[0, [7], 8, 9, 'a', 'b', 3, 4]");
	IS(ask_with(o, "__setitem__", slice(NONE, NONE, INT(-3)), from_json("[1, 2, 3]")), "None");
	HAS("[0, 3, 8, 9, 2, 'b', 3, 1]");
	IS(ask_with(o, "__setitem__", slice(NONE, NONE, INT(2)), from_json("[1]")),
		"ValueError: attempt to assign sequence of size 1 to extended slice of size 4");
	IS(ask_with(o, "__setitem__", slice(NONE, NONE, INT(2)), INT(5)),
		"TypeError: must assign iterable to extended slice");
	IS(ask_with(o, "__setitem__", slice(NONE, NONE, NONE), INT(5)),
		"TypeError: can only assign an iterable");
	IS(ask_with(o, "__delitem__", slice(INT(1), NONE, INT(3)), NULL), "None");
	HAS("[0, 8, 9, 'b', 3]");
	IS(ask_with(o, "__delitem__", slice(NONE, NONE, INT(0)), NULL),
		"ValueError: slice step cannot be zero");
	IS(ask_with(o, "__delitem__", slice(INT(2), INT(2), NONE), NULL), "None");
	IS(ask_with(o, "__delitem__", slice(NONE, NONE, NONE), NULL), "None");
	HAS("[]");
}

static void grows_and_shrinks(void)
{
	begins_as("[]");
	IS(call("pop", "[]"), "IndexError: pop from empty list");
	IS(call("append", "[[1, 2]]"), "None");
	IS(call("append", "[]"), "TypeError: append expected 1 argument, got 0");
	IS(ask_named(o, ANN, "append", "[]", "{\"x\": 1}"),
		"TypeError: append() takes no keyword arguments");
	IS(call("insert", "[0, \"a\"]"), "None");
	IS(call("insert", "[-9, \"b\"]"), "None");
	IS(call("insert", "[9, \"c\"]"), "None");
	IS(call("insert", "[-1, \"d\"]"), "None");
	IS(call("insert", "[\"x\", 1]"),
		"TypeError: 'str' object cannot be interpreted as an integer");
	IS(call("insert", "[1]"), "TypeError: insert expected 2 arguments, got 1");
	IS(call("insert", "[36893488147419103232, 1]"),
		"OverflowError: Python int too large to convert to C ssize_t");
	HAS("['b', 'a', [1, 2], 'd', 'c']");
	IS(call("pop", "[]"), "'c'");
	IS(call("pop", "[0]"), "'b'");
	IS(call("pop", "[1]"), "[1, 2]");
	IS(call("pop", "[2]"), "IndexError: pop index out of range");
	IS(call("pop", "[\"x\"]"), "TypeError: 'str' object cannot be interpreted as an integer");
	IS(call("pop", "[1, 2]"), "TypeError: pop expected at most 1 argument, got 2");
	IS(call("extend", "[[[5], 6]]"), "None");
	IS(call("extend", "[{\"k\": 1}]"), "None");
	IS(call("extend", "[3]"), "TypeError: 'int' object is not iterable");
	HAS("['a', 'd', [5], 6, 'k']");
	IS(call("reverse", "[]"), "None");
	IS(call("copy", "[]"), "['k', 6, [5], 'd', 'a']");
	IS(call("reverse", "[1]"), "TypeError: reverse expected 0 arguments, got 1");
	IS(call("clear", "[]"), "None");
	IS(call("__len__", "[]"), "0");
}

/* What else Python goes through. */
static void extends(void)
{
	tutti_value *args, *v;

	begins_as("[]");
	IS(ask_with(o, "extend", numbers(0, 3, 1), NULL), "None");
	IS(ask_with(o, "extend", numbers(5, -1, -3), NULL), "None");
	IS(ask_with(o, "extend", numbers(3, 3, 1), NULL), "None");
	HAS("[0, 1, 2, 5, 2]");
	IS(ask_with(o, "extend", numbers(INT32_MIN, INT32_MAX, 1), NULL), TOO_MANY);
	begins_as("[]");
	CHECK_EQ(tutti_value_pack(&v, "<ss>", "x", "x"), 0);
	IS(ask_with(o, "extend", v, NULL), "None");
	CHECK_EQ(tutti_value_bytes(&v, "\xff\0", 2), 0);
	IS(ask_with(o, "extend", v, NULL), "None");
	CHECK_EQ(tutti_value_pack(&args, "(y)", tutti_bytes_text("A")), 0);
	IS(ask_with(o, "extend", object("builtins", "bytearray", args), NULL), "None");
	CHECK_EQ(tutti_value_pack(&args, "(s[dd])", "d", 0.5, 1.0), 0);
	IS(ask_with(o, "extend", object("array", "array", args), NULL), "None");
	CHECK_EQ(tutti_value_pack(&args, "([i(i)])", 7, 8), 0);
	IS(ask_with(o, "extend", object("builtins", "list", args), NULL), "None");
	HAS("['x', 255, 0, 65, 0.5, 1.0, 7, (8,)]");
	CHECK_EQ(tutti_value_pack(&args, "(i)", 1), 0);
	IS(ask_with(o, "extend", object("shapes", "Point", args), NULL),
		"TypeError: 'Point' object is not iterable");
}

static void finds(void)
{
	begins_as("[[1, 2.0, [3, \"x\"], \"a\", 1, {\"k\": [1]}]]");
	IS(call("__contains__", "[2]"), "True");
	IS(call("__contains__", "[[3.0, \"x\"]]"), "True");
	IS(call("__contains__", "[{\"k\": [true]}]"), "True");
	IS(call("__contains__", "[[3]]"), "False");
	IS(call("__contains__", "[]"), "TypeError: __contains__ expected 1 argument, got 0");
	IS(call("count", "[true]"), "2");
	IS(call("count", "[[3, \"x\"]]"), "1");
	IS(call("index", "[1]"), "0");
	IS(call("index", "[1, 1]"), "4");
	IS(call("index", "[1, -2, 9]"), "4");
	IS(call("index", "[1, 1, -2]"), "ValueError: 1 is not in list");
	IS(call("index", "[[7]]"), "ValueError: [7] is not in list");
	IS(call("index", "[1, \"x\"]"),
		"TypeError: slice indices must be integers or have an __index__ method");
	IS(call("index", "[1, 36893488147419103232]"), "ValueError: 1 is not in list");
	IS(call("index", "[1, -36893488147419103232]"), "0");
	IS(call("index", "[]"), "TypeError: index expected at least 1 argument, got 0");
	IS(call("remove", "[1]"), "None");
	IS(call("remove", "[[3, \"x\"]]"), "None");
	IS(call("remove", "[9]"), "ValueError: list.remove(x): x not in list");
	HAS("[2.0, 'a', 1, {'k': [1]}]");
}

/* The same object, whose pickle is written in two ways. */
static void finds_objects(void)
{
	static const char first[] = "\x80\x04\x8c\x01m\x94\x8c\x01P\x94\x93\x94\x29\x81\x94.";
	static const char second[] = "\x80\x04\x8c\x01m\x8c\x01P\x93\x29\x81.";
	tutti_value *v;

	begins_as("[]");
	CHECK_EQ(tutti_value_from_pickle(&v, first, sizeof(first) - 1, NULL, NULL), 0);
	IS(ask_with(o, "append", v, NULL), "None");
	CHECK_EQ(tutti_value_from_pickle(&v, second, sizeof(second) - 1, NULL, NULL), 0);
	IS(ask_with(o, "__contains__", tutti_value_ref(v), NULL), "True");
	IS(ask_with(o, "index", v, NULL), "0");
	IS(call("__contains__", "[1]"), "False");
}

static void calculates(void)
{
	begins_as("[[1, [2]]]");
	IS(call("__add__", "[[3]]"), "[1, [2], 3]");
	IS(call("__add__", "[\"x\"]"),
		"TypeError: can only concatenate list (not \"str\") to list");
	IS(call("__add__", "[1]"), "TypeError: can only concatenate list (not \"int\") to list");
	IS(call("__mul__", "[2]"), "[1, [2], 1, [2]]");
	IS(call("__rmul__", "[-1]"), "[]");
	IS(call("__mul__", "[\"x\"]"),
		"TypeError: 'str' object cannot be interpreted as an integer");
	IS(call("__mul__", "[4611686018427387904]"), TOO_MANY);
	IS(call("__imul__", "[2]"), "[1, [2], 1, [2]]");
	IS(call("__len__", "[]"), "4");
	IS(call("__imul__", "[\"x\"]"),
		"TypeError: 'str' object cannot be interpreted as an integer");
	IS(call("__imul__", "[0]"), "[]");
	begins_as("[[1, 2]]");
	IS(call("__reversed__", "[]"), "('builtins', 'reversed', ([1, 2],), None)");
}

static void sorts(void)
{
	static char many[4000], sorted[4000];

	begins_as("[[3, 1.5, true, -36893488147419103232, 36893488147419103233, "
		  "36893488147419103232, 3.6893488147419103e19, 9223372036854775807, 9.3e18, -4]]");
	IS(call("sort", "[]"), "None");
	HAS("[-36893488147419103232, -4, True, 1.5, 3, 9223372036854775807, 9.3e+18, "
	    "36893488147419103232, 3.6893488147419103e+19, 36893488147419103233]");
	IS(ask_named(o, ANN, "sort", "[]", "{\"reverse\": 1, \"key\": null}"), "None");
	IS(call("__getitem__", "[0]"), "36893488147419103233");
	begins_as("[[\"b\", \"\u00e9\", \"a\", \"\", \"\U0001f600\"]]");
	IS(call("sort", "[]"), "None");
	HAS("['', 'a', 'b', '\u00e9', '\U0001f600']");
	begins_as("[[[2], [1, \"x\"], [1], []]]");
	IS(call("sort", "[]"), "None");
	HAS("[[], [1], [1, 'x'], [2]]");
	begins_as("[[2, \"x\", 1]]");
	IS(call("sort", "[]"), "TypeError: '<' not supported between instances of 'str' and 'int'");
	HAS("[2, 'x', 1]");
	begins_as("[[{}, {}]]");
	IS(call("sort", "[]"),
		"TypeError: '<' not supported between instances of 'dict' and 'dict'");
	IS(call("sort", "[true]"), "TypeError: sort() takes no positional arguments");
	IS(ask_named(o, ANN, "sort", "[]", "{\"reverse\": \"x\"}"),
		"TypeError: 'str' object cannot be interpreted as an integer");
	IS(ask_named(o, ANN, "sort", "[]", "{\"key\": 5}"),
		"TypeError: this manager cannot call a key function");
	IS(ask_named(o, ANN, "sort", "[]", "{\"foo\": 5}"),
		"TypeError: sort() got an unexpected keyword argument 'foo'");
	strcpy(many, "[[");
	strcpy(sorted, "[");
	for (int i = 0; i < 200; i++) {
		sprintf(many + strlen(many), "%s%d", i ? ", " : "", (i * 77) % 200);
		sprintf(sorted + strlen(sorted), "%s%d", i ? ", " : "", i);
	}
	strcat(many, "]]");
	strcat(sorted, "]");
	begins_as(many);
	IS(call("sort", "[]"), "None");
	IS(shown(o), sorted);
}

/* Equal ones keep their order, either way. */
static void sorts_stably(void)
{
	begins_as("[[1, true, 1.0, 0, false, 0.0]]");
	IS(call("sort", "[]"), "None");
	HAS("[0, False, 0.0, 1, True, 1.0]");
	IS(ask_named(o, ANN, "sort", "[]", "{\"reverse\": true}"), "None");
	HAS("[1, True, 1.0, 0, False, 0.0]");
}

/* What its taker never got is there again. */
static void undoes(void)
{
	struct asked a;

	begins_as("[[1, 2, 3]]");
	CHECK_EQ(begin(&a, o, ANN, "pop", "[0]"), 0);
	drop(&a);
	HAS("[1, 2, 3]");
	CHECK_EQ(begin(&a, o, ANN, "pop", "[]"), 0);
	IS(call("pop", "[]"), "2");
	drop(&a);
	HAS("[1, 3]");
	CHECK_EQ(begin(&a, o, ANN, "__getitem__", "[0]"), 0);
	drop(&a);
	HAS("[1, 3]");
	tu_object_free(o);
	o = NULL;
}

/* Of many items, which are not to be shown. */
static void multiplies(const char *method, const char *n, size_t size)
{
	struct asked a;

	CHECK_EQ(begin(&a, o, ANN, method, n), 0);
	CHECK_EQ(tutti_value_size(a.call.result), size);
	drop(&a);
}

/* One call is not to make more of them than memory holds. */
static void is_bounded(void)
{
	begins_as("[[0, 1]]");
	IS(call("__mul__", "[2000001]"), TOO_MANY);
	IS(call("__rmul__", "[1000000000]"), TOO_MANY);
	IS(call("__imul__", "[2000001]"), TOO_MANY);
	IS(ask_with(o, "extend", numbers(0, ITEMS_MAX + 1, 1), NULL), TOO_MANY);
	IS(ask_with(o, "extend", numbers(0, ITEMS_MAX - 1, 1), NULL), TOO_MANY);
	IS(ask_with(o, "extend", numbers(0, INT64_MAX, 1), NULL), TOO_MANY);
	IS(ask_with(o, "extend", long_text(ITEMS_MAX + 1), NULL), TOO_MANY);
	IS(ask_with(o, "__setitem__", slice(INT(0), INT(1), NONE), numbers(0, ITEMS_MAX, 1)),
		TOO_MANY);
	IS(ask_with(o, "__setitem__", slice(INT(0), INT(1), NONE), numbers(0, INT64_MAX, 1)),
		TOO_MANY);
	HAS("[0, 1]");
	multiplies("__mul__", "[2000000]", ITEMS_MAX);
	multiplies("__imul__", "[2000000]", ITEMS_MAX);
	IS(call("append", "[1]"), TOO_MANY);
	IS(call("insert", "[0, 1]"), TOO_MANY);
	IS(call("extend", "[[1]]"), TOO_MANY);
	IS(call("__add__", "[[1]]"), TOO_MANY);
	IS(call("__imul__", "[2]"), TOO_MANY);
	multiplies("__imul__", "[1]", ITEMS_MAX);
	IS(call("pop", "[0]"), "0");
	IS(call("append", "[1]"), "None");
	IS(call("__len__", "[]"), "4000000");
}

/* Nor of a few large ones. */
static void is_bounded_by_bytes(void)
{
	begins_as("[]");
	IS(ask_with(o, "append", long_text(1 << 20), NULL), "None");
	IS(call("__mul__", "[256]"), TOO_MUCH);
	IS(call("__imul__", "[4000000]"), TOO_MUCH);
	multiplies("__mul__", "[255]", 255);
	tu_object_free(o);
	o = NULL;
}

int main(void)
{
	suite_begin();
	RUN(is_made);
	RUN(by_index);
	RUN(by_slice);
	RUN(grows_and_shrinks);
	RUN(extends);
	RUN(finds);
	RUN(finds_objects);
	RUN(calculates);
	RUN(sorts);
	RUN(sorts_stably);
	RUN(undoes);
	RUN(is_bounded);
	RUN(is_bounded_by_bytes);
	return suite_end();
}
