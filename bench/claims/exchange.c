/* SPDX-License-Identifier: MIT */
/* C18: what it takes to hand data to another thread or process: many small items, and large ones.
   Beside tutti's own ways a socket pair, and memory that both have. A manager: net.c. */
#define _GNU_SOURCE 1
#include "claims.h"

#include <sys/socket.h>

enum { LARGE = 1 << 20 };

struct way;

struct kind {
	const char *name;
	bool to_thread;
	void (*create)(struct way *w, size_t size);
	void (*put)(struct way *w, const char *item, size_t size);
	void (*get)(struct way *w, char *item, size_t size);
	void (*close)(struct way *w);
};

/* One way from a writer to a reader: so many items of a size. */
struct way {
	const struct kind *kind;
	tutti_queue *queue;
	tutti_pipe *ends[2];
	int sockets[2];
	struct shared {
		tutti_queue *full, *empty; /* tokens: of the one block of memory */
		tutti_shm *memory;
	} shared;
	size_t size;
	long n;
};

/* -- the ways ---------------------------------------------------------------------------------- */

static void queue_of(tutti_queue **q, size_t size, unsigned flags)
{
	/* As many items as a MiB holds, and at least two of them, may be on their way. */
	size_t most = size >= LARGE ? 2 : 1024;

	fine(tutti_queue_create(q, size, &(tutti_queue_options){ .maxsize = most, .flags = flags }),
		"a queue");
}

static void thread_queue_create(struct way *w, size_t size)
{
	queue_of(&w->queue, size, 0);
}

static void shared_queue_create(struct way *w, size_t size)
{
	queue_of(&w->queue, size, TUTTI_SHARED);
}

static void queue_put(struct way *w, const char *item, size_t size)
{
	(void)size;
	fine(tutti_queue_put(w->queue, item), "a put");
}

static void queue_get(struct way *w, char *item, size_t size)
{
	(void)size;
	fine(tutti_queue_get(w->queue, item), "a get");
}

static void queue_close(struct way *w)
{
	tutti_queue_free(w->queue);
}

static void pipe_create(struct way *w, size_t size)
{
	(void)size;
	fine(tutti_pipe_create(&w->ends[0], &w->ends[1], true), "a pipe");
}

static void pipe_put(struct way *w, const char *item, size_t size)
{
	fine(tutti_pipe_write(w->ends[1], item, size), "a write");
}

static void pipe_get(struct way *w, char *item, size_t size)
{
	tutti_bytes message;

	fine(tutti_pipe_read(w->ends[0], &message), "a read");
	bench_require(message.size == size, "a message of another size");
	memcpy(item, message.data, size);
	tutti_bytes_free(&message);
}

static void pipe_close(struct way *w)
{
	tutti_pipe_free(w->ends[0]);
	tutti_pipe_free(w->ends[1]);
}

static void socket_create(struct way *w, size_t size)
{
	(void)size;
	bench_require(socketpair(AF_UNIX, SOCK_STREAM, 0, w->sockets) == 0, "no sockets");
}

static void socket_put(struct way *w, const char *item, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = send(w->sockets[1], item + done, size - done, MSG_NOSIGNAL);

		bench_require(n > 0, "cannot send");
		done += (size_t)n;
	}
}

static void socket_get(struct way *w, char *item, size_t size)
{
	bench_require(
		recv(w->sockets[0], item, size, MSG_WAITALL) == (ssize_t)size, "cannot receive");
}

static void socket_close(struct way *w)
{
	close(w->sockets[0]);
	close(w->sockets[1]);
}

/* Two blocks in turn: the writer fills one while the reader has the other. */
static void memory_create(struct way *w, size_t size)
{
	fine(tutti_shm_create(&w->shared.memory, 2 * size), "shared memory");
	queue_of(&w->shared.full, sizeof(int), TUTTI_SHARED);
	queue_of(&w->shared.empty, sizeof(int), TUTTI_SHARED);
	for (int i = 0; i < 2; i++)
		fine(tutti_queue_put(w->shared.empty, &i), "a put");
}

static void memory_put(struct way *w, const char *item, size_t size)
{
	int block;

	fine(tutti_queue_get(w->shared.empty, &block), "a block");
	memcpy((char *)tutti_shm_data(w->shared.memory) + (size_t)block * size, item, size);
	fine(tutti_queue_put(w->shared.full, &block), "a block");
}

static void memory_get(struct way *w, char *item, size_t size)
{
	int block;

	fine(tutti_queue_get(w->shared.full, &block), "a block");
	memcpy(item, (char *)tutti_shm_data(w->shared.memory) + (size_t)block * size, size);
	fine(tutti_queue_put(w->shared.empty, &block), "a block");
}

static void memory_close(struct way *w)
{
	tutti_queue_free(w->shared.full);
	tutti_queue_free(w->shared.empty);
	tutti_shm_free(w->shared.memory);
}

/* -- the race ---------------------------------------------------------------------------------- */

static void write_all(void *arg)
{
	struct way *w = arg;
	char *item = bench_alloc(1, w->size);

	for (int64_t i = 0; i < w->n; i++) {
		memcpy(item, &i, sizeof(i));
		w->kind->put(w, item, w->size);
	}
	free(item);
}

static void *write_in_thread(void *way)
{
	write_all(way);
	return NULL;
}

static double seconds_by(const struct kind *kind, size_t size, long n)
{
	struct way way = { .kind = kind, .size = size, .n = n }, *w = &way;
	char *item = bench_alloc(1, size);
	tutti_thread *thread = NULL;
	int64_t start, number;
	int child = 0;

	w->kind->create(w, size);
	if (w->kind->to_thread)
		thread = tutti_thread_start(write_in_thread, w, NULL);
	else
		child = child_start(write_all, w);
	start = 0;
	for (long i = 0; i < n; i++) {
		w->kind->get(w, item, size);
		memcpy(&number, item, sizeof(number));
		bench_require(number == i, "an item was lost or came twice");
		if (i == 0) /* the other side has started */
			start = bench_now();
	}
	start = bench_now() - start;
	if (thread)
		end_well(thread, "the writer");
	else
		child_join(child);
	w->kind->close(w);
	free(item);
	return (double)start / 1e9;
}

static const struct kind kinds[] = {
	{ "process_queue", false, shared_queue_create, queue_put, queue_get, queue_close },
	{ "pipe", false, pipe_create, pipe_put, pipe_get, pipe_close },
	{ "socket", false, socket_create, socket_put, socket_get, socket_close },
	{ "shared_memory", false, memory_create, memory_put, memory_get, memory_close },
	{ "thread_queue", true, thread_queue_create, queue_put, queue_get, queue_close },
};

static void copy_speed(long n)
{
	char *from = bench_alloc(1, LARGE), *to = bench_alloc(1, LARGE);
	int64_t start = bench_now();

	for (long i = 0; i < n; i++) {
		memcpy(to, from, LARGE);
		__asm__ volatile("" : : "r"(to) : "memory");
	}
	bench_report("memcpy_large", (double)n * LARGE / (double)(bench_now() - start), "GB/s");
	free(from);
	free(to);
}

/* rows: C18 */
void claim_18(const struct scale *s)
{
	long small = sized(s, 100000, 20000, 200), large = sized(s, 1000, 200, 4);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		report_for(kinds[i].name, "small",
			seconds_by(&kinds[i], 64, small) * 1e6 / (double)small, "µs");
		report_for(kinds[i].name, "large",
			(double)large * LARGE / 1e9 / seconds_by(&kinds[i], LARGE, large), "GB/s");
	}
	copy_speed(large);
}
