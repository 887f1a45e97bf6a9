/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-valgrind */
/*
 * Without descriptors: whoever serves, accepts or looks a name up is told, and nobody is lost.
 * (Valgrind accepts all the same, closes it and says that it could not.)
 */
#include "support/child.h"
#include "support/filter.h"
#include "support/leaks.h"
#include "support/listening.h"
#include "support/suite.h"

#include <errno.h>
#include <sys/resource.h>
#include <tutti/listener.h>
#include <tutti/resolver.h>

static int told, threads_at_rest;

static void count_reports(int code, const char *text, void *arg)
{
	(void)code, (void)arg;
	CHECK(strstr(text, "cannot accept just now"));
	told++;
}

/* Out of descriptors: it says so once, nobody is lost, and it goes on when there are some. */
static void out_of_descriptors_it_waits(void)
{
	struct rlimit had, few;
	tutti_future *server;
	tutti_stream *s;
	int spare[64], n = 0;

	told = 0;
	tutti_set_reporter(count_reports, NULL);
	listen_at("127.0.0.1:0");
	server = tutti_task_start(serve, NULL, NULL);
	s = visit();
	check_echo(s, "first");
	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &had), 0);
	few = had;
	EVENTUALLY(leaks_threads() <= threads_at_rest); /* those of earlier tests have pollers */
	few.rlim_cur = (rlim_t)leaks_descriptors() + 20;
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
	while (n < 64 && (spare[n] = dup(0)) >= 0)
		n++;
	CHECK(n > 1 && n < 64);
	close(spare[--n]);
	tutti_stream *late = visit(); /* takes the last one */
	CHECK_EQ(tutti_stream_write(late, "x", 1), 0);
	EVENTUALLY(told == 1);
	check_echo(s, "those who are there are served");
	while (n > 0)
		close(spare[--n]);
	CHECK_EQ(tutti_stream_read(late, &(char){ 0 }, 1), 1);
	tutti_stream_free(late);
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(50)), 0); /* so that its task ends */
	while (n < 64 && (spare[n] = dup(0)) >= 0) /* and a second time at once, which is no news */
		n++;
	CHECK(n > 1 && n < 64);
	close(spare[--n]);
	late = visit();
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(100)), 0);
	CHECK_EQ(told, 1);
	while (n > 0)
		close(spare[--n]);
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &had), 0);
	tutti_stream_free(late);
	tutti_stream_free(s);
	end_server(server);
	tutti_set_reporter(NULL, NULL);
}

/* A firewall, or a filter, refuses one that has come: perhaps not the next. */
__attribute__((unused)) static void refused_it_goes_on(void)
{
	pid_t child = child_fork();

	if (child == 0) {
		tutti_future *server;
		tutti_stream *s;

		told = 0;
		tutti_set_reporter(count_reports, NULL);
		listen_at("127.0.0.1:0");
		server = tutti_task_start(serve, NULL, NULL);
		settle();
		filter_refuse(SYS_accept4, EPERM);
		s = visit();
		EVENTUALLY(told == 1);
		CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(50)), 0);
		CHECK_EQ(told, 1);
		tutti_stream_free(s);
		end_server(server);
		_exit(0);
	}
	child_wait(child);
}

/* An accept by hand is told, each time; who waits is had when there is a descriptor. */
static void out_of_descriptors_an_accept_says_so(void)
{
	struct rlimit had, few;
	tutti_stream *near, *far;
	char c;

	listen_at("127.0.0.1:0");
	CHECK_EQ(tutti_listener_accept_until(listener, &far, tutti_after(1)), TUTTI_ETIMEDOUT);
	near = visit();
	CHECK_EQ(tutti_stream_write(near, "x", 1), 0);
	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &had), 0);
	few = had;
	few.rlim_cur = 3; /* which those that are open have passed */
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(tutti_listener_accept(listener, &far), -EMFILE);
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &had), 0);
	CHECK_EQ(tutti_listener_accept(listener, &far), 0);
	CHECK_EQ(tutti_stream_read(far, &c, 1), 1);
	tutti_stream_free(near);
	tutti_stream_free(far);
	tutti_listener_free(listener);
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
/* A name that could not be asked for is not one that does not exist. */
static void out_of_descriptors_a_name_is_not_unknown(void)
{
	struct rlimit was, few;
	tutti_ip ip;
	int next = dup(STDIN_FILENO);

	CHECK(next >= 0);
	close(next);
	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &was), 0);
	few = was;
	few.rlim_cur = (rlim_t)next; /* all below are taken */
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
	CHECK_EQ(tutti_resolve("nobody.invalid", &ip, 1), -EMFILE);
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &was), 0);
}

static void *everything(void *arg)
{
	threads_at_rest = leaks_threads();
	RUN(out_of_descriptors_it_waits);
	RUN(out_of_descriptors_an_accept_says_so);
#ifndef __SANITIZE_THREAD__ /* in a forked child it takes a switch of stacks for a race */
	RUN(refused_it_goes_on);
#endif
	RUN(out_of_descriptors_a_name_is_not_unknown);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
