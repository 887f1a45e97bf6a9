/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-qemu */
/* Several writes by one call: each has its own result, and nothing is held when they are made. */
#include "support/child.h"
#include "support/filter.h"
#include "support/suite.h"

#include "os/batch.h"

#include <errno.h>
#include <sys/socket.h>

enum { MOST = TU_OS_BATCH_MOST };

static struct tu_os_batch batch;
static struct tu_os_done done[MOST];
static int ends[MOST][2];

static void open_pairs(void)
{
	for (int i = 0; i < MOST; i++)
		CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends[i]), 0);
}

static void close_pairs(void)
{
	for (int i = 0; i < MOST; i++) {
		CHECK_EQ(close(ends[i][0]), 0);
		CHECK_EQ(close(ends[i][1]), 0);
	}
}

/* The result of the write whose name is that place; each is there once. */
static ptrdiff_t result_of(const void *whose, unsigned n)
{
	int found = 0;
	ptrdiff_t result = 0;

	for (unsigned i = 0; i < n; i++)
		if (done[i].whose == whose) {
			result = done[i].n;
			found++;
		}
	CHECK_EQ(found, 1);
	return result;
}

static void check_got(int fd, const char *text)
{
	char got[64];

	CHECK_EQ(read(fd, got, sizeof got), strlen(text));
	CHECK(memcmp(got, text, strlen(text)) == 0);
}

static void add(int i, const char *text)
{
	tu_os_batch_add(&batch, ends[i][0], text, strlen(text), ends[i]);
}

static void all_are_made(void)
{
	static const char *const texts[] = { "a", "bc", "def" };

	open_pairs();
	for (int round = 0; round < 100; round++) {
		int n = round % MOST + 1;

		for (int i = 0; i < n; i++)
			add(i, texts[(i + round) % 3]);
		CHECK_EQ(batch.n, n);
		CHECK_EQ(tu_os_batch_go(&batch, done), n);
		CHECK_EQ(batch.n, 0);
		for (int i = 0; i < n; i++) {
			const char *text = texts[(i + round) % 3];

			CHECK_EQ(result_of(ends[i], (unsigned)n), strlen(text));
			check_got(ends[i][1], text);
		}
	}
	CHECK_EQ(tu_os_batch_go(&batch, done), 0);
	close_pairs();
}

static void fill(int fd)
{
	static const char block[4096];

	while (write(fd, block, sizeof block) > 0)
		;
	CHECK_EQ(errno, EAGAIN);
}

/* No signal comes for the one whose other end has gone, or the test would end. */
static void each_fails_for_itself(void)
{
	open_pairs();
	fill(ends[1][0]);
	close(ends[2][1]);
	add(0, "first");
	add(1, "full");
	add(2, "broken");
	tu_os_batch_add(&batch, 1 << 20, "no such", 7, done);
	add(3, "last");
	CHECK_EQ(tu_os_batch_go(&batch, done), 5);
	CHECK_EQ(result_of(ends[0], 5), 5);
	CHECK_EQ(result_of(ends[1], 5), -EAGAIN);
	CHECK_EQ(result_of(ends[2], 5), -EPIPE);
	CHECK_EQ(result_of(done, 5), -EBADF);
	CHECK_EQ(result_of(ends[3], 5), 4);
	check_got(ends[3][1], "last");
	ends[2][1] = dup(0);
	close_pairs();
}

static void a_part_is_a_count(void)
{
	static char block[1 << 20];
	ptrdiff_t n;

	open_pairs();
	tu_os_batch_add(&batch, ends[0][0], block, sizeof block, ends[0]);
	CHECK_EQ(tu_os_batch_go(&batch, done), 1);
	n = result_of(ends[0], 1);
	CHECK(n > 0 && n < (ptrdiff_t)sizeof block);
	while (n > 0) {
		ssize_t got = read(ends[0][1], block, sizeof block);

		CHECK(got > 0);
		n -= got;
	}
	close_pairs();
}

