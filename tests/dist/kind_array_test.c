/* SPDX-License-Identifier: MIT */
/* kind_array_test.c - the kind Array: what array.array takes and gives. */
#include "dist/asking.h"

static struct tu_object *o;

static void begins_as(const char *args)
{
	tu_object_free(o);
	o = make("Array", args);
	CHECK(o);
}

static const char *call(const char *method, const char *args)
{
	return ask(o, ANN, method, args);
}

#define HAS(text) IS(shown(o), (text))

static void is_made(void)
{
	begins_as("[\"i\", [1, true, -3]]");
	HAS("array('i', [1, 1, -3])");
	begins_as("[\"d\", [1, 2.5]]");
	HAS("array('d', [1.0, 2.5])");
	begins_as("[\"f\", [0.1]]");
	HAS("array('f', [0.10000000149011612])");
	begins_as("[\"h\", []]");
	HAS("array('h')");
	begins_as("[\"q\", [7], false]"); /* the lock, which it has anyway */
	HAS("array('q', [7])");
}

static void is_not_made(void)
{
	CHECK(!make("Array", "[\"x\", [1]]"));
	IS(said, "EINVAL bad typecode (must be b, B, h, H, i, I, l, L, q, Q, f or d)");
	CHECK(!make("Array", "[3, [1]]"));
	IS(said, "TUTTI_ETYPE array() argument 1 must be a unicode character, not int");
	CHECK(!make("Array", "[\"ii\", [1]]"));
	IS(said, "TUTTI_ETYPE array() argument 1 must be a unicode character, not str");
	CHECK(!make("Array", "[\"i\", 3]"));
	IS(said, "TUTTI_ETYPE 'int' object is not iterable");
	CHECK(!make("Array", "[\"i\", \"abc\"]"));
	IS(said, "TUTTI_ETYPE cannot use a str to initialize an array with typecode 'i'");
	CHECK(!make("Array", "[\"i\", [1, null]]"));
	IS(said, "TUTTI_ETYPE 'NoneType' object cannot be interpreted as an integer");
	CHECK(!make("Array", "[\"b\", [128]]"));
	IS(said, "TUTTI_EREMOTE OverflowError: signed char is greater than maximum");
	CHECK(!make("Array", "[\"i\"]"));
	IS(said, "TUTTI_ETYPE Array() missing required argument: 'sequence'");
}

/* Of each type the bounds and what is beyond them. */
static void checks_ranges(void)
{
	static const struct {
		char type;
		const char *least, *most, *below, *above;
	} rows[] = {
		{ 'b', "-128", "127", "-129", "128" },
		{ 'B', "0", "255", "-1", "256" },
		{ 'h', "-32768", "32767", "-32769", "32768" },
		{ 'H', "0", "65535", "-1", "65536" },
		{ 'i', "-2147483648", "2147483647", "-2147483649", "2147483648" },
		{ 'I', "0", "4294967295", "-1", "4294967296" },
		{ 'l', "-9223372036854775808", "9223372036854775807", "-9223372036854775809",
			"9223372036854775808" },
		{ 'L', "0", "18446744073709551615", "-1", "18446744073709551616" },
		{ 'q', "-9223372036854775808", "9223372036854775807", "-9223372036854775809",
			"9223372036854775808" },
		{ 'Q', "0", "18446744073709551615", "-36893488147419103232",
			"36893488147419103232" },
	};
	char text[80];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		snprintf(text, sizeof(text), "[\"%c\", [0]]", rows[i].type);
		begins_as(text);
		snprintf(text, sizeof(text), "[0, %s]", rows[i].least);
		IS(call("__setitem__", text), "None");
		IS(call("__getitem__", "[0]"), rows[i].least);
		snprintf(text, sizeof(text), "[0, %s]", rows[i].most);
		IS(call("__setitem__", text), "None");
		IS(call("__getitem__", "[0]"), rows[i].most);
		snprintf(text, sizeof(text), "[0, %s]", rows[i].below);
		CHECK(strncmp(call("__setitem__", text), "OverflowError: ", 15) == 0);
		CHECK(strstr(said, "is less than minimum"));
		snprintf(text, sizeof(text), "[0, %s]", rows[i].above);
		CHECK(strncmp(call("__setitem__", text), "OverflowError: ", 15) == 0);
		CHECK(strstr(said, "is greater than maximum"));
		IS(call("__setitem__", "[0, 1.5]"),
			"TypeError: 'float' object cannot be interpreted as an integer");
		IS(call("__getitem__", "[0]"), rows[i].most);
	}
	begins_as("[\"d\", [0]]");
	IS(call("__setitem__", "[0, \"x\"]"), "TypeError: must be real number, not str");
	IS(call("__setitem__", "[0, 36893488147419103232]"), "None");
	IS(call("__getitem__", "[0]"), "3.6893488147419103e+19");
}

