/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-tsan LABELS no-asan LABELS no-valgrind LABELS no-qemu */
/*
 * A session with a fork in between: the child leaves the connections of its parent alone.
 *
 * no-tsan, no-asan: as in exec/fork_test.c.
 */
#include "net/web.h"

#include <sys/wait.h>

static int answered;

static int hello(tutti_http_exchange *x, void *arg)
{
	(void)arg;
	answered++;
	return tutti_http_reply(x, 200, NULL, tutti_bytes_text("hello"));
}

/* What a parent has open its child leaves alone. */
static void children_make_their_own(void)
{
	tutti_http_session *s = open_session();
	int status;
	pid_t pid;

	web_make();
	web_route("GET /", hello, NULL);
	web_begin();
	check_got(s, "/", "hello");
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		struct rude rude;
		tutti_http_response r;

		rude_begin(&rude, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
		if (tutti_http_get(s, &r, rude.url, NULL) != 0)
			_exit(1);
		tutti_http_response_free(&r);
		tutti_http_session_free(s);
		_exit(0);
	}
	EVENTUALLY(waitpid(pid, &status, WNOHANG) == pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	check_got(s, "/", "hello");
	CHECK_EQ(answered, 2);
	tutti_http_session_free(s);
	web_end();
}

static void *everything(void *arg)
{
	RUN(children_make_their_own);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
