/* SPDX-License-Identifier: MIT */
/*
 * terminal.c - see terminal.h. The locale is read from the environment: the command never leaves
 * the C locale.
 */
#define _GNU_SOURCE
#include "terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH_USUAL = 80, WIDTH_LEAST = 20, WIDTH_MOST = 10000 };

static int width_of(int fd)
{
	struct winsize size;
	const char *told = getenv("COLUMNS");
	long width = told ? strtol(told, NULL, 10) : 0;

	if (isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		width = size.ws_col;
	return width >= WIDTH_LEAST && width <= WIDTH_MOST ? (int)width : WIDTH_USUAL;
}

static bool has_color(int fd)
{
	const char *no = getenv("NO_COLOR"), *kind = getenv("TERM");

	return isatty(fd) && !(no && *no) && kind && *kind && strcmp(kind, "dumb") != 0;
}

static bool is_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *locale = getenv(names[i]);

		if (locale && *locale)
			return strcasestr(locale, "UTF-8") || strcasestr(locale, "UTF8");
	}
	return false;
}

struct terminal terminal_of(int fd)
{
	return (struct terminal){ width_of(fd), has_color(fd), is_utf8() };
}
