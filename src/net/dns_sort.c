/* SPDX-License-Identifier: MIT */
/*
 * dns_sort.c - which of several addresses to try first (RFC 6724, section 6). Of its rules those
 * about home and deprecated addresses are left out, and the longest common prefix counts for IPv6
 * alone, as elsewhere: for IPv4 it would undo what servers do to spread their load.
 */
#include "net/dns.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct place {
	tutti_ip ip;
	bool ip6, reached;
	struct in6_addr to, from; /* of IPv4 ::ffff:a.b.c.d; from: what the system would take */
};

/* The policy of RFC 6724, longest prefixes first. */
static const struct {
	unsigned char prefix[16];
	int bits, precedence, label;
} policy[] = {
	{ { [15] = 1 }, 128, 50, 0 },                /* ::1 */
	{ { [10] = 0xff, [11] = 0xff }, 96, 35, 4 }, /* IPv4 */
	{ { 0 }, 96, 1, 3 },                         /* IPv4-compatible */
	{ { 0x20, 0x01 }, 32, 5, 5 },                /* Teredo */
	{ { 0x20, 0x02 }, 16, 30, 2 },               /* 6to4 */
	{ { 0x3f, 0xfe }, 16, 1, 12 },               /* 6bone */
	{ { 0xfe, 0xc0 }, 10, 1, 11 },               /* site-local */
	{ { 0xfc }, 7, 3, 13 },                      /* unique local */
	{ { 0 }, 0, 40, 1 },                         /* all else */
};

static int common_bits(const unsigned char *a, const unsigned char *b)
{
	for (int i = 0; i < 16; i++)
		if (a[i] != b[i])
			return i * 8 + __builtin_clz((unsigned)(a[i] ^ b[i])) - 24;
	return 128;
}

static int policy_of(const struct in6_addr *a)
{
	int i = 0;

	while (common_bits(a->s6_addr, policy[i].prefix) < policy[i].bits)
		i++;
	return i;
}

static int label(const struct in6_addr *a)
{
	return policy[policy_of(a)].label;
}

static int precedence(const struct in6_addr *a)
{
	return policy[policy_of(a)].precedence;
}

enum { LINK = 2, SITE = 5, GLOBAL = 14 };

static int scope(const struct in6_addr *a)
{
	const unsigned char *b = a->s6_addr;

	if (IN6_IS_ADDR_V4MAPPED(a))
		return b[12] == 127 || (b[12] == 169 && b[13] == 254) ? LINK : GLOBAL;
	if (IN6_IS_ADDR_MULTICAST(a))
		return b[1] & 15;
	if (IN6_IS_ADDR_LINKLOCAL(a) || IN6_IS_ADDR_LOOPBACK(a))
		return LINK;
	return IN6_IS_ADDR_SITELOCAL(a) ? SITE : GLOBAL;
}

static void map(struct in6_addr *to, const struct in_addr *from)
{
	memset(to, 0, sizeof(*to));
	to->s6_addr[10] = to->s6_addr[11] = 0xff;
	memcpy(to->s6_addr + 12, from, sizeof(*from));
}

/* Connecting such a socket sends nothing: the system only says what it would do. */
static void find_way(struct place *p, const struct tu_dns_address *a)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} at = { .v6 = { .sin6_family = AF_INET6, .sin6_port = htons(53), .sin6_addr = a->ip } };
	socklen_t size = sizeof(at.v6);
	int fd;

	if (!p->ip6) {
		at.v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(53) };
		memcpy(&at.v4.sin_addr, &a->ip, sizeof(at.v4.sin_addr));
		map(&p->to, &at.v4.sin_addr);
		size = sizeof(at.v4);
	}
	fd = socket(a->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	p->reached = connect(fd, &at.any, size) == 0 && getsockname(fd, &at.any, &size) == 0;
	close(fd);
	if (p->reached && p->ip6)
		p->from = at.v6.sin6_addr;
	else if (p->reached)
		map(&p->from, &at.v4.sin_addr);
}

/* Is a to be tried before b? If the rules do not say, the order stays. */
static bool before(const struct place *a, const struct place *b)
{
	int x, y;

	if (a->reached != b->reached)
		return a->reached;
	x = scope(&a->to) == scope(&a->from);
	y = scope(&b->to) == scope(&b->from);
	if (x != y)
		return x;
	x = label(&a->to) == label(&a->from);
	y = label(&b->to) == label(&b->from);
	if (x != y)
		return x;
	if (precedence(&a->to) != precedence(&b->to))
		return precedence(&a->to) > precedence(&b->to);
	if (scope(&a->to) != scope(&b->to))
		return scope(&a->to) < scope(&b->to);
	if (!a->ip6 || !b->ip6 || !a->reached)
		return false;
	x = common_bits(a->to.s6_addr, a->from.s6_addr);
	y = common_bits(b->to.s6_addr, b->from.s6_addr);
	return x > y;
}

void tu_dns_sort(tutti_ip *ips, int n)
{
	struct place places[TU_DNS_IPS];

	for (int i = 0; i < n; i++) {
		struct place p = { .ip = ips[i] };
		struct tu_dns_address a;
		int j = i;

		/* One with a zone, which only a file of hosts has, cannot be asked about. */
		if (tu_dns_address_read(&a, ips[i].text) == 0) {
			p.ip6 = a.family == AF_INET6;
			p.to = a.ip;
			find_way(&p, &a);
		}
		for (; j > 0 && before(&p, &places[j - 1]); j--)
			places[j] = places[j - 1];
		places[j] = p;
	}
	for (int i = 0; i < n; i++)
		ips[i] = places[i].ip;
}
