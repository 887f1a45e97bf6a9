/* SPDX-License-Identifier: MIT */
/* The headers of the second library from C++17: what a C++ program can rely on. */
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <tutti/dns.h>
#include <tutti/net.h>

static int failed;

#define CHECK(x)                                                                             \
	do {                                                                                 \
		if (!(x)) {                                                                  \
			std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #x); \
			failed = 1;                                                          \
		}                                                                            \
	} while (0)

static void names()
{
	tutti_dns_options options = {};
	tutti_dns *d = nullptr;
	tutti_ip ip;

	options.hosts = "";
	options.cache_max = 10;
	CHECK(tutti_dns_create(&d, &options) == 0);
	CHECK(tutti_dns_find(d, "localhost", &ip, 1) == 1);
	CHECK(tutti_dns_find(d, "not a name", &ip, 1) == -EINVAL);
	CHECK(tutti_dns_find_until(d, "192.0.2.1", &ip, 1, tutti_now()) == 1);
	CHECK(std::strcmp(ip.text, "192.0.2.1") == 0);
	tutti_dns_forget(d);
	tutti_dns_free(d);
}

int main()
{
	CHECK(std::strstr(tutti_net_version(), "c-ares") != nullptr);
	names();
	return failed;
}
