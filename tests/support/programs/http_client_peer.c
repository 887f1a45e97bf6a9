/* SPDX-License-Identifier: MIT */
/*
 * http_client_peer.c - our client of HTTP, for servers of other make:
 *
 *     http_client_peer get URL...            all at once; a line for each, in this order
 *     http_client_peer post URL TEXT         as it is
 *     http_client_peer form URL NAME VALUE
 *     http_client_peer upload URL BYTES      piece by piece, of a length that is not said
 *     http_client_peer stream URL            counts what comes
 *
 * A line is the status, how long the body is, a sum of its bytes, the first of them; or the error.
 * In the environment TRUST is a file of certificates, HTTP1 means no HTTP/2.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/net.h>
#include <tutti/tutti.h>

enum { MOST = 200 };

struct asked {
	const char *url;
	int rc;
	tutti_http_response r;
	tutti_http_fault fault;
};

static tutti_http_session *session;

static void *get(void *arg)
{
	struct asked *a = arg;

	a->rc = tutti_http_get(session, &a->r, a->url, &(tutti_http_options){ .fault = &a->fault });
	return NULL;
}

static uint32_t sum(uint32_t s, const void *data, size_t size)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < size; i++)
		s = s * 31 + bytes[i];
	return s;
}

static int show(struct asked *a)
{
	int first;

	if (a->rc < 0)
		return printf("%s %s\n", tutti_errname(a->rc), a->fault.text);
	first = (int)strcspn(a->r.body.data, "\n");
	printf("%d %zu %" PRIu32 " %.*s\n", a->r.status, a->r.body.size,
		sum(0, a->r.body.data, a->r.body.size), first < 60 ? first : 60,
		(const char *)a->r.body.data);
	tutti_http_response_free(&a->r);
	return 0;
}

static void get_all(char **urls, int n)
{
	static struct asked all[MOST];
	tutti_group tasks = { 0 };

	for (int i = 0; i < n && i < MOST; i++) {
		all[i].url = urls[i];
		tutti_group_start(&tasks, get, &all[i]);
	}
	tutti_group_join(&tasks);
	for (int i = 0; i < n && i < MOST; i++)
		show(&all[i]);
}

static ssize_t read_source(void *arg, void *data, size_t size)
{
	size_t *left = arg, n = *left < size ? *left : size;

	memset(data, 'u', n);
	*left -= n;
	return (ssize_t)n;
}

static void post(const char *url, tutti_http_options o)
{
	struct asked a = { 0 };

	o.fault = &a.fault;
	a.rc = tutti_http_post(session, &a.r, url, &o);
	show(&a);
}

static void stream(const char *url)
{
	char piece[10000];
	struct asked a = { 0 };
	tutti_http_options o = { .fault = &a.fault };
	ssize_t n = tutti_http_open(session, &a.r, "GET", url, &o);
	size_t size = 0;
	uint32_t s = 0;

	while (n >= 0 && (n = tutti_http_response_read(&a.r, piece, sizeof piece)) > 0) {
		size += (size_t)n;
		s = sum(s, piece, (size_t)n);
	}
	if (n < 0)
		printf("%s %s\n", tutti_errname((int)n), a.fault.text);
	else
		printf("%d %zu %" PRIu32 "\n", a.r.status, size, s);
	tutti_http_response_free(&a.r);
}

int main(int argc, char **argv)
{
	tutti_http_session_options o = { .trust = getenv("TRUST"), .http1 = getenv("HTTP1") };
	size_t left = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
	const char *const form[] = { argv[3], argc > 4 ? argv[4] : NULL, NULL };

	if (argc < 3 || tutti_http_session_create(&session, NULL) < 0 ||
		tutti_http_session_configure(session, &o) < 0)
		return 2;
	if (strcmp(argv[1], "get") == 0)
		get_all(argv + 2, argc - 2);
	else if (strcmp(argv[1], "stream") == 0)
		stream(argv[2]);
	else if (strcmp(argv[1], "post") == 0)
		post(argv[2], (tutti_http_options){ .body = tutti_bytes_text(argv[3]) });
	else if (strcmp(argv[1], "form") == 0)
		post(argv[2], (tutti_http_options){ .form = form });
	else
		post(argv[2],
			(tutti_http_options){ .read = read_source, .arg = &left, .size = -1 });
	tutti_http_session_free(session);
	return 0;
}
