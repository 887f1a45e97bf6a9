/* SPDX-License-Identifier: MIT */
/*
 * dns_ask.c - one server, asked once about one name. c-ares sends, matches answers to questions,
 * goes over to TCP for what is too long, and reads what came. It has a channel for each time: so
 * the port it asks from is a new one, which makes answers hard to forge, and giving up is to close.
 * Its own clock, which is not tutti's, is set to an hour: who waits here knows how long.
 */
#include "net/dns.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <tutti/select.h>

/* Once one question is done with, how long the other still has: RFC 8305 would give it less. */
static const tutti_time grace = TUTTI_SECONDS(1);

enum { AN_HOUR_MS = 3600 * 1000 };

/* -- what c-ares tells ------------------------------------------------------------------------- */

/* Called before a descriptor is closed, so a forked child never closes one that is another's. */
static void note_fd(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct tu_dns_search *s = arg;
	unsigned events = (readable ? TUTTI_READABLE : 0u) | (writable ? TUTTI_WRITABLE : 0u);
	int i, hole = -1;

	tu_dns_hold();
	for (i = 0; i < TU_DNS_FDS; i++) {
		if (s->fd_events[i] && s->fds[i] == fd)
			break;
		if (!s->fd_events[i] && hole < 0)
			hole = i;
	}
	if (i == TU_DNS_FDS)
		i = hole;
	if (i >= 0) {
		s->fds[i] = fd;
		s->fd_events[i] = events;
	}
	tu_dns_let_go();
}

static void add(struct tu_dns_question *q, int family, const void *ip, int ttl)
{
	struct tu_dns_address a = { .family = family };

	memcpy(&a.ip, ip, family == AF_INET ? 4 : 16);
	if (q->n == 0 || (uint32_t)ttl < q->ttl_s)
		q->ttl_s = ttl > 0 ? (uint32_t)ttl : 0;
	tu_dns_address_write(&a, &q->ips[q->n++]);
}

static int read_ip4(struct tu_dns_question *q, const unsigned char *data, int size)
{
	struct ares_addrttl found[TU_DNS_IPS];
	int n = TU_DNS_IPS, rc = ares_parse_a_reply(data, size, NULL, found, &n);

	for (int i = 0; rc == ARES_SUCCESS && i < n; i++)
		add(q, AF_INET, &found[i].ipaddr, found[i].ttl);
	return rc;
}

static int read_ip6(struct tu_dns_question *q, const unsigned char *data, int size)
{
	struct ares_addr6ttl found[TU_DNS_IPS];
	int n = TU_DNS_IPS, rc = ares_parse_aaaa_reply(data, size, NULL, found, &n);

	for (int i = 0; rc == ARES_SUCCESS && i < n; i++)
		add(q, AF_INET6, &found[i].ip6addr, found[i].ttl);
	return rc;
}

/* A question about a name has one answer, and it belongs to the search. */
static int read_name(
	struct tu_dns_search *s, struct tu_dns_question *q, const unsigned char *data, int size)
{
	struct hostent *host;
	int rc = ares_parse_ptr_reply(data, size, NULL, 0, AF_INET, &host);

	if (rc != ARES_SUCCESS)
		return rc;
	if (host->h_name && tu_dns_name_fits(host->h_name)) {
		strcpy(s->name, host->h_name);
		q->n = 1;
	}
	ares_free_hostent(host);
	return q->n ? ARES_SUCCESS : ARES_EBADRESP;
}

struct asking {
	struct tu_dns_search *search;
	struct tu_dns_question *question;
};

static void on_answer(void *arg, int status, int timeouts, unsigned char *data, int size)
{
	struct asking *asking = arg;
	struct tu_dns_question *q = asking->question;

	(void)timeouts;
	q->asked = false;
	q->n = 0;
	if (status == ARES_SUCCESS && q->type == ns_t_a)
		status = read_ip4(q, data, size);
	else if (status == ARES_SUCCESS && q->type == ns_t_aaaa)
		status = read_ip6(q, data, size);
	else if (status == ARES_SUCCESS)
		status = read_name(asking->search, q, data, size);
	if (q->n > 0)
		q->answer = TU_DNS_FOUND;
	else if (status == ARES_SUCCESS || status == ARES_ENODATA || status == ARES_ENOTFOUND)
		q->answer = TU_DNS_NONE;
	/* The system tells that once, and so one question of two. */
	asking->search->nobody_there |= status == ARES_ECONNREFUSED;
}

