/* SPDX-License-Identifier: MIT */
/* room.h - who is in a chat room. */
#ifndef EXAMPLES_ROOM_H
#define EXAMPLES_ROOM_H

#include <tutti/net.h>
#include <tutti/tutti.h>

static tutti_websocket *room[100];
static tutti_lock lock; /* of it */

static inline bool put_in_place_of(tutti_websocket *old, tutti_websocket *new)
{
	TUTTI_HOLD(&lock);
	for (int i = 0; i < 100; i++)
		if (room[i] == old)
			return room[i] = new, true;
	return false;
}

/* Who does not keep up until soon is cut off. */
static inline void tell_all(tutti_bytes line, tutti_time soon)
{
	TUTTI_HOLD(&lock);
	for (int i = 0; i < 100; i++)
		if (room[i])
			tutti_websocket_write_until(room[i], TUTTI_WEBSOCKET_TEXT, line, soon);
}

#endif
