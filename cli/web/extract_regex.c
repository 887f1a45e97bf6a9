/* SPDX-License-Identifier: MIT */
/*
 * extract_regex.c - what a regular expression finds in a page, by PCRE2: the first named group, or
 * else the first group, or else the whole match, of each match.
 */
#include "extract.h"

#include <errno.h>

#include "cli.h"

#ifdef WEB_PCRE
#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* So that an expression that tries everything gives up, and a match needs no mountain of memory. */
enum { TRIES_MAX = 10000000, HEAP_KIB = 64 * 1024 };

struct regex {
	pcre2_code *code;
	pcre2_match_context *limits;
	uint32_t group;
};

/* The number of the first named group, or 1 if there are groups, or 0. */
static uint32_t wanted_group(const pcre2_code *code)
{
	uint32_t groups = 0, names = 0, size = 0, least = UINT32_MAX;
	PCRE2_SPTR table = NULL;

	pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
	pcre2_pattern_info(code, PCRE2_INFO_NAMECOUNT, &names);
	pcre2_pattern_info(code, PCRE2_INFO_NAMEENTRYSIZE, &size);
	pcre2_pattern_info(code, PCRE2_INFO_NAMETABLE, &table);
	for (uint32_t i = 0; i < names; i++) { /* by name, not by number */
		uint32_t number = (uint32_t)table[i * size] << 8 | table[i * size + 1];

		least = number < least ? number : least;
	}
	return names > 0 ? least : groups > 0;
}

static void regex_free(void *compiled)
{
	struct regex *r = compiled;

	pcre2_match_context_free(r->limits);
	pcre2_code_free(r->code);
	free(r);
}

static void *regex_compile(const char *expression)
{
	struct regex *r = calloc(1, sizeof *r);
	PCRE2_UCHAR words[200] = "";
	int error = PCRE2_ERROR_NOMEMORY;
	size_t at = 0;

	if (r)
		r->code = pcre2_compile((PCRE2_SPTR)expression, PCRE2_ZERO_TERMINATED,
			PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C, &error, &at, NULL);
	if (r && r->code) {
		r->limits = pcre2_match_context_create(NULL);
		error = PCRE2_ERROR_NOMEMORY;
	}
	if (r && r->limits) {
		pcre2_set_match_limit(r->limits, TRIES_MAX);
		pcre2_set_heap_limit(r->limits, HEAP_KIB);
		pcre2_jit_compile(r->code, PCRE2_JIT_COMPLETE); /* without it, it is slower */
		r->group = wanted_group(r->code);
		return r;
	}
	pcre2_get_error_message(error, words, sizeof words);
	say("fetch: --regex '%s': at %zu: %s", expression, at, (char *)words);
	if (r)
		regex_free(r);
	return NULL;
}

/* The next match from at on, which then is behind it. 1, 0 no more, or < 0 of PCRE2's. */
static int next_match(const struct regex *r, tutti_bytes text, pcre2_match_data *match, size_t *at,
	uint32_t *options)
{
	PCRE2_SIZE *bounds = pcre2_get_ovector_pointer(match);
	int rc;

	if (*at > text.size)
		return 0;
	rc = pcre2_match(r->code, text.data, text.size, *at, *options, match, r->limits);
	*options |= PCRE2_NO_UTF_CHECK; /* the first one has checked all of it */
	if (rc < 0)
		return rc == PCRE2_ERROR_NOMATCH ? 0 : rc;
	*at = bounds[1];
	if (bounds[1] > bounds[0])
		return 1;
	/* nothing at all matched: one character on, or the same would be found again */
	do
		++*at;
	while (*at < text.size && (((const unsigned char *)text.data)[*at] & 0xC0) == 0x80);
	return 1;
}

static int regex_run(
	void *compiled, tutti_bytes text, bool first, struct found *f, const char **why)
{
	const struct regex *r = compiled;
	pcre2_match_data *match = pcre2_match_data_create_from_pattern(r->code, NULL);
	uint32_t options = 0;
	size_t at = 0;
	int rc = PCRE2_ERROR_NOMEMORY;

	if (!text.data)
		text.data = "";
	while (match && (rc = next_match(r, text, match, &at, &options)) > 0) {
		PCRE2_SIZE *bounds = pcre2_get_ovector_pointer(match) + 2 * r->group;

		/* a group of another branch took no part in it */
		if (r->group < pcre2_get_ovector_count(match) && bounds[0] != PCRE2_UNSET)
			found_add(f, (const char *)text.data + bounds[0], bounds[1] - bounds[0]);
		if (first && found_count(f) > 0)
			break;
	}
	pcre2_match_data_free(match);
	*why = rc == PCRE2_ERROR_NOMEMORY ? "out of memory"
					  : "the expression takes too many steps on it";
	return rc >= 0 ? 0 : rc == PCRE2_ERROR_NOMEMORY ? -ENOMEM : -E2BIG;
}

const struct extract_way regex_way = { regex_compile, regex_run, regex_free };

#else

const struct extract_way regex_way = { NULL, NULL, NULL };

#endif
