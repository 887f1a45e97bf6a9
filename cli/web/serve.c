/* SPDX-License-Identifier: MIT */
/*
 * serve.c - `tutti serve`: a folder over HTTP. The server itself is the library's; here it gets its
 * routes, its listener and its loops, and hears of signals.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "option.h"
#include "web/address.h"
#include "web/serve.h"

struct site {
	const struct serve *s;
	tutti_listener *listener;
	tutti_http_server *http;
	tutti_tls_server *tls; /* NULL: not encrypted */
	char url[TUTTI_ADDRESS_SIZE + 16];
};

/* -- connections ------------------------------------------------------------------------------- */

static const tutti_time handshake_time = TUTTI_SECONDS(10);

/* Who does not get that far is no news, unless somebody wants to know of each request. */
static int serve_encrypted(tutti_stream *plain, void *arg)
{
	struct site *site = arg;
	char peer[TUTTI_ADDRESS_SIZE] = "somebody";
	tutti_tls_fault fault;
	tutti_stream *stream;
	int rc;

	tutti_stream_peer(plain, peer, sizeof peer); /* while it is there */
	rc = tutti_tls_server_wrap_until(
		site->tls, &stream, plain, &fault, tutti_after(handshake_time));
	if (rc < 0) {
		if (rc != TUTTI_ECANCELED && !site->s->quiet)
			say("serve: %s: %s", peer, *fault.text ? fault.text : tutti_strerror(rc));
		return rc == TUTTI_ECANCELED ? rc : 0;
	}
	rc = tutti_http_server_serve_stream(stream, site->http);
	tutti_stream_free(stream);
	return rc;
}

static int serve_plain(tutti_stream *stream, void *arg)
{
	return tutti_http_server_serve_stream(stream, ((struct site *)arg)->http);
}

/* -- signals ----------------------------------------------------------------------------------- */

static void print_place(const struct site *site)
{
	char address[TUTTI_ADDRESS_SIZE];

	tutti_listener_address(site->listener, address, sizeof address);
	printf("serving %s at %s%s%s\n", site->s->demo ? "the demo" : site->s->folder, site->url,
		strncmp(address, "unix:", 5) == 0 ? " on " : "/",
		strncmp(address, "unix:", 5) == 0 ? address : "");
	fflush(stdout);
}

/*
 * A task that runs once tutti_serve listens for signals, since that is where its thread first
 * waits. What tutti_serve does not know is that a connection is idle, and need not be waited for.
 */
static void *watch(void *arg)
{
	static const int numbers[] = { SIGINT, SIGTERM };
	struct site *site = arg;
	tutti_signals *signals;
	int rc = tutti_signals_open(&signals, numbers, 2);

	print_place(site);
	if (rc < 0)
		return NULL;
	rc = tutti_signals_wait(signals);
	tutti_http_server_shutdown(site->http);
	if (rc > 0 &&
		tutti_signals_wait_until(signals, tutti_after(TUTTI_SECONDS(1))) == TUTTI_ETIMEDOUT)
		say("serve: requests under way may finish; once more ends it at once");
	tutti_signals_free(signals);
	return NULL;
}

static int run(struct site *site)
{
	tutti_serve_options options = { .grace = site->s->grace > 0 ? site->s->grace : 1 };
	tutti_future *watching = tutti_task_start(watch, site, NULL);
	char where[32] = "tasks";
	int rc;

	if (site->s->loops > 1)
		snprintf(where, sizeof where, "threads:%d", site->s->loops);
	rc = tutti_serve(
		site->listener, where, site->tls ? serve_encrypted : serve_plain, site, &options);
	tutti_future_cancel(watching);
	tutti_future_result(watching, NULL, 0);
	tutti_future_unref(watching);
	if (rc < 0)
		say("serve: %s", tutti_strerror(rc));
	return rc < 0 ? STATUS_FAILED : STATUS_FINE;
}

/* -- the listener ------------------------------------------------------------------------------ */

