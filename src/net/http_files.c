/* SPDX-License-Identifier: MIT */
/* http_files.c - a file as a reply: whether at all, and which part of it. */
#include "net/http.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <tutti/error.h>
#include <tutti/file.h>
#include <tutti/http_files.h>
#include <unistd.h>

/* -- what is said about it --------------------------------------------------------------------- */

const char *tu_http_file_type(const char *path)
{
	static const struct {
		const char *extension, *type;
	} known[] = {
		{ "html", "text/html; charset=utf-8" },
		{ "htm", "text/html; charset=utf-8" },
		{ "css", "text/css; charset=utf-8" },
		{ "js", "text/javascript; charset=utf-8" },
		{ "mjs", "text/javascript; charset=utf-8" },
		{ "json", "application/json" },
		{ "xml", "application/xml" },
		{ "txt", "text/plain; charset=utf-8" },
		{ "md", "text/markdown; charset=utf-8" },
		{ "csv", "text/csv; charset=utf-8" },
		{ "svg", "image/svg+xml" },
		{ "png", "image/png" },
		{ "jpg", "image/jpeg" },
		{ "jpeg", "image/jpeg" },
		{ "gif", "image/gif" },
		{ "webp", "image/webp" },
		{ "avif", "image/avif" },
		{ "ico", "image/x-icon" },
		{ "pdf", "application/pdf" },
		{ "wasm", "application/wasm" },
		{ "woff", "font/woff" },
		{ "woff2", "font/woff2" },
		{ "ttf", "font/ttf" },
		{ "mp3", "audio/mpeg" },
		{ "ogg", "audio/ogg" },
		{ "mp4", "video/mp4" },
		{ "webm", "video/webm" },
		{ "zip", "application/zip" },
		{ "gz", "application/gzip" },
	};
	const char *name = strrchr(path, '/'), *dot = strrchr(name ? name : path, '.');

	for (size_t i = 0; dot && i < sizeof(known) / sizeof(*known); i++)
		if (tu_http_same_name(dot + 1, known[i].extension))
			return known[i].type;
	return "application/octet-stream";
}

/* A file as it is now; both texts change when it does. */
struct state {
	int64_t size;
	time_t modified;
	char tag[48];
	char date[32];
};

static struct state state_of(const struct stat *st)
{
	time_t now = time(NULL);
	struct state s = { .size = st->st_size,
		.modified = st->st_mtime < now ? st->st_mtime : now }; /* none that is to come */

	snprintf(s.tag, sizeof(s.tag), "\"%" PRIx64 "-%" PRIx64 "%08lx\"", (uint64_t)st->st_size,
		(uint64_t)st->st_mtim.tv_sec, (unsigned long)st->st_mtim.tv_nsec);
	tu_http_date_of(s.modified, s.date);
	return s;
}

/* -- which part -------------------------------------------------------------------------------- */

struct part {
	int64_t from, size;
};

enum wanted { WHOLE, PART, NOTHING };

/* Digits, up to a number that no file is longer than; the place behind them, or NULL. */
static const char *number(const char *at, int64_t *n)
{
	const char *begin = at;

	for (*n = 0; *at >= '0' && *at <= '9'; at++)
		*n = *n > INT64_MAX / 10 - 1 ? INT64_MAX / 10 - 1 : *n * 10 + (*at - '0');
	return at > begin ? at : NULL;
}

/* "bytes=0-99", "bytes=100-", "bytes=-100"; of several parts, and of what is none, the whole. */
static enum wanted parse_range(const char *text, int64_t size, struct part *part)
{
	int64_t from, to = size - 1;
	const char *at;

	if (strncasecmp(text, "bytes=", 6) != 0)
		return WHOLE;
	text += 6;
	if (*text == '-') {
		at = number(text + 1, &from);
		if (!at || *at)
			return WHOLE;
		*part = (struct part){ from < size ? size - from : 0, from < size ? from : size };
		return part->size > 0 ? PART : NOTHING;
	}
	at = number(text, &from);
	if (!at || *at++ != '-')
		return WHOLE;
	if (*at) {
		at = number(at, &to);
		if (!at || *at || to < from)
			return WHOLE;
	}
	if (from >= size)
		return NOTHING;
	to = to < size ? to : size - 1;
	*part = (struct part){ from, to - from + 1 };
	return PART;
}

