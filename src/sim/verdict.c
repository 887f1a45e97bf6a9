/* SPDX-License-Identifier: MIT */
/* verdict.c - see verdict.h; and what a run can say of itself. */
#include "sim/verdict.h"

#include "os/os.h"
#include "os/port.h"

#include <stdarg.h>
#include <stdio.h>
#include <tutti/sim.h>

struct tu_verdict tu_verdict;

void tu_verdict_begin(void)
{
	tu_verdict.trouble = TU_TROUBLE_NONE;
	tu_verdict.words.n = 0;
}

void tu_verdict_note(enum tu_trouble trouble)
{
	if (tu_verdict.trouble == TU_TROUBLE_NONE)
		tu_verdict.trouble = trouble;
}

const char *tu_verdict_words(void)
{
	return tu_page_text(&tu_verdict.words);
}

void tu_verdict_add(const char *text)
{
	tu_page_add(&tu_verdict.words, "%s", text);
}

void tu_verdict_warn(struct tu_page *report)
{
	if (tu_os_program_has_locals())
		tu_page_add(report, "tutti: note: the program has thread-local variables, and its "
				    "simulated threads share them: it may be that\n");
}

void tu_verdict_failed(const char *text)
{
	tu_verdict_begin(); /* what was noted before matters less */
	tu_verdict_add(text);
	tu_verdict_note(TU_TROUBLE_FAILED);
	tu_machine.options.over(TU_TROUBLE_FAILED);
}

/* Not the end: a plain lock may be let go by another. */
void tu_verdict_held(struct tu_context *c)
{
	if (tu_verdict.trouble != TU_TROUBLE_NONE)
		return;
	tu_finding_held(&tu_verdict.words, c);
	tu_verdict_note(TU_TROUBLE_HELD);
}

bool tu_verdict_reported(int code, const char *text)
{
	(void)code;
	if (!tu_verdict_words())
		tu_verdict_add(text);
	tu_verdict_note(TU_TROUBLE_UNSEEN);
	return true;
}

/* -- from within a run ------------------------------------------------------------------------- */

bool tutti_simulated(void)
{
	return tu_os_port != NULL;
}

void tutti_sim_fail(const char *format, ...)
{
	char text[500];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	tu_check(tu_os_port != NULL, text);
	tu_verdict_failed(text);
	tu_panic("a run that had failed went on");
}
