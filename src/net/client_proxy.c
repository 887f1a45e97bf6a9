/* SPDX-License-Identifier: MIT */
/*
 * client_proxy.c - by which proxy, if any: what the options say, or else the environment, read
 * here and not by libcurl, since the proxy's name has to be looked up here too.
 */
#include "net/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <tutti/error.h>

/* -- the environment --------------------------------------------------------------------------- */

static const char *variable(const char *name, const char *upper)
{
	const char *value = getenv(name);

	if (!value && upper)
		value = getenv(upper);
	return value && *value ? value : NULL;
}

/* HTTP_PROXY is no variable of the user's where a server made it from a header Proxy. */
static const char *from_environment(bool tls)
{
	const char *value =
		tls ? variable("https_proxy", "HTTPS_PROXY") : variable("http_proxy", NULL);

	return value ? value : variable("all_proxy", "ALL_PROXY");
}

/* Whether an entry, "example.org", ".example.org", "10.0.0.1:8080", is for the host. */
static bool entry_is_for(const char *entry, size_t size, const char *host, const char *port)
{
	size_t length = strlen(host);
	const char *colon = memchr(entry, ':', size);

	if (colon && !memchr(colon + 1, ':', size - (size_t)(colon + 1 - entry))) {
		size_t digits = size - (size_t)(colon + 1 - entry);

		if (strlen(port) != digits || memcmp(port, colon + 1, digits) != 0)
			return false;
		size = (size_t)(colon - entry);
	}
	if (size > 0 && entry[0] == '.') {
		entry++;
		size--;
	}
	if (size == 0 || size > length || strncasecmp(host + length - size, entry, size) != 0)
		return false;
	return size == length || host[length - size - 1] == '.';
}

bool tu_client_proxy_skips(const char *no_proxy, const char *host, const char *port)
{
	while (no_proxy && *no_proxy) {
		size_t n = strcspn(no_proxy, ", \t");

		if ((n == 1 && *no_proxy == '*') || entry_is_for(no_proxy, n, host, port))
			return true;
		no_proxy += n;
		no_proxy += strspn(no_proxy, ", \t");
	}
	return false;
}

/* -- finding it -------------------------------------------------------------------------------- */

/* Its host and port, and whether it is of a kind that is known. */
static int read_url(struct tu_client_request *q, CURLU *url)
{
	char *scheme = tu_client_url_part(url, CURLUPART_SCHEME, 0);
	char *port = tu_client_url_part(url, CURLUPART_PORT, 0);
	bool known =
		scheme && (strcasecmp(scheme, "http") == 0 || strcasecmp(scheme, "https") == 0);
	size_t n;

	q->proxy_port = port ? port : strdup(known && scheme[4] ? "443" : "1080"); /* as libcurl */
	free(scheme);
	if (!known)
		return tu_client_say(q->fault, -EPROTONOSUPPORT,
			"proxy %.150s: neither http nor https", q->proxy);
	q->proxy_host = tu_client_url_part(url, CURLUPART_HOST, 0);
	if (!q->proxy_host || !q->proxy_port)
		return -ENOMEM;
	n = strlen(q->proxy_host);
	if (q->proxy_host[0] == '[' && n > 2) {
		memmove(q->proxy_host, q->proxy_host + 1, n - 2);
		q->proxy_host[n - 2] = '\0';
	}
	return 0;
}

static int take(struct tu_client_request *q, const char *proxy)
{
	CURLU *url = curl_url();
	CURLUcode rc = CURLUE_OUT_OF_MEMORY;
	int code = -ENOMEM;

	q->proxy = strdup(proxy);
	if (url && q->proxy)
		rc = curl_url_set(
			url, CURLUPART_URL, proxy, CURLU_NON_SUPPORT_SCHEME | CURLU_DEFAULT_SCHEME);
	if (url && q->proxy && strstr(proxy, "://") == NULL && rc == CURLUE_OK)
		rc = curl_url_set(url, CURLUPART_SCHEME, "http", 0);
	if (rc == CURLUE_OK)
		code = read_url(q, url);
	else if (rc != CURLUE_OUT_OF_MEMORY)
		code = tu_client_say(
			q->fault, -EINVAL, "proxy %.150s: %s", proxy, curl_url_strerror(rc));
	curl_url_cleanup(url);
	return code;
}

int tu_client_proxy_find(struct tu_client_request *q)
{
	const char *proxy = q->o.proxy;

	free(q->proxy);
	free(q->proxy_host);
	free(q->proxy_port);
	q->proxy = q->proxy_host = q->proxy_port = NULL;
	if (!proxy) {
		proxy = from_environment(q->tls);
		if (proxy &&
			tu_client_proxy_skips(variable("no_proxy", "NO_PROXY"), q->host, q->port))
			proxy = NULL;
	}
	return proxy && *proxy ? take(q, proxy) : 0;
}
