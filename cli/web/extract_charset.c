/* SPDX-License-Identifier: MIT */
/* extract_charset.c - in which bytes a page is written, and then in UTF-8. */
#define _GNU_SOURCE
#include "extract.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>

enum { LOOK_BYTES = 1024 }; /* as HTML has it */

/* Where word begins in from..end, in whatever case; NULL: nowhere. */
static const char *find(const char *from, const char *end, const char *word)
{
	size_t size = strlen(word);

	for (; (size_t)(end - from) >= size; from++)
		if (strncasecmp(from, word, size) == 0)
			return from;
	return NULL;
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static const char *take_name(const char *from, const char *end, char out[64])
{
	size_t n = 0;

	while (from < end && (is_blank(*from) || *from == '"' || *from == '\''))
		from++;
	while (from < end && n < 63 && (isalnum((unsigned char)*from) || strchr("-_.:", *from)))
		out[n++] = *from++;
	out[n] = '\0';
	return n > 0 ? out : NULL;
}

/* What the page itself names in its first bytes, as HTML has it; NULL: nothing. */
static const char *html_charset(tutti_bytes page, char out[64])
{
	const char *from = page.size > 0 ? page.data : "";
	const char *end = from + (page.size < LOOK_BYTES ? page.size : LOOK_BYTES);

	while ((from = find(from, end, "<meta")) != NULL) {
		const char *close = memchr(from, '>', (size_t)(end - from));
		const char *word = find(from, close ? close : end, "charset");

		from += 5;
		if (!word)
			continue;
		for (word += 7; word < end && is_blank(*word);)
			word++;
		if (word < end && *word == '=')
			return take_name(word + 1, end, out);
	}
	return NULL;
}

/* One byte of the input that means nothing is U+FFFD. */
static void skip_one(char **in, size_t *left, struct text *out)
{
	text_add(out, "\xEF\xBF\xBD", 3);
	++*in;
	--*left;
}

static int decode(tutti_bytes in, const char *charset, struct text *out)
{
	iconv_t how = iconv_open("UTF-8", charset);
	char *from = (char *)in.data;
	size_t left = in.size;

	if (how == (iconv_t)-1)
		return -EINVAL;
	while (left > 0 && !out->failed) {
		size_t room = 4 * left + 16, before = room;
		char *to = text_space(out, room);
		size_t rc = to ? iconv(how, &from, &left, &to, &room) : 0;
		int error = errno;

		out->size += to ? before - room : 0;
		if (to && rc == (size_t)-1 && error != E2BIG)
			skip_one(&from, &left, out);
	}
	iconv_close(how);
	return out->failed ? -ENOMEM : 0;
}

/* The charset of "text/html; charset=utf-8"; NULL: it does not say. */
static const char *type_charset(const char *type, char out[64])
{
	const char *at = type ? strcasestr(type, "charset=") : NULL;

	if (!at)
		return NULL;
	at += strlen("charset=");
	return take_name(at, at + strlen(at), out);
}

int page_decode(tutti_bytes *page, const char *type, struct text *decoded, const char **why)
{
	static const char mark[] = "\xEF\xBB\xBF";
	bool marked = page->size >= 3 && memcmp(page->data, mark, 3) == 0;
	char name[64];
	const char *charset = marked ? "UTF-8" : type_charset(type, name);
	int rc;

	if (marked)
		*page = tutti_bytes_of((const char *)page->data + 3, page->size - 3);
	if (!charset)
		charset = html_charset(*page, name);
	if (!charset)
		charset = "UTF-8";
	if (strcasecmp(charset, "UTF-8") == 0 && tutti_bytes_check_utf8(*page, NULL) == 0)
		return 0;
	rc = decode(*page, charset, decoded);
	if (rc == -EINVAL)
		*why = "its charset is not known here";
	*page = tutti_bytes_of(decoded->data, decoded->size);
	return rc;
}
