/* SPDX-License-Identifier: MIT */
/* rows: +pickle */
/*
 * pickle_hostile_test.c - pickles that are cut off, changed, in loops, or made to need more than
 * they have: refused, without needing it. Its allocator counts bytes.
 */
#include "base/prng.h"
#include "support/suite.h"
#include "wire/pickles.h"

#include <malloc.h>
#include <tutti/error.h>
#include <tutti/memory.h>

/* What docs/values.md says. */
enum { MULTIPLE = 160, LEAST = 16384 };

static size_t now, peak;

static void count(void *p)
{
	now += malloc_usable_size(p);
	peak = now > peak ? now : peak;
}

static void *counted_alloc(size_t size, void *arg)
{
	void *p = malloc(size);

	(void)arg;
	count(p);
	return p;
}

static void *counted_resize(void *p, size_t size, void *arg)
{
	(void)arg;
	now -= malloc_usable_size(p);
	p = realloc(p, size);
	count(p);
	return p;
}

static void counted_free(void *p, void *arg)
{
	(void)arg;
	now -= malloc_usable_size(p);
	free(p);
}

__attribute__((constructor)) static void install(void)
{
	static const tutti_allocator counted = { counted_alloc, counted_resize, counted_free,
		NULL };

	CHECK_EQ(tutti_set_allocator(&counted), 0);
}

/* Read from a block of just that size; what it needs is bounded by it. */
static int try_one(tutti_value **v, const unsigned char *data, size_t size,
	const tutti_pickle_options *options)
{
	unsigned char *exact = malloc(size ? size : 1);
	tutti_value_fault fault = { .at = SIZE_MAX };
	size_t before = now;
	int rc;

	memcpy(exact, data, size);
	peak = now;
	rc = tutti_value_from_pickle(v, exact, size, options, &fault);
	free(exact);
	if (peak - before > MULTIPLE * size + LEAST)
		fprintf(stderr, "%zu bytes for %zu\n", peak - before, size);
	CHECK(peak - before <= MULTIPLE * size + LEAST);
	if (rc < 0)
		CHECK(now == before && fault.at <= size && strncmp(fault.text, "at byte ", 8) == 0);
	return rc;
}

static const char *const goldens[] = { "80049522000000000000008c06234552524f5294"
				       "8c065f7175657565948c05456d70747994939429529486942e",
	"80048c086275696c74696e73948c0a56616c75654572726f729493948c026e6f944b018694527d8c01614b0173"
	"622e",
	"80045d288c05706f696e74948c05506f696e749493942981947d948c0178944b0173626802298194"
	"7d9468054b027362652e",
	"8002635f5f6275696c74696e5f5f0a6279746561727261790a7100635f636f646563730a656e636f64650a7101"
	"580300000078797a710258060000006c6174696e3171038671045271058571065271072e",
	"800263636f6c6c656374696f6e730a4f72646572"
	"6564446963740a71002952710158010000006171024b01732e",
	"80059603000000000000007879 7a94680086 2e",
	"8004288c027131948c03707574945d94284e4b018c01789468016501 2e",
	"80048f94284b018c0161941a902e",
	"80048b0900000001020304050607080947400921fb54442d188642020000006162868e02000000000000006364"
	"8d020000000000000065662e",
	"8004635f5f6d61696e5f5f0a4e6f64650a94298194 7d948c026d65946801735d9468016178622e",
	"8004288c0178945d28680068006800654e306800 8c0179 8f28680090912e" };
enum { GOLDENS = sizeof(goldens) / sizeof(*goldens) };

static size_t golden(unsigned char *data, size_t room, size_t i)
{
	return from_hex(data, room, i < PICKLED ? mixed[i] : goldens[i - PICKLED]);
}

static void every_truncation(void)
{
	unsigned char data[600] = { 0 };

	for (size_t i = 0; i < PICKLED + GOLDENS; i++) {
		size_t size = golden(data, sizeof(data), i);
		tutti_value *v = NULL;

		for (size_t n = 0; n < size; n++)
			if (try_one(&v, data, n, NULL) == 0) {
				/* A byte that is STOP within it: that is a pickle too. */
				CHECK_EQ(data[n - 1], '.');
				tutti_value_unref(v);
			}
	}
}

