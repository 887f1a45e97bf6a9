/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_TUTTI_H
#define TUTTI_TUTTI_H

/*
 * tutti.h - all of libtutti: threads, tasks, locks, queues and futures under one vocabulary. api.h
 * says how the comments of these headers are to be read.
 *
 * Example:
 *
 *     #include <stdio.h>
 *
 *     static bool is_even(int n)
 *     {
 *             return n % 2 == 0;
 *     }
 *     TUTTI_JOB(is_even, bool, int);
 *
 *     int main(int argc, char **argv)
 *     {
 *             const int n[3] = { 1, 2, 3 };
 *             bool even[3];
 *             tutti_executor *e;
 *             int rc = tutti_executor_open(&e, argc > 1 ? argv[1] : "threads", NULL);
 *
 *             if (rc == 0) {
 *                     rc = is_even_map(e, n, even, 3);
 *                     tutti_executor_free(e);
 *             }
 *             if (rc < 0)
 *                     fprintf(stderr, "%s\n", tutti_strerror(rc));
 *             return rc < 0;
 *     }
 */

#include <tutti/api.h>
#include <tutti/array.h>
#include <tutti/bytes.h>
#include <tutti/cpu.h>
#include <tutti/datagram.h>
#include <tutti/debug.h>
#include <tutti/dict.h>
#include <tutti/error.h>
#include <tutti/executor.h>
#include <tutti/fd.h>
#include <tutti/file.h>
#include <tutti/fork.h>
#include <tutti/forkjoin.h>
#include <tutti/future.h>
#include <tutti/generator.h>
#include <tutti/group.h>
#include <tutti/handle.h>
#include <tutti/hashset.h>
#include <tutti/info.h>
#include <tutti/inspect.h>
#include <tutti/job.h>
#include <tutti/job_values.h>
#include <tutti/list.h>
#include <tutti/listener.h>
#include <tutti/loop.h>
#include <tutti/memory.h>
#include <tutti/observe.h>
#include <tutti/pipe.h>
#include <tutti/pipe_values.h>
#include <tutti/poller.h>
#include <tutti/print.h>
#include <tutti/process.h>
#include <tutti/queue.h>
#include <tutti/random.h>
#include <tutti/report.h>
#include <tutti/resolver.h>
#include <tutti/scope.h>
#include <tutti/select.h>
#include <tutti/serve.h>
#include <tutti/shared_queue.h>
#include <tutti/shm.h>
#include <tutti/signals.h>
#include <tutti/stream.h>
#include <tutti/stream_file.h>
#include <tutti/stream_layer.h>
#include <tutti/stream_peek.h>
#include <tutti/stream_read.h>
#include <tutti/subprocess.h>
#include <tutti/sync.h>
#include <tutti/task.h>
#include <tutti/thread.h>
#include <tutti/time.h>
#include <tutti/timer.h>
#include <tutti/value.h>
#include <tutti/value_codec.h>
#include <tutti/value_make.h>
#include <tutti/value_pickle.h>
#include <tutti/version.h>
#include <tutti/wait.h>
#include <tutti/watchdog.h>

#endif
