/* SPDX-License-Identifier: MIT */
/* rows: +pickle */
/*
 * pickle_object_test.c - what of a pickle no other value is: kept, looked into, made, and written
 * out again such that it stands by itself.
 */
#include "support/memory.h"
#include "support/suite.h"
#include "wire/pickles.h"

#include <tutti/error.h>

/* A point.Point with x = 1, as protocol 4 has it. */
#define POINT                            \
	"8c05706f696e74948c05506f696e74" \
	"949394298194 7d948c0178944b017362"

static void check_object(tutti_value *v, const char *repr)
{
	tutti_value *parts;

	CHECK_EQ(tutti_value_kind(v), TUTTI_VALUE_OPAQUE);
	CHECK_EQ(tutti_value_object(&parts, v), 0);
	check_repr(parts, repr);
	tutti_value_unref(v);
}

static void exceptions(void)
{
	tutti_value *v = of_hex("80049522000000000000008c06234552524f52948c065f7175657565948c05456d"
				"70747994939429529486942e");

	check_object(tutti_value_ref((tutti_value *)(uintptr_t)tutti_value_at(v, 1)),
		"('_queue', 'Empty', (), None)");
	tutti_value_unref(v);
	/* With the names of Python 2, and of 3. */
	check_object(of_hex("800263657863657074696f6e730a56616c75654572726f720a5802000000"
			    "6e6f4b0186522e"),
		"('builtins', 'ValueError', ('no', 1), None)");
	check_object(of_hex("80048c086275696c74696e73948c0a56616c75654572726f729493948c02"
			    "6e6f944b018694527d8c01614b0173622e"),
		"('builtins', 'ValueError', ('no', 1), {'a': 1})");
}

static void classes(void)
{
	check_object(
		of_hex("80048c05706f696e748c05506f696e74932e"), "('point', 'Point', None, None)");
	check_object(of_hex("800463706f696e740a506f696e740a2e"), "('point', 'Point', None, None)");
	check_object(of_hex("8004" POINT "2e"), "('point', 'Point', (), {'x': 1})");
}

static void is_no_object(void)
{
	tutti_value *v, *parts;

	CHECK_EQ(tutti_value_object(&parts, NULL), -EINVAL);
	CHECK_EQ(tutti_value_object(&parts, tutti_value_none()), TUTTI_ETYPE);
	v = of_hex("8004284b01912e"); /* a frozenset */
	CHECK_EQ(tutti_value_kind(v), TUTTI_VALUE_OPAQUE);
	CHECK_EQ(tutti_value_object(&parts, v), TUTTI_ETYPE);
	tutti_value_unref(v);
}

static void makes_objects(void)
{
	tutti_value *args = PACK("(s)", "k"), *v, *reply;

	CHECK_EQ(tutti_value_object_make(&v, "builtins", "KeyError", args), 0);
	reply = PACK("sO", "#ERROR", v);
	check_pickle(reply, "80048c06234552524f528c086275696c74696e738c084b65794572726f72938c016b"
			    "8552862e");
	check_object(v, "('builtins', 'KeyError', ('k',), None)");
	CHECK_EQ(tutti_value_object_make(&v, "point", "Point", NULL), 0);
	check_object(v, "('point', 'Point', None, None)");
	CHECK_EQ(tutti_value_object_make(&v, NULL, "x", args), -EINVAL);
	CHECK_EQ(tutti_value_object_make(&v, "x", "", args), -EINVAL);
	CHECK_EQ(tutti_value_object_make(&v, "x", "\xff", args), -EINVAL);
	CHECK_EQ(tutti_value_object_make(&v, "x", "y", tutti_value_none()), TUTTI_ETYPE);
	tutti_value_unref(args);
}

/* The second of two points gets its class and the name of its attribute from the first. */
static void each_stands_by_itself(void)
{
	tutti_value *v = of_hex("80045d28" POINT "68022981947d9468054b027362652e");
	tutti_value *second = tutti_value_ref((tutti_value *)(uintptr_t)tutti_value_at(v, 1));

	tutti_value_unref(v);
	check_pickle(tutti_value_ref(second),
		"80048c05706f696e74948c05506f696e749493942981947d948c01784b0273622e");
	check_object(second, "('point', 'Point', (), {'x': 2})");
}

