/* SPDX-License-Identifier: MIT */
/* rows: F21 P29 */
/*
 * The same with the counter in a queue that both have: 50 words.
 *
 * usage: p29_ping_pong_by_queue [look]     look: again and again whether one has ended; else wait
 */
#include <stdio.h>
#include <tutti/tutti.h>

typedef struct player {
	char word[8];
	tutti_handle queue;
} player;

static int sub_task(player const *me)
{
	tutti_queue *q;
	int counter, rc = tutti_queue_attach(&q, me->queue);

	if (rc < 0)
		return rc;
	while ((rc = tutti_queue_get(q, &counter)) == 0 && counter < 50) {
		tutti_print(TUTTI_FLUSH, "%s", me->word);
		counter++;
		tutti_queue_put(q, &counter);
		tutti_sleep(TUTTI_SECONDS(0.01));
	}
	tutti_queue_free(q);
	return rc;
}
TUTTI_JOB_TRY(sub_task, void, player);

int main(int argc, char **argv)
{
	player players[] = { { .word = "Ping" }, { .word = "Pong" } };
	tutti_process *p[2];
	tutti_queue *q;
	int rc = tutti_queue_create(
		&q, sizeof(int), &(tutti_queue_options){ .flags = TUTTI_SHARED });

	(void)argv;
	if (rc < 0)
		return fprintf(stderr, "%s\n", tutti_strerror(rc)), 1;
	tutti_queue_put(q, &(int){ 0 });
	for (int i = 0; i < 2; i++) {
		players[i].queue = tutti_queue_handle(q);
		p[i] = tutti_process_start(&sub_task_job, &players[i], NULL);
	}
	if (argc > 1)
		while (tutti_process_is_alive(p[0]) && tutti_process_is_alive(p[1]))
			;
	else
		tutti_wait(p, 2, TUTTI_FIRST_COMPLETED, NULL, TUTTI_FOREVER);
	tutti_queue_put(q, &(int){ 50 }); /* for the other one */
	rc = tutti_join_all(p, 2);
	tutti_queue_free(q);
	return rc < 0;
}
