/* SPDX-License-Identifier: MIT */
/* ctest: VIRTUAL ON */
/* Names: what is found where, what is kept, and which answers are no answers. */
#include "support/dns_server.h"
#include "support/suite.h"

#include "net/dns.h"

#include <errno.h>
#include <tutti/dns.h>

static const tutti_time past = 1;

static const struct dns_record records[] = {
	{ "a.example", DNS_A, 300, "192.0.2.1" },
	{ "a.example", DNS_A, 300, "192.0.2.2" },
	{ "a.example", DNS_AAAA, 300, "2001:db8::1" },
	{ "b.example", DNS_A, 0, "192.0.2.3" },
	{ "six.example", DNS_AAAA, 300, "2001:db8::6" },
	{ "one.example", DNS_CNAME, 300, "two.example" },
	{ "two.example", DNS_CNAME, 300, "a.example" },
	{ "circle.example", DNS_CNAME, 300, "circle.example" },
	{ "nowhere.example", DNS_CNAME, 300, "gone.example" },
	{ "text.example", 16, 300, "x" },
	{ "big.example", DNS_DO, 0, "truncate" },
	{ "*.broken.example", DNS_DO, 0, "servfail" },
	{ "refused.example", DNS_DO, 0, "refused" },
	{ "garbage.example", DNS_DO, 0, "garbage" },
	{ "forged.example", DNS_DO, 0, "forge" },
	{ "forged.example", DNS_A, 300, "192.0.2.4" },
	{ "spoilt.example", DNS_DO, 0, "spoil" },
	{ "spoilt.example", DNS_CNAME, 300, "behind.example" },
	{ "behind.example", DNS_A, 300, "192.0.2.10" },
	{ "silent.example", DNS_DO, 0, "silent" },
	{ "half.example", DNS_DO, 0, "silent-aaaa" },
	{ "half.example", DNS_A, 300, "192.0.2.5" },
	{ "partly.example", DNS_DO, 0, "servfail-aaaa" },
	{ "partly.example", DNS_A, 300, "192.0.2.11" },
	{ "other.example", DNS_DO, 0, "servfail-a" },
	{ "other.example", DNS_AAAA, 300, "2001:db8::11" },
	{ "www.corp.example", DNS_A, 300, "192.0.2.6" },
	{ "www", DNS_A, 300, "192.0.2.7" },
	{ "deep.www", DNS_A, 300, "192.0.2.8" },
	{ "1.2.0.192.in-addr.arpa", DNS_PTR, 300, "a.example" },
	{ "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", DNS_PTR, 300,
		"six.example" },
	{ "big.example", DNS_AAAA, 300, "2001:db8::b" },
#define TEN(x)                                                 \
	{ "big.example", DNS_A, 300, "198.51.100." x "0" },    \
	{                                                      \
		"big.example", DNS_A, 300, "198.51.100." x "1" \
	}
	TEN("1"),
	TEN("2"),
	TEN("3"),
	TEN("4"),
	TEN("5"),
	TEN("6"),
	TEN("7"),
	TEN("8"),
	TEN("9"),
	TEN("10"),
	TEN("11"),
	TEN("12"),
#undef TEN
	{ NULL, 0, 0, NULL },
};

static struct dns_server server;

/* A resolver of the test's server, and nothing of this machine's. */
static tutti_dns *make(const tutti_dns_options *more)
{
	tutti_dns_options o = more ? *more : (tutti_dns_options){ .servers = NULL };
	tutti_dns *d;

	if (!o.servers)
		o.servers = server.address;
	if (!o.search)
		o.search = "";
	if (!o.hosts)
		o.hosts = "";
	CHECK_EQ(tutti_dns_create(&d, &o), 0);
	return d;
}

static bool has(const tutti_ip *ips, int n, const char *text)
{
	for (int i = 0; i < n; i++)
		if (strcmp(ips[i].text, text) == 0)
			return true;
	return false;
}

static void check_one(tutti_dns *d, const char *name, const char *ip)
{
	tutti_ip ips[4];

	CHECK_EQ(tutti_dns_find(d, name, ips, 4), 1);
	CHECK_STR(ips[0].text, ip);
}

