/* SPDX-License-Identifier: MIT */
/* error.c - codes to words. Every text is static, so that it can be kept, from any thread. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <tutti/error.h>

#include <string.h>

enum { ERRNO_MAX = 4095 };

static bool is_errno(int code)
{
	return code < 0 && code >= -ERRNO_MAX;
}

static const char *own_text(int code)
{
	switch (code) {
	case 0:
		return "success";
#define X(own, text) \
	case own:    \
		return text;
#include "base/error_table.h"
	default:
		return code <= TUTTI_EUSER ? "user error" : NULL;
	}
}

static const char *own_name(int code)
{
	switch (code) {
	case 0:
		return "OK";
#define X(own, text) \
	case own:    \
		return #own;
#include "base/error_table.h"
	default:
		return code <= TUTTI_EUSER ? "TUTTI_EUSER" : NULL;
	}
}

/* strerror may use a buffer and translate; these two do neither, and know no "Unknown error 7". */
const char *tutti_strerror(int code)
{
	const char *text = is_errno(code) ? strerrordesc_np(-code) : own_text(code);

	return text ? text : "unknown error";
}

const char *tutti_errname(int code)
{
	const char *name = is_errno(code) ? strerrorname_np(-code) : own_name(code);

	return name ? name : "unknown";
}
