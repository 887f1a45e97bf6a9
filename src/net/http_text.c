/* SPDX-License-Identifier: MIT */
/* http_text.c - the small texts of HTTP: names, lists, what is encoded. */
#include "net/http.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

bool tu_http_same_name(const char *a, const char *b)
{
	/* most are of none that is looked for, and that costs nothing then */
	return ((*a ^ *b) & ~('a' - 'A')) == 0 && strcasecmp(a, b) == 0;
}

/* RFC 9110's characters of a token. */
bool tu_http_is_token(const char *text)
{
	static const char all[] = "!#$%&'*+-.^_`|~0123456789"
				  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

	return *text && text[strspn(text, all)] == '\0';
}

bool tu_http_is_value(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' ? *text != '\t' : *text == 0x7f)
			return false;
	return true;
}

bool tu_http_has_token(const char *list, size_t size, const char *token)
{
	const char *end = list + size;

	while (list < end) {
		const char *comma = memchr(list, ',', (size_t)(end - list));
		const char *last = comma ? comma : end;

		while (list < last && (*list == ' ' || *list == '\t'))
			list++;
		while (last > list && (last[-1] == ' ' || last[-1] == '\t'))
			last--;
		if ((size_t)(last - list) == strlen(token) &&
			strncasecmp(list, token, strlen(token)) == 0)
			return true;
		list = comma ? comma + 1 : end;
	}
	return false;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* An address in brackets, or a name. */
static const char *behind_host(const char *at)
{
	if (*at == '[') {
		size_t size = strspn(at + 1, "0123456789abcdefABCDEF:.");

		return size > 0 && at[1 + size] == ']' ? at + 1 + size + 1 : NULL;
	}
	/* No comma, though names may have one: so look two hosts that somebody has joined. */
	for (; *at && (isalnum((unsigned char)*at) || strchr("-._~!$&'()*+;=%", *at)); at++)
		if (*at == '%' && (hex(at[1]) < 0 || hex(at[2]) < 0))
			return NULL;
	return at;
}

bool tu_http_is_host(const char *text)
{
	const char *at = behind_host(text);

	if (at && *at == ':')
		at += 1 + strspn(at + 1, "0123456789");
	return at && *at == '\0';
}

bool tu_http_are_lines(const char *text, size_t size, char before)
{
	const char *at = text, *end = text + size;

	if (before == '\n' && size > 0 && (*at == ' ' || *at == '\t'))
		return false;
	while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		if ((at > text ? at[-1] : before) != '\r')
			return false;
		if (++at < end && (*at == ' ' || *at == '\t'))
			return false;
	}
	return true;
}

int tu_http_decode(char *text, size_t size, bool plus)
{
	char *to = text;

	for (size_t i = 0; i < size; i++) {
		char c = text[i];

		if (c == '%') {
			int high = i + 1 < size ? hex(text[i + 1]) : -1;
			int low = i + 2 < size ? hex(text[i + 2]) : -1;

			if (high < 0 || low < 0 || (high | low) == 0)
				return -1;
			c = (char)(high << 4 | low);
			i += 2;
		} else if (plus && c == '+') {
			c = ' ';
		}
		*to++ = c;
	}
	*to = '\0';
	return 0;
}
