/* SPDX-License-Identifier: MIT */
/*
 * http_files_fuzz.c - an address below a folder that is served, and in further lines headers about
 * it. Whatever is served is a file in that folder, of which nothing is hidden, and just the part of
 * it that is said.
 */
#define _GNU_SOURCE
#include "driver.h"

#include <ctype.h>
#include <sys/stat.h>

#include "net/canned.h"

static char outside[PATH_MAX], folder[PATH_MAX];
static tutti_http_server *server;

/* -- the folder -------------------------------------------------------------------------------- */

static const struct {
	const char *name, *text;
} files[] = { { "secret", "outside" }, { "public/ten.txt", "0123456789" },
	{ "public/index.html", "<index>" }, { "public/sub/index.html", "<sub>" },
	{ "public/a b", "blank" }, { "public/%41", "percent" }, { "public/\\", "backslash" },
	{ "public/.hidden", "hidden" }, { "public/empty", "" } };
enum { FILES = sizeof files / sizeof *files };

static const char *at(const char *name)
{
	static char path[PATH_MAX + 100];

	snprintf(path, sizeof path, "%s/%s", outside, name);
	return path;
}

static void remove_all(void)
{
	for (size_t i = 0; i < FILES; i++)
		unlink(at(files[i].name));
	unlink(at("public/fifo"));
	rmdir(at("public/sub"));
	rmdir(folder);
	rmdir(outside);
}

static void make(void)
{
	const char *tmp = getenv("TMPDIR");
	char made[PATH_MAX];

	snprintf(made, sizeof made, "%s/tutti-fuzz-XXXXXX", tmp ? tmp : "/tmp");
	CHECK(mkdtemp(made) && realpath(made, outside));
	atexit(remove_all);
	CHECK_EQ(mkdir(at("public"), 0700), 0);
	CHECK(realpath(at("public"), folder));
	CHECK_EQ(mkdir(at("public/sub"), 0700), 0);
	CHECK_EQ(mkfifo(at("public/fifo"), 0600), 0);
	for (size_t i = 0; i < FILES; i++) {
		struct timespec then[2] = { { 1000000000, 0 }, { 1000000000, 0 } };
		size_t size = strlen(files[i].text);
		int fd = open(at(files[i].name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

		CHECK(fd >= 0 && write(fd, files[i].text, size) == (ssize_t)size);
		CHECK_EQ(futimens(fd, then), 0);
		close(fd);
	}
}

/* -- what it says ------------------------------------------------------------------------------ */

/* The path of the file that the address names, as the system sees it. false: there is none. */
static bool resolve(const char *address, char real[PATH_MAX])
{
	char path[PATH_MAX];
	size_t n = (size_t)snprintf(path, sizeof path, "%s/", folder);

	for (; *address && !strchr("?#", *address) && n < sizeof path - 20; address++) {
		char digits[3] = { address[0] == '%' ? address[1] : '\0', '\0', '\0' };

		if (digits[0])
			digits[1] = address[2];
		path[n++] = digits[0] ? (char)strtol(digits, NULL, 16) : *address;
		address += digits[0] ? 2 : 0;
	}
	path[n] = '\0';
	if (path[n - 1] == '/')
		strcpy(path + n, "index.html");
	return realpath(path, real) != NULL;
}

static const char *header(const char *reply, const char *body, const char *name)
{
	const char *found = memmem(reply, (size_t)(body - reply), name, strlen(name));

	return found ? found + strlen(name) : NULL;
}

static const char *text_of(const char *real)
{
	size_t n = strlen(outside);

	FUZZ_CHECK(strncmp(real, folder, strlen(folder)) == 0 && real[strlen(folder)] == '/');
	FUZZ_CHECK(!strstr(real + strlen(folder), "/."));
	for (size_t i = 0; i < FILES; i++)
		if (strcmp(real + n + 1, files[i].name) == 0)
			return files[i].text;
	FUZZ_CHECK(!"a file that was not made");
	return NULL;
}

static void check_file(const char *address, unsigned status, const char *reply, const char *body)
{
	const char *part = header(reply, body, "\r\nContent-Range: "), *text;
	char real[PATH_MAX];
	size_t from = 0, to, all;

	FUZZ_CHECK(resolve(address, real));
	text = text_of(real);
	to = strlen(text);
	if (status == 206) {
		FUZZ_CHECK(part && sscanf(part, "bytes %zu-%zu/%zu\r", &from, &to, &all) == 3);
		FUZZ_CHECK(from <= to && to < all && all == strlen(text));
		to++;
	} else {
		FUZZ_CHECK(!part);
	}
	FUZZ_CHECK(strlen(body) == to - from && memcmp(body, text + from, to - from) == 0);
}

static void check(const char *address, const struct canned *c)
{
	const char *body = strstr(c->out, "\r\n\r\n");
	unsigned status = 0;

	FUZZ_CHECK(body && sscanf(c->out, "HTTP/1.1 %3u ", &status) == 1);
	body += 4;
	switch (status) {
	case 200:
	case 206:
		check_file(address, status, c->out, body);
		break;
	case 301:
		FUZZ_CHECK(strncmp(header(c->out, body, "\r\nLocation: "), "/f/", 3) == 0);
		break;
	case 304:
	case 412:
	case 416:
		FUZZ_CHECK(*body == '\0');
		break;
	default:
		FUZZ_CHECK(status >= 400 && status != 500 && *body == (char)('0' + status / 100));
	}
}

/* -- a target ---------------------------------------------------------------------------------- */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *line = size > 0 ? memchr(data, '\n', size) : NULL;
	size_t of_address = line ? (size_t)(line - data) : size;
	char address[1024], text[4096];
	struct canned c = { .in = text };

	if (!server) {
		make();
		CHECK_EQ(tutti_http_server_create(&server, NULL), 0);
		CHECK_EQ(tutti_http_server_files(server, "/f/", folder), 0);
	}
	if (of_address >= sizeof address || size > 2048)
		return 0;
	if (of_address > 0)
		memcpy(address, data, of_address);
	address[of_address] = '\0';
	if (strlen(address) != of_address || strpbrk(address, " \r"))
		return 0; /* http_request_fuzz.c is about that */
	c.in_size = (size_t)snprintf(text, sizeof text,
		"GET /f/%s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%.*s\r\n\r\n", address,
		line ? (int)(size - of_address - 1) : 0, line ? (const char *)line + 1 : "");
	CHECK(c.in_size < sizeof text);
	canned_serve(&c, server);
	if (c.out_size > 0)
		check(address, &c);
	free(c.out);
	return 0;
}

FUZZ_MAIN("http_files", 100000)
