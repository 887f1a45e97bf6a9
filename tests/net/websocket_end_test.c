/* SPDX-License-Identifier: MIT */
/* rows: +websocket */
/* ctest: VIRTUAL ON */
/* How WebSockets end, wait and are shared: closing, pings, deadlines, cancels, turns. */
#include "net/frames.h"

static struct frames frames;
static const tutti_time past = 1;

/* -- closing ----------------------------------------------------------------------------------- */

static void closed_by_one(enum mix mix)
{
	struct pair p = open_pair(NULL);
	tutti_future *f = start_as(mix, answer_close, p.near);
	tutti_websocket_message m;
	const char *reason;

	CHECK_EQ(tutti_websocket_close(p.far, 4001, "enough"), 0);
	CHECK_EQ(finish(f), TUTTI_EDONE);
	CHECK_EQ(tutti_websocket_code(p.near, &reason), 4001);
	CHECK_STR(reason, "enough");
	CHECK_EQ(tutti_websocket_code(p.far, &reason), 4001);
	CHECK_STR(reason, "");
	CHECK_EQ(tutti_websocket_close(p.far, 1000, NULL), 0);
	CHECK_EQ(tutti_websocket_close(p.near, 1000, NULL), 0);
	CHECK_EQ(tutti_websocket_read(p.near, &m), TUTTI_EDONE);
	CHECK_EQ(tutti_websocket_read(p.far, &m), TUTTI_EDONE);
	CHECK_EQ(
		tutti_websocket_write(p.near, TUTTI_WEBSOCKET_TEXT, tutti_bytes_text("x")), -EPIPE);
	CHECK_EQ(tutti_websocket_write(p.far, TUTTI_WEBSOCKET_TEXT, tutti_bytes_text("x")), -EPIPE);
	close_pair(&p);
}

static void *close_it(void *ws)
{
	return give(tutti_websocket_close(ws, 1000, NULL));
}

static void closed_by_both(enum mix mix)
{
	struct pair p = open_pair(NULL);
	tutti_future *f = start_as(mix, close_it, p.near);

	CHECK_EQ(tutti_websocket_close(p.far, 1000, NULL), 0);
	CHECK_EQ(finish(f), 0);
	close_pair(&p);
}

/* The one that reads hears of it; what came before is read, not dropped. */
static void closed_while_another_reads(enum mix mix)
{
	struct pair p = open_pair(NULL);
	tutti_future *reader = start_as(mix, answer_close, p.far), *f;

	f = start_as(mix, close_it, p.far);
	check_say(p.near, "one");
	CHECK_EQ((intptr_t)answer_close(p.near), TUTTI_EDONE);
	CHECK_EQ(finish(f), 0);
	CHECK_EQ(finish(reader), TUTTI_EDONE);
	close_pair(&p);
}

/* What still comes is dropped. */
static void closed_in_the_midst(void)
{
	struct pair p = open_pair(NULL);
	tutti_future *f;

	check_say(p.near, "one");
	check_say(p.near, "two");
	f = tutti_task_start(close_it, p.far, NULL);
	check_say(p.near, "three");
	CHECK_EQ((intptr_t)answer_close(p.near), TUTTI_EDONE);
	CHECK_EQ(finish(f), 0);
	close_pair(&p);
}

static void closed_without_a_code(void)
{
	struct pair p = open_bytes(false, NULL);
	char text[126];

	frames.size = 0;
	put_text(&frames, true, FIN | CLOSE, "");
	put_text(&frames, true, FIN | TEXT, "more");
	far_says(&p, &frames);
	CHECK_EQ((intptr_t)answer_close(p.near), TUTTI_EDONE);
	CHECK_EQ(tutti_websocket_code(p.near, NULL), 1005);
	CHECK_EQ(far_hears(&p, text), FIN | CLOSE);
	CHECK_STR(text, "");
	close_pair(&p);
}

