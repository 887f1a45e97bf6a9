/* SPDX-License-Identifier: MIT */
/*
 * Clients of a manager, or of Redis, of the same shape: one process, an epoll loop, connections
 * that each have one request on its way.
 *
 *     manager_client PORT manager|redis N SECONDS    each puts an item, takes one, and so on
 *     manager_client PORT idle N                     they have asked for calls; ends with its
 *                                                    standard input
 *
 * It knows the protocols and no library but OpenSSL's, for the proof of the key.
 */
#include "../bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

struct text {
	const char *data;
	size_t size;
};

#define TEXT(literal)                        \
	{                                    \
		literal, sizeof(literal) - 1 \
	}

/* ("get_task_queue", "put", (b"xxxxxxxxxxxxxxxx",), {}) and so on, as C writes them. */
static const struct text manager_requests[] = {
	TEXT("\0\0\0\56\x80\4(\x8c\16get_task_queue\x8c\3putC\20xxxxxxxxxxxxxxxx\x85}t."),
	TEXT("\0\0\0\34\x80\4(\x8c\16get_task_queue\x8c\3get)}t."),
};
static const struct text redis_requests[] = {
	TEXT("*3\r\n$5\r\nLPUSH\r\n$1\r\nq\r\n$16\r\nxxxxxxxxxxxxxxxx\r\n"),
	TEXT("*2\r\n$4\r\nRPOP\r\n$1\r\nq\r\n"),
};

struct client {
	int fd;
	int next; /* which request */
	size_t n;
	char data[256];
};

/* -- before ------------------------------------------------------------------------------------ */

static void read_exactly(int fd, void *data, size_t size)
{
	for (char *at = data; size > 0;) {
		ssize_t n = read(fd, at, size);

		bench_require(n > 0, "the connection is closed");
		at += n;
		size -= (size_t)n;
	}
}

static size_t read_frame(int fd, unsigned char data[256])
{
	unsigned char head[4];
	size_t size;

	read_exactly(fd, head, 4);
	size = (size_t)head[2] << 8 | head[3];
	bench_require(head[0] == 0 && head[1] == 0 && size <= 256, "a frame is too long");
	read_exactly(fd, data, size);
	return size;
}

static void write_all(int fd, const void *data, size_t size)
{
	bench_require(write(fd, data, size) == (ssize_t)size, "it cannot be written");
}

/* As Python does: 20 bytes are MD5's. The other's proof is not looked at: no doubts here. */
static void answer(int fd)
{
	unsigned char data[256], sha[44] = "\0\0\0\50{sha256}", md5[20] = "\0\0\0\20";
	size_t size = read_frame(fd, data);
	unsigned length;

	if (size == 11 + 20) {
		HMAC(EVP_md5(), "abc", 3, data + 11, 20, md5 + 4, &length);
		write_all(fd, md5, sizeof(md5));
	} else {
		HMAC(EVP_sha256(), "abc", 3, data + 11, size - 11, sha + 12, &length);
		write_all(fd, sha, sizeof(sha));
	}
	bench_require(read_frame(fd, data) == 9 && memcmp(data, "#WELCOME#", 9) == 0, "refused");
}

static void prove(int fd)
{
	static const char text[] = "\0\0\0\63#CHALLENGE#{sha256}01234567890123456789012345678901";
	static const char welcome[] = "\0\0\0\11#WELCOME#";
	unsigned char data[256];

	answer(fd);
	write_all(fd, text, sizeof(text) - 1);
	read_frame(fd, data);
	write_all(fd, welcome, sizeof(welcome) - 1);
}

static void ask(int fd, struct text request)
{
	unsigned char data[256];

	write_all(fd, request.data, request.size);
	read_frame(fd, data);
}

static int connect_to(int port, int is_manager)
{
	static const struct text calls =
		TEXT("\0\0\0\36\x80\4(N\x8c\21accept_connection\x8c\1x\x85}t.");
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	bench_require(fd >= 0, "no socket");
	bench_require(connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0, "connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (is_manager) {
		prove(fd);
		ask(fd, calls);
	}
	return fd;
}

