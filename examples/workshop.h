/* SPDX-License-Identifier: MIT */
/* workshop.h - three workers, who are threads: they share a hall, and a washroom for one. */
#ifndef EXAMPLES_WORKSHOP_H
#define EXAMPLES_WORKSHOP_H

#include <stdio.h>
#include <tutti/tutti.h>

typedef struct workshop {
	char letter;
	tutti_lock washroom;
	tutti_barrier hall;
} workshop;

typedef struct worker {
	workshop *place;
	int number;
} worker;

static inline void *work(void *arg)
{
	const worker *self = arg;
	workshop *w = self->place;

	if (tutti_barrier_wait(&w->hall) == 0)
		printf("all workers of %c are in the hall\n", w->letter);
	tutti_sleep(TUTTI_SECONDS(1) * self->number); /* so that they queue in order */
	TUTTI_HOLD(&w->washroom);
	printf("%c%d locks the washroom\n", w->letter, self->number);
	tutti_sleep(TUTTI_SECONDS(4));
	printf("%c%d opens the washroom\n", w->letter, self->number);
	return NULL;
}

static inline int run_workshop(char letter)
{
	workshop w = { .letter = letter };
	worker workers[3];
	tutti_thread *threads[3];

	tutti_barrier_init(&w.hall, 3, NULL, NULL, 0);
	for (int i = 0; i < 3; i++) {
		workers[i] = (worker){ &w, i + 1 };
		threads[i] = tutti_thread_start(work, &workers[i], NULL);
	}
	return tutti_join_all(threads, 3);
}

#endif
