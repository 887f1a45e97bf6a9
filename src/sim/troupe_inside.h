/* SPDX-License-Identifier: MIT */
/* troupe_inside.h - the page that the processes of a simulation have in common; see troupe.h. */
#ifndef TU_SIM_TROUPE_INSIDE_H
#define TU_SIM_TROUPE_INSIDE_H

#include "sim/machine_inside.h"
#include "sim/troupe.h"

enum {
	TU_TROUPE_MOST = 2048,     /* processes at once */
	TU_TROUPE_SLEEPERS = 8192, /* threads that sleep on shared words at once */
	TU_TROUPE_TEXT = 1 << 20,  /* bytes of all that is told at the end */
	TU_TROUPE_OBJECTS = 256,   /* that a report speaks of */
	TU_TROUPE_NOBODY = TU_TROUPE_MOST,
};

/* What who gets the baton is to do. */
enum tu_turn {
	TU_TURN_LOOK, /* look what there is, and go on choosing */
	TU_TURN_RUN,  /* it was chosen: let one of its own go on */
	TU_TURN_BURY, /* player `ending` has ended, or is about to: see to it; then as LOOK */
	TU_TURN_TELL, /* tell what it does, and give it back to `teller` */
	TU_TURN_CONCLUDE,
};

enum tu_player_state {
	TU_PLAYER_NONE,     /* the place is free */
	TU_PLAYER_EXPECTED, /* has not had the baton yet */
	TU_PLAYER_PLAYS,
};

/* All is under the baton, but for bell. INT64_MAX is no instant, and 0 no ticket. */
struct tu_player {
	_Alignas(64) uint32_t bell; /* atomic: another each time that it gets the baton */
	uint32_t state;
	int32_t pid;
	uint32_t parent; /* the first: itself */
	uint32_t number; /* in the order of starting */
	/* As it was when it gave the baton away. */
	bool sleeps_in_pollers;
	bool waits_for_world; /* something from outside may wake somebody */
	uint64_t ticket;      /* of its first ready actor */
	uint64_t went;        /* of its first deadline, which is at due */
	int64_t held, past;   /* see tu_machine_held_here */
	int64_t due, next;    /* next: with the timers of those who are ready */
	uint64_t patient;     /* ticket of who goes on when nobody is ready */
	uint64_t only_polled; /* changes there were when all that is ready had only polled */
	uint64_t looked_acts, looked_changes; /* when it looked at its pollers last */
	/* By others, since. */
	uint64_t woken; /* ticket of the first whom a wake has met */
	uint64_t asked; /* to look at its pollers */
	char name[64];
};

/* One that sleeps on shared words. player: 0: the place is free; else one more than its index. */
struct tu_sleeper {
	uint32_t player, n;
	uint64_t went, ticket; /* ticket: it was woken */
	uint64_t actor;        /* an address in its process */
	uint64_t keys[TU_OS_WORDS_MOST];
};

/* One that a report has spoken of. key: 0: none yet. */
struct tu_shared_object {
	uint64_t key;
	uint32_t kind, number;
};

/* What goes with the baton from machine to machine. */
struct tu_common {
	int64_t now;
	uint64_t order, changes, acts, steps, hash;
};

struct tu_troupe {
	uint64_t magic;
	_Alignas(64) uint32_t baton; /* atomic: index << 8 | enum tu_turn */
	struct tu_common common;
	uint32_t players, sleepers; /* places that were ever in use */
	uint32_t born;              /* processes started so far */
	uint32_t ending, teller;    /* an index, or NOBODY */
	struct tu_troupe_verdict verdict;
	char settings[1024];
	size_t text_used, json_used;
	char text[TU_TROUPE_TEXT], json[TU_TROUPE_TEXT];
	struct tu_shared_object object[TU_TROUPE_OBJECTS];
	struct tu_player player[TU_TROUPE_MOST];
	struct tu_sleeper sleeper[TU_TROUPE_SLEEPERS];
};

extern uint32_t tu_troupe_me;

static inline struct tu_player *tu_troupe_self(void)
{
	return &tu_troupe->player[tu_troupe_me];
}

static inline bool tu_troupe_is_there(uint32_t i)
{
	return tu_troupe->player[i].state != TU_PLAYER_NONE;
}

/* Has its process ended? */
bool tu_troupe_is_dead(uint32_t i);

/* It ended, or is about to: wait for that, and take it off. Its children end too. */
void tu_troupe_bury(uint32_t i);

/* Take off whoever has died unnoticed; was there any? */
bool tu_troupe_find_dead(void);

/* baton.c: have the baton from the beginning; wait for it; give it away for good. */
void tu_baton_begin(void);
void tu_baton_await(void);
void tu_baton_give(uint32_t i, enum tu_turn turn);
void tu_baton_hand_over(uint32_t i, enum tu_turn turn); /* for good */

/* Give it away, and have it again. */
enum tu_turn tu_baton_hand(uint32_t i, enum tu_turn turn);

#endif
