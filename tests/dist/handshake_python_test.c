/* SPDX-License-Identifier: MIT */
/* rows: +proof */
/*
 * handshake_python_test.c - the handshake with each CPython that is found here, both ways.
 *
 * ctest: LABELS no-valgrind no-qemu
 */
#include "dist/handshake.h"
#include "support/pythons.h"
#include "support/suite.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <tutti/error.h>

static const char peer[] =
	"import sys\n"
	"from multiprocessing import AuthenticationError\n"
	"from multiprocessing.connection import Connection, answer_challenge, deliver_challenge\n"
	"role, fd, key = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode()\n"
	"c = Connection(fd)\n"
	"steps = [deliver_challenge, answer_challenge]\n"
	"try:\n"
	"    for step in steps if role == 'listens' else steps[::-1]:\n"
	"        step(c, key)\n"
	"except AuthenticationError:\n"
	"    sys.exit(3)\n"
	"c.send_bytes(b'behind')\n";

enum { REFUSED = 3 };

static pid_t start_peer(const char *python, const char *role, int fd, const char *key)
{
	char number[12];
	pid_t pid;

	snprintf(number, sizeof(number), "%d", fd);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		execl(python, python, "-c", peer, role, number, key, (char *)NULL);
		_exit(99);
	}
	return pid;
}

static void write_out(int fd, struct tu_handshake *h)
{
	tutti_bytes out = tu_handshake_out(h);

	if (out.size > 0) /* the other side may have gone */
		CHECK(send(fd, out.data, out.size, MSG_NOSIGNAL) == (ssize_t)out.size ||
			errno == EPIPE || errno == ECONNRESET);
}

/* What it ended with; what came behind it. */
static int talk(int fd, struct tu_handshake *h, char *behind, size_t room, size_t *n)
{
	unsigned char data[64];
	size_t taken = 0;
	ssize_t size = 0;
	int rc = 0;

	for (*n = 0; rc == 0;) {
		write_out(fd, h);
		size = read(fd, data, sizeof(data));
		if (size <= 0)
			return TUTTI_EDONE;
		rc = tu_handshake_take(h, data, (size_t)size, &taken);
	}
	write_out(fd, h);
	if (rc == 1) {
		*n = (size_t)size - taken;
		memcpy(behind, data + taken, *n);
		while (*n < room && (size = read(fd, behind + *n, room - *n)) > 0)
			*n += (size_t)size;
	}
	return rc;
}

static void meet(const char *python, bool connects, const char *key, int rc, int status)
{
	static const char frame[] = "\0\0\0\6behind";
	struct tu_handshake h;
	char behind[100];
	int fds[2], ended;
	size_t n;
	pid_t pid;

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	pid = start_peer(python, connects ? "listens" : "connects", fds[1], key);
	close(fds[1]);
	CHECK_EQ(tu_handshake_begin(&h, tutti_bytes_text("secret"),
			 &(struct tu_handshake_options){ .connects = connects }),
		0);
	CHECK_EQ(talk(fds[0], &h, behind, sizeof(behind), &n), rc);
	close(fds[0]);
	CHECK_EQ(waitpid(pid, &ended, 0), pid);
	CHECK(WIFEXITED(ended));
	CHECK_EQ(WEXITSTATUS(ended), status);
	if (rc == 1)
		CHECK(n == sizeof(frame) - 1 && memcmp(behind, frame, n) == 0);
}

static void meet_one(const char *python)
{
	meet(python, false, "secret", 1, 0);
	meet(python, true, "secret", 1, 0);
	meet(python, false, "other", TUTTI_EAUTH, REFUSED);
	meet(python, true, "other", TUTTI_EAUTH, REFUSED);
}

static int met;

static void each_python(void)
{
	met = pythons_each(meet_one);
}

int main(void)
{
	suite_begin();
	RUN(each_python);
	return met > 0 ? suite_end() : 77;
}
