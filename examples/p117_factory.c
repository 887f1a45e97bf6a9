/* SPDX-License-Identifier: MIT */
/* rows: F146 P117 */
/* A factory: power for one workshop at a time, a hall for all workers, a washroom for one. */
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

static tutti_lock power;

static void *work(void *arg)
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

static void *open_workshop(void *arg)
{
	workshop *w = arg;
	worker workers[3];
	tutti_thread *threads[3];

	tutti_barrier_init(&w->hall, 3, NULL, NULL, 0);
	TUTTI_HOLD(&power);
	printf("workshop %c has power\n", w->letter);
	for (int i = 0; i < 3; i++) {
		workers[i] = (worker){ w, i + 1 };
		threads[i] = tutti_thread_start(work, &workers[i], NULL);
	}
	tutti_join_all(threads, 3);
	printf("workshop %c stops\n", w->letter);
	return NULL;
}

int main(void)
{
	workshop a = { .letter = 'A' }, b = { .letter = 'B' };
	tutti_thread *workshops[] = { tutti_thread_start(open_workshop, &a, NULL),
		tutti_thread_start(open_workshop, &b, NULL) };

	return tutti_join_all(workshops, 2) < 0;
}
