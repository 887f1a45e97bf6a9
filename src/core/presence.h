/* SPDX-License-Identifier: MIT */
/*
 * presence.h - who of the family is in something that all have to come out of, as a barrier's
 * round: so that those who wait there learn that one of them has died.
 *
 * Each process keeps account of itself, in its part of the family's table; when it dies that is
 * gone with its slot, and the count of those who are there is less than of those who came.
 *
 * key names the thing, another for each in the family (tu_presence_key), and round counts up. All
 * calls about a round that has not ended are made under a lock of the thing.
 */
#ifndef TU_CORE_PRESENCE_H
#define TU_CORE_PRESENCE_H

#include <stdbool.h>
#include <stdint.h>

/* A name that nobody else has. The process is in a family. */
uint64_t tu_presence_key(void);

/* The caller comes in. Its seat, or -ENOMEM: its process is in too many rounds of other things. */
int tu_presence_enter(uint64_t key, uint32_t round);

/* How often those who live are in that round. */
uint32_t tu_presence_count(uint64_t key, uint32_t round);

/* The round ends badly: all who are in it find that when they leave. */
void tu_presence_strike(uint64_t key, uint32_t round);

/* The caller goes, after the end of the round, without the lock. Was it struck? */
bool tu_presence_leave(int seat);

#endif
