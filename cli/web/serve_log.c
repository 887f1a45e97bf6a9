/* SPDX-License-Identifier: MIT */
/* serve_log.c - a line for each request: one call of stdio, so that those of loops do not mix. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "web/serve.h"

static struct {
	FILE *file;
	const char *name;
	tutti_once told; /* that it cannot be written */
} out;

static int tell_loss(void *why)
{
	say("serve: %s: %s; requests are missing there", out.name, tutti_strerror(*(int *)why));
	return 0;
}

static void write_line(const char *line)
{
	int rc = 0;

	if (fprintf(out.file, "%s\n", line) < 0)
		rc = -errno;
	if (rc < 0 && out.file != stderr)
		tutti_once_run(&out.told, tell_loss, &rc);
}

static void note(const tutti_http_record *r, void *arg)
{
	char line[1024], *longer;
	size_t size = tutti_http_record_text(r, line, sizeof line) + 1;

	(void)arg;
	longer = size > sizeof line ? malloc(size) : NULL;
	if (longer)
		tutti_http_record_text(r, longer, size);
	write_line(longer ? longer : line);
	free(longer);
}

int log_open(const struct serve *s, tutti_http_server *server)
{
	out.name = s->log;
	if (!s->log && s->quiet)
		return 0;
	out.file = s->log ? fopen(s->log, "ae") : stderr;
	if (!out.file)
		return -errno;
	if (s->log)
		setvbuf(out.file, NULL, _IOLBF, BUFSIZ);
	return tutti_http_server_log(server, note, NULL);
}
