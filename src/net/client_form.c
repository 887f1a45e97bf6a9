/* SPDX-License-Identifier: MIT */
/* client_form.c - texts that grow, and names and values in the form of a query. */
#include "net/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int tu_client_add(struct tu_client_text *t, const void *data, size_t size)
{
	if (t->room - t->size <= size) {
		size_t room = t->room ? t->room : 256;
		char *moved;

		while (room - t->size <= size)
			room *= 2;
		moved = realloc(t->data, room);
		if (!moved)
			return -ENOMEM;
		t->data = moved;
		t->room = room;
	}
	if (size > 0)
		memcpy(t->data + t->size, data, size);
	t->size += size;
	t->data[t->size] = '\0';
	return 0;
}

int tu_client_add_text(struct tu_client_text *t, const char *text)
{
	return tu_client_add(t, text, strlen(text));
}

/* As forms do: RFC 3986's unreserved characters but ~, and *; a blank is +. */
static int add_encoded(struct tu_client_text *t, const char *text)
{
	static const char plain[] = "*-._0123456789abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char hex[] = "0123456789ABCDEF";
	int rc = 0;

	while (*text && rc == 0) {
		size_t n = strspn(text, plain);
		unsigned char c = (unsigned char)text[n];
		char code[3] = { '%', hex[c >> 4], hex[c & 15] };

		rc = tu_client_add(t, text, n);
		text += n;
		if (rc < 0 || !c)
			continue;
		rc = c == ' ' ? tu_client_add(t, "+", 1) : tu_client_add(t, code, 3);
		text++;
	}
	return rc;
}

int tu_client_add_pair(struct tu_client_text *t, const char *name, const char *value)
{
	int rc = t->size > 0 ? tu_client_add(t, "&", 1) : 0;

	if (rc == 0)
		rc = add_encoded(t, name);
	if (rc == 0)
		rc = tu_client_add(t, "=", 1);
	return rc < 0 ? rc : add_encoded(t, value);
}
