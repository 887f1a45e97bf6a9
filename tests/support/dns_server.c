/* SPDX-License-Identifier: MIT */
#include "support/dns_server.h"

#include "base/atomic.h"
#include "support/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <strings.h>

enum { PACKET = 512, ANSWER = 8192, HEADER = 12, CLASS_IN = 1, FLAG_TC = 0x02 };

struct packet {
	unsigned char bytes[ANSWER];
	size_t n;
};

static void put16(struct packet *p, unsigned value)
{
	p->bytes[p->n++] = (unsigned char)(value >> 8);
	p->bytes[p->n++] = (unsigned char)value;
}

static void put_name(struct packet *p, const char *name)
{
	while (*name) {
		size_t n = strcspn(name, ".");

		p->bytes[p->n++] = (unsigned char)n;
		memcpy(p->bytes + p->n, name, n);
		p->n += n;
		name += n + (name[n] == '.');
	}
	p->bytes[p->n++] = 0;
}

static void put_data(struct packet *p, const struct dns_record *r)
{
	size_t at = p->n;

	put16(p, 0);
	if (r->type == DNS_A) {
		CHECK_EQ(inet_pton(AF_INET, r->data, p->bytes + p->n), 1);
		p->n += 4;
	} else if (r->type == DNS_AAAA) {
		CHECK_EQ(inet_pton(AF_INET6, r->data, p->bytes + p->n), 1);
		p->n += 16;
	} else {
		put_name(p, r->data);
	}
	p->bytes[at] = (unsigned char)((p->n - at - 2) >> 8);
	p->bytes[at + 1] = (unsigned char)(p->n - at - 2);
}

static void put_record(struct packet *p, const char *name, const struct dns_record *r)
{
	put_name(p, name);
	put16(p, (unsigned)r->type);
	put16(p, CLASS_IN);
	put16(p, r->ttl >> 16);
	put16(p, r->ttl & 0xffff);
	put_data(p, r);
	p->bytes[7]++;
}

static bool is_of(const struct dns_record *r, const char *name)
{
	size_t n = strlen(name), m = strlen(r->name) - 1;

	if (r->name[0] == '*')
		return n > m && strcasecmp(name + n - m, r->name + 1) == 0;
	return strcasecmp(r->name, name) == 0;
}

static const struct dns_record *find(const struct dns_record *r, const char *name, int type)
{
	for (; r->name; r++)
		if (r->type == type && is_of(r, name))
			return r;
	return NULL;
}

static bool exists(const struct dns_record *r, const char *name)
{
	while (r->name && !is_of(r, name))
		r++;
	return r->name;
}

/* What the records say about a name, along its other names. */
static void tell(const struct dns_server *s, struct packet *p, const char *name, int type)
{
	const struct dns_record *r;

	if (!exists(s->records, name))
		p->bytes[3] |= 3;
	for (int i = 0; i < 8 && (r = find(s->records, name, DNS_CNAME)); i++) {
		put_record(p, name, r);
		name = r->data;
	}
	for (r = s->records; r->name; r++)
		if (r->type == type && is_of(r, name) && p->n < ANSWER - PACKET)
			put_record(p, name, r);
}

/* The question's name and type; where it ends. */
static size_t read_question(const struct packet *q, char *name, int *type)
{
	size_t at = HEADER;

	while (at < q->n && q->bytes[at]) {
		size_t n = q->bytes[at++];

		CHECK(at + n < q->n && n < 64);
		memcpy(name, q->bytes + at, n);
		name += n;
		*name++ = '.';
		at += n;
	}
	CHECK(at + 5 <= q->n);
	name[-1] = '\0';
	*type = q->bytes[at + 1] << 8 | q->bytes[at + 2];
	return at + 5;
}

static bool is(const struct dns_record *r, const char *what)
{
	return r && strcmp(r->data, what) == 0;
}

static void begin(struct packet *p, const struct packet *q, size_t end)
{
	memcpy(p->bytes, q->bytes, end);
	p->n = end;
	p->bytes[2] = 0x81;
	p->bytes[3] = 0x80;
	memset(p->bytes + 6, 0, 6);
}

static void spoil(struct dns_server *s, struct packet *p)
{
	size_t cut = (size_t)tu_load_seq(&s->cut);   /* a number by itself */
	size_t flip = (size_t)tu_load_seq(&s->flip); /* likewise */

	if (flip < p->n)
		p->bytes[flip] ^= 0xff;
	if (cut < p->n)
		p->n = cut;
}

/* The answer to q; empty: none. */
static void answer(struct dns_server *s, struct packet *p, const struct packet *q, bool by_tcp)
{
	const struct dns_record *how;
	char name[300];
	int type;
	size_t end = read_question(q, name, &type);

	tu_add_seq(&s->questions, 1);   /* a number, looked at by the test */
	tu_add_seq(&s->by_tcp, by_tcp); /* likewise */
	tutti_semaphore_release(&s->seen, 1);
	begin(p, q, end);
	how = find(s->records, name, DNS_DO);
	if (is(how, "hold") || (by_tcp && is(how, "hang-tcp")))
		tutti_event_wait(&s->held);
	if (is(how, "servfail-a") && type == DNS_AAAA)
		tutti_sleep(TUTTI_MILLISECONDS(10)); /* so that the failure comes first */
	if (is(how, "silent") || (is(how, "silent-aaaa") && type == DNS_AAAA))
		p->n = 0;
	else if (is(how, "servfail") || (is(how, "servfail-a") && type == DNS_A) ||
		 (is(how, "servfail-aaaa") && type == DNS_AAAA))
		p->bytes[3] |= 2;
	else if (is(how, "refused"))
		p->bytes[3] |= 5;
	else if (!by_tcp && (is(how, "truncate") || is(how, "hang-tcp")))
		p->bytes[2] |= FLAG_TC;
	else if (is(how, "garbage"))
		p->bytes[7] = 3; /* answers that are not there */
	else
		tell(s, p, name, type);
	if (is(how, "spoil"))
		spoil(s, p);
}

