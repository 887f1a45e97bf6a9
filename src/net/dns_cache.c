/* SPDX-License-Identifier: MIT */
/*
 * dns_cache.c - what was found, for as long as the servers said; the last used first. A few hundred
 * names are looked through in a row: that is nothing beside asking for one. That a name does not
 * exist is not kept.
 */
#include "net/dns.h"

#include <stdlib.h>
#include <string.h>

struct tu_dns_entry {
	struct tu_link link;
	tutti_time until;
	int n;
	char key[TU_DNS_NAME_BYTES];
	tutti_ip ips[]; /* n */
};

static struct tu_dns_entry *entry_of(struct tu_link *link)
{
	return tu_container_of(link, struct tu_dns_entry, link);
}

static void drop(tutti_dns *d, struct tu_dns_entry *e)
{
	tu_list_remove(&e->link);
	d->cached--;
	tu_dns_release(e);
}

static struct tu_dns_entry *find(tutti_dns *d, const char *key)
{
	tu_list_each(link, &d->cache)
		if (strcmp(entry_of(link)->key, key) == 0)
			return entry_of(link);
	return NULL;
}

int tu_dns_cache_get(tutti_dns *d, const char *key, tutti_ip *ips, int max, tutti_time now)
{
	struct tu_dns_entry *e = find(d, key);
	int n;

	if (!e)
		return 0;
	if (e->until <= now) {
		drop(d, e);
		return 0;
	}
	n = e->n < max ? e->n : max;
	memcpy(ips, e->ips, (size_t)n * sizeof(*ips));
	tu_list_remove(&e->link);
	tu_list_add_head(&d->cache, &e->link);
	return n;
}

struct tu_dns_entry *tu_dns_entry_make(const struct tu_dns_search *s)
{
	size_t size = (size_t)s->n * sizeof(tutti_ip);
	struct tu_dns_entry *e;

	if (s->rc < 0 || s->ttl_s == 0 || s->dns->cache_max == 0)
		return NULL;
	e = calloc(1, sizeof(*e) + size); /* without memory nothing is kept */
	if (!e)
		return NULL;
	e->until = tutti_after(TUTTI_SECONDS(s->ttl_s));
	e->n = s->n;
	strcpy(e->key, s->key);
	memcpy(e->ips, s->ips, size);
	return e;
}

void tu_dns_cache_put(tutti_dns *d, struct tu_dns_entry *e)
{
	struct tu_dns_entry *old;

	if (!e)
		return;
	old = find(d, e->key);
	if (!old && d->cached == d->cache_max)
		old = entry_of(tu_list_last(&d->cache));
	if (old)
		drop(d, old);
	tu_list_add_head(&d->cache, &e->link);
	d->cached++;
}

void tu_dns_cache_empty(tutti_dns *d)
{
	while (!tu_list_empty(&d->cache))
		drop(d, entry_of(tu_list_first(&d->cache)));
}
