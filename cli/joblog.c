/* SPDX-License-Identifier: MIT */
/*
 * joblog.c - the file of --joblog: a header line, then tab-separated rows.
 *
 * A row is whole or it does not count: what follows the last line's end was torn off by a crash and
 * is cut away before anything is added. For --resume the old rows stay mapped, and of each only the
 * number and where its input stands are kept, 16 bytes, so that inputs are compared byte by byte
 * and still need no memory of their own.
 */
#include "joblog.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"

enum { COLUMNS = 7, ROWS_BYTES = 1 << 15 };
static const char header[] = "seq\tstart\tseconds\tstatus\tattempts\tjob\tinput\n";
enum { HEADER_BYTES = sizeof header - 1 };

/* One row that says ok. */
struct done {
	uint64_t index;
	size_t at; /* of its input, in old */
};

struct joblog {
	const char *path;
	struct text job, rows, wanted; /* the job's field; rows to write; the reader's */
	struct output out;
	const char *old;     /* what the file held; NULL: nothing */
	size_t mapped_bytes; /* of it */
	size_t old_bytes;    /* in whole lines: what follows may have been cut away */
	struct done *done;   /* by index */
	size_t n_done, room;
};

/* -- reading what is there --------------------------------------------------------------------- */

struct row {
	const char *column[COLUMNS + 1]; /* where each begins; the last: behind the line's end */
};

static bool split(const char *line, const char *end, struct row *row)
{
	int n = 0;

	row->column[n++] = line;
	for (const char *p = line; p < end; p++)
		if (*p == '\t') {
			if (n == COLUMNS)
				return false;
			row->column[n++] = p + 1;
		}
	row->column[n] = end + 1;
	return n == COLUMNS;
}

static bool column_is(const struct row *row, int i, const char *text, size_t size)
{
	return row->column[i + 1] - row->column[i] == (ptrdiff_t)size + 1 &&
	       memcmp(row->column[i], text, size) == 0;
}

static bool parse_index(const struct row *row, uint64_t *out)
{
	uint64_t n = 0;
	const char *p = row->column[0];

	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *p - '0', &n))
			return false;
	*out = n;
	return p > row->column[0] && *p == '\t';
}

static int keep(struct joblog *log, uint64_t index, size_t at)
{
	if (log->n_done == log->room) {
		size_t room = log->room ? 2 * log->room : 1024;
		struct done *larger = realloc(log->done, room * sizeof *larger);

		if (!larger)
			return -ENOMEM;
		log->done = larger;
		log->room = room;
	}
	log->done[log->n_done++] = (struct done){ index, at };
	return 0;
}

/* 0, or < 0 and it has said why. */
static int read_row(struct joblog *log, const char *line, const char *end, size_t number)
{
	struct row row;
	uint64_t index;
	int rc = 0;

	if (!split(line, end, &row) || !parse_index(&row, &index)) {
		say("map: %s: line %zu: not a row of a joblog", log->path, number);
		return -EINVAL;
	}
	if (!column_is(&row, 5, log->job.data, log->job.size)) {
		say("map: %s: line %zu: of the job '%.*s', not of '%.*s'", log->path, number,
			(int)(row.column[6] - row.column[5] - 1), row.column[5], (int)log->job.size,
			log->job.data);
		return -EINVAL;
	}
	if (column_is(&row, 3, "ok", 2))
		rc = keep(log, index, (size_t)(row.column[6] - log->old));
	if (rc < 0)
		say("map: %s: %s", log->path, tutti_strerror(rc));
	return rc;
}

static int by_index(const void *a, const void *b)
{
	const struct done *x = a, *y = b;

	return (x->index > y->index) - (x->index < y->index);
}

/* All whole lines of the file. */
static int read_rows(struct joblog *log)
{
	const char *line = log->old + HEADER_BYTES, *end = log->old + log->mapped_bytes, *stop;
	bool torn_header = log->mapped_bytes < HEADER_BYTES;

	if (memcmp(log->old, header, torn_header ? log->mapped_bytes : HEADER_BYTES) != 0) {
		say("map: %s: not a joblog of tutti map", log->path);
		return -EINVAL;
	}
	if (torn_header)
		return 0;
	for (size_t number = 2; (stop = memchr(line, '\n', (size_t)(end - line))); number++) {
		int rc = read_row(log, line, stop, number);

		if (rc < 0)
			return rc;
		line = stop + 1;
	}
	log->old_bytes = (size_t)(line - log->old);
	if (log->n_done > 0)
		qsort(log->done, log->n_done, sizeof *log->done, by_index);
	return 0;
}

