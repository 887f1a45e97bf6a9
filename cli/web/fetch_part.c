/* SPDX-License-Identifier: MIT */
/*
 * fetch_part.c - a file that is not whole yet: .NAME.part, with a note .NAME.from beside it that
 * says what it is a part of, so that a later run may go on where this one has ended, however it
 * did. No file of a page begins with a dot.
 *
 * What is large is written by helper threads, so that a disk holds up nobody else. A small file is
 * written at once: that is a tenth of what it costs to have it done.
 */
#define _GNU_SOURCE
#include "fetch.h"
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SMALL_BYTES = 1 << 16 };

/* Not through a link that somebody has put there. */
static int open_part(struct body *b, int flags)
{
	b->fd = open(b->part, flags | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0666);
	return b->fd < 0 ? -errno : 0;
}

static int write_note(const struct page *p)
{
	const struct body *b = &p->body;
	FILE *note = b->validator ? fopen(b->note, "we") : NULL;

	if (!note)
		return b->validator ? -errno : 0;
	fprintf(note, "%s\n%s\n", p->url, b->validator);
	return fclose(note) == 0 ? 0 : -EIO;
}

/* A new one, in place of what an earlier run has left there. */
static int create_part(struct body *b)
{
	int rc = open_part(b, O_CREAT | O_EXCL);

	if (rc != -EEXIST)
		return rc;
	unlink(b->part);
	return open_part(b, O_CREAT | O_EXCL);
}

/* What is in memory joins what is in the part. */
static int flush(struct page *p)
{
	struct body *b = &p->body;
	int rc = b->fd < 0 ? create_part(b) : 0;

	if (rc == 0)
		rc = write_all(b->fd, b->kept.data, b->kept.size);
	if (rc < 0)
		return rc;
	b->gone += b->kept.size;
	b->kept.size = 0;
	return 0;
}

static void remove_both(struct body *b)
{
	unlink(b->part);
	unlink(b->note);
}

static void close_part(struct body *b)
{
	if (b->fd >= 0)
		close(b->fd);
	b->fd = -1;
}

/* -- each of these perhaps in a helper thread -------------------------------------------------- */

static void *find(void *arg)
{
	struct page *p = arg;
	struct body *b = &p->body;
	struct stat st;

	b->existed = stat(b->path, &st) == 0;
	return NULL;
}

/* The lines of a note; false: it is not about this url. */
static bool read_note(struct page *p)
{
	FILE *note = fopen(p->body.note, "re");
	char *line = NULL;
	size_t room = 0;
	ssize_t n = note ? getline(&line, &room, note) : -1;
	bool ours = n > 1 && strncmp(line, p->url, (size_t)n - 1) == 0 && !p->url[n - 1];

	n = ours ? getline(&line, &room, note) : -1;
	if (n > 1) {
		line[n - 1] = '\0';
		p->body.validator = line;
	} else {
		free(line);
	}
	if (note)
		fclose(note);
	return n > 1;
}

static void *find_earlier(void *arg)
{
	struct page *p = arg;
	struct stat st;

	find(p);
	if (!read_note(p) || open_part(&p->body, 0) < 0)
		return NULL;
	if (fstat(p->body.fd, &st) == 0 && S_ISREG(st.st_mode) &&
		lseek(p->body.fd, 0, SEEK_END) == st.st_size)
		p->body.gone = (uint64_t)st.st_size;
	return NULL;
}

static void *write_more(void *arg)
{
	struct page *p = arg;
	bool is_new = p->body.fd < 0;

	p->error = flush(p);
	if (is_new && p->error == 0)
		p->error = write_note(p);
	return NULL;
}

static void *finish(void *arg)
{
	struct page *p = arg;
	struct body *b = &p->body;
	bool noted = b->fd >= 0;

	p->error = flush(p);
	close_part(b);
	if (p->error == 0 && rename(b->part, b->path) < 0)
		p->error = -errno;
	if (p->error < 0)
		unlink(b->part);
	if (noted)
		unlink(b->note);
	return NULL;
}

static void *forget(void *arg)
{
	struct body *b = &((struct page *)arg)->body;

	close_part(b);
	remove_both(b);
	b->gone = 0;
	b->kept.size = 0;
	return NULL;
}

/* Kept, if it can be gone on with. */
static void *leave(void *arg)
{
	struct page *p = arg;
	struct body *b = &p->body;

	if (b->validator && flush(p) == 0) {
		close_part(b);
		return NULL;
	}
	return forget(p);
}

/* It says how it went in p->error; that of the page so far stays. */
static int run(struct page *p, tutti_fn fn)
{
	bool small = p->body.fd < 0 && p->body.kept.size < SMALL_BYTES;
	int before = p->error, rc = 0;

	p->error = 0;
	if (small)
		fn(p);
	else
		rc = tutti_call_blocking(fn, p, NULL);
	if (rc == 0)
		rc = p->error;
	p->error = before;
	return rc;
}

int part_find(struct page *p)
{
	return run(p, p->fetch->options->resume ? find_earlier : find);
}

int part_write(struct page *p)
{
	return run(p, write_more);
}

int part_finish(struct page *p)
{
	return run(p, finish);
}

static void run_shielded(struct page *p, tutti_fn fn)
{
	tutti_scope quiet;

	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	run(p, fn);
	tutti_shield_end(&quiet, 0);
}

void part_leave(struct page *p)
{
	if (p->body.fd >= 0)
		run_shielded(p, leave);
}

void part_forget(struct page *p)
{
	if (p->body.fd >= 0)
		run_shielded(p, forget);
}
