/* SPDX-License-Identifier: MIT */
/* rows: P79 F154 D7 */
/*
 * Thumbnails of all PNGs in images/, of three sizes, in thumbnails/: each is made by a job.
 *
 * usage: p79_thumbnails [ENGINE [clean]]     by default threads; clean: one dot before png, not two
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tutti/tutti.h>

#include "thumbnail.h"

typedef struct order {
	char infile[300];
	int size;
	char dot[2];
} order;

static int generate_thumbnail(const order *o)
{
	const char *file = strrchr(o->infile, '/') + 1, *ext = strrchr(file, '.');
	char outfile[400];

	/* The extension has a dot already, to which the tutorial adds one. */
	snprintf(outfile, sizeof(outfile), "thumbnails/%.*s_%d_%d%s%s", (int)(ext - file), file,
		o->size, o->size, o->dot, ext);
	return save_thumbnail(o->infile, outfile, o->size);
}
TUTTI_JOB_TRY(generate_thumbnail, void, order);

int main(int argc, char **argv)
{
	glob_t images = { 0 };
	tutti_executor *pool;

	if (tutti_executor_open(&pool, argc > 1 ? argv[1] : "threads", NULL) < 0)
		return fprintf(stderr, "no engine called %s\n", argv[1]), 1;
	mkdir("thumbnails", 0777); /* unless it is there */
	glob("images/*.png", 0, NULL, &images);

	size_t n = images.gl_pathc * 3, failed = 0;
	tutti_future **made = calloc(n + 1, sizeof(*made));

	for (size_t i = 0; made && i < n; i++) {
		order o = { .size = 32 << i % 3, .dot = { argc > 2 ? '\0' : '.' } };

		snprintf(o.infile, sizeof(o.infile), "%s", images.gl_pathv[i / 3]);
		made[i] = generate_thumbnail_submit(pool, o);
	}
	for (size_t i = 0; made && i < n; tutti_future_unref(made[i++]))
		if (generate_thumbnail_result(made[i]) < 0)
			failed += fprintf(stderr, "%s\n", tutti_future_text(made[i])) > 0;
	free(made);
	globfree(&images);
	tutti_executor_free(pool);
	return failed > 0 || !made;
}
