/* SPDX-License-Identifier: MIT */
/* client_charset.c - bodies as texts, and as values. */
#include "net/client.h"

#include "net/http.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <tutti/error.h>
#include <tutti/value_codec.h>

static const char unknown[] = "\xef\xbf\xbd"; /* U+FFFD */

/* -- which it is ------------------------------------------------------------------------------- */

/* Of "text/html; charset=\"gbk\"": into name, if it is there and fits. */
static bool read_charset(const char *type, char *name, size_t size)
{
	const char *at = type ? strchr(type, ';') : NULL;
	size_t n;

	while (at) {
		at += 1 + strspn(at + 1, " \t");
		if (strncasecmp(at, "charset=", 8) == 0)
			break;
		at = strchr(at, ';');
	}
	if (!at)
		return false;
	at += 8;
	if (*at == '"' || *at == '\'')
		at++;
	n = strcspn(at, "\"'; \t/"); /* a / is iconv's: what follows it changes what it does */
	if (n == 0 || n >= size)
		return false;
	memcpy(name, at, n);
	name[n] = '\0';
	return true;
}

static void find_charset(const struct tu_client_response *r, char *name, size_t size)
{
	static const struct {
		const char *mark, *name;
	} marks[] = { { "\xef\xbb\xbf", "UTF-8" }, { "\xff\xfe", "UTF-16" },
		{ "\xfe\xff", "UTF-16" } };
	const char *body = r->body.data;

	if (read_charset(tu_client_field_find(r, "Content-Type"), name, size))
		return;
	strcpy(name, "UTF-8");
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (r->body.size >= strlen(marks[i].mark) &&
			memcmp(body, marks[i].mark, strlen(marks[i].mark)) == 0)
			strcpy(name, marks[i].name);
}

/* What pages mean who say so: https://encoding.spec.whatwg.org/#names-and-labels */
static const char *meant(const char *name)
{
	static const char *const names[][2] = { { "iso-8859-1", "windows-1252" },
		{ "latin1", "windows-1252" }, { "us-ascii", "windows-1252" },
		{ "ascii", "windows-1252" }, { "gb2312", "gb18030" }, { "gbk", "gb18030" },
		{ "utf8", "UTF-8" }, { "x-gbk", "gb18030" }, { "x-sjis", "shift_jis" } };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcasecmp(name, names[i][0]) == 0)
			return names[i][1];
	return name;
}

/* -- decoding ---------------------------------------------------------------------------------- */

/* Of UTF-8 as much as may have begun a character is one U+FFFD: Unicode, 3.9, D93b. */
static size_t skip_utf8(const unsigned char *from, size_t size)
{
	unsigned char c = from[0], low = 0x80, high = 0xbf;
	size_t n = 1, most = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

	if (c < 0xc2 || c > 0xf4)
		return 1;
	if (c == 0xe0 || c == 0xf0)
		low = c == 0xe0 ? 0xa0 : 0x90;
	if (c == 0xed || c == 0xf4)
		high = c == 0xed ? 0x9f : 0x8f;
	while (n < most && n < size && from[n] >= low && from[n] <= high) {
		n++;
		low = 0x80;
		high = 0xbf;
	}
	return n;
}

/* Not by iconv, which lets through what is none. */
static int copy_utf8(struct tu_client_text *to, const char *data, size_t size)
{
	size_t good = size;
	int rc = 0;

	while (rc == 0 && tutti_bytes_check_utf8(tutti_bytes_of(data, size), &good) < 0) {
		size_t bad = skip_utf8((const unsigned char *)data + good, size - good);

		rc = tu_client_add(to, data, good);
		if (rc == 0)
			rc = tu_client_add(to, unknown, sizeof(unknown) - 1);
		data += good + bad;
		size -= good + bad;
		good = size;
	}
	return rc < 0 ? rc : tu_client_add(to, data, size);
}

static int convert(iconv_t how, struct tu_client_text *to, const char *data, size_t size)
{
	char *from = (char *)data, piece[4096];
	int rc = 0;

	while (rc == 0 && size > 0) {
		char *out = piece;
		size_t room = sizeof(piece);
		size_t done = iconv(how, &from, &size, &out, &room);
		int error = done == (size_t)-1 ? errno : 0;

		rc = tu_client_add(to, piece, (size_t)(out - piece));
		if (rc < 0 || (error != EILSEQ && error != EINVAL))
			continue;
		from++;
		size--;
		rc = tu_client_add(to, unknown, sizeof(unknown) - 1);
	}
	return rc;
}

static size_t mark_size(const struct tu_client_text *t)
{
	return t->data && t->size >= 3 && memcmp(t->data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

static int decode(struct tu_client_response *r)
{
	char name[40];
	iconv_t how;
	int rc;

	find_charset(r, name, sizeof(name));
	if (strcasecmp(meant(name), "UTF-8") == 0)
		return copy_utf8(&r->text, r->body.data, r->body.size);
	how = iconv_open("UTF-8", meant(name));
	if (how == (iconv_t)-1)
		return tu_client_say(r->fault, errno == ENOMEM ? -ENOMEM : -EINVAL,
			"%.150s: the charset %s is not known", r->url, name);
	rc = convert(how, &r->text, r->body.data, r->body.size);
	iconv_close(how);
	return rc < 0 ? rc : tu_client_add(&r->text, "", 0);
}

int tutti_http_text(tutti_http_response *response, tutti_bytes *text)
{
	struct tu_client_response *r = tu_client_response_of(response);
	size_t mark;
	int rc;

	if (r->streamed)
		return -EBUSY;
	if (!r->text.data) {
		rc = decode(r);
		if (rc < 0) {
			free(r->text.data);
			r->text = (struct tu_client_text){ 0 };
			return rc;
		}
	}
	mark = mark_size(&r->text);
	*text = tutti_bytes_of(r->text.data + mark, r->text.size - mark);
	return 0;
}

int tutti_http_json(tutti_http_response *response, tutti_value **value)
{
	struct tu_client_response *r = tu_client_response_of(response);
	tutti_value_fault fault = { 0 };
	tutti_bytes text;
	int rc = tutti_http_text(response, &text);

	if (rc < 0)
		return rc;
	rc = tutti_value_from_json(value, text.data, text.size, NULL, &fault);
	return rc < 0 ? tu_client_say(r->fault, rc, "%.100s: %s", r->url, fault.text) : rc;
}
