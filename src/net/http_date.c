/* SPDX-License-Identifier: MIT */
/* http_date.c - times as HTTP writes them, in one form, and as it reads them, in three. */
#include "net/http.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const char days[] = "SunMonTueWedThuFriSat";
static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

/* -- written ----------------------------------------------------------------------------------- */

/* Not strftime, which speaks the program's language. Years have four digits. */
void tu_http_date_of(time_t when, char text[32])
{
	static const int64_t first = -62167219200, last = 253402300799;
	char date[80]; /* of which 30 are used */
	struct tm t;

	when = when < first ? (time_t)first : when > last ? (time_t)last : when;
	gmtime_r(&when, &t);
	snprintf(date, sizeof(date), "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
		days + 3 * t.tm_wday, t.tm_mday, months + 3 * t.tm_mon, t.tm_year + 1900, t.tm_hour,
		t.tm_min, t.tm_sec);
	date[31] = '\0';
	memcpy(text, date, 32);
}

void tu_http_date(char text[32])
{
	static _Thread_local time_t when = -1;
	static _Thread_local char last[32];
	time_t now = time(NULL);

	if (now != when) {
		tu_http_date_of(now, last);
		when = now;
	}
	memcpy(text, last, sizeof(last));
}

/* -- read -------------------------------------------------------------------------------------- */

/* Just so many digits. */
static bool number(const char **at, int digits, int *n)
{
	for (*n = 0; digits > 0; digits--, ++*at) {
		if (**at < '0' || **at > '9')
			return false;
		*n = *n * 10 + (**at - '0');
	}
	return true;
}

static bool text_is(const char **at, const char *text)
{
	size_t size = strlen(text);

	if (strncmp(*at, text, size) != 0)
		return false;
	*at += size;
	return true;
}

/* One of the names of three letters. */
static bool name(const char **at, const char *names, int *n)
{
	for (*n = 0; names[3 * *n]; ++*n)
		if (strncmp(*at, names + 3 * *n, 3) == 0) {
			*at += 3;
			return true;
		}
	return false;
}

static bool time_of_day(const char **at, struct tm *t)
{
	return number(at, 2, &t->tm_hour) && text_is(at, ":") && number(at, 2, &t->tm_min) &&
	       text_is(at, ":") && number(at, 2, &t->tm_sec) && t->tm_hour < 24 && t->tm_min < 60 &&
	       t->tm_sec <= 60;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
static bool usual(const char *at, struct tm *t)
{
	return name(&at, days, &t->tm_wday) && text_is(&at, ", ") && number(&at, 2, &t->tm_mday) &&
	       text_is(&at, " ") && name(&at, months, &t->tm_mon) && text_is(&at, " ") &&
	       number(&at, 4, &t->tm_year) && text_is(&at, " ") && time_of_day(&at, t) &&
	       text_is(&at, " GMT") && *at == '\0';
}

/* Of those that end with these digits the one that is at most 50 years ahead. */
static int whole_year(int digits)
{
	time_t now = time(NULL);
	struct tm t;
	int year;

	gmtime_r(&now, &t);
	year = (t.tm_year + 1900) / 100 * 100 + digits;
	return year > t.tm_year + 1900 + 50 ? year - 100 : year;
}

/* "Sunday, 06-Nov-94 08:49:37 GMT" */
static bool of_rfc850(const char *at, struct tm *t)
{
	static const char *const rest[] = { "day", "day", "sday", "nesday", "rsday", "day",
		"urday" };

	if (!name(&at, days, &t->tm_wday) || !text_is(&at, rest[t->tm_wday]) ||
		!text_is(&at, ", ") || !number(&at, 2, &t->tm_mday) || !text_is(&at, "-") ||
		!name(&at, months, &t->tm_mon) || !text_is(&at, "-") ||
		!number(&at, 2, &t->tm_year) || !text_is(&at, " ") || !time_of_day(&at, t))
		return false;
	t->tm_year = whole_year(t->tm_year);
	return text_is(&at, " GMT") && *at == '\0';
}

/* "Sun Nov  6 08:49:37 1994" */
static bool of_asctime(const char *at, struct tm *t)
{
	return name(&at, days, &t->tm_wday) && text_is(&at, " ") && name(&at, months, &t->tm_mon) &&
	       text_is(&at, " ") && number(&at, text_is(&at, " ") ? 1 : 2, &t->tm_mday) &&
	       text_is(&at, " ") && time_of_day(&at, t) && text_is(&at, " ") &&
	       number(&at, 4, &t->tm_year) && *at == '\0';
}

int tu_http_date_parse(const char *text, time_t *when)
{
	struct tm t = { 0 }, day;
	time_t midnight;

	if (!usual(text, &t) && !of_rfc850(text, &t) && !of_asctime(text, &t))
		return -1;
	day = (struct tm){ .tm_year = t.tm_year - 1900, .tm_mon = t.tm_mon, .tm_mday = t.tm_mday };
	midnight = timegm(&day);
	if (day.tm_mon != t.tm_mon || day.tm_mday != t.tm_mday)
		return -1; /* a month is not that long */
	*when = midnight + (t.tm_hour * 60 + t.tm_min) * 60 + t.tm_sec;
	return 0;
}
