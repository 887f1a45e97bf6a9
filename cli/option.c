/* SPDX-License-Identifier: MIT */
/* option.c - see option.h. */
#include "option.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "map_options.h"

void option_complain(const char *command, int c, char **argv)
{
	const char *word = argv[optind - 1];

	if (c == ':')
		say("%s: option '%s' needs a value", command, word);
	else if (optopt > 0 && strncmp(word, "--", 2) == 0)
		say("%s: option '%s' takes no value", command, word);
	else if (optopt > 0)
		say("%s: unknown option '-%c'", command, optopt);
	else
		say("%s: unknown option '%s'", command, word);
}

bool option_need(const char *command, const char *what)
{
	say("%s: %s, not '%s'", command, what, optarg);
	return false;
}

bool option_time(const char *command, const char *name, tutti_time *out)
{
	if (parse_duration(optarg, out))
		return true;
	say("%s: %s needs a time above 0, such as 0.5 or 2m, not '%s'", command, name, optarg);
	return false;
}

bool option_count(const char *command, const char *name, long least, int *out)
{
	if (parse_count(optarg, least, out))
		return true;
	say("%s: %s needs a number from %ld on, not '%s'", command, name, least, optarg);
	return false;
}

int option_misused(const char *command)
{
	fprintf(stderr, "Try 'tutti %s --help'.\n", command);
	return STATUS_USAGE;
}
