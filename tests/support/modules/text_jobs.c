/* SPDX-License-Identifier: MIT */
/* text_jobs.c - jobs of text, fit and unfit, for map_module.py. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <tutti/tutti.h>

static tutti_bytes shout(tutti_bytes b)
{
	const char *text = b.data;
	char *loud = malloc(b.size + 1);
	tutti_bytes out = { NULL, 0, NULL };

	for (size_t i = 0; i < b.size; i++)
		loud[i] = (char)toupper((unsigned char)text[i]);
	tutti_bytes_copy(&out, loud, b.size);
	free(loud);
	return out;
}
TUTTI_JOB(shout, tutti_bytes, tutti_bytes);

static tutti_bytes same(tutti_bytes b)
{
	return b; /* borrowed: the library copies it where it must last */
}
TUTTI_JOB(same, tutti_bytes, tutti_bytes);

static int refuse(tutti_bytes const *in, tutti_bytes *out)
{
	(void)out;
	return tutti_fail(-EPERM, "no %s today", in->size > 0 ? "thanks" : "tea");
}
TUTTI_JOB_TRY(refuse, tutti_bytes, tutti_bytes);

static int bare(tutti_bytes const *in, tutti_bytes *out)
{
	(void)in;
	(void)out;
	return -ENOSPC;
}
TUTTI_JOB_TRY(bare, tutti_bytes, tutti_bytes);

static void swallow(tutti_bytes b)
{
	(void)b;
}
TUTTI_JOB(swallow, void, tutti_bytes);
static bool odd(uint64_t n)
{
	return n % 2 == 1;
}
TUTTI_JOB(odd, bool, uint64_t);
static tutti_bytes nothing(void)
{
	return tutti_bytes_text("x");
}
TUTTI_JOB(nothing, tutti_bytes, void);
static size_t count(tutti_bytes b)
{
	return b.size;
}
TUTTI_JOB(count, size_t, tutti_bytes);
/* a name that the command has too */
static tutti_bytes prime(tutti_bytes b)
{
	(void)b;
	return tutti_bytes_text("mine");
}
TUTTI_JOB(prime, tutti_bytes, tutti_bytes);
