/* SPDX-License-Identifier: MIT */
/* rows: +values */
/*
 * values_fuzz_test.c - bytes and JSON that somebody has changed: refused, or read as a value that
 * is written and read again as the same. The changes are the same in each run.
 */
#include "base/prng.h"
#include "support/memory.h"
#include "support/suite.h"
#include "wire/values.h"

enum { ROUNDS = 50000, ROOM = 4096 };

static struct tu_prng prng;

static size_t below(size_t n)
{
	return (size_t)tu_prng_below(&prng, n);
}

static const char *const documents[] = {
	"{\"id\": \"4cc7\", \"args\": [1, 2.5, \"x\"], \"kwargs\": {\"a\": null, \"b\": [true]}}",
	"[[[[[1]]]], {\"\": {\"\": {}}}, -0.0, 1e308, 123456789012345678901234567890, -1]",
	"\"\\u00e4\\ud83d\\ude00 \xc3\xa4\xf0\x9f\x98\x80 \\n\\t\\\\\"",
	"[0, 127, 128, -16, -17, 9223372036854775807, -9223372036854775808, 18446744073709551616]",
	"{\"1\": 1, \"2\": 2, \"3\": 3, \"4\": 4, \"5\": 5, \"6\": 6, \"7\": 7, \"8\": 8, \"9\": 9}"
};
enum { DOCUMENTS = sizeof(documents) / sizeof(*documents) };

/* A few bytes put in, taken out, changed, or doubled. Returns the new size. */
static size_t change(unsigned char *data, size_t size, const unsigned char *likely, size_t n)
{
	for (size_t times = 1 + below(4); times > 0; times--) {
		size_t at = below(size + 1), count = 1 + below(8);

		switch (below(5)) {
		case 0:
			if (at < size)
				data[at] = (unsigned char)tu_prng_next(&prng);
			break;
		case 1:
			if (at < size)
				data[at] = likely[below(n)];
			break;
		case 2:
			count = count < size - at ? count : size - at;
			memmove(data + at, data + at + count, size - at - count);
			size -= count;
			break;
		case 3:
			if (size == ROOM)
				break;
			memmove(data + at + 1, data + at, size - at);
			data[at] = likely[below(n)];
			size++;
			break;
		default:
			count = count < size - at ? count : size - at;
			if (size + count > ROOM)
				break;
			memmove(data + at + count, data + at, size - at);
			size += count;
		}
	}
	return size;
}

static void same_again(tutti_value *v)
{
	tutti_bytes first, second, text;
	tutti_value *again;
	tutti_json_options options = { .nan = true };

	CHECK_EQ(tutti_value_encode(&first, v), 0);
	CHECK_EQ(tutti_value_decode(&again, first.data, first.size, NULL), 0);
	CHECK_EQ(tutti_value_encode(&second, again), 0);
	CHECK(first.size == second.size && memcmp(first.data, second.data, first.size) == 0);
	CHECK(!tutti_value_equal(v, again) || tutti_value_hash(v) == tutti_value_hash(again));
	CHECK_EQ(tutti_value_repr(&text, v), 0);
	tutti_bytes_free(&text);
	if (tutti_value_to_json(&text, v, &options, NULL) == 0)
		tutti_bytes_free(&text);
	tutti_bytes_free(&first);
	tutti_bytes_free(&second);
	tutti_value_unref(again);
}

typedef int reader(tutti_value **out, const void *data, size_t size, tutti_value_fault *fault);

static int read_json(tutti_value **out, const void *data, size_t size, tutti_value_fault *fault)
{
	tutti_json_options options = { .nan = true };

	return tutti_value_from_json(out, data, size, &options, fault);
}

/* Read from a block of just that size, so that the sanitizers see each byte beyond. */
static bool try_one(reader *read, const unsigned char *data, size_t size)
{
	unsigned char *exact = malloc(size ? size : 1);
	tutti_value_fault fault = { .at = SIZE_MAX };
	tutti_value *v = NULL;
	int rc;

	memcpy(exact, data, size);
	rc = read(&v, exact, size, &fault);
	free(exact);
	if (rc < 0) {
		CHECK(!v && fault.at <= size && strncmp(fault.text, "at byte ", 8) == 0);
		return false;
	}
	same_again(v);
	tutti_value_unref(v);
	return true;
}

/* Some must be read and some refused, or the changes are none. */
static void fuzz(reader *read, const tutti_bytes *inputs, const void *likely, size_t n)
{
	static unsigned char data[ROOM];
	int rounds = suite_rounds(ROUNDS), good = 0;

	for (int i = 0; i < rounds; i++) {
		const tutti_bytes *input = &inputs[below(DOCUMENTS)];
		size_t size = input->size;

		memcpy(data, input->data, size);
		good += try_one(read, data, change(data, size, likely, n));
	}
	CHECK(good > rounds / 100 && good < rounds - rounds / 100);
}

static void json(void)
{
	static const char likely[] = "{}[]\",:\\u0123456789.eE+-truefalsn \x80\xc3\xff";
	tutti_bytes inputs[DOCUMENTS];

	for (size_t i = 0; i < DOCUMENTS; i++)
		inputs[i] = tutti_bytes_text(documents[i]);
	fuzz(read_json, inputs, likely, sizeof(likely) - 1);
}

static void binary(void)
{
	unsigned char likely[256];
	tutti_bytes inputs[DOCUMENTS];

	for (size_t i = 0; i < sizeof(likely); i++)
		likely[i] = (unsigned char)(i % 2 ? i : 0x80 + i % 0x60);
	for (size_t i = 0; i < DOCUMENTS; i++) {
		tutti_value *v = from_json(documents[i]);
		tutti_value *all = PACK("(O, <isd>, y, (iii))", v, 1, "x", 2.5,
			tutti_bytes_text("bytes"), -1, 500, -500);

		CHECK_EQ(tutti_value_encode(&inputs[i], all), 0);
		tutti_value_unref(v);
		tutti_value_unref(all);
	}
	fuzz(tutti_value_decode, inputs, likely, sizeof(likely));
	for (size_t i = 0; i < DOCUMENTS; i++)
		tutti_bytes_free(&inputs[i]);
}

int main(void)
{
	size_t before;

	tu_prng_init(&prng, 1);
	suite_begin();
	before = test_alloc_live();
	RUN(json);
	RUN(binary);
	CHECK_EQ(test_alloc_live(), before);
	return suite_end();
}
