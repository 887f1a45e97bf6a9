/* SPDX-License-Identifier: MIT */
/* rows: F148 T43 */
/*
 * Eight threads post calls to a window: its thread makes them all, those of each in its order.
 *
 * usage: f148_posts [gtk | told]     as window.h says
 */
#include "window.h"

enum { THREADS = 8, POSTS = 1000 };

typedef struct post {
	int thread, number;
} post;

static window top;
static int done[THREADS], elsewhere, disorder, ended; /* the window's thread's */

static void count(void *arg)
{
	const post *p = arg;

	elsewhere += tutti_thread_current() != tutti_thread_main();
	disorder += p->number != done[p->thread]++;
}

static void end(void *thread)
{
	disorder += done[*(int *)thread] != POSTS;
	if (++ended == THREADS)
		window_close(&top);
}

static void *poster(void *arg)
{
	post *posts = arg;

	for (int i = 0; i < POSTS; i++)
		window_post(&top, count, &posts[i]); /* and goes on */
	window_call(&top, end, &posts->thread);      /* this waits until it is done */
	return NULL;
}

static void start(void *arg)
{
	static post posts[THREADS][POSTS];

	for (int t = 0; t < THREADS; t++) {
		for (int i = 0; i < POSTS; i++)
			posts[t][i] = (post){ t, i };
		tutti_future_unref(tutti_thread_start(poster, posts[t], arg));
	}
}

int main(int argc, char **argv)
{
	(void)argc;
	if (window_create(&top, "Posts", 200, 150) < 0 || window_post(&top, start, NULL) < 0)
		return 1;
	int rc = window_main(&top, argv, NULL);

	printf("%d threads ended, %d posts elsewhere, %d out of order\n", ended, elsewhere,
		disorder);
	return rc;
}
