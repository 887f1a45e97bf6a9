/* SPDX-License-Identifier: MIT */
/* rows: F136 */
/*
 * manager_hostile_test.c - a manager among strangers who know no key, and clients who know it and
 * keep to nothing else: what it tells them, what they can use up, and that others do not notice.
 *
 * ctest: LABELS no-valgrind no-qemu
 */
#include "base/prng.h"
#include "dist/raw.h"

#include <sys/resource.h>
#include <sys/socket.h>

static tutti_manager *begin(const tutti_manager_options *options)
{
	return raw_manager(options, 0);
}

/* Others are served as ever. */
static void check_works(const tutti_manager *m)
{
	tutti_stream *s = raw_calls(m);

	RAW_ASK(s, "(ss(i){})", "tasks", "put", 1);
	raw_check_none(s);
	RAW_ASK(s, "(ss(){})", "tasks", "get");
	raw_check(s, "('#RETURN', 1)");
	tutti_stream_free(s);
}

static void read_challenge(tutti_stream *s)
{
	char challenge[4 + 59];

	CHECK_EQ(tutti_stream_read_exactly_until(s, challenge, sizeof(challenge), raw_patience()),
		0);
	CHECK_EQ(memcmp(challenge, "\0\0\0;#CHALLENGE#{sha256}", 23), 0);
}

/* -- strangers --------------------------------------------------------------------------------- */

static void tells_strangers_nothing(void)
{
	static const char failure[] = "\0\0\0\x09#FAILURE#";
	tutti_manager *m = begin(NULL);
	tutti_stream *s = raw_connect(m);
	char verdict[sizeof(failure) - 1];

	read_challenge(s);
	raw_write(s,
		"\0\0\0\x10"
		"0123456789abcdef",
		20);
	CHECK_EQ(tutti_stream_read_exactly_until(s, verdict, sizeof(verdict), raw_patience()), 0);
	CHECK_EQ(memcmp(verdict, failure, sizeof(verdict)), 0);
	raw_check_end(s);

	s = raw_connect(m);
	CHECK_EQ(raw_try_proof(s, "another key"), TUTTI_EAUTH);
	raw_check_end(s);
	check_works(m);
	tutti_manager_free(m);
}

/* What is no handshake, begun or not, is closed without a word. */
static void closes_on_garbage(void)
{
	static const struct {
		const char *bytes;
		size_t size;
	} all[] = { { "GET / HTTP/1.1\r\n\r\n", 18 }, { "\0\0\x01\x01", 4 },
		{ "\xff\xff\xff\xff\0\0\0\0\0\0\0\x10", 12 }, { "\xff\xff\xff\xfe", 4 } };
	tutti_manager *m = begin(NULL);
	struct tu_prng prng;

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		tutti_stream *s = raw_connect(m);

		read_challenge(s);
		raw_write(s, all[i].bytes, all[i].size);
		raw_check_end(s);
	}
	tu_prng_init(&prng, 9);
	for (int i = 0; i < suite_rounds(100); i++) {
		unsigned char bytes[64];
		tutti_stream *s = raw_connect(m);

		for (size_t k = 0; k < sizeof(bytes); k++)
			bytes[k] = (unsigned char)tu_prng_next(&prng);
		bytes[0] |= 0x80; /* so that it is no frame, for which more would be waited for */
		raw_write(s, bytes, sizeof(bytes));
		read_challenge(s);
		raw_check_end(s);
	}
	check_works(m);
	tutti_manager_free(m);
}