static void addresses_of_both_kinds(void)
{
	tutti_dns *d = make(NULL);
	tutti_ip ips[8];

	CHECK_EQ(tutti_dns_find(d, "a.example", ips, 8), 3);
	CHECK(has(ips, 3, "192.0.2.1") && has(ips, 3, "192.0.2.2") && has(ips, 3, "2001:db8::1"));
	CHECK_EQ(tutti_dns_find(d, "A.Example.", ips, 2), 2);
	check_one(d, "six.example", "2001:db8::6");
	check_one(d, "b.example", "192.0.2.3");
	tutti_dns_free(d);
}

static void other_names_are_followed(void)
{
	tutti_dns *d = make(NULL);
	tutti_ip ips[8];

	CHECK_EQ(tutti_dns_find(d, "one.example", ips, 8), 3);
	CHECK(has(ips, 3, "192.0.2.1") && has(ips, 3, "2001:db8::1"));
	CHECK_EQ(tutti_dns_find(d, "nowhere.example", ips, 8), -ENOENT);
	CHECK(tutti_dns_find(d, "circle.example", ips, 8) < 0);
	tutti_dns_free(d);
}

static void no_such_host_is_not_a_failure_of_servers(void)
{
	const tutti_dns_options twice = { .rounds = 2 };
	tutti_dns *d = make(&twice);
	tutti_ip ips[8];
	int before = dns_server_questions(&server);

	CHECK_EQ(tutti_dns_find(d, "none.example", ips, 8), -ENOENT);
	CHECK_EQ(dns_server_questions(&server) - before, 2);
	CHECK_EQ(tutti_dns_find(d, "text.example", ips, 8), -ENOENT);
	CHECK_EQ(dns_server_questions(&server) - before, 4);
	CHECK_EQ(tutti_dns_find(d, "x.broken.example", ips, 8), -EAGAIN);
	CHECK_EQ(dns_server_questions(&server) - before, 8); /* both kinds, two rounds */
	CHECK_EQ(tutti_dns_find(d, "refused.example", ips, 8), -EAGAIN);
	CHECK_EQ(tutti_dns_find(d, "garbage.example", ips, 8), -EAGAIN);
	tutti_dns_free(d);
}

static void what_is_no_name_is_refused(void)
{
	static const char *const wrong[] = { "", ".", "a..b", ".a", "a b", "a/b", "exämple",
		"1234567890123456789012345678901234567890123456789012345678901234.example" };
	char huge[300], name[8];
	tutti_ip ip;

	memset(huge, 'a', sizeof huge);
	for (int i = 60; i < 299; i += 60)
		huge[i] = '.';
	huge[299] = '\0';
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		CHECK_EQ(tutti_dns_find(NULL, wrong[i], &ip, 1), -EINVAL);
	CHECK_EQ(tutti_dns_find(NULL, huge, &ip, 1), -EINVAL);
	CHECK_EQ(tutti_dns_find(NULL, NULL, &ip, 1), -EINVAL);
	CHECK_EQ(tutti_dns_find(NULL, "a.example", &ip, 0), -EINVAL);
	CHECK_EQ(tutti_dns_find(NULL, "a.example", NULL, 1), -EINVAL);
	CHECK_EQ(tutti_dns_name(NULL, "a.example", name, sizeof name), -EINVAL);
}

static void wrong_options_are_refused(void)
{
	static const char *const servers[] = { "", "a.example", "127.0.0.1:0", "127.0.0.1:x",
		"127.0.0.1:70000", "[::1", "[::1]x",
		"1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 "
		"1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1" };
	tutti_dns *d;

	for (size_t i = 0; i < sizeof servers / sizeof *servers; i++) {
		const tutti_dns_options o = { .servers = servers[i] };

		CHECK_EQ(tutti_dns_create(&d, &o), -EINVAL);
	}
	CHECK_EQ(tutti_dns_create(&d, &(tutti_dns_options){ .search = "a..b" }), -EINVAL);
	CHECK_EQ(tutti_dns_create(&d, &(tutti_dns_options){ .rounds = -1 }), -EINVAL);
	CHECK_EQ(tutti_dns_create(&d, &(tutti_dns_options){ .answer_ns = -1 }), -EINVAL);
	CHECK_EQ(tutti_dns_create(&d, &(tutti_dns_options){ .cache_max = -2 }), -EINVAL);
	CHECK_EQ(
		tutti_dns_create(&d, &(tutti_dns_options){ .servers = "::1,[::1]:5, 1.2.3.4" }), 0);
	tutti_dns_free(d);
	tutti_dns_free(NULL);
}

