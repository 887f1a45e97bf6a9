/* SPDX-License-Identifier: MIT */
/*
 * driver.h - what makes a fuzz target a test. A target is a function that libFuzzer knows, and
 * that fails by ending the program; `make fuzz` links it with that. In all other builds the main()
 * that stands here takes its place: it plays the corpus, and after that mutations of it, the same
 * in each run.
 *
 * The corpus is in corpus/NAME; of the name's first word there is a .dict of what both put in.
 */
#ifndef TESTS_FUZZ_DRIVER_H
#define TESTS_FUZZ_DRIVER_H

#include "base/prng.h"
#include "support/suite.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#ifdef TUTTI_FUZZER
#define FUZZ_MAIN(name, rounds) _Static_assert((rounds) > 0, name);
#else
#define FUZZ_MAIN(name, rounds)                 \
	int main(void)                          \
	{                                       \
		return fuzz_main(name, rounds); \
	}

enum { FUZZ_MOST = 16384, FUZZ_WORDS = 200, FUZZ_INPUTS = 2000 };

struct fuzz_input {
	uint8_t *data;
	size_t size;
};

static struct fuzz_input fuzz_inputs[FUZZ_INPUTS], fuzz_words[FUZZ_WORDS];
static size_t fuzz_n_inputs, fuzz_n_words;
static uint8_t fuzz_data[FUZZ_MOST];
static size_t fuzz_size;
static struct tu_prng fuzz_prng;

/* What was tried when it failed: to be put into the corpus. */
static void fuzz_keep(int number)
{
	int fd = open("fuzz-failed", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd >= 0 && write(fd, fuzz_data, fuzz_size) == (ssize_t)fuzz_size)
		fputs("what was tried is in fuzz-failed\n", stderr);
	(void)number;
	_exit(1);
}

static void fuzz_add(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct fuzz_input *in = &fuzz_inputs[fuzz_n_inputs];
	ssize_t n;

	CHECK(fd >= 0 && fuzz_n_inputs < FUZZ_INPUTS);
	n = read(fd, fuzz_data, sizeof fuzz_data);
	CHECK(n >= 0);
	close(fd);
	in->size = (size_t)n;
	in->data = malloc(in->size + 1);
	CHECK(in->data);
	memcpy(in->data, fuzz_data, in->size);
	fuzz_n_inputs++;
}

