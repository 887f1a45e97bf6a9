/* SPDX-License-Identifier: MIT */
/*
 * dns_server.h - a server of names on this machine, on a thread of its own, by UDP and TCP. It says
 * what its records say, and misbehaves where a record of type DNS_DO wants it to:
 *
 *     silent     says nothing            silent-aaaa   nothing to a question for AAAA
 *     servfail-a, servfail-aaaa    fails at those questions
 *     hold       waits for dns_server_release          servfail, refused
 *     truncate   the whole answer by TCP only          hang-tcp  the same, and TCP waits as hold
 *     garbage    an answer that cannot be read
 *     forge      wrong answers first: with another number, to another question
 *     spoil      the first `cut` bytes of it, of which the byte at `flip` is turned round
 */
#ifndef TESTS_SUPPORT_DNS_SERVER_H
#define TESTS_SUPPORT_DNS_SERVER_H

#include <tutti/tutti.h>

enum { DNS_DO = 0, DNS_A = 1, DNS_CNAME = 5, DNS_PTR = 12, DNS_AAAA = 28 };

/* "*.example" is any name that ends in ".example". */
struct dns_record {
	const char *name;
	int type;
	unsigned ttl;
	const char *data;
};

struct dns_server {
	const struct dns_record *records; /* the last has no name */
	char address[TUTTI_ADDRESS_SIZE];
	tutti_datagram *udp;
	tutti_listener *tcp;
	tutti_thread *thread;
	tutti_event stop, held;
	tutti_semaphore seen;  /* a permit for each question that came */
	int questions, by_tcp; /* atomic */
	int cut, flip;         /* atomic; beyond the end: nothing is done */
	struct question *packets;
};

void dns_server_start(struct dns_server *s, const struct dns_record *records);
void dns_server_stop(struct dns_server *s);

/* Let go what is held, and hold nothing more. */
void dns_server_release(struct dns_server *s);

/* How many questions have come; and have come by TCP. */
int dns_server_questions(struct dns_server *s);
int dns_server_by_tcp(struct dns_server *s);

/* Wait until n more questions have come. */
void dns_server_await(struct dns_server *s, int n);

#endif