/* The answer, his own challenge and his verdict, before he has seen ours. */
static void takes_a_proof_in_one_piece(void)
{
	tutti_manager *m = begin(NULL);
	tutti_stream *s = raw_connect(m);
	struct tu_handshake h;
	char all[512], challenge[4 + 59], end[13 + 44];
	tutti_bytes out;
	size_t taken, n;

	CHECK_EQ(tu_handshake_begin(&h, tutti_bytes_text(RAW_KEY),
			 &(struct tu_handshake_options){ .connects = true }),
		0);
	CHECK_EQ(tutti_stream_read_exactly_until(s, challenge, sizeof(challenge), raw_patience()),
		0);
	CHECK_EQ(tu_handshake_take(&h, challenge, sizeof(challenge), &taken), 0);
	out = tu_handshake_out(&h);
	n = out.size;
	memcpy(all, out.data, n);
	CHECK_EQ(tu_handshake_take(&h, "\0\0\0\x09#WELCOME#", 13, &taken), 0);
	out = tu_handshake_out(&h);
	memcpy(all + n, out.data, out.size);
	n += out.size;
	memcpy(all + n, "\0\0\0\x09#WELCOME#", 13);
	raw_write(s, all, n + 13);
	CHECK_EQ(tutti_stream_read_exactly_until(s, end, sizeof(end), raw_patience()), 0);
	CHECK_EQ(memcmp(end, "\0\0\0\x09#WELCOME#", 13), 0);
	CHECK_EQ(tu_handshake_take(&h, end + 13, sizeof(end) - 13, &taken), 1);
	RAW_ASK(s, "(ns(){})", "dummy");
	raw_check_none(s);
	raw_check_end(s);
	tutti_manager_free(m);
}

/* Somebody who stops in the midst of it, at each byte. */
static void survives_half_a_handshake(void)
{
	tutti_manager *m = begin(NULL);
	unsigned char answer[4 + 40] = { 0, 0, 0, 40 };

	memcpy(answer + 4, "{sha256}", 8);
	for (size_t n = 0; n < sizeof(answer); n++) {
		tutti_stream *s = raw_connect(m);

		read_challenge(s);
		raw_write(s, answer, n);
		tutti_stream_free(s);
	}
	check_works(m);
	tutti_manager_free(m);
}

static void gives_strangers_little_time(void)
{
	tutti_manager *m =
		begin(&(tutti_manager_options){ .handshake_max = TUTTI_MILLISECONDS(300) });
	tutti_stream *silent = raw_connect(m), *begun = raw_connect(m);

	read_challenge(silent);
	raw_check_end(silent);
	read_challenge(begun);
	raw_write(begun, "\0\0", 2);
	raw_check_end(begun);
	tutti_manager_free(m);
}

/* The oldest goes, and who has proved the key is none of them. */
static void has_few_strangers(void)
{
	enum { MOST = 4, MORE = 10 };
	tutti_manager *m = begin(&(tutti_manager_options){
		.strangers_max = MOST, .handshake_max = TUTTI_SECONDS(1000) });
	tutti_stream *known = raw_calls(m), *s[MORE];

	for (int i = 0; i < MORE; i++) {
		s[i] = raw_connect(m);
		read_challenge(s[i]);
	}
	for (int i = 0; i < MORE - MOST; i++)
		raw_check_end(s[i]);
	RAW_ASK(known, "(ss(){})", "tasks", "qsize");
	raw_check(known, "('#RETURN', 0)");
	check_works(m); /* another one of the oldest goes for it */
	raw_check_end(s[MORE - MOST]);
	for (int i = MORE - MOST + 1; i < MORE; i++)
		tutti_stream_free(s[i]);
	tutti_stream_free(known);
	tutti_manager_free(m);
}

static void has_so_many_clients(void)
{
	enum { MOST = 3 };
	tutti_manager *m = begin(&(tutti_manager_options){ .clients_max = MOST });
	tutti_stream *s[MOST], *more;

	for (int i = 0; i < MOST; i++)
		s[i] = raw_calls(m);
	more = raw_connect(m);
	raw_check_end(more);
	for (int i = 0; i < MOST; i++) {
		RAW_ASK(s[i], "(ss(){})", "tasks", "qsize");
		raw_check(s[i], "('#RETURN', 0)");
		tutti_stream_free(s[i]);
	}
	tutti_manager_free(m);
}