static void numbers_and_this_machine_need_no_server(void)
{
	tutti_dns *d = make(NULL);
	int before = dns_server_questions(&server), n;
	tutti_ip ips[4];

	CHECK_EQ(tutti_dns_find_until(d, "192.0.2.77", ips, 4, past), 1);
	CHECK_STR(ips[0].text, "192.0.2.77");
	CHECK_EQ(tutti_dns_find_until(d, "::1", ips, 4, past), 1);
	CHECK_EQ(tutti_dns_find_until(d, "fe80::1%lo", ips, 4, past), 1);
	CHECK_STR(ips[0].text, "fe80::1%lo");
	n = tutti_dns_find(d, "localhost", ips, 4);
	CHECK_EQ(n, 2);
	CHECK(has(ips, n, "127.0.0.1") && has(ips, n, "::1"));
	CHECK_EQ(tutti_dns_find(d, "a.LocalHost.", ips, 4), 2);
	CHECK(tutti_dns_find(NULL, "localhost", ips, 4) >= 1);
	CHECK_EQ(dns_server_questions(&server), before);
	CHECK_EQ(tutti_dns_find(d, "nolocalhost", ips, 4), -ENOENT);
	tutti_dns_free(d);
}

static void long_answers_come_by_tcp(void)
{
	tutti_dns *d = make(NULL);
	tutti_ip ips[32];
	int n = tutti_dns_find(d, "big.example", ips, 32);

	CHECK_EQ(n, 25);
	CHECK(has(ips, n, "198.51.100.10") && has(ips, n, "198.51.100.121"));
	CHECK(has(ips, n, "2001:db8::b"));
	CHECK_EQ(dns_server_by_tcp(&server), 2);
	tutti_dns_free(d);
}

static void forged_answers_are_not_heard(void)
{
	tutti_dns *d = make(NULL);

	check_one(d, "forged.example", "192.0.2.4");
	tutti_dns_free(d);
}

/* A whole one has about a hundred bytes. */
static void spoilt_answers_do_no_harm(void)
{
	const tutti_dns_options quick = { .answer_ns = TUTTI_MILLISECONDS(2), .rounds = 1 };
	tutti_dns *d = make(&quick), *patient = make(NULL);
	tutti_ip ip;
	int rc;

	tu_store_seq(&server.flip, 1000);
	for (int cut = 0; cut < 90; cut++) {
		tu_store_seq(&server.cut, cut);
		CHECK_EQ(tutti_dns_find(d, "spoilt.example", &ip, 1), -EAGAIN);
	}
	tu_store_seq(&server.cut, 1000);
	for (int flip = 0; flip < 120; flip++) {
		tu_store_seq(&server.flip, flip);
		rc = tutti_dns_find(d, "spoilt.example", &ip, 1);
		CHECK(rc == 1 || rc == -ENOENT || rc == -EAGAIN);
		tutti_dns_forget(d);
	}
	tu_store_seq(&server.flip, 1000);
	check_one(patient, "spoilt.example", "192.0.2.10");
	tutti_dns_free(d);
	tutti_dns_free(patient);
}

/* -- servers ----------------------------------------------------------------------------------- */

static void who_is_silent_is_asked_again_and_given_up(void)
{
	const tutti_dns_options quick = { .answer_ns = TUTTI_MILLISECONDS(5), .rounds = 3 };
	tutti_dns *d = make(&quick);
	int before = dns_server_questions(&server);
	tutti_ip ip;

	CHECK_EQ(tutti_dns_find(d, "silent.example", &ip, 1), -EAGAIN);
	/* On a machine that is busy a question may be seen late. */
	while (dns_server_questions(&server) - before < 6)
		tutti_sleep(TUTTI_MILLISECONDS(1));
	CHECK_EQ(dns_server_questions(&server) - before, 6);
	tutti_dns_free(d);
}

