/* SPDX-License-Identifier: MIT */
/*
 * worker.c - a worker of a process pool: takes jobs from cells and runs them, until it is to end.
 *
 * Which job is meant says the pool's table, in the words of a request; it is found once.
 */
#include "proc/pool.h"

#include "core/alloc.h"
#include "core/crash_point.h"
#include "exec/executor.h"
#include "exec/kinds.h"
#include "os/os.h"
#include "proc/cells.h"
#include "proc/child.h"
#include "proc/parcel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <tutti/error.h>
#include <tutti/task.h>
#include <tutti/time.h>

enum { ROOM = 256 }; /* bytes: arguments and results up to that stand on the stack */

struct worker {
	struct tu_cells cells;
	unsigned number;
	tutti_executor *here;
	tutti_job *jobs[TU_CELLS_JOBS]; /* found so far */
	int files[TU_CELLS];            /* of results that are large, by their cells; -1: none */
	unsigned file_count;
};

/* -- the job in a cell ------------------------------------------------------------------------- */

static tutti_job *job_of(struct worker *w, uint32_t number)
{
	const struct tu_cells_job *at = &w->cells.shared->jobs[number];
	struct tu_request r = { .job = at->name,
		.module = at->module,
		.offset = at->offset,
		.arg_size = at->arg_size,
		.result_size = at->result_size,
		.arg_kind = at->arg_kind,
		.result_kind = at->result_kind };

	if (!w->jobs[number])
		w->jobs[number] = tu_child_find_job(&r);
	return w->jobs[number];
}

static void fail(struct worker *w, uint32_t i, int code, const char *text)
{
	struct tu_cell *cell = tu_cell_at(&w->cells, i);

	cell->code = code;
	cell->bytes = 0;
	cell->file = -1;
	tu_cell_set_text(&w->cells, i, text);
}

/* result is kind's, and is dropped. */
static int put_result(struct worker *w, uint32_t i, const tutti_job *job, void *result)
{
	tutti_bytes packed;
	int rc = tu_parcel_pack(&packed, job->result_kind, job->result_size, result);

	if (rc == 0) {
		tu_crash_point();
		rc = tu_cell_fill(&w->cells, i, packed.data, packed.size);
		tu_crash_point();
		tutti_bytes_free(&packed);
	}
	tu_kind_drop(job->result_kind, result);
	tu_cell_at(&w->cells, i)->code = rc;
	return rc;
}

/* arg is opened; result has room for one. */
static void run_with(struct worker *w, uint32_t i, tutti_job *job, const void *arg, void *result)
{
	int64_t left = tu_cell_at(&w->cells, i)->left;
	tutti_submit_options options = { .deadline = left == INT64_MAX ? 0 : tutti_after(left) };
	tutti_future *f;
	int rc;

	tu_crash_point();
	f = tutti_submit(w->here, job, arg, &options);
	tu_crash_point();
	rc = tutti_future_error(f);
	if (rc == 0)
		rc = tutti_job_result(f, job, result);
	if (rc == 0)
		rc = put_result(w, i, job, result);
	if (rc < 0)
		fail(w, i, rc, tutti_future_text(f));
	tutti_future_unref(f);
}

/* Room for that many bytes, from small if they fit there, which is as large as ROOM. */
static void *room_for(size_t bytes, void *small)
{
	return bytes <= ROOM ? small : tu_alloc(bytes);
}

static void leave_room(void *room, const void *small)
{
	if (room != small)
		tu_free(room);
}

static void run(struct worker *w, uint32_t i, tutti_job *job)
{
	_Alignas(max_align_t) unsigned char small[2][ROOM];
	tutti_bytes content;
	void *arg = room_for(job->arg_size, small[0]);
	void *result = room_for(job->result_size, small[1]);
	int rc = arg && result ? tu_cell_read(&w->cells, i, &content) : -ENOMEM;
	bool is_read = rc == 0;

	if (rc == 0)
		rc = tu_parcel_open(arg, job->arg_kind, job->arg_size, content.data, content.size);
	if (rc == 0) {
		run_with(w, i, job, arg, result);
		tu_parcel_drop(arg, job->arg_kind);
	} else {
		fail(w, i, rc, "the argument cannot be read");
	}
	tu_crash_point();
	if (is_read)
		tu_cell_leave(&w->cells, i, content);
	leave_room(arg, small[0]);
	leave_room(result, small[1]);
}

