/* SPDX-License-Identifier: MIT */
/*
 * child.c - from the request to the end.
 *
 * Which job it is says the place of its descriptor in its module: the child has the same modules,
 * elsewhere in memory. Two static jobs of one name are told apart that way. The name and the sizes
 * must agree all the same.
 */
#include "proc/child.h"

#include "core/alloc.h"
#include "core/crash_point.h"
#include "core/environment.h"
#include "core/family.h"
#include "core/report.h"
#include "core/startup.h"
#include "core/tape.h"
#include "exec/ending.h"
#include "exec/executor.h"
#include "os/os.h"
#include "os/port.h"
#include "proc/parcel.h"
#include "proc/pool.h"
#include "proc/reply.h"
#include "proc/serving.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/error.h>

/* How tu_child_bind has gone: not negative, or why it could not be. */
static struct {
	bool done;
	int life, family;
} bound;

/* -- which job --------------------------------------------------------------------------------- */

static bool fits(const tutti_job *job, const struct tu_request *r)
{
	return strcmp(job->name, r->job) == 0 && job->arg_kind == r->arg_kind &&
	       job->result_kind == r->result_kind && job->arg_size == r->arg_size &&
	       job->result_size == r->result_size;
}

static bool is_at(const tutti_job *job, const struct tu_request *r)
{
	const char *file;
	const char *base = tu_os_module_of(job, &file);

	return (size_t)((const char *)job - base) == r->offset && strcmp(file, r->module) == 0;
}

static tutti_job *find_at_place(const struct tu_request *r)
{
	size_t n = tutti_job_list(NULL, 0);
	tutti_job **jobs = tu_alloc((n + 1) * sizeof(*jobs)), *found = NULL;

	if (!jobs)
		return NULL;
	n = tutti_job_list(jobs, n); /* nobody else is here */
	for (size_t i = 0; i < n && !found; i++)
		if (fits(jobs[i], r) && is_at(jobs[i], r))
			found = jobs[i];
	tu_free(jobs);
	return found;
}

tutti_job *tu_child_find_job(const struct tu_request *r)
{
	tutti_job *job = find_at_place(r);
	char why[256];

	if (!job && fits(&tu_pool_worker_job, r))
		job = &tu_pool_worker_job;
	if (!job && fits(&tu_serving_job, r))
		job = &tu_serving_job;
	if (!job && *r->module && tu_os_module_load(r->module, why, sizeof(why)) == 0)
		job = find_at_place(r);
	if (!job)
		job = tutti_job_find(r->job);
	return job && fits(job, r) ? job : NULL;
}

/* -- the job ----------------------------------------------------------------------------------- */

/* As Python's children do: whoever looks at the screen sees why. */
static void tell(tutti_future *f, int code)
{
	const char *text = tutti_future_text(f);

	fflush(stdout);
	fprintf(stderr, "Process %s: %s\n", tu_self_process.name,
		text && *text ? text : tutti_strerror(code));
}

