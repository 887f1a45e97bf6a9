/* SPDX-License-Identifier: MIT */
/*
 * fetch_names.c - what a file is called: the last part of the url's path, with the query, decoded
 * where that is harmless. It is one name in one folder, whatever the url says: no slash, no zero
 * byte, nothing that controls a terminal, no dot in front, which belongs to our parts of files.
 *
 * Which names were given out is remembered as numbers of 64 bits: of a million that is 32 MB.
 */
#include "fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES_MAX = 200, HASH_DIGITS = 16, SLOTS_FIRST = 1 << 10 };

struct given {
	uint64_t hash; /* 0: free */
	uint64_t last; /* number put behind it, so that the next one is found at once */
};

struct names {
	struct given *slots;
	size_t n, room; /* room is a power of two */
};

static uint64_t hash(const char *data, size_t size)
{
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < size; i++)
		h = (h ^ (unsigned char)data[i]) * 0x100000001b3;
	h ^= h >> 32;
	h *= 0x9e3779b97f4a7c15;
	return (h ^ h >> 29) | 1;
}

struct names *names_create(void)
{
	struct names *n = calloc(1, sizeof *n);

	if (n)
		n->slots = calloc(SLOTS_FIRST, sizeof *n->slots);
	if (!n || !n->slots) {
		free(n);
		return NULL;
	}
	n->room = SLOTS_FIRST;
	return n;
}

void names_free(struct names *n)
{
	if (n)
		free(n->slots);
	free(n);
}

static struct given *find(const struct names *n, uint64_t h)
{
	size_t at = (h >> 1) & (n->room - 1);

	while (n->slots[at].hash && n->slots[at].hash != h)
		at = (at + 1) & (n->room - 1);
	return &n->slots[at];
}

static bool grow(struct names *n)
{
	struct names larger = { .n = n->n, .room = 2 * n->room };

	larger.slots = calloc(larger.room, sizeof *larger.slots);
	if (!larger.slots)
		return false;
	for (size_t i = 0; i < n->room; i++)
		if (n->slots[i].hash)
			*find(&larger, n->slots[i].hash) = n->slots[i];
	free(n->slots);
	*n = larger;
	return true;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that a %XX at p..end means; -1: it is none. */
static int escaped(const char *p, const char *end)
{
	int high, low;

	if (end - p < 3 || *p != '%')
		return -1;
	high = digit(p[1]);
	low = digit(p[2]);
	return high < 0 || low < 0 ? -1 : 16 * high + low;
}

static void add_byte(struct text *t, unsigned char c)
{
	/* a % stays as it is, or two urls might become one name */
	if (c < 0x20 || c == 0x7F || c == '/' || c == '\\' || c == '%' ||
		(c == '.' && t->size == 0))
		text_printf(t, "%%%02X", c);
	else
		text_add(t, &c, 1);
}

static void decode(struct text *t, const char *from, const char *end)
{
	while (from < end) {
		int c = escaped(from, end);

		add_byte(t, c >= 0 ? (unsigned char)c : (unsigned char)*from);
		from += c >= 0 ? 3 : 1;
	}
}

/* Where the path begins. */
static const char *skip_host(const char *url)
{
	const char *host = strstr(url, "://");

	host = host ? host + 3 : url;
	return host + strcspn(host, "/?#");
}

static void make(struct text *t, const char *url)
{
	const char *path = skip_host(url);
	const char *query = path + strcspn(path, "?#"), *end = query + strcspn(query, "#");
	const char *from = query;

	while (from > path && from[-1] != '/')
		from--;
	if (from == query || (query - from == 1 && *from == '.') ||
		(query - from == 2 && memcmp(from, "..", 2) == 0))
		text_add(t, "index.html", 10);
	else
		decode(t, from, query);
	decode(t, query, end);
	/* decoded or not, a name that is no text in UTF-8 stays one of bytes: Linux takes it */
	if (t->size > NAME_BYTES_MAX) {
		uint64_t h = hash(t->data, t->size);

		t->size = NAME_BYTES_MAX - HASH_DIGITS - 1;
		while (t->size > 0 && ((unsigned char)t->data[t->size] & 0xC0) == 0x80)
			t->size--; /* not within a character */
		text_printf(t, "~%016llx", (unsigned long long)h);
	}
}

/* Where a number goes: before the extension, if there is one before a query. */
static size_t stem(const struct text *t)
{
	const char *end = memchr(t->data, '?', t->size);
	size_t size = end ? (size_t)(end - t->data) : t->size;

	for (size_t i = size; i > 1; i--)
		if (t->data[i - 1] == '.')
			return i - 1;
	return size;
}

/* Was it free? Then it is taken. */
static bool take(struct names *n, const struct text *t)
{
	struct given *g = find(n, hash(t->data, t->size));

	if (g->hash)
		return false;
	g->hash = hash(t->data, t->size);
	g->last = 1;
	n->n++;
	return true;
}

char *names_take(struct names *n, const char *url)
{
	struct text plain = { 0 }, t = { 0 };

	if (2 * (n->n + 2) > n->room && !grow(n))
		return NULL;
	make(&plain, url);
	text_add(&t, plain.data, plain.size);
	while (!plain.failed && !t.failed && !take(n, &t)) {
		size_t before = stem(&plain);

		t.size = 0;
		text_add(&t, plain.data, before);
		text_printf(&t, "-%llu",
			(unsigned long long)++find(n, hash(plain.data, plain.size))->last);
		text_add(&t, plain.data + before, plain.size - before);
	}
	text_add(&t, "", 1);
	if (plain.failed || t.failed)
		text_free(&t);
	text_free(&plain);
	return t.data;
}