/* A part is of use only to who has the rest of this very file. */
static enum wanted wanted(const tutti_http_exchange *x, const struct state *s, struct part *part)
{
	const char *range = tutti_http_request_header(x, "Range");
	const char *only_if = tutti_http_request_header(x, "If-Range");

	*part = (struct part){ 0, s->size };
	if (s->size == 0)
		return WHOLE; /* the last bytes of nothing are there, but cannot be said */
	if (!range || strcmp(tutti_http_method(x), "GET") != 0)
		return WHOLE;
	if (only_if && strcmp(only_if, s->tag) != 0 && strcmp(only_if, s->date) != 0)
		return WHOLE;
	return parse_range(range, s->size, part);
}

/* -- the reply --------------------------------------------------------------------------------- */

static int say_state(tutti_http_exchange *x, const struct state *s)
{
	int rc = tutti_http_reply_header(x, "Last-Modified", s->date);

	if (rc == 0)
		rc = tutti_http_reply_header(x, "ETag", s->tag);
	if (rc == 0)
		rc = tutti_http_reply_header(x, "Accept-Ranges", "bytes");
	return rc;
}

static int say_part(tutti_http_exchange *x, const struct state *s, const struct part *part)
{
	char text[80];

	if (part)
		snprintf(text, sizeof(text), "bytes %" PRId64 "-%" PRId64 "/%" PRId64, part->from,
			part->from + part->size - 1, s->size);
	else
		snprintf(text, sizeof(text), "bytes */%" PRId64, s->size);
	return tutti_http_reply_header(x, "Content-Range", text);
}

int tu_http_file_reply(struct tutti_http_exchange *x, int fd, const struct stat *st,
	const char *path, const char *type)
{
	struct state s = state_of(st);
	struct part part;
	enum wanted how = wanted(x, &s, &part);
	int rc = say_state(x, &s), status = tu_http_condition(x, s.tag, s.modified);

	if (rc == 0 && status != 0)
		return tutti_http_reply(x, status, NULL, tutti_bytes_text(""));
	if (rc == 0 && how != WHOLE)
		rc = say_part(x, &s, how == PART ? &part : NULL);
	if (rc == 0 && how == NOTHING)
		return tutti_http_reply(x, 416, NULL, tutti_bytes_text(""));
	if (rc == 0)
		rc = tutti_http_reply_begin(x, how == PART ? 206 : 200,
			type ? type : tu_http_file_type(path), part.size);
	return rc < 0 ? rc : tu_http_write_file(x, fd, part.from, part.size);
}

int tu_http_file_open(const char *path, struct stat *st)
{
	/* Not to wait for whoever writes into a fifo. */
	int fd = tutti_file_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0), rc = 0;

	if (fd < 0)
		return fd;
	if (fstat(fd, st) < 0)
		rc = -errno;
	else if (S_ISDIR(st->st_mode))
		rc = -EISDIR;
	else if (!S_ISREG(st->st_mode))
		rc = -EACCES;
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

/* A file that cannot be had is the client's news, and one that the machine cannot open now ours. */
int tu_http_file_missing(struct tutti_http_exchange *x, int code)
{
	switch (code) {
	case -ENOENT:
	case -ENOTDIR:
	case -EISDIR:
	case -ENAMETOOLONG:
	case -ELOOP:
		return tu_http_reply_status(x, 404);
	case -EACCES:
	case -EPERM:
	case -ENXIO: /* it is a socket */
		return tu_http_reply_status(x, 403);
	default:
		return code;
	}
}

int tutti_http_reply_file(tutti_http_exchange *x, const char *path, const char *type)
{
	struct stat st;
	int fd, rc;

	if (x->reply != TU_HTTP_NO_REPLY)
		return -EALREADY;
	fd = tu_http_file_open(path, &st);
	if (fd < 0)
		return tu_http_file_missing(x, fd);
	rc = tu_http_file_reply(x, fd, &st, path, type);
	close(fd);
	return rc;
}
