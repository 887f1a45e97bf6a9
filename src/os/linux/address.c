/* SPDX-License-Identifier: MIT */
/* address.c - addresses of sockets: from texts, to texts, and of names. */
#include "os/socket.h"

#include "base/host.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

_Static_assert(sizeof(struct sockaddr_un) <= TU_OS_ADDRESS_BYTES, "the largest of the three");

static sa_family_t family(const struct tu_os_address *a)
{
	sa_family_t f;

	memcpy(&f, a->bytes, sizeof(f)); /* every kind begins with it */
	return f;
}

static void set(struct tu_os_address *a, const void *address, size_t size)
{
	memset(a, 0, sizeof(*a));
	memcpy(a->bytes, address, size);
	a->size = (uint32_t)size;
}

static void set_ip6(
	struct tu_os_address *a, const struct in6_addr *ip, uint16_t port, uint32_t zone)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_addr = *ip,
		.sin6_scope_id = zone };

	set(a, &v6, sizeof(v6));
}

/* "eth0" or "2"; 0: there is none such. */
static uint32_t zone_of(const char *text)
{
	uint32_t zone = if_nametoindex(text);
	char *end;

	if (zone == 0 && *text >= '0' && *text <= '9') {
		unsigned long number = strtoul(text, &end, 10);

		zone = *end || number > UINT32_MAX ? 0 : (uint32_t)number;
	}
	return zone;
}

static int ip6(struct tu_os_address *a, const char *host, uint16_t port)
{
	char buf[INET6_ADDRSTRLEN + IF_NAMESIZE + 2];
	struct in6_addr ip;
	uint32_t zone = 0;
	char *percent;

	if (strlen(host) >= sizeof(buf))
		return -EINVAL;
	strcpy(buf, host);
	percent = strchr(buf, '%');
	if (percent) {
		*percent = '\0';
		zone = zone_of(percent + 1);
		if (zone == 0)
			return -EINVAL;
	}
	if (inet_pton(AF_INET6, buf, &ip) != 1)
		return -EINVAL;
	set_ip6(a, &ip, port, zone);
	return 0;
}

int tu_os_address_ip(struct tu_os_address *a, const char *host, uint16_t port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port) };

	if (inet_pton(AF_INET, host, &v4.sin_addr) != 1)
		return ip6(a, host, port);
	set(a, &v4, sizeof(v4));
	return 0;
}

void tu_os_address_any(struct tu_os_address *a, uint16_t port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0) {
		close(fd);
		set_ip6(a, &in6addr_any, port, 0);
	} else {
		set(a, &v4, sizeof(v4));
	}
}

int tu_os_address_unix(struct tu_os_address *a, const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	size_t n = strlen(path), head = offsetof(struct sockaddr_un, sun_path);

	if (n == 0)
		return -EINVAL;
	if (n >= sizeof(un.sun_path))
		return -ENAMETOOLONG;
	memcpy(un.sun_path, path, n);
	if (*path == '@') /* Linux': a name that begins with a zero and has no end but the size */
		un.sun_path[0] = '\0';
	set(a, &un, *path == '@' ? head + n : sizeof(un));
	return 0;
}

bool tu_os_address_is_unix(const struct tu_os_address *a)
{
	return family(a) == AF_UNIX;
}

bool tu_os_address_is_ip6(const struct tu_os_address *a)
{
	return family(a) == AF_INET6;
}

_Static_assert(offsetof(struct sockaddr_in, sin_port) == offsetof(struct sockaddr_in6, sin6_port),
	"the port stands in one place in both");

uint16_t tu_os_address_port(const struct tu_os_address *a)
{
	struct sockaddr_in v4;

	if (family(a) != AF_INET && family(a) != AF_INET6)
		return 0;
	memcpy(&v4, a->bytes, sizeof(v4));
	return ntohs(v4.sin_port);
}

void tu_os_address_set_port(struct tu_os_address *a, uint16_t port)
{
	uint16_t sent = htons(port);

	if (family(a) == AF_INET || family(a) == AF_INET6)
		memcpy(a->bytes + offsetof(struct sockaddr_in, sin_port), &sent, sizeof(sent));
}