static tutti_value *array_of(const char *type, int a, int b)
{
	tutti_value *args;

	CHECK_EQ(tutti_value_pack(&args, "(s[ii])", type, a, b), 0);
	return object("array", "array", args);
}

static void by_place(void)
{
	begins_as("[\"i\", [1, 2, 3]]");
	IS(call("__len__", "[]"), "3");
	IS(call("__getitem__", "[-1]"), "3");
	IS(call("__getitem__", "[3]"), "IndexError: array index out of range");
	IS(call("__getitem__", "[\"x\"]"), "TypeError: array indices must be integers");
	IS(call("__setitem__", "[3, 1]"), "IndexError: array assignment index out of range");
	IS(call("__setitem__", "[-3, 9]"), "None");
	IS(ask_with(o, "__getitem__", slice(NONE, NONE, INT(-2)), NULL),
		"('array', 'array', ('i', [3, 9]), None)");
	IS(ask_with(o, "__setitem__", slice(INT(0), INT(1), NONE), array_of("i", 5, 6)), "None");
	HAS("array('i', [5, 6, 2, 3])");
	IS(ask_with(o, "__setitem__", slice(NONE, NONE, INT(2)), array_of("i", 7, 8)), "None");
	HAS("array('i', [7, 6, 8, 3])");
	IS(ask_with(o, "__setitem__", slice(NONE, NONE, INT(3)), array_of("d", 7, 8)),
		"TypeError: bad argument type for built-in operation");
	IS(ask_with(o, "__setitem__", slice(NONE, NONE, INT(4)), array_of("i", 7, 8)),
		"ValueError: attempt to assign array of size 2 to extended slice of size 1");
	IS(ask_with(o, "__setitem__", slice(NONE, NONE, NONE), from_json("[1]")),
		"TypeError: can only assign array (not \"list\") to array slice");
	IS(ask_with(o, "__setitem__", slice(NONE, NONE, INT(0)), from_json("[1]")),
		"ValueError: slice step cannot be zero");
}

/* As pickle has written them on machines of both sorts: _array_reconstructor(class, ...). */
static void reads_machine_formats(void)
{
	static const struct {
		const char *type;
		int format, n;
		const char *bytes, *right;
	} rows[] = {
		{ "b", 1, 2, "\xff\x7f", "array('b', [-1, 127])" },
		{ "B", 0, 2, "\xff\x7f", "array('B', [255, 127])" },
		{ "H", 2, 2, "\x01\xff", "array('H', [65281])" },
		{ "H", 3, 2, "\x01\xff", "array('H', [511])" },
		{ "h", 4, 2, "\x01\xff", "array('h', [-255])" },
		{ "h", 5, 2, "\xff\x01", "array('h', [-255])" },
		{ "I", 6, 4, "\x01\0\0\xff", "array('I', [4278190081])" },
		{ "I", 7, 4, "\xff\0\0\x01", "array('I', [4278190081])" },
		{ "i", 8, 4, "\xfe\xff\xff\xff", "array('i', [-2])" },
		{ "i", 9, 4, "\xff\xff\xff\xfe", "array('i', [-2])" },
		{ "Q", 10, 8, "\x01\0\0\0\0\0\0\xff", "array('Q', [18374686479671623681])" },
		{ "q", 13, 8, "\xff\xff\xff\xff\xff\xff\xff\xfe", "array('q', [-2])" },
		{ "f", 14, 4, "\0\0\xc0\x3f", "array('f', [1.5])" },
		{ "f", 15, 4, "\x3f\xc0\0\0", "array('f', [1.5])" },
		{ "d", 16, 8, "\0\0\0\0\0\0\xf8\x3f", "array('d', [1.5])" },
		{ "d", 17, 8, "\x3f\xf8\0\0\0\0\0\0", "array('d', [1.5])" },
	};
	char text[80];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		tutti_value *class, *args;

		snprintf(text, sizeof(text), "[\"%s\", [0]]", rows[i].type);
		begins_as(text);
		CHECK_EQ(tutti_value_object_make(&class, "array", "array", NULL), 0);
		CHECK_EQ(tutti_value_pack(&args, "(Osiy)", class, rows[i].type, rows[i].format,
				 tutti_bytes_of(rows[i].bytes, (size_t)rows[i].n)),
			0);
		tutti_value_unref(class);
		IS(ask_with(o, "__setitem__", slice(NONE, NONE, NONE),
			   object("array", "_array_reconstructor", args)),
			"None");
		IS(shown(o), rows[i].right);
	}
}

