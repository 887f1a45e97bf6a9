/* SPDX-License-Identifier: MIT */
/* http_folder.c - a folder and all below it as a route: where a path leads, and where not. */
#include "net/http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/http_files.h>
#include <unistd.h>

/* What the route has: one block with all texts. */
struct folder {
	bool list, hidden;
	const char *path;
	const char *missing;   /* path of that page; NULL: none */
	const char *headers[]; /* names and values in turn, behind them NULL */
};

/* -- a request --------------------------------------------------------------------------------- */

/* Nothing of it is hidden, nor leads up; an empty segment only at the end. */
static bool may_lead(const char *path, bool hidden)
{
	for (const char *at = path;; at++) {
		size_t size = strcspn(at, "/");
		bool up = *at == '.' && (size == 1 || (size == 2 && at[1] == '.'));

		if (up || (*at == '.' && !hidden) || (size == 0 && *at))
			return false;
		at += size;
		if (!*at)
			return true;
	}
}

static int say_headers(tutti_http_exchange *x, const struct folder *f)
{
	int rc = 0;

	for (size_t i = 0; f->headers[i] && rc == 0; i += 2)
		rc = tutti_http_reply_header(x, f->headers[i], f->headers[i + 1]);
	return rc;
}

/* What a folder shows it shows under an address that ends with a slash. */
static int show_address(tutti_http_exchange *x)
{
	size_t size = strlen(x->path) + 1 + (x->query ? 1 + strlen(x->query) : 0) + 1;
	char *to = tu_http_take(x, size);

	if (!to)
		return -ENOMEM;
	snprintf(to, size, "%s/%s%s", x->path, x->query ? "?" : "", x->query ? x->query : "");
	if (tutti_http_reply_header(x, "Location", to) < 0)
		return tu_http_reply_status(x, 404);
	return tutti_http_reply(x, 301, NULL, tutti_bytes_text(""));
}

/* The page for what is not there, if there is one. */
static int show_nothing(tutti_http_exchange *x, const struct folder *f, int code)
{
	struct stat st;
	int fd = f->missing ? tu_http_file_open(f->missing, &st) : code;
	int rc;

	if (fd < 0)
		return tu_http_file_missing(x, code);
	rc = tutti_http_reply_begin(x, 404, tu_http_file_type(f->missing), st.st_size);
	if (rc == 0)
		rc = tu_http_write_file(x, fd, 0, st.st_size);
	close(fd);
	return rc;
}

/* The file, or, of an address that ends with a slash, what its folder shows. */
static int show_path(tutti_http_exchange *x, const struct folder *f, char *path, size_t size)
{
	bool is_folder = path[size - 1] == '/';
	struct stat st;
	int fd, rc;

	if (is_folder)
		strcpy(path + size, "index.html");
	fd = tu_http_file_open(path, &st);
	if (fd == -ENOENT && is_folder && f->list) {
		path[size] = '\0';
		fd = tu_http_list(x, path, f->hidden);
		if (fd == 0 || x->reply != TU_HTTP_NO_REPLY)
			return fd;
	}
	if (fd == -EISDIR && !is_folder)
		return show_address(x);
	if (fd == -ENOENT || fd == -ENOTDIR)
		return show_nothing(x, f, fd);
	if (fd < 0)
		return tu_http_file_missing(x, fd);
	rc = tu_http_file_reply(x, fd, &st, path, NULL);
	close(fd);
	return rc;
}

static int show(tutti_http_exchange *x, void *arg)
{
	const struct folder *f = arg;
	const char *below = tutti_http_path_value(x, "path");
	size_t size = strlen(f->path) + 1 + strlen(below);
	char *path = tu_http_take(x, size + sizeof("index.html"));
	int rc = path ? say_headers(x, f) : -ENOMEM;

	if (rc < 0)
		return rc;
	if (!may_lead(below, f->hidden))
		return show_nothing(x, f, -ENOENT);
	sprintf(path, "%s/%s", f->path, below);
	return show_path(x, f, path, size);
}

/* -- making one -------------------------------------------------------------------------------- */

/* How many texts there are; -EINVAL: one of them cannot be said. */
static int count_headers(const char *const *headers)
{
	int n = 0;

	for (; headers && headers[n]; n += 2)
		if (!headers[n + 1] || !tu_http_may_say(headers[n], headers[n + 1]))
			return -EINVAL;
	return n;
}

static const char *keep(char **room, const char *text)
{
	const char *kept = *room;

	*room = stpcpy(*room, text) + 1;
	return kept;
}

static struct folder *make(const char *path, const tutti_http_folder_options *o, int n)
{
	size_t pointers = ((size_t)n + 1) * sizeof(char *), size = 2 * (strlen(path) + 1);
	struct folder *f;
	char *room;

	size += o->missing ? strlen(o->missing) + 1 : 0;
	for (int i = 0; i < n; i++)
		size += strlen(o->headers[i]) + 1;
	f = malloc(sizeof(*f) + pointers + size);
	if (!f)
		return NULL;
	*f = (struct folder){ .list = o->list, .hidden = o->hidden };
	room = (char *)f + sizeof(*f) + pointers;
	f->path = keep(&room, path);
	for (int i = 0; i < n; i++)
		f->headers[i] = keep(&room, o->headers[i]);
	f->headers[n] = NULL;
	if (o->missing) {
		f->missing = room;
		sprintf(room, "%s/%s", path, o->missing);
	}
	return f;
}

static int check(const tutti_http_folder_options *o, const char *prefix)
{
	size_t size = strlen(prefix);

	for (size_t i = 0; i < sizeof(o->reserved) / sizeof(*o->reserved); i++)
		if (o->reserved[i] != 0)
			return -EINVAL;
	if (*prefix != '/' || prefix[size - 1] != '/' || strpbrk(prefix, "{} "))
		return -EINVAL;
	return count_headers(o->headers);
}

int tutti_http_server_folder(tutti_http_server *s, const char *prefix, const char *path,
	const tutti_http_folder_options *options)
{
	static const tutti_http_folder_options usual;
	const tutti_http_folder_options *o = options ? options : &usual;
	int n = check(o, prefix), rc = -ENOMEM;
	char *route;
	struct folder *f;

	if (n < 0)
		return n;
	route = malloc(strlen(prefix) + sizeof("GET {path...}"));
	f = make(path, o, n);
	if (route && f) {
		sprintf(route, "GET %s{path...}", prefix);
		rc = tu_http_server_add(s, route, show, f, f);
	}
	free(route);
	if (rc < 0)
		free(f);
	return rc;
}

int tutti_http_server_files(tutti_http_server *s, const char *prefix, const char *folder)
{
	return tutti_http_server_folder(s, prefix, folder, NULL);
}
