/* SPDX-License-Identifier: MIT */
/* dns_hosts.c - the file of hosts: an address, then names for it; '#' begins a comment. */
#include "net/dns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char blank[] = " \t\r\n";

/* A final dot means nothing here. */
static bool same_name(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	n -= n > 0 && a[n - 1] == '.';
	m -= m > 0 && b[m - 1] == '.';
	return n == m && strncasecmp(a, b, n) == 0;
}

static bool same_address(const char *a, const char *b)
{
	struct tu_dns_address x, y;

	return tu_dns_address_read(&x, a) == 0 && tu_dns_address_read(&y, b) == 0 &&
	       x.family == y.family && memcmp(&x.ip, &y.ip, sizeof(x.ip)) == 0;
}

/* One line, which is taken apart. true: it is what was looked for, and there can be no more. */
static bool read_line(char *line, struct tu_dns_search *s)
{
	char *rest, *address, *name;
	struct tu_dns_address a;

	line[strcspn(line, "#")] = '\0';
	address = strtok_r(line, blank, &rest);
	if (!address || tu_dns_address_read(&a, address) < 0)
		return false;
	name = strtok_r(NULL, blank, &rest);
	if (s->reverse) {
		if (!name || !same_address(address, s->key) || strlen(name) >= sizeof(s->name))
			return false;
		strcpy(s->name, name);
		s->n = 1;
		return true;
	}
	for (; name; name = strtok_r(NULL, blank, &rest))
		if (same_name(name, s->key)) {
			tu_dns_address_write(&a, &s->ips[s->n++]);
			break;
		}
	return s->n == TU_DNS_IPS;
}

bool tu_dns_hosts(const char *path, struct tu_dns_search *s)
{
	FILE *f = path ? fopen(path, "re") : NULL;
	char *line = NULL;
	size_t size = 0;

	if (!f)
		return false;
	while (getline(&line, &size, f) >= 0)
		if (read_line(line, s))
			break;
	free(line);
	fclose(f);
	return s->n > 0;
}
