/* SPDX-License-Identifier: MIT */
/*
 * atomic.h - every atomic access of the library, with its memory order in its name.
 *
 *     rlx       no order; the caller says why that is enough
 *     acq rel   pairs; both ends carry the same tag in a comment, for example [park-1]
 *     acqrel    both, for read-modify-write
 *     seq       one total order with all other seq; the caller shows the outcome it forbids
 *
 * This is the one place where the model explorer takes over: with TU_MODEL defined each access is
 * announced to it first, so that it can let another context run in between.
 */
#ifndef TU_BASE_ATOMIC_H
#define TU_BASE_ATOMIC_H

#include <stdbool.h>

#ifdef TU_MODEL
void tu_model_point(const volatile void *where);
#define TU_POINT_(p) tu_model_point(p),
#else
#define TU_POINT_(p)
#endif

#define tu_load_rlx(p) (TU_POINT_(p) __atomic_load_n((p), __ATOMIC_RELAXED))
#define tu_load_acq(p) (TU_POINT_(p) __atomic_load_n((p), __ATOMIC_ACQUIRE))
#define tu_load_seq(p) (TU_POINT_(p) __atomic_load_n((p), __ATOMIC_SEQ_CST))

#define tu_store_rlx(p, v) (TU_POINT_(p) __atomic_store_n((p), (v), __ATOMIC_RELAXED))
#define tu_store_rel(p, v) (TU_POINT_(p) __atomic_store_n((p), (v), __ATOMIC_RELEASE))

/*
 * qemu-aarch64 7.2 on x86-64 lets a later ldar overtake an stlr, which the architecture forbids: of
 * two threads that each store seq and then look at the other's store, both may miss it, about once
 * in a hundred. Only tests are run there; they are built with a fence in between.
 */
#ifdef TU_SEQ_FENCED
#define TU_SEQ_FENCE_ , __atomic_thread_fence(__ATOMIC_SEQ_CST)
#else
#define TU_SEQ_FENCE_
#endif
#define tu_store_seq(p, v) (TU_POINT_(p) __atomic_store_n((p), (v), __ATOMIC_SEQ_CST) TU_SEQ_FENCE_)

#define tu_swap_acq(p, v) (TU_POINT_(p) __atomic_exchange_n((p), (v), __ATOMIC_ACQUIRE))
#define tu_swap_acqrel(p, v) (TU_POINT_(p) __atomic_exchange_n((p), (v), __ATOMIC_ACQ_REL))
#define tu_swap_seq(p, v) (TU_POINT_(p) __atomic_exchange_n((p), (v), __ATOMIC_SEQ_CST))

#define tu_add_rlx(p, v) (TU_POINT_(p) __atomic_fetch_add((p), (v), __ATOMIC_RELAXED))
#define tu_add_acqrel(p, v) (TU_POINT_(p) __atomic_fetch_add((p), (v), __ATOMIC_ACQ_REL))
#define tu_add_seq(p, v) (TU_POINT_(p) __atomic_fetch_add((p), (v), __ATOMIC_SEQ_CST))
#define tu_sub_acqrel(p, v) (TU_POINT_(p) __atomic_fetch_sub((p), (v), __ATOMIC_ACQ_REL))
#define tu_sub_rel(p, v) (TU_POINT_(p) __atomic_fetch_sub((p), (v), __ATOMIC_RELEASE))
#define tu_or_acqrel(p, v) (TU_POINT_(p) __atomic_fetch_or((p), (v), __ATOMIC_ACQ_REL))
#define tu_or_seq(p, v) (TU_POINT_(p) __atomic_fetch_or((p), (v), __ATOMIC_SEQ_CST))
#define tu_and_acqrel(p, v) (TU_POINT_(p) __atomic_fetch_and((p), (v), __ATOMIC_ACQ_REL))
#define tu_and_rel(p, v) (TU_POINT_(p) __atomic_fetch_and((p), (v), __ATOMIC_RELEASE))

/*
 * Written by its owner alone, who reads it as any variable; others only watch it, and nothing is
 * read through it. A plain store for the CPU, and no point of the model, where nobody watches.
 */
#define tu_show(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)
#define tu_shown(p) __atomic_load_n((p), __ATOMIC_RELAXED)

/* Compare *p with *expected; equal: store desired. Otherwise *expected receives what was there. */
#define tu_cas_(p, expected, desired, weak, order, otherwise) \
	(TU_POINT_(p) __atomic_compare_exchange_n(            \
		(p), (expected), (desired), (weak), (order), (otherwise)))
#define tu_cas_rlx(p, e, d) tu_cas_(p, e, d, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)
#define tu_cas_acq(p, e, d) tu_cas_(p, e, d, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)
#define tu_cas_rel(p, e, d) tu_cas_(p, e, d, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED)
#define tu_cas_acqrel(p, e, d) tu_cas_(p, e, d, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)
#define tu_cas_seq(p, e, d) tu_cas_(p, e, d, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)
#define tu_cas_weak_acq(p, e, d) tu_cas_(p, e, d, true, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)
#define tu_cas_weak_rel(p, e, d) tu_cas_(p, e, d, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED)
#define tu_cas_weak_acqrel(p, e, d) tu_cas_(p, e, d, true, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)
#define tu_cas_weak_seq(p, e, d) tu_cas_(p, e, d, true, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)

#ifdef __SANITIZE_THREAD__
/* ThreadSanitizer knows no fences; on the CPUs it is used on, a locked operation is one. */
#define tu_fence_seq() ((void)__atomic_fetch_add(&(int){ 0 }, 0, __ATOMIC_SEQ_CST))
#else
#define tu_fence_seq() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#endif
#define tu_fence_compiler() __atomic_signal_fence(__ATOMIC_SEQ_CST)

#endif
