/* SPDX-License-Identifier: MIT */
/* http_condition.c - what a client makes its request depend on: RFC 9110, chapter 13. */
#include "net/http.h"

#include <string.h>

/* Whether a tag is in the list. A weak one says that nothing has changed, not that no byte has. */
static bool lists(const char *list, const char *tag, bool weak_too)
{
	size_t size = strlen(tag);

	for (;;) {
		const char *end;
		bool weak;

		list += strspn(list, " \t,");
		weak = strncmp(list, "W/", 2) == 0;
		list += weak ? 2 : 0;
		end = *list == '"' ? strchr(list + 1, '"') : NULL;
		if (!end)
			return false;
		end++;
		if ((weak_too || !weak) && (size_t)(end - list) == size &&
			memcmp(list, tag, size) == 0)
			return true;
		list = end;
	}
}

enum answer { NOT_ASKED, NO, YES };

/* The list may be on several lines. */
static enum answer has_tag(
	const struct tutti_http_exchange *x, const char *name, const char *tag, bool weak_too)
{
	enum answer answer = NOT_ASKED;

	for (unsigned i = 0; i < x->n_fields && answer != YES; i++) {
		const char *value = x->head + x->fields[i].value.at;

		if (!tu_http_same_name(x->head + x->fields[i].name.at, name))
			continue;
		answer = strcmp(value, "*") == 0 || lists(value, tag, weak_too) ? YES : NO;
	}
	return answer;
}

/* What is no date was not asked. */
static enum answer is_since(const struct tutti_http_exchange *x, const char *name, time_t modified)
{
	const char *date = tutti_http_request_header(x, name);
	time_t since;

	if (!date || tu_http_date_parse(date, &since) < 0)
		return NOT_ASKED;
	return modified > since ? YES : NO;
}

int tu_http_condition(const struct tutti_http_exchange *x, const char *tag, time_t modified)
{
	int method = x->connection->parser.method;
	bool reads = method == HTTP_GET || method == HTTP_HEAD;
	enum answer match = has_tag(x, "If-Match", tag, false);

	if (match == NO)
		return 412;
	if (match == NOT_ASKED && is_since(x, "If-Unmodified-Since", modified) == YES)
		return 412;
	match = has_tag(x, "If-None-Match", tag, true);
	if (match == YES)
		return reads ? 304 : 412;
	if (match == NOT_ASKED && reads && is_since(x, "If-Modified-Since", modified) == NO)
		return 304;
	return 0;
}