static void codes_that_are_heard(void)
{
	static const int codes[] = { 1000, 1001, 1002, 1003, 1007, 1011, 1012, 1013, 1014, 3000,
		4999 };

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
		struct pair p = open_bytes(false, NULL);

		far_closes(&p, codes[i]);
		CHECK_EQ((intptr_t)answer_close(p.near), TUTTI_EDONE);
		CHECK_EQ(tutti_websocket_code(p.near, NULL), codes[i]);
		far_hears_close(&p, codes[i]);
		close_pair(&p);
	}
}

static void gone_without_a_word(void)
{
	for (int half = 0; half <= 1; half++) {
		struct pair p = open_bytes(false, NULL);
		const char *reason;

		frames.size = 0;
		put_text(&frames, true, FIN | TEXT, "Hello");
		frames.size -= (size_t)half * 2;
		far_says(&p, &frames);
		close_far(&p);
		CHECK_EQ((intptr_t)answer_close(p.near), -ECONNRESET);
		CHECK_EQ(tutti_websocket_code(p.near, &reason), 1006);
		CHECK_STR(reason, "");
		CHECK_EQ(tutti_websocket_close(p.near, 1000, NULL), -ECONNRESET);
		close_pair(&p);
	}
}

/* The other side reads on, but does not say that it closes. */
static void close_is_not_answered(void)
{
	tutti_websocket_options options = { .close_time = TUTTI_MILLISECONDS(10) };
	struct pair p = open_bytes(false, &options);

	CHECK_EQ(tutti_websocket_close(p.near, 1001, NULL), TUTTI_ETIMEDOUT);
	far_hears_close(&p, 1001);
	CHECK_EQ(tutti_websocket_close_until(p.near, 1000, NULL, past), TUTTI_ETIMEDOUT);
	far_closes(&p, 1001);
	CHECK_EQ(tutti_websocket_close_until(p.near, 1000, NULL, past), 0);
	close_pair(&p);
}

/* -- pings ------------------------------------------------------------------------------------- */

/* Who only reads answers, with the same bytes; of pings in a row each or only the last. */
static void pings_are_answered(void)
{
	struct pair p = open_bytes(false, NULL);
	tutti_future *f = tutti_task_start(answer_close, p.near, NULL);
	char text[126], many[125];

	memset(many, 'p', sizeof many);
	frames.size = 0;
	put_text(&frames, true, FIN | PING, "are you there");
	put_frame(&frames, true, FIN | PING, many, sizeof many);
	far_says(&p, &frames);
	do {
		CHECK_EQ(far_hears(&p, text), FIN | PONG);
	} while (strcmp(text, "are you there") == 0);
	CHECK_EQ(strlen(text), sizeof many);
	far_closes(&p, 1000);
	CHECK_EQ(finish(f), TUTTI_EDONE);
	close_pair(&p);
}

struct writing {
	tutti_websocket *ws;
	char *data;
	size_t size;
	int rc;
};

static void *write_much(void *arg)
{
	struct writing *w = arg;
	tutti_bytes bytes = tutti_bytes_of(w->data, w->size);

	w->rc = tutti_websocket_write(w->ws, TUTTI_WEBSOCKET_BINARY, bytes);
	return NULL;
}

enum { MUCH = 4 << 20 };

static struct writing begin_writing(tutti_websocket *ws)
{
	struct writing w = { ws, calloc(1, MUCH), MUCH, 0 };

	CHECK(w.data);
	return w;
}

static void skip_far(struct pair *p, size_t size)
{
	char block[4096];

	while (size > 0) {
		ssize_t n = tutti_stream_read(
			p->far_stream, block, size < sizeof block ? size : sizeof block);

		CHECK(n > 0);
		size -= (size_t)n;
	}
}

/* A frame that does not get on holds the pong back, but not who reads. */
static void pings_while_a_frame_is_written(void)
{
	struct pair p = open_bytes(false, NULL);
	struct writing w = begin_writing(p.near);
	tutti_future *f = tutti_task_start(write_much, &w, NULL);
	char text[126];

	settle();
	frames.size = 0;
	put_text(&frames, true, FIN | PING, "first");
	put_text(&frames, true, FIN | PING, "second");
	put_text(&frames, true, FIN | TEXT, "message");
	far_says(&p, &frames);
	check_message(p.near, "message");
	CHECK(!tutti_future_done(f));
	skip_far(&p, 10 + MUCH);
	CHECK_EQ(far_hears(&p, text), FIN | PONG);
	CHECK_STR(text, "second");
	finish(f);
	CHECK_EQ(w.rc, 0);
	free(w.data);
	close_pair(&p);
}

