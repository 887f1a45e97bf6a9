/* SPDX-License-Identifier: MIT */
/* serve_options.c - the words behind `tutti serve`. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "map_options.h"
#include "option.h"
#include "web/serve.h"

enum which {
	NO_LISTING = 256,
	HIDDEN,
	HEADER,
	MAX_AGE,
	TLS_CERT,
	TLS_KEY,
	LOG,
	GRACE,
	DEMO,
	DELAY
};

static const struct option long_options[] = { { "listen", required_argument, NULL, 'l' },
	{ "loops", required_argument, NULL, 'j' }, { "quiet", no_argument, NULL, 'q' },
	{ "no-listing", no_argument, NULL, NO_LISTING }, { "hidden", no_argument, NULL, HIDDEN },
	{ "header", required_argument, NULL, HEADER },
	{ "max-age", required_argument, NULL, MAX_AGE },
	{ "tls-cert", required_argument, NULL, TLS_CERT },
	{ "tls-key", required_argument, NULL, TLS_KEY }, { "log", required_argument, NULL, LOG },
	{ "grace", required_argument, NULL, GRACE }, { "demo", no_argument, NULL, DEMO },
	{ "delay", required_argument, NULL, DELAY }, { OPTION_TIMELINE_LONG },
	{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 } };

static int help(void)
{
	puts("usage: tutti serve [OPTION...] [FOLDER]\n"
	     "       tutti serve --demo [OPTION...]\n"
	     "\n"
	     "Serves FOLDER (.) and all below it over HTTP, and prints where, until Ctrl-C or\n"
	     "SIGTERM: then requests under way may finish; once more ends it at once. A folder\n"
	     "is its index.html, or else a list; 404.html in FOLDER is the page for what is not\n"
	     "there.\n"
	     "\n"
	     "  -l, --listen ADDR  HOST:PORT, PORT, :PORT for every address of this machine, or\n"
	     "                     unix:PATH (127.0.0.1:8000); port 0 is one that is free\n"
	     "  -j, --loops N      so many loops, each on a thread (1); 0: one for each CPU\n"
	     "  --no-listing       a folder without an index.html is not found\n"
	     "  --hidden           names that begin with a dot are served too\n"
	     "  --header 'N: V'    say this with each reply; may be given several times\n"
	     "  --max-age TIME     how long others may keep what they got, without asking (0)\n"
	     "  --tls-cert FILE    serve over TLS, with this certificate and its chain\n"
	     "  --tls-key FILE     its key, unless that is in the same file\n"
	     "  --log FILE         append a line for each request there, not to standard error\n"
	     "  -q, --quiet        no such lines on standard error\n"
	     "  --timeline FILE    write who ran what when to FILE: .svg, .json or .txt\n"
	     "  --grace TIME       requests under way have so long at the end (10)\n"
	     "  --demo             in place of a folder /bobo, /jay and /tom, pages that take\n"
	     "                     their time, and /echo, which shows the request; at\n"
	     "                     127.0.0.1:5000\n"
	     "  --delay TIME       how long those pages take (2)");
	return STATUS_FINE;
}

static bool need(const char *what)
{
	return option_need("serve", what);
}

static bool add_header(struct serve *s, const char *name, const char *value)
{
	if (s->n_headers == 2 * HEADERS_MOST) {
		say("serve: more than %d headers", HEADERS_MOST);
		return false;
	}
	s->headers[s->n_headers++] = name;
	s->headers[s->n_headers++] = value;
	return true;
}

/* "Name: value", which is cut in two where it lies. */
static bool take_header(struct serve *s, char *text)
{
	char *colon = strchr(text, ':');

	if (!colon || colon == text)
		return need("--header needs NAME: VALUE");
	*colon = '\0';
	return add_header(s, text, colon + 1 + strspn(colon + 1, " \t"));
}