/* What a browser is told: every address of the machine is also localhost. */
static void make_url(struct site *site)
{
	const char *scheme = site->tls ? "https" : "http";
	char address[TUTTI_ADDRESS_SIZE];

	tutti_listener_address(site->listener, address, sizeof address);
	if (strncmp(address, "unix:", 5) == 0)
		snprintf(site->url, sizeof site->url, "%s://localhost", scheme);
	else if (strncmp(address, "0.0.0.0:", 8) == 0 || strncmp(address, "[::]:", 5) == 0)
		snprintf(site->url, sizeof site->url, "%s://localhost:%d", scheme,
			tutti_listener_port(site->listener));
	else
		snprintf(site->url, sizeof site->url, "%s://%s", scheme, address);
}

static int listen_there(struct site *site)
{
	char room[64];
	const char *address = address_full("serve", site->s->listen, room, sizeof room);
	int rc;

	if (!address)
		return STATUS_USAGE;
	rc = tutti_listener_create(&site->listener, address, NULL);
	if (rc < 0) {
		say("serve: %s: %s%s", address, address_words(address, rc),
			address_hint(address, rc));
		return STATUS_FAILED;
	}
	make_url(site);
	return STATUS_FINE;
}

/* -- what is served ---------------------------------------------------------------------------- */

static int check_folder(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		say("serve: %s: %s%s", path, tutti_strerror(-errno),
			path[strspn(path, "0123456789")] ? "" : "; a port is said by --listen");
	else if (!S_ISDIR(st.st_mode))
		say("serve: %s: %s", path, tutti_strerror(-ENOTDIR));
	else if (access(path, R_OK | X_OK) < 0)
		say("serve: %s: %s", path, tutti_strerror(-errno));
	else
		return STATUS_FINE;
	return STATUS_FAILED;
}

static int add_folder(struct site *site)
{
	tutti_http_folder_options options = { .list = !site->s->bare,
		.hidden = site->s->hidden,
		.missing = "404.html",
		.headers = site->s->headers };
	int rc = tutti_http_server_folder(site->http, "/", site->s->folder, &options);

	if (rc == -EINVAL) {
		say("serve: a --header cannot be said: its name is none, or the server's own, or "
		    "there are control characters in it");
		return STATUS_USAGE;
	}
	return rc;
}

static int read_certificate(struct site *site)
{
	const tutti_tls_identity who = { site->s->certificate, site->s->key };
	static const char *const protocols[] = { "http/1.1", NULL };
	tutti_tls_server_options options = { .identities = &who, .n = 1, .protocols = protocols };
	const char *hint = "";
	tutti_tls_fault fault;

	if (!who.chain || tutti_tls_server_create(&site->tls, &options, &fault) == 0)
		return STATUS_FINE;
	if (!who.key && strstr(fault.text, "no private key"))
		hint = "; --tls-key FILE names the file that has it";
	say("serve: %s%s", fault.text, hint);
	return STATUS_FAILED;
}

static int make(struct site *site)
{
	const struct serve *s = site->s;
	int status = s->demo ? STATUS_FINE : check_folder(s->folder), rc;

	if (status == STATUS_FINE)
		status = read_certificate(site);
	if (status == STATUS_FINE)
		status = listen_there(site);
	if (status != STATUS_FINE)
		return status;
	rc = tutti_http_server_create(&site->http, NULL);
	if (rc == 0)
		rc = s->demo ? demo_add(site->http, s, site->url) : add_folder(site);
	if (rc > 0)
		return rc;
	if (rc == 0) {
		rc = log_open(s, site->http);
		if (rc < 0 && s->log) {
			say("serve: %s: %s", s->log, tutti_strerror(rc));
			return STATUS_FAILED;
		}
	}
	if (rc < 0)
		say("serve: %s", tutti_strerror(rc));
	return rc < 0 ? STATUS_FAILED : STATUS_FINE;
}

/* Each connection is a descriptor, and usually fewer are allowed than may be asked for. */
static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int serve(const struct serve *s)
{
	struct site site = { .s = s };
	int status;

	signal(SIGPIPE, SIG_IGN); /* who reads the log may go */
	raise_limit();
	status = make(&site);
	if (status == STATUS_FINE)
		status = run(&site);
	tutti_http_server_free(site.http);
	tutti_listener_free(site.listener);
	tutti_tls_server_free(site.tls);
	return status;
}

int web_serve_main(int argc, char **argv)
{
	struct serve s;
	int status;

	if (serve_parse(&s, argc, argv, &status))
		status = serve(&s);
	return status == STATUS_USAGE ? option_misused("serve") : status;
}
