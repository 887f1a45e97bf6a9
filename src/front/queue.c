/* SPDX-License-Identifier: MIT */
/*
 * queue.c - from the flags to the kind of queue. Here alone both rooms that have kinds are named,
 * so that those between processes are linked, and sync need not know of the rooms above it.
 */
#include "sync/queue.h"
#include "proc/shared_queue.h"

int tutti_queue_create(tutti_queue **q, size_t item_size, const tutti_queue_options *options)
{
	static const tutti_queue_options none;
	const tutti_queue_options *o = options ? options : &none;

	if (o->flags & TUTTI_SHARED)
		return tu_shared_queue_create(q, item_size, o);
	return tu_queue_create(q, item_size, o);
}
