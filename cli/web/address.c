/* SPDX-License-Identifier: MIT */
/* address.c - see address.h. */
#include "web/address.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static bool is_address(const char *text)
{
	const char *port = strrchr(text, ':');

	if (strncmp(text, "unix:", 5) == 0)
		return text[5] != '\0';
	return port && isdigit((unsigned char)port[1]) && strlen(port + 1) < 6 &&
	       port[1 + strspn(port + 1, "0123456789")] == '\0' && atoi(port + 1) < 65536;
}

const char *address_full(const char *who, const char *text, char *room, size_t size)
{
	const char *address = text;

	if (*text && text[strspn(text, "0123456789")] == '\0') {
		snprintf(room, size, "127.0.0.1:%s", text);
		address = room;
	}
	if (is_address(address))
		return address;
	say("%s: --listen needs HOST:PORT, PORT or unix:PATH, with a port from 0 to 65535, not "
	    "'%s'",
		who, text);
	return NULL;
}

const char *address_words(const char *address, int rc)
{
	if (strncmp(address, "unix:", 5) == 0)
		return tutti_strerror(rc);
	if (rc == -ENOENT)
		return "no such host";
	if (rc == -EAGAIN)
		return "what the host's address is cannot be found out just now";
	return tutti_strerror(rc);
}

const char *address_hint(const char *address, int rc)
{
	const char *port = strrchr(address, ':');

	if (strncmp(address, "unix:", 5) == 0)
		return "";
	if (rc == -EADDRINUSE)
		return "; --listen 0 takes a port that is free";
	if (rc == -EACCES && port && atoi(port + 1) < 1024)
		return "; ports below 1024 are for root";
	return "";
}
