/* SPDX-License-Identifier: MIT */
/* rows: F2 F26 P28 T10 */
/* Two processes count to 50, and each counts alone: a hundred words. */
#include <stdio.h>
#include <tutti/tutti.h>

typedef struct word {
	char text[8];
} word;

static int counter;

static void sub_task(word w)
{
	while (counter < 50) {
		tutti_print(TUTTI_FLUSH, "%s", w.text);
		counter++;
		tutti_sleep(TUTTI_SECONDS(0.01));
	}
}
TUTTI_JOB(sub_task, void, word);

int main(void)
{
	word words[] = { { "Ping" }, { "Pong" } };

	for (int i = 0; i < 2; i++)
		tutti_future_unref(tutti_process_start(&sub_task_job, &words[i], NULL));
	return 0;
}