static int unix_text(const struct tu_os_address *a, char *text, size_t size)
{
	struct sockaddr_un un;
	size_t head = offsetof(struct sockaddr_un, sun_path);
	int n = a->size > head ? (int)(a->size - head) : 0;

	memcpy(&un, a->bytes, sizeof(un));
	if (n > 0 && un.sun_path[0] != '\0')
		return snprintf(text, size, "unix:%.*s", n, un.sun_path);
	return n > 0 ? snprintf(text, size, "unix:@%.*s", n - 1, un.sun_path + 1)
		     : snprintf(text, size, "unix:");
}

static int ip4_text(const void *address, uint16_t port, char *text, size_t size)
{
	char ip[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, address, ip, sizeof(ip));
	return snprintf(text, size, "%s:%u", ip, (unsigned)ntohs(port));
}

static int ip6_text(const struct tu_os_address *a, char *text, size_t size)
{
	char ip[INET6_ADDRSTRLEN], zone[IF_NAMESIZE + 1] = "";
	struct sockaddr_in6 v6;
	char name[IF_NAMESIZE];

	memcpy(&v6, a->bytes, sizeof(v6));
	if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) /* of IPv4, by a socket that takes both */
		return ip4_text(v6.sin6_addr.s6_addr + 12, v6.sin6_port, text, size);
	inet_ntop(AF_INET6, &v6.sin6_addr, ip, sizeof(ip));
	if (v6.sin6_scope_id != 0 && if_indextoname(v6.sin6_scope_id, name))
		snprintf(zone, sizeof(zone), "%%%s", name);
	else if (v6.sin6_scope_id != 0)
		snprintf(zone, sizeof(zone), "%%%u", (unsigned)v6.sin6_scope_id);
	return snprintf(text, size, "[%s%s]:%u", ip, zone, (unsigned)ntohs(v6.sin6_port));
}

int tu_os_address_text(const struct tu_os_address *a, char *text, size_t size)
{
	struct sockaddr_in v4;

	if (family(a) == AF_UNIX)
		return unix_text(a, text, size);
	if (family(a) == AF_INET6)
		return ip6_text(a, text, size);
	memcpy(&v4, a->bytes, sizeof(v4));
	return ip4_text(&v4.sin_addr, v4.sin_port, text, size);
}

/* Without a descriptor neither a file nor a server can be asked, which is told as anything else. */
static int no_descriptor(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC), rc = fd < 0 ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return rc == -EMFILE || rc == -ENFILE ? rc : 0;
}

static int resolve_error(int rc)
{
	switch (rc) {
	case EAI_AGAIN:
		return -EAGAIN;
	case EAI_MEMORY:
		return -ENOMEM;
	case EAI_SYSTEM:
		return errno ? -errno : -EAGAIN;
	default:
		return -ENOENT;
	}
}

/* Also where no file says so: RFC 6761, 6.3. */
static int be_local(uint16_t port, struct tu_os_address *a, int n)
{
	static const char *const loopback[] = { "127.0.0.1", "::1" };
	int count = 0;

	for (int i = 0; i < 2 && count < n; i++)
		if (tu_os_address_ip(&a[count], loopback[i], port) == 0)
			count++;
	return count;
}

int tu_os_resolve(const char *host, uint16_t port, struct tu_os_address *a, int n)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	char service[8];
	int count = 0, rc;

	snprintf(service, sizeof(service), "%u", (unsigned)port);
	rc = getaddrinfo(host, service, &hints, &found);
	if (rc != 0) {
		int error = resolve_error(rc), none = no_descriptor();

		if (none == 0 && error != -ENOMEM && tu_host_is_local(host))
			return be_local(port, a, n);
		return none < 0 ? none : error;
	}
	for (struct addrinfo *i = found; i && count < n; i = i->ai_next)
		if (i->ai_addrlen <= TU_OS_ADDRESS_BYTES)
			set(&a[count++], i->ai_addr, i->ai_addrlen);
	freeaddrinfo(found);
	return count > 0 ? count : -ENOENT;
}
