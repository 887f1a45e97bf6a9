/* SPDX-License-Identifier: MIT */
/* settings.c - see settings.h. */
#include "sim/settings.h"

#include "sim/strategy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SHRINK_USUAL = 500 };

static bool number(const char *text, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	return end != text && *end == 0 && errno == 0 && *text != '-';
}

/* "10s", "1.5s", "200ms", "3m" */
static bool duration(const char *text, int64_t *ns)
{
	static const struct {
		const char *unit;
		double ns;
	} units[] = { { "ns", 1 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 }, { "m", 60e9 },
		{ "h", 3600e9 } };
	char *end;
	double value = strtod(text, &end);

	for (size_t i = 0; end != text && i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].unit) != 0 || !(value >= 0) || value * units[i].ns > 9e18)
			continue;
		*ns = (int64_t)(value * units[i].ns + 0.5); /* 1.001 is a little less */
		return true;
	}
	return false;
}

static bool draws(char *text, struct tu_settings *s)
{
	char *end, *rest;

	for (char *word = strtok_r(text, ":", &rest); word; word = strtok_r(NULL, ":", &rest)) {
		if (s->n_draws == TU_SETTINGS_DRAWS)
			return false;
		s->draws[s->n_draws++] = strtod(word, &end);
		if (*end || end == word)
			return false;
	}
	return s->n_draws > 0;
}

static bool switches(char *text, struct tu_settings *s)
{
	char *rest;

	for (char *word = strtok_r(text, ":", &rest); word; word = strtok_r(NULL, ":", &rest))
		if (s->n_switches == TU_SETTINGS_SWITCHES ||
			!number(word, &s->switches[s->n_switches++]))
			return false;
	return s->n_switches > 0;
}

static bool copy(char *to, size_t n, const char *text)
{
	if (!*text || strlen(text) >= n)
		return false;
	strcpy(to, text);
	return true;
}

static bool flag(struct tu_settings *s, const char *word)
{
	const struct {
		const char *name;
		bool *flag;
	} flags[] = { { "eager", &s->eager }, { "early", &s->early }, { "stats", &s->stats },
		{ "json", &s->json }, { "progress", &s->progress } };

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (strcmp(word, flags[i].name) == 0)
			return *flags[i].flag = true;
	return false;
}

static bool strategy(struct tu_settings *s, const char *word)
{
	const char *argument;

	if (strcmp(word, "1") == 0 || strcmp(word, "on") == 0)
		word = "fifo";
	return tu_strategy_find(word, &argument) && copy(s->strategy, sizeof(s->strategy), word);
}

static bool value(struct tu_settings *s, const char *key, char *text)
{
	const struct {
		const char *name;
		uint64_t *number;
	} numbers[] = { { "seed", &s->seed }, { "run", &s->run }, { "steps", &s->steps },
		{ "runs", &s->runs }, { "shrink", &s->shrink } };
	const struct {
		const char *name;
		int64_t *time;
	} times[] = { { "horizon", &s->horizon }, { "budget", &s->budget },
		{ "limit", &s->limit } };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (strcmp(key, numbers[i].name) == 0)
			return number(text, numbers[i].number);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		if (strcmp(key, times[i].name) == 0)
			return duration(text, times[i].time);
	if (strcmp(key, "draws") == 0)
		return draws(text, s);
	if (strcmp(key, "switch") == 0)
		return switches(text, s);
	if (strcmp(key, "replay") == 0)
		return copy(s->replay, sizeof(s->replay), text);
	return strcmp(key, "save") == 0 && copy(s->save, sizeof(s->save), text);
}

static bool word_is_known(struct tu_settings *s, char *word)
{
	char *equals = strchr(word, '=');

	if (!equals)
		return flag(s, word) || strategy(s, word);
	*equals = 0;
	if (value(s, word, equals + 1))
		return true;
	*equals = '='; /* it is shown as it was */
	return false;
}

int tu_settings_parse(struct tu_settings *s, const char *text, char *wrong, size_t n)
{
	char copy_of[sizeof(s->text)], *rest;

	*s = (struct tu_settings){ .strategy = "fifo",
		.horizon = INT64_MAX,
		.shrink = SHRINK_USUAL,
		.budget = INT64_MAX,
		.limit = INT64_C(30000000000) };
	if (!copy(copy_of, sizeof(copy_of), text) || !copy(s->text, sizeof(s->text), text)) {
		snprintf(wrong, n, "it is too long");
		return -EINVAL;
	}
	for (char *word = strtok_r(copy_of, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
		if (word_is_known(s, word))
			continue;
		snprintf(wrong, n, "'%s' means nothing", word);
		return -EINVAL;
	}
	return 0;
}