static void silence_about_one_kind_keeps_nobody(void)
{
	const tutti_dns_options slow = { .answer_ns = TUTTI_SECONDS(1000) };
	tutti_dns *d = make(&slow);

	check_one(d, "half.example", "192.0.2.5");
	tutti_dns_free(d);
}

static void the_next_server_is_asked(void)
{
	tutti_datagram *nobody;
	char servers[400], at[TUTTI_ADDRESS_SIZE];
	tutti_dns *d;

	/* One that has gone says so at once; one that is silent is waited for. */
	CHECK_EQ(tutti_datagram_open(&nobody, "127.0.0.1:0", NULL), 0);
	CHECK(tutti_datagram_address(nobody, at, sizeof at) > 0);
	snprintf(servers, sizeof servers, "127.0.0.1:1, %s %s", at, server.address);
	d = make(&(tutti_dns_options){
		.servers = servers, .answer_ns = TUTTI_MILLISECONDS(100), .rounds = 1000 });
	check_one(d, "b.example", "192.0.2.3");
	tutti_dns_free(d);
	tutti_datagram_free(nobody);
}

/* In virtual time it shows that nothing was waited for. */
static void where_nobody_is_is_left_at_once(void)
{
	tutti_dns *d = make(&(tutti_dns_options){
		.servers = "127.0.0.1:1", .answer_ns = TUTTI_SECONDS(1000), .rounds = 2 });
	tutti_time before = tutti_now();
	tutti_ip ip;

	CHECK_EQ(tutti_dns_find(d, "b.example", &ip, 1), -EAGAIN);
	if (tutti_simulated())
		CHECK(tutti_now() - before < TUTTI_MILLISECONDS(100));
	tutti_dns_free(d);
}

static void domains_are_tried_behind_short_names(void)
{
	tutti_dns *d = make(&(tutti_dns_options){ .search = "none.example corp.example" });

	check_one(d, "www", "192.0.2.6");
	check_one(d, "www.", "192.0.2.7");
	check_one(d, "deep.www", "192.0.2.8");
	check_one(d, "b.example", "192.0.2.3");
	CHECK_EQ(tutti_dns_find(d, "wwww", &(tutti_ip){ "" }, 1), -ENOENT);
	tutti_dns_free(d);
}

/* c-ares reads these as the C library does. */
static void the_system_may_name_domains(void)
{
	tutti_dns_options o = { .servers = server.address, .hosts = "" };
	tutti_dns *d;

	CHECK_EQ(setenv("LOCALDOMAIN", "none.example corp.example", 1), 0);
	CHECK_EQ(setenv("RES_OPTIONS", "ndots:3", 1), 0);
	CHECK_EQ(tutti_dns_create(&d, &o), 0);
	check_one(d, "www", "192.0.2.6");
	check_one(d, "b.example", "192.0.2.3"); /* at last */
	CHECK_EQ(unsetenv("LOCALDOMAIN"), 0);
	CHECK_EQ(unsetenv("RES_OPTIONS"), 0);
	tutti_dns_free(d);
}

/* -- what is kept ------------------------------------------------------------------------------ */

static int asked_for(tutti_dns *d, const char *name)
{
	int before = dns_server_questions(&server);
	tutti_ip ips[4];

	tutti_dns_find(d, name, ips, 4);
	return dns_server_questions(&server) - before;
}

static void answers_are_kept(void)
{
	tutti_dns *d = make(NULL);
	tutti_ip ips[4];

	CHECK_EQ(asked_for(d, "a.example"), 2);
	CHECK_EQ(asked_for(d, "a.example"), 0);
	CHECK_EQ(asked_for(d, "A.EXAMPLE"), 0);
	CHECK_EQ(tutti_dns_find_until(d, "a.example", ips, 4, past), 3);
	CHECK_EQ(tutti_dns_find_until(d, "six.example", ips, 4, past), TUTTI_ETIMEDOUT);
	tutti_dns_forget(d);
	CHECK_EQ(asked_for(d, "a.example"), 2);
	tutti_dns_free(d);
}