/* As many strangers as there are descriptors, and more, do not keep out who has the key. */
static void has_descriptors_left(void)
{
	enum { ROOM = 64, STRANGERS = 100 };
	struct rlimit before, few;
	tutti_manager *m;
	tutti_stream *s[STRANGERS], *known;
	int fds[STRANGERS], n = 0;

	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = ROOM;
	m = begin(&(tutti_manager_options){ .handshake_max = TUTTI_SECONDS(1000) });
	known = raw_calls(m);
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
	tutti_set_reporter(NULL, NULL);
	/* This process has both ends, and so runs out of them: then they go on as before. */
	while (n < STRANGERS) {
		char address[TUTTI_ADDRESS_SIZE];

		tutti_manager_address(m, address, sizeof(address));
		if (tutti_stream_connect(&s[n], address, NULL) < 0)
			break;
		fds[n] = tutti_stream_fd(s[n]);
		CHECK(fds[n] >= 0);
		n++;
	}
	CHECK(n > 0 && n < STRANGERS);
	RAW_ASK(known, "(ss(){})", "tasks", "qsize");
	raw_check(known, "('#RETURN', 0)");
	while (n > 0)
		tutti_stream_free(s[--n]);
	check_works(m);
	tutti_set_reporter(tutti_report_stderr, NULL);
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
	tutti_stream_free(known);
	tutti_manager_free(m);
}

/* -- clients ----------------------------------------------------------------------------------- */

static void survives_nonsense(void)
{
	tutti_manager *m = begin(NULL);
	tutti_stream *s = raw_calls(m);
	tutti_value *v;

	raw_write(s, "\0\0\0\x05hello", 9);
	raw_check_text(s, "#TRACEBACK", "ValueError: ");
	CHECK_EQ(tutti_value_pack(&v, "[sss]", "tasks", "put", "no tuple"), 0);
	raw_send(s, v);
	raw_check_text(s, "#TRACEBACK", "ValueError: ");
	RAW_ASK(s, "(ss[i]{})", "tasks", "put", 1);
	raw_check_text(s, "#TRACEBACK", "ValueError: ");
	RAW_ASK(s, "(ssi{})", "tasks", "put", 1);
	raw_check_text(s, "#TRACEBACK", "ValueError: ");
	RAW_ASK(s, "(ss(){i:i})", "tasks", "put", 1, 1);
	raw_check_text(s, "#TRACEBACK", "ValueError: ");
	RAW_ASK(s, "(ss(){})", "tasks", "qsize");
	raw_check(s, "('#RETURN', 0)");
	raw_write(s, "\0\0\0\0", 4);
	raw_check_end(s);

	s = raw_calls(m);
	raw_write(s, "\xff\xff\xff\xfe", 4);
	raw_check_end(s);
	s = raw_open(m);
	raw_write(s, "\0\0\0\x05hello", 9);
	raw_check_text(s, "#TRACEBACK", "ValueError: ");
	raw_check_end(s);
	check_works(m);
	tutti_manager_free(m);
}

static tutti_value *long_text(size_t n)
{
	char *text = malloc(n);
	tutti_value *v;

	CHECK(text);
	memset(text, 'x', n);
	CHECK_EQ(tutti_value_text(&v, text, n), 0);
	free(text);
	return v;
}

static void takes_no_more_than_it_says(void)
{
	enum { MOST = 100 * 1000 };
	tutti_manager *m = begin(&(tutti_manager_options){ .message_max = MOST });
	tutti_stream *s = raw_calls(m);
	tutti_value *more = long_text(MOST), *less = long_text(MOST - 100);

	RAW_ASK(s, "(ss(O){})", "tasks", "put", more);
	raw_check_text(s, "#TRACEBACK", "ValueError: a message is too long");
	RAW_ASK(s, "(ss(O){})", "tasks", "put", less);
	raw_check_none(s);
	tutti_stream_free(s);

	/* A first request is short, unless something is made of it. */
	s = raw_open(m);
	RAW_ASK(s, "(ns(sO){})", "create", "tasks", less);
	tutti_value_unref(raw_answer(s));
	raw_check_end(s);
	s = raw_open(m);
	RAW_ASK(s, "(ns(sO){})", "dummy", "tasks", less);
	raw_check_end(s);
	tutti_value_unref(more);
	tutti_value_unref(less);
	tutti_manager_free(m);
}

