/* SPDX-License-Identifier: MIT */
/*
 * http_request_fuzz.c - bytes of a connection. The server serves the requests that strict.h reads
 * there, with their bodies, and no other; what it answers can be told apart, one reply to each; and
 * neither depends on the pieces that the bytes come in.
 */
#define _GNU_SOURCE
#include "driver.h"

#include <ctype.h>

#include "net/canned.h"
#include "strict.h"

enum { SERVED = 1024, FUZZ_LONGEST = 16384 }; /* of at least 16 bytes each */

/* -- the server -------------------------------------------------------------------------------- */

static struct {
	char *method, *path, *body, *echo;
	size_t body_size;
} served[SERVED];
static size_t n_served;

static void forget(void)
{
	while (n_served > 0) {
		n_served--;
		free(served[n_served].method);
		free(served[n_served].path);
		free(served[n_served].body);
		free(served[n_served].echo);
	}
}

/* Says again what it was told, as far as that can be said. */
static int echo(tutti_http_exchange *x, void *arg)
{
	const char *value = tutti_http_request_header(x, "X");
	tutti_bytes body;
	int rc = tutti_http_body(x, &body);

	(void)arg;
	tutti_http_query(x, "q");
	if (rc < 0)
		return rc;
	FUZZ_CHECK(n_served < SERVED);
	served[n_served].method = strdup(tutti_http_method(x));
	served[n_served].path = strdup(tutti_http_path(x));
	served[n_served].echo = strdup(value ? value : "");
	served[n_served].body = malloc(body.size + 1);
	memcpy(served[n_served].body, body.data, body.size);
	served[n_served++].body_size = body.size;
	if (n_served % 2 == 0)
		return tutti_http_reply(x, 200, value, body);
	if (value)
		FUZZ_CHECK(tutti_http_reply_header(x, "X", value) == 0);
	rc = tutti_http_reply_begin(x, 200, NULL, -1);
	return rc < 0 ? rc : tutti_http_write(x, body.data, body.size);
}

static tutti_http_server *make(void)
{
	tutti_http_server *s;

	CHECK_EQ(tutti_http_server_create(&s, NULL), 0);
	CHECK_EQ(tutti_http_server_route(s, "/{path...}", echo, NULL), 0);
	CHECK_EQ(tutti_http_server_route(s, "*", echo, NULL), 0);
	return s;
}

/* -- what was served --------------------------------------------------------------------------- */

static void is_served(size_t i, const struct request *r)
{
	FUZZ_CHECK(text_is(r->method, served[i].method));
	FUZZ_CHECK(text_is(r->target, served[i].path));
	FUZZ_CHECK(text_is(r->echo, served[i].echo));
	FUZZ_CHECK(r->body_size == served[i].body_size &&
		   memcmp(r->body, served[i].body, r->body_size) == 0);
}

/*
 * A path that cannot be decoded, or has too many parts, is refused before anybody sees it, and its
 * connection may go on.
 */
static bool can_be_routed(struct text t)
{
	unsigned parts = 0;

	for (size_t i = 0; i < t.size; i++) {
		parts += t.at[i] == '/';
		if (t.at[i] == '%' && !(t.size - i > 2 && isxdigit((unsigned char)t.at[i + 1]) &&
					      isxdigit((unsigned char)t.at[i + 2]) &&
					      memcmp(t.at + i, "%00", 3) != 0))
			return false;
	}
	return parts <= 64;
}

/*
 * How many replies there are to be, but for one that refuses; *early: which may have come before it
 * was known that nothing can follow.
 */
static size_t check_served(const uint8_t *data, size_t size, bool *early)
{
	struct strict s = { (const char *)data, (const char *)data + size };
	size_t at = 0, replies = 0;
	bool goes_on = true;

	*early = false;
	struct request r;

	while (goes_on && (goes_on = strict_read(&s, &r))) {
		if (can_be_routed(r.target)) {
			if (at == n_served) {
				FUZZ_CHECK(r.uncertain);
				goes_on = false;
			} else {
				is_served(at++, &r);
				/* Without chunks the end is all that says where it ends. */
				if (r.old && at % 2 == 1 && !text_is(r.method, "HEAD"))
					r.keep = false;
			}
		} else if (r.uncertain && at == n_served) {
			goes_on = false; /* whoever refused it */
		}
		replies += goes_on;
		*early = !can_be_routed(r.target);
		goes_on = goes_on && r.keep;
		free(r.body);
		r.body = NULL;
	}
	*early = *early || !can_be_routed(r.target);
	free(r.body);
	FUZZ_CHECK(at == n_served);
	return replies;
}

