/* SPDX-License-Identifier: MIT */
/*
 * The arguments of a typical job, and a hundred doubles: how long it takes to write and to read
 * them, as tutti's own bytes and as JSON.
 */
#include "../bench.h"
#include <tutti/tutti.h>

static const char job[] =
	"[[\"4cc7438e-afd4-4f8f-a2f3-f46567e7ca77\", 12345, 3.25, \"resize\", [640, 480]], "
	"{\"retries\": 0, \"eta\": null, \"priority\": 5, \"path\": \"in/2024/img_0042.jpg\", "
	"\"quality\": 0.85, \"keep\": true}]";

static tutti_value *read_json(const char *text, size_t size)
{
	tutti_value *v;

	bench_require(tutti_value_from_json(&v, text, size, NULL, NULL) == 0, "no JSON");
	return v;
}

/* A hundred doubles with all their digits. */
static tutti_value *numbers(void)
{
	tutti_value *items[100], *v;
	uint64_t state = 88172645463325252;

	for (int i = 0; i < 100; i++)
		items[i] = tutti_value_float((double)(bench_random(&state) >> 11) * 0x1p-53);
	bench_require(tutti_value_list(&v, items, 100) == 0, "no memory");
	for (int i = 0; i < 100; i++)
		tutti_value_unref(items[i]);
	return v;
}

static void report(const char *what, const char *name, int64_t start, long n)
{
	char figure[64];

	snprintf(figure, sizeof(figure), "%s_%s", what, name);
	bench_report(figure, (double)(bench_now() - start) / (double)n, "ns");
}

static void race(const char *what, const tutti_value *v, long n)
{
	tutti_bytes bytes, json;
	tutti_value *again;
	int64_t start;

	bench_require(tutti_value_encode(&bytes, v) == 0, "no memory");
	bench_require(tutti_value_to_json(&json, v, NULL, NULL) == 0, "no memory");
	again = read_json(json.data, json.size);
	bench_require(tutti_value_equal(v, again), "not the same");
	tutti_value_unref(again);

	start = bench_now();
	for (long i = 0; i < n; i++) {
		tutti_bytes out;

		tutti_value_encode(&out, v);
		tutti_bytes_free(&out);
	}
	report(what, "encode", start, n);
	start = bench_now();
	for (long i = 0; i < n; i++) {
		bench_require(tutti_value_decode(&again, bytes.data, bytes.size, NULL) == 0, "bad");
		tutti_value_unref(again);
	}
	report(what, "decode", start, n);
	start = bench_now();
	for (long i = 0; i < n; i++) {
		tutti_bytes out;

		tutti_value_to_json(&out, v, NULL, NULL);
		tutti_bytes_free(&out);
	}
	report(what, "json_write", start, n);
	start = bench_now();
	for (long i = 0; i < n; i++)
		tutti_value_unref(read_json(json.data, json.size));
	report(what, "json_read", start, n);
	tutti_bytes_free(&bytes);
	tutti_bytes_free(&json);
}

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);
	tutti_value *args = read_json(job, strlen(job)), *list = numbers();

	race("args", args, 1000000 / o.divide);
	race("doubles", list, 100000 / o.divide);
	tutti_value_unref(args);
	tutti_value_unref(list);
	return 0;
}