static void some_answers_are_not_kept(void)
{
	tutti_dns *d = make(&(tutti_dns_options){ .rounds = 1 });

	CHECK_EQ(asked_for(d, "b.example"), 2); /* for no time */
	CHECK_EQ(asked_for(d, "b.example"), 2);
	CHECK_EQ(asked_for(d, "none.example"), 2);
	CHECK_EQ(asked_for(d, "none.example"), 2);
	CHECK_EQ(asked_for(d, "x.broken.example"), 2);
	CHECK_EQ(asked_for(d, "x.broken.example"), 2);
	check_one(d, "other.example", "2001:db8::11"); /* one failure does not end the other */
	CHECK_EQ(asked_for(d, "partly.example"), 2);   /* there may be more */
	CHECK_EQ(asked_for(d, "partly.example"), 2);
	tutti_dns_free(d);
	d = make(&(tutti_dns_options){ .cache_max = -1 });
	CHECK_EQ(asked_for(d, "a.example"), 2);
	CHECK_EQ(asked_for(d, "a.example"), 2);
	tutti_dns_free(d);
}

static void the_least_used_goes_first(void)
{
	tutti_dns *d = make(&(tutti_dns_options){ .cache_max = 2 });

	CHECK_EQ(asked_for(d, "a.example"), 2);
	CHECK_EQ(asked_for(d, "six.example"), 2);
	CHECK_EQ(asked_for(d, "a.example"), 0);
	CHECK_EQ(asked_for(d, "one.example"), 2);
	CHECK_EQ(asked_for(d, "a.example"), 0);
	CHECK_EQ(asked_for(d, "six.example"), 2);
	tutti_dns_free(d);
}

/* The time that a server allows, without waiting for its end. */
static void what_is_kept_too_long_is_asked_anew(void)
{
	struct tu_dns_search s = { .rc = 0, .n = 1, .ttl_s = 7, .key = "x.example" };
	tutti_dns *d = make(NULL);
	tutti_time now;
	tutti_ip ip;

	s.dns = d;
	strcpy(s.ips[0].text, "192.0.2.9");
	tu_dns_cache_put(d, tu_dns_entry_make(&s));
	now = tutti_now();
	CHECK_EQ(tu_dns_cache_get(d, "x.example", &ip, 1, now + TUTTI_SECONDS(6)), 1);
	CHECK_EQ(tu_dns_cache_get(d, "x.example", &ip, 1, now + TUTTI_SECONDS(7)), 0);
	CHECK_EQ(d->cached, 0);
	s.ttl_s = 0;
	CHECK(tu_dns_entry_make(&s) == NULL);
	tutti_dns_free(d);
}

/* -- the file of hosts ------------------------------------------------------------------------- */

static void hosts_come_first(void)
{
	static const char text[] = "# comment\n"
				   "192.0.2.50\tbox.example box BOX2 # more\n"
				   "nonsense box.example\n"
				   "\n"
				   "2001:db8::50 box.example\n"
				   "192.0.2.51 a.example";
	char path[] = "/tmp/tutti-hosts-XXXXXX", name[64];
	int fd = mkstemp(path), before = dns_server_questions(&server);
	tutti_ip ips[4];
	tutti_dns *d;

	CHECK(fd >= 0 && write(fd, text, sizeof text - 1) == sizeof text - 1);
	close(fd);
	d = make(&(tutti_dns_options){ .hosts = path });
	CHECK_EQ(tutti_dns_find(d, "Box.Example.", ips, 4), 2);
	CHECK(has(ips, 2, "192.0.2.50") && has(ips, 2, "2001:db8::50"));
	check_one(d, "box", "192.0.2.50");
	check_one(d, "box2", "192.0.2.50");
	check_one(d, "a.example", "192.0.2.51");
	CHECK_EQ(tutti_dns_name(d, "2001:db8:0::50", name, sizeof name), 11);
	CHECK_STR(name, "box.example");
	CHECK_EQ(dns_server_questions(&server), before);
	CHECK_EQ(unlink(path), 0);
	check_one(d, "b.example", "192.0.2.3"); /* as if it were empty */
	tutti_dns_free(d);
}

/* -- from addresses to names ------------------------------------------------------------------- */