/* Two that have places in the memo, one behind the other: those of the second move. */
static void several_are_written(void)
{
	tutti_value *one = of_hex("80048c05706f696e7494680093 2e"), *v, *again;
	tutti_bytes data;

	v = PACK("[OOO]", one, one, one);
	tutti_value_unref(one);
	CHECK_EQ(tutti_value_to_pickle(&data, v), 0);
	CHECK_EQ(tutti_value_from_pickle(&again, data.data, data.size, NULL, NULL), 0);
	CHECK(tutti_value_equal(v, again));
	tutti_value_unref(again);
	tutti_bytes_free(&data);
	check_pickle(v, "80045d288c05706f696e74946800938c05706f696e74946801938c05706f696e7494680293"
			"652e");
}

/* The item of a call, as it came: memo, loops and all. */
static void whole_items(void)
{
	static const tutti_pickle_options options = { .whole_from = 2 };
	tutti_value *v, *item;

	/* put([l]) where l is in itself, and put("put"), whose text is that of the name. */
	CHECK_EQ(read_hex(&v, "8004288c027131948c03707574945d94680261857d742e", &options), 0);
	item = tutti_value_ref((tutti_value *)(uintptr_t)tutti_value_at(tutti_value_at(v, 2), 0));
	tutti_value_unref(v);
	CHECK_EQ(tutti_value_kind(item), TUTTI_VALUE_OPAQUE);
	check_pickle(item, "80045d946800612e");
	CHECK_EQ(read_hex(&v, "8004288c027131948c03707574946801857d742e", &options), 0);
	check_repr(v, "('q1', 'put', ('put',), {})");
	CHECK_EQ(read_hex(&v, "8004288c027131948c03707574945d28680168014b0165857d742e", &options),
		0);
	item = tutti_value_ref((tutti_value *)(uintptr_t)tutti_value_at(tutti_value_at(v, 2), 0));
	tutti_value_unref(v);
	CHECK_EQ(tutti_value_from_opaque(&v, item, NULL, NULL), 0);
	check_repr(v, "['put', 'put', 1]");
	check_pickle(item, "80045d288c037075748c037075744b01652e");
}

/* What is twice in it, one level apart, stays opaque at one and is read at the other; what is a key
   and not, likewise. */
static void at_several_levels(void)
{
	tutti_pickle_options options = { .whole_from = 2 };
	tutti_value *v;

	CHECK_EQ(read_hex(&v, "80047d288c01624b014b024b038794856800 8c0173752e", &options), 0);
	check_repr(v, "{'b': (<opaque, 8 bytes>,), (1, 2, 3): 's'}");
	options = (tutti_pickle_options){ .plain = true };
	CHECK_EQ(read_hex(&v, "80047d28284b0191944e4e6800752e", &options), 0);
	check_repr(v, "{<opaque, 5 bytes>: None, None: {1}}");
}

static void what_is_not_opaque_gives_itself(void)
{
	tutti_value *v = PACK("[i]", 1), *same;

	CHECK_EQ(tutti_value_from_opaque(&same, v, NULL, NULL), 0);
	CHECK(same == v);
	tutti_value_unref(same);
	tutti_value_unref(v);
	CHECK_EQ(tutti_value_from_opaque(&v, tutti_value_none(), NULL, NULL), 0);
	check_repr(v, "None");
	CHECK_EQ(tutti_value_from_opaque(&v, NULL, NULL, NULL), -EINVAL);
}

