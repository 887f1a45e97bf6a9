/* SPDX-License-Identifier: MIT */
/* ctest: POLLERS ON */
/* Packets: whole, from whom they say they are, to whoever receives. */
#include "core/worker.h"
#include "support/both.h"
#include "support/own.h"
#include "support/suite.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <tutti/datagram.h>
#include <tutti/resolver.h>

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
		tutti_datagram *a = open_at(own(places[i][0]), at_a),
			       *b = open_at(own(places[i][1]), at_b);

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
	CHECK_EQ(tutti_datagram_write(a, "x", 1, "localhost:9"), -EINVAL);
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

/* Who is bound to no name has no address. */
static void who_has_no_name(void)
{
	char at[TUTTI_ADDRESS_SIZE], from[TUTTI_ADDRESS_SIZE] = "";
	tutti_datagram *a = open_at(own("unix:@tutti-packets-a"), at), *b;

	CHECK_EQ(tutti_datagram_open(&b, NULL, at), 0);
	CHECK_EQ(tutti_datagram_write(b, "x", 1, NULL), 0);
	check_gets(a, "x", from);
	CHECK_STR(from, "unix:");
	tutti_datagram_free(a);
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

static void *note_turn(void *arg)
{
	*(bool *)arg = true;
	return NULL;
}

/* There is always room and always a packet, and yet others have their turn. */
static void who_always_finds_one_lets_others_run(void)
{
	char at[TUTTI_ADDRESS_SIZE];
	tutti_datagram *a = open_at("127.0.0.1:0", at);
	bool turn = false;
	tutti_future *other = tutti_task_start(note_turn, &turn, NULL);

	for (int i = 0; i < 100; i++) {
		CHECK_EQ(tutti_datagram_write(a, "x", 1, at), 0);
		check_gets(a, "x", NULL);
	}
	CHECK(turn);
	CHECK_EQ(finish(other), 0);
	tutti_datagram_free(a);
}

static void *write_to_a(void *d)
{
	return give(tutti_datagram_write(d, "late", 4, own("unix:@tutti-packets-a")));
}

/* Of a full queue that belongs to others no event tells: it is waited for nevertheless, idly. */
static void a_full_queue_is_waited_for(void)
{
	char at[TUTTI_ADDRESS_SIZE], got[8];
	tutti_datagram *a = open_at(own("unix:@tutti-packets-a"), at), *b, *c;
	tutti_future *writer;
	uint32_t looks;
	int n = 0;

	CHECK_EQ(tutti_datagram_open(&b, NULL, at), 0);
	CHECK_EQ(tutti_datagram_open(&c, own("unix:@tutti-packets-c"), NULL), 0);
	while (send(tutti_datagram_fd(b), "x", 1, MSG_DONTWAIT) == 1)
		n++;
	writer = tutti_task_start(write_to_a, c, NULL);
	looks = tu_worker_self()->looks; /* of this thread, at what is ready */
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(400)), 0);
	CHECK(tu_worker_self()->looks - looks < 4000);
	while (n-- > 0)
		CHECK_EQ(tutti_datagram_read(a, got, sizeof got, NULL, 0), 1);
	check_gets(a, "late", NULL);
	CHECK_EQ(finish(writer), 0);
	tutti_datagram_free(a);
	tutti_datagram_free(b);
	tutti_datagram_free(c);
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

enum { CROWD = 2000 };

struct crowd {
	tutti_datagram *from;
	const char *to; /* NULL: its peer */
};

static void *write_many(void *arg)
{
	struct crowd *c = arg;
	int rc = 0;

	for (int i = 0; i < CROWD && rc == 0; i++)
		rc = tutti_datagram_write(c->from, &i, sizeof i, c->to);
	return give(rc);
}

/* Between Unix sockets nothing is lost: who writes waits for room, by address or to its peer. */
static void a_full_receiver_is_waited_for(enum mix mix)
{
	for (int by_address = 0; by_address < 2; by_address++) {
		char at[TUTTI_ADDRESS_SIZE];
		tutti_datagram *a = open_at(own("unix:@tutti-packets-full"), at), *b;
		struct crowd c = { .to = by_address ? at : NULL };
		tutti_future *f;

		CHECK_EQ(
			tutti_datagram_open(&b, by_address ? own("unix:@tutti-packets-from") : NULL,
				by_address ? NULL : at),
			0);
		c.from = b;
		f = start_as(mix, write_many, &c);
		settle();
		for (int i = 0, got; i < CROWD; i++) {
			CHECK_EQ(tutti_datagram_read(a, &got, sizeof got, NULL, 0), sizeof got);
			CHECK_EQ(got, i);
		}
		CHECK_EQ(finish(f), 0);
		tutti_datagram_free(a);
		tutti_datagram_free(b);
	}
}

