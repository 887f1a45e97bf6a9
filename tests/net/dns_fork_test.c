/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-tsan LABELS no-asan LABELS no-valgrind LABELS no-qemu */
/*
 * Names with a fork in between: the child begins afresh, and what waits there goes on.
 *
 * no-tsan, no-asan: as in exec/fork_test.c.
 */
#include "support/child.h"
#include "support/dns_server.h"
#include "support/suite.h"

#include "net/dns.h"

#include <fcntl.h>
#include <tutti/dns.h>

static const struct dns_record records[] = {
	{ "held.example", DNS_DO, 0, "hold" },
	{ "held.example", DNS_A, 300, "192.0.2.1" },
	{ "free.example", DNS_A, 0, "192.0.2.3" },
	{ "kept.example", DNS_A, 300, "192.0.2.4" },
	{ NULL, 0, 0, NULL },
};

static struct dns_server server;

static tutti_dns *begin(void)
{
	tutti_dns_options o = { .search = "", .hosts = "", .answer_ns = TUTTI_SECONDS(1000) };
	tutti_dns *d;

	dns_server_start(&server, records);
	o.servers = server.address;
	CHECK_EQ(tutti_dns_create(&d, &o), 0);
	return d;
}

static void end(tutti_dns *d)
{
	tutti_dns_free(d);
	dns_server_stop(&server);
}

static void *ask(void *d)
{
	tutti_ip ip;

	CHECK_EQ(tutti_dns_find(d, "held.example", &ip, 1), 1);
	return NULL;
}

/* The descriptor that a search waits for. */
static int socket_of(tutti_dns *d)
{
	struct tu_dns_search *s;
	int fd;

	tu_dns_hold();
	s = tu_container_of(tu_list_first(&d->searches), struct tu_dns_search, all);
	fd = s->fd_events[0] ? s->fds[0] : -1;
	tu_dns_let_go();
	return fd;
}

static void a_child_begins_afresh(void)
{
	tutti_dns *d = begin();
	tutti_future *f;
	int before, fd;
	tutti_ip ip;
	pid_t child;

	CHECK_EQ(tutti_dns_find(d, "kept.example", &ip, 1), 1);
	dns_server_await(&server, 2);
	before = dns_server_questions(&server);
	f = tutti_thread_start(ask, d, NULL);
	dns_server_await(&server, 2);
	fd = socket_of(d);
	CHECK(fd >= 0);
	child = child_fork();
	if (child == 0) {
		CHECK(fcntl(fd, F_GETFD) < 0);
		CHECK_EQ(tutti_dns_find(d, "free.example", &ip, 1), 1);
		CHECK_EQ(tutti_dns_find_until(d, "kept.example", &ip, 1, 1), 1);
		CHECK_EQ(tutti_dns_find_until(
				 d, "held.example", &ip, 1, tutti_after(TUTTI_MILLISECONDS(5))),
			TUTTI_ETIMEDOUT);
		CHECK_EQ(tutti_dns_find(NULL, "localhost", &ip, 1), 1);
		tutti_dns_free(d);
		_exit(0);
	}
	child_wait(child);
	CHECK(fcntl(fd, F_GETFD) >= 0);
	dns_server_release(&server);
	CHECK_EQ(tutti_future_result(f, NULL, 0), 0);
	tutti_future_unref(f);
	CHECK(dns_server_questions(&server) >= before + 4);
	end(d);
}

/* Others ask and leave all the time, so that a fork meets the resolver in whatever state. */
static void *ask_ever(void *arg)
{
	tutti_ip ip;

	while (!tutti_cancelled()) {
		tutti_dns_find(arg, "free.example", &ip, 1);
		tutti_dns_find_until(arg, "held.example", &ip, 1, tutti_after(100000));
	}
	return NULL;
}

static void forks_meet_it_in_any_state(void)
{
	tutti_dns *d = begin();
	tutti_future *f[3];
	tutti_ip ip;

	for (int i = 0; i < 3; i++)
		f[i] = tutti_thread_start(ask_ever, d, NULL);
	for (int i = 0; i < suite_rounds(30) && suite_has_time(); i++) {
		pid_t child = child_fork();

		if (child == 0) {
			CHECK_EQ(tutti_dns_find(d, "free.example", &ip, 1), 1);
			_exit(0);
		}
		child_wait(child);
	}
	for (int i = 0; i < 3; i++) {
		tutti_future_cancel(f[i]);
		tutti_future_result(f[i], NULL, 0);
		tutti_future_unref(f[i]);
	}
	end(d);
}

static void *fork_below_the_wait(void *arg)
{
	pid_t *child = arg;

	dns_server_await(&server, 2);
	*child = child_fork();
	if (*child != 0) {
		dns_server_release(&server);
		child_wait(*child);
	}
	return NULL;
}

/* A task forks while its thread's own stack waits for a name: in the child it is asked again. */
static void a_wait_that_was_copied_goes_on(void)
{
	tutti_dns *d = begin();
	pid_t child = -1;
	tutti_future *f = tutti_task_start(fork_below_the_wait, &child, NULL);
	tutti_ip ip;

	CHECK_EQ(tutti_dns_find(d, "held.example", &ip, 1), 1);
	CHECK_STR(ip.text, "192.0.2.1");
	if (child == 0)
		_exit(0);
	CHECK_EQ(tutti_future_result(f, NULL, 0), 0);
	tutti_future_unref(f);
	CHECK_EQ(dns_server_questions(&server), 4);
	end(d);
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	RUN(a_child_begins_afresh);
	RUN(forks_meet_it_in_any_state);
	RUN(a_wait_that_was_copied_goes_on);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
