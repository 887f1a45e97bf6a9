/* SPDX-License-Identifier: MIT */
/* web.h - what the tests of the HTTP client share: a server of ours, and one without manners. */
#ifndef TESTS_NET_WEB_H
#define TESTS_NET_WEB_H

#include "support/suite.h"

#include <errno.h>
#include <sys/socket.h>
#include <tutti/net.h>
#include <tutti/tutti.h>

static char web[64]; /* "http://127.0.0.1:PORT" */
static tutti_http_server *web_server;
static tutti_task *web_task;
static tutti_http_fault fault;

static void *web_serve(void *arg)
{
	return give(tutti_http_server_serve(arg));
}

static inline void web_make(void)
{
	CHECK_EQ(tutti_http_server_create(&web_server, "127.0.0.1:0"), 0);
	snprintf(web, sizeof web, "http://127.0.0.1:%d", tutti_http_server_port(web_server));
}

static inline void web_route(const char *route, tutti_http_handler fn, void *arg)
{
	CHECK_EQ(tutti_http_server_route(web_server, route, fn, arg), 0);
}

static inline void web_begin(void)
{
	web_task = tutti_task_start(web_serve, web_server, NULL);
}

static inline void web_end(void)
{
	tutti_future_cancel(web_task);
	CHECK_EQ(tutti_future_result(web_task, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(web_task);
	tutti_http_server_free(web_server);
}

/* The url of a path, as long as the block in which that is said. */
#define at(path) web_at((char[400]){ 0 }, path)

static inline const char *web_at(char url[400], const char *path)
{
	snprintf(url, 400, "%s%s", web, path);
	return url;
}

static inline tutti_http_session *open_session(void)
{
	tutti_http_session *s;

	CHECK_EQ(tutti_http_session_create(&s, NULL), 0);
	return s;
}

/* It is answered so. */
static inline void check_asked(tutti_http_session *s, const char *method, const char *path,
	const tutti_http_options *options, int status, const char *body)
{
	tutti_http_options o = options ? *options : (tutti_http_options){ 0 };
	tutti_http_response r;
	tutti_http_fault said;
	int rc;

	o.fault = &said;
	rc = tutti_http_request(s, &r, method, at(path), &o);
	CHECK_STR(said.text, "");
	CHECK_EQ(rc, 0);
	if (r.status != status)
		fprintf(stderr, "%.400s\n", (const char *)r.body.data);
	CHECK_EQ(r.status, status);
	CHECK_STR((const char *)r.body.data, body);
	CHECK_EQ(r.body.size, strlen(body));
	tutti_http_response_free(&r);
}

static inline void check_got(tutti_http_session *s, const char *path, const char *body)
{
	check_asked(s, "GET", path, NULL, 200, body);
}

/* It fails so, and the words begin with the server's place. */
static inline void check_fails(tutti_http_session *s, const char *url,
	const tutti_http_options *options, int code, const char *words)
{
	tutti_http_options o = options ? *options : (tutti_http_options){ 0 };
	tutti_http_response r = { .status = 1 };

	o.fault = &fault;
	CHECK_EQ(tutti_http_get(s, &r, url, &o), code);
	if (words && !strstr(fault.text, words))
		CHECK_STR(fault.text, words);
	CHECK_EQ(r.status, 1);
}

/* -- a listener that says what it is told ------------------------------------------------------ */

struct rude {
	tutti_listener *listener;
	tutti_task *task;
	const char *says; /* to each that has asked; then it hangs up */
	size_t size;      /* 0: as long as the text */
	bool resets;      /* it hangs up by a reset */
	bool waits;       /* it does not hang up */
	bool hasty;       /* it does not wait until it is asked */
	int accepted, ended;
	char url[64];
};

static inline int rude_closes(tutti_stream *s, struct rude *rude)
{
	shutdown(tutti_stream_fd(s), SHUT_RDWR);
	rude->ended++;
	return 0;
}

static inline int rude_answer(tutti_stream *s, void *arg)
{
	struct rude *rude = arg;
	tutti_bytes head;
	struct linger linger = { 1, 0 };

	rude->accepted++;
	if (!rude->hasty && tutti_stream_read_past(s, "\r\n\r\n", 4, 100000, &head) < 0)
		return 0;
	if (!rude->hasty)
		tutti_bytes_free(&head);
	if (rude->says)
		tutti_stream_write(s, rude->says, rude->size ? rude->size : strlen(rude->says));
	if (rude->waits)
		tutti_sleep(TUTTI_SECONDS(3600));
	if (rude->resets)
		setsockopt(tutti_stream_fd(s), SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	return rude->resets ? 0 : rude_closes(s, rude);
}

static inline void *rude_serve(void *arg)
{
	struct rude *rude = arg;

	tutti_listener_serve(rude->listener, rude_answer, rude);
	return NULL;
}

static inline void rude_begin(struct rude *rude, const char *says)
{
	*rude = (struct rude){ .says = says };
	CHECK_EQ(tutti_listener_create(&rude->listener, "127.0.0.1:0", NULL), 0);
	snprintf(rude->url, sizeof rude->url, "http://127.0.0.1:%d/",
		tutti_listener_port(rude->listener));
	rude->task = tutti_task_start(rude_serve, rude, NULL);
}

static inline void rude_end(struct rude *rude)
{
	tutti_future_cancel(rude->task);
	tutti_future_result(rude->task, NULL, 0);
	tutti_future_unref(rude->task);
	tutti_listener_free(rude->listener);
}

#endif
