/* SPDX-License-Identifier: MIT */
/*
 * known.h - the facts (base/facts.h) of one copy of tutti in the process that is looked at. There
 * may be several: a library, and a module that has another within itself.
 */
#ifndef TU_INSPECT_KNOWN_H
#define TU_INSPECT_KNOWN_H

#include "inspect/arena.h"
#include "os/other.h"

/* X(member, "its name over there"); what comes first must be there, the rest if its file is. */
#define TU_KNOWN_NEEDED(X)                      \
	X(workers, "workers")                   \
	X(worker_next, "worker.next")           \
	X(worker_in_use, "worker.in_use")       \
	X(worker_native_id, "worker.native_id") \
	X(worker_native, "worker.native")       \
	X(worker_slabs, "worker.slabs")         \
	X(worker_current, "worker.current")     \
	X(worker_budget, "worker.budget")       \
	X(worker_looks, "worker.looks")         \
	X(worker_head, "worker.head")           \
	X(worker_inbox, "worker.inbox")         \
	X(worker_thread, "worker.thread")       \
	X(worker_helper, "worker.helper")       \
	X(worker_bytes, "worker.wheel")         \
	X(context_size, "context.size")         \
	X(context_park, "context.park")         \
	X(context_id, "context.id")             \
	X(context_self, "context.self")         \
	X(context_job, "context.job")           \
	X(context_waits, "context.waits")       \
	X(context_alarm, "context.alarm")       \
	X(context_awaits, "context.awaits")     \
	X(context_since, "context.since")       \
	X(context_low, "context.low")           \
	X(context_bytes, "context.bytes")       \
	X(context_sp, "context.sp")             \
	X(context_pc, "context.pc")             \
	X(context_fp, "context.fp")             \
	X(runnable_next, "runnable.next")       \
	X(runnable_job, "runnable.job")         \
	X(start_within, "start.within")         \
	X(timer_deadline, "timer.deadline")     \
	X(timer_where, "timer.where")           \
	X(timer_size, "timer.size")             \
	X(slab_next, "slab.next")               \
	X(slab_base, "slab.base")               \
	X(slab_stack_bytes, "slab.stack_bytes") \
	X(slab_fresh, "slab.fresh")             \
	X(slab_size, "slab.size")               \
	X(slab_room, "slab.room")               \
	X(slab_shift, "slab.shift")             \
	X(slab_shifts, "slab.shifts")           \
	X(waiter_key, "waiter.key")             \
	X(waiter_context, "waiter.context")     \
	X(waiter_ask, "waiter.ask")             \
	X(waiter_op, "waiter.op")               \
	X(waiter_object, "waiter.object")       \
	X(waiter_size, "waiter.size")           \
	X(ops, "ops")                           \
	X(ops_count, "ops.count")               \
	X(op_size, "op.size")                   \
	X(op_words, "op.words")                 \
	X(op_object, "op.object")               \
	X(nouns, "nouns")                       \
	X(nouns_count, "nouns.count")           \
	X(clock_scale, "clock.scale")           \
	X(clock_origin, "clock.origin")

#define TU_KNOWN_MORE(X)                            \
	X(future_ops, "future.ops")                 \
	X(future_word, "future.word")               \
	X(future_extra, "future.extra")             \
	X(future_number, "future.number")           \
	X(future_fn, "future.fn")                   \
	X(future_size, "future.size")               \
	X(fops_kind, "ops.kind")                    \
	X(fops_noun, "ops.noun")                    \
	X(extra_name, "extra.name")                 \
	X(word_done, "word.done")                   \
	X(word_running, "word.running")             \
	X(kind_job, "kind.job")                     \
	X(kind_task, "kind.task")                   \
	X(kind_thread, "kind.thread")               \
	X(kind_timer, "kind.timer")                 \
	X(kind_call, "kind.call")                   \
	X(thread_name, "thread.name")               \
	X(thread_daemon, "thread.daemon")           \
	X(thread_pooled, "thread.pooled")           \
	X(job_job, "job.job")                       \
	X(job_runs_on, "job.runs_on")               \
	X(job_link, "job.link")                     \
	X(job_queued, "job.queued")                 \
	X(job_size, "job.size")                     \
	X(job_type_name, "job_type.name")           \
	X(guards, "guards")                         \
	X(guard_link, "guard.link")                 \
	X(guard_in_child, "guard.in_child")         \
	X(executor_in_child, "executor.in_child")   \
	X(executor_engine, "executor.engine")       \
	X(executor_seats, "executor.seats")         \
	X(executor_guard, "executor.guard")         \
	X(executor_under_way, "executor.under_way") \
	X(executor_size, "executor.size")           \
	X(seats_jobs, "seats.jobs")                 \
	X(engine_scheme, "engine.scheme")           \
	X(child_ops, "child.ops")                   \
	X(child_group, "child.group")               \
	X(self_name, "self.name")                   \
	X(ledger, "ledger")                         \
	X(ledger_present, "ledger.present")         \
	X(account_id, "account.id")                 \
	X(account_holds, "account.holds")           \
	X(account_link, "account.link")             \
	X(account_size, "account.size")             \
	X(hold_object, "hold.object")               \
	X(hold_earlier, "hold.earlier")             \
	X(hold_size, "hold.size")                   \
	X(lock_holder, "lock.holder")               \
	X(lock_word, "lock.word")                   \
	X(lock_size, "lock.size")                   \
	X(lock_locked, "lock.locked")

struct known {
#define TU_KNOWN_FIELD(member, name) uint64_t member;
	TU_KNOWN_NEEDED(TU_KNOWN_FIELD)
	TU_KNOWN_MORE(TU_KNOWN_FIELD)
#undef TU_KNOWN_FIELD
	int module;
	char version[16];
	uint64_t has;        /* which of all, in order: the first so many bits of it and the next */
	uint64_t has_more;   /* TU_KNOWN_MORE's */
	const char *missing; /* the first that was needed and is not there; NULL: none */
};

/*
 * Find all copies. *known is an array of *n in the arena. 0, also if there are none; -EPERM,
 * -ESRCH, -ENOMEM. *bits: see tu_os_other_notes.
 */
int tu_known_find(
	struct arena *a, struct tu_os_other *o, struct known **known, size_t *n, int *bits);

#endif
