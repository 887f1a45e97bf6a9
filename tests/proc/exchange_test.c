/* SPDX-License-Identifier: MIT */
/* rows: F34 */
/* ctest: LABELS no-valgrind */ /* a copy has lost what threads had that it does not have */
/* A number goes to another process and comes back larger by one: by each kind of communication. */
#include <tutti/tutti.h>

#include "support/children.h"

#include <sys/socket.h>

enum { ROUNDS = 1000 };

/* How one side hands a number to the other, and gets one. */
struct way {
	void (*make)(void);
	void (*give)(bool child, int n);
	int (*take)(bool child);
	void (*unmake)(void);
};

static const struct way *way;

static void answer(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++)
		way->give(true, way->take(true) + 1);
}

static void exchange(const struct way *w)
{
	pid_t pid;

	way = w;
	w->make();
	pid = process_start(answer, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		w->give(false, i);
		CHECK_EQ(w->take(false), i + 1);
	}
	process_join(pid);
	w->unmake();
}

/* -- queues ------------------------------------------------------------------------------------ */

static tutti_queue *to[2]; /* the parent, the child */

static void make_queues(void)
{
	tutti_queue_options o = { .flags = TUTTI_SHARED };

	for (int i = 0; i < 2; i++)
		CHECK_EQ(tutti_queue_create(&to[i], sizeof(int), &o), 0);
}

static void put(bool child, int n)
{
	CHECK_EQ(tutti_queue_put(to[!child], &n), 0);
}

static int get(bool child)
{
	int n;

	CHECK_EQ(tutti_queue_get(to[child], &n), 0);
	return n;
}

static void free_queues(void)
{
	for (int i = 0; i < 2; i++)
		tutti_queue_free(to[i]);
}

/* rows: F35 */
static void by_queues(void)
{
	exchange(&(struct way){ make_queues, put, get, free_queues });
}

/* -- a pipe ------------------------------------------------------------------------------------ */

static tutti_pipe *end[2];

static void make_pipe(void)
{
	CHECK_EQ(tutti_pipe_create(&end[0], &end[1], false), 0);
}

static void write_pipe(bool child, int n)
{
	CHECK_EQ(tutti_pipe_write(end[child], &n, sizeof n), 0);
}

static int read_pipe(bool child)
{
	tutti_bytes m;
	int n;

	CHECK_EQ(tutti_pipe_read(end[child], &m), 0);
	CHECK_EQ(m.size, sizeof n);
	memcpy(&n, m.data, sizeof n);
	tutti_bytes_free(&m);
	return n;
}

static void free_pipe(void)
{
	tutti_pipe_free(end[0]);
	tutti_pipe_free(end[1]);
}

/* rows: F40 */
static void by_a_pipe(void)
{
	exchange(&(struct way){ make_pipe, write_pipe, read_pipe, free_pipe });
}

/* -- sockets ----------------------------------------------------------------------------------- */

static tutti_stream *stream[2];

static void make_sockets(void)
{
	int fd[2];

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd), 0);
	for (int i = 0; i < 2; i++)
		CHECK_EQ(tutti_stream_open(&stream[i], fd[i]), 0);
}

static void write_stream(bool child, int n)
{
	CHECK_EQ(tutti_stream_write(stream[child], &n, sizeof n), 0);
}

static int read_stream(bool child)
{
	int n;

	CHECK_EQ(tutti_stream_read_exactly(stream[child], &n, sizeof n), 0);
	return n;
}

static void free_sockets(void)
{
	tutti_stream_free(stream[0]);
	tutti_stream_free(stream[1]);
}

/* rows: F42 */
static void by_sockets(void)
{
	exchange(&(struct way){ make_sockets, write_stream, read_stream, free_sockets });
}

/* -- shared memory, with permits that say whose turn it is ------------------------------------- */

struct page {
	tutti_semaphore full[2]; /* for the parent, for the child */
	int number;              /* of whoever has the permit */
};

static tutti_shm *memory;
static struct page *page;

static void make_memory(void)
{
	CHECK_EQ(tutti_shm_create(&memory, sizeof *page), 0);
	page = tutti_shm_data(memory);
	for (int i = 0; i < 2; i++)
		CHECK_EQ(tutti_semaphore_init(&page->full[i], 0, TUTTI_SHARED), 0);
}

static void write_page(bool child, int n)
{
	page->number = n;
	CHECK_EQ(tutti_semaphore_release(&page->full[!child], 1), 0);
}

static int read_page(bool child)
{
	CHECK_EQ(tutti_semaphore_acquire(&page->full[child]), 0);
	return page->number;
}

static void free_memory(void)
{
	tutti_shm_free(memory);
}

/* rows: F43 F45 */
static void by_shared_memory(void)
{
	exchange(&(struct way){ make_memory, write_page, read_page, free_memory });
}

/* -- signals: each says that the other's number is larger by one ------------------------------- */

static const int signals[2] = { SIGUSR1, SIGUSR2 }; /* which the parent, which the child hears */
static tutti_signals *heard;
static pid_t parent, child;

static void ring(pid_t pid, int number)
{
	CHECK_EQ(kill(pid, number), 0);
}

static void answer_signals(void *arg)
{
	tutti_signals *s;

	(void)arg;
	CHECK_EQ(tutti_signals_open(&s, &signals[1], 1), 0);
	ring(parent, signals[0]); /* it listens */
	for (int i = 0; i < ROUNDS; i++) {
		CHECK_EQ(tutti_signals_wait(s), signals[1]);
		ring(parent, signals[0]);
	}
	tutti_signals_free(s);
}

/* rows: F41 */
static void by_signals(void)
{
	int counted = 0;

	parent = getpid();
	CHECK_EQ(tutti_signals_open(&heard, &signals[0], 1), 0);
	child = process_start(answer_signals, NULL);
	CHECK_EQ(tutti_signals_wait(heard), signals[0]);
	for (int i = 0; i < ROUNDS; i++) {
		ring(child, signals[1]);
		CHECK_EQ(tutti_signals_wait(heard), signals[0]);
		counted++;
	}
	CHECK_EQ(counted, ROUNDS);
	process_join(child);
	tutti_signals_free(heard);
}

int main(void)
{
	poller_begin();
	processes_begin();
	RUN(by_queues);
	RUN(by_a_pipe);
	RUN(by_sockets);
	RUN(by_shared_memory);
	RUN(by_signals);
	return suite_end();
}