/* Whoever waits does not compute. */
static void check_is_idle(void)
{
	tutti_time begun = tutti_now();
	clock_t cpu = clock();

	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(50)), 0);
	CHECK((double)(clock() - cpu) / CLOCKS_PER_SEC < (double)(tutti_now() - begun) / 2e9);
}

/* The packets that fill it are another's, so that no room of one's own comes back. */
static void one_that_others_have_filled(enum mix mix)
{
	for (int by_address = 0; by_address < 2; by_address++) {
		char at[TUTTI_ADDRESS_SIZE], got[8];
		tutti_datagram *a = open_at(own("unix:@tutti-packets-full"), at), *b, *other;
		struct crowd c = { .to = by_address ? at : NULL };
		tutti_future *f;

		CHECK_EQ(tutti_datagram_open(&other, NULL, at), 0);
		while (send(tutti_datagram_fd(other), "full", 4, MSG_DONTWAIT) == 4)
			;
		CHECK_EQ(
			tutti_datagram_open(&b, by_address ? own("unix:@tutti-packets-from") : NULL,
				by_address ? NULL : at),
			0);
		c.from = b;
		f = start_as(mix, write_many, &c);
		check_is_idle();
		while (tutti_datagram_read(a, got, sizeof got, NULL, 0) == 4 &&
			memcmp(got, "full", 4) == 0)
			;
		for (int i = 1; i < CROWD; i++)
			CHECK_EQ(tutti_datagram_read(a, got, sizeof got, NULL, 0), sizeof i);
		CHECK_EQ(finish(f), 0);
		tutti_datagram_free(a);
		tutti_datagram_free(b);
		tutti_datagram_free(other);
	}
}

/* A socket that takes both shows IPv4 as it is written, and takes that back. */
static void everywhere(void)
{
	char at_a[TUTTI_ADDRESS_SIZE], at_b[TUTTI_ADDRESS_SIZE], to[64], from[TUTTI_ADDRESS_SIZE];
	tutti_datagram *a = open_at(":0", at_a), *b = open_at("127.0.0.1:0", at_b);

	snprintf(to, sizeof to, "127.0.0.1%s", strrchr(at_a, ':'));
	CHECK_EQ(tutti_datagram_write(b, "there", 5, to), 0);
	check_gets(a, "there", from);
	CHECK_STR(from, at_b);
	CHECK_EQ(tutti_datagram_write(a, "back", 4, from), 0);
	check_gets(b, "back", from);
	CHECK_STR(from, to);
	tutti_datagram_free(a);
	tutti_datagram_free(b);
}

/* -- names ------------------------------------------------------------------------------------- */

/* The first, for everybody on a net, is refused to who has not asked for that. */
static int two_addresses(void *arg, const char *host, tutti_ip *ips, int max, tutti_time deadline)
{
	(void)arg, (void)deadline;
	CHECK(max >= 2);
	if (strcmp(host, "peer") != 0)
		return -ENOENT;
	strcpy(ips[0].text, "255.255.255.255");
	strcpy(ips[1].text, "127.0.0.1");
	return 2;
}

static void the_next_address_is_tried(void)
{
	char at[TUTTI_ADDRESS_SIZE], peer[64], from[TUTTI_ADDRESS_SIZE];
	tutti_datagram *a = open_at("127.0.0.1:0", at), *b;

	CHECK_EQ(tutti_set_resolver(two_addresses, NULL), 0);
	snprintf(peer, sizeof peer, "peer%s", strrchr(at, ':'));
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(tutti_datagram_open(&b, i ? "127.0.0.1:0" : NULL, peer), 0);
		CHECK_EQ(tutti_datagram_write(b, "hello", 5, NULL), 0);
		check_gets(a, "hello", from);
		tutti_datagram_free(b);
	}
	CHECK_EQ(tutti_datagram_open(&b, "[::1]:0", peer), -EAFNOSUPPORT);
	CHECK_EQ(tutti_set_resolver(NULL, NULL), 0);
	tutti_datagram_free(a);
}

/* The main thread's poller stays to the program's end; the suite wants its descriptors back. */
static void *everything(void *arg)
{
	RUN(packets_go_both_ways);
	RUN(bounds_are_kept);
	RUN(errors_are_said);
	RUN(everywhere);
	RUN(the_next_address_is_tried);
	RUN(who_has_no_name);
	RUN(a_socket_file_comes_and_goes);
	RUN_MIXES(each_packet_goes_to_one);
	RUN(who_always_finds_one_lets_others_run);
	RUN(a_full_queue_is_waited_for);
	RUN(a_cancelled_receiver_takes_nothing);
	RUN_MIXES(a_full_receiver_is_waited_for);
	RUN_MIXES(one_that_others_have_filled);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