/* Of bytes, of another array, of a range. */
static void of_others(void)
{
	tutti_value *args, *made;
	struct tu_object *array;
	char text[TU_CALL_TEXT];
	tutti_value *none;

	CHECK_EQ(tutti_value_dict(&none, NULL, 0), 0);
	CHECK_EQ(tutti_value_pack(&args, "(sy)", "h", tutti_bytes_of("\x01\0\x02\0", 4)), 0);
	CHECK_EQ(tu_object_make(&array, &tu_kind_array, args, none, text), 0);
	tutti_value_unref(args);
	IS(ask(array, ANN, "__getitem__", "[1]"), "2");
	tu_object_free(array);
	CHECK_EQ(tutti_value_pack(&args, "(sy)", "h", tutti_bytes_of("\x01", 1)), 0);
	CHECK_EQ(tu_object_make(&array, &tu_kind_array, args, none, text), -EINVAL);
	IS(text, "bytes length not a multiple of item size");
	tutti_value_unref(args);
	made = array_of("i", 4, 5);
	CHECK_EQ(tutti_value_pack(&args, "(sO)", "d", made), 0);
	tutti_value_unref(made);
	CHECK_EQ(tu_object_make(&array, &tu_kind_array, args, none, text), 0);
	tutti_value_unref(args);
	IS(ask(array, ANN, "__getitem__", "[1]"), "5.0");
	tu_object_free(array);
	tutti_value_unref(none);
	tu_object_free(o);
	o = NULL;
}

static tutti_value *bytes_of_array(size_t n)
{
	tutti_value *bytes, *args;
	char *zeros = calloc(n, 1);

	CHECK(zeros);
	CHECK_EQ(tutti_value_bytes(&bytes, zeros, n), 0);
	free(zeros);
	CHECK_EQ(tutti_value_pack(&args, "(sO)", "b", bytes), 0);
	tutti_value_unref(bytes);
	return object("array", "array", args);
}

static void is_bounded(void)
{
	begins_as("[\"b\", [1]]");
	IS(ask_with(o, "__setitem__", slice(INT(0), INT(0), NONE), bytes_of_array(ITEMS_MAX)),
		TOO_MANY);
	IS(ask_with(o, "__setitem__", slice(INT(0), INT(1), NONE), bytes_of_array(ITEMS_MAX + 1)),
		TOO_MANY);
	HAS("array('b', [1])");
	IS(ask_with(o, "__setitem__", slice(INT(0), INT(1), NONE), bytes_of_array(ITEMS_MAX)),
		"None");
	IS(call("__len__", "[]"), "4000000");
	tu_object_free(o);
	o = NULL;
}

int main(void)
{
	suite_begin();
	RUN(is_made);
	RUN(is_not_made);
	RUN(checks_ranges);
	RUN(by_place);
	RUN(reads_machine_formats);
	RUN(of_others);
	RUN(is_bounded);
	return suite_end();
}
