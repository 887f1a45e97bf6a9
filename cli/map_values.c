/* SPDX-License-Identifier: MIT */
/* map_values.c - see map_options.h. */
#include "map_options.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

bool parse_count(const char *text, long least, int *out)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || n < least || n > INT_MAX)
		return false;
	*out = (int)n;
	return true;
}

/* A number above 0 and what stands behind it. */
static bool parse_number(const char *text, double *out, const char **behind)
{
	char *end;

	*out = strtod(text, &end);
	*behind = end;
	return end != text && *out > 0 && !strpbrk(text, "xXnN \t+");
}

bool parse_duration(const char *text, tutti_time *out)
{
	static const char letters[] = "smhd";
	static const int seconds[] = { 1, 60, 3600, 86400 };
	const char *behind, *letter;
	double n;

	if (!parse_number(text, &n, &behind) || strlen(behind) > 1)
		return false;
	letter = *behind ? strchr(letters, *behind) : letters;
	if (!letter)
		return false;
	n *= seconds[letter - letters];
	if (n > 3e9)
		n = 3e9;
	*out = (tutti_time)(n * 1e9) + 1; /* never 0, which would be no limit */
	return true;
}

static int clamp(double n)
{
	return n < 1 ? 1 : n > INT_MAX ? INT_MAX : (int)n;
}

bool parse_jobs(const char *text, struct options *o)
{
	int cpus = tutti_cpu_count(), n;
	const char *behind;
	double percent;

	o->at_once_most = strcmp(text, "0") == 0;
	if (o->at_once_most)
		return true;
	if (*text == '+' || *text == '-') {
		if (text[1] < '0' || text[1] > '9' || !parse_count(text + 1, 0, &n))
			return false;
		o->at_once = clamp(*text == '+' ? (double)cpus + n : (double)cpus - n);
		return true;
	}
	if (!strchr(text, '%'))
		return parse_count(text, 1, &o->at_once);
	if (!parse_number(text, &percent, &behind) || strcmp(behind, "%") != 0)
		return false;
	o->at_once = clamp(cpus * percent / 100);
	return true;
}

bool parse_load(const char *text, double *out)
{
	const char *behind;

	if (!parse_number(text, out, &behind))
		return false;
	if (strcmp(behind, "%") == 0)
		*out *= tutti_cpu_count() / 100.0;
	else if (*behind)
		return false;
	return true;
}

bool parse_size(const char *text, uint64_t *out)
{
	static const char letters[] = "kKmMgGtT";
	const char *behind, *letter;
	double n;

	if (!parse_number(text, &n, &behind) || strlen(behind) > 1)
		return false;
	letter = *behind ? strchr(letters, *behind) : NULL;
	if (*behind && !letter)
		return false;
	for (long i = letter ? (letter - letters) / 2 : -1; i >= 0; i--)
		n *= 1024;
	*out = n >= 1e18 ? (uint64_t)1e18 : (uint64_t)n;
	return *out > 0;
}

/* "fail=3", "done=20%". */
static bool parse_reason(const char *text, struct halting *out)
{
	static const char *const reasons[] = { "fail=", "success=", "done=" };
	const char *behind;
	int n;

	for (int i = HALT_FAIL; i <= HALT_DONE; i++) {
		size_t size = strlen(reasons[i]);

		if (strncmp(text, reasons[i], size) != 0)
			continue;
		out->on = i;
		text += size;
		if (!strchr(text, '%')) {
			bool fine = parse_count(text, 1, &n);

			out->after = fine ? (uint64_t)n : 1;
			return fine;
		}
		return parse_number(text, &out->percent, &behind) && strcmp(behind, "%") == 0 &&
		       out->percent <= 100;
	}
	return false;
}

bool parse_halt(const char *text, struct halting *out)
{
	static const char *const words[] = { "soon", "now", "never" };
	size_t size = strcspn(text, ",");

	for (int i = HALT_SOON; i <= HALT_NEVER; i++) {
		if (strlen(words[i]) != size || memcmp(words[i], text, size) != 0)
			continue;
		*out = (struct halting){ .how = (enum halt)i, .after = 1 };
		if (!text[size])
			return true;
		return i != HALT_NEVER && parse_reason(text + size + 1, out);
	}
	return false;
}

bool parse_separator(const char *text, char *out)
{
	static const char *const names[] = { "\\n", "\\t", "\\0" };

	for (int i = 0; i < 3; i++)
		if (strcmp(text, names[i]) == 0) {
			*out = "\n\t"[i];
			return true;
		}
	*out = text[0];
	return text[0] && !text[1];
}
