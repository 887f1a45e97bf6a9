/* SPDX-License-Identifier: MIT */
/* schedule.c - see schedule.h. */
#include "model/schedule.h"

#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where there is more than one way to go on: the way taken, and how many there are. */
static struct choice {
	int taken, options;
} path[STEPS_MOST];
static int depth, known; /* decisions made in this schedule; kept for it */

static struct step {
	int fiber;
	const volatile void *where;
	const void *code;
} steps[STEPS_MOST];
static int taken;

static const char *program;

void schedule_program(const char *name)
{
	program = name;
}

void schedule_begin(void)
{
	depth = 0;
	taken = 0;
}

void schedule_forget(void)
{
	known = 0;
}

int schedule_choose(int options)
{
	struct choice *c = &path[depth];

	if (options == 1)
		return 0;
	tu_check(depth < STEPS_MOST, "too many decisions");
	if (depth++ == known) {
		*c = (struct choice){ 0, options };
		known++;
	}
	if (c->options == 0)
		c->options = options; /* it was given */
	tu_check(c->options == options && c->taken < options,
		"the same decisions do not lead to the same place");
	return c->taken;
}

bool schedule_next(void)
{
	while (known > 0 && path[known - 1].taken + 1 == path[known - 1].options)
		known--;
	if (known == 0)
		return false;
	path[known - 1].taken++;
	return true;
}

void schedule_take(const char *choices)
{
	known = 0;
	while (*choices && known < STEPS_MOST) {
		char *end;

		path[known++] = (struct choice){ (int)strtol(choices, &end, 10), 0 };
		choices = *end ? end + 1 : end;
	}
}

bool schedule_note(int fiber, const volatile void *where, const void *code)
{
	if (taken == STEPS_MOST)
		return false;
	steps[taken++] = (struct step){ fiber, where, code };
	return true;
}

/* Opens a pipe that gives each code's "FUNCTION at FILE:LINE"; NULL if there is none. */
static FILE *open_names(void)
{
	size_t room = strlen(program) + 64 + (size_t)taken * 20, n;
	char *command = malloc(room);
	FILE *names;

	if (!command)
		return NULL;
	n = (size_t)snprintf(command, room, "addr2line -fpse '%s' 2>&-", program);
	/* The address is where the call returns to: the call is in front of it. */
	for (int i = 0; i < taken; i++)
		if (steps[i].code)
			n += (size_t)snprintf(command + n, room - n, " %#zx",
				(size_t)(uintptr_t)steps[i].code - 1);
	names = popen(command, "r");
	free(command);
	return names;
}

/* A letter where the turn goes to another fiber; what is touched, if not blocked; the place. */
static void print_step(const struct step *s, bool same, FILE *names)
{
	char place[256], touched[24] = "blocked?";

	if (!s->code) {
		fputs("    time passes\n", stderr);
		return;
	}
	if (s->where)
		snprintf(touched, sizeof touched, "%p", (const void *)s->where);
	if (!names || !fgets(place, sizeof place, names))
		snprintf(place, sizeof place, "%p\n", s->code);
	fprintf(stderr, "  %c %-14s %s", same ? ' ' : 'A' + s->fiber, touched, place);
}

void schedule_print(const char *test, int bound)
{
	FILE *names = open_names();

	for (int i = 0; i < taken; i++)
		print_step(&steps[i], i > 0 && steps[i].fiber == steps[i - 1].fiber, names);
	if (names)
		pclose(names);
	fprintf(stderr, "again: MODEL_BOUND=%d MODEL_CHOICES=", bound);
	for (int i = 0; i < depth; i++)
		fprintf(stderr, "%s%d", i > 0 ? "," : "", path[i].taken);
	fprintf(stderr, " %s %s\n", program, test);
}
