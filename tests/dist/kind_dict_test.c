/* SPDX-License-Identifier: MIT */
/* kind_dict_test.c - the kinds dict, Iterator, Namespace and Value. */
#include "dist/asking.h"

static struct tu_object *o;

static void begins_as(const char *kind, const char *args)
{
	tu_object_free(o);
	o = make(kind, args);
	CHECK(o);
}

static const char *call(const char *method, const char *args)
{
	return ask(o, ANN, method, args);
}

#define HAS(text) IS(shown(o), (text))

/* -- dict ------------------------------------------------------------------------------------- */

static void is_made(void)
{
	begins_as("dict", "[]");
	IS(shown(o), "{}");
	begins_as("dict", "[{\"a\": [1], \"b\": {}}]");
	HAS("{'a': [1], 'b': {}}");
	begins_as("dict", "[[[\"a\", 1], \"xy\"]]");
	HAS("{'a': 1, 'x': 'y'}");
	tu_object_free(o);
	o = make_named("dict", "[{\"a\": 1}]", "{\"a\": 2, \"k\": 3}");
	HAS("{'a': 2, 'k': 3}");
	CHECK(!make("dict", "[1]"));
	IS(said, "TUTTI_ETYPE 'int' object is not iterable");
	CHECK(!make("dict", "[[1]]"));
	IS(said, "TUTTI_ETYPE cannot convert dictionary update sequence element #0 to a sequence");
	CHECK(!make("dict", "[[[1]]]"));
	IS(said, "EINVAL dictionary update sequence element #0 has length 1; 2 is required");
	CHECK(!make("dict", "[[[[], 1]]]"));
	IS(said, "TUTTI_ETYPE unhashable type: 'list'");
	CHECK(!make("dict", "[1, 2]"));
	IS(said, "TUTTI_ETYPE dict expected at most 1 argument, got 2");
}

static void one_key(void)
{
	begins_as("dict", "[{\"a\": [1]}]");
	IS(call("__getitem__", "[\"a\"]"), "[1]");
	IS(call("__getitem__", "[\"b\"]"), "KeyError: b");
	IS(call("__getitem__", "[[1]]"), "TypeError: unhashable type: 'list'");
	IS(call("__getitem__", "[{}]"), "TypeError: unhashable type: 'dict'");
	IS(call("__setitem__", "[1, 2]"), "None");
	IS(call("__setitem__", "[1.0, 3]"), "None");
	IS(call("__getitem__", "[true]"), "3");
	IS(call("__setitem__", "[1]"), "TypeError: __setitem__ expected 2 arguments, got 1");
	HAS("{'a': [1], 1: 3}");
	IS(call("__contains__", "[1]"), "True");
	IS(call("__contains__", "[2]"), "False");
	IS(call("__delitem__", "[1]"), "None");
	IS(call("__delitem__", "[1]"), "KeyError: 1");
	IS(call("get", "[\"a\"]"), "[1]");
	IS(call("get", "[\"z\"]"), "None");
	IS(call("get", "[\"z\", [5]]"), "[5]");
	IS(call("get", "[]"), "TypeError: get expected at least 1 argument, got 0");
	IS(ask_named(o, ANN, "get", "[1]", "{\"default\": 1}"),
		"TypeError: get() takes no keyword arguments");
	IS(call("setdefault", "[\"a\", 1]"), "[1]");
	IS(call("setdefault", "[\"n\"]"), "None");
	IS(call("setdefault", "[\"m\", [2]]"), "[2]");
	IS(call("__len__", "[]"), "3");
	IS(call("pop", "[\"m\"]"), "[2]");
	IS(call("pop", "[\"m\"]"), "KeyError: m");
	IS(call("pop", "[\"m\", [7]]"), "[7]");
	IS(call("pop", "[[1], 2]"), "TypeError: unhashable type: 'list'");
	IS(call("popitem", "[]"), "('n', None)");
	IS(call("popitem", "[]"), "('a', [1])");
	IS(call("popitem", "[]"), "KeyError: popitem(): dictionary is empty");
	IS(call("pop", "[[1], 2]"), "2"); /* as in Python, of an empty one */
	IS(call("popitem", "[1]"), "TypeError: popitem expected 0 arguments, got 1");
}

