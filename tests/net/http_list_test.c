/* SPDX-License-Identifier: MIT */
/* The list of a huge folder: it goes out piece by piece, in order, and each name once. */
#define _GNU_SOURCE
#include "net/talk.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

enum { FILES = 1500, FOLDERS = 500 };

static struct talk talk;
static char folder[] = "/tmp/tutti-list-XXXXXX";
static char page[1 << 20];
static tutti_http_server *server;

static void make(void)
{
	tutti_http_folder_options options = { .list = true };
	char path[100];

	CHECK(mkdtemp(folder));
	for (int i = 0; i < FILES; i++) {
		snprintf(path, sizeof path, "%s/a-rather-long-name-%04d.txt", folder, i);
		close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	}
	for (int i = 0; i < FOLDERS; i++) {
		snprintf(path, sizeof path, "%s/folder-%04d", folder, i);
		CHECK_EQ(mkdir(path, 0700), 0);
	}
	CHECK_EQ(tutti_http_server_create(&server, NULL), 0);
	CHECK_EQ(tutti_http_server_folder(server, "/", folder, &options), 0);
}

static void unmake(void)
{
	char path[100];

	tutti_http_server_free(server);
	for (int i = 0; i < FILES; i++) {
		snprintf(path, sizeof path, "%s/a-rather-long-name-%04d.txt", folder, i);
		CHECK_EQ(unlink(path), 0);
	}
	for (int i = 0; i < FOLDERS; i++) {
		snprintf(path, sizeof path, "%s/folder-%04d", folder, i);
		CHECK_EQ(rmdir(path), 0);
	}
	CHECK_EQ(rmdir(folder), 0);
}

static void get(const char *line)
{
	char text[100];
	size_t size = 0;
	ssize_t n;

	snprintf(text, sizeof text, "%s\r\nHost: a\r\nConnection: close\r\n\r\n", line);
	talk_begin(&talk, server);
	talk_say(&talk, text, strlen(text), strlen(text));
	while ((n = tutti_stream_read(talk.far, page + size, sizeof page - 1 - size)) > 0)
		size += (size_t)n;
	CHECK_EQ(n, 0);
	page[size] = '\0';
	tutti_stream_free(talk.far);
	CHECK_EQ(finish(talk.task), 0);
}

/* Each row once, in its order; what ends it is not cut off. */
static void check_rows(void)
{
	const char *at = strstr(page, "<a href=\"../\">");
	char row[200];

	CHECK(!at); /* it is the root */
	at = page;
	for (int i = 0; i < FOLDERS; i++) {
		snprintf(row, sizeof row, "<a href=\"./folder-%04d/\">folder-%04d/</a>", i, i);
		at = strstr(at, row);
		CHECK(at);
	}
	for (int i = 0; i < FILES; i++) {
		snprintf(row, sizeof row, ">a-rather-long-name-%04d.txt</a></td><td>0 B</td>", i);
		at = strstr(at, row);
		CHECK(at);
		CHECK(!strstr(at + 1, row));
	}
	CHECK(strstr(at, "</table></body></html>\n"));
}

static void goes_out_in_pieces(void)
{
	get("GET / HTTP/1.1");
	CHECK(strncmp(page, "HTTP/1.1 200 OK\r\n", 17) == 0);
	CHECK(strstr(page, "\r\nTransfer-Encoding: chunked\r\n"));
	CHECK(strstr(page, "\r\nContent-Type: text/html; charset=utf-8\r\n"));
	CHECK_STR(page + strlen(page) - 7, "\r\n0\r\n\r\n");
	check_rows();
	get("GET / HTTP/1.0");
	CHECK(!strstr(page, "chunked"));
	check_rows();
	get("HEAD / HTTP/1.1");
	CHECK(strncmp(page, "HTTP/1.1 200 OK\r\n", 17) == 0);
	CHECK(!strstr(page, "<"));
}

/* Who leaves meanwhile ends it. */
static void is_broken_off(void)
{
	static const char text[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
	intptr_t rc;

	talk_begin(&talk, server);
	talk_say(&talk, text, sizeof text - 1, sizeof text);
	CHECK(talk_hear(&talk));
	tutti_stream_free(talk.far);
	rc = finish(talk.task);
	CHECK(rc == -EPIPE || rc == -ECONNRESET || rc == 0); /* 0: all of it was under way */
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	make();
	RUN(goes_out_in_pieces);
	RUN(is_broken_off);
	unmake();
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
