/* SPDX-License-Identifier: MIT */
/*
 * trace_kinds.h - what a trace record can tell: X(KIND, name, what a is, what b is); "" is unused.
 *
 * The context that it happened to or that did it stands in the record's id. Readers keep files of
 * these: add at the end, never reorder. Define X and include this; it may be included again.
 */
X(THREAD_START, "thread start", "entry function", "")
X(THREAD_END, "thread end", "", "")
X(TASK_START, "task start", "entry function", "parent context")
X(TASK_END, "task end", "", "")
X(PARK, "park", "what it waits for", "deadline")
X(UNPARK, "unpark", "context that woke it", "")
X(SWITCH, "switch", "context left", "")
X(STEAL, "steal", "worker stolen from", "number of jobs")
X(LOCK_WAIT, "lock wait", "lock", "holder, if known")
X(LOCK_ACQUIRED, "lock acquired", "lock", "ns waited")
X(LOCK_RELEASED, "lock released", "lock", "")
X(QUEUE_PUT_WAIT, "queue put wait", "queue", "items in it")
X(QUEUE_GET_WAIT, "queue get wait", "queue", "items in it")
X(SLEEP, "sleep", "deadline", "")
X(TIMER_SET, "timer set", "timer", "deadline")
X(TIMER_FIRED, "timer fired", "timer", "deadline")
X(TIMER_CANCELLED, "timer cancelled", "timer", "deadline")
X(CANCEL, "cancel", "scope or context cancelled", "")
X(STACK_ALLOC, "stack alloc", "lowest address", "bytes")
X(STACK_FREE, "stack free", "lowest address", "bytes")
X(FUTURE_DONE, "future done", "future", "code")
#undef X