static void all_of_it(void)
{
	begins_as("dict", "[[[1, [2]], [\"k\", 3]]]");
	IS(call("keys", "[]"), "[1, 'k']");
	IS(call("values", "[]"), "[[2], 3]");
	IS(call("items", "[]"), "[(1, [2]), ('k', 3)]");
	IS(call("keys", "[1]"), "TypeError: keys expected 0 arguments, got 1");
	IS(call("copy", "[]"), "{1: [2], 'k': 3}");
	IS(call("__reversed__", "[]"), "('builtins', 'reversed', ([1, 'k'],), None)");
	IS(call("update", "[{\"k\": 4, \"m\": 5}]"), "None");
	IS(call("update", "[[[\"n\", 6]]]"), "None");
	IS(ask_named(o, ANN, "update", "[]", "{\"p\": 7}"), "None");
	IS(call("update", "[[[\"q\", 8], [9]]]"),
		"ValueError: dictionary update sequence element #1 has length 1; 2 is required");
	IS(call("update", "[null]"), "TypeError: 'NoneType' object is not iterable");
	IS(call("update", "[1, 2]"), "TypeError: update expected at most 1 argument, got 2");
	HAS("{1: [2], 'k': 4, 'm': 5, 'n': 6, 'p': 7, 'q': 8}");
	IS(call("clear", "[]"), "None");
	IS(call("__len__", "[]"), "0");
	IS(call("fromkeys", "[\"ab\", 1]"), "{'a': 1, 'b': 1}");
	IS(call("fromkeys", "[[\"a\"]]"), "{'a': None}");
	IS(call("fromkeys", "[]"), "TypeError: fromkeys expected at least 1 argument, got 0");
	IS(call("__ior__", "[{\"a\": 1}]"), "{'a': 1}");
	IS(call("__ior__", "[1]"), "TypeError: 'int' object is not iterable");
	IS(call("__or__", "[{\"a\": 2, \"b\": 3}]"), "{'a': 2, 'b': 3}");
	IS(call("__ror__", "[{\"b\": 3, \"a\": 2}]"), "{'b': 3, 'a': 1}");
	IS(call("__or__", "[[[1, 2]]]"), "('builtins', 'NotImplemented', None, None)");
}

static tutti_value *frozen(const char *text)
{
	tutti_value *v;

	CHECK_EQ(tutti_value_from_pickle(&v, text, strlen(text), NULL, NULL), 0);
	return v;
}

static void is_bounded(void)
{
	begins_as("dict", "[]");
	IS(ask_with(o, "fromkeys", numbers(0, ITEMS_MAX + 1, 1), NULL), TOO_MANY);
	IS(ask_with(o, "fromkeys", numbers(0, 256, 1), long_text(1 << 20)), TOO_MUCH);
	IS(ask_with(o, "update", numbers(0, ITEMS_MAX + 1, 1), NULL), TOO_MANY);
	HAS("{}");
}

/* Equal whatever their bytes are, and given back as they came. */
static void opaque_keys(void)
{
	tutti_value *v, *args;

	begins_as("dict", "[]");
	v = frozen("\x80\x04(\x8c\x01\x61\x8c\x01\x62\x91.");
	IS(ask_with(o, "__setitem__", v, INT(1)), "None");
	v = frozen("\x80\x04(\x8c\x01\x62\x94\x8c\x01\x61\x94\x91\x94.");
	IS(ask_with(o, "__getitem__", v, NULL), "1");
	CHECK_EQ(tutti_value_pack(&args, "(iii)", 1, 2, 3), 0);
	v = object("shapes", "Point", args);
	IS(ask_with(o, "__setitem__", tutti_value_ref(v), INT(2)), "None");
	IS(ask_with(o, "__contains__", v, NULL), "True");
	CHECK_EQ(tutti_value_pack(&v, "(i(is))", 1, 2, "x"), 0);
	IS(ask_with(o, "__setitem__", tutti_value_ref(v), INT(3)), "None");
	IS(ask_with(o, "pop", v, NULL), "3");
	CHECK_EQ(tutti_value_pack(&v, "(i[i])", 1, 2), 0);
	IS(ask_with(o, "get", v, NULL), "TypeError: unhashable type: 'list'");
	CHECK_EQ(tutti_value_pack(&args, "(y)", tutti_bytes_text("A")), 0);
	v = object("builtins", "bytearray", args);
	IS(ask_with(o, "get", v, NULL), "TypeError: unhashable type: 'bytearray'");
	IS(call("__len__", "[]"), "2");
}

/* Many that come and go: the order stays that in which they came. */
static void many_keys(void)
{
	char args[40], right[40];

	begins_as("dict", "[]");
	for (int i = 0; i < 3000; i++) {
		snprintf(args, sizeof(args), "[%d, %d]", i, 2 * i);
		IS(call("__setitem__", args), "None");
		snprintf(args, sizeof(args), "[%d]", i - 5);
		if (i >= 5 && i % 3 != 0)
			CHECK_EQ(atoi(call("pop", args)), 2 * (i - 5));
	}
	IS(call("__len__", "[]"), "1003");
	for (int i = 0; i < 100; i++)
		call("popitem", "[]");
	snprintf(right, sizeof(right), "%d", 903);
	IS(call("__len__", "[]"), right);
	for (int i = 0; i < 2995; i++) {
		snprintf(args, sizeof(args), "[%d]", i);
		if (i < 2600)
			IS(call("__contains__", args), (i + 5) % 3 == 0 ? "True" : "False");
	}
	IS(call("popitem", "[]"), "(2707, 5414)");
}

