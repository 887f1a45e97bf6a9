/* SPDX-License-Identifier: MIT */
/* dns.c - see dns.h: resolvers, and what those who ask do. */
#include "net/dns.h"

#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/loop.h>
#include <tutti/task.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct tu_list resolvers = { { &resolvers.head, &resolvers.head } };
static tutti_dns *process_own; /* under the mutex; never freed */

void tu_dns_hold(void)
{
	pthread_mutex_lock(&mutex);
}

void tu_dns_let_go(void)
{
	pthread_mutex_unlock(&mutex);
}

static struct tu_dns_search *search_of(struct tu_link *link)
{
	return tu_container_of(link, struct tu_dns_search, all);
}

/* -- fork -------------------------------------------------------------------------------------- */

/* The task that should end s is not in this process. The memory stays: it was in use. */
static void lose(tutti_dns *d, struct tu_dns_search *s)
{
	for (int i = 0; i < TU_DNS_FDS; i++)
		if (s->fd_events[i])
			close(s->fds[i]);
	if (tu_link_used(&s->next))
		tu_list_remove(&s->next);
	tu_list_remove(&s->all);
	tu_list_add_tail(&d->lost, &s->all);
	s->over = s->lost = true;
	tutti_event_set(&s->done); /* the thread that forked may wait for it below its tasks */
}

static void in_child(void)
{
	tu_dns_let_go();
	tu_list_each(link, &resolvers) {
		tutti_dns *d = tu_container_of(link, tutti_dns, all);

		d->users -= d->serving;
		d->serving = false;
		d->running = 0;
		d->wake = (tutti_event){ { 0 } };
		while (!tu_list_empty(&d->searches))
			lose(d, search_of(tu_list_first(&d->searches)));
	}
}

static void watch_forks(void)
{
	tutti_loop_current(); /* tutti's own have to come first in the child */
	pthread_atfork(tu_dns_hold, tu_dns_let_go, in_child);
}

/* -- resolvers --------------------------------------------------------------------------------- */

static int take_options(tutti_dns *d, const tutti_dns_options *o)
{
	const char *hosts = o->hosts ? o->hosts : "/etc/hosts";
	int rc = 0;

	d->own_servers = o->servers != NULL;
	d->own_domains = o->search != NULL;
	if (o->servers)
		rc = tu_dns_config_servers(&d->own, o->servers);
	if (rc == 0 && o->search)
		rc = tu_dns_config_domains(&d->own, o->search);
	if (rc < 0 || o->answer_ns < 0 || o->rounds < 0 || o->cache_max < -1)
		return -EINVAL;
	d->own_answer_ns = o->answer_ns;
	d->own_rounds = o->rounds;
	d->cache_max = o->cache_max < 0 ? 0 : o->cache_max > 0 ? o->cache_max : 256;
	d->hosts = *hosts ? strdup(hosts) : NULL;
	return *hosts && !d->hosts ? -ENOMEM : 0;
}

int tutti_dns_create(tutti_dns **d, const tutti_dns_options *options)
{
	static const tutti_dns_options usual = { .servers = NULL };
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	tutti_dns *made = calloc(1, sizeof(*made));
	int rc;

	if (!made)
		return -ENOMEM;
	rc = take_options(made, options ? options : &usual);
	if (rc < 0) {
		free(made);
		return rc;
	}
	made->users = 1;
	tu_list_init(&made->searches);
	tu_list_init(&made->fresh);
	tu_list_init(&made->lost);
	tu_list_init(&made->cache);
	pthread_once(&once, watch_forks);
	tu_dns_hold();
	tu_list_add_tail(&resolvers, &made->all);
	tu_dns_let_go();
	*d = made;
	return 0;
}

void tu_dns_leave(tutti_dns *d)
{
	bool last;

	tu_dns_hold();
	last = --d->users == 0;
	if (last) {
		tu_list_remove(&d->all);
		tu_dns_cache_empty(d);
	}
	tu_dns_let_go();
	if (last) {
		free(d->hosts);
		free(d);
	}
}

void tutti_dns_free(tutti_dns *d)
{
	if (!d)
		return;
	tu_dns_hold();
	d->ending = true;
	tu_dns_let_go();
	tutti_event_set(&d->wake);
	tu_dns_leave(d);
}

/* d, or the process' own; NULL: no memory. */
static tutti_dns *of(tutti_dns *d)
{
	tutti_dns *made = NULL;

	if (d)
		return d;
	tu_dns_hold();
	d = process_own;
	tu_dns_let_go();
	if (d || tutti_dns_create(&made, NULL) < 0)
		return d;
	tu_dns_hold();
	if (!process_own) {
		process_own = made;
		made = NULL;
	}
	d = process_own;
	tu_dns_let_go();
	tutti_dns_free(made);
	return d;
}

void tutti_dns_forget(tutti_dns *d)
{
	d = of(d);
	if (!d)
		return;
	tu_dns_hold();
	tu_dns_cache_empty(d);
	tu_dns_let_go();
}

static int find_for_streams(
	void *arg, const char *host, tutti_ip *ips, int max, tutti_time deadline)
{
	return tutti_dns_find_until(arg, host, ips, max, deadline);
}

int tutti_dns_install(tutti_dns *d)
{
	return tutti_set_resolver(find_for_streams, d);
}

/* -- searches ---------------------------------------------------------------------------------- */

void tu_dns_search_leave(struct tu_dns_search *s)
{
	bool last;

	tu_dns_hold();
	last = --s->users == 0;
	if (last)
		tu_list_remove(&s->all);
	tu_dns_let_go();
	if (last) {
		tutti_future_unref(s->task);
		tu_dns_release(s);
	}
}