static void addresses_have_names(void)
{
	tutti_dns *d = make(NULL);
	char name[256];

	CHECK_EQ(tutti_dns_name(d, "192.0.2.1", name, sizeof name), 9);
	CHECK_STR(name, "a.example");
	CHECK_EQ(tutti_dns_name(d, "2001:db8::1", name, 4), 11);
	CHECK_STR(name, "six");
	CHECK_EQ(tutti_dns_name(d, "192.0.2.99", name, sizeof name), -ENOENT);
	CHECK_EQ(tutti_dns_name_until(d, "192.0.2.1", name, sizeof name, past), TUTTI_ETIMEDOUT);
	tutti_dns_free(d);
}

/* -- order ------------------------------------------------------------------------------------- */

static void check_order(const char *first, const char *second, bool known)
{
	for (int turn = 0; turn < 2; turn++) {
		tutti_ip ips[2];

		strcpy(ips[turn].text, first);
		strcpy(ips[!turn].text, second);
		tu_dns_sort(ips, 2);
		CHECK_STR(ips[0].text, known || turn == 0 ? first : second);
	}
}

/* Only what every machine answers alike: it reaches itself, and nobody by a multicast's scope. */
static void the_nearest_comes_first(void)
{
	tutti_datagram *d;

	if (tutti_datagram_open(&d, "[::1]:0", NULL) == 0) {
		tutti_datagram_free(d);
		check_order("::1", "127.0.0.1", true);
	}
	check_order("127.0.0.1", "240.0.0.1", true);
	check_order("127.0.0.1", "127.0.0.2", false);
	check_order("127.0.0.1", "fe80::1%nowhere", true);
}

/* -- streams ----------------------------------------------------------------------------------- */

static const struct dns_record own[] = {
	{ "server.example", DNS_A, 300, "127.0.0.1" },
	{ "unnamed.example", 16, 300, "x" },
	{ NULL, 0, 0, NULL },
};

static void streams_ask_the_installed_one(void)
{
	struct dns_server names;
	tutti_listener *l;
	tutti_stream *near, *far;
	char address[64];
	tutti_dns *d;
	tutti_ip ip;

	dns_server_start(&names, own);
	d = make(&(tutti_dns_options){ .servers = names.address });
	CHECK_EQ(tutti_dns_install(d), 0);
	CHECK_EQ(tutti_listener_create(&l, "127.0.0.1:0", NULL), 0);
	snprintf(address, sizeof address, "server.example:%d", tutti_listener_port(l));
	CHECK_EQ(tutti_stream_connect(&near, address, NULL), 0);
	CHECK_EQ(tutti_listener_accept(l, &far), 0);
	CHECK_EQ(dns_server_questions(&names), 2);
	CHECK_EQ(tutti_stream_connect(&near, "gone.example:1", NULL), -ENOENT);
	CHECK_EQ(tutti_resolve("server.example", &ip, 1), 1);
	CHECK_EQ(tutti_set_resolver(NULL, NULL), 0);
	tutti_stream_free(near);
	tutti_stream_free(far);
	tutti_listener_free(l);
	tutti_dns_free(d);
	dns_server_stop(&names);
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	dns_server_start(&server, records);
	RUN(addresses_of_both_kinds);
	RUN(other_names_are_followed);
	RUN(no_such_host_is_not_a_failure_of_servers);
	RUN(what_is_no_name_is_refused);
	RUN(wrong_options_are_refused);
	RUN(numbers_and_this_machine_need_no_server);
	RUN(long_answers_come_by_tcp);
	RUN(forged_answers_are_not_heard);
	RUN(spoilt_answers_do_no_harm);
	RUN(who_is_silent_is_asked_again_and_given_up);
	RUN(silence_about_one_kind_keeps_nobody);
	RUN(the_next_server_is_asked);
	RUN(where_nobody_is_is_left_at_once);
	RUN(domains_are_tried_behind_short_names);
	RUN(the_system_may_name_domains);
	RUN(answers_are_kept);
	RUN(some_answers_are_not_kept);
	RUN(the_least_used_goes_first);
	RUN(what_is_kept_too_long_is_asked_anew);
	RUN(hosts_come_first);
	RUN(addresses_have_names);
	RUN(the_nearest_comes_first);
	RUN(streams_ask_the_installed_one);
	dns_server_stop(&server);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
