/* SPDX-License-Identifier: MIT */
/* dns_config.c - whom to ask and how: what the program says, and for the rest the system. */
#include "net/dns.h"

#include <ares.h>
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static const char system_file[] = "/etc/resolv.conf";

/* -- the program's texts ----------------------------------------------------------------------- */

/* "1" to "65535"; -EINVAL. */
static int read_port(const char *text)
{
	int port = 0;

	for (; *text; text++) {
		if (!isdigit((unsigned char)*text))
			return -EINVAL;
		port = port * 10 + (*text - '0');
		if (port > UINT16_MAX)
			return -EINVAL;
	}
	return port > 0 ? port : -EINVAL;
}

/* "192.0.2.1", "192.0.2.1:53", "2001:db8::1", "[2001:db8::1]:53"; the text is taken apart. */
static int read_server(struct tu_dns_address *a, char *text)
{
	char *colon = strchr(text, ':'), *end;
	int port = 0;

	if (*text == '[') {
		end = strchr(++text, ']');
		if (!end || (end[1] && end[1] != ':'))
			return -EINVAL;
		if (end[1])
			port = read_port(end + 2);
		*end = '\0';
	} else if (colon && !strchr(colon + 1, ':')) {
		port = read_port(colon + 1);
		*colon = '\0';
	}
	if (port < 0 || tu_dns_address_read(a, text) < 0)
		return -EINVAL;
	a->port = (uint16_t)port;
	return 0;
}

/* The next of a list's items, copied out; the text behind it, NULL: there is none. */
static const char *next_item(const char *text, char *item, size_t size)
{
	size_t n;

	text += strspn(text, ", \t");
	n = strcspn(text, ", \t");
	if (n == 0)
		return NULL;
	if (n >= size)
		n = size - 1; /* too long for what it should be, and so still what it is not */
	memcpy(item, text, n);
	item[n] = '\0';
	return text + strcspn(text, ", \t");
}

int tu_dns_config_servers(struct tu_dns_config *c, const char *text)
{
	char item[96];

	for (c->servers_n = 0; (text = next_item(text, item, sizeof(item))); c->servers_n++)
		if (c->servers_n == TU_DNS_SERVERS ||
			read_server(&c->servers[c->servers_n], item) < 0)
			return -EINVAL;
	return c->servers_n > 0 ? 0 : -EINVAL;
}

int tu_dns_config_domains(struct tu_dns_config *c, const char *text)
{
	char item[TU_DNS_NAME_BYTES];

	for (c->domains_n = 0; (text = next_item(text, item, sizeof(item))); c->domains_n++) {
		if (c->domains_n == TU_DNS_DOMAINS || !tu_dns_name_fits(item))
			return -EINVAL;
		strcpy(c->domains[c->domains_n], item);
	}
	return 0;
}

/* -- the system -------------------------------------------------------------------------------- */

static void take_servers(struct tu_dns_config *c, const struct ares_addr_port_node *s)
{
	for (; s && c->servers_n < TU_DNS_SERVERS; s = s->next) {
		struct tu_dns_address *a = &c->servers[c->servers_n++];

		*a = (struct tu_dns_address){ .family = s->family, .port = (uint16_t)s->udp_port };
		memcpy(&a->ip, &s->addr, s->family == AF_INET ? 4 : 16);
	}
}

static void take_options(struct tu_dns_config *c, const struct ares_options *o)
{
	for (int i = 0; i < o->ndomains && c->domains_n < TU_DNS_DOMAINS; i++)
		if (tu_dns_name_fits(o->domains[i]))
			strcpy(c->domains[c->domains_n++], o->domains[i]);
	c->ndots = o->ndots;
	c->rounds = o->tries > 0 ? o->tries : 1;
	c->answer_ns = TUTTI_MILLISECONDS(o->timeout > 0 ? o->timeout : 5000);
}

static int read_system(struct tu_dns_config *c)
{
	struct ares_addr_port_node *servers;
	struct ares_options options;
	ares_channel channel;
	int mask, rc = ares_init(&channel);

	if (rc != ARES_SUCCESS)
		return -ENOMEM;
	*c = (struct tu_dns_config){ .servers_n = 0 };
	if (ares_get_servers_ports(channel, &servers) == ARES_SUCCESS) {
		take_servers(c, servers);
		ares_free_data(servers);
	}
	rc = ares_save_options(channel, &options, &mask);
	if (rc == ARES_SUCCESS)
		take_options(c, &options);
	ares_destroy_options(&options);
	ares_destroy(channel);
	return rc == ARES_SUCCESS ? 0 : -ENOMEM;
}

/* Has the system's file been written since it was read? One that is not there was written never. */
static bool is_stale(tutti_dns *d)
{
	struct stat st = { .st_size = 0 };
	bool stale;

	stat(system_file, &st);
	stale = !d->system_read || st.st_mtim.tv_sec != d->system_at.tv_sec ||
		st.st_mtim.tv_nsec != d->system_at.tv_nsec;
	d->system_at = st.st_mtim;
	return stale;
}

int tu_dns_config_now(tutti_dns *d, struct tu_dns_config *c)
{
	if (is_stale(d)) {
		d->system_read = read_system(&d->system) == 0;
		if (!d->system_read)
			return -ENOMEM;
	}
	*c = d->system;
	if (d->own_servers) {
		memcpy(c->servers, d->own.servers, sizeof(c->servers));
		c->servers_n = d->own.servers_n;
	}
	if (d->own_domains) {
		memcpy(c->domains, d->own.domains, sizeof(c->domains));
		c->domains_n = d->own.domains_n;
	}
	if (d->own_answer_ns > 0)
		c->answer_ns = d->own_answer_ns;
	if (d->own_rounds > 0)
		c->rounds = d->own_rounds;
	return 0;
}
