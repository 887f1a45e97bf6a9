/* SPDX-License-Identifier: MIT */
/* tickets.h - a file with the number of tickets that are left, and a customer who wants one. */
#ifndef EXAMPLES_TICKETS_H
#define EXAMPLES_TICKETS_H

#include <errno.h>
#include <stdio.h>
#include <tutti/tutti.h>

#define TICKETS "db.txt"

/* Put the only ticket on sale, unless the file is there already. */
static inline void open_sale(void)
{
	FILE *f = fopen(TICKETS, "wx");

	if (f) {
		fputs("{\"count\":1}", f);
		fclose(f);
	}
}

static inline int read_count(int64_t *count)
{
	char text[100];
	tutti_value *v;
	FILE *f = fopen(TICKETS, "r");
	int rc;

	if (!f)
		return -errno;
	rc = tutti_value_from_json(&v, text, fread(text, 1, sizeof(text), f), NULL, NULL);
	fclose(f);
	if (rc < 0)
		return rc;
	rc = tutti_value_as_int(tutti_value_key(v, "count"), count);
	tutti_value_unref(v);
	return rc;
}

static inline int write_count(int64_t count)
{
	FILE *f = fopen(TICKETS, "w");

	if (!f)
		return -errno;
	fprintf(f, "{\"count\": %lld}", (long long)count);
	return fclose(f) == 0 ? 0 : -errno;
}

/* Look how many there are, then take the time it takes to buy one. */
static inline int buy(void)
{
	int64_t count;
	int rc = read_count(&count);

	if (rc < 0)
		return rc;
	printf("剩余车票数量为: %lld\n", (long long)count);
	rc = read_count(&count);
	tutti_sleep(TUTTI_SECONDS(0.1));
	if (rc < 0 || count <= 0)
		return rc;
	tutti_sleep(TUTTI_SECONDS(0.2));
	tutti_sleep(TUTTI_SECONDS(0.1));
	rc = write_count(count - 1);
	if (rc == 0)
		printf("购票成功! \n");
	return rc;
}

#endif
