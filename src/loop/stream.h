/* SPDX-License-Identifier: MIT */
/* stream.h - what a stream is, for the files that read, write, connect and accept. */
#ifndef TU_LOOP_STREAM_H
#define TU_LOOP_STREAM_H

#include "core/poller.h"
#include "os/socket.h"

#include <tutti/stream_layer.h>

struct tutti_stream {
	struct tu_source source;
	bool is_socket;   /* fixed */
	bool gives_all;   /* a read finds all that is there, if it has room. Fixed */
	bool broken;      /* part of a write is out, the rest is not. Of who writes */
	bool ended;       /* of a layer: it was shut down. Likewise */
	uint64_t reads;   /* atomic: the id of who does; 0: nobody */
	uint64_t writes;  /* likewise */
	uint8_t in_a_row; /* reads that did not have to wait. Of who reads */
	uint8_t written;  /* likewise, writes. Of who writes */
	/* The functions that it is made of, fixed; NULL: it is source. Looked at in each call. */
	const tutti_stream_layer *layer;
	/* What has come and was not asked for yet: from begin to end. Of who reads. */
	size_t begin, end, room;
	unsigned char *ahead;
	void *arg; /* of layer, as is below: fixed */
	tutti_stream *below;
};

/* Of a descriptor that does not block, which becomes the stream's. NULL: no memory. */
tutti_stream *tu_stream_make(int fd, bool is_socket);

/*
 * The same of a socket of that kind. Only of TCP it is sure that a read finds all: others give what
 * was written at once or came with a descriptor by itself, and terminals a line.
 */
tutti_stream *tu_stream_make_of(int fd, const struct tu_os_address *kind);

/* One at a time: 0, or -EBUSY. In a forked child those count no more who are not there. */
int tu_stream_take(uint64_t *side);
void tu_stream_leave(uint64_t *side);

/*
 * One that always finds something, or room, lets the others of its thread have their turn all the
 * same. With the count of its side.
 */
void tu_stream_be_fair(uint8_t *in_a_row);

/* From the system, not from what is ahead. Of who reads. As tutti_stream_read_until. */
ssize_t tu_stream_receive(tutti_stream *s, void *data, size_t size, tutti_time deadline);

/* Keep bytes that belong to what is read next, before all that is ahead. 0 or -ENOMEM. */
int tu_stream_put_back(tutti_stream *s, const void *data, size_t size);

/* Receive some more behind what is ahead; while it waits for the first it has no memory. */
ssize_t tu_stream_fill(tutti_stream *s, tutti_time deadline);

/* Take what is ahead, at most size; how many. What is empty then is given back. */
size_t tu_stream_take_ahead(tutti_stream *s, void *data, size_t size);

/* Of a stream that has a layer: the layer's functions, or the stream below in their place. */
ssize_t tu_layer_read(tutti_stream *s, void *data, size_t size, tutti_time deadline);
int tu_layer_write(
	tutti_stream *s, const void *data, size_t size, size_t *done, tutti_time deadline);
int tu_layer_shutdown(tutti_stream *s, tutti_time deadline);
void tu_layer_free(tutti_stream *s);

#endif