/* The files of large results that the pool has read. */
static void close_read(struct worker *w)
{
	for (uint32_t i = 0; w->file_count > 0 && i < TU_CELLS; i++)
		if (w->files[i] >= 0 && !tu_cells_is_done(&w->cells, i)) {
			tu_os_close(w->files[i]);
			w->files[i] = -1;
			w->file_count--;
		}
}

static void note_file(struct worker *w, uint32_t i, int file)
{
	w->files[i] = file;
	w->file_count += file >= 0;
}

static bool is_all_read(struct worker *w)
{
	close_read(w);
	return w->file_count == 0;
}

/* false: it is to be the last. */
static bool do_job(struct worker *w, uint32_t i)
{
	struct tu_cell *cell = tu_cell_at(&w->cells, i);
	tutti_job *job = job_of(w, cell->job);
	char text[TU_CELL_NAME + 64];

	close_read(w);
	if (job) {
		run(w, i, job);
	} else {
		snprintf(text, sizeof(text), "no job '%s' of those sizes is known in the worker",
			w->cells.shared->jobs[cell->job].name);
		fail(w, i, TUTTI_ENOJOB, text);
	}
	note_file(w, i, cell->file);
	return tu_cells_finish(&w->cells, w->number, i);
}

/* -- its life ---------------------------------------------------------------------------------- */

static int open_worker(struct worker *w, const struct tu_pool_worker *what)
{
	static const tutti_executor_options none;
	int rc = tu_cells_attach(&w->cells, what->pool, what->fd);

	if (rc < 0)
		return tutti_fail(rc, "the pool's memory cannot be had: %s", tutti_strerror(rc));
	w->number = what->number;
	for (int i = 0; i < TU_CELLS; i++)
		w->files[i] = -1;
	return tu_executor_create_own(&w->here, &tu_engine_inline, NULL, &none);
}

/* Libraries of jobs would each start as many threads as there are CPUs, in each worker. */
static void limit_libraries(uint32_t cpus)
{
	static const char *const setters[] = { "omp_set_num_threads", "openblas_set_num_threads",
		"goto_set_num_threads", "MKL_Set_Num_Threads", "bli_thread_set_num_threads" };
	static const char *const names[] = { "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS",
		"MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
		"NUMEXPR_NUM_THREADS" };
	char value[16];

	snprintf(value, sizeof(value), "%u", cpus);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		tu_os_environment_add(names[i], value);
	/* Those that are loaded have read theirs already. */
	for (size_t i = 0; i < sizeof(setters) / sizeof(*setters); i++) {
		void (*set)(int) = (void (*)(int))tu_os_symbol(setters[i]);

		if (set)
			set((int)cpus);
	}
}

static int start_job(const struct tu_pool_worker *what)
{
	tutti_fn fn = what->start ? (tutti_fn)tu_os_module_code(what->module, what->start) : NULL;
	char why[256];

	if (what->start && !fn && tu_os_module_load(what->module, why, sizeof(why)) == 0)
		fn = (tutti_fn)tu_os_module_code(what->module, what->start);
	if (what->start && !fn)
		return tutti_fail(TUTTI_ENOJOB, "worker_start is not known in the worker");
	if (fn)
		fn(NULL);
	return 0;
}

static int work(const void *arg, void *result)
{
	static struct worker w; /* large, and once in a process */
	const struct tu_pool_worker *what = arg;
	int rc, i;
	bool go = true;

	(void)result;
	tu_crash_be(TU_CRASH_WORKER);
	tu_crash_point();
	rc = open_worker(&w, what);
	tu_crash_point();
	if (rc < 0)
		return rc;
	limit_libraries(what->cpus);
	rc = start_job(what);
	tu_crash_point();
	for (uint64_t n = 1; rc == 0 && go && (i = tu_cells_take(&w.cells, w.number)) >= 0; n++)
		go = do_job(&w, (uint32_t)i) && n != what->jobs_max;
	/* After so many it ends, and its files with it. A pool that ends itself has read all. */
	while (!is_all_read(&w))
		tutti_sleep(TUTTI_MILLISECONDS(1));
	tu_crash_point();
	tutti_executor_free(w.here);
	tu_crash_point();
	return rc;
}

tutti_job tu_pool_worker_job = { .version = 1,
	.arg_kind = TUTTI_KIND_PLAIN,
	.result_kind = TUTTI_KIND_VOID,
	.arg_size = sizeof(struct tu_pool_worker),
	.name = "worker of a process pool",
	.place = "tutti",
	.target = (void (*)(void))work,
	.call = work };
