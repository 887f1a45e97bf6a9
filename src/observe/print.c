/* SPDX-License-Identifier: MIT */
/*
 * print.c - a text goes into stdout's buffer whole or, if there is no room, after what is in it has
 * been written: so each write has whole texts only. What is longer than the buffer never enters it.
 * The stream's own lock is held meanwhile, which printf takes too.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>
#include <unistd.h>

#include <tutti/print.h>

#include "core/alloc.h"

/* A stream has its buffer from its first byte on; none has less. */
enum { SHORT_BYTES = 512 };

static int last_error(void)
{
	return errno ? -errno : -EIO;
}

static int flush(void)
{
	errno = 0;
	return fflush(stdout) == 0 ? 0 : last_error();
}

static int write_past_the_buffer(const char *text, size_t n)
{
	int rc = flush(), fd = fileno(stdout);

	while (rc == 0 && n > 0) {
		ssize_t done = write(fd, text, n);

		if (done >= 0)
			text += done, n -= (size_t)done;
		else if (errno != EINTR)
			rc = last_error();
	}
	return rc;
}

static int put(const char *text, size_t n)
{
	size_t room = __fbufsize(stdout), used = __fpending(stdout);
	int rc = 0;

	if (n > (room ? room : SHORT_BYTES))
		return write_past_the_buffer(text, n);
	if (used + n > room)
		rc = flush();
	errno = 0;
	return rc < 0 ? rc : fwrite(text, 1, n, stdout) == n ? 0 : last_error();
}

static int put_all(const char *text, size_t n, unsigned flags)
{
	int rc;

	flockfile(stdout);
	rc = n > 0 ? put(text, n) : 0;
	if (rc == 0 && flags & TUTTI_FLUSH)
		rc = flush();
	funlockfile(stdout);
	return rc < 0 ? rc : (int)n;
}

static int print_long(unsigned flags, const char *format, va_list args, size_t n)
{
	char *text = tu_alloc(n + 1);
	int rc;

	if (!text)
		return -ENOMEM;
	vsnprintf(text, n + 1, format, args);
	rc = put_all(text, n, flags);
	tu_free(text);
	return rc;
}

int tutti_print(unsigned flags, const char *format, ...)
{
	char text[SHORT_BYTES];
	va_list args;
	int n, rc;

	if (flags & ~(unsigned)TUTTI_FLUSH)
		return -EINVAL;
	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (n < 0)
		return -EINVAL;
	if ((size_t)n < sizeof(text))
		return put_all(text, (size_t)n, flags);
	va_start(args, format);
	rc = print_long(flags, format, args, (size_t)n);
	va_end(args);
	return rc;
}
