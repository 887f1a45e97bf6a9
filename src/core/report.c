/* SPDX-License-Identifier: MIT */
/* report.c - the one reporter. Changing it and calling it may race: both words are atomic. */
#include "core/report.h"

#include "base/atomic.h"
#include "core/probe.h"
#include "os/os.h"

#include <stdarg.h>
#include <stdio.h>
#include <tutti/report.h>

static tutti_reporter reporter = tutti_report_stderr;
static void *reporter_arg;
bool (*tu_report_print)(const char *text);

void tutti_report_stderr(int code, const char *text, void *arg)
{
	(void)code, (void)arg;
	if (!tu_report_print || !tu_report_print(text))
		fprintf(stderr, "tutti: %s\n", text);
}

void tutti_set_reporter(tutti_reporter fn, void *arg)
{
	/* [report-1] release: the argument is there before the function that takes it, and the old
	   function is gone before the new argument is there; acquired in tu_report_text */
	tu_store_rel(&reporter, (tutti_reporter)NULL);
	tu_store_rel(&reporter_arg, arg);
	tu_store_rel(&reporter, fn);
}

void tu_report_text(int code, const char *text)
{
	tutti_reporter fn;
	void *arg;

	/* [report-1] acquire: an argument that is newer than fn shows that fn has changed too */
	do {
		fn = tu_load_acq(&reporter);
		arg = tu_load_acq(&reporter_arg);
	} while (fn != tu_load_acq(&reporter));
	if (!tu_reported(code, text) && fn)
		fn(code, text, arg);
}

static void say(int code, const char *format, va_list args)
{
	char text[500];

	vsnprintf(text, sizeof(text), format, args);
	tu_report_text(code, text);
}

void tu_report(int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(code, format, args);
	va_end(args);
}

void tutti_report(int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(code, format, args);
	va_end(args);
}

bool tu_data_name(const void *address, char *buf, size_t n)
{
	return tu_os_data_name(address, buf, n);
}

const char *tu_code_place(const void *address, char *buf, size_t n)
{
	return tu_os_code_place(address, buf, n);
}
