/* SPDX-License-Identifier: MIT */
/* Packets: whole, from whom they say they are, to whoever receives. */
#include "support/both.h"
#include "support/suite.h"

#include <errno.h>
#include <sys/stat.h>
#include <tutti/datagram.h>

static const tutti_time past = 1;

static tutti_datagram *open_at(const char *local, char *address)
{
	tutti_datagram *d;

	CHECK_EQ(tutti_datagram_open(&d, local, NULL), 0);
	CHECK(tutti_datagram_address(d, address, TUTTI_ADDRESS_SIZE) > 0);
	return d;
}

static void check_gets(tutti_datagram *d, const char *text, char *from)
{
	char got[64];

	CHECK_EQ(tutti_datagram_read(d, got, sizeof got, from, TUTTI_ADDRESS_SIZE), strlen(text));
	CHECK(memcmp(got, text, strlen(text)) == 0);
}

static const char *const places[][2] = { { "127.0.0.1:0", "127.0.0.1:0" }, { "[::1]:0", "[::1]:0" },
	{ "unix:@tutti-packets-a", "unix:@tutti-packets-b" } };

static void packets_go_both_ways(void)
{
	for (int i = 0; i < 3; i++) {
		char at_a[TUTTI_ADDRESS_SIZE], at_b[TUTTI_ADDRESS_SIZE], from[TUTTI_ADDRESS_SIZE];
		tutti_datagram *a = open_at(places[i][0], at_a), *b = open_at(places[i][1], at_b);

		CHECK_EQ(tutti_datagram_write(a, "question", 8, at_b), 0);
		check_gets(b, "question", from);
		CHECK_STR(from, at_a);
		CHECK_EQ(tutti_datagram_write(b, "answer", 6, from), 0);
		check_gets(a, "answer", NULL);
		CHECK_EQ(tutti_datagram_write(a, NULL, 0, at_b), 0);
		check_gets(b, "", NULL);
		tutti_datagram_free(a);
		tutti_datagram_free(b);
	}
}

static void bounds_are_kept(void)
{
	char at[TUTTI_ADDRESS_SIZE], small[3];
	tutti_datagram *a = open_at("127.0.0.1:0", at), *b;

	CHECK_EQ(tutti_datagram_open(&b, NULL, at), 0);
	CHECK_EQ(tutti_datagram_write(b, "one", 3, NULL), 0);
	CHECK_EQ(tutti_datagram_write(b, "three", 5, NULL), 0);
	CHECK_EQ(tutti_datagram_write(b, "four", 4, NULL), 0);
	check_gets(a, "one", NULL);
	CHECK_EQ(tutti_datagram_read(a, small, sizeof small, NULL, 0), -EMSGSIZE);
	check_gets(a, "four", NULL);
	tutti_datagram_free(a);
	tutti_datagram_free(b);
}

static void errors_are_said(void)
{
	static char huge[70000];
	char at[TUTTI_ADDRESS_SIZE];
	tutti_datagram *a = open_at("127.0.0.1:0", at), *b;

	CHECK_EQ(tutti_datagram_open(&b, NULL, NULL), -EINVAL);
	CHECK_EQ(tutti_datagram_open(&b, "nonsense", NULL), -EINVAL);
	CHECK_EQ(tutti_datagram_open(&b, at, NULL), -EADDRINUSE);
	CHECK_EQ(tutti_datagram_open(&b, NULL, "unix:/nonexistent/socket"), -ENOENT);
	CHECK_EQ(tutti_datagram_write(a, "x", 1, NULL), -EDESTADDRREQ);
	CHECK_EQ(tutti_datagram_write(a, "x", 1, "nonsense"), -EINVAL);
	CHECK_EQ(tutti_datagram_write(a, huge, sizeof huge, at), -EMSGSIZE);
	CHECK_EQ(tutti_datagram_read_until(a, huge, 1, NULL, 0, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(
		tutti_datagram_read_until(a, huge, 1, NULL, 0, tutti_after(1000)), TUTTI_ETIMEDOUT);
	tutti_datagram_free(a);
	CHECK_EQ(tutti_datagram_open(&b, NULL, at), 0); /* nobody is there, which no packet says */
	CHECK_EQ(tutti_datagram_write(b, "x", 1, NULL), 0);
	CHECK_EQ(tutti_datagram_read(b, huge, 1, NULL, 0), -ECONNREFUSED);
	tutti_datagram_free(b);
}

static void a_socket_file_comes_and_goes(void)
{
	char folder[] = "/tmp/tutti-packets-XXXXXX", where[64], at[TUTTI_ADDRESS_SIZE];
	tutti_datagram *d;
	struct stat st;

	CHECK(mkdtemp(folder));
	snprintf(where, sizeof where, "unix:%s/socket", folder);
	d = open_at(where, at);
	CHECK_STR(at, where);
	CHECK_EQ(stat(where + 5, &st), 0);
	tutti_datagram_free(d);
	CHECK_EQ(rmdir(folder), 0);
}

static void *receive_one(void *arg)
{
	char c = 0;
	ssize_t n = tutti_datagram_read(arg, &c, 1, NULL, 0);

	return give(n < 0 ? n : c);
}

static void each_packet_goes_to_one(enum mix mix)
{
	enum { MANY = 10 };
	char at[TUTTI_ADDRESS_SIZE];
	tutti_datagram *a = open_at("127.0.0.1:0", at), *b;
	tutti_future *f[MANY];
	int sum = 0;

	CHECK_EQ(tutti_datagram_open(&b, NULL, at), 0);
	start_all(mix, f, MANY, receive_one, a);
	settle();
	for (int i = 0; i < MANY; i++)
		CHECK_EQ(tutti_datagram_write(b, &(char){ (char)(i + 1) }, 1, NULL), 0);
	for (int i = 0; i < MANY; i++)
		sum += (int)finish(f[i]);
	CHECK_EQ(sum, MANY * (MANY + 1) / 2);
	tutti_datagram_free(a);
	tutti_datagram_free(b);
}

static void a_cancelled_receiver_takes_nothing(void)
{
	char at[TUTTI_ADDRESS_SIZE];
	tutti_datagram *a = open_at("127.0.0.1:0", at);
	tutti_future *f = tutti_task_start(receive_one, a, NULL);

	settle();
	CHECK(tutti_future_cancel(f));
	CHECK_EQ(tutti_future_result(f, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(f);
	CHECK_EQ(tutti_datagram_write(a, "self", 4, at), 0);
	check_gets(a, "self", NULL);
	tutti_datagram_free(a);
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	RUN(packets_go_both_ways);
	RUN(bounds_are_kept);
	RUN(errors_are_said);
	RUN(a_socket_file_comes_and_goes);
	RUN_MIXES(each_packet_goes_to_one);
	RUN(a_cancelled_receiver_takes_nothing);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