static int fuzz_is_file(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

/* In the same order everywhere. */
static void fuzz_load(const char *name)
{
	char path[PATH_MAX], file[PATH_MAX + NAME_MAX + 2];
	struct dirent **all;
	const char *source = getenv("TUTTI_SOURCE_DIR");
	int n;

	snprintf(path, sizeof path, "%s/tests/fuzz/corpus/%s", source ? source : ".", name);
	n = scandir(path, &all, fuzz_is_file, alphasort);
	if (n <= 0)
		fprintf(stderr, "%s: no corpus\n", path);
	CHECK(n > 0);
	for (int i = 0; i < n; i++) {
		snprintf(file, sizeof file, "%s/%s", path, all[i]->d_name);
		fuzz_add(file);
		free(all[i]);
	}
	free(all);
}

/* "..." with \xNN, \\ and \" in it, one a line. */
static void fuzz_word(const char *text)
{
	struct fuzz_input *w = &fuzz_words[fuzz_n_words];
	unsigned value;

	CHECK(fuzz_n_words < FUZZ_WORDS);
	w->data = malloc(strlen(text) + 1);
	CHECK(w->data);
	for (; *text && *text != '"'; text++) {
		if (*text == '\\' && sscanf(text, "\\x%2x", &value) == 1) {
			w->data[w->size++] = (uint8_t)value;
			text += 3;
		} else {
			text += *text == '\\';
			w->data[w->size++] = (uint8_t)*text;
		}
	}
	fuzz_n_words++;
}

static void fuzz_load_words(const char *name)
{
	char path[PATH_MAX], line[200];
	const char *source = getenv("TUTTI_SOURCE_DIR");
	FILE *f;

	snprintf(path, sizeof path, "%s/tests/fuzz/%.*s.dict", source ? source : ".",
		(int)strcspn(name, "_"), name);
	f = fopen(path, "re");
	CHECK(f);
	while (fgets(line, sizeof line, f))
		if (*line == '"')
			fuzz_word(line + 1);
	fclose(f);
	CHECK(fuzz_n_words > 0);
}

static size_t fuzz_below(size_t n)
{
	return (size_t)tu_prng_below(&fuzz_prng, n);
}

/* Put bytes in, as far as there is room. */
static void fuzz_insert(size_t at, const uint8_t *data, size_t size)
{
	if (size > FUZZ_MOST - fuzz_size)
		return;
	memmove(fuzz_data + at + size, fuzz_data + at, fuzz_size - at);
	memcpy(fuzz_data + at, data, size);
	fuzz_size += size;
}

static void fuzz_change(void)
{
	size_t at = fuzz_below(fuzz_size + 1), left = fuzz_size - at;
	size_t count = 1 + fuzz_below(8);
	const struct fuzz_input *from;
	uint8_t copy[8];

	count = count < left ? count : left;
	switch (fuzz_below(6)) {
	case 0:
		if (left > 0)
			fuzz_data[at] = (uint8_t)tu_prng_next(&fuzz_prng);
		break;
	case 1:
		memmove(fuzz_data + at, fuzz_data + at + count, left - count);
		fuzz_size -= count;
		break;
	case 2:
		memcpy(copy, fuzz_data + at, count);
		fuzz_insert(fuzz_below(fuzz_size + 1), copy, count);
		break;
	case 3: /* behind a part of this a part of another */
		from = &fuzz_inputs[fuzz_below(fuzz_n_inputs)];
		fuzz_size = at;
		at = fuzz_below(from->size + 1);
		fuzz_insert(fuzz_size, from->data + at, from->size - at);
		break;
	default:
		from = &fuzz_words[fuzz_below(fuzz_n_words)];
		fuzz_insert(at, from->data, from->size);
	}
}

/* From a block of just that size, so that the sanitizers see each byte beyond. */
static void fuzz_one(void)
{
	uint8_t *exact = malloc(fuzz_size ? fuzz_size : 1);

	CHECK(exact);
	memcpy(exact, fuzz_data, fuzz_size);
	LLVMFuzzerTestOneInput(exact, fuzz_size);
	free(exact);
}

static void fuzz_take(const struct fuzz_input *in)
{
	memcpy(fuzz_data, in->data, in->size);
	fuzz_size = in->size;
}

static int fuzz_rounds;

static void plays_the_corpus(void)
{
	for (size_t i = 0; i < fuzz_n_inputs; i++) {
		fuzz_take(&fuzz_inputs[i]);
		fuzz_one();
	}
}

static void plays_mutations(void)
{
	for (int i = suite_rounds(fuzz_rounds); i > 0 && suite_has_time(); i--) {
		fuzz_take(&fuzz_inputs[fuzz_below(fuzz_n_inputs)]);
		for (size_t times = 1 + fuzz_below(4); times > 0; times--)
			fuzz_change();
		fuzz_one();
	}
}

static int fuzz_main(const char *name, int rounds)
{
	suite_begin();
	tu_prng_init(&fuzz_prng, 1);
	fuzz_rounds = rounds;
	fuzz_load(name);
	fuzz_load_words(name);
	signal(SIGABRT, fuzz_keep);
	RUN(plays_the_corpus);
	RUN(plays_mutations);
	signal(SIGABRT, SIG_DFL);
	while (fuzz_n_inputs > 0)
		free(fuzz_inputs[--fuzz_n_inputs].data);
	while (fuzz_n_words > 0)
		free(fuzz_words[--fuzz_n_words].data);
	return suite_end();
}
#endif

/* Ends the program such that libFuzzer, and the main() above, keep what was tried. */
#define FUZZ_CHECK(cond)  \
	((cond) ? (void)0 \
		: (fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #cond), abort()))

#endif
