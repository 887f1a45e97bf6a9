/* SPDX-License-Identifier: MIT */
/* fetch_options.c - the options of `tutti fetch`. */
#include "fetch.h"
#include "map_options.h"
#include "option.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tutti/file.h>

/* Those without a letter of their own. */
enum {
	FETCH_PER_HOST = 256,
	FETCH_TITLE,
	FETCH_XPATH,
	FETCH_REGEX,
	FETCH_FIRST,
	FETCH_TAG,
	FETCH_JSON,
	FETCH_UNORDERED,
	FETCH_RETRIES,
	FETCH_BACK_OFF,
	FETCH_TIMEOUT,
	FETCH_STALL,
	FETCH_CONNECT_TIMEOUT,
	FETCH_MAX_TIME,
	FETCH_MAX_SIZE,
	FETCH_PROGRESS,
	FETCH_NO_PROGRESS,
	FETCH_QUIET,
	FETCH_USER_AGENT,
	FETCH_METHOD,
	FETCH_DATA,
	FETCH_USER,
	FETCH_REDIRECTS,
	FETCH_PROXY,
	FETCH_INSECURE,
	FETCH_CACERT,
	FETCH_HTTP1
};

static const struct option long_options[] = {
	{ "jobs", required_argument, NULL, 'j' },
	{ "per-host", required_argument, NULL, FETCH_PER_HOST },
	{ "arg-file", required_argument, NULL, 'a' },
	{ "out", required_argument, NULL, 'o' },
	{ "continue", no_argument, NULL, 'c' },
	{ "skip-existing", no_argument, NULL, 'n' },
	{ "title", no_argument, NULL, FETCH_TITLE },
	{ "xpath", required_argument, NULL, FETCH_XPATH },
	{ "regex", required_argument, NULL, FETCH_REGEX },
	{ "first", no_argument, NULL, FETCH_FIRST },
	{ "tag", no_argument, NULL, FETCH_TAG },
	{ "json", no_argument, NULL, FETCH_JSON },
	{ "unordered", no_argument, NULL, FETCH_UNORDERED },
	{ "retries", required_argument, NULL, FETCH_RETRIES },
	{ "back-off", required_argument, NULL, FETCH_BACK_OFF },
	{ "timeout", required_argument, NULL, FETCH_TIMEOUT },
	{ "stall", required_argument, NULL, FETCH_STALL },
	{ "connect-timeout", required_argument, NULL, FETCH_CONNECT_TIMEOUT },
	{ "max-time", required_argument, NULL, FETCH_MAX_TIME },
	{ "max-size", required_argument, NULL, FETCH_MAX_SIZE },
	{ "progress", no_argument, NULL, FETCH_PROGRESS },
	{ "no-progress", no_argument, NULL, FETCH_NO_PROGRESS },
	{ "quiet", no_argument, NULL, FETCH_QUIET },
	{ "header", required_argument, NULL, 'H' },
	{ "user-agent", required_argument, NULL, FETCH_USER_AGENT },
	{ "method", required_argument, NULL, FETCH_METHOD },
	{ "data", required_argument, NULL, FETCH_DATA },
	{ "user", required_argument, NULL, FETCH_USER },
	{ "redirects", required_argument, NULL, FETCH_REDIRECTS },
	{ "proxy", required_argument, NULL, FETCH_PROXY },
	{ "insecure", no_argument, NULL, FETCH_INSECURE },
	{ "cacert", required_argument, NULL, FETCH_CACERT },
	{ "http1", no_argument, NULL, FETCH_HTTP1 },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const char agent_header[] = "User-Agent";

/* What is wanted of a page, as it was asked for. */
struct wanted {
	enum extract how;
	const char *expression; /* NULL: its body */
	bool first, twice;
};

static const char fetch[] = "fetch";

static bool need(const char *what)
{
	return option_need(fetch, what);
}

static bool no_memory(void)
{
	say("fetch: %s", tutti_strerror(-ENOMEM));
	return false;
}

/* A header, whose name is so many bytes; its value is lent. */
static bool add_header(struct fetch_options *o, const char *name, size_t size, const char *value)
{
	const char **larger = realloc(o->headers, (o->n_headers + 2) * sizeof *larger);

	if (!larger)
		return no_memory();
	o->headers = larger;
	larger[o->n_headers] = strndup(name, size);
	if (!larger[o->n_headers])
		return no_memory();
	larger[o->n_headers + 1] = value;
	o->n_headers += 2;
	return true;
}

static bool take_header(struct fetch_options *o)
{
	const char *colon = strchr(optarg, ':');

	if (!colon || colon == optarg || strpbrk(optarg, "\r\n"))
		return need("-H needs 'Name: value'");
	return add_header(
		o, optarg, (size_t)(colon - optarg), colon + 1 + strspn(colon + 1, " \t"));
}

static bool take_data(struct fetch_options *o)
{
	int rc;

	if (*optarg != '@') {
		o->data = tutti_bytes_text(optarg);
		return true;
	}
	rc = tutti_file_load(optarg + 1, &o->data);
	if (rc < 0)
		say("fetch: %s: %s", optarg + 1, tutti_strerror(rc));
	return rc == 0;
}

static bool want(struct wanted *w, enum extract how, const char *expression)
{
	w->twice = w->expression != NULL;
	w->how = how;
	w->expression = expression;
	return true;
}

static bool take_limit(int c, struct fetch_options *o)
{
	switch (c) {
	case FETCH_BACK_OFF:
		return option_time(fetch, "--back-off", &o->back_off);
	case FETCH_TIMEOUT:
		return option_time(fetch, "--timeout", &o->timeout);
	case FETCH_STALL:
		return option_time(fetch, "--stall", &o->stall);
	case FETCH_CONNECT_TIMEOUT:
		return option_time(fetch, "--connect-timeout", &o->connect_timeout);
	case FETCH_MAX_TIME:
		return option_time(fetch, "--max-time", &o->max_time);
	case FETCH_MAX_SIZE:
		return parse_size(optarg, &o->size_max) || need("--max-size needs a size as 10M");
	case FETCH_RETRIES:
		return option_count(fetch, "--retries", 0, &o->retries);
	case FETCH_REDIRECTS:
		o->no_redirects = strcmp(optarg, "0") == 0;
		return option_count(fetch, "--redirects", 0, &o->redirects);
	case FETCH_PER_HOST:
		return option_count(fetch, "--per-host", 1, &o->per_host);
	default:
		return false;
	}
}

static bool take_value(int c, struct fetch_options *o, struct wanted *w)
{
	const char **place = c == 'o'            ? &o->out
			     : c == 'a'          ? &o->file
			     : c == FETCH_METHOD ? &o->method
			     : c == FETCH_USER   ? &o->login
			     : c == FETCH_PROXY  ? &o->proxy
			     : c == FETCH_CACERT ? &o->trust
						 : NULL;

	if (place) {
		*place = optarg;
		return true;
	}
	if (c == 'j')
		return (parse_count(optarg, 1, &o->at_once) && o->at_once <= 100000) ||
		       need("-j needs a number from 1 to 100000");
	if (c == 'H')
		return take_header(o);
	if (c == FETCH_USER_AGENT)
		return add_header(o, agent_header, strlen(agent_header), optarg);
	if (c == FETCH_DATA)
		return take_data(o);
	if (c == FETCH_XPATH || c == FETCH_REGEX)
		return want(w, c == FETCH_XPATH ? EXTRACT_XPATH : EXTRACT_REGEX, optarg);
	return take_limit(c, o);
}

/* False: it is none. */
static bool take_flag(int c, struct fetch_options *o, struct wanted *w)
{
	bool *place = c == 'c'               ? &o->resume
		      : c == 'n'             ? &o->skip
		      : c == FETCH_FIRST     ? &w->first
		      : c == FETCH_TAG       ? &o->tag
		      : c == FETCH_JSON      ? &o->json
		      : c == FETCH_UNORDERED ? &o->unordered
		      : c == FETCH_QUIET     ? &o->quiet
		      : c == FETCH_INSECURE  ? &o->insecure
		      : c == FETCH_HTTP1     ? &o->http1
					     : NULL;

	if (place)
		*place = true;
	else if (c == FETCH_PROGRESS || c == FETCH_NO_PROGRESS)
		o->progress = c == FETCH_PROGRESS;
	else if (c == FETCH_TITLE)
		want(w, EXTRACT_TITLE, "");
	else
		return false;
	return true;
}

/* Does it go together? */
static bool is_sound(const struct fetch_options *o, const struct wanted *w)
{
	bool bodies = !o->out && !w->expression && !o->json;

	if (w->twice)
		say("fetch: one of --title, --xpath, --regex");
	else if (w->expression && o->out)
		say("fetch: --out keeps pages as they are; --title, --xpath, --regex print lines");
	else if ((o->resume || o->skip) && !o->out)
		say("fetch: --continue and --skip-existing are about files: say --out DIR");
	else if (w->first && !w->expression)
		say("fetch: --first is for --xpath and --regex");
	else if (o->tag && (o->json || !w->expression))
		say("fetch: --tag is for the lines of --title, --xpath, --regex");
	else if (o->unordered && bodies)
		say("fetch: bodies are printed in order: --unordered is for lines and objects");
	else
		return true;
	return false;
}

static int parse_words(int argc, char **argv, struct fetch_options *o, struct wanted *w)
{
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":j:a:o:cnH:h", long_options, NULL)) != -1) {
		if (c == 'h')
			return fetch_help();
		if (c == ':' || c == '?') {
			option_complain(fetch, c, argv);
			return option_misused(fetch);
		}
		if (!take_flag(c, o, w) && !take_value(c, o, w))
			return option_misused(fetch);
	}
	o->urls = argv + optind;
	o->n_urls = (size_t)(argc - optind);
	return is_sound(o, w) ? -1 : option_misused(fetch);
}

static bool has_header(const struct fetch_options *o, const char *name)
{
	for (size_t i = 0; i < o->n_headers; i += 2)
		if (strcasecmp(o->headers[i], name) == 0)
			return true;
	return false;
}

int fetch_options_parse(int argc, char **argv, struct fetch_options *o)
{
	struct wanted w = { 0 };
	int status = parse_words(argc, argv, o, &w);

	if (status >= 0)
		return status;
	if (o->data.data && !o->method)
		o->method = "POST";
	snprintf(o->agent, sizeof o->agent, "tutti/%s", tutti_version());
	if (!has_header(o, agent_header) &&
		!add_header(o, agent_header, strlen(agent_header), o->agent))
		return STATUS_FAILED;
	if (!w.expression)
		return -1;
	o->extractor = extractor_create(w.how, w.expression, w.first);
	return o->extractor ? -1 : STATUS_USAGE;
}

void fetch_options_free(struct fetch_options *o)
{
	for (size_t i = 0; i < o->n_headers; i += 2)
		free((char *)o->headers[i]);
	free(o->headers);
	tutti_bytes_free(&o->data);
	extractor_free(o->extractor);
}