static const struct {
	const char *hex;
	int code;
} bad[] = { { "", TUTTI_EPROTO }, { "80", TUTTI_EPROTO }, { "8004", TUTTI_EPROTO },
	{ "80042e", TUTTI_EPROTO }, { "4e2e", TUTTI_EPROTO }, { "80014e2e", TUTTI_EPROTO },
	{ "80064e2e", TUTTI_EPROTO }, { "80044e", TUTTI_EPROTO }, { "80044e4e2e", TUTTI_EPROTO },
	{ "80044e2e2e", TUTTI_EPROTO }, { "8004282e", TUTTI_EPROTO },
	{ "80046800 2e", TUTTI_EPROTO }, { "8004302e", TUTTI_EPROTO }, { "8004312e", TUTTI_EPROTO },
	{ "8004742e", TUTTI_EPROTO }, { "8004852e", TUTTI_EPROTO }, { "80044e862e", TUTTI_EPROTO },
	{ "80044e28862e", TUTTI_EPROTO }, { "80044e612e", TUTTI_EPROTO },
	{ "80044e4e612e", TUTTI_EPROTO }, { "80045d4e4e732e", TUTTI_EPROTO },
	{ "80047d4e612e", TUTTI_EPROTO }, { "80047d284e752e", TUTTI_EPROTO },
	{ "8004284e642e", TUTTI_EPROTO }, { "80045d286528 2e", TUTTI_EPROTO },
	{ "80048f4e612e", TUTTI_EPROTO }, { "8004285d4e6474 2e", TUTTI_EPROTO },
	{ "80048f285d902e", TUTTI_EPROTO }, { "80047d5d4e732e", TUTTI_EPROTO },
	{ "80044e4e522e", TUTTI_EPROTO }, { "800463780a790a4e522e", TUTTI_EPROTO },
	{ "80044e29522e", TUTTI_EPROTO }, { "800463780a792e", TUTTI_EPROTO },
	{ "8004630a790a2e", TUTTI_EPROTO }, { "80044e4e932e", TUTTI_EPROTO },
	{ "80044e4e622e", TUTTI_EPROTO }, { "80045d7d622e", TUTTI_EPROTO },
	{ "80044e71012e", TUTTI_EPROTO }, { "80044e94942e", TUTTI_EPROTO },
	{ "8004942e", TUTTI_EPROTO }, { "800428942e", TUTTI_EPROTO },
	/* A place in the memo that would make it 2 GiB large. */
	{ "80044e72ffffff072e", TUTTI_EPROTO }, { "8004950200000000000000 4e2e", 0 },
	{ "8004950300000000000000 4e2e", TUTTI_EPROTO },
	{ "800495ffffffffffffffff4e2e", TUTTI_EPROTO }, { "80048cff612e", TUTTI_EPROTO },
	{ "80048dffffffffffffffff2e", TUTTI_EPROTO }, { "8004 58ffffffff2e", TUTTI_EPROTO },
	{ "80048bffffffff2e", TUTTI_EPROTO }, { "80044b01502e", TUTTI_EPROTO },
	{ "80044b01512e", TUTTI_EPROTO }, { "800482012e", TUTTI_EPROTO },
	{ "8004972e", TUTTI_EPROTO }, { "800480044e2e", TUTTI_EPROTO },
	{ "800449310a2e", TUTTI_EPROTO },
	/* Loops: a list in itself, a tuple by way of a list, a dict, and a later change. */
	{ "80045d946800612e", -ELOOP }, { "80045d945d680061613068002e", -ELOOP },
	{ "80045d94680085613068002e", -ELOOP }, { "80047d944b016800732e", -ELOOP },
	{ "80045d9468004b016186 2e", -ELOOP } };

static void is_refused(void)
{
	unsigned char data[100];

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		size_t size = from_hex(data, sizeof(data), bad[i].hex);
		tutti_value *v = NULL;
		int rc = try_one(&v, data, size, NULL);

		if (rc != bad[i].code)
			fprintf(stderr, "%s\n", bad[i].hex);
		CHECK_EQ(rc, bad[i].code);
		if (rc == 0)
			tutti_value_unref(v);
	}
}

static unsigned char large[1 << 20];

/* begin, then unit n times, then end. */
static size_t repeat(const char *begin, const char *unit, size_t n, const char *end)
{
	size_t size = from_hex(large, sizeof(large), begin), one;

	for (size_t i = 0; i < n; i++) {
		one = from_hex(large + size, sizeof(large) - size, unit);
		size += one;
	}
	return size + from_hex(large + size, sizeof(large) - size, end);
}

static int try_large(size_t size, const tutti_pickle_options *options)
{
	tutti_value *v;
	int rc = try_one(&v, large, size, options);

	if (rc == 0)
		tutti_value_unref(v);
	return rc;
}

