/* SPDX-License-Identifier: MIT */
/* rows: F106 F122 */
/* ctest: VIRTUAL ON */
/* Many who ask: the same is asked once, and who leaves takes nothing away. */
#include "support/dns_server.h"
#include "support/suite.h"

#include "net/dns.h"

#include <errno.h>
#include <sys/resource.h>
#include <tutti/dns.h>

enum { MANY = 8 };

static const tutti_time past = 1;

static const struct dns_record records[] = {
	{ "held.example", DNS_DO, 0, "hold" },
	{ "held.example", DNS_A, 300, "192.0.2.1" },
	{ "hang.example", DNS_DO, 0, "hang-tcp" },
	{ "hang.example", DNS_A, 300, "192.0.2.2" },
	{ "free.example", DNS_A, 0, "192.0.2.3" },
	{ "*.many.example", DNS_A, 0, "192.0.2.4" },
	{ NULL, 0, 0, NULL },
};

static struct dns_server server;

/* A server that holds answers back, and a resolver that does not lose patience with it. */
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

struct asker {
	tutti_dns *d;
	const char *name;
	tutti_time deadline;
	int rc;
	tutti_ip ip;
};

static void *ask(void *arg)
{
	struct asker *a = arg;

	a->rc = tutti_dns_find_until(a->d, a->name, &a->ip, 1, a->deadline);
	return NULL;
}

static void start_asking(
	enum mix mix, struct asker *askers, tutti_future **f, int n, tutti_dns *d, const char *name)
{
	for (int i = 0; i < n; i++) {
		askers[i] = (struct asker){ .d = d, .name = name, .deadline = TUTTI_FOREVER };
		f[i] = start_nth(mix, i, ask, &askers[i]);
	}
}

/* Wait until n wait for the one search that there is. */
static void await_users(tutti_dns *d, int n)
{
	for (int users = 0; users != n + 1;) {
		tu_dns_hold();
		if (!tu_list_empty(&d->searches))
			users = tu_container_of(
				tu_list_first(&d->searches), struct tu_dns_search, all)
					->users;
		tu_dns_let_go();
		tutti_yield();
	}
}

/* Wait until nothing is looked for; then no socket is open. */
static void await_none(tutti_dns *d)
{
	for (bool none = false; !none;) {
		tu_dns_hold();
		none = tu_list_empty(&d->searches);
		tu_dns_let_go();
		tutti_yield();
	}
}

static void finish_asking(tutti_future **f, int n)
{
	for (int i = 0; i < n; i++) {
		int rc = tutti_future_result(f[i], NULL, 0);

		CHECK(rc == 0 || rc == TUTTI_EJOBCANCELED);
		tutti_future_unref(f[i]);
	}
}

static void the_same_is_asked_once(enum mix mix)
{
	tutti_dns *d = begin();
	struct asker askers[MANY];
	tutti_future *f[MANY];

	start_asking(mix, askers, f, MANY, d, "held.example");
	await_users(d, MANY);
	dns_server_await(&server, 2);
	dns_server_release(&server);
	finish_asking(f, MANY);
	for (int i = 0; i < MANY; i++) {
		CHECK_EQ(askers[i].rc, 1);
		CHECK_STR(askers[i].ip.text, "192.0.2.1");
	}
	CHECK_EQ(dns_server_questions(&server), 2);
	end(d);
}

static void who_is_canceled_leaves_the_others(enum mix mix)
{
	tutti_dns *d = begin();
	struct asker askers[MANY];
	tutti_future *f[MANY];

	start_asking(mix, askers, f, MANY, d, "held.example");
	await_users(d, MANY);
	dns_server_await(&server, 2);
	for (int i = 0; i < MANY - 1; i++)
		tutti_future_cancel(f[i]);
	finish_asking(f, MANY - 1);
	await_users(d, 1);
	dns_server_release(&server);
	finish_asking(f + MANY - 1, 1);
	for (int i = 0; i < MANY - 1; i++)
		CHECK_EQ(askers[i].rc, TUTTI_ECANCELED);
	CHECK_EQ(askers[MANY - 1].rc, 1);
	CHECK_EQ(dns_server_questions(&server), 2);
	end(d);
}