/* What exit is to be called with. */
static int run(tutti_job *job, const void *arg, int channel)
{
	static const tutti_executor_options none;
	tutti_executor *here;
	tutti_future *f;
	int code;

	tu_ending_watch();
	code = tu_executor_create_own(&here, &tu_engine_inline, NULL, &none);
	if (code < 0)
		tu_report(code, "a child has no memory for its job");
	if (code < 0)
		return EXIT_FAILURE;
	tu_crash_point();
	f = tutti_submit(here, job, arg, NULL);
	tu_crash_point();
	code = tutti_future_error(f);
	if (code < 0)
		tell(f, code);
	tu_reply_send(channel, f, job); /* nobody may be there to read it */
	tutti_future_unref(f);
	tutti_executor_free(here);
	tu_crash_point();
	return code < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static void fail(int channel, const struct tu_request *r)
{
	tutti_future *f = tutti_future_create(0);
	static const tutti_job none;
	char text[256];

	snprintf(text, sizeof(text), "no job '%s' of those sizes is known in the child", r->job);
	tutti_future_set_error(f, TUTTI_ENOJOB, text);
	tell(f, TUTTI_ENOJOB);
	tu_reply_send(channel, f, &none);
	tutti_future_unref(f);
}

static void be(const struct tu_request *r)
{
	tu_self_process = (struct tu_self_process){
		.name = r->name, .identity = r->identity, .daemon = r->daemon
	};
	tutti_process_set_method(r->usual, true);
}

void tu_child_bind(int life, int family)
{
	bound.life = tu_os_life_bind(life);
	bound.family = tu_family_join(family);
	bound.done = true;
}

static void tell_bounds(const char *name)
{
	if (bound.life < 0)
		tu_report(bound.life, "process '%s' will not notice its parent's death", name);
	if (bound.family < 0)
		tu_report(bound.family, "process '%s' is not known to those it shares with", name);
}

_Noreturn void tu_child_run(int channel)
{
	struct tu_request_fds fds;
	struct tu_request r;
	tutti_job *job;
	void *arg;
	int rc;

	tu_crash_be(TU_CRASH_CHILD);
	tu_crash_point();
	rc = tu_request_receive(channel, &r, &fds);
	tu_crash_point();
	if (rc < 0) /* whoever wanted something is gone */
		tu_os_exit_now(EXIT_FAILURE);
	be(&r);
	if (*r.tape) /* without it what happens here is not told, no more */
		tu_tape_join(r.tape, r.name);
	tu_crash_point();
	tu_carried = fds.carried;
	if (fds.errors >= 0)
		tu_os_stream_set(2, fds.errors);
	if (!bound.done) {
		tu_child_bind(fds.life, fds.family);
		tu_os_environment_drop(TU_STARTUP_CHILD); /* else the server has done it */
	}
	tell_bounds(r.name);
	tu_crash_point();
	rc = r.place < 0 ? 0 : tu_startup_joining(fds.clock, r.place);
	if (rc < 0)
		tu_os_exit_now(EXIT_FAILURE);
	job = tu_child_find_job(&r);
	if (!job) {
		fail(channel, &r);
		exit(EXIT_FAILURE);
	}
	arg = tu_alloc(job->arg_size);
	if (!arg || tu_parcel_open(arg, job->arg_kind, job->arg_size, r.arg.data, r.arg.size) < 0)
		tu_os_exit_now(EXIT_FAILURE);
	tu_startup_watching();
	rc = run(job, arg, channel);
	tu_parcel_drop(arg, job->arg_kind);
	tu_free(arg);
	tu_crash_point();
	exit(rc);
}

_Noreturn void tu_child_run_copy(struct tu_process *p, int channel)
{
	int code;

	tu_self_process = (struct tu_self_process){
		.name = p->name, .identity = p->identity, .daemon = p->daemon
	};
	tu_tape_process(p->name);
	tu_startup_watching();
	code = run((tutti_job *)p->jf.job, p->jf.arg, channel);
	/* Exit handlers are the parent's: they would clean up what it still uses. */
	tu_ending_now();
	tu_crash_point();
	tu_port_leave();
	tu_os_exit_now(code);
}

/* -- rehearsal --------------------------------------------------------------------------------- */

static int do_nothing(const void *arg, void *result)
{
	(void)arg, (void)result;
	return 0;
}

static tutti_job nothing = { .version = 1,
	.arg_kind = TUTTI_KIND_VOID,
	.result_kind = TUTTI_KIND_VOID,
	.name = "rehearsal",
	.place = "tutti",
	.target = (void (*)(void))do_nothing,
	.call = do_nothing };

/* The streams and the directory become what they are. */
static void rehearse_places(void)
{
	int streams[3], directory = tu_os_directory_open();

	for (int i = 0; i < 3; i++)
		streams[i] = tu_os_fd_copy(i);
	tu_os_streams_set(streams, directory);
	tu_os_close_all(streams, 3);
	if (directory >= 0)
		tu_os_close(directory);
}

/* To itself: a request, and the reply. Where it cannot be had each child does it all by itself. */
void tu_child_rehearse(void)
{
	static const struct tu_request none = {
		.job = "", .module = "", .place = -1, .name = "", .identity = "", .tape = ""
	};
	struct tu_request_fds no_fds = { -1, -1, -1, -1, { .n = 0 } };
	struct tu_request r;
	int end[2];

	rehearse_places();
	tu_os_process_birth(tu_os_process_id());
	tu_os_process_parent();
	if (tu_os_channel_open(end) < 0)
		return;
	if (tu_request_send(end[0], &none, &no_fds) == 0 &&
		tu_request_receive(end[1], &r, &no_fds) == 0) {
		find_at_place(&r);
		run(&nothing, NULL, end[1]);
		tu_request_drop(&r);
	}
	tu_os_close_all(end, 2);
}

/* -- instead of main --------------------------------------------------------------------------- */

bool tu_child_is_starting(void)
{
	return tu_environment(TU_STARTUP_CHILD) != NULL;
}

void tu_startup_child(void)
{
	const char *what = tu_environment(TU_STARTUP_CHILD);
	size_t server = strlen(TU_CHILD_SERVER), job = strlen(TU_CHILD_JOB);

	if (!what)
		return;
	if (strncmp(what, TU_CHILD_SERVER, server) == 0)
		tu_server_serve(atoi(what + server));
	if (strncmp(what, TU_CHILD_JOB, job) == 0)
		tu_child_run(atoi(what + job));
	tu_report(-EINVAL, "%s='%s' is not for use by hand", TU_STARTUP_CHILD, what);
	tu_os_exit_now(EXIT_FAILURE);
}
