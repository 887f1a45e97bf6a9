/* SPDX-License-Identifier: MIT */
/* stream.h - what a stream is, for the files that read, write, connect and accept. */
#ifndef TU_LOOP_STREAM_H
#define TU_LOOP_STREAM_H

#include "core/poller.h"

#include <tutti/stream.h>

struct tutti_stream {
	struct tu_source source;
	bool is_socket;   /* fixed */
	bool broken;      /* part of a write is out, the rest is not. Of who writes */
	uint32_t reads;   /* atomic: somebody does */
	uint32_t writes;  /* likewise */
	uint8_t in_a_row; /* reads that did not have to wait. Of who reads */
	/* What has come and was not asked for yet: from begin to end. Of who reads. */
	unsigned char *ahead;
	size_t begin, end, room;
};

/* Of a descriptor that does not block, which becomes the stream's. NULL: no memory. */
tutti_stream *tu_stream_make(int fd, bool is_socket);

/* One at a time: 0, or -EBUSY. */
int tu_stream_take(uint32_t *side);
void tu_stream_leave(uint32_t *side);

/* From the system, not from what is ahead. Of who reads. As tutti_stream_read_until. */
ssize_t tu_stream_receive(tutti_stream *s, void *data, size_t size, tutti_time deadline);

/* Keep bytes that belong to what is read next, before all that is ahead. 0 or -ENOMEM. */
int tu_stream_put_back(tutti_stream *s, const void *data, size_t size);

/* Receive some more behind what is ahead; while it waits for the first it has no memory. */
ssize_t tu_stream_fill(tutti_stream *s, tutti_time deadline);

/* Take what is ahead, at most size; how many. What is empty then is given back. */
size_t tu_stream_take_ahead(tutti_stream *s, void *data, size_t size);

#endif
