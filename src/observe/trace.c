/* SPDX-License-Identifier: MIT */
/*
 * trace.c - a trace begins and ends; what the program says in it.
 *
 * The file is opened at the beginning, so that one that cannot be written is known then, and
 * written at the end, by who began.
 */
#include "observe/trace.h"

#include "core/alloc.h"
#include "core/environment.h"
#include "core/file.h"
#include "core/report.h"
#include "core/startup.h"
#include "exec/ending.h"

#include <errno.h>
#include <string.h>
#include <tutti/error.h>

enum { WIDTH_MOST = 100000 };
static const size_t memory_usual = (size_t)64 << 20, memory_least = (size_t)64 << 10;

/* Where the tape of a program's first process is, in the environment of what it starts. */
#define TAPE "TUTTI_TRACE_TAPE"

/* Who writes these, and begins and ends, has the tape's lock. */
static int file = -1;
static int form;
static char path[4096];

static const struct {
	const char *suffix;
	void (*draw)(struct tu_trace_sheet *s);
} forms[] = {
	[TUTTI_TRACE_TEXT] = { ".txt", tu_trace_text },
	[TUTTI_TRACE_SVG] = { ".svg", tu_trace_svg },
	[TUTTI_TRACE_JSON] = { ".json", tu_trace_json },
};
enum { FORMS = sizeof(forms) / sizeof(*forms) };

/* -- drawing ---------------------------------------------------------------------------------- */

static void write_out(struct tu_trace_sheet *s)
{
	int *rc = s->arg;

	if (*rc == 0 && s->paper.size > 0)
		*rc = tu_file_append(file, s->paper.data, s->paper.size);
	s->paper.size = 0;
}

static int write_file(void)
{
	int rc = 0;
	struct tu_story story;
	struct tu_trace_sheet sheet = { .story = &story, .full = write_out, .arg = &rc };
	int read = tu_story_read(&story);

	if (read < 0)
		return read;
	forms[form].draw(&sheet);
	write_out(&sheet);
	if (sheet.paper.failed)
		rc = -ENOMEM;
	tu_free(sheet.paper.data);
	tu_story_free(&story);
	return rc;
}

static bool is_sound(int wanted, const tutti_trace_chart *c)
{
	if (wanted < 0 || wanted >= FORMS || c->width < 0)
		return false;
	return c->width == 0 ||
	       (c->width >= (wanted == TUTTI_TRACE_TEXT ? 40 : 400) && c->width <= WIDTH_MOST);
}

static int draw(int wanted, tutti_bytes *out, const tutti_trace_chart *chart)
{
	struct tu_story story;
	struct tu_trace_sheet sheet = { .story = &story, .chart = *chart };
	int rc = tu_story_read(&story);

	if (rc < 0)
		return rc;
	forms[wanted].draw(&sheet);
	tu_story_free(&story);
	return tu_paper_take(&sheet.paper, out);
}

int tutti_trace_draw(int wanted, tutti_bytes *out, const tutti_trace_chart *chart)
{
	static const tutti_trace_chart usual;
	int rc = -ENOENT;

	if (!is_sound(wanted, chart ? chart : &usual))
		return -EINVAL;
	tu_tape_lock();
	if (tu_tape_is_there())
		rc = draw(wanted, out, chart ? chart : &usual);
	tu_tape_unlock();
	return rc;
}

/* -- the beginning and the end ---------------------------------------------------------------- */

/* The file's form by its suffix; < 0: none. */
static int form_of(const char *name)
{
	size_t n = strlen(name);

	for (int i = 0; i < FORMS; i++) {
		size_t m = strlen(forms[i].suffix);

		if (n > m && strcmp(name + n - m, forms[i].suffix) == 0)
			return i;
	}
	return -EINVAL;
}

static int open_file(const char *name)
{
	int wanted = form_of(name), rc;

	if (wanted < 0 || strlen(name) >= sizeof(path)) {
		tu_report(-EINVAL, "trace: '%s' does not end in .json, .svg or .txt", name);
		return -EINVAL;
	}
	rc = tu_file_create(name);
	if (rc < 0) {
		tu_report(rc, "trace: '%s' cannot be written: %s", name, tutti_strerror(rc));
		return rc;
	}
	file = rc;
	form = wanted;
	strcpy(path, name);
	return 0;
}

static void close_file(void)
{
	if (file >= 0)
		tu_file_close(file);
	file = -1;
}

static int begin(const char *name, size_t bytes)
{
	int rc = name ? open_file(name) : 0;

	if (rc == 0)
		rc = tu_tape_begin(bytes);
	if (rc < 0)
		close_file();
	return rc;
}

static int end(void)
{
	int rc;

	tu_tape_end();
	rc = file < 0 ? 0 : write_file();
	close_file();
	tu_tape_free();
	if (rc < 0)
		tu_report(rc, "trace: '%s' is not whole: %s", path, tutti_strerror(rc));
	return rc;
}

int tutti_trace_stop(void)
{
	int rc = 0;

	tu_self();
	tu_tape_lock();
	if (tu_tape_is_ours())
		rc = end();
	tu_tape_unlock();
	return rc;
}

static void stop_at_last(void)
{
	tutti_trace_stop();
}

int tutti_trace_start(const char *name, const tutti_trace_options *o)
{
	size_t bytes = o && o->memory ? o->memory : memory_usual;
	int rc;

	if (bytes < memory_least)
		return -EINVAL;
	tu_self();
	rc = tu_ending_watch();
	if (rc < 0)
		return rc;
	tu_tape_lock();
	rc = tu_tape_is_there() ? -EALREADY : begin(name, bytes);
	if (rc == 0) {
		tu_tape_process(program_invocation_short_name);
		tu_ending_last = stop_at_last;
	}
	tu_tape_unlock();
	return rc;
}

bool tutti_trace_active(void)
{
	return tu_taping();
}

/* -- what the program says -------------------------------------------------------------------- */

static void say(enum tu_tape_kind kind, uint64_t a, const char *text)
{
	if (tu_taping())
		tu_tape_note(tu_self(), kind, a, text);
}

void tutti_trace_mark(const char *text)
{
	say(TU_TAPE_MARK, 0, text);
}

void tutti_trace_begin(const char *text)
{
	say(TU_TAPE_SPAN, 0, text);
}

void tutti_trace_end(int code)
{
	say(TU_TAPE_SPAN_ENDS, (uint64_t)code, NULL);
}

void tutti_trace_label(const char *text)
{
	say(TU_TAPE_LABEL, 0, text);
}

void tutti_trace_name(const void *object, const char *text)
{
	say(TU_TAPE_NAME, (uint64_t)(uintptr_t)object, text);
}

/* -- the environment -------------------------------------------------------------------------- */

void tu_startup_trace(void)
{
	const char *name = tu_environment("TUTTI_TRACE"), *where = tu_environment(TAPE);
	char here[32];

	if (!name || !*name)
		return;
	if (where && !tu_tape_was_ours(where)) { /* part of another's trace, or nothing */
		tu_tape_join(where, program_invocation_short_name);
		return;
	}
	tu_alloc_aside(true);
	if (tutti_trace_start(name, NULL) == 0 && tu_tape_where(here, sizeof(here)))
		tu_environment_set(TAPE, here);
	tu_alloc_aside(false);
}
