/* SPDX-License-Identifier: MIT */
/*
 * dns.h - what the files of the resolver share.
 *
 * Who asks (dns.c) finds or makes a search and waits for its end. The resolver's thread
 * (dns_serve.c) runs each search as a task, which asks one server after another (dns_search.c),
 * each by a channel of c-ares of its own (dns_ask.c): c-ares carries the packets and reads them,
 * while whom to ask when and how long to wait is decided here, by tutti's clock.
 *
 * One mutex guards all resolvers: their lists, the reference counts of searches, what they have
 * found. It is the system's, held for a few lines in which nothing of tutti is called, so that it
 * can be held around a fork.
 */
#ifndef TU_NET_DNS_H
#define TU_NET_DNS_H

#include "base/list.h"

#include <netinet/in.h>
#include <tutti/dns.h>
#include <tutti/event.h>
#include <tutti/future.h>

enum {
	TU_DNS_IPS = 32,
	TU_DNS_SERVERS = 8,
	TU_DNS_DOMAINS = 6,
	TU_DNS_NAME_BYTES = 256, /* of the longest name, its zero included */
	TU_DNS_FDS = 4           /* of a search: one server, by UDP and by TCP */
};

struct tu_dns_address {
	int family;
	struct in6_addr ip; /* of IPv4 the first four bytes */
	uint16_t port;      /* as in a number; 0: the usual */
};

struct tu_dns_config {
	int servers_n, domains_n;
	struct tu_dns_address servers[TU_DNS_SERVERS];
	char domains[TU_DNS_DOMAINS][TU_DNS_NAME_BYTES];
	int ndots; /* a name with so many dots is asked for as it is, first */
	int rounds;
	tutti_time answer_ns;
};

/* What a server is asked about a name. */
struct tu_dns_question {
	enum { TU_DNS_UNKNOWN, TU_DNS_FOUND, TU_DNS_NONE } answer;
	bool asked; /* just now, without an answer yet */
	int type;   /* of the record, as the protocol counts */
	int n;
	tutti_ip ips[TU_DNS_IPS];
	uint32_t ttl_s; /* of FOUND */
};

/* Something that is looked for. */
struct tu_dns_search {
	tutti_dns *dns;
	/* Under the mutex. */
	struct tu_link all;  /* of the resolver's, until it is freed */
	struct tu_link next; /* among those that have not begun */
	int users;           /* who wait, and the task */
	bool over;           /* nobody may join any more */
	bool left;           /* over, since all who waited have gone */
	bool lost;           /* over: the process is a copy, and the task is not in it */
	int fds[TU_DNS_FDS];
	unsigned fd_events[TU_DNS_FDS]; /* 0: no descriptor */
	tutti_future *task;             /* set before it begins */

	bool reverse; /* from an address to a name */
	char key[TU_DNS_NAME_BYTES];
	struct tu_dns_question questions[2]; /* the task's */
	int questions_n;
	bool nobody_there; /* where the server should be; likewise */

	/* The task writes them before the event is set. */
	tutti_event done;
	int rc;
	int n;
	tutti_ip ips[TU_DNS_IPS];
	char name[TU_DNS_NAME_BYTES];
	uint32_t ttl_s; /* 0: not to be kept */
};

struct tutti_dns {
	/* Fixed after create. */
	struct tu_dns_config own;
	bool own_servers, own_domains;
	tutti_time own_answer_ns;
	int own_rounds, cache_max;
	char *hosts; /* NULL: none */

	/* Under the mutex. */
	struct tu_link all;
	struct tu_list searches, fresh, lost, cache;
	int running, cached;
	int users; /* the owner, the thread */
	bool serving, ending;

	tutti_event wake; /* of the thread */

	/* The thread's. */
	struct tu_dns_config system;
	struct timespec system_at; /* of the file it was read from */
	bool system_read;
};

void tu_dns_hold(void);
void tu_dns_let_go(void);

/* dns.c: a user of the search goes; the mutex is not held. */
void tu_dns_search_leave(struct tu_dns_search *s);
void tu_dns_leave(tutti_dns *d); /* a user of the resolver */

/* dns_release.c: free what was in a list, out of sight of clang's analyzer, which takes it to be in
 * it yet. */
void tu_dns_release(void *p);

/* dns_serve.c: see that a thread runs what is fresh; end what all have left, which the task is. */
void tu_dns_serve(tutti_dns *d);
void tu_dns_cancel(struct tu_dns_search *s, tutti_future *task);

/* dns_search.c: the whole search. 0: s has the result, or an error. */
int tu_dns_search(struct tu_dns_search *s);

/*
 * dns_ask.c: ask one server about name all that is still unknown. 0: it was asked, and the
 * questions say what it answered; TUTTI_ECANCELED; -ENOMEM; -EAGAIN: this machine has not what it
 * takes to wait.
 */
int tu_dns_ask(struct tu_dns_search *s, const struct tu_dns_address *server, const char *name,
	tutti_time deadline);

/* dns_config.c */
int tu_dns_config_servers(struct tu_dns_config *c, const char *text); /* -EINVAL */
int tu_dns_config_domains(struct tu_dns_config *c, const char *text); /* -EINVAL */
int tu_dns_config_now(tutti_dns *d, struct tu_dns_config *c);         /* -ENOMEM */

/* dns_text.c: texts of addresses and names. */
int tu_dns_address_read(struct tu_dns_address *a, const char *text); /* no port; -EINVAL */
void tu_dns_address_write(const struct tu_dns_address *a, tutti_ip *ip);
bool tu_dns_name_fits(const char *name);
void tu_dns_name_of_address(const struct tu_dns_address *a, char *name); /* in-addr.arpa */

/* dns_hosts.c: what the file says of s. true: it is there, and s has the result. */
bool tu_dns_hosts(const char *path, struct tu_dns_search *s);

/* dns_sort.c: the order of RFC 6724, as the machine reaches them now. */
void tu_dns_sort(tutti_ip *ips, int n);

/* dns_cache.c, with the mutex held. */
int tu_dns_cache_get(tutti_dns *d, const char *key, tutti_ip *ips, int max, tutti_time now);
struct tu_dns_entry *tu_dns_entry_make(const struct tu_dns_search *s); /* without it; may be NULL */
void tu_dns_cache_put(tutti_dns *d, struct tu_dns_entry *e);
void tu_dns_cache_empty(tutti_dns *d);

#endif
