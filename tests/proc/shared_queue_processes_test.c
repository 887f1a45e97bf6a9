/* SPDX-License-Identifier: MIT */
/* rows: F35 F37 F38 T12 */
/* Shared queues among processes that all live. */
#include <tutti/shared_queue.h>

#include "support/children.h"

static const tutti_time past = 0;

enum { MAKERS = 4, USERS = 3, ITEMS = 1000 };

struct item {
	int maker, number;
};

static tutti_queue *queue;

static void make_with(size_t item_size, size_t maxsize, unsigned flags)
{
	tutti_queue_options o = { .maxsize = maxsize, .flags = TUTTI_SHARED | flags };

	CHECK_EQ(tutti_queue_create(&queue, item_size, &o), 0);
}

/* -- many makers, many users ------------------------------------------------------------------ */

static void put_items(void *arg)
{
	int maker = *(int *)arg;

	for (int i = 0; i < suite_rounds(ITEMS); i++)
		CHECK_EQ(tutti_queue_put(queue, &(struct item){ maker, i }), 0);
}

/* How often each item has come, in memory that all share. */
static unsigned char *seen;

static void get_items(void *arg)
{
	int last[MAKERS], rc;
	struct item it;

	(void)arg;
	memset(last, -1, sizeof last);
	while ((rc = tutti_queue_get(queue, &it)) == 0) {
		CHECK(it.maker >= 0 && it.maker < MAKERS);
		CHECK(it.number > last[it.maker]); /* in order */
		last[it.maker] = it.number;
		tu_add_acqrel(&seen[it.maker * suite_rounds(ITEMS) + it.number], 1);
		CHECK_EQ(tutti_queue_task_done(queue), 0);
	}
	CHECK_EQ(rc, TUTTI_ESHUTDOWN);
}

static void each_item_once_and_in_order_with(size_t maxsize)
{
	size_t n = (size_t)MAKERS * (size_t)suite_rounds(ITEMS);
	pid_t makers[MAKERS], users[USERS];
	int numbers[MAKERS];

	seen = share(n);
	make_with(sizeof(struct item), maxsize, 0);
	for (int i = 0; i < USERS; i++)
		users[i] = process_start(get_items, NULL);
	for (int i = 0; i < MAKERS; i++) {
		numbers[i] = i;
		makers[i] = process_start(put_items, &numbers[i]);
	}
	for (int i = 0; i < MAKERS; i++)
		process_join(makers[i]);
	CHECK_EQ(tutti_queue_join(queue), 0);
	CHECK(tutti_queue_empty(queue));
	CHECK_EQ(tutti_queue_shutdown(queue, false), 0);
	for (int i = 0; i < USERS; i++)
		process_join(users[i]);
	for (size_t i = 0; i < n; i++)
		CHECK_EQ(seen[i], 1);
	tutti_queue_free(queue);
	unshare(seen, n);
}

static void each_item_once_and_in_order(void)
{
	each_item_once_and_in_order_with(0);
	each_item_once_and_in_order_with(1);
	each_item_once_and_in_order_with(10);
}

/* -- joined before it is drained -------------------------------------------------------------- */

enum { PRODUCERS = 8, BLOCK = 10000, BLOCKS = 1000 }; /* 10 MB each */

static void put_ten_megabytes(void *arg)
{
	static char block[BLOCK];

	memset(block, *(int *)arg, sizeof block);
	for (int i = 0; i < BLOCKS; i++) {
		tutti_bytes b = tutti_bytes_of(block, sizeof block);

		CHECK_EQ(tutti_queue_put(queue, &b), 0);
	}
}