/* -- UDP --------------------------------------------------------------------------------------- */

struct question {
	struct question *next; /* all are kept to the end: a task may never have begun */
	struct dns_server *server;
	struct packet packet;
	char from[TUTTI_ADDRESS_SIZE];
};

/* What an attacker may send who sees neither number nor question. */
static void forge(struct question *q, const struct packet *good)
{
	struct packet bad = *good;
	char name[300];
	int type;

	read_question(&q->packet, name, &type);
	if (!is(find(q->server->records, name, DNS_DO), "forge"))
		return;
	bad.bytes[0] ^= 0x55;
	bad.bytes[bad.n - 1] ^= 1;
	tutti_datagram_write(q->server->udp, bad.bytes, bad.n, q->from);
	bad.bytes[0] ^= 0x55;
	bad.bytes[HEADER + 1] ^= 1;
	tutti_datagram_write(q->server->udp, bad.bytes, bad.n, q->from);
	tutti_datagram_write(q->server->udp, bad.bytes, 5, q->from);
}

static void *answer_packet(void *arg)
{
	struct question *q = arg;
	struct packet p;

	answer(q->server, &p, &q->packet, false);
	if (p.n > 0 && !tutti_cancelled()) {
		forge(q, &p);
		tutti_datagram_write(q->server->udp, p.bytes, p.n, q->from);
	}
	return NULL;
}

static void *serve_packets(void *arg)
{
	struct dns_server *s = arg;

	for (;;) {
		struct question *q = calloc(1, sizeof *q);
		ssize_t n;

		CHECK(q);
		q->server = s;
		q->next = s->packets;
		s->packets = q;
		n = tutti_datagram_read(s->udp, q->packet.bytes, PACKET, q->from, sizeof q->from);
		if (n < 0)
			return NULL;
		q->packet.n = (size_t)n;
		tutti_future_unref(tutti_task_start(answer_packet, q, NULL));
	}
}

/* -- TCP --------------------------------------------------------------------------------------- */

static int answer_stream(tutti_stream *stream, void *arg)
{
	struct packet q = { .n = 0 }, p;
	unsigned char size[2];

	for (;;) {
		if (tutti_stream_read_exactly(stream, size, 2) < 0)
			return 0;
		q.n = (size_t)(size[0] << 8 | size[1]);
		CHECK(q.n <= PACKET);
		if (tutti_stream_read_exactly(stream, q.bytes, q.n) < 0)
			return 0;
		answer(arg, &p, &q, true);
		if (tutti_cancelled())
			return 0;
		size[0] = (unsigned char)(p.n >> 8);
		size[1] = (unsigned char)p.n;
		if (tutti_stream_write(stream, size, 2) < 0 ||
			tutti_stream_write(stream, p.bytes, p.n) < 0)
			return 0;
	}
}

static void *serve_streams(void *arg)
{
	struct dns_server *s = arg;

	tutti_listener_serve(s->tcp, answer_stream, s);
	return NULL;
}

/* -- both -------------------------------------------------------------------------------------- */

static void *serve(void *arg)
{
	struct dns_server *s = arg;

	tutti_future_unref(tutti_task_start(serve_packets, s, NULL));
	tutti_future_unref(tutti_task_start(serve_streams, s, NULL));
	tutti_event_wait(&s->stop);
	return NULL;
}

/* When the first task ends the others are cancelled and joined. */
static void *run(void *arg)
{
	CHECK_EQ(tutti_run(serve, arg, NULL), 0);
	return NULL;
}

void dns_server_start(struct dns_server *s, const struct dns_record *records)
{
	memset(s, 0, sizeof *s);
	s->records = records;
	/* A port that is free for packets may be taken for streams. */
	do {
		tutti_datagram_free(s->udp);
		CHECK_EQ(tutti_datagram_open(&s->udp, "127.0.0.1:0", NULL), 0);
		CHECK(tutti_datagram_address(s->udp, s->address, sizeof s->address) > 0);
	} while (tutti_listener_create(&s->tcp, s->address, NULL) == -EADDRINUSE);
	s->thread = tutti_thread_start(run, s, NULL);
}

void dns_server_stop(struct dns_server *s)
{
	tutti_event_set(&s->stop);
	CHECK_EQ(tutti_future_result(s->thread, NULL, 0), 0);
	tutti_future_unref(s->thread);
	while (s->packets) {
		struct question *q = s->packets;

		s->packets = q->next;
		free(q);
	}
	tutti_datagram_free(s->udp);
	tutti_listener_free(s->tcp);
}

void dns_server_release(struct dns_server *s)
{
	tutti_event_set(&s->held);
}

int dns_server_questions(struct dns_server *s)
{
	return tu_load_seq(&s->questions); /* a number by itself */
}

int dns_server_by_tcp(struct dns_server *s)
{
	return tu_load_seq(&s->by_tcp); /* a number by itself */
}

void dns_server_await(struct dns_server *s, int n)
{
	while (n-- > 0)
		CHECK_EQ(tutti_semaphore_acquire(&s->seen), 0);
}
