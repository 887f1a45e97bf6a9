/* SPDX-License-Identifier: MIT */
/* Files as replies: which one, whether at all, and which part. */
#define _GNU_SOURCE
#include "net/talk.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <tutti/stream_read.h>

static struct talk talk;
static char folder[] = "/tmp/tutti-http-XXXXXX";
static tutti_http_server *server, *other; /* with options */

static const char *at(const char *name)
{
	static char path[200];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void put(const char *name, const char *text)
{
	struct timespec then[2] = { { 1000000000, 0 }, { 1000000000, 500000000 } };
	int fd = open(at(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	CHECK(fd >= 0);
	CHECK_EQ(write(fd, text, strlen(text)), strlen(text));
	CHECK_EQ(futimens(fd, then), 0);
	close(fd);
}

static int one(tutti_http_exchange *x, void *arg)
{
	return tutti_http_reply_file(x, arg, NULL);
}

static void begin(void)
{
	CHECK(mkdtemp(folder));
	CHECK_EQ(mkdir(at("public"), 0700), 0);
	CHECK_EQ(mkdir(at("public/sub"), 0700), 0);
	CHECK_EQ(mkdir(at("public/empty"), 0700), 0);
	CHECK_EQ(mkfifo(at("public/fifo"), 0600), 0);
	CHECK_EQ(symlink("ten.txt", at("public/link.txt")), 0);
	put("secret", "secret");
	put("public/.hidden", "hidden");
	put("public/index.html", "<index>");
	put("public/sub/index.html", "<sub>");
	put("public/a b.json", "{}");
	put("public/ten.txt", "0123456789");
	put("public/nothing", "");
	CHECK_EQ(tutti_http_server_create(&server, NULL), 0);
	CHECK_EQ(tutti_http_server_files(server, "/f/", at("public")), 0);
	CHECK_EQ(tutti_http_server_files(server, "/f/", at("public")), -EEXIST);
	CHECK_EQ(tutti_http_server_files(server, "/f", at("public")), -EINVAL);
	CHECK_EQ(tutti_http_server_files(server, "f/", at("public")), -EINVAL);
	CHECK_EQ(tutti_http_server_files(server, "/{f}/", at("public")), -EINVAL);
	CHECK_EQ(tutti_http_server_route(server, "/one", one, "/nowhere"), 0);
}

static void end(void)
{
	static const char *const all[] = { "secret", "public/.hidden", "public/index.html",
		"public/sub/index.html", "public/a b.json", "public/ten.txt", "public/nothing",
		"public/link.txt", "public/fifo" };

	tutti_http_server_free(server);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		CHECK_EQ(unlink(at(all[i])), 0);
	CHECK_EQ(rmdir(at("public/sub")), 0);
	CHECK_EQ(rmdir(at("public/empty")), 0);
	CHECK_EQ(rmdir(at("public")), 0);
	CHECK_EQ(rmdir(folder), 0);
}

/* Status and body of a GET with these headers. */
static int ask(tutti_http_server *s, const char *path, const char *headers, const char **body)
{
	char text[500];
	int status = 0;

	snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: a\r\n%s\r\n", path, headers);
	answer(&talk, s, text, strlen(text), 1 << 20);
	CHECK_EQ(sscanf(talk.said, "HTTP/1.1 %d ", &status), 1);
	*body = strstr(talk.said, "\r\n\r\n");
	CHECK(*body);
	*body += 4;
	return status;
}

static int get(const char *path, const char *headers, const char **body)
{
	return ask(server, path, headers, body);
}

static void which(void)
{
	static const struct {
		const char *path;
		int status;
		const char *body, *type;
	} all[] = {
		{ "/f/ten.txt", 200, "0123456789", "text/plain; charset=utf-8" },
		{ "/f/link.txt", 200, "0123456789", "text/plain; charset=utf-8" },
		{ "/f/", 200, "<index>", "text/html; charset=utf-8" },
		{ "/f/sub/", 200, "<sub>", "text/html; charset=utf-8" },
		{ "/f/a%20b.json", 200, "{}", "application/json" },
		{ "/f/nothing", 200, "", "application/octet-stream" },
		{ "/f/sub%2Findex.html", 200, "<sub>", "text/html; charset=utf-8" },
		{ "/f/sub", 301, "", NULL },
		{ "/f/sub?a", 301, "", NULL },
		{ "/f/empty/", 404, NULL, NULL },
		{ "/f/none", 404, NULL, NULL },
		{ "/f/ten.txt/", 404, NULL, NULL },
		{ "/f/ten.txt/x", 404, NULL, NULL },
		{ "/f/.hidden", 404, NULL, NULL },
		{ "/f/fifo", 403, NULL, NULL },
		{ "/f/../secret", 404, NULL, NULL },
		{ "/f/%2e%2e/secret", 404, NULL, NULL },
		{ "/f/..%2Fsecret", 404, NULL, NULL },
		{ "/f/sub/../../secret", 404, NULL, NULL },
		{ "/f/sub/%2E./../secret", 404, NULL, NULL },
		{ "/f/./ten.txt", 404, NULL, NULL },
		{ "/f//ten.txt", 404, NULL, NULL },
		{ "/f//etc/passwd", 404, NULL, NULL },
		{ "/f/%2Fetc/passwd", 404, NULL, NULL },
		{ "/f/ten.txt%00.png", 400, NULL, NULL },
		{ "/one", 404, NULL, NULL },
	};
	char line[100];

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		const char *body;

		CHECK_EQ(get(all[i].path, "", &body), all[i].status);
		CHECK(!strstr(talk.said, "secret") && !strstr(talk.said, "root:"));
		if (all[i].body)
			CHECK_STR(body, all[i].body);
		snprintf(line, sizeof line, "Content-Type: %s\r\n", all[i].type ? all[i].type : "");
		CHECK(!all[i].type || strstr(talk.said, line));
		CHECK(all[i].status != 301 || strstr(talk.said, "Location: /f/sub/\r\n") ||
			strstr(talk.said, "Location: /f/sub/?a\r\n"));
	}
}

static const char *header(const char *name)
{
	static char value[100];
	const char *found = strstr(talk.said, name);

	CHECK(found && sscanf(found + strlen(name), ": %99[^\r]", value) == 1);
	return value;
}

static void whether_at_all(void)
{
	char tag[100], line[200];
	const char *body;

	CHECK_EQ(get("/f/ten.txt", "", &body), 200);
	CHECK_STR(header("Last-Modified"), "Sun, 09 Sep 2001 01:46:40 GMT");
	strcpy(tag, header("ETag"));
	snprintf(line, sizeof line, "If-None-Match: \"x\", W/%s\r\n", tag);
	CHECK_EQ(get("/f/ten.txt", line, &body), 304);
	CHECK_STR(body, "");
	CHECK_STR(header("ETag"), tag);
	CHECK_EQ(get("/f/ten.txt", "If-None-Match: *\r\n", &body), 304);
	CHECK_EQ(get("/f/ten.txt",
			 "If-None-Match: \"x\"\r\n"
			 "If-Modified-Since: Sun, 09 Sep 2001 01:46:40 GMT\r\n",
			 &body),
		200);
	CHECK_EQ(get("/f/ten.txt", "If-Modified-Since: Sun, 09 Sep 2001 01:46:40 GMT\r\n", &body),
		304);
	CHECK_EQ(get("/f/ten.txt", "If-Modified-Since: Sun, 09 Sep 2001 01:46:39 GMT\r\n", &body),
		200);
	CHECK_EQ(get("/f/ten.txt", "If-Modified-Since: Sunday, 09-Sep-01 01:46:40 GMT\r\n", &body),
		304);
	CHECK_EQ(get("/f/ten.txt", "If-Modified-Since: Sun Sep  9 01:46:40 2001\r\n", &body), 304);
	CHECK_EQ(get("/f/ten.txt", "If-Modified-Since: Sun Sep  9 01:46:39 2001\r\n", &body), 200);
	CHECK_EQ(get("/f/ten.txt", "If-Modified-Since: Mon, 30 Feb 2101 01:46:40 GMT\r\n", &body),
		200);
	CHECK_EQ(get("/f/ten.txt", "If-Modified-Since: Mon, +1 Feb 2101 01:46:40 GMT\r\n", &body),
		200);
	CHECK_EQ(get("/f/ten.txt", "If-Modified-Since: Mon, 01 Feb 2101 24:46:40 GMT\r\n", &body),
		200);
	CHECK_EQ(get("/f/ten.txt", "If-Modified-Since: yesterday\r\n", &body), 200);
	CHECK_EQ(get("/f/ten.txt", "If-Modified-Since: Sun, 09 epO 2101 01:46:40 GMT\r\n", &body),
		200);
	/* In a tag there may be what looks like others. */
	snprintf(line, sizeof line, "If-None-Match: \"a,%s\r\n", tag);
	CHECK_EQ(get("/f/ten.txt", line, &body), 200);
	CHECK_EQ(get("/f/ten.txt", "If-None-Match: \"a,*\"\r\n", &body), 200);
	snprintf(line, sizeof line, "If-None-Match: \"a,*\"\r\nIf-None-Match: %s\r\n", tag);
	CHECK_EQ(get("/f/ten.txt", line, &body), 304);
	put("public/ten.txt", "changed, longer");
	CHECK_EQ(get("/f/ten.txt", line, &body), 200);
	put("public/ten.txt", "0123456789");
}

/* What the client has is of no use with another part. */
static void only_if_it_is_this(void)
{
	char tag[100], line[300];
	const char *body;

	CHECK_EQ(get("/f/ten.txt", "If-Match: *\r\n", &body), 200);
	strcpy(tag, header("ETag"));
	CHECK_EQ(get("/f/ten.txt", "If-Match: \"x\"\r\n", &body), 412);
	CHECK_STR(body, "");
	CHECK_EQ(get("/f/none", "If-Match: \"x\"\r\n", &body), 404);
	snprintf(line, sizeof line, "If-Match: \"x\", %s\r\nRange: bytes=0-1\r\n", tag);
	CHECK_EQ(get("/f/ten.txt", line, &body), 206);
	snprintf(line, sizeof line, "If-Match: \"x\"\r\nIf-Match: %s\r\n", tag);
	CHECK_EQ(get("/f/ten.txt", line, &body), 200);
	snprintf(line, sizeof line, "If-Match: W/%s\r\n", tag);
	CHECK_EQ(get("/f/ten.txt", line, &body), 412);
	snprintf(line, sizeof line, "If-Match: %s\r\nIf-None-Match: %s\r\n", tag, tag);
	CHECK_EQ(get("/f/ten.txt", line, &body), 304);
	CHECK_EQ(get("/f/ten.txt", "If-Unmodified-Since: Sun, 09 Sep 2001 01:46:40 GMT\r\n", &body),
		200);
	CHECK_EQ(get("/f/ten.txt", "If-Unmodified-Since: Sun, 09 Sep 2001 01:46:39 GMT\r\n", &body),
		412);
	/* The tag, if there is one, counts instead of the date. */
	snprintf(line, sizeof line,
		"If-Match: %s\r\nIf-Unmodified-Since: Sun, 09 Sep 2001 01:46:39 GMT\r\n", tag);
	CHECK_EQ(get("/f/ten.txt", line, &body), 200);
}

/* A file's clock may be ahead, or anywhere; what it says is none to come, and a date. */
static void odd_times(void)
{
	static const time_t odd[] = { 4000000000, 300000000000, -3000000000, -70000000000 };

	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		struct timespec then[2] = { { odd[i], 0 }, { odd[i], 0 } };
		const char *body;
		struct tm t;

		CHECK_EQ(utimensat(AT_FDCWD, at("public/ten.txt"), then, 0), 0);
		CHECK_EQ(get("/f/ten.txt", "", &body), 200);
		CHECK(strptime(header("Last-Modified"), "%a, %d %b %Y %H:%M:%S GMT", &t));
		CHECK(timegm(&t) <= time(NULL));
	}
	put("public/ten.txt", "0123456789");
}

/* Neither a file nor a folder. */
static void a_socket(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const char *body;

	CHECK(fd >= 0);
	snprintf(name.sun_path, sizeof name.sun_path, "%s", at("public/socket"));
	CHECK_EQ(bind(fd, (struct sockaddr *)&name, sizeof name), 0);
	CHECK_EQ(get("/f/socket", "", &body), 403);
	close(fd);
	CHECK_EQ(unlink(at("public/socket")), 0);
}

static void which_part(void)
{
	static const struct {
		const char *range;
		int status;
		const char *body, *part;
	} all[] = {
		{ "bytes=0-3", 206, "0123", "bytes 0-3/10" },
		{ "bytes=9-", 206, "9", "bytes 9-9/10" },
		{ "bytes=8-100", 206, "89", "bytes 8-9/10" },
		{ "Bytes=-2", 206, "89", "bytes 8-9/10" },
		{ "bytes=-100", 206, "0123456789", "bytes 0-9/10" },
		{ "bytes=0-99999999999999999999", 206, "0123456789", "bytes 0-9/10" },
		{ "bytes=10-", 416, "", "bytes */10" },
		{ "bytes=99999999999999999999-", 416, "", "bytes */10" },
		{ "bytes=-0", 416, "", "bytes */10" },
		{ "bytes=3-2", 200, "0123456789", NULL },
		{ "bytes=0-1,3-4", 200, "0123456789", NULL },
		{ "bytes=a-b", 200, "0123456789", NULL },
		{ "bytes=", 200, "0123456789", NULL },
		{ "bytes=-", 200, "0123456789", NULL },
		{ "lines=0-1", 200, "0123456789", NULL },
	};
	char line[200], tag[100];
	const char *body;

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		snprintf(line, sizeof line, "Range: %s\r\n", all[i].range);
		CHECK_EQ(get("/f/ten.txt", line, &body), all[i].status);
		CHECK_STR(body, all[i].body);
		CHECK_EQ(strstr(talk.said, "Content-Range: ") != NULL, all[i].part != NULL);
		if (all[i].part)
			CHECK_STR(header("Content-Range"), all[i].part);
	}
	strcpy(tag, header("ETag"));
	snprintf(line, sizeof line, "Range: bytes=1-1\r\nIf-Range: %s\r\n", tag);
	CHECK_EQ(get("/f/ten.txt", line, &body), 206);
	CHECK_EQ(get("/f/ten.txt",
			 "Range: bytes=1-1\r\nIf-Range: Sun, 09 Sep 2001 01:46:40 GMT\r\n", &body),
		206);
	CHECK_EQ(get("/f/ten.txt", "Range: bytes=1-1\r\nIf-Range: \"old\"\r\n", &body), 200);
	/* Of nothing there is a last byte, or none: a 206 that says so there is not. */
	CHECK_EQ(get("/f/nothing", "Range: bytes=-1\r\n", &body), 200);
	CHECK_EQ(get("/f/nothing", "Range: bytes=0-\r\n", &body), 200);
}