/* A queue has to be created before it is called, as all clients do. */
static void create(int port)
{
	static const struct text request =
		TEXT("\0\0\0\40\x80\4(N\x8c\6create\x8c\16get_task_queue\x85}t.");
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	unsigned char data[256];

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	bench_require(connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0, "connect");
	prove(fd);
	write_all(fd, request.data, request.size);
	bench_require(read_frame(fd, data) > 0 && memcmp(data + 4, "#RETURN", 7) == 0, "create");
	close(fd);
}

/* -- the race ---------------------------------------------------------------------------------- */

static int is_whole(const struct client *c, int is_manager)
{
	const unsigned char *d = (const unsigned char *)c->data;

	if (is_manager)
		return c->n >= 4 && c->n >= 4 + ((size_t)d[2] << 8 | d[3]);
	if (c->n < 4 || memcmp(c->data + c->n - 2, "\r\n", 2) != 0)
		return 0;
	return c->data[0] != '$' || c->data[1] == '-' || c->n >= 5 + 16 + 2;
}

static void check(const struct client *c, int is_manager)
{
	if (is_manager)
		bench_require(memcmp(c->data + 8, "#RETURN", 7) == 0, "an answer is wrong");
	else
		bench_require(c->data[0] == (c->next ? '$' : ':') && c->data[1] != '-', "wrong");
}

/* Something came for it. Returns whether that was the rest of an answer; asks anew. */
static int go_on(struct client *c, const struct text *requests, int is_manager)
{
	ssize_t n = read(c->fd, c->data + c->n, sizeof(c->data) - c->n);

	bench_require(n > 0, "the connection is closed");
	c->n += (size_t)n;
	if (!is_whole(c, is_manager))
		return 0;
	check(c, is_manager);
	c->n = 0;
	c->next ^= 1;
	write_all(c->fd, requests[c->next].data, requests[c->next].size);
	return 1;
}

static void race(int port, int is_manager, int n, double seconds)
{
	const struct text *requests = is_manager ? manager_requests : redis_requests;
	struct client *clients = bench_alloc((size_t)n, sizeof(*clients));
	int epoll = epoll_create1(0);
	int64_t start, end;
	long done = 0;

	for (int i = 0; i < n; i++) {
		struct epoll_event e = { .events = EPOLLIN, .data.ptr = &clients[i] };

		clients[i] = (struct client){ .fd = connect_to(port, is_manager) };
		epoll_ctl(epoll, EPOLL_CTL_ADD, clients[i].fd, &e);
	}
	start = bench_now();
	end = start + (int64_t)(seconds * 1e9);
	for (int i = 0; i < n; i++)
		write_all(clients[i].fd, requests[0].data, requests[0].size);
	while (bench_now() < end) {
		struct epoll_event events[64];
		int ready = epoll_wait(epoll, events, 64, 1000);

		for (int i = 0; i < ready; i++)
			done += go_on(events[i].data.ptr, requests, is_manager);
	}
	bench_report("manager_ops_50", (double)done * 1e9 / (double)(bench_now() - start), "1/s");
}

static void idle(int port, int n)
{
	for (int i = 0; i < n; i++)
		connect_to(port, 1);
	puts("ready");
	fflush(stdout);
	while (getchar() != EOF)
		;
}

int main(int argc, char **argv)
{
	struct rlimit files;

	bench_require(argc >= 4, "usage: manager_client PORT manager|redis|idle N [SECONDS]");
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	if (strcmp(argv[2], "manager") == 0)
		create(atoi(argv[1]));
	if (strcmp(argv[2], "idle") == 0)
		idle(atoi(argv[1]), atoi(argv[3]));
	else
		race(atoi(argv[1]), strcmp(argv[2], "manager") == 0, atoi(argv[3]), atof(argv[4]));
	return 0;
}