/* Map the file and read it, then cut what is torn unless only to look. */
static int read_old(struct joblog *log, int fd, enum joblog_use use)
{
	struct stat st;
	void *old;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -ESPIPE;
	if (st.st_size == 0)
		return 0;
	old = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (old == MAP_FAILED)
		return -errno;
	log->old = old;
	log->mapped_bytes = (size_t)st.st_size;
	if (read_rows(log) < 0)
		return 1; /* said already */
	if (use == JOBLOG_RESUME && ftruncate(fd, (off_t)log->old_bytes) < 0)
		return -errno;
	return 0;
}

bool joblog_has(struct joblog *log, uint64_t index, const tutti_bytes *input)
{
	struct done key = { .index = index }, *found;
	struct done *end = log->done + log->n_done;

	found = log->n_done > 0 ? bsearch(&key, log->done, log->n_done, sizeof key, by_index)
				: NULL;
	if (!found)
		return false;
	log->wanted.size = 0;
	text_field(&log->wanted, input->data, input->size);
	text_add(&log->wanted, "\n", 1);
	while (found > log->done && found[-1].index == index)
		found--;
	for (; found < end && found->index == index; found++)
		if (log->wanted.size <= log->old_bytes - found->at &&
			memcmp(log->old + found->at, log->wanted.data, log->wanted.size) == 0)
			return true;
	return false;
}

/* -- writing ---------------------------------------------------------------------------------- */

/* In order of the columns of the header. */
void joblog_add(struct joblog *log, const struct joblog_row *row)
{
	int64_t ms = row->start / 1000000;

	text_printf(&log->rows, "%" PRIu64 "\t%" PRId64 ".%03d\t%.6f\t%s\t%d\t", row->index,
		ms / 1000, (int)(ms % 1000), row->seconds, row->status, row->attempts);
	text_add(&log->rows, log->job.data, log->job.size);
	text_add(&log->rows, "\t", 1);
	text_field(&log->rows, row->input->data, row->input->size);
	text_add(&log->rows, "\n", 1);
}

bool joblog_full(const struct joblog *log)
{
	return log->rows.size >= ROWS_BYTES;
}

int joblog_flush(struct joblog *log)
{
	int rc = log->rows.failed ? -ENOMEM : 0;

	if (rc == 0 && log->rows.size > 0)
		rc = output_whole(&log->out, log->rows.data, log->rows.size);
	log->rows.size = 0;
	return rc;
}

void joblog_drop(struct joblog *log)
{
	log->rows.size = 0;
}

/* -- opening ---------------------------------------------------------------------------------- */

static int open_file(struct joblog *log, enum joblog_use use)
{
	int flags = use == JOBLOG_LOOK     ? O_RDONLY
		    : use == JOBLOG_RESUME ? O_RDWR | O_CREAT | O_APPEND
					   : O_WRONLY | O_CREAT | O_APPEND;
	int fd = open(log->path, flags | O_CLOEXEC, 0666);

	if (fd < 0 && errno == ENOENT && use == JOBLOG_LOOK)
		return -1; /* nothing done yet */
	if (fd < 0) {
		say("map: %s: %s", log->path, tutti_strerror(-errno));
		return -2;
	}
	if (use != JOBLOG_LOOK && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK) {
		say("map: %s: another tutti map is writing it", log->path);
		close(fd);
		return -2;
	}
	return fd;
}

/* What must stand in the file before the first row. */
static int begin_file(struct joblog *log, int fd, enum joblog_use use)
{
	struct stat st;

	if (use == JOBLOG_ANEW && ftruncate(fd, 0) < 0 && errno != EINVAL)
		return -errno; /* EINVAL: a pipe or a terminal, which has nothing to lose */
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size == 0)
		text_add(&log->rows, header, HEADER_BYTES);
	return joblog_flush(log);
}

struct joblog *joblog_open(
	const char *path, const char *job_word, enum joblog_use use, struct stop *stop)
{
	struct joblog *log = calloc(1, sizeof *log);
	int fd, rc = 0;

	if (!log) {
		say("map: %s", tutti_strerror(-ENOMEM));
		return NULL;
	}
	log->path = path;
	text_field(&log->job, job_word, strlen(job_word));
	fd = open_file(log, use);
	output_open(&log->out, fd, stop);
	if (fd >= 0 && use != JOBLOG_ANEW)
		rc = read_old(log, fd, use);
	if (fd >= 0 && rc == 0 && use != JOBLOG_LOOK)
		rc = begin_file(log, fd, use);
	if (rc < 0)
		say("map: %s: %s", path,
			rc == -ESPIPE ? "not a file that can be read again" : tutti_strerror(rc));
	if (fd != -2 && rc == 0)
		return log;
	joblog_free(log);
	return NULL;
}

void joblog_free(struct joblog *log)
{
	if (!log)
		return;
	if (log->old)
		munmap((void *)log->old, log->mapped_bytes);
	if (log->out.fd >= 0)
		close(log->out.fd);
	text_free(&log->job);
	text_free(&log->rows);
	text_free(&log->wanted);
	free(log->done);
	free(log);
}
