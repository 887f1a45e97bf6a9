/* SPDX-License-Identifier: MIT */
/* serve.h - what the files of `tutti serve` share. */
#ifndef CLI_WEB_SERVE_H
#define CLI_WEB_SERVE_H

#include <tutti/net.h>

#include "web.h"

enum { HEADERS_MOST = 32 };

struct serve {
	const char *listen, *folder, *log, *certificate, *key;
	bool demo, bare, hidden, quiet; /* bare: folders are not listed */
	int loops;
	tutti_time delay, grace;
	char max_age[40];
	const char *headers[2 * HEADERS_MOST + 1]; /* names and values in turn */
	int n_headers;                             /* texts */
};

/* Read the words; false: it has said what is wrong, or it was asked for help: *status says. */
bool serve_parse(struct serve *s, int argc, char **argv, int *status);

/* Where each request is written to. 0, or -errno. */
int log_open(const struct serve *s, tutti_http_server *server);

/* The pages of --demo; url is where they are. 0, or an error. */
int demo_add(tutti_http_server *server, const struct serve *s, const char *url);

#endif
