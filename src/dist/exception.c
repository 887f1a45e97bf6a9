/* SPDX-License-Identifier: MIT */
/* exception.c - see exception.h. */
#include "dist/exception.h"

#include <errno.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

enum {
	THERE = 1, /* a code is raised as this class */
	BACK = 2,  /* an exception of this class is the code */
	BARE = 4   /* without an argument if nothing is said */
};

/* A module may be written in two ways: the accelerator's, or Python 2's. */
static const struct {
	int code;
	unsigned ways;
	const char *module, *other, *name;
} classes[] = {
	{ TUTTI_EEMPTY, THERE | BACK | BARE, "queue", "_queue", "Empty" },
	{ TUTTI_EFULL, THERE | BACK | BARE, "queue", "_queue", "Full" },
	{ TUTTI_ESHUTDOWN, BACK, "queue", "_queue", "ShutDown" }, /* which 3.12 does not know yet */
	{ TUTTI_EBROKEN, THERE | BACK | BARE, "threading", NULL, "BrokenBarrierError" },
	{ TUTTI_ETYPE, THERE | BACK, "builtins", "exceptions", "TypeError" },
	{ -EINVAL, THERE | BACK, "builtins", "exceptions", "ValueError" },
	{ -ENOENT, THERE | BACK, "builtins", "exceptions", "KeyError" },
	{ -ERANGE, THERE | BACK, "builtins", "exceptions", "IndexError" },
	{ -ENOSYS, THERE | BACK, "builtins", "exceptions", "AttributeError" },
	{ -ENODATA, THERE | BACK | BARE, "builtins", "exceptions", "StopIteration" },
	{ TUTTI_ETIMEDOUT, THERE, "builtins", NULL, "TimeoutError" },
	{ -ENOMEM, THERE, "builtins", NULL, "MemoryError" },
};

enum { CLASSES = sizeof(classes) / sizeof(*classes), ERRNO_LAST = -4095 };

/* -- a code as an exception ------------------------------------------------------------------- */

/* With one text as its argument, or none. */
static int make(tutti_value **e, const char *module, const char *name, const char *text)
{
	tutti_value *args;
	int rc = text ? tutti_value_pack(&args, "(s)", text) : tutti_value_pack(&args, "()");

	if (rc == 0) {
		rc = tutti_value_object_make(e, module, name, args);
		tutti_value_unref(args);
	}
	return rc;
}

static int make_os_error(tutti_value **e, int code, const char *text)
{
	tutti_value *args;
	int rc = tutti_value_pack(&args, "(is)", -code, text);

	if (rc == 0) {
		rc = tutti_value_object_make(e, "builtins", "OSError", args);
		tutti_value_unref(args);
	}
	return rc;
}

/* Where it stands in the list; CLASSES: nowhere. */
static size_t find(int code)
{
	size_t i = 0;

	while (i < CLASSES && !(classes[i].code == code && (classes[i].ways & THERE)))
		i++;
	return i;
}

static bool is_errno(int code)
{
	return code < 0 && code >= ERRNO_LAST;
}

const char *tu_exception_name(int code)
{
	size_t i = find(code);

	return i < CLASSES ? classes[i].name : is_errno(code) ? "OSError" : "RuntimeError";
}

int tu_exception_make(tutti_value **e, int code, const char *text)
{
	bool said = text && text[0];
	size_t i = find(code);

	if (said && tutti_bytes_check_utf8(tutti_bytes_text(text), NULL) < 0)
		said = false;
	if (!said)
		text = i < CLASSES && (classes[i].ways & BARE) ? NULL : tutti_strerror(code);
	if (i < CLASSES)
		return make(e, classes[i].module, classes[i].name, text);
	if (is_errno(code))
		return make_os_error(e, code, text);
	return make(e, "builtins", "RuntimeError", text);
}

/* -- and back --------------------------------------------------------------------------------- */

static bool is_text(tutti_bytes b, const char *text)
{
	return text && b.size == strlen(text) && memcmp(b.data, text, b.size) == 0;
}

int tu_exception_code(const tutti_value *e)
{
	tutti_value *parts;
	tutti_bytes module, name;
	int rc = tutti_value_object(&parts, e);

	if (rc < 0)
		return rc == -ENOMEM ? rc : TUTTI_ETYPE;
	rc = TUTTI_EREMOTE;
	if (tutti_value_as_bytes(tutti_value_at(parts, 0), &module) < 0 ||
		tutti_value_as_bytes(tutti_value_at(parts, 1), &name) < 0)
		rc = TUTTI_ETYPE;
	for (size_t i = 0; i < CLASSES && rc == TUTTI_EREMOTE; i++)
		if ((classes[i].ways & BACK) && is_text(name, classes[i].name) &&
			(is_text(module, classes[i].module) || is_text(module, classes[i].other)))
			rc = classes[i].code;
	tutti_value_unref(parts);
	return rc;
}