/* Who answers stays, however long it says nothing else; pings take no messages' place. */
static void keeps_who_answers(void)
{
	/* In real time the answer may take a while, on a machine that has much else to do. */
	tutti_websocket_options options = { .ping_time = TUTTI_SECONDS(1) };
	struct pair p = open_bytes(false, &options);
	tutti_future *f = tutti_task_start(answer_close, p.near, NULL);
	char text[126];

	for (int i = 0; i < (tutti_simulated() ? 10 : 1); i++) {
		CHECK_EQ(far_hears(&p, text), FIN | PING);
		CHECK_STR(text, "");
		frames.size = 0;
		put_text(&frames, true, FIN | PONG, "");
		far_says(&p, &frames);
	}
	far_closes(&p, 1000);
	CHECK_EQ(finish(f), TUTTI_EDONE);
	close_pair(&p);
}

/* Who does not is given up, and a writer that waits for it too. */
static void gives_up_who_does_not(void)
{
	tutti_websocket_options options = { .ping_time = TUTTI_MILLISECONDS(5) };
	struct pair p = open_bytes(false, &options);
	struct writing w = begin_writing(p.near);
	tutti_future *f = tutti_task_start(write_much, &w, NULL);
	tutti_websocket_message m;
	tutti_time before = tutti_now();

	CHECK_EQ(tutti_websocket_read(p.near, &m), TUTTI_ETIMEDOUT);
	CHECK(tutti_now() - before >= 2 * options.ping_time);
	CHECK_EQ(tutti_websocket_read(p.near, &m), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_websocket_code(p.near, NULL), 1006);
	finish(f);
	CHECK(w.rc == -EPIPE || w.rc == -ECONNRESET);
	CHECK_EQ(
		tutti_websocket_write(p.near, TUTTI_WEBSOCKET_TEXT, tutti_bytes_text("x")), -EPIPE);
	free(w.data);
	close_pair(&p);
}

/* A read's own deadline is not the other side's fault. */
static void deadline_before_the_ping(void)
{
	tutti_websocket_options options = { .ping_time = TUTTI_SECONDS(1000) };
	struct pair p = open_pair(&options);
	tutti_websocket_message m;

	CHECK_EQ(tutti_websocket_read_until(p.near, &m, tutti_after(TUTTI_MILLISECONDS(1))),
		TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_websocket_read_until(p.near, &m, past), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_websocket_code(p.near, NULL), 0);
	check_say(p.far, "here");
	check_message(p.near, "here");
	close_pair(&p);
}

/* -- deadlines and cancels --------------------------------------------------------------------- */

static void *read_one(void *ws)
{
	tutti_websocket_message m;

	return give(tutti_websocket_read(ws, &m));
}

