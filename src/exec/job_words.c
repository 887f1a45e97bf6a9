/* SPDX-License-Identifier: MIT */
/* job_words.c - which of many jobs it was, for a report: its input, and who submitted it. */
#include "base/value_word.h"
#include "core/report.h"
#include "exec/job_future.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN = 16, TEXT_SHOWN = 40 };

static bool is_text(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isprint((unsigned char)text[i]))
			return false;
	return n > 0;
}

static void put_hex(char *buf, size_t n, const unsigned char *bytes, size_t count)
{
	size_t shown = count < SHOWN ? count : SHOWN, at = 0;

	for (size_t i = 0; i < shown && at + 3 < n; i++)
		at += (size_t)snprintf(buf + at, n - at, "%s%02x", i > 0 ? " " : "", bytes[i]);
	if (shown < count)
		snprintf(buf + at, n - at, " ... (%zu bytes)", count);
}

static void put_bytes(char *buf, size_t n, const tutti_bytes *bytes)
{
	int shown = bytes->size < TEXT_SHOWN ? (int)bytes->size : TEXT_SHOWN;

	if (is_text(bytes->data, (size_t)shown))
		snprintf(buf, n, "'%.*s'%s", shown, (const char *)bytes->data,
			bytes->size > TEXT_SHOWN ? "..." : "");
	else
		put_hex(buf, n, bytes->data, bytes->size);
}

/* The bytes; beside them the number that a plain value of an integer's size would be. */
static void put_plain(char *buf, size_t n, const void *value, size_t size)
{
	char hex[SHOWN * 3 + 40];
	int64_t number = 0;
	int32_t narrow;

	put_hex(hex, sizeof(hex), value, size);
	if (size == sizeof(number)) {
		memcpy(&number, value, size);
	} else if (size == sizeof(narrow)) {
		memcpy(&narrow, value, size);
		number = narrow;
	} else {
		snprintf(buf, n, "%s", hex);
		return;
	}
	snprintf(buf, n, "%s (%lld)", hex, (long long)number);
}

/* Those that are no more than a word are not looked into here. */
static void put_value(char *buf, size_t n, const tutti_value *v)
{
	const struct tu_counted *c = tu_value_counted(v);

	if (c)
		c->type->describe(v, buf, n);
	else if (((uintptr_t)v & 3) == 1)
		snprintf(buf, n, "%lld", (long long)((int64_t)(uintptr_t)v >> 2));
	else
		snprintf(buf, n, ((uintptr_t)v & 3) == 2 ? "a float" : "None or a bool");
}

static void put_input(char *buf, size_t n, const struct tu_job_future *jf)
{
	if (jf->job->arg_kind == TUTTI_KIND_BYTES)
		put_bytes(buf, n, jf->arg);
	else if (jf->job->arg_kind == TUTTI_KIND_PLAIN)
		put_plain(buf, n, jf->arg, jf->job->arg_size);
	else if (jf->job->arg_kind != TUTTI_KIND_VOID)
		put_value(buf, n, *(tutti_value *const *)jf->arg);
	else
		snprintf(buf, n, "nothing");
}

/* Beyond that a number is an address, as a rule. */
static const int64_t number_most = INT64_C(1) << 40;

bool tu_job_label(const struct tu_job_future *jf, char *buf, size_t n)
{
	int64_t number = 0;
	int32_t narrow;

	if (jf->job->arg_kind == TUTTI_KIND_VOID)
		return false;
	if (jf->job->arg_kind != TUTTI_KIND_PLAIN) {
		put_input(buf, n, jf);
		return true;
	}
	if (jf->job->arg_size == sizeof(number)) {
		memcpy(&number, jf->arg, sizeof(number));
	} else if (jf->job->arg_size == sizeof(narrow)) {
		memcpy(&narrow, jf->arg, sizeof(narrow));
		number = narrow;
	} else {
		return false;
	}
	snprintf(buf, n, "%lld", (long long)number);
	return number < number_most && number > -number_most;
}

void tu_job_describe(const tutti_future *f, char *buf, size_t n)
{
	const struct tu_job_future *jf = tu_job_future_of(f);
	char input[96], place[96];

	put_input(input, sizeof(input), jf);
	if (jf->site)
		snprintf(buf, n, "; its input was %s, submitted at %s", input,
			tu_code_place(jf->site, place, sizeof(place)));
	else
		snprintf(buf, n, "; its input was %s", input);
}
