/* SPDX-License-Identifier: MIT */
/* rows: +peers */
/*
 * manager_session_fuzz.c - all that a client may say to a manager once he has proved the key. The
 * first byte says how: with 1 a call of objects, else a request for the manager; with 2 only known
 * classes; with 4 in two pieces.
 *
 * Whatever it is, the manager answers with messages that can be read, closes when the client does,
 * and is there for the next: nothing of it waits for ever, or asks for much memory.
 */
#include "dist/handshake.h"
#include "driver.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <tutti/manager.h>
#include <tutti/manager_objects.h>

enum { MESSAGE_MAX = 1 << 16, PATIENCE_MS = 60000, REPLY_MAX = 1 << 22 };

static char address[64];
static unsigned char reply[REPLY_MAX];

/* -- the manager ------------------------------------------------------------------------------- */

static tutti_manager *start(bool known_classes)
{
	tutti_manager_options options = { .message_max = MESSAGE_MAX,
		.queue_bytes_max = MESSAGE_MAX,
		.keep_running = true,
		.grace = -1,
		.known_classes = known_classes };
	tutti_manager *m;

	snprintf(address, sizeof(address), "unix:@tutti-fuzz-%d", (int)getpid());
	FUZZ_CHECK(tutti_manager_create(&m, address, tutti_bytes_text("abc")) == 0);
	FUZZ_CHECK(tutti_manager_configure(m, &options) == 0);
	FUZZ_CHECK(tutti_manager_serve_queue(m, "q", 2) == 0);
	FUZZ_CHECK(tutti_manager_serve_shared(m, "d", "dict", NULL) == 0);
	FUZZ_CHECK(tutti_manager_serve_shared(m, "l", "list", NULL) == 0);
	FUZZ_CHECK(tutti_manager_serve_shared(m, "n", "Namespace", NULL) == 0);
	FUZZ_CHECK(tutti_manager_serve_kinds(m) == 0);
	FUZZ_CHECK(tutti_manager_start(m) == 0);
	return m;
}

/* -- a client ---------------------------------------------------------------------------------- */

static int connect_to_it(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t n = strlen(address + 6);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(to.sun_path + 1, address + 6, n);
	FUZZ_CHECK(fd >= 0);
	FUZZ_CHECK(connect(fd, (struct sockaddr *)&to,
			   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + n)) == 0);
	return fd;
}

static void say(int fd, const void *data, size_t size)
{
	const char *from = data;

	while (size > 0) {
		ssize_t n = send(fd, from, size, MSG_NOSIGNAL);

		if (n < 0) {
			FUZZ_CHECK(errno == EPIPE || errno == ECONNRESET);
			return;
		}
		from += n;
		size -= (size_t)n;
	}
}

/* How much came; 0: it has closed. */
static size_t hear(int fd, void *data, size_t room)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;

	FUZZ_CHECK(poll(&p, 1, PATIENCE_MS) == 1);
	n = recv(fd, data, room, 0);
	FUZZ_CHECK(n >= 0 || errno == ECONNRESET);
	return n < 0 ? 0 : (size_t)n;
}

static void prove(int fd)
{
	struct tu_handshake_options options = { .connects = true };
	unsigned char data[TU_HANDSHAKE_MOST];
	struct tu_handshake h;
	int rc = tu_handshake_begin(&h, tutti_bytes_text("abc"), &options);

	while (rc == 0) {
		tutti_bytes out = tu_handshake_out(&h);
		size_t taken, n;

		say(fd, out.data, out.size);
		n = hear(fd, data, sizeof(data));
		FUZZ_CHECK(n > 0);
		rc = tu_handshake_take(&h, data, n, &taken);
		FUZZ_CHECK(taken == n);
	}
	FUZZ_CHECK(rc == 1);
	say(fd, tu_handshake_out(&h).data, sizeof("\0\0\0\11#WELCOME#") - 1);
}

static void ask_for_calls(int fd)
{
	static const char request[] = "\0\0\0\36\x80\4(N\x8c\21accept_connection\x8c\1x\x85}t.";
	unsigned char data[64];
	size_t n = 0;
	struct tu_frame f = { 0 };

	say(fd, request, sizeof(request) - 1);
	while (tu_frame_look(&f, data, n, sizeof(data)) == 0) {
		size_t more = hear(fd, data + n, sizeof(data) - n);

		FUZZ_CHECK(more > 0);
		n += more;
	}
}

/* A kind and a value, and not more of it than a message may have. */
static void check_reply(const unsigned char *data, size_t size)
{
	tutti_pickle_options options = { .whole_from = 2 };
	const char *kind;
	tutti_value *v;

	FUZZ_CHECK(size <= MESSAGE_MAX + 100);
	FUZZ_CHECK(tutti_value_from_pickle(&v, data, size, &options, NULL) == 0);
	FUZZ_CHECK(tutti_value_kind(v) == TUTTI_VALUE_TUPLE && tutti_value_size(v) == 2);
	FUZZ_CHECK(tutti_value_unpack(tutti_value_at(v, 0), "s", &kind) == 0 && *kind == '#');
	tutti_value_unref(v);
}

/* All that it answers, to its end. */
static void read_replies(int fd)
{
	size_t size = 0, at = 0, n;
	struct tu_frame f;

	while (size < REPLY_MAX && (n = hear(fd, reply + size, REPLY_MAX - size)) > 0)
		size += n;
	while (at < size && tu_frame_look(&f, reply + at, size - at, UINT32_MAX) == 1) {
		check_reply(reply + at + f.head, f.body);
		at += f.head + f.body;
	}
	FUZZ_CHECK(at == size || size == REPLY_MAX);
}

static void play(const uint8_t *data, size_t size, uint8_t how)
{
	size_t first = how & 4 ? size / 2 : size;
	int fd = connect_to_it();

	prove(fd);
	if (how & 1)
		ask_for_calls(fd);
	say(fd, data, first);
	say(fd, data + first, size - first);
	shutdown(fd, SHUT_WR);
	read_replies(fd);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t dummy[] = "\0\0\0\17\x80\4(N\x8c\5dummy)}t.";
	tutti_manager *m;

	if (size == 0)
		return 0;
	m = start(data[0] & 2);
	play(data + 1, size - 1, data[0]);
	play(dummy, sizeof(dummy) - 1, 0);
	FUZZ_CHECK(reply[4] == 0x80 && memcmp(reply + 8, "#RETURN", 7) == 0);
	tutti_manager_free(m);
	return 0;
}

FUZZ_MAIN("manager_session", 1500)