/* A lone surrogate is no text here, but is one again in Python. */
static void surrogates(void)
{
	tutti_value *v = of_hex("80048c0561eda08062942e");

	CHECK_EQ(tutti_value_kind(v), TUTTI_VALUE_OPAQUE);
	check_pickle(v, "80048c0561eda08062942e");
	CHECK_EQ(read_hex(&v, "80048c0361ed612e", NULL), TUTTI_EPROTO);
	CHECK_EQ(read_hex(&v, "80048c02c080 2e", NULL), TUTTI_EPROTO);
	CHECK_EQ(read_hex(&v, "80048c03edc0802e", NULL), TUTTI_EPROTO);
}

/* What plain reads as its like stays opaque where that could not be. */
static void plain(void)
{
	static const tutti_pickle_options options = { .plain = true };
	static const char *const hex[] = { "800596030000000000000078797a942e",
		"80048c086275696c74696e738c0962797465617272617993430378797a85522e",
		("8002635f5f6275696c74696e5f5f0a6279746561727261790a580300000078797a5806000000"
		 "6c6174696e3186522e") };
	tutti_value *v;

	for (size_t i = 0; i < 3; i++) {
		v = of_hex(hex[i]);
		CHECK_EQ(tutti_value_kind(v), TUTTI_VALUE_OPAQUE);
		tutti_value_unref(v);
		CHECK_EQ(read_hex(&v, hex[i], &options), 0);
		check_repr(v, "b'xyz'");
	}
	CHECK_EQ(read_hex(&v, "8004284b01912e", &options), 0);
	check_repr(v, "{1}");
	CHECK_EQ(read_hex(&v, "80047d284b01914e732e", &options), 0);
	CHECK_EQ(tutti_value_kind(tutti_value_at(v, 0)), TUTTI_VALUE_OPAQUE);
	tutti_value_unref(v);
	CHECK_EQ(read_hex(&v,
			 "800263636f6c6c656374696f6e730a4f726465726564446963740a7100"
			 "2952710158010000006171024b01732e",
			 &options),
		0);
	check_repr(v, "{'a': 1}");
	/* An odd one, of three items, is none. */
	CHECK_EQ(read_hex(&v, "800263636f6c6c656374696f6e730a4f726465726564446963740a29524e61 2e",
			 &options),
		TUTTI_EPROTO);
}

static void known_classes(void)
{
	static const char point[] = "80048c05706f696e748c05506f696e74932e",
			  empty[] = "80048c0571756575658c05456d7074799329522e",
			  old[] = "800263657863657074696f6e730a4b65794572726f720a29522e",
			  array[] = "80059600000000000000002e";
	tutti_pickle_options options = { .classes = TUTTI_CLASSES_KNOWN };
	tutti_value *v;

	CHECK_EQ(read_hex(&v, point, &options), TUTTI_ETYPE);
	CHECK_EQ(read_hex(&v, empty, &options), 0);
	tutti_value_unref(v);
	CHECK_EQ(read_hex(&v, old, &options), 0);
	tutti_value_unref(v);
	options.classes = TUTTI_CLASSES_NONE;
	CHECK_EQ(read_hex(&v, empty, &options), TUTTI_ETYPE);
	CHECK_EQ(read_hex(&v, array, &options), TUTTI_ETYPE);
	options.plain = true;
	CHECK_EQ(read_hex(&v, array, &options), 0);
	check_repr(v, "b''");
}

/* As a value among others: equal, a key, in our own form, but no JSON. */
static void as_a_value(void)
{
	tutti_value *a = of_hex("8004284b01912e"), *b = of_hex("8004284b01912e"), *v, *again;
	tutti_bytes data;

	CHECK(tutti_value_equal(a, b) && tutti_value_hash(a) == tutti_value_hash(b));
	CHECK_STR(tutti_value_type(a), "opaque");
	CHECK_EQ(tutti_value_size(a), 4);
	CHECK(!tutti_value_at(a, 0) && !tutti_value_find(a, b) && !tutti_value_under(a, 0));
	CHECK_EQ(tutti_value_as_bytes(a, &data), TUTTI_ETYPE);
	v = PACK("{O:i} [O]", a, 1, b);
	CHECK_EQ(tutti_value_to_json(&data, v, NULL, NULL), TUTTI_ETYPE);
	CHECK_EQ(tutti_value_encode(&data, v), 0);
	CHECK_EQ(tutti_value_decode(&again, data.data, data.size, NULL), 0);
	CHECK(tutti_value_equal(v, again));
	check_repr(again, "({<opaque, 4 bytes>: 1}, [<opaque, 4 bytes>])");
	tutti_bytes_free(&data);
	tutti_value_unref(v);
	tutti_value_unref(a);
	tutti_value_unref(b);
}