/* The other side hears of the end at once. */
static void nothing_is_held(void)
{
	char c;

	open_pairs();
	for (int i = 0; i < MOST; i++)
		add(i, "x");
	CHECK_EQ(tu_os_batch_go(&batch, done), MOST);
	for (int i = 0; i < MOST; i++) {
		CHECK_EQ(close(ends[i][0]), 0);
		CHECK_EQ(read(ends[i][1], &c, 1), 1);
		CHECK_EQ(read(ends[i][1], &c, 1), 0);
		CHECK_EQ(close(ends[i][1]), 0);
	}
}

static void two_have_nothing_to_do_with_each_other(void)
{
	struct tu_os_batch other;

	open_pairs();
	CHECK_EQ(tu_os_batch_open(&other), 0);
	add(0, "here");
	tu_os_batch_add(&other, ends[1][0], "there", 5, ends[1]);
	CHECK_EQ(tu_os_batch_go(&other, done), 1);
	CHECK_EQ(result_of(ends[1], 1), 5);
	tu_os_batch_close(&other);
	CHECK_EQ(tu_os_batch_go(&batch, done), 1);
	CHECK_EQ(result_of(ends[0], 1), 4);
	close_pairs();
}

/* What the parent has put aside is the parent's; the child has its own. */
static void a_child_begins_anew(void)
{
	pid_t child;

	open_pairs();
	add(0, "parent");
	child = child_fork();
	if (child == 0) {
		tu_os_batch_close(&batch);
		CHECK_EQ(tu_os_batch_open(&batch), 0);
		add(1, "child");
		CHECK_EQ(tu_os_batch_go(&batch, done), 1);
		_exit(0);
	}
	child_wait(child);
	CHECK_EQ(tu_os_batch_go(&batch, done), 1);
	CHECK_EQ(result_of(ends[0], 1), 6);
	check_got(ends[0][1], "parent");
	check_got(ends[1][1], "child");
	close_pairs();
}

/* Somebody closes all descriptors, or forbids the call when it was begun: try them singly. */
static void what_is_not_taken_is_given_back(void)
{
	pid_t child = child_fork();

	if (child == 0) {
		CHECK_EQ(tu_os_batch_open(&batch), 0);
		open_pairs();
		filter_refuse(SYS_io_uring_enter, EPERM);
		for (int round = 0; round < 3; round++) {
			add(0, "one");
			add(1, "two");
			CHECK_EQ(tu_os_batch_go(&batch, done), 2);
			CHECK_EQ(result_of(ends[0], 2), -ECANCELED);
			CHECK_EQ(result_of(ends[1], 2), -ECANCELED);
		}
		_exit(0);
	}
	child_wait(child);
}

static void refusal_says_why(void)
{
	static const struct {
		int refused, said;
	} cases[] = { { EPERM, -EPERM }, { ENOSYS, -ENOSYS }, { EINVAL, -ENOSYS },
		{ ENOMEM, -ENOMEM } };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		pid_t child = child_fork();

		if (child == 0) {
			filter_refuse(SYS_io_uring_setup, cases[i].refused);
			CHECK_EQ(tu_os_batch_open(&batch), cases[i].said);
			_exit(0);
		}
		child_wait(child);
	}
}

int main(void)
{
	int rc = tu_os_batch_open(&batch);

	if (rc < 0) {
		printf("skipped: no io_uring here (%s)\n", tutti_errname(rc));
		return 77;
	}
	tu_os_batch_close(&batch);
	suite_begin();
	CHECK_EQ(tu_os_batch_open(&batch), 0);
	RUN(all_are_made);
	RUN(each_fails_for_itself);
	RUN(a_part_is_a_count);
	RUN(nothing_is_held);
	RUN(two_have_nothing_to_do_with_each_other);
	RUN(a_child_begins_anew);
	RUN(what_is_not_taken_is_given_back);
	RUN(refusal_says_why);
	tu_os_batch_close(&batch);
	return suite_end();
}
