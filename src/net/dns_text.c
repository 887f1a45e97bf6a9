/* SPDX-License-Identifier: MIT */
/* dns_text.c - texts of addresses and names; nothing is asked. */
#include "net/dns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

int tu_dns_address_read(struct tu_dns_address *a, const char *text)
{
	*a = (struct tu_dns_address){ .family = AF_INET };
	if (inet_pton(AF_INET, text, &a->ip) == 1)
		return 0;
	a->family = AF_INET6;
	return inet_pton(AF_INET6, text, &a->ip) == 1 ? 0 : -EINVAL;
}

void tu_dns_address_write(const struct tu_dns_address *a, tutti_ip *ip)
{
	inet_ntop(a->family, &a->ip, ip->text, sizeof(ip->text));
}

/* What a label may consist of: the hosts' letters, and what else is found in practice. */
static bool fits(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_';
}

bool tu_dns_name_fits(const char *name)
{
	size_t n = strlen(name), label = 0;

	if (n == 0 || n > 254 || (n == 254 && name[n - 1] != '.'))
		return false;
	for (; *name; name++) {
		if (*name == '.' && label == 0)
			return false;
		if (*name != '.' && (!fits(*name) || label == 63))
			return false;
		label = *name == '.' ? 0 : label + 1;
	}
	return true;
}

void tu_dns_name_of_address(const struct tu_dns_address *a, char *name)
{
	const uint8_t *b = a->ip.s6_addr;

	if (a->family == AF_INET) {
		sprintf(name, "%u.%u.%u.%u.in-addr.arpa", b[3], b[2], b[1], b[0]);
		return;
	}
	for (int i = 15; i >= 0; i--)
		name += sprintf(name, "%x.%x.", b[i] & 15, b[i] >> 4);
	strcpy(name, "ip6.arpa");
}
