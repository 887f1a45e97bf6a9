/* SPDX-License-Identifier: MIT */
/* place.c - see place.h. */
#include "loop/place.h"

#include "loop/resolve.h"

#include <errno.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/task.h>

/* "1" to "65535", or "0"; -EINVAL. */
static int read_port(const char *text)
{
	int port = 0;

	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		port = port * 10 + (*text - '0');
		if (port > UINT16_MAX)
			return -EINVAL;
	}
	return port;
}

/* Split "host:port" or "[host]:port"; the port, or -EINVAL. An IPv6 address is in brackets. */
static int split(const char *text, char *host)
{
	const char *colon = strrchr(text, ':');
	size_t n;

	if (!colon)
		return -EINVAL;
	n = (size_t)(colon - text);
	if (*text == '[') {
		if (n < 3 || text[n - 1] != ']')
			return -EINVAL;
		text++;
		n -= 2;
	} else if (memchr(text, ':', n)) {
		return -EINVAL;
	}
	if (n >= TU_HOST_BYTES)
		return -EINVAL;
	memcpy(host, text, n);
	host[n] = '\0';
	return read_port(colon + 1);
}

enum { A_NAME = 1 };

/* 0, or -EINVAL; A_NAME: host, of TU_HOST_BYTES, is to be looked up. */
static int read_text(struct tu_os_address *a, const char *text, bool here, char *host, int *port)
{
	if (!text)
		return -EINVAL;
	if (strncmp(text, "unix:", 5) == 0)
		return tu_os_address_unix(a, text + 5);
	*port = split(text, host);
	if (*port < 0 || (*port == 0 && !here))
		return -EINVAL;
	if (!*host && here)
		tu_os_address_any(a, (uint16_t)*port);
	else if (!*host)
		return -EINVAL;
	else if (tu_os_address_ip(a, host, (uint16_t)*port) < 0)
		return *text == '[' ? -EINVAL : A_NAME;
	return 0;
}

int tu_place_read(struct tu_os_address *a, const char *text, bool here)
{
	char host[TU_HOST_BYTES];
	int port = 0, rc = read_text(a, text, here, host, &port);

	return rc == A_NAME ? -EINVAL : rc;
}

int tu_place_find(struct tu_place *p, const char *text, bool here, tutti_time deadline)
{
	char host[TU_HOST_BYTES];
	int port = 0, rc = read_text(&p->at[0], text, here, host, &port);

	p->n = 1;
	return rc == A_NAME ? tu_resolve(p, host, (uint16_t)port, deadline) : rc;
}

int tu_place_clear(const struct tu_os_address *a)
{
	const tutti_time give_up = tutti_after(TUTTI_SECONDS(1));
	int lock = tu_os_address_lock(a);

	while (lock == -EAGAIN && tutti_now() < give_up) {
		int rc = tutti_sleep(TUTTI_MILLISECONDS(1));

		if (rc < 0)
			return rc;
		lock = tu_os_address_lock(a);
	}
	if (lock != -EAGAIN)
		tu_os_address_clear(a);
	return lock;
}