static void undoes(void)
{
	struct asked a;

	begins_as("dict", "[{\"a\": 1, \"b\": 2}]");
	CHECK_EQ(begin(&a, o, ANN, "pop", "[\"a\"]"), 0);
	IS(call("__len__", "[]"), "1");
	drop(&a);
	CHECK_EQ(begin(&a, o, ANN, "popitem", "[]"), 0);
	drop(&a);
	HAS("{'b': 2, 'a': 1}");
	CHECK_EQ(begin(&a, o, ANN, "pop", "[\"b\"]"), 0);
	IS(call("__setitem__", "[\"b\", 3]"), "None");
	drop(&a); /* there is something new */
	CHECK_EQ(begin(&a, o, ANN, "pop", "[\"z\", 1]"), 0);
	drop(&a);
	HAS("{'a': 1, 'b': 3}");
}

/* -- Iterator --------------------------------------------------------------------------------- */

static void iterates(void)
{
	struct tu_object *i;
	struct asked a;

	begins_as("dict", "[{\"a\": 1, \"b\": 2}]");
	CHECK_EQ(begin(&a, o, ANN, "__iter__", "[]"), 0);
	i = a.call.proxy;
	a.call.proxy = NULL;
	IS(end(&a), "None");
	IS(call("clear", "[]"), "None");
	IS(ask(i, ANN, "__next__", "[]"), "'a'");
	CHECK_EQ(begin(&a, i, ANN, "__next__", "[]"), 0);
	drop(&a);
	IS(ask(i, ANN, "__next__", "[]"), "'b'");
	IS(ask(i, ANN, "__next__", "[]"), "StopIteration: ");
	IS(ask(i, ANN, "__next__", "[]"), "StopIteration: ");
	IS(ask(i, ANN, "send", "[1]"),
		"AttributeError: 'dict_keyiterator' object has no attribute 'send'");
	IS(ask(i, ANN, "close", "[]"),
		"AttributeError: 'dict_keyiterator' object has no attribute 'close'");
	tu_object_free(i);
	IS(call("__iter__", "[1]"), "TypeError: __iter__ expected 0 arguments, got 1");
	IS(call("__iter__", "[]"), "proxy"); /* which nobody takes */
}

/* -- Namespace, Value ------------------------------------------------------------------------- */

static void names(void)
{
	begins_as("Namespace", "[{\"b\": [1], \"a\": 2, \"_c\": 3}]");
	IS(shown(o), "Namespace(a=2, b=[1])");
	IS(call("__getattribute__", "[\"b\"]"), "[1]");
	IS(call("__getattribute__", "[\"x\"]"),
		"AttributeError: 'Namespace' object has no attribute 'x'");
	IS(call("__getattribute__", "[1]"), "TypeError: attribute name must be string, not 'int'");
	IS(call("__setattr__", "[\"x\", {\"k\": 1}]"), "None");
	IS(call("__getattribute__", "[\"x\"]"), "{'k': 1}");
	IS(call("__setattr__", "[1, 2]"), "TypeError: attribute name must be string, not 'int'");
	IS(call("__setattr__", "[\"x\"]"), "TypeError: __setattr__ expected 2 arguments, got 1");
	IS(call("__delattr__", "[\"x\"]"), "None");
	IS(call("__delattr__", "[\"x\"]"),
		"AttributeError: 'Namespace' object has no attribute 'x'");
	tu_object_free(o);
	o = make_named("Namespace", "[]", "{\"n\": [7]}");
	IS(call("__getattribute__", "[\"n\"]"), "[7]");
	CHECK(!make("Namespace", "[1]"));
	IS(said, "TUTTI_ETYPE a Namespace takes names, or one dict");
	CHECK(!make("Namespace", "[{}, {}]"));
	IS(said, "TUTTI_ETYPE a Namespace takes names, or one dict");
	begins_as("Namespace", "[]");
	IS(shown(o), "Namespace()");
}

static void values(void)
{
	begins_as("Value", "[\"i\", 3]");
	IS(call("get", "[]"), "3");
	IS(call("set", "[[\"x\"]]"), "None"); /* whatever the typecode is */
	IS(call("get", "[]"), "['x']");
	HAS("Value('i', ['x'])");
	IS(ask_named(o, ANN, "set", "[]", "{\"value\": 5}"), "None");
	IS(call("get", "[]"), "5");
	IS(call("get", "[1]"), "TypeError: get() takes 0 arguments but 1 were given");
	IS(call("set", "[]"), "TypeError: set() missing required argument: 'value'");
	CHECK(!make("Value", "[\"i\"]"));
	IS(said, "TUTTI_ETYPE Value() missing required argument: 'value'");
	tu_object_free(o);
	o = NULL;
}

int main(void)
{
	suite_begin();
	RUN(is_made);
	RUN(one_key);
	RUN(all_of_it);
	RUN(is_bounded);
	RUN(opaque_keys);
	RUN(many_keys);
	RUN(undoes);
	RUN(iterates);
	RUN(names);
	RUN(values);
	return suite_end();
}
