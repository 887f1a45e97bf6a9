/* SPDX-License-Identifier: MIT */
/* rows: F135 T38 */
/*
 * client_stranger_test.c - a client that connects to what is no manager, or one that says what no
 * manager says: it ends with an error, and in time.
 *
 * ctest: LABELS no-valgrind
 */
#include "dist/message.h"
#include "support/suite.h"

#include <errno.h>
#include <tutti/dist.h>

#define PATIENCE TUTTI_SECONDS(60)

/* Who listens: says this as soon as somebody comes, nothing if it is empty, and closes or not. */
struct stranger {
	const char *says;
	size_t size;
	bool closes;
	tutti_listener *listener;
};

static void *be_stranger(void *arg)
{
	struct stranger *x = arg;
	tutti_stream *s;
	char c;

	CHECK_EQ(tutti_listener_accept(x->listener, &s), 0);
	(void)tutti_stream_write(s, x->says, x->size);
	while (!x->closes && tutti_stream_read(s, &c, 1) > 0)
		;
	tutti_stream_free(s);
	return NULL;
}

static int meet(struct stranger x, tutti_time deadline, tutti_time handshake_max)
{
	char address[TUTTI_ADDRESS_SIZE];
	tutti_manager_options options = { .handshake_max = handshake_max };
	tutti_future *f;
	tutti_manager *m;
	int rc;

	CHECK_EQ(tutti_listener_create(&x.listener, "127.0.0.1:0", NULL), 0);
	CHECK(tutti_listener_address(x.listener, address, sizeof address) > 0);
	f = tutti_task_start(be_stranger, &x, NULL);
	CHECK_EQ(tutti_manager_create(&m, address, tutti_bytes_text("key")), 0);
	CHECK_EQ(tutti_manager_configure(m, &options), 0);
	rc = tutti_manager_connect(m, deadline);
	tutti_manager_free(m);
	CHECK_EQ(tutti_future_result(f, NULL, 0), 0);
	tutti_future_unref(f);
	tutti_listener_free(x.listener);
	return rc;
}

static void *run(void *arg)
{
	static const char ssh[] = "SSH-2.0-OpenSSH_9.2\r\n", short_frame[] = "\0\0\0\4abcd";
	tutti_time far = tutti_after(PATIENCE), soon = TUTTI_MILLISECONDS(50);

	CHECK_EQ(meet((struct stranger){ ssh, sizeof ssh - 1, false, NULL }, far, 0), TUTTI_EPROTO);
	CHECK_EQ(meet((struct stranger){ short_frame, 8, false, NULL }, far, 0), TUTTI_EPROTO);
	CHECK_EQ(meet((struct stranger){ "", 0, true, NULL }, far, 0), -ECONNRESET);
	CHECK_EQ(meet((struct stranger){ "\0\0", 2, true, NULL }, far, 0), -ECONNRESET);
	CHECK_EQ(meet((struct stranger){ "", 0, false, NULL }, far, soon), TUTTI_ETIMEDOUT);
	CHECK_EQ(meet((struct stranger){ "", 0, false, NULL }, tutti_after(soon), 0),
		TUTTI_ETIMEDOUT);
	return arg;
}

/* With which goes what its loop has opened. */
static void in_thread(tutti_fn fn)
{
	tutti_thread *t = tutti_thread_start(fn, NULL, NULL);

	CHECK_EQ(tutti_future_result(t, NULL, 0), 0);
	tutti_future_unref(t);
}

/* rows: F135 T38 */
static void strangers(void)
{
	in_thread(run);
}

/* -- one that has the key --------------------------------------------------------------------- */

struct liar {
	tutti_listener *listener;
	const char *says; /* a format of tutti_value_pack, of one text; the answer to all */
	const char *text;
	int many; /* who come */
};

static void answer(tutti_stream *s, const struct liar *x)
{
	struct tu_handshake h;
	struct tu_message m;
	tutti_bytes pickle;
	tutti_value *v;

	CHECK_EQ(tu_message_greet(s, &h, tutti_bytes_text("key"), NULL, tutti_after(PATIENCE)), 0);
	while (tu_message_look(s, 1 << 20, tutti_after(PATIENCE), &m) == 0) {
		tu_message_skip(s, &m);
		CHECK_EQ(tutti_value_pack(&v, x->says, x->text), 0);
		CHECK_EQ(tutti_value_to_pickle(&pickle, v), 0);
		(void)tu_message_write(
			s, (tutti_bytes){ 0 }, pickle.data, pickle.size, tutti_after(PATIENCE));
		tutti_bytes_free(&pickle);
		tutti_value_unref(v);
	}
}

static void *be_liar(void *arg)
{
	struct liar *x = arg;

	for (int i = 0; i < x->many; i++) {
		tutti_stream *s;

		CHECK_EQ(tutti_listener_accept(x->listener, &s), 0);
		answer(s, x);
		tutti_stream_free(s);
	}
	return NULL;
}

/* What comes of connecting, and then of asking for a proxy. */
static int lie(const char *says, const char *text)
{
	struct liar x = { .says = says, .text = text, .many = 1 };
	char address[TUTTI_ADDRESS_SIZE];
	tutti_future *f;
	tutti_manager *m;
	tutti_proxy *p;
	int rc;

	CHECK_EQ(tutti_listener_create(&x.listener, "127.0.0.1:0", NULL), 0);
	CHECK(tutti_listener_address(x.listener, address, sizeof address) > 0);
	if (strncmp(text, "#RETURN", 7) == 0)
		x.many = 2;
	f = tutti_task_start(be_liar, &x, NULL);
	CHECK_EQ(tutti_manager_create(&m, address, tutti_bytes_text("key")), 0);
	rc = tutti_manager_connect(m, tutti_after(PATIENCE));
	if (rc == 0)
		rc = tutti_manager_proxy(m, "name", NULL, NULL, &p);
	tutti_manager_free(m);
	CHECK_EQ(tutti_future_result(f, NULL, 0), 0);
	tutti_future_unref(f);
	tutti_listener_free(x.listener);
	return rc;
}

static void *run_liars(void *arg)
{
	CHECK_EQ(lie("(sn)", "#RETURN"), TUTTI_EPROTO); /* no ident */
	CHECK_EQ(lie("(s())", "#TRACEBACK"), TUTTI_EPROTO);
	CHECK_EQ(lie("(sn)", "#NONSENSE"), TUTTI_EPROTO);
	CHECK_EQ(lie("s", "text"), TUTTI_EPROTO);
	CHECK_EQ(lie("[sn]", "#TRACEBACK"), TUTTI_EPROTO);
	return arg;
}

static void liars(void)
{
	in_thread(run_liars);
}

int main(void)
{
	suite_begin();
	RUN(strangers);
	RUN(liars);
	return suite_end();
}