static bool take_max_age(struct serve *s)
{
	tutti_time age = 0;

	if (strcmp(optarg, "0") != 0 && !parse_duration(optarg, &age))
		return need("--max-age needs a time, such as 60 or 1h");
	snprintf(s->max_age, sizeof s->max_age, "max-age=%lld", (long long)(age / 1000000000));
	return true;
}

static bool take_loops(struct serve *s)
{
	if (!parse_count(optarg, 0, &s->loops) || s->loops > 1024)
		return need("--loops needs a number from 0 to 1024");
	if (s->loops == 0)
		s->loops = tutti_cpu_count();
	return true;
}

static bool take_time(tutti_time *out, const char *what)
{
	*out = 0;
	return strcmp(optarg, "0") == 0 || parse_duration(optarg, out) || need(what);
}

static bool take_flag(struct serve *s, int c)
{
	s->bare |= c == NO_LISTING;
	s->hidden |= c == HIDDEN;
	s->quiet |= c == 'q';
	s->demo |= c == DEMO;
	return true;
}

static bool take(struct serve *s, int c)
{
	switch (c) {
	case 'l':
		s->listen = optarg;
		return true;
	case 'j':
		return take_loops(s);
	case HEADER:
		return take_header(s, optarg);
	case MAX_AGE:
		return take_max_age(s);
	case TLS_CERT:
		s->certificate = optarg;
		return true;
	case TLS_KEY:
		s->key = optarg;
		return true;
	case OPTION_TIMELINE:
		return option_timeline("serve");
	case LOG:
		s->log = optarg;
		return true;
	case GRACE:
		return take_time(&s->grace, "--grace needs a time, such as 0.5 or 2m");
	case DELAY:
		return take_time(&s->delay, "--delay needs a time, such as 0.5 or 2m");
	default:
		return take_flag(s, c);
	}
}

/* Of several folders, or none; and what does not go together. */
static bool is_sound(struct serve *s, int argc, char **argv)
{
	if (argc - optind > (s->demo ? 0 : 1)) {
		say(s->demo ? "serve: --demo serves no folder, and there is '%s'"
			    : "serve: one folder, and there is '%s' too",
			argv[optind + (s->demo ? 0 : 1)]);
		return false;
	}
	if (s->demo && (s->bare || s->hidden || s->n_headers > 0 || *s->max_age)) {
		say("serve: --no-listing, --hidden, --header and --max-age are for a folder");
		return false;
	}
	if (!s->demo && s->delay >= 0) {
		say("serve: --delay is for --demo");
		return false;
	}
	if (optind < argc)
		s->folder = argv[optind];
	if (s->key && !s->certificate) {
		say("serve: --tls-key is for --tls-cert, which is not there");
		return false;
	}
	for (int i = 0; i < s->n_headers; i += 2)
		if (strcasecmp(s->headers[i], "Cache-Control") == 0)
			return true;
	return add_header(s, "Cache-Control", *s->max_age ? s->max_age : "no-cache");
}

static void set_defaults(struct serve *s)
{
	if (s->delay < 0)
		s->delay = TUTTI_SECONDS(2);
	if (!s->listen)
		s->listen = s->demo ? "127.0.0.1:5000" : "127.0.0.1:8000";
}

bool serve_parse(struct serve *s, int argc, char **argv, int *status)
{
	bool fine = true;
	int c;

	*s = (struct serve){ .folder = ".", .loops = 1, .delay = -1, .grace = TUTTI_SECONDS(10) };
	*status = STATUS_USAGE;
	optind = 0;
	while (fine && (c = getopt_long(argc, argv, ":l:j:qh", long_options, NULL)) != -1) {
		if (c == 'h') {
			*status = help();
			return false;
		}
		fine = c != '?' && c != ':';
		if (fine)
			fine = take(s, c);
		else
			option_complain("serve", c, argv);
	}
	fine = fine && is_sound(s, argc, argv);
	if (fine)
		set_defaults(s);
	return fine;
}
