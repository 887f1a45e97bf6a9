/* SPDX-License-Identifier: MIT */
/*
 * dns_search.c - from a name to its addresses, or from an address to its name: the file of hosts,
 * then one server after another, round by round, until each question has a yes or a no. Where a
 * name has addresses of one kind, whoever waits is not kept for a server's silence about the other.
 */
#include "net/dns.h"

#include "base/host.h"

#include <arpa/nameser.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <tutti/error.h>

enum { TTL_MAX_S = 3600 }; /* what is kept longer is asked for anew some day all the same */

static void begin(struct tu_dns_search *s)
{
	static const int of_name[] = { ns_t_a, ns_t_aaaa };

	s->questions_n = s->reverse ? 1 : 2;
	memset(s->questions, 0, sizeof(s->questions));
	for (int i = 0; i < s->questions_n; i++)
		s->questions[i].type = s->reverse ? ns_t_ptr : of_name[i];
}

/* Is anything left to be asked? Not of one kind if the other is known. */
static bool is_open(const struct tu_dns_search *s)
{
	bool unknown = false;

	for (int i = 0; i < s->questions_n; i++) {
		if (s->questions[i].answer == TU_DNS_FOUND)
			return false;
		unknown |= s->questions[i].answer == TU_DNS_UNKNOWN;
	}
	return unknown;
}

/* Put together what was found. Not kept if a question is open: it may have an answer next time. */
static int collect(struct tu_dns_search *s)
{
	bool unknown = false;

	s->ttl_s = TTL_MAX_S;
	for (int i = 0; i < s->questions_n; i++) {
		const struct tu_dns_question *q = &s->questions[i];

		unknown |= q->answer == TU_DNS_UNKNOWN;
		if (q->answer != TU_DNS_FOUND)
			continue;
		if (q->ttl_s < s->ttl_s)
			s->ttl_s = q->ttl_s;
		for (int j = 0; j < q->n && s->n < TU_DNS_IPS; j++)
			s->ips[s->n++] = q->ips[j];
	}
	if (unknown || s->reverse)
		s->ttl_s = 0;
	if (s->n > 0 || (s->reverse && !unknown && s->questions[0].answer == TU_DNS_FOUND))
		return 0;
	return unknown ? -EAGAIN : -ENOENT;
}

/* Ask for name, which is whole. */
static int ask_for(struct tu_dns_search *s, const struct tu_dns_config *c, const char *name)
{
	tutti_time patience = c->answer_ns;
	int rc = 0;

	begin(s);
	for (int round = 0; rc == 0 && round < c->rounds; round++) {
		for (int i = 0; rc == 0 && is_open(s) && i < c->servers_n; i++)
			rc = tu_dns_ask(s, &c->servers[i], name, tutti_after(patience));
		if (patience < TUTTI_FOREVER / 2)
			patience *= 2;
	}
	return rc < 0 ? rc : collect(s);
}

static int dots(const char *name)
{
	int n = 0;

	for (; *name; name++)
		n += *name == '.';
	return n;
}

/* The name as it is if it has dots enough, then behind it each of the domains, else at last. */
static int ask_along(struct tu_dns_search *s, const struct tu_dns_config *c)
{
	bool whole = s->key[strlen(s->key) - 1] == '.', first = whole || dots(s->key) >= c->ndots;
	char name[2 * TU_DNS_NAME_BYTES];
	int rc = first ? ask_for(s, c, s->key) : -ENOENT;

	for (int i = 0; rc == -ENOENT && !whole && i < c->domains_n; i++) {
		snprintf(name, sizeof(name), "%s.%s", s->key, c->domains[i]);
		if (tu_dns_name_fits(name))
			rc = ask_for(s, c, name);
	}
	return rc == -ENOENT && !first ? ask_for(s, c, s->key) : rc;
}

static int ask_for_name(struct tu_dns_search *s, const struct tu_dns_config *c)
{
	char name[TU_DNS_NAME_BYTES];
	struct tu_dns_address a;

	tu_dns_address_read(&a, s->key);
	tu_dns_name_of_address(&a, name);
	return ask_for(s, c, name);
}

/* RFC 6761: this machine, and no server is asked. */
static void be_local(struct tu_dns_search *s)
{
	strcpy(s->ips[0].text, "::1");
	strcpy(s->ips[1].text, "127.0.0.1");
	s->n = 2;
}

int tu_dns_search(struct tu_dns_search *s)
{
	struct tu_dns_config c;
	int rc = tu_dns_config_now(s->dns, &c);

	if (rc < 0)
		return rc;
	if (!tu_dns_hosts(s->dns->hosts, s)) {
		if (!s->reverse && tu_host_is_local(s->key))
			be_local(s);
		else
			rc = s->reverse ? ask_for_name(s, &c) : ask_along(s, &c);
	}
	if (rc == 0 && !s->reverse)
		tu_dns_sort(s->ips, s->n);
	return rc;
}