/* -- what was answered ------------------------------------------------------------------------- */

static const char *behind_chunks(const char *at, const char *end)
{
	for (;;) {
		char *digits;
		unsigned long size;

		FUZZ_CHECK(at < end && isxdigit((unsigned char)*at));
		size = strtoul(at, &digits, 16);
		FUZZ_CHECK(memcmp(digits, "\r\n", 2) == 0);
		at = digits + 2;
		FUZZ_CHECK(size + 2 <= (unsigned long)(end - at));
		FUZZ_CHECK(memcmp(at + size, "\r\n", 2) == 0);
		at += size + 2;
		if (size == 0)
			return at;
	}
}

/* One reply; where the next one begins. */
static const char *behind_reply(const char *at, const char *end, bool to_head, bool *last)
{
	const char *head = memmem(at, (size_t)(end - at), "\r\n\r\n", 4), *length, *chunked;
	unsigned status;

	FUZZ_CHECK(head && sscanf(at, "HTTP/1.1 %3u ", &status) == 1);
	head += 2;
	FUZZ_CHECK(!memmem(at, (size_t)(head - at), "\n\r\n", 3));
	*last = memmem(at, (size_t)(head - at), "\r\nConnection: close\r\n", 21) != NULL;
	length = memmem(at, (size_t)(head - at), "\r\nContent-Length: ", 18);
	chunked = memmem(at, (size_t)(head - at), "\r\nTransfer-Encoding: chunked\r\n", 30);
	head += 2;
	FUZZ_CHECK(status == 200 || status >= 400);
	FUZZ_CHECK(!(length && chunked));
	if (status != 200) /* its body is its status, and to HEAD there is none */
		to_head = end - head < 3 || memcmp(head, at + 9, 3) != 0;
	if (to_head)
		return head;
	if (chunked)
		return behind_chunks(head, end);
	if (length) {
		unsigned long size = strtoul(length + 18, NULL, 10);

		FUZZ_CHECK(size <= (unsigned long)(end - head));
		return head + size;
	}
	FUZZ_CHECK(*last);
	return end;
}

static void check_replies(const struct canned *c, size_t expected, bool early)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	const char *at = c->out, *end = c->out + c->out_size;
	size_t n = 0, seen = 0;
	bool last = false;

	while (at < end) {
		bool to_head;

		FUZZ_CHECK(!last);
		while ((size_t)(end - at) >= sizeof(go_on) - 1 &&
			memcmp(at, go_on, sizeof(go_on) - 1) == 0)
			at += sizeof(go_on) - 1;
		if (at == end)
			break;
		to_head = seen < n_served && strcmp(served[seen].method, "HEAD") == 0;
		seen += strncmp(at, "HTTP/1.1 200 ", 13) == 0;
		at = behind_reply(at, end, to_head, &last);
		n++;
	}
	FUZZ_CHECK(seen == n_served);
	FUZZ_CHECK(n == expected || (n == expected + 1 && last) || (n > expected && early));
}

/* -- a target ---------------------------------------------------------------------------------- */

static uint64_t hash(const uint8_t *data, size_t size)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < size; i++)
		h = (h ^ data[i]) * 1099511628211u;
	return h;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct canned whole = { .in = (const char *)data, .in_size = size }, parts = whole;
	tutti_http_server *server = make();
	struct tu_prng prng;
	size_t first, expected;
	bool early;

	if (size <= FUZZ_LONGEST) {
		canned_serve(&whole, server);
		expected = check_served(data, size, &early);
		check_replies(&whole, expected, early);
		canned_undate(&whole);
		first = n_served;
		forget();
		tu_prng_init(&prng, hash(data, size));
		parts.steps = &prng;
		canned_serve(&parts, server);
		canned_undate(&parts);
		FUZZ_CHECK(n_served == first && parts.out_size == whole.out_size &&
			   memcmp(parts.out, whole.out, whole.out_size) == 0);
		forget();
	}
	free(whole.out);
	free(parts.out);
	tutti_http_server_free(server);
	return 0;
}

FUZZ_MAIN("http_request", 100000)
