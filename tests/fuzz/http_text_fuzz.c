/* SPDX-License-Identifier: MIT */
/*
 * http_text_fuzz.c - the small texts of HTTP: what is encoded with %, dates, hosts, lists, lines.
 * Each is read a second time here, in another way. The first byte says which.
 */
#define _GNU_SOURCE
#include "driver.h"

#include <ctype.h>
#include <time.h>
#include <tutti/net.h>

/* Of src/net/http.h, which needs the parser's headers. */
int tu_http_decode(char *text, size_t size, bool plus);
bool tu_http_are_lines(const char *text, size_t size, char before);
bool tu_http_is_host(const char *text);
bool tu_http_has_token(const char *list, size_t size, const char *token);
bool tu_http_is_token(const char *text);
void tu_http_date_of(time_t when, char text[32]);
int tu_http_date_parse(const char *text, time_t *when);

/* One byte at a time, from a text that is not changed. -1: it cannot be read. */
static int decode(const char *text, size_t size, bool plus, char *to)
{
	char digits[3] = "";
	size_t n = 0;

	for (size_t i = 0; i < size; i++) {
		to[n] = plus && text[i] == '+' ? ' ' : text[i];
		if (text[i] == '%') {
			if (size - i < 3 || !isxdigit((unsigned char)text[i + 1]) ||
				!isxdigit((unsigned char)text[i + 2]))
				return -1;
			memcpy(digits, text + i + 1, 2);
			to[n] = (char)strtol(digits, NULL, 16);
			if (to[n] == '\0')
				return -1;
			i += 2;
		}
		n++;
	}
	to[n] = '\0';
	return 0;
}

static void decodes(const char *text, size_t size, bool plus)
{
	char *ours = malloc(size + 1), *theirs = malloc(size + 1);
	int rc;

	memcpy(ours, text, size);
	ours[size] = '\0';
	rc = tu_http_decode(ours, size, plus);
	FUZZ_CHECK(rc == decode(text, size, plus, theirs));
	FUZZ_CHECK(rc < 0 || strcmp(ours, theirs) == 0);
	free(ours);
	free(theirs);
}

/* As strptime, which is more generous, has it. */
static bool is_the_same(const char *text, time_t when)
{
	static const char *const formats[] = { "%a, %d %b %Y %H:%M:%S GMT",
		"%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y" };

	for (size_t i = 0; i < 3; i++) {
		struct tm t = { 0 };
		const char *end = strptime(text, formats[i], &t);
		time_t year = 31556952;

		if (!end || *end)
			continue;
		if (timegm(&t) == when)
			return true;
		/* Two digits of a year may be another century's, which is for the reader to say. */
		return i == 1 && (when - timegm(&t)) / year % 100 == 0;
	}
	return false;
}

static void dates(const char *text)
{
	char again[32];
	time_t when = -1, second;

	if (tu_http_date_parse(text, &when) < 0) {
		FUZZ_CHECK(when == -1);
		return;
	}
	FUZZ_CHECK(is_the_same(text, when));
	tu_http_date_of(when, again);
	FUZZ_CHECK(strlen(again) == 29);
	FUZZ_CHECK(tu_http_date_parse(again, &second) == 0);
	FUZZ_CHECK(second == when || when > 253402300799); /* the last second of all is 60 */
}

static void any_time(const char *text, size_t size)
{
	time_t when = 0, again;
	char date[32];

	memcpy(&when, text, size < sizeof(when) ? size : sizeof(when));
	tu_http_date_of(when, date);
	FUZZ_CHECK(strlen(date) == 29 && tu_http_date_parse(date, &again) == 0);
	FUZZ_CHECK(again == when || when < 0 || when > 253402300799);
}

/* In two parts as in one. */
static void lines(const char *text, size_t size)
{
	bool whole = tu_http_are_lines(text, size, '\0'), bad = false;

	for (size_t i = 0; i < size; i++) {
		char before = i > 0 ? text[i - 1] : '\0';

		bad = bad || (text[i] == '\n' && before != '\r') ||
		      ((text[i] == ' ' || text[i] == '\t') && before == '\n');
	}
	FUZZ_CHECK(whole == !bad);
	for (size_t i = 0; i <= size && size < 200; i++)
		FUZZ_CHECK((tu_http_are_lines(text, i, '\0') &&
				   tu_http_are_lines(text + i, size - i,
					   (char)(i > 0 ? text[i - 1] : '\0'))) == whole);
}

static bool has_token(const char *text, const char *token)
{
	char *copy = strdup(text), *rest = copy, *word;
	bool found = false;

	while ((word = strsep(&rest, ",")) != NULL) {
		size_t n;

		word += strspn(word, " \t");
		n = strlen(word);
		while (n > 0 && (word[n - 1] == ' ' || word[n - 1] == '\t'))
			word[--n] = '\0';
		found = found || strcasecmp(word, token) == 0;
	}
	free(copy);
	return found;
}

static void hosts(const char *text)
{
	if (!tu_http_is_host(text))
		return;
	FUZZ_CHECK(!strpbrk(text, " \t\r\n\"#/<>?@\\^`{|},"));
	FUZZ_CHECK(!strchr(text, '[') || (*text == '[' && !strchr(text + 1, '[')));
	FUZZ_CHECK(*text == '[' || !strchr(text, ':') || strchr(text, ':') == strrchr(text, ':'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (size == 0) {
		free(text);
		return 0;
	}
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	switch (*data) {
	case '%':
		decodes(text, size - 1, false);
		break;
	case '+':
		decodes(text, size - 1, true);
		break;
	case 'd':
		dates(text);
		break;
	case 't':
		any_time(text, size - 1);
		break;
	case 'l':
		lines(text, size - 1);
		break;
	case 'h':
		hosts(text);
		break;
	case 'c':
		FUZZ_CHECK(
			tu_http_has_token(text, strlen(text), "close") == has_token(text, "close"));
		break;
	}
	free(text);
	return 0;
}

FUZZ_MAIN("http_text", 100000)