static void only_the_head(void)
{
	static const char text[] = "HEAD /f/ten.txt HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1\r\n\r\n"
				   "GET /f/ten.txt HTTP/1.1\r\nHost: a\r\n\r\n";
	const char *second;

	answer(&talk, server, text, sizeof text - 1, sizeof text);
	CHECK_STR(header("Content-Length"), "10");
	second = strstr(talk.said, "\r\n\r\n") + 4;
	CHECK(strncmp(second, "HTTP/1.1 200 ", 13) == 0);
	CHECK_STR(strstr(second, "\r\n\r\n") + 4, "0123456789");
}

/* More than a socket takes at once, while the client reads slowly. */
static void a_large_one(void)
{
	enum { SIZE = 3 << 20 };
	static const char text[] = "GET /f/large HTTP/1.1\r\nHost: a\r\n\r\n";
	char *block = malloc(SIZE);
	size_t seen = 0;
	char piece[10000];
	tutti_bytes head;
	ssize_t n;
	int fd = open(at("public/large"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	CHECK(block && fd >= 0);
	for (size_t i = 0; i < SIZE; i++)
		block[i] = (char)(i % 251);
	CHECK_EQ(write(fd, block, SIZE), SIZE);
	close(fd);
	talk_begin(&talk, server);
	talk_say(&talk, text, sizeof text - 1, sizeof text);
	CHECK_EQ(tutti_stream_shutdown(talk.far), 0);
	CHECK_EQ(tutti_stream_read_past(talk.far, "\r\n\r\n", 4, 4096, &head), 0);
	tutti_bytes_free(&head);
	while ((n = tutti_stream_read(talk.far, piece, sizeof piece)) > 0) {
		CHECK(seen + (size_t)n <= SIZE && memcmp(piece, block + seen, (size_t)n) == 0);
		seen += (size_t)n;
	}
	CHECK_EQ(seen, SIZE);
	CHECK_EQ(talk_end(&talk), 0);
	CHECK_EQ(unlink(at("public/large")), 0);
	free(block);
}

/* -- with options ------------------------------------------------------------------------------ */

static void make_other(void)
{
	static const char *const headers[] = { "X-One", "1", "Cache-Control", "no-cache", NULL };
	static const char *const own[] = { "Connection", "close", NULL };
	static const char *const half[] = { "X-One", NULL };
	static const char *const two_lines[] = { "X-One", "a\r\nX-Two: b", NULL };
	tutti_http_folder_options options = { .list = true, .missing = "404.html" };

	CHECK_EQ(tutti_http_server_create(&other, NULL), 0);
	options.headers = own;
	CHECK_EQ(tutti_http_server_folder(other, "/", at("public"), &options), -EINVAL);
	options.headers = half;
	CHECK_EQ(tutti_http_server_folder(other, "/", at("public"), &options), -EINVAL);
	options.headers = two_lines;
	CHECK_EQ(tutti_http_server_folder(other, "/", at("public"), &options), -EINVAL);
	options.headers = headers;
	options.reserved[3] = 1;
	CHECK_EQ(tutti_http_server_folder(other, "/", at("public"), &options), -EINVAL);
	options.reserved[3] = 0;
	CHECK_EQ(tutti_http_server_folder(other, "/", at("public"), &options), 0);
	options.hidden = true;
	CHECK_EQ(tutti_http_server_folder(other, "/all/", at("public"), &options), 0);
}

static void hidden_ones(void)
{
	const char *body;

	CHECK_EQ(ask(other, "/.hidden", "", &body), 404);
	CHECK_EQ(ask(other, "/all/.hidden", "", &body), 200);
	CHECK_STR(body, "hidden");
	CHECK_EQ(ask(other, "/all/../secret", "", &body), 404);
	CHECK_EQ(ask(other, "/all/..", "", &body), 404);
	CHECK_EQ(ask(other, "/all/.", "", &body), 404);
	CHECK_EQ(ask(other, "/all/%2e%2e/secret", "", &body), 404);
	CHECK_EQ(ask(other, "/all/sub/%2e%2e%2f%2e%2e%2fsecret", "", &body), 404);
	CHECK(!strstr(talk.said, "secret"));
}

static void a_page_for_what_is_missing(void)
{
	const char *body;

	CHECK_EQ(ask(other, "/none", "", &body), 404);
	CHECK_STR(body, "404 Not Found\n");
	put("public/404.html", "<gone>");
	CHECK_EQ(ask(other, "/none", "Range: bytes=0-1\r\nIf-None-Match: *\r\n", &body), 404);
	CHECK_STR(body, "<gone>");
	CHECK_STR(header("Content-Type"), "text/html; charset=utf-8");
	CHECK_STR(header("X-One"), "1");
	CHECK_EQ(ask(other, "/../none", "", &body), 404);
	CHECK_STR(body, "<gone>");
	CHECK_EQ(ask(other, "/404.html", "", &body), 200);
	CHECK_EQ(unlink(at("public/404.html")), 0);
}

static void headers_of_all(void)
{
	const char *body;

	CHECK_EQ(ask(other, "/ten.txt", "", &body), 200);
	CHECK_STR(header("X-One"), "1");
	CHECK_STR(header("Cache-Control"), "no-cache");
	CHECK_EQ(ask(other, "/ten.txt", "If-None-Match: *\r\n", &body), 304);
	CHECK_STR(header("Cache-Control"), "no-cache");
}

/* A year that is no int: some file systems keep it. */
static void a_list_of_what_is_from_beyond_all_years(void)
{
	struct timespec then[2] = { { INT64_MAX, 0 }, { INT64_MAX, 0 } };
	char shared[] = "/dev/shm/tutti-http-XXXXXX", path[sizeof shared + 2];
	tutti_http_folder_options options = { .list = true };
	tutti_http_server *s;
	const char *body;
	struct stat st;

	CHECK(mkdtemp(shared));
	snprintf(path, sizeof path, "%s/a", shared);
	close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	CHECK_EQ(utimensat(AT_FDCWD, path, then, 0), 0);
	CHECK_EQ(stat(path, &st), 0);
	CHECK_EQ(tutti_http_server_create(&s, NULL), 0);
	CHECK_EQ(tutti_http_server_folder(s, "/", shared, &options), 0);
	CHECK_EQ(ask(s, "/", "", &body), 200);
	if (st.st_mtime == INT64_MAX)
		CHECK(strstr(body, "<td>0 B</td><td></td></tr>"));
	CHECK_EQ(ask(s, "/a", "", &body), 200);
	tutti_http_server_free(s);
	CHECK_EQ(unlink(path), 0);
	CHECK_EQ(rmdir(shared), 0);
}

/* Folders first, each in the order of its bytes; what is no name of a file is shown as none. */
static void a_list(void)
{
	static const char *const all[] = { "<a href=\"../\">../</a>",
		"<a href=\"./link/\">link/</a></td><td></td><td>",
		"<a href=\"./z%20%26%3C%22%27%25/\">z &amp;&lt;&quot;'%/</a>",
		"<a href=\"./%01\">\xef\xbf\xbd</a></td><td>1023 B</td><td>2001-09-09 01:46</td>",
		"<a href=\"./a%3Ab%3F%23\">a:b?#</a></td><td>1.0 KiB</td>",
		"<a href=\"./%C3%BC%FF%FE\">\xc3\xbc\xef\xbf\xbd\xef\xbf\xbd</a></td>"
		"<td>1.0 MiB</td>",
		"</table></body></html>\n" };
	static const struct {
		const char *name;
		off_t size;
	} files[] = { { "\x01", 1023 }, { "a:b?#", 1024 }, { "\xc3\xbc\xff\xfe", 1048575 } };
	const char *body, *found;
	char name[100];

	CHECK_EQ(mkdir(at("public/empty/z &<\"'%"), 0700), 0);
	CHECK_EQ(symlink("../sub", at("public/empty/link")), 0);
	CHECK_EQ(symlink("nowhere", at("public/empty/broken")), 0);
	CHECK_EQ(mkfifo(at("public/empty/fifo"), 0600), 0);
	put("public/empty/.hidden", "");
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		snprintf(name, sizeof name, "public/empty/%s", files[i].name);
		put(name, "");
		CHECK_EQ(truncate(at(name), files[i].size), 0);
		if (i == 0)
			CHECK_EQ(utimensat(AT_FDCWD, at(name),
					 (struct timespec[]){ { 1, 0 }, { 1000000000, 0 } }, 0),
				0);
	}
	CHECK_EQ(ask(other, "/empty/", "", &body), 200);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		found = strstr(body, all[i]);
		if (!found)
			fprintf(stderr, "not behind the one before: %s\n", all[i]);
		CHECK(found);
		body = found;
	}
	CHECK(!strstr(talk.said, "hidden") && !strstr(talk.said, "broken"));
	CHECK(!strstr(talk.said, "fifo"));
	CHECK_STR(header("X-One"), "1");
	CHECK_EQ(ask(other, "/all/empty/", "", &body), 200);
	CHECK(strstr(body, "<a href=\"./.hidden\">.hidden</a>"));
	CHECK_EQ(ask(other, "/empty", "", &body), 301);
	CHECK_EQ(ask(other, "/none/", "", &body), 404);
	CHECK_EQ(ask(other, "/ten.txt/", "", &body), 404);
	CHECK_EQ(ask(other, "/", "", &body), 200);
	CHECK_STR(body, "<index>");
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		snprintf(name, sizeof name, "public/empty/%s", files[i].name);
		CHECK_EQ(unlink(at(name)), 0);
	}
	CHECK_EQ(unlink(at("public/empty/.hidden")), 0);
	CHECK_EQ(unlink(at("public/empty/link")), 0);
	CHECK_EQ(unlink(at("public/empty/broken")), 0);
	CHECK_EQ(unlink(at("public/empty/fifo")), 0);
	CHECK_EQ(rmdir(at("public/empty/z &<\"'%")), 0);
}

static void *everything(void *arg)
{
	begin();
	make_other();
	RUN(which);
	RUN(whether_at_all);
	RUN(only_if_it_is_this);
	RUN(odd_times);
	RUN(a_socket);
	RUN(which_part);
	RUN(only_the_head);
	RUN(a_large_one);
	RUN(hidden_ones);
	RUN(a_page_for_what_is_missing);
	RUN(headers_of_all);
	RUN(a_list);
	RUN(a_list_of_what_is_from_beyond_all_years);
	tutti_http_server_free(other);
	end();
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