/* Each opcode of one byte, as often as it can be: what a byte costs at most. */
static void what_a_byte_costs(void)
{
	enum { MANY = 200000 };

	CHECK_EQ(try_large(repeat("800428", "4e", MANY, "742e"), NULL), 0);
	CHECK_EQ(try_large(repeat("800428", "5d", MANY, "742e"), NULL), 0);
	CHECK_EQ(try_large(repeat("800428", "5d94", MANY, "742e"), NULL), 0);
	CHECK_EQ(try_large(repeat("800428", "8f94", MANY, "742e"), NULL), 0);
	CHECK_EQ(try_large(repeat("80044e94302868", "0068", MANY, "00742e"), NULL), 0);
	CHECK_EQ(try_large(repeat("800428", "5d85", MANY, "742e"), NULL), 0);
	CHECK_EQ(try_large(repeat("80044e", "4e30", MANY, "2e"), NULL), 0);
	CHECK_EQ(try_large(repeat("80044e", "4e9430", MANY, "2e"), NULL), 0);
	CHECK_EQ(try_large(repeat("80047d28", "4e4e", MANY, "752e"), NULL), 0);
	CHECK_EQ(try_large(repeat("800463780a790a943028", "6800", MANY, "742e"), NULL), 0);
}

/* None equals another: they must not all fall on one place of the set. */
static void many_that_are_no_number(void)
{
	CHECK_EQ(try_large(repeat("80048f28", "477ff8000000000000", 100000, "902e"), NULL), 0);
}

/* Pairs of pairs of pairs, each twice: few bytes, and more than there is if each were written. */
static void sharing_is_bounded(void)
{
	tutti_pickle_options options = { 0 };
	tutti_value *v;
	tutti_bytes data;
	char unit[20];
	size_t size = from_hex(large, sizeof(large), "80045d94");

	for (unsigned i = 0; i < 60; i++) {
		snprintf(unit, sizeof(unit), "68%02x8694", i);
		size += from_hex(large + size, 10, unit);
	}
	large[size++] = '.';
	CHECK_EQ(try_large(size, NULL), -E2BIG);
	size = from_hex(large, sizeof(large), "80045d945d94");
	for (unsigned i = 0; i < 12; i++) {
		snprintf(unit, sizeof(unit), "68%02x8694", i + 1);
		size += from_hex(large + size, 10, unit);
	}
	size += from_hex(large + size, 10, "862e");
	CHECK_EQ(try_one(&v, large, size, NULL), 0);
	CHECK_EQ(tutti_value_to_pickle(&data, v), 0);
	CHECK(data.size > 4096);
	options.whole_max = data.size / 2;
	tutti_bytes_free(&data);
	tutti_value_unref(v);
	CHECK_EQ(try_large(size, &options), -E2BIG);
}

/* Objects that have the one before in them, twice each: opaque values that double. */
static void fragments_are_bounded(void)
{
	char unit[40];
	size_t size = from_hex(large, sizeof(large), "8004285d94");

	for (unsigned i = 0; i < 40; i++) {
		snprintf(unit, sizeof(unit), "63780a790a68%02x68%02x865294", i, i);
		size += from_hex(large + size, 30, unit);
	}
	size += from_hex(large + size, 10, "742e");
	CHECK_EQ(try_large(size, NULL), -E2BIG);
	/* The same of what is large already. */
	size = from_hex(large, sizeof(large), "80042858204e0000");
	memset(large + size, 'x', 20000);
	size += 20000;
	large[size++] = 0x94;
	for (unsigned i = 0; i < 40; i++) {
		snprintf(unit, sizeof(unit), "63780a790a68%02x68%02x865294", i, i);
		size += from_hex(large + size, 30, unit);
	}
	size += from_hex(large + size, 10, "742e");
	CHECK_EQ(try_large(size, NULL), -E2BIG);
	/* And a chain of them that nobody sees but the last. */
	size = from_hex(large, sizeof(large), "80045d94");
	for (unsigned i = 0; i < 250; i++) {
		snprintf(unit, sizeof(unit), "3063780a790a6a%02x000000855294", i);
		size += from_hex(large + size, 30, unit);
	}
	large[size++] = '.';
	CHECK_EQ(try_large(size, NULL), 0); /* it is all in one range */
}

static void depth(void)
{
	tutti_pickle_options options = { .depth_max = 100 };

	/* Values go less deep than pickles may; what stays opaque may be deeper. */
	for (size_t n = 199; n <= 1001; n = n == 201 ? 1000 : n + 1) {
		size_t size = repeat("80045d", "85", n - 1, "2e");
		int rc = n <= TUTTI_VALUE_DEPTH_MAX ? 0 : -E2BIG;

		CHECK_EQ(try_large(size, NULL), rc);
		size = repeat("80045d", "85", n - 2, "852e");
		options.depth_max = 0;
		options.whole_from = 1;
		CHECK_EQ(try_large(size, &options), n <= 1000 ? 0 : -E2BIG);
	}
	options.depth_max = 5;
	options.whole_from = 0;
	CHECK_EQ(try_large(repeat("80045d", "85", 4, "2e"), &options), 0);
	CHECK_EQ(try_large(repeat("80045d", "85", 5, "2e"), &options), -E2BIG);
	CHECK_EQ(try_large(repeat("8004", "28", 6, "2e"), &options), -E2BIG);
}

