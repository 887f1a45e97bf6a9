/* SPDX-License-Identifier: MIT */
/* command_options.c - the options that only commands have, and the words behind "--". */
#include <getopt.h>
#include <string.h>

#include "command.h"
#include "map_options.h"
#include "option.h"

/* A value that only commands have a use for. */
bool command_take_value(int c, struct options *o)
{
	struct command *cmd = o->command;
	int n;

	switch (c) {
	case 'N':
	case 'n':
		if (!option_count("map", "-N", 1, &n))
			return false;
		o->together = (size_t)n;
		return true;
	case 'I':
		cmd->whole = optarg;
		return *optarg || options_need("-I needs a word");
	case OPT_COLSEP:
		cmd->colsep_text = optarg;
		return true;
	case OPT_DELAY:
		return option_time("map", "--delay", &cmd->gate.delay);
	case OPT_LOAD:
		return parse_load(optarg, &cmd->gate.load) ||
		       options_need("--load needs a number above 0, or N%");
	default:
		return parse_size(optarg, &cmd->gate.free_bytes) ||
		       options_need("--memfree needs a size, such as 500M or 2G");
	}
}

/* One that only commands have a use for. */
bool command_take_flag(int c, struct options *o)
{
	struct command *cmd = o->command;

	switch (c) {
	case OPT_SHELL:
		cmd->shell = "sh";
		return true;
	case 'X':
		o->together = 0;
		return true;
	case 'u':
		cmd->grouping = GROUP_NOT;
		return true;
	case OPT_LINES:
		cmd->grouping = GROUP_LINES;
		return true;
	case 't':
		cmd->verbose = true;
		return true;
	case OPT_QUIET:
		cmd->quiet = true;
		return true;
	default:
		return false;
	}
}

/* Where the words of the command end, its inputs behind ":::" may begin. */
static bool find_sources(struct options *o, char **words, size_t n)
{
	static struct sources sources;
	struct command *c = o->command;
	int rc;

	c->words = words;
	for (c->n_words = 0; c->n_words < n; c->n_words++) {
		const char *word = words[c->n_words];

		if (strncmp(word, ":::", 3) == 0 && strcmp(word, ":::") != 0)
			say("map: '%s': there is only ':::', and -a FILE", word);
		if (strncmp(word, ":::", 3) == 0)
			break;
	}
	if (c->n_words == n)
		return true;
	if (strcmp(words[c->n_words], ":::") != 0)
		return false;
	o->sources = &sources;
	rc = sources_parse(&sources, words + c->n_words + 1, n - c->n_words - 1);
	if (rc < 0)
		say("map: %s", tutti_strerror(rc));
	return rc == 0;
}

static bool is_sound_command(const struct options *o)
{
	const struct command *c = o->command;

	if (c->n_words == 0)
		say("map: which command?");
	else if (o->on && strcmp(o->on, "processes") != 0)
		say("map: --on %s: commands run as processes; -j says how many at once", o->on);
	else if (c->grouping != GROUP_JOBS && o->json)
		say("map: --json needs all of a command's output: not with --line-buffer or "
		    "--ungroup");
	else if (c->grouping == GROUP_NOT && o->tag)
		say("map: --tag and --ungroup exclude each other: what is tagged passes through "
		    "tutti");
	else if (c->grouping != GROUP_JOBS && o->order == ORDER_INPUTS)
		say("map: --keep-order needs all of a command's output: not with --line-buffer or "
		    "--ungroup");
	else
		return options_sound(o);
	return false;
}

bool command_words(struct options *o, char **words, size_t n)
{
	struct command *c = o->command;

	if (!find_sources(o, words, n) || !is_sound_command(o) ||
		command_parse(c, o->sources ? '\0' : o->separator) < 0)
		return false;
	o->unordered = o->order != ORDER_INPUTS;
	o->label = c->words[0];
	o->job_word = c->shown.data;
	if (o->halt.after == 0)
		o->halt = (struct halting){ .how = HALT_NEVER, .after = 1 };
	return true;
}
