/* SPDX-License-Identifier: MIT */
/* places.h - a manager of jobs, a worker and a submitter in one program, for tests of the three. */
#ifndef TESTS_DIST_PLACES_H
#define TESTS_DIST_PLACES_H

#include "dist/kinds.h"
#include "dist/manager.h"
#include "support/suite.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <tutti/executor.h>
#include <tutti/net.h>
#include <tutti/thread.h>
#include <tutti/value_make.h>
#include <tutti/worker.h>

#define KEY "engine test"

struct place {
	tutti_manager *m;
	char where[64];
	tutti_worker *w;
	tutti_thread *serving;
	int ended;
};

static inline void start_manager(struct place *p, int port)
{
	char address[64];
	struct tu_object *jobs;
	char text[TU_CALL_TEXT];
	tutti_value *args, *kwargs;

	snprintf(address, sizeof(address), "127.0.0.1:%d", port);
	CHECK_EQ(tutti_manager_create(&p->m, address, tutti_bytes_text(KEY)), 0);
	CHECK_EQ(tutti_value_pack(&args, "()"), 0);
	CHECK_EQ(tutti_value_pack(&kwargs, "{}"), 0);
	CHECK_EQ(tu_object_make(&jobs, &tu_kind_jobs, args, kwargs, text), 0);
	tutti_value_unref(args);
	tutti_value_unref(kwargs);
	CHECK_EQ(tu_manager_serve(p->m, "get_jobs", &tu_kind_jobs, jobs), 0);
	CHECK_EQ(tutti_manager_start(p->m), 0);
	snprintf(p->where, sizeof(p->where), "tcp://127.0.0.1:%d", tutti_manager_port(p->m));
}

static inline void *serve(void *arg)
{
	struct place *p = arg;

	p->ended = tutti_worker_serve(p->w);
	return NULL;
}

static inline void start_worker(struct place *p)
{
	tutti_executor_options options = { .authkey = KEY, .max_workers = 2 };

	CHECK_EQ(tutti_worker_create(&p->w, p->where, &options), 0);
	p->serving = tutti_thread_start(serve, p, NULL);
}

static inline int end_worker(struct place *p)
{
	tutti_future_cancel(p->serving);
	tutti_join_all(&p->serving, 1);
	tutti_worker_free(p->w);
	return p->ended;
}

static inline void end_manager(struct place *p)
{
	CHECK_EQ(tutti_manager_shutdown(p->m), 0);
	tutti_manager_free(p->m);
}

static inline void *raise_here(void *number)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_UNBLOCK, &all, NULL);
	CHECK_EQ(raise((int)(intptr_t)number), 0);
	return NULL;
}

/*
 * Have this program get a signal, by a thread that takes it. Tutti's block all, and the main thread
 * sleeps in a system call out of which a sanitizer does not call handlers.
 */
static inline void get_signal(int number)
{
	pthread_t thread;

	CHECK_EQ(pthread_create(&thread, NULL, raise_here, (void *)(intptr_t)number), 0);
	CHECK_EQ(pthread_join(thread, NULL), 0);
}

static inline tutti_executor *open_there(const struct place *p)
{
	tutti_executor_options options = { .authkey = KEY };
	tutti_executor *e;

	CHECK_EQ(tutti_executor_open(&e, p->where, &options), 0);
	return e;
}

#endif