/* rows: F37 F38 T12 T13 */
static void is_drained_after_all_have_ended(void)
{
	pid_t pids[PRODUCERS];
	int numbers[PRODUCERS], blocks[PRODUCERS] = { 0 };
	tutti_bytes b;

	make_with(sizeof(tutti_bytes), 0, TUTTI_BYTES);
	for (int i = 0; i < PRODUCERS; i++) {
		numbers[i] = i;
		pids[i] = process_start(put_ten_megabytes, &numbers[i]);
	}
	for (int i = 0; i < PRODUCERS; i++)
		process_join(pids[i]);
	CHECK_EQ(tutti_queue_size(queue), PRODUCERS * BLOCKS);
	while (!tutti_queue_empty(queue)) {
		const char *data;

		CHECK_EQ(tutti_queue_get_until(queue, &b, past), 0);
		data = b.data;
		CHECK_EQ(b.size, BLOCK);
		CHECK(data[0] >= 0 && data[0] < PRODUCERS);
		CHECK_EQ(memcmp(data, data + 1, BLOCK - 1), 0); /* all the same */
		blocks[(int)data[0]]++;
		tutti_bytes_free(&b);
	}
	for (int i = 0; i < PRODUCERS; i++)
		CHECK_EQ(blocks[i], BLOCKS);
	tutti_queue_free(queue);
}

/* -- waiting across processes ----------------------------------------------------------------- */

static void echo(tutti_handle h)
{
	tutti_queue *pair[2], *again;
	tutti_handle other;
	int n;

	CHECK_EQ(tutti_queue_attach(&again, h), 0);
	CHECK_EQ(tutti_queue_get(again, &other), 0); /* a handle is plain data */
	CHECK_EQ(tutti_queue_attach(&pair[0], other), 0);
	CHECK_EQ(tutti_queue_get(again, &other), 0);
	CHECK_EQ(tutti_queue_attach(&pair[1], other), 0);
	while (tutti_queue_get(pair[0], &n) == 0) {
		n++;
		CHECK_EQ(tutti_queue_put(pair[1], &n), 0);
	}
	tutti_queue_free(again);
	tutti_queue_free(pair[0]);
	tutti_queue_free(pair[1]);
}

static void put_handle(const tutti_queue *q)
{
	tutti_handle h = tutti_queue_handle(q);

	CHECK_EQ(tutti_queue_put(queue, &h), 0);
}

static void a_partner_attaches_and_answers(void)
{
	struct partner p = partner_begin(echo);
	tutti_queue *there, *back;
	int n = 0;

	make_with(sizeof(tutti_handle), 0, 0);
	partner_give(&p, tutti_queue_handle(queue));
	there = queue;
	make_with(sizeof(int), 0, 0);
	back = queue;
	make_with(sizeof(int), 1, 0);
	tutti_queue *ask = queue;
	queue = there;
	put_handle(ask);
	put_handle(back);
	for (int i = 0; i < 2000; i++) {
		CHECK_EQ(tutti_queue_put(ask, &n), 0);
		CHECK_EQ(tutti_queue_get(back, &n), 0);
		CHECK_EQ(n, i + 1);
	}
	CHECK_EQ(tutti_queue_shutdown(ask, false), 0);
	process_join(p.pid);
	tutti_queue_free(ask);
	tutti_queue_free(back);
	tutti_queue_free(queue);
}

static uint32_t *said;

static void put_late(void *arg)
{
	(void)arg;
	await_value(said, 1);
	usleep(20000); /* so that the other side mostly sleeps by then; if not, that is right too */
	CHECK_EQ(tutti_queue_put(queue, &(int){ 7 }), 0);
}

static void *count_up(void *arg)
{
	for (int i = 0; i < 50; i++)
		CHECK_EQ(tutti_yield(), 0);
	++*(int *)arg;
	return NULL;
}

/* A task that waits for another process leaves its thread to others. */
static void *get_seven(void *arg)
{
	int n;

	CHECK_EQ(tutti_queue_get(queue, &n), 0);
	CHECK_EQ(n, 7);
	return arg;
}

