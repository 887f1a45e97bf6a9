/* SPDX-License-Identifier: MIT */
/* rows: F106 */
/*
 * The addresses of hosts, all looked up at once, each in two seconds or not at all.
 *
 * usage: lookup [HOST...]     by default localhost, one that does not answer, and no name
 */
#include <stdio.h>
#include <tutti/dns.h>
#include <tutti/tutti.h>

enum { HOSTS_MAX = 100, IPS_MAX = 8 };

struct host {
	const char *name;
	tutti_ip ips[IPS_MAX];
	int n;
};

static void *look_up(void *arg)
{
	struct host *h = arg;
	tutti_time deadline = tutti_after(TUTTI_SECONDS(2));

	h->n = tutti_dns_find_until(NULL, h->name, h->ips, IPS_MAX, deadline);
	return NULL;
}

static void show(const struct host *h)
{
	printf("%s:", h->name);
	if (h->n < 0)
		printf(" %s", tutti_errname(h->n));
	for (int i = 0; i < h->n; i++)
		printf(" %s", h->ips[i].text);
	printf("\n");
}

int main(int argc, char **argv)
{
	static const char *const usual[] = { "localhost", "192.0.2.7", "not a name", NULL };
	const char *const *names = argc > 1 ? (const char *const *)argv + 1 : usual;
	struct host hosts[HOSTS_MAX];
	tutti_group tasks = { 0 };
	int n;

	for (n = 0; names[n] && n < HOSTS_MAX; n++) {
		hosts[n].name = names[n];
		tutti_group_start(&tasks, look_up, &hosts[n]);
	}
	tutti_group_join(&tasks);
	for (int i = 0; i < n; i++)
		show(&hosts[i]);
	return 0;
}
