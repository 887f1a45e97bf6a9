/* SPDX-License-Identifier: MIT */
/* The echo server on libuv, used well: a write is tried first, and only the rest is queued. */
#define _GNU_SOURCE 1
#include "../echo_race.h"

#include <uv.h>

static char block[65536];
static int keep;

static void lend_block(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
	(void)handle, (void)size;
	*buf = uv_buf_init(block, sizeof(block));
}

static void closed(uv_handle_t *handle)
{
	free(handle);
}

static void answer(uv_stream_t *client, ssize_t n, const uv_buf_t *buf)
{
	uv_buf_t piece = uv_buf_init(buf->base, n > 0 ? (unsigned)n : 0);

	if (n < 0)
		uv_close((uv_handle_t *)client, closed);
	else if (n > 0)
		bench_require(uv_try_write(client, &piece, 1) == n, "cannot write");
}

static void come(uv_stream_t *listener, int status)
{
	uv_tcp_t *client = malloc(sizeof(*client));

	bench_require(status == 0 && client, "cannot accept");
	uv_tcp_init(listener->loop, client);
	uv_accept(listener, (uv_stream_t *)client);
	if (keep)
		uv_read_start((uv_stream_t *)client, lend_block, answer);
	else
		uv_close((uv_handle_t *)client, closed);
}

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);
	uv_loop_t *loop = uv_default_loop();
	int port, fd = echo_listen(&port);
	uv_tcp_t listener;

	keep = !echo_visits(&o);
	uv_tcp_init(loop, &listener);
	uv_tcp_open(&listener, fd);
	echo_begin(&o, argv[0], port);
	uv_listen((uv_stream_t *)&listener, 1024, come);
	return uv_run(loop, UV_RUN_DEFAULT);
}