/* Half a message that came is there for the next read. */
static void reading_is_given_up(void)
{
	struct pair p = open_bytes(false, NULL);
	tutti_websocket_message m;
	tutti_future *f;

	frames.size = 0;
	put_text(&frames, true, TEXT, "half a ");
	put_text(&frames, true, FIN | MORE, "message");
	CHECK_EQ(tutti_stream_write(p.far_stream, frames.at, frames.size - 5), 0);
	CHECK_EQ(tutti_websocket_read_until(p.near, &m, past), TUTTI_ETIMEDOUT);
	f = tutti_task_start(read_one, p.near, NULL);
	settle();
	CHECK_EQ(tutti_websocket_read(p.near, &m), -EBUSY);
	CHECK(tutti_future_cancel(f));
	CHECK_EQ(tutti_future_result(f, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(f);
	CHECK_EQ(tutti_stream_write(p.far_stream, frames.at + frames.size - 5, 5), 0);
	check_message(p.near, "half a message");
	close_pair(&p);
}

/* One that was broken off is the end; one of which nothing went out is not. */
static void writing_is_given_up(void)
{
	struct pair p = open_pair(NULL);
	struct writing w = begin_writing(p.near);
	tutti_bytes much = tutti_bytes_of(w.data, MUCH);
	tutti_future *f = tutti_task_start(write_much, &w, NULL);

	settle();
	CHECK_EQ(tutti_websocket_write_until(
			 p.near, TUTTI_WEBSOCKET_TEXT, tutti_bytes_text("behind it"), past),
		TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_websocket_write_until(p.far, TUTTI_WEBSOCKET_BINARY, much, past),
		TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_websocket_write(p.far, TUTTI_WEBSOCKET_TEXT, tutti_bytes_text("x")), -EPIPE);
	CHECK_EQ((intptr_t)read_one(p.far), 0);
	finish(f);
	CHECK_EQ(w.rc, 0);
	check_say(p.near, "goes on");
	check_message(p.far, "goes on");
	free(w.data);
	close_pair(&p);
}

static void *say_one(void *ws)
{
	return give(tutti_websocket_write(ws, TUTTI_WEBSOCKET_TEXT, tutti_bytes_text("turn")));
}

/* Of those that wait for their turn one is cancelled; the others have theirs. */
static void waiting_for_a_turn_is_given_up(void)
{
	struct pair p = open_pair(NULL);
	struct writing w = begin_writing(p.near);
	tutti_future *f = tutti_task_start(write_much, &w, NULL), *waiters[5];

	settle();
	start_all(TASKS, waiters, 5, say_one, p.near);
	settle();
	CHECK(tutti_future_cancel(waiters[1]));
	CHECK_EQ(tutti_future_result(waiters[1], NULL, 0), TUTTI_EJOBCANCELED);
	CHECK_EQ((intptr_t)read_one(p.far), 0);
	for (int i = 0; i < 4; i++)
		check_message(p.far, "turn");
	for (int i = 0; i < 5; i++)
		if (i != 1)
			CHECK_EQ(finish(waiters[i]), 0);
	tutti_future_unref(waiters[1]);
	finish(f);
	free(w.data);
	close_pair(&p);
}

static void *close_cancelled(void *ws)
{
	tutti_event never = { 0 };

	CHECK_EQ(tutti_event_wait(&never), TUTTI_ECANCELED);
	return give(tutti_websocket_close(ws, 1001, "cancelled"));
}

/* Who is cancelled still says it, and does not wait for the answer. */
static void closing_is_cancelled(void)
{
	struct pair p = open_pair(NULL);
	tutti_future *f = tutti_task_start(close_cancelled, p.near, NULL);
	const char *reason;

	settle();
	CHECK(tutti_future_cancel(f));
	CHECK_EQ((intptr_t)answer_close(p.far), TUTTI_EDONE);
	CHECK_EQ(tutti_websocket_code(p.far, &reason), 1001);
	CHECK_STR(reason, "cancelled");
	CHECK_EQ(tutti_future_result(f, NULL, 0), TUTTI_EJOBCANCELED);
	tutti_future_unref(f);
	close_pair(&p);
}

/* -- many writers ------------------------------------------------------------------------------ */

enum { WRITERS = 8, EACH = 20, MOST = 9000 };

static tutti_websocket *shared;

/* All letters of a message are the same. */
static ssize_t next_letters(void *arg, void *data, size_t size)
{
	char *left = arg;

	if (*left == 0)
		return 0;
	memset(data, left[1], size < 1000 ? size : 1000);
	*left -= 1;
	return size < 1000 ? (ssize_t)size : 1000;
}

static void *write_letters(void *arg)
{
	char letter = *(char *)arg, data[MOST];

	memset(data, letter, sizeof data);
	for (int i = 0; i < EACH; i++) {
		char left[2] = { 5, letter };
		tutti_bytes bytes = tutti_bytes_of(data, (size_t)(i * i * 7919 % MOST));
		int rc = i % 4 == 3 ? tutti_websocket_write_from(
					      shared, TUTTI_WEBSOCKET_TEXT, next_letters, left)
				    : tutti_websocket_write(shared, TUTTI_WEBSOCKET_TEXT, bytes);

		CHECK_EQ(rc, 0);
	}
	return NULL;
}

static void many_write(enum mix mix)
{
	struct pair p = open_pair(NULL);
	tutti_future *f[WRITERS];
	char letters[WRITERS];
	int count[WRITERS] = { 0 };

	shared = p.far;
	for (int i = 0; i < WRITERS; i++) {
		letters[i] = (char)('a' + i);
		f[i] = start_nth(mix, i, write_letters, &letters[i]);
	}
	for (int n = 0; n < WRITERS * EACH; n++) {
		tutti_websocket_message m;
		const char *at;

		CHECK_EQ(tutti_websocket_read(p.near, &m), 0);
		at = m.bytes.data;
		for (size_t i = 1; i < m.bytes.size; i++)
			CHECK_EQ(at[i], at[0]);
		if (m.bytes.size > 0)
			count[at[0] - 'a']++;
	}
	for (int i = 0; i < WRITERS; i++)
		CHECK_EQ(count[i], EACH - 1); /* the first is empty */
	join_all(f, WRITERS);
	close_pair(&p);
}

/* -- messages in pieces ------------------------------------------------------------------------ */

static ssize_t next_words(void *arg, void *data, size_t size)
{
	const char **word = *(const char ***)arg;

	CHECK(size >= 4096);
	if (!*word)
		return 0;
	if (strcmp(*word, "fail") == 0)
		return -EIO;
	++*(const char ***)arg;
	memcpy(data, *word, strlen(*word));
	return (ssize_t)strlen(*word);
}

static void written_in_pieces(void)
{
	static const char *words[] = { "one ", "two", NULL }, *none[] = { NULL };
	const char **at = words;
	struct pair p = open_bytes(false, NULL);
	char text[126];

	CHECK_EQ(tutti_websocket_write_from(p.near, TUTTI_WEBSOCKET_TEXT, next_words, &at), 0);
	at = none;
	CHECK_EQ(tutti_websocket_write_from(p.near, TUTTI_WEBSOCKET_BINARY, next_words, &at), 0);
	CHECK_EQ(far_hears(&p, text), TEXT);
	CHECK_STR(text, "one ");
	CHECK_EQ(far_hears(&p, text), MORE);
	CHECK_STR(text, "two");
	CHECK_EQ(far_hears(&p, text), FIN | MORE);
	CHECK_STR(text, "");
	CHECK_EQ(far_hears(&p, text), FIN | BINARY);
	CHECK_STR(text, "");
	close_pair(&p);
}

/* Before the first piece nothing has happened; after it the message cannot be ended well. */
static void pieces_fail(void)
{
	static const char *words[] = { "one ", "fail" };
	const char **at = words + 1;
	struct pair p = open_bytes(false, NULL);
	char text[126];

	CHECK_EQ(tutti_websocket_write_from(p.near, TUTTI_WEBSOCKET_TEXT, next_words, &at), -EIO);
	check_say(p.near, "goes on");
	CHECK_EQ(far_hears(&p, text), FIN | TEXT);
	at = words;
	CHECK_EQ(tutti_websocket_write_from(p.near, TUTTI_WEBSOCKET_TEXT, next_words, &at), -EIO);
	CHECK_EQ(far_hears(&p, text), TEXT);
	far_hears_close(&p, 1011);
	close_pair(&p);
}

/* In a thread, with which its poller goes. */
static void *everything(void *arg)
{
	RUN_MIXES(closed_by_one);
	RUN_MIXES(closed_by_both);
	RUN_MIXES(closed_while_another_reads);
	RUN(closed_in_the_midst);
	RUN(closed_without_a_code);
	RUN(codes_that_are_heard);
	RUN(gone_without_a_word);
	RUN(close_is_not_answered);
	RUN(pings_are_answered);
	RUN(pings_while_a_frame_is_written);
	RUN(keeps_who_answers);
	RUN(gives_up_who_does_not);
	RUN(deadline_before_the_ping);
	RUN(reading_is_given_up);
	RUN(writing_is_given_up);
	RUN(waiting_for_a_turn_is_given_up);
	RUN(closing_is_cancelled);
	RUN_MIXES(many_write);
	RUN(written_in_pieces);
	RUN(pieces_fail);
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
