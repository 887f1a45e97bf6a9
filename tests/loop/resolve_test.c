/* SPDX-License-Identifier: MIT */
/* Names of hosts: what is known at once, and who is asked for the rest. */
#include "support/both.h"
#include "support/suite.h"

#include <errno.h>
#include <tutti/event.h>
#include <tutti/future.h>
#include <tutti/listener.h>
#include <tutti/resolver.h>
#include <tutti/task.h>

static const tutti_time past = 1;

static void addresses_are_their_own_answer(void)
{
	static const char *const same[] = { "127.0.0.1", "::1", "2001:db8::7" };
	tutti_ip ips[2];

	for (int i = 0; i < 3; i++) {
		CHECK_EQ(tutti_resolve_until(same[i], ips, 2, past), 1);
		CHECK_STR(ips[0].text, same[i]);
	}
	CHECK_EQ(tutti_resolve("0:0:0:0:0:0:0:1", ips, 2), 1);
	CHECK_STR(ips[0].text, "::1");
}

static void what_is_no_name_is_refused(void)
{
	static char huge[300];
	tutti_ip ip;

	memset(huge, 'a', sizeof huge - 1);
	CHECK_EQ(tutti_resolve("", &ip, 1), -EINVAL);
	CHECK_EQ(tutti_resolve(NULL, &ip, 1), -EINVAL);
	CHECK_EQ(tutti_resolve(huge, &ip, 1), -EINVAL);
	CHECK_EQ(tutti_resolve("::1", &ip, 0), -EINVAL);
	CHECK_EQ(tutti_resolve("::1", NULL, 1), -EINVAL);
}

/* Only what stands in the machine's own files. */
static void the_system_knows_this_machine(void)
{
	tutti_ip ips[8];
	int n = tutti_resolve("localhost", ips, 8);
	bool loopback = false;

	CHECK(n >= 1);
	for (int i = 0; i < n; i++)
		loopback |=
			strcmp(ips[i].text, "127.0.0.1") == 0 || strcmp(ips[i].text, "::1") == 0;
	CHECK(loopback);
	CHECK_EQ(tutti_resolve("localhost", ips, 1), 1);
}

/* -- somebody else ----------------------------------------------------------------------------- */

struct book {
	int asked, rc;
	tutti_time deadline;
	tutti_event *wait;
};

static int look_into(void *arg, const char *host, tutti_ip *ips, int max, tutti_time deadline)
{
	struct book *b = arg;

	b->asked++;
	b->deadline = deadline;
	if (b->wait)
		return tutti_event_wait_until(b->wait, deadline);
	CHECK_STR(host, "server.example");
	CHECK(max >= 2);
	if (b->rc < 0)
		return b->rc;
	strcpy(ips[0].text, "127.0.0.1");
	strcpy(ips[1].text, "nonsense");
	return 2;
}

static void a_resolver_is_asked_for_names(void)
{
	struct book b = { .asked = 0 };
	tutti_ip ips[4];

	CHECK_EQ(tutti_set_resolver(look_into, &b), 0);
	CHECK_EQ(tutti_resolve("127.0.0.1", ips, 4), 1);
	CHECK_EQ(b.asked, 0);
	CHECK_EQ(tutti_resolve_until("server.example", ips, 4, past), 1);
	CHECK_STR(ips[0].text, "127.0.0.1");
	CHECK_EQ(b.asked, 1);
	CHECK_EQ(b.deadline, past);
	b.rc = -EAGAIN;
	CHECK_EQ(tutti_resolve("server.example", ips, 4), -EAGAIN);
	CHECK_EQ(tutti_set_resolver(NULL, NULL), 0);
	CHECK(tutti_resolve("localhost", ips, 4) >= 1);
	CHECK_EQ(b.asked, 2);
}

static int answer(tutti_stream *s, void *arg)
{
	(void)arg;
	return tutti_stream_write(s, "hello", 5);
}

static void *serve(void *l)
{
	tutti_listener_serve(l, answer, NULL);
	return NULL;
}

static void streams_ask_it(void)
{
	struct book b = { .asked = 0 };
	char address[64], got[8];
	tutti_listener *l;
	tutti_stream *s;
	tutti_future *server;

	CHECK_EQ(tutti_listener_create(&l, "127.0.0.1:0", NULL), 0);
	server = tutti_task_start(serve, l, NULL);
	CHECK_EQ(tutti_set_resolver(look_into, &b), 0);
	snprintf(address, sizeof address, "server.example:%d", tutti_listener_port(l));
	CHECK_EQ(tutti_stream_connect(&s, address, NULL), 0);
	CHECK_EQ(tutti_stream_read(s, got, sizeof got), 5);
	tutti_stream_free(s);
	CHECK_EQ(b.asked, 1);
	b.rc = -ENOENT;
	CHECK_EQ(tutti_stream_connect(&s, address, NULL), -ENOENT);
	CHECK_EQ(tutti_set_resolver(NULL, NULL), 0);
	tutti_listener_close(l);
	CHECK_EQ(tutti_future_result(server, NULL, 0), 0);
	tutti_future_unref(server);
	tutti_listener_free(l);
}

static void *resolve_ever(void *arg)
{
	tutti_ip ip;

	*(int *)arg = tutti_resolve("server.example", &ip, 1);
	return NULL;
}

static void a_wait_for_it_ends_as_others_do(void)
{
	tutti_event never = { { 0 } };
	struct book b = { .wait = &never };
	tutti_future *task;
	tutti_ip ip;
	int rc = 0;

	CHECK_EQ(tutti_set_resolver(look_into, &b), 0);
	CHECK_EQ(tutti_resolve_until("server.example", &ip, 1, past), TUTTI_ETIMEDOUT);
	task = tutti_task_start(resolve_ever, &rc, NULL);
	while (b.asked < 2)
		tutti_yield();
	CHECK_EQ(tutti_future_cancel(task), 1);
	CHECK_EQ(tutti_future_result(task, NULL, 0), TUTTI_EJOBCANCELED);
	CHECK_EQ(rc, TUTTI_ECANCELED);
	tutti_future_unref(task);
	CHECK_EQ(tutti_set_resolver(NULL, NULL), 0);
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	RUN(addresses_are_their_own_answer);
	RUN(what_is_no_name_is_refused);
	RUN(the_system_knows_this_machine);
	RUN(a_resolver_is_asked_for_names);
	RUN(streams_ask_it);
	RUN(a_wait_for_it_ends_as_others_do);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
