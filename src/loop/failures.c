/* SPDX-License-Identifier: MIT */
/* failures.c - see failures.h. Words that there is no memory for are lost. */
#include "loop/failures.h"

#include "core/alloc.h"

#include <tutti/group.h>
#include <tutti/local.h>

enum { TEXTS = 8 }; /* so many of the others are kept in words */

static void words_end(void *text)
{
	tu_free(text);
}

/* Of the calling context's last join. */
static tutti_local words = TUTTI_LOCAL_INIT(words_end);

static char *format(const char *how, ...) __attribute__((format(printf, 1, 2)));

static char *format(const char *how, ...)
{
	va_list args;
	char *text;

	va_start(args, how);
	text = tu_format_text(how, args);
	va_end(args);
	return text;
}

static void attach(struct tu_failures *s, const tutti_future *f, int code, const char *text)
{
	char buf[64], *all;

	if (s->others++ >= TEXTS)
		return;
	all = format("%s; %s '%s': %s (%s)", s->text ? s->text : tutti_strerror(s->error),
		f->ops->noun, f->ops->name(f, buf, sizeof(buf)), text, tutti_errname(code));
	if (!all)
		return;
	tu_free(s->text);
	s->text = all;
}

bool tu_failures_note(struct tu_failures *s, const tutti_future *f, int code, const char *text)
{
	if (s->error < 0) {
		attach(s, f, code, text);
		return false;
	}
	s->error = code;
	s->text = tu_copy_text(text);
	return true;
}

/* Keep the words for the caller to ask for. Takes text over. */
static void say(struct tu_context *self, char *text)
{
	if (!text && !self->slots)
		return;
	tu_free(tutti_local_get(&words));
	if (tutti_local_set(&words, text) < 0)
		tu_free(text);
}

/* The words of all, told as one. */
static char *take_text(struct tu_failures *s)
{
	char *text = s->text;

	if (s->error == 0)
		return NULL;
	if (s->others > TEXTS) {
		char *all = format("%s; and %u more", text ? text : tutti_strerror(s->error),
			s->others - TEXTS);

		if (all) {
			tu_free(text);
			text = all;
		}
	}
	return text ? text : tu_copy_text(tutti_strerror(s->error));
}

int tu_failures_tell(struct tu_failures *s, struct tu_context *self)
{
	int error = s->error;

	say(self, take_text(s));
	*s = (struct tu_failures){ 0 };
	return error;
}

const char *tutti_group_text(void)
{
	const char *text = tutti_local_get(&words);

	return text ? text : "";
}
