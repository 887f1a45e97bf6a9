/* SPDX-License-Identifier: MIT */
/* tour.c - `tutti tour`: a walk through what there is, each scene a program that really runs. */
#include "tour.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "option.h"

enum { WIDTH_LEAST = 42, WIDTH_MOST = 100 }; /* charts need as much; more is hard to read */

static const struct scene {
	const char *name, *title;
	int (*show)(const struct tour *t);
} scenes[] = {
	{ "engines", "Write the function once", tour_engines },
	{ "shared", "See them run", tour_shared },
	{ "schedules", "Find what fails once in a million", tour_schedules },
	{ "crash", "One job falls, the others go on", tour_crash },
	{ "many", "A hundred thousand at once", tour_many },
	{ "cores", "Who gets the core?", tour_cores },
	{ "answers", "What it comes to, on this machine", tour_answers },
};
enum { SCENES = sizeof scenes / sizeof *scenes };

static int help(void)
{
	puts("usage: tutti tour [OPTION...] [SCENE...]\n"
	     "\n"
	     "Shows what tutti is about, in less than a minute: short programs that really run,\n"
	     "what came of them, and at the end how long things take on this machine. With the\n"
	     "names of scenes it shows those only.\n"
	     "\n"
	     "  -l, --list             name the scenes\n"
	     "  -h, --help             say how it is used\n"
	     "\n"
	     "NO_COLOR and the locale are respected; so is COLUMNS where the output is no\n"
	     "terminal.");
	return STATUS_FINE;
}

static int list(void)
{
	for (int i = 0; i < SCENES; i++)
		printf("%-10s %s\n", scenes[i].name, scenes[i].title);
	return STATUS_FINE;
}

static const struct scene *find(const char *name)
{
	for (int i = 0; i < SCENES; i++)
		if (strcmp(scenes[i].name, name) == 0)
			return &scenes[i];
	say("tour: no scene called '%s'; 'tutti tour --list' names them", name);
	return NULL;
}

static int show(struct tour *t, const struct scene *scene)
{
	t->scene++;
	tour_heading(t, scene->title);
	return scene->show(t);
}

static int show_all(struct tour *t)
{
	int status = STATUS_FINE;

	for (int i = 0; i < SCENES && status == STATUS_FINE; i++)
		status = show(t, &scenes[i]);
	return status;
}

static int show_some(struct tour *t, char **names, int n)
{
	int status = STATUS_FINE;

	for (int i = 0; i < n; i++)
		if (!find(names[i]))
			return option_misused("tour");
	for (int i = 0; i < n && status == STATUS_FINE; i++)
		status = show(t, find(names[i]));
	return status;
}

static struct tour begin(void)
{
	struct tour t = { .terminal = terminal_of(STDOUT_FILENO) };

	t.width = t.terminal.width < WIDTH_MOST ? t.terminal.width : WIDTH_MOST;
	t.width = t.width > WIDTH_LEAST ? t.width : WIDTH_LEAST;
	return t;
}

int tour_main(int argc, char **argv)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' },
		{ "list", no_argument, NULL, 'l' }, { NULL, 0, NULL, 0 } };
	struct tour t;
	int c;

	while ((c = getopt_long(argc, argv, ":hl", options, NULL)) >= 0) {
		if (c == 'h')
			return help();
		if (c == 'l')
			return list();
		option_complain("tour", c, argv);
		return option_misused("tour");
	}
	t = begin();
	return optind < argc ? show_some(&t, argv + optind, argc - optind) : show_all(&t);
}
