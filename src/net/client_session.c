/* SPDX-License-Identifier: MIT */
/* client_session.c - sessions: what their requests share, and how they end. */
#include "net/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <tutti/error.h>
#include <tutti/wait.h>

/* -- what all threads share -------------------------------------------------------------------- */

static void share_lock(CURL *easy, curl_lock_data data, curl_lock_access access, void *arg)
{
	tutti_http_session *s = arg;

	(void)easy, (void)access;
	pthread_mutex_lock(&s->share_mutex[data]);
}

static void share_unlock(CURL *easy, curl_lock_data data, void *arg)
{
	tutti_http_session *s = arg;

	(void)easy;
	pthread_mutex_unlock(&s->share_mutex[data]);
}

static void init_curl(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

static int make_share(tutti_http_session *s)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, init_curl);
	for (int i = 0; i < CURL_LOCK_DATA_LAST; i++)
		pthread_mutex_init(&s->share_mutex[i], NULL);
	s->share = curl_share_init();
	if (!s->share)
		return -ENOMEM;
	curl_share_setopt(s->share, CURLSHOPT_LOCKFUNC, share_lock);
	curl_share_setopt(s->share, CURLSHOPT_UNLOCKFUNC, share_unlock);
	curl_share_setopt(s->share, CURLSHOPT_USERDATA, s);
	curl_share_setopt(s->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
	curl_share_setopt(s->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
	return 0;
}

/* -- making and setting ------------------------------------------------------------------------ */

static void destroy(tutti_http_session *s)
{
	while (s->n_spare > 0)
		curl_easy_cleanup(s->spare[--s->n_spare]);
	if (s->share)
		curl_share_cleanup(s->share);
	for (int i = 0; i < CURL_LOCK_DATA_LAST; i++)
		pthread_mutex_destroy(&s->share_mutex[i]);
	if (s->closing >= 0)
		close(s->closing);
	tu_client_defaults_free(s);
	free(s->trust);
	free(s);
}

int tutti_http_session_create(tutti_http_session **s, const tutti_http_options *defaults)
{
	tutti_http_session *made = calloc(1, sizeof(*made));
	int rc;

	if (!made)
		return -ENOMEM;
	tu_list_init(&made->multis);
	tu_list_init(&made->hosts);
	made->users = 1;
	made->pid = getpid();
	made->options.connect_timeout = TUTTI_SECONDS(30);
	made->closing = -1;
	rc = make_share(made);
	if (rc == 0 && defaults)
		rc = tu_client_defaults_take(made, defaults);
	if (rc == 0) {
		made->closing = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		rc = made->closing < 0 ? -errno : 0;
	}
	if (rc < 0) {
		destroy(made);
		return rc;
	}
	*s = made;
	return 0;
}

static bool may_be(const tutti_http_session_options *o)
{
	for (size_t i = 0; i < sizeof(o->reserved) / sizeof(*o->reserved); i++)
		if (o->reserved[i] != 0)
			return false;
	return o->per_host >= 0 && o->connections >= 0 && o->idle >= -1 && o->connect_timeout >= 0;
}

static bool is_pem(const char *text)
{
	return strncmp(text, "-----BEGIN", 10) == 0;
}

int tutti_http_session_configure(tutti_http_session *s, const tutti_http_session_options *o)
{
	char *trust = NULL;
	int rc = may_be(o) ? 0 : -EINVAL;

	if (rc == 0 && o->trust && !is_pem(o->trust) && access(o->trust, R_OK) < 0)
		rc = -errno;
	if (rc == 0 && o->trust) {
		trust = strdup(o->trust);
		rc = trust ? 0 : -ENOMEM;
	}
	if (rc < 0)
		return rc;
	tutti_lock_acquire(&s->lock);
	if (s->used) {
		rc = -EBUSY;
	} else {
		char *before = s->trust;

		s->options = *o;
		s->options.trust = s->trust = trust;
		tutti_semaphore_init(&s->permits, (uint32_t)o->connections, 0);
		if (!o->connect_timeout)
			s->options.connect_timeout = TUTTI_SECONDS(30);
		trust = before;
	}
	tutti_lock_release(&s->lock);
	free(trust);
	return rc;
}

/* -- users ------------------------------------------------------------------------------------- */

int tu_client_session_use(tutti_http_session *s)
{
	int rc;

	tutti_lock_acquire(&s->lock);
	rc = s->closed ? TUTTI_ESHUTDOWN : 0;
	s->used = true;
	s->users += rc == 0;
	tutti_lock_release(&s->lock);
	return rc;
}

void tu_client_session_leave(tutti_http_session *s)
{
	bool last;

	tutti_lock_acquire(&s->lock);
	last = --s->users == 0;
	tutti_lock_release(&s->lock);
	if (last)
		destroy(s);
}

/* -- handles ----------------------------------------------------------------------------------- */

CURL *tu_client_easy_take(tutti_http_session *s)
{
	CURL *easy = NULL;

	tutti_lock_acquire(&s->lock);
	if (s->n_spare > 0)
		easy = s->spare[--s->n_spare];
	tutti_lock_release(&s->lock);
	return easy ? easy : curl_easy_init();
}

void tu_client_easy_give(tutti_http_session *s, CURL *easy, bool ended_well)
{
	if (easy && ended_well) {
		curl_easy_setopt(easy, CURLOPT_COOKIEFILE, NULL); /* a list, which the next loses */
		curl_easy_reset(easy);
		tutti_lock_acquire(&s->lock);
		if (s->n_spare < TU_CLIENT_SPARE_MAX) {
			s->spare[s->n_spare++] = easy;
			easy = NULL;
		}
		tutti_lock_release(&s->lock);
	}
	curl_easy_cleanup(easy);
}

/* -- multis ------------------------------------------------------------------------------------ */

static struct tu_client_multi *multi_of(struct tu_link *link)
{
	return tu_container_of(link, struct tu_client_multi, link);
}

/*
 * In a child of fork the connections are the parent's: to close them would say so to the servers.
 * They are forgotten, and what they hold with them.
 */
static void forget_parents(tutti_http_session *s)
{
	pid_t pid = getpid();

	if (s->pid == pid)
		return;
	s->pid = pid;
	tu_list_each(link, &s->multis)
		multi_of(link)->lost = true;
	tu_list_init(&s->multis);
	close(s->closing); /* to say it there would tell the parent too */
	s->closing = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

/* The loop's own; or else one that is nobody's, the last used. NULL: none. */
static struct tu_client_multi *find(tutti_http_session *s, tutti_loop *loop)
{
	struct tu_client_multi *found = NULL;

	tu_list_each(link, &s->multis) {
		struct tu_client_multi *m = multi_of(link);

		if (m->loop == loop)
			return m;
		if (!found && !m->loop)
			found = m;
	}
	return found;
}

int tu_client_multi_take(tutti_http_session *s, struct tu_client_multi **m)
{
	tutti_loop *loop = tutti_loop_current();
	int rc = loop ? 0 : -ENOMEM;

	tutti_lock_acquire(&s->lock);
	if (rc == 0 && s->closed)
		rc = TUTTI_ESHUTDOWN;
	if (rc == 0) {
		forget_parents(s);
		*m = find(s, loop);
		if (!*m) {
			rc = tu_client_multi_create(m, s);
			if (rc == 0)
				tu_list_add_head(&s->multis, &(*m)->link);
		}
	}
	if (rc == 0) {
		(*m)->loop = loop;
		(*m)->users++;
	}
	tutti_lock_release(&s->lock);
	return rc;
}

/* Under the lock. The multi, if it is to be freed. */
static struct tu_client_multi *unuse(struct tu_client_multi *m)
{
	tutti_http_session *s = m->session;

	if (--m->users > 0 || m->lost)
		return NULL;
	m->loop = NULL;
	tu_list_remove(&m->link);
	if (s->closed)
		return m;
	tu_list_add_head(&s->multis, &m->link);
	return NULL;
}

/* What another thread gave up while this one was at work on others. */
static void end_dropped(struct tu_client_multi *m, struct tu_link *link)
{
	struct tu_client_transfer *t = tu_container_of(link, struct tu_client_transfer, dropped);

	curl_multi_remove_handle(m->curl, t->easy);
	t->multi = NULL;
	tu_client_transfer_free(t);
}

void tu_client_multi_leave(struct tu_client_multi *m)
{
	tutti_http_session *s = m->session;
	struct tu_client_multi *unused = NULL;
	struct tu_link *link;

	do {
		tutti_lock_acquire(&s->lock);
		link = tu_list_take(&m->dropped);
		if (link)
			m->users--;
		else
			unused = unuse(m);
		tutti_lock_release(&s->lock);
		if (link)
			end_dropped(m, link);
	} while (link);
	if (unused)
		tu_client_multi_free(unused);
}

bool tu_client_multi_drop(struct tu_client_multi *m, struct tu_link *link)
{
	tutti_loop *loop = tutti_loop_current();
	bool theirs;

	tutti_lock_acquire(&m->session->lock);
	theirs = m->loop != loop && m->users > 1;
	if (theirs)
		tu_list_add_tail(&m->dropped, link);
	else
		m->loop = loop;
	tutti_lock_release(&m->session->lock);
	return theirs;
}

/* -- the end ----------------------------------------------------------------------------------- */

void tutti_http_session_close(tutti_http_session *s)
{
	struct tu_list idle;

	tu_list_init(&idle);
	tutti_lock_acquire(&s->lock);
	s->closed = true;
	forget_parents(s);
	tu_list_each_safe(link, &s->multis) {
		if (multi_of(link)->loop)
			continue;
		tu_list_remove(link);
		tu_list_add_tail(&idle, link);
	}
	tutti_lock_release(&s->lock);
	eventfd_write(s->closing, 1);
	while (!tu_list_empty(&idle))
		tu_client_multi_free(multi_of(tu_list_take(&idle)));
}

void tutti_http_session_free(tutti_http_session *s)
{
	if (!s)
		return;
	tutti_http_session_close(s);
	tu_client_session_leave(s);
}