static void only_the_task_waits(void)
{
	int counted = 0;
	pid_t pid;

	said = share(4096);
	make_with(sizeof(int), 0, 0);
	pid = process_start(put_late, NULL);
	tutti_future *waits = tutti_task_start(get_seven, NULL, NULL);
	tutti_future *runs = tutti_task_start(count_up, &counted, NULL);
	finish(runs);
	CHECK_EQ(counted, 1);
	say(said, 1); /* only now there will be something */
	finish(waits);
	process_join(pid);
	tutti_queue_free(queue);
	unshare(said, 4096);
}

static void done_with_all(void *arg)
{
	int n;

	(void)arg;
	for (int i = 0; i < 5; i++) {
		CHECK_EQ(tutti_queue_get(queue, &n), 0);
		CHECK_EQ(tutti_queue_task_done(queue), 0);
	}
}

static void join_waits_for_another_process(void)
{
	make_with(sizeof(int), 0, 0);
	for (int i = 0; i < 5; i++)
		CHECK_EQ(tutti_queue_put(queue, &i), 0);
	CHECK_EQ(tutti_queue_join_until(queue, past), TUTTI_ETIMEDOUT);
	pid_t pid = process_start(done_with_all, NULL);
	CHECK_EQ(tutti_queue_join(queue), 0);
	process_join(pid);
	tutti_queue_free(queue);
}

/* -- handles that are no good ----------------------------------------------------------------- */

static void do_nothing(tutti_handle h)
{
	(void)h;
}

static void check_attach(void *arg)
{
	tutti_handle h = *(tutti_handle *)arg;
	tutti_queue *q;

	CHECK_EQ(tutti_queue_attach(&q, h), -ESTALE);
}

static tutti_handle *given;

static void give_handle(void *arg)
{
	(void)arg;
	make_with(sizeof(int), 0, 0);
	*given = tutti_queue_handle(queue);
}

static void says_who_is_gone(void)
{
	struct partner p = partner_begin(do_nothing);
	tutti_queue *q;
	tutti_handle h;

	given = share(4096);
	process_join(process_start(give_handle, NULL));
	CHECK_EQ(tutti_queue_attach(&q, *given), -ESRCH);
	make_with(sizeof(int), 0, 0);
	h = tutti_queue_handle(queue);
	tutti_queue_free(queue);
	process_join(process_start(check_attach, &h));
	partner_give(&p, h);
	process_join(p.pid);
	unshare(given, 4096);
}

/* What was attached stays when its maker is gone, and can be handed on. */
static void make_and_wait(void *arg)
{
	(void)arg;
	make_with(sizeof(int), 0, 0);
	CHECK_EQ(tutti_queue_put(queue, &(int){ 99 }), 0);
	*given = tutti_queue_handle(queue);
	say(said, 1);
	await_value(said, 2);
}

static void get_99(tutti_handle h)
{
	tutti_queue *q;
	int n;

	CHECK_EQ(tutti_queue_attach(&q, h), 0);
	CHECK_EQ(tutti_queue_get(q, &n), 0);
	CHECK_EQ(n, 99);
	tutti_queue_free(q);
}

static void outlives_its_maker(void)
{
	struct partner p = partner_begin(get_99);
	pid_t pid;

	given = share(4096);
	said = share(4096);
	pid = process_start(make_and_wait, NULL);
	await_value(said, 1);
	CHECK_EQ(tutti_queue_attach(&queue, *given), 0);
	say(said, 2);
	process_join(pid);
	partner_give(&p, tutti_queue_handle(queue));
	process_join(p.pid);
	CHECK(tutti_queue_empty(queue));
	tutti_queue_free(queue);
	unshare(given, 4096);
	unshare(said, 4096);
}

int main(void)
{
	processes_begin();
	RUN(each_item_once_and_in_order);
	RUN(is_drained_after_all_have_ended);
	RUN(a_partner_attaches_and_answers);
	RUN(only_the_task_waits);
	RUN(join_waits_for_another_process);
	RUN(says_who_is_gone);
	RUN(outlives_its_maker);
	return suite_end();
}
