/* SPDX-License-Identifier: MIT */
/* check.c - last words. No allocation and no locks: the heap may be what broke. */
#include "base/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void write_to_stderr(const char *text, size_t n)
{
	(void)n;
	fputs(text, stderr);
}

void (*tu_panic_write)(const char *text, size_t n) = write_to_stderr;

static size_t clamp(int printed, size_t room)
{
	if (printed < 0)
		return 0;
	return (size_t)printed < room ? (size_t)printed : room - 1;
}

/* The text always ends in a newline, also where it had to be cut. */
static _Noreturn void say_and_abort(char *text, size_t n)
{
	text[n] = '\n';
	text[n + 1] = '\0';
	tu_panic_write(text, n + 1);
	abort();
}

void tu_panic(const char *format, ...)
{
	char text[512] = "tutti: ";
	size_t n = sizeof "tutti: " - 1, room = sizeof text - n - 1;
	va_list args;

	va_start(args, format);
	n += clamp(vsnprintf(text + n, room, format, args), room);
	va_end(args);
	say_and_abort(text, n);
}

void tu_check_failed(const char *sentence, const char *file, int line)
{
	char text[512];
	size_t room = sizeof text - 1;
	size_t n = clamp(snprintf(text, room, "tutti: %s (%s:%d)", sentence, file, line), room);

	say_and_abort(text, n);
}