static struct tu_dns_search *make(tutti_dns *d, const char *key, bool reverse)
{
	struct tu_dns_search *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->dns = d;
	s->users = 2;
	s->reverse = reverse;
	strcpy(s->key, key);
	tu_list_add_tail(&d->searches, &s->all);
	tu_list_add_tail(&d->fresh, &s->next);
	return s;
}

/* One that is under way, or else a new one. NULL: no memory. */
static struct tu_dns_search *join(tutti_dns *d, const char *key, bool reverse)
{
	struct tu_dns_search *found = NULL;
	bool fresh;

	tu_dns_hold();
	tu_list_each(link, &d->searches) {
		struct tu_dns_search *s = search_of(link);

		if (!s->over && s->reverse == reverse && strcmp(s->key, key) == 0)
			found = s;
	}
	fresh = !found;
	if (found)
		found->users++;
	else
		found = make(d, key, reverse);
	tu_dns_let_go();
	if (found && fresh)
		tu_dns_serve(d);
	return found;
}

/* Who waited for s goes; the last one ends it, if it has not ended. */
static void leave(struct tu_dns_search *s)
{
	tutti_future *task = NULL;
	bool waits = false;

	tu_dns_hold();
	if (s->users == 2 && !s->over) {
		s->over = s->left = true;
		task = s->task;
		waits = tu_link_used(&s->next);
		if (waits)
			tu_list_remove(&s->next);
	}
	tu_dns_let_go();
	if (waits)
		tu_dns_search_leave(s); /* there is no task, and will be none */
	else if (task)
		tu_dns_cancel(s, task);
	tu_dns_search_leave(s);
}

/* Wait for such a search. Its result is take's to copy; what that returns, or an error. */
static int search(tutti_dns *d, const char *key, bool reverse, tutti_time deadline,
	int (*take)(const struct tu_dns_search *s, void *to, size_t room), void *to, size_t room)
{
	bool lost;
	int rc;

	do {
		struct tu_dns_search *s = join(d, key, reverse);

		if (!s)
			return -ENOMEM;
		rc = tutti_event_wait_until(&s->done, deadline);
		lost = rc == 0 && s->lost;
		if (rc == 0 && !lost)
			rc = s->rc < 0 ? s->rc : take(s, to, room);
		leave(s);
	} while (lost);
	return rc;
}

/* -- asking ------------------------------------------------------------------------------------ */

/* A number is its own answer, also with a zone: "fe80::1%eth0". */
static bool is_address(const char *text)
{
	const char *zone = strchr(text, '%');
	size_t n = zone ? (size_t)(zone - text) : strlen(text);
	struct tu_dns_address a;
	char buf[64];

	if (n >= sizeof(buf) || strlen(text) >= sizeof(tutti_ip))
		return false;
	memcpy(buf, text, n);
	buf[n] = '\0';
	return tu_dns_address_read(&a, buf) == 0 && (!zone || (zone[1] && a.family == AF_INET6));
}

static int take_ips(const struct tu_dns_search *s, void *to, size_t max)
{
	int n = (size_t)s->n < max ? s->n : (int)max;

	memcpy(to, s->ips, (size_t)n * sizeof(tutti_ip));
	return n;
}

static int take_name(const struct tu_dns_search *s, void *to, size_t size)
{
	size_t n = strlen(s->name);

	if (size > 0) {
		size_t fits = n < size ? n : size - 1;

		memcpy(to, s->name, fits);
		((char *)to)[fits] = '\0';
	}
	return (int)n;
}

/* What was found before; 0: nothing. */
static int recall(tutti_dns *d, const char *key, tutti_ip *ips, int max)
{
	tutti_time now = tutti_now();
	int n;

	tu_dns_hold();
	n = tu_dns_cache_get(d, key, ips, max, now);
	tu_dns_let_go();
	return n;
}

int tutti_dns_find_until(
	tutti_dns *d, const char *host, tutti_ip *ips, int max, tutti_time deadline)
{
	char key[TU_DNS_NAME_BYTES];
	int n;

	if (tutti_cancelled())
		return TUTTI_ECANCELED;
	if (!host || !ips || max < 1)
		return -EINVAL;
	if (is_address(host)) {
		strcpy(ips[0].text, host);
		return 1;
	}
	if (!tu_dns_name_fits(host))
		return -EINVAL;
	d = of(d);
	if (!d)
		return -ENOMEM;
	for (n = 0; host[n]; n++)
		key[n] = (char)tolower((unsigned char)host[n]);
	key[n] = '\0';
	n = recall(d, key, ips, max);
	if (n > 0)
		return n;
	if (deadline <= tutti_now())
		return TUTTI_ETIMEDOUT;
	return search(d, key, false, deadline, take_ips, ips, (size_t)max);
}

int tutti_dns_find(tutti_dns *d, const char *host, tutti_ip *ips, int max)
{
	return tutti_dns_find_until(d, host, ips, max, TUTTI_FOREVER);
}

int tutti_dns_name_until(tutti_dns *d, const char *ip, char *name, size_t size, tutti_time deadline)
{
	struct tu_dns_address a;
	tutti_ip key;

	if (tutti_cancelled())
		return TUTTI_ECANCELED;
	if (!ip || tu_dns_address_read(&a, ip) < 0)
		return -EINVAL;
	d = of(d);
	if (!d)
		return -ENOMEM;
	if (deadline <= tutti_now())
		return TUTTI_ETIMEDOUT;
	tu_dns_address_write(&a, &key); /* in one form */
	return search(d, key.text, true, deadline, take_name, name, size);
}

int tutti_dns_name(tutti_dns *d, const char *ip, char *name, size_t size)
{
	return tutti_dns_name_until(d, ip, name, size, TUTTI_FOREVER);
}
