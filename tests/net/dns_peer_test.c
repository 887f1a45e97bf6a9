/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-valgrind */
/* Under valgrind a program that is missing seems to start, and this waits for it for ever. */
/* A server that is not ours: dnsmasq, where it is installed (Debian: dnsmasq-base). */
#include "support/programs.h"

#include <errno.h>
#include <tutti/dns.h>

static tutti_subprocess *start(int port)
{
	char listen[32];
	const char *const argv[] = { "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null",
		"--no-resolv", "--no-hosts", "--user=", "--group=", "--pid-file=", listen,
		"--listen-address=127.0.0.1", "--bind-interfaces", "--local-ttl=60",
		"--host-record=peer.example,192.0.2.1,2001:db8::1",
		"--cname=other.example,peer.example", "--local=/example/", NULL };

	snprintf(listen, sizeof listen, "--port=%d", port);
	return tutti_subprocess_start(argv, NULL);
}

static void check_all(tutti_dns *d)
{
	char name[64];
	tutti_ip ips[4];

	CHECK_EQ(tutti_dns_find(d, "peer.example", ips, 4), 2);
	CHECK(strcmp(ips[0].text, "192.0.2.1") == 0 || strcmp(ips[1].text, "192.0.2.1") == 0);
	CHECK(strcmp(ips[0].text, "2001:db8::1") == 0 || strcmp(ips[1].text, "2001:db8::1") == 0);
	CHECK_EQ(tutti_dns_find(d, "other.example", ips, 4), 2);
	CHECK_EQ(tutti_dns_find(d, "none.example", ips, 4), -ENOENT);
	CHECK_EQ(tutti_dns_find(d, "elsewhere.test", ips, 4), -EAGAIN); /* it refuses */
	CHECK_EQ(tutti_dns_name(d, "192.0.2.1", name, sizeof name), 12);
	CHECK_STR(name, "peer.example");
}

static tutti_dns *resolver_of(int port)
{
	char server[32];
	tutti_dns_options o = { .servers = server, .search = "", .hosts = "" };
	tutti_dns *d;

	o.answer_ns = TUTTI_SECONDS(10);
	snprintf(server, sizeof server, "127.0.0.1:%d", port);
	CHECK_EQ(tutti_dns_create(&d, &o), 0);
	return d;
}

/* Wait until it answers. false: it has ended, since somebody else has that port. */
static bool comes_up(tutti_dns *d, tutti_subprocess *p)
{
	tutti_ip ips[4];
	int rc;

	while ((rc = tutti_dns_find(d, "peer.example", ips, 4)) == -EAGAIN) {
		if (tutti_subprocess_join_until(p, tutti_after(TUTTI_MILLISECONDS(5))) !=
			TUTTI_ETIMEDOUT)
			return false;
	}
	CHECK_EQ(rc, 2);
	tutti_dns_forget(d);
	return true;
}

/* *arg: there is no such program. */
static void *everything(void *arg)
{
	bool *missing = arg, up = false;

	while (!up && !*missing) {
		/* Below what the system gives away by itself. */
		int port = (int)tutti_random_between(20000, 30000);
		tutti_subprocess *p = start(port);
		tutti_dns *d = resolver_of(port);

		*missing = tutti_subprocess_join_until(p, 1) == -ENOENT;
		up = !*missing && comes_up(d, p);
		if (up)
			check_all(d);
		tutti_dns_free(d);
		if (up)
			tutti_subprocess_kill(p);
		tutti_subprocess_join(p);
		tutti_subprocess_free(p);
	}
	return NULL;
}

int main(void)
{
	bool missing = false;

	programs_begin();
	suite_next("a_real_server_is_understood", -1);
	finish(tutti_thread_start(everything, &missing, NULL));
	if (missing)
		printf("skipped: no dnsmasq (apt-get install dnsmasq-base)\n");
	return missing ? 77 : suite_end();
}