/* Our own form takes no fragment that is none. */
static void own_form_is_checked(void)
{
	static const char *const wrong[] = { "81de00", "81de0128", "81de024e4e", "81de026800",
		"81de034e7100", "81de0a9500000000000000004e", "81de0130", "81de054e",
		"81df024e2e" };
	static const char *const good[] = { "81de014e", "81de024e94", "81df0863780a790a" };
	unsigned char data[100];
	tutti_value *v;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		CHECK_EQ(tutti_value_decode(&v, data, from_hex(data, sizeof(data), wrong[i]), NULL),
			TUTTI_EPROTO);
	for (size_t i = 0; i < 2; i++) {
		CHECK_EQ(tutti_value_decode(&v, data, from_hex(data, sizeof(data), good[i]), NULL),
			0);
		tutti_value_unref(v);
	}
}

/* Names of Python 2 and of 3 in one pickle would be read as the same. */
static void protocol_2_stays(void)
{
	tutti_value *old = of_hex("800263780a790a2e"), *newer = of_hex("800463780a790a2e"), *v;
	tutti_bytes data;

	CHECK(!tutti_value_equal(old, newer));
	check_pickle(PACK("[O]", old), "80025d2863780a790a652e");
	v = PACK("[OO]", old, newer);
	CHECK_EQ(tutti_value_to_pickle(&data, v), TUTTI_ETYPE);
	tutti_value_unref(v);
	v = PACK("(O)", old);
	CHECK_EQ(tutti_value_object_make(&newer, "x", "y", v), TUTTI_ETYPE);
	tutti_value_unref(v);
	check_object(old, "('x', 'y', None, None)");
	tutti_value_unref(newer);
}

static void no_memory(void)
{
	static const tutti_pickle_options options = { .whole_from = 1 };
	static const char hex[] = "80045d28" POINT "6802298194 7d9468054b027362 652e";
	unsigned char data[200];
	size_t size = from_hex(data, sizeof(data), hex);
	int rc = -ENOMEM;

	for (uint64_t n = 1; rc < 0; n++) {
		tutti_value *v, *parts = NULL, *args = NULL, *made = NULL;

		test_alloc_fail_at(n);
		rc = tutti_value_from_pickle(&v, data, size, &options, NULL);
		CHECK(rc == 0 || rc == -ENOMEM);
		if (rc < 0)
			continue;
		rc = tutti_value_object(&parts, tutti_value_at(v, 0));
		if (rc == 0)
			rc = tutti_value_pack(&args, "(O)", v);
		if (rc == 0)
			rc = tutti_value_object_make(&made, "a", "b", args);
		CHECK(rc == 0 || rc == -ENOMEM);
		tutti_value_unref(v);
		tutti_value_unref(parts);
		tutti_value_unref(args);
		tutti_value_unref(made);
	}
	test_alloc_fail_at(0);
}

int main(void)
{
	size_t before;

	suite_begin();
	before = test_alloc_live();
	RUN(exceptions);
	RUN(classes);
	RUN(is_no_object);
	RUN(makes_objects);
	RUN(each_stands_by_itself);
	RUN(several_are_written);
	RUN(whole_items);
	RUN(at_several_levels);
	RUN(what_is_not_opaque_gives_itself);
	RUN(surrogates);
	RUN(plain);
	RUN(known_classes);
	RUN(as_a_value);
	RUN(own_form_is_checked);
	RUN(protocol_2_stays);
	RUN(no_memory);
	CHECK_EQ(test_alloc_live(), before);
	return suite_end();
}
