/* SPDX-License-Identifier: MIT */
/* words.h - what a ledger knows, in words, each sentence in one line. */
#ifndef TU_OBSERVE_WORDS_H
#define TU_OBSERVE_WORDS_H

#include "observe/order.h"
#include "observe/serial.h"

/* All bytes zero is no text. Without memory for more it stays as it is. */
struct tu_text {
	char *bytes; /* ends in '\0'; NULL: none yet */
	size_t used, room;
	bool aside;  /* where its memory is from, see core/alloc.h */
	bool failed; /* there was no memory for all of it */
};

void tu_text_add(struct tu_text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void tu_text_free(struct tu_text *t);

/* "thread 'reader'", or both of "job 'fetch' on thread 'pool_0'". Returns buf. */
const char *tu_words_name(const struct tu_account *a, char *buf, size_t n);

/* "lock 'red' (0x5581c0)" */
void tu_words_object(struct tu_text *t, uint32_t op, const void *object);

/* "NAME: acquire lock 'red' (0x5581c0) at PLACE"; for how long; of locks who has them. */
void tu_words_wait(struct tu_text *t, struct tu_ledger *l, const struct tu_account *a, int64_t now);

/* "lock 'red' (0x5581c0), taken at PLACE, lock ...": all that it holds. */
void tu_words_holds(struct tu_text *t, const struct tu_account *a);

void tu_words_circle(struct tu_text *t, const struct tu_circle *circle);

/* self is about to do that, and is against what was seen before. */
void tu_words_inversion(struct tu_text *t, const struct tu_account *self,
	const struct tu_doing *doing, const struct tu_inversion *inversion);

void tu_words_turns(struct tu_text *t, const struct tu_turns *turns);

/* hold: the one that ends. */
void tu_words_crowded(struct tu_text *t, const struct tu_crowded *crowded,
	const struct tu_hold *hold, int64_t now);

/* A line for each who waits or holds something, most at most. Returns how many. */
int tu_words_all(struct tu_text *t, struct tu_ledger *l, int64_t now, int most);

#endif