/* -- asking ------------------------------------------------------------------------------------ */

/* Everything is given, so that no file is read. Refusals are told apart (NOCHECKRESP). */
static int open_channel(
	ares_channel *channel, struct tu_dns_search *s, const struct tu_dns_address *server)
{
	struct in_addr nobody = { 0 };
	struct ares_options o = { .flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES |
					   ARES_FLAG_NOCHECKRESP,
		.timeout = AN_HOUR_MS,
		.tries = 1,
		.ndots = 0,
		.servers = &nobody,
		.nservers = 1,
		.lookups = (char *)"b",
		.sock_state_cb = note_fd,
		.sock_state_cb_data = s };
	struct ares_addr_port_node node = {
		.family = server->family, .udp_port = server->port, .tcp_port = server->port
	};
	int rc = ares_init_options(channel, &o,
		ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS |
			ARES_OPT_SERVERS | ARES_OPT_DOMAINS | ARES_OPT_LOOKUPS | ARES_OPT_SORTLIST |
			ARES_OPT_SOCK_STATE_CB | ARES_OPT_NOROTATE);

	if (rc != ARES_SUCCESS)
		return -ENOMEM;
	memcpy(&node.addr, &server->ip, server->family == AF_INET ? 4 : 16);
	rc = ares_set_servers_ports(*channel, &node);
	if (rc == ARES_SUCCESS)
		return 0;
	ares_destroy(*channel);
	return -ENOMEM;
}

/* Wait for one of the descriptors, and have c-ares read or write. 0, or the wait's error. */
static int turn(ares_channel channel, const struct tu_dns_search *s, tutti_time deadline)
{
	tutti_case cases[TU_DNS_FDS];
	int i, fd;

	for (i = 0; i < TU_DNS_FDS; i++)
		cases[i] = tutti_case_fd(s->fd_events[i] ? s->fds[i] : -1,
			s->fd_events[i] ? s->fd_events[i] : TUTTI_READABLE);
	i = tutti_select(cases, TU_DNS_FDS, deadline);
	if (i < 0)
		return i;
	fd = s->fds[i];
	if (cases[i].code < 0)
		return cases[i].code;
	ares_process_fd(channel, cases[i].code & TUTTI_READABLE ? fd : ARES_SOCKET_BAD,
		cases[i].code & TUTTI_WRITABLE ? fd : ARES_SOCKET_BAD);
	return 0;
}

/* How many questions wait for an answer. */
static int asked(const struct tu_dns_search *s)
{
	return s->questions[0].asked + (s->questions_n == 2 && s->questions[1].asked);
}

int tu_dns_ask(struct tu_dns_search *s, const struct tu_dns_address *server, const char *name,
	tutti_time deadline)
{
	struct asking asking[2];
	ares_channel channel;
	int n = 0, rc = open_channel(&channel, s, server);

	if (rc < 0)
		return rc;
	s->nobody_there = false;
	for (int i = 0; i < s->questions_n; i++) {
		asking[i] = (struct asking){ s, &s->questions[i] };
		s->questions[i].asked = s->questions[i].answer == TU_DNS_UNKNOWN;
		n += s->questions[i].asked;
		if (s->questions[i].asked)
			ares_query(channel, name, ns_c_in, s->questions[i].type, on_answer,
				&asking[i]);
	}
	while (rc == 0 && asked(s) > 0 && !s->nobody_there) {
		if (asked(s) < n && deadline > tutti_after(grace)) {
			deadline = tutti_after(grace);
			n = 1; /* not again */
		}
		rc = turn(channel, s, deadline);
	}
	ares_destroy(channel);
	if (rc == TUTTI_ETIMEDOUT)
		return 0;
	/* No descriptor to wait with, say: later it may be otherwise. */
	return rc == 0 || rc == TUTTI_ECANCELED || rc == -ENOMEM ? rc : -EAGAIN;
}