static void limits(void)
{
	tutti_pickle_options options = { .size_max = 10 };

	CHECK_EQ(try_large(repeat("8004", "4e30", 3, "4e2e"), &options), 0);
	CHECK_EQ(try_large(repeat("80045d94", "4e30", 3, "2e"), &options), -E2BIG);
	options = (tutti_pickle_options){ .items_max = 10 };
	CHECK_EQ(try_large(repeat("80044e", "4e30", 9, "2e"), &options), 0);
	CHECK_EQ(try_large(repeat("80044e", "4e30", 10, "2e"), &options), -E2BIG);
}

/* A few bytes put in, taken out, changed, or of another. */
static size_t change(struct tu_prng *prng, unsigned char *data, size_t size, size_t room)
{
	static const unsigned char ops[] = "(.01BCGJKMNRX]abcdehjlqrstu)}"
					   "\x80\x81\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f"
					   "\x90\x91\x92\x93\x94\x95\x96";

	for (size_t times = 1 + (size_t)tu_prng_below(prng, 4); times > 0; times--) {
		size_t at = (size_t)tu_prng_below(prng, size + 1), n = size - at;
		unsigned char op = ops[tu_prng_below(prng, sizeof(ops) - 1)];

		switch (tu_prng_below(prng, 5)) {
		case 0:
			if (n > 0)
				data[at] = (unsigned char)tu_prng_next(prng);
			break;
		case 1:
			if (n > 0)
				data[at] = op;
			break;
		case 2:
			n = n < 4 ? n : 1 + (size_t)tu_prng_below(prng, 4);
			memmove(data + at, data + at + n, size - at - n);
			size -= n;
			break;
		case 3:
			if (size == room)
				break;
			memmove(data + at + 1, data + at, n);
			data[at] = (unsigned char)(tu_prng_below(prng, 2) ? op
									  : tu_prng_below(prng, 8));
			size++;
			break;
		default:
			n = n < 8 ? n : 8;
			if (size + n > room)
				break;
			memmove(data + at + n, data + at, size - at);
			size += n;
		}
	}
	return size;
}

/* What was read is written, and is read as the same; in our own form too. */
static void same_again(tutti_value *v, const tutti_pickle_options *options)
{
	tutti_bytes first, second, own;
	tutti_value *again, *parts;

	CHECK_EQ(tutti_value_to_pickle(&first, v), 0);
	CHECK_EQ(tutti_value_from_pickle(&again, first.data, first.size, options, NULL), 0);
	CHECK_EQ(tutti_value_to_pickle(&second, again), 0);
	CHECK(first.size == second.size && memcmp(first.data, second.data, first.size) == 0);
	CHECK_EQ(tutti_value_encode(&own, v), 0);
	tutti_value_unref(again);
	CHECK_EQ(tutti_value_decode(&again, own.data, own.size, NULL), 0);
	CHECK(!tutti_value_equal(v, again) || tutti_value_hash(v) == tutti_value_hash(again));
	if (tutti_value_object(&parts, v) == 0)
		tutti_value_unref(parts);
	if (tutti_value_from_opaque(&parts, v, NULL, NULL) == 0)
		tutti_value_unref(parts);
	tutti_bytes_free(&first);
	tutti_bytes_free(&second);
	tutti_bytes_free(&own);
	tutti_value_unref(again);
}

static void changed_bytes(void)
{
	static unsigned char data[1024];
	int rounds = suite_rounds(100000), good = 0;
	struct tu_prng prng;

	tu_prng_init(&prng, 1);
	for (int i = 0; i < rounds && suite_has_time(); i++) {
		tutti_pickle_options options = {
			.whole_from = (unsigned)i % 3, .plain = i % 5 == 0, .classes = i % 7 == 0
		};
		size_t size =
			golden(data, sizeof(data), (size_t)tu_prng_below(&prng, PICKLED + GOLDENS));
		tutti_value *v = NULL;

		size = change(&prng, data, size, sizeof(data));
		if (size > 2 && tu_prng_below(&prng, 8) > 0) {
			data[0] = 0x80;
			data[1] = (unsigned char)(2 + i % 4);
			data[size - 1] = '.';
		}
		if (try_one(&v, data, size, &options) < 0)
			continue;
		good++;
		same_again(v, &options);
		tutti_value_unref(v);
	}
	printf("%d good\n", good);
	CHECK(good > 100);
}

int main(void)
{
	suite_begin();
	RUN(every_truncation);
	RUN(is_refused);
	RUN(what_a_byte_costs);
	RUN(many_that_are_no_number);
	RUN(sharing_is_bounded);
	RUN(fragments_are_bounded);
	RUN(depth);
	RUN(limits);
	RUN(changed_bytes);
	return suite_end();
}