static void a_deadline_is_for_who_has_it(void)
{
	tutti_dns *d = begin();
	struct asker asker;
	tutti_future *f;
	tutti_ip ip;

	start_asking(THREADS, &asker, &f, 1, d, "held.example");
	dns_server_await(&server, 2);
	CHECK_EQ(tutti_dns_find_until(d, "held.example", &ip, 1, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(
		tutti_dns_find_until(d, "held.example", &ip, 1, tutti_after(TUTTI_MILLISECONDS(2))),
		TUTTI_ETIMEDOUT);
	await_users(d, 1);
	dns_server_release(&server);
	finish_asking(&f, 1);
	CHECK_EQ(asker.rc, 1);
	CHECK_EQ(dns_server_questions(&server), 2);
	end(d);
}

static void the_last_who_leaves_ends_it(enum mix mix)
{
	tutti_dns *d = begin();
	struct asker askers[MANY];
	tutti_future *f[MANY];

	start_asking(mix, askers, f, MANY, d, "held.example");
	await_users(d, MANY);
	for (int i = 0; i < MANY; i++)
		tutti_future_cancel(f[i]);
	finish_asking(f, MANY);
	await_none(d);
	/* Who comes afterwards asks anew. */
	start_asking(mix, askers, f, 1, d, "held.example");
	dns_server_release(&server);
	finish_asking(f, 1);
	CHECK_EQ(askers[0].rc, 1);
	end(d);
}

/* Left at every step: before it begins, before it was asked, by UDP, by TCP. */
static void it_may_be_left_anywhere(void)
{
	static const char *const names[] = { "held.example", "hang.example" };
	tutti_dns *d = begin();

	for (int step = 0; step < 8; step++) {
		struct asker asker;
		tutti_future *f;

		start_asking(TASKS, &asker, &f, 1, d, names[step >= 4]);
		for (int i = 0; i < step % 4; i++)
			tutti_yield();
		if (step == 3)
			dns_server_await(&server, 1);
		while (step == 7 && dns_server_by_tcp(&server) == 0)
			tutti_yield();
		tutti_future_cancel(f);
		finish_asking(&f, 1);
		CHECK(step % 4 == 0 || asker.rc == TUTTI_ECANCELED);
	}
	await_none(d);
	dns_server_release(&server);
	end(d);
}

static void who_was_canceled_before_does_not_ask(void)
{
	tutti_dns *d = begin();
	struct asker asker = { .d = d, .name = "192.0.2.9", .deadline = TUTTI_FOREVER };
	tutti_scope scope;

	tutti_timeout_begin(&scope, past);
	ask(&asker);
	CHECK_EQ(asker.rc, TUTTI_ECANCELED);
	CHECK_EQ(tutti_timeout_end(&scope, asker.rc), TUTTI_ETIMEDOUT);
	CHECK_EQ(dns_server_questions(&server), 0);
	end(d);
}

enum { CROWD = 300 };

static void many_names_at_once(enum mix mix)
{
	static struct asker askers[CROWD];
	static tutti_future *f[CROWD];
	static char names[CROWD][32];
	int n = mix == TASKS ? CROWD : 40;
	tutti_dns *d = begin();

	for (int i = 0; i < n; i++) {
		snprintf(names[i], sizeof names[i], "n%d.many.example", i);
		start_asking(mix, &askers[i], &f[i], 1, d, names[i]);
	}
	finish_asking(f, n);
	for (int i = 0; i < n; i++) {
		CHECK_EQ(askers[i].rc, 1);
		CHECK_STR(askers[i].ip.text, "192.0.2.4");
	}
	CHECK_EQ(dns_server_questions(&server), 2 * n);
	end(d);
}

static void no_descriptor_is_an_error_for_now(void)
{
	tutti_dns_options o = { .servers = server.address, .search = "", .hosts = "" };
	tutti_dns *first = begin(), *d;
	struct rlimit all, few;
	int refused = 0, rc = 0;
	tutti_ip ip;

	CHECK_EQ(tutti_dns_find(first, "free.example", &ip, 1), 1); /* the server is on its way */
	CHECK_EQ(tutti_dns_create(&d, &o), 0);
	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &all), 0);
	few = all;
	for (few.rlim_cur = 3; rc != 1; few.rlim_cur++) {
		CHECK_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
		rc = tutti_dns_find(d, "free.example", &ip, 1);
		CHECK_EQ(setrlimit(RLIMIT_NOFILE, &all), 0);
		CHECK(rc == 1 || rc == -EAGAIN);
		refused += rc == -EAGAIN;
	}
	CHECK(refused > 3);
	tutti_dns_free(d);
	end(first);
}

static void threads_come_and_go(void)
{
	tutti_dns *d = begin();
	tutti_ip ip;

	for (int i = 0; i < 3; i++) {
		CHECK_EQ(tutti_dns_find(d, "free.example", &ip, 1), 1);
		/* As if it had been idle for long enough. */
		tu_dns_hold();
		d->ending = true;
		tu_dns_let_go();
		tutti_event_set(&d->wake);
		for (bool serving = true; serving;) {
			tu_dns_hold();
			serving = d->serving;
			tu_dns_let_go();
			tutti_yield();
		}
		d->ending = false;
	}
	CHECK_EQ(dns_server_questions(&server), 6);
	end(d);
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	RUN_MIXES(the_same_is_asked_once);
	RUN_MIXES(who_is_canceled_leaves_the_others);
	RUN(a_deadline_is_for_who_has_it);
	RUN_MIXES(the_last_who_leaves_ends_it);
	RUN(it_may_be_left_anywhere);
	RUN(who_was_canceled_before_does_not_ask);
	RUN_MIXES(many_names_at_once);
	RUN(no_descriptor_is_an_error_for_now);
	RUN(threads_come_and_go);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
