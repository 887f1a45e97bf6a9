/* SPDX-License-Identifier: MIT */
/* A POSIX message queue each way, as deep as anybody may have it. */
#include "../process_race.h"

#include <fcntl.h>
#include <mqueue.h>

static mqd_t ways[2];

static void way_create(void)
{
	struct mq_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.mq_maxmsg = 10;
	attr.mq_msgsize = sizeof(struct race_item);
	for (int i = 0; i < 2; i++) {
		char name[64];

		snprintf(name, sizeof(name), "/tutti-bench-%d-%d", (int)getpid(), i);
		ways[i] = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attr);
		bench_require(ways[i] != (mqd_t)-1, "mq_open failed");
		mq_unlink(name);
	}
}

static void way_put(int way, const struct race_item *item)
{
	bench_require(
		mq_send(ways[way], (const char *)item, sizeof(*item), 0) == 0, "mq_send failed");
}

static void way_get(int way, struct race_item *item)
{
	bench_require(mq_receive(ways[way], (char *)item, sizeof(*item), NULL) == sizeof(*item),
		"mq_receive failed");
}

int main(int argc, char **argv)
{
	return race_main(argc, argv, 1000000, 100000);
}