static void queues_have_so_many_bytes(void)
{
	enum { MOST = 100 * 1000 };
	tutti_manager *m = begin(&(tutti_manager_options){ .queue_bytes_max = MOST });
	tutti_stream *s = raw_calls(m), *other = raw_calls(m);
	tutti_value *half = long_text(MOST / 2 - 200), *more = long_text(MOST);

	RAW_ASK(s, "(ss(O){})", "tasks", "put", more);
	raw_check_raises(s, "builtins", "ValueError");
	for (int i = 0; i < 2; i++) {
		RAW_ASK(s, "(ss(O){})", "tasks", "put", half);
		raw_check_none(s);
	}
	RAW_ASK(s, "(ss(O){})", "tasks", "put_nowait", half);
	raw_check_raises(s, "queue", "Full");
	RAW_ASK(s, "(ss(O){})", "tasks", "put", half);
	RAW_ASK(other, "(ss(){})", "tasks", "get");
	tutti_value_unref(raw_answer(other));
	raw_check_none(s);
	tutti_value_unref(half);
	tutti_value_unref(more);
	tutti_stream_free(s);
	tutti_stream_free(other);
	tutti_manager_free(m);
}

/* Nor does it take from its own program what it does not take from others. */
static void check_own_puts(tutti_manager *m, tutti_value *known, tutti_value *unknown)
{
	tutti_value_queue *q;
	tutti_value *list;

	CHECK_EQ(tutti_value_pack(&list, "[[O]]", unknown), 0);
	CHECK_EQ(tutti_manager_queue(m, "tasks", &q), 0);
	CHECK_EQ(tutti_value_queue_put(q, unknown), -EINVAL);
	CHECK_EQ(tutti_value_queue_put(q, list), -EINVAL);
	CHECK_EQ(tutti_value_queue_size(q), 1);
	CHECK_EQ(tutti_value_queue_put(q, known), 0);
	CHECK_EQ(tutti_value_queue_size(q), 2);
	tutti_value_queue_free(q);
	tutti_value_unref(list);
}

static void knows_classes(void)
{
	tutti_manager *m = begin(&(tutti_manager_options){ .known_classes = true });
	tutti_stream *s = raw_calls(m);
	tutti_value *known, *unknown;

	CHECK_EQ(tutti_value_object_make(&known, "builtins", "ValueError", NULL), 0);
	CHECK_EQ(tutti_value_object_make(&unknown, "os", "system", NULL), 0);
	RAW_ASK(s, "(ss([O]){})", "tasks", "put", known);
	raw_check_none(s);
	RAW_ASK(s, "(ss([O]){})", "tasks", "put", unknown);
	raw_check_raises(s, "builtins", "ValueError");
	RAW_ASK(s, "(ss(){})", "tasks", "qsize");
	raw_check(s, "('#RETURN', 1)");
	check_own_puts(m, known, unknown);
	tutti_value_unref(known);
	tutti_value_unref(unknown);
	tutti_stream_free(s);
	tutti_manager_free(m);
}

/* Who does not read his answer holds nobody up, and what he was to have goes to another. */
static void waits_for_no_reader(void)
{
	enum { SIZE = 20 * 1000 * 1000 };
	tutti_manager *m = begin(NULL);
	tutti_stream *putter = raw_calls(m), *slow = raw_calls(m);
	tutti_value *item = long_text(SIZE), *answer;
	const void *data;

	RAW_ASK(putter, "(ss(O){})", "tasks", "put", item);
	raw_check_none(putter);
	RAW_ASK(slow, "(ss(){})", "tasks", "get");
	CHECK(tutti_stream_peek_until(slow, 0, &data, raw_patience()) > 0);
	RAW_ASK(putter, "(ss(){})", "tasks", "qsize");
	raw_check(putter, "('#RETURN', 0)");
	check_works(m);
	tutti_stream_free(slow);
	RAW_ASK(putter, "(ss(){})", "tasks", "get");
	answer = raw_answer(putter);
	CHECK(tutti_value_equal(tutti_value_at(answer, 1), item));
	tutti_value_unref(answer);
	tutti_value_unref(item);
	tutti_stream_free(putter);
	tutti_manager_free(m);
}

/* In a thread, with which its poller goes. */
static void *everything(void *arg)
{
	RUN(tells_strangers_nothing);
	RUN(closes_on_garbage);
	RUN(takes_a_proof_in_one_piece);
	RUN(survives_half_a_handshake);
	RUN(gives_strangers_little_time);
	RUN(has_few_strangers);
	RUN(has_so_many_clients);
	RUN(has_descriptors_left);
	RUN(survives_nonsense);
	RUN(takes_no_more_than_it_says);
	RUN(queues_have_so_many_bytes);
	RUN(knows_classes);
	RUN(waits_for_no_reader);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
