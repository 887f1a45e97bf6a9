/* SPDX-License-Identifier: MIT */
/*
 * os.h - the contract of a port: all that the library wants of an operating system.
 *
 * No OS header and no platform #if stands outside this room. A port implements what is declared
 * here, in a folder of its own; the context switch stands in arch/CPU/switch.h. Errors are negative
 * errno values. Every function may be called from any thread unless it says otherwise.
 */
#ifndef TU_OS_OS_H
#define TU_OS_OS_H

#include "os/cpus.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* -- clock ---------------------------------------------------------------------------------- */

/*
 * Nanoseconds on the monotonic clock; never goes back, never 0; safe in a signal handler. With
 * TUTTI_TIME_SCALE=s in the environment this clock runs 1/s times as fast as real time, and every
 * deadline below is on it.
 */
int64_t tu_os_now(void);

/* Hold the OS thread until the deadline. Signals do not shorten it. */
void tu_os_sleep_until(int64_t deadline);

/* -- waiting and waking ---------------------------------------------------------------------- */

/*
 * Sleep while *word == expected, until a wake, the deadline or for no reason at all: the caller
 * looks again. INT64_MAX is no deadline. Returns -ETIMEDOUT after the deadline, else 0.
 * A wake after a store to *word is seen: compare and sleep are one step.
 */
int tu_os_futex_wait(uint32_t *word, uint32_t expected, int64_t deadline);

/* Wake up to n that sleep on word. The word itself is not touched: its memory may be gone. */
void tu_os_futex_wake(uint32_t *word, uint32_t n);

/*
 * One of several words to sleep on; as the port's own, so that an array of them is handed on as it
 * is. tu_os_word_set fills it.
 */
struct tu_os_word {
	uint64_t expected, at;
	uint32_t how, unused;
};
enum { TU_OS_WORDS_MOST = 128 };

/* shared: processes have it in common; who sleeps there is woken by tu_os_word_wake alone. */
void tu_os_word_set(struct tu_os_word *w, uint32_t *at, uint32_t expected, bool shared);

/*
 * Sleep while each of n words, at least one, is as expected; else as tu_os_futex_wait, and -EFAULT
 * if the memory of one is gone. Where the kernel cannot (words_can), on the first of them alone and
 * for 2 ms at most.
 */
int tu_os_words_wait(const struct tu_os_word *words, size_t n, int64_t deadline);
bool tu_os_words_can(void);

/* Wake up to n threads, of any process, that sleep on word as a shared one, in their order: how
   many. */
uint32_t tu_os_word_wake(uint32_t *word, uint32_t n);

/*
 * A full memory fence in every thread of the process that runs just now, the caller's included.
 * Only if tu_os_barrier_prepare, which must have been called before, has returned true: there are
 * kernels that cannot. Some microseconds.
 */
bool tu_os_barrier_prepare(void);
void tu_os_barrier(void);

/* -- bells ----------------------------------------------------------------------------------- */

/*
 * Something that another loop can poll: fd is readable once the bell was rung, or its deadline has
 * come. All fields are the port's but fd, which is only to be polled.
 */
struct tu_os_bell {
	int fd, ring, timer;
	int64_t deadline; /* what timer is set to; INT64_MAX: not */
};

/* 0, -EMFILE, -ENFILE or -ENOMEM. */
int tu_os_bell_open(struct tu_os_bell *b);
void tu_os_bell_close(struct tu_os_bell *b);

/* Any thread, signal handlers too. Rings merge. */
void tu_os_bell_ring(const struct tu_os_bell *b);

/* Forget what rang so far. The deadline stays. Owner. */
void tu_os_bell_quiet(const struct tu_os_bell *b);

/* Have it ring at deadline too, instead of at the last one set; INT64_MAX: never. Owner. */
void tu_os_bell_set(struct tu_os_bell *b, int64_t deadline);

/* Have it ring whenever fd, a poller's, is readable, until that is closed. 0 or -ENOMEM. Owner. */
int tu_os_bell_add(const struct tu_os_bell *b, int fd);

/* -- descriptors ----------------------------------------------------------------------------- */

enum { TU_OS_READABLE = 1, TU_OS_WRITABLE = 2, TU_OS_ENDED = 4, TU_OS_ALONE = 8 };

/*
 * Which of events, a set of the two above, fd is ready for just now: 0 if for none. An error or a
 * hang-up makes it ready for all of them, and what cannot be waited for, as a file, is always
 * ready. -EBADF, -ENOMEM.
 */
int tu_os_fd_look(int fd, unsigned events);

/*
 * Where one thread waits for many descriptors. All is for that thread, but wake, and while it is
 * open watch and unwatch. fd is readable, for another poller, while wait would return at once.
 */
struct tu_os_poller {
	int fd, ring;
};

/*
 * One that is ready, and for what. ENDED of one that is kept: no more will come after this, or
 * there are urgent bytes, at which a read stops as if there was no more.
 */
struct tu_os_ready {
	int fd;
	unsigned events;
};

/* 0, -EMFILE, -ENFILE or -ENOMEM. In a forked child the parent's is only to be closed. */
int tu_os_poller_open(struct tu_os_poller *p);
void tu_os_poller_close(struct tu_os_poller *p);

/*
 * Have wait report fd once, as soon as it is ready for any of events, or is already. Takes the
 * place of an earlier call for that fd, reported or not. Nothing is ever reported of one that is
 * closed before. 0; -EBADF; -EPERM: it is always ready; -ENOMEM; -ENOSPC: the user has too many;
 * -EINVAL, -ELOOP: it is a poller that waits for p, or p itself.
 */
int tu_os_poller_watch(const struct tu_os_poller *p, int fd, unsigned events);

/*
 * Have wait report fd whenever it becomes ready for any of events, with all it is ready for then;
 * and soon after this call if it is already. Otherwise as watch, whose place it takes. With ALONE
 * among events only one of the pollers that keep it so hears of it, if any is waited in just then.
 */
int tu_os_poller_keep(const struct tu_os_poller *p, int fd, unsigned events);

/* The same again for one that is kept; -ENOENT if it is not any more: it was closed. */
int tu_os_poller_keep_on(const struct tu_os_poller *p, int fd, unsigned events);

/* Do not report fd, unless it is closed by now. */
void tu_os_poller_unwatch(const struct tu_os_poller *p, int fd);

/*
 * Wait until something is to be reported, a wake, the deadline, or for no reason at all; one in the
 * past only looks. Returns how many are in ready, which has room for n.
 */
int tu_os_poller_wait(
	const struct tu_os_poller *p, struct tu_os_ready *ready, int n, int64_t deadline);

/* End the wait of now, or the next one. Any thread, signal handlers too. */
void tu_os_poller_wake(const struct tu_os_poller *p);

/* Wait until a wait on one of them would return at once, the deadline, a signal, or nothing. */
void tu_os_pollers_wait(const struct tu_os_poller *const *pollers, size_t n, int64_t deadline);

/* -- threads --------------------------------------------------------------------------------- */

struct tu_os_thread_start {
	void (*entry)(void *arg);
	void *arg;
	size_t stack_bytes; /* 0: the system's usual size */
};

/*
 * Start a detached thread that runs entry(arg) with every signal blocked but those that report a
 * fault. 0, -EAGAIN, -ENOMEM, -EINVAL.
 */
int tu_os_thread_start(const struct tu_os_thread_start *start);

/* Have the system's monitors show name for the calling thread, cut to what fits. */
void tu_os_thread_name(const char *name);

/* The caller's number in the kernel. */
int tu_os_thread_id(void);

/* Is the caller the process' first thread? */
bool tu_os_is_main_thread(void);

/* Give the CPU to another OS thread that can run. */
void tu_os_thread_yield(void);

/* The calling thread's own stack: lowest byte and size. */
void tu_os_thread_stack(void **low, size_t *bytes);

/*
 * Call fn(arg) when the calling thread ends, once per call, the last one first, and after the
 * destructors of the program's thread-locals; not for the thread that runs main.
 */
int tu_os_at_thread_end(void (*fn)(void *arg), void *arg);

/*
 * CPU time of a thread of this process, ns as tu_os_now counts them; -1 if it has ended. *runs
 * receives whether it runs or would if it had a CPU; true where that is not known.
 */
int64_t tu_os_thread_cpu(int native_id, bool *runs);

/* The name by which the system's monitors show it, "" if it has ended. Returns buf. */
const char *tu_os_thread_name_of(int native_id, char *buf, size_t n);

/* Hold the calling thread for ever. */
_Noreturn void tu_os_thread_stop(void);

/* -- memory of stacks ------------------------------------------------------------------------ */

size_t tu_os_page_bytes(void);

/*
 * Reserve count stacks of bytes each, one after the other; bytes is a multiple of the page size.
 * Their pages appear when touched, and huge pages are kept away. NULL: no memory or no address
 * space left.
 */
void *tu_os_stacks_map(size_t bytes, size_t count);

/*
 * Make the lowest page of each of those stacks fault when touched, without splitting the mapping
 * where the kernel can. Returns 0, or the reason why some or all are without a guard.
 */
int tu_os_stacks_guard(void *base, size_t bytes, size_t count);

/* Can the kernel do that without splitting the mapping? */
bool tu_os_stacks_marked(void);

/* Give back the pages in [low, low + bytes); they read as zero afterwards. Guards stay. zero: any
   bytes of the process' own become that, and as little as can be is touched. */
void tu_os_pages_drop(void *low, size_t bytes);
void tu_os_pages_zero(void *low, size_t bytes);

/* -- memory of blocks ------------------------------------------------------------------------- */

/*
 * Map bytes, a power of two and at least a page, on a multiple of bytes; they read as zero. large:
 * it will all be used, so the kernel may use large pages. NULL: no memory.
 */
void *tu_os_chunk_map(size_t bytes, bool large);
void tu_os_chunk_unmap(void *base, size_t bytes);

/* Would the kernel use large pages there? */
bool tu_os_large_pages(void);

/* -- memory and pipes that processes share ---------------------------------------------------- */

/* A number that nobody can guess, never 0. */
uint64_t tu_os_random(void);

/* Memory keeps its size from now on, whoever has it. 0 or a negative errno value. */
int tu_os_memory_seal(int fd);

/* Map it as tu_os_memory_map, where it is much more than will be used: nothing is reserved, and
   nothing of it gets into a core dump. */
void *tu_os_memory_map_spare(int fd, size_t bytes);

/* Have memory for [from, from + bytes) now, so that no touch of it can fail. 0 or -ENOMEM. */
int tu_os_memory_back(int fd, uint64_t from, uint64_t bytes);

/* Give the memory of [from, from + bytes) back, whoever maps it; it reads as zero afterwards. */
void tu_os_memory_drop(int fd, uint64_t from, uint64_t bytes);

/*
 * What process pid has open as fd, once more: memory, or an end of a pipe. events as above: what
 * it is wanted for. -ESRCH: no such process; -ESTALE: it has no such descriptor; -EACCES; -ENXIO:
 * the pipe has no reader; -EMFILE, -ENFILE, -ENOMEM.
 */
int tu_os_descriptor_of(int pid, int fd, unsigned events);

enum { TU_OS_PACKET = 4096 }; /* bytes that go through a pipe in one piece */

/*
 * A pipe of packets: ends[0] to read from, ends[1] to write to, and neither waits. -EMFILE,
 * -ENFILE, -ENOMEM; -ENOTSUP: the system knows no packets.
 */
int tu_os_pipe_open(int ends[2]);
void tu_os_pipe_close(int fd);

/* Which pipe it is, of all that there are just now; 0: fd is none. */
uint64_t tu_os_pipe_id(int fd);

/* One packet of two parts, at least 1 byte together, in whole. 0, -EAGAIN; -EPIPE: no reader. */
int tu_os_pipe_write(int fd, const void *a, size_t na, const void *b, size_t nb);

/* One packet, into room for TU_OS_PACKET bytes: how many; 0: no writer and no packet; -EAGAIN. */
int tu_os_pipe_read(int fd, void *packet);

/* A pipe of bytes, of which ends[0], to read from, does not wait. 0 or -errno. */
int tu_os_stream_open(int ends[2]);

/* How many, up to n, or -errno; 0, of a read: no writer. SIGPIPE does not come. */
int tu_os_stream_read(int fd, void *bytes, size_t n);
int tu_os_stream_write(int fd, const void *bytes, size_t n);

/*
 * Be among those who use what is open as fd, of all processes. A process that ends no longer is; a
 * forked child is the same user as its parent. leave: true: the caller was the last.
 */
void tu_os_user_enter(int fd);
bool tu_os_user_leave(int fd);

/*
 * Texts by name for all processes of the same user, until they are removed or the system ends.
 * hold: nobody else is between hold and let_go; its answer is for let_go, or a negative errno
 * value. read: the text's length, at most n - 1, or -ENOENT.
 */
int tu_os_names_hold(void);
void tu_os_names_let_go(int held);
int tu_os_name_write(const char *name, const char *text);
int tu_os_name_read(const char *name, char *text, size_t n);
void tu_os_name_remove(const char *name);

/* -- asking a thread -------------------------------------------------------------------------- */

/*
 * Have asked(pc) called, in a signal handler, on each thread that tu_os_thread_ask names; pc is
 * where it was interrupted. Calls to the kernel go on afterwards as far as SA_RESTART has it.
 * signal 0: the usual one. -EBUSY: the program handles it. -EINVAL: it cannot be handled.
 * One at a time, ended from anywhere.
 */
int tu_os_ask_begin(int signal, void (*asked)(const void *pc));
void tu_os_ask_end(void);

/* A thread begun by tu_os_thread_start lets the signal through from here on, if there is one, and
   no longer the one that it was before. */
void tu_os_ask_follow(void);

/* Between begin and end. 0; -ESRCH: it has ended. It is asked if it lets the signal through. */
int tu_os_thread_ask(int native_id);

/*
 * The calls that a thread stands in, innermost first: where each goes on. In its handler, from pc
 * on. Returns how many; as few as one where the system does not tell. The first call must come
 * from elsewhere: it may load code.
 */
int tu_os_stack_walk(const void *pc, void **frames, int most);

/* -- a clock that ticks on -------------------------------------------------------------------- */

/*
 * Have ticked(pc, cpu, slept) called in a signal handler on the calling thread, every so many
 * nanoseconds of real time, whatever the thread does; pc is where it was interrupted, cpu the time
 * for which it has computed so far, and slept how often it has slept by itself; of one that only
 * waits for a CPU that stays as it is. It may stop a wait in the kernel: it runs on the stack of
 * whoever waits there. -EBUSY: the program handles that signal. One at a time.
 */
int tu_os_tick_begin(int64_t period, void (*ticked)(const void *pc, int64_t cpu, long slept));
void tu_os_tick_end(void);

/* In ticked, for who goes on from there without returning. */
void tu_os_tick_left(void);

/* -- runs in children ------------------------------------------------------------------------- */

enum { TU_OS_CHILD = 0 };

/* How a child ended: by exit, or by a signal; not both are 0 unless it was exit(0). */
struct tu_os_end {
	int status, signal;
	bool late; /* it was killed, as it had not ended by the limit */
};

/*
 * Go on in a child too, which is the process as it is now, and ends with its parent. silent: its
 * standard streams are the null device. limit: real nanoseconds after which it is killed.
 * TU_OS_CHILD in the child, its number in the parent; or a negative errno value.
 */
int tu_os_child_begin(bool silent, int64_t limit);

/* Wait until it has ended. */
void tu_os_child_end(int child, struct tu_os_end *end);

/* -- processes and their memory --------------------------------------------------------------- */

int tu_os_process_id(void);
int tu_os_process_parent(void);

/*
 * What tells process pid from others that have or had its number; BORN_SOMETIME: that cannot be
 * known. 0: it has ended, whether or not anybody has taken notice.
 */
#define TU_OS_BORN_SOMETIME UINT64_MAX
uint64_t tu_os_process_birth(int pid);

/* The calling process ends here, as if killed from outside: with nothing done any more. */
_Noreturn void tu_os_kill_self(void);

/* It stops where it is, until somebody lets it go on (SIGCONT) or kills it. */
void tu_os_stop_self(void);

/*
 * Zeroed memory with a descriptor, by which other processes map it too; what is run by exec does
 * not inherit it. The descriptor, -EMFILE, -ENFILE or -ENOMEM; name is for those who look on.
 */
int tu_os_memory_make(const char *name, size_t bytes);

/* Its size, -EBADF, or -EINVAL if it is something else; and whether two are the same memory. */
int64_t tu_os_memory_bytes(int fd);
bool tu_os_memory_same(int fd, int other);

/* Map the first bytes of it, shared with all who do so. Only pages in use exist. NULL: cannot. */
void *tu_os_memory_map(int fd, size_t bytes);
void tu_os_memory_unmap(void *base, size_t bytes);
void tu_os_memory_withhold(void *base, size_t bytes); /* those forked from here have it not */
void tu_os_memory_close(int fd);

/*
 * What a place in memory is, for all processes that share it: the same number wherever each maps
 * it, and another for another place. 0: that memory is the caller's alone.
 */
uint64_t tu_os_memory_key(const void *place);

/* Zeroed memory that a child shares. NULL: none. */
void *tu_os_shared_map(size_t bytes);

/* The process ends here, with what it has written so far, and without its exit handlers. */
_Noreturn void tu_os_exit_now(int status);

/* Is somebody likely to look at the error stream while it is written? */
bool tu_os_error_is_terminal(void);

/*
 * Have crashed(signal) called, in a signal handler, before the process dies of a fault or of
 * abort; which then goes on. It may leave by another stack. -EBUSY: it is done already.
 */
int tu_os_crash_begin(void (*crashed)(int signal));
void tu_os_crash_end(void);

/* -- processes --------------------------------------------------------------------------------- */

/*
 * Start this program anew, or instead of it the one at the path argv[0] if that is not NULL, with
 * name=value in its environment and fd open there, under the same number. No signal is blocked
 * there, whatever the caller blocks. Its number, or a negative errno.
 */
int tu_os_program_start(char *const *argv, const char *name, const char *value, int fd);

/* Go on in a copy too, with nothing printed twice. 0 in the child, its number, -EAGAIN, -ENOMEM. */
int tu_os_fork(void);

/*
 * The same, but the child's parent is the caller's. In a process with one thread, which started
 * the program anew as above. -ENOTSUP: it cannot be had here. noted: receives the number before the
 * child runs, and even if the caller is killed right then, if the caller has written there before.
 */
int tu_os_fork_sibling(int32_t *noted);

/* A descriptor that is readable once the child, not yet reaped, has ended; -ENOSYS, -EMFILE. */
int tu_os_child_fd(int pid);

/* 0: it has ended, and is no more. -EAGAIN: it has not. -ECHILD: somebody else has reaped it. */
int tu_os_child_reap(int pid, struct tu_os_end *end);

/* Would that signal end the process? Not if it is caught, blocked or ignored there. */
bool tu_os_signal_ends(int pid, int number);

/* Wait until it has ended, whether or not anybody has taken notice. */
void tu_os_process_await_end(int pid);

/* Send a process a signal. 0, -ESRCH, -EINVAL, -EPERM. */
int tu_os_process_signal(int pid, int number);

/* A signal's name, "SIGKILL", or its number. Returns buf. */
const char *tu_os_signal_name(int number, char *buf, size_t n);

/* The streams of the process from now on, where fd is not negative; and where it works. */
void tu_os_streams_set(const int fd[3], int directory);

/* One of them; fd is closed. */
void tu_os_stream_set(int stream, int fd);

/* One for the working directory as it is, to be handed on. -errno. */
int tu_os_directory_open(void);

/*
 * Two ends of a stream of bytes that carries descriptors too. All n bytes are sent, or received, or
 * an error comes; -EPIPE: the other end is closed; -EMFILE: no place for all descriptors. They come
 * with the first byte, TU_OS_FDS_MOST at most, -1 where missing; and none to another program.
 */
enum { TU_OS_FDS_MOST = 32, TU_OS_ROOM_LEAST = 2048 };

int tu_os_channel_open(int end[2]);
int tu_os_channel_send(int fd, const void *data, size_t n, const int *fds, int nfds);
int tu_os_channel_receive(int fd, void *data, size_t n, int *fds, int nfds);

/* What there is, at most n bytes, without waiting. 0: the other end is closed. -EAGAIN: nothing. */
int tu_os_channel_look(int fd, void *data, size_t n);

/* So much is sent without waiting for who reads, after a little at most. LEAST: in any system. */
size_t tu_os_channel_room(int fd);
void tu_os_channel_end(int fd); /* for the other end it is as if it were closed, whoever has it */
void tu_os_close(int fd);
void tu_os_close_all(const int *fds, int n); /* those that are not negative */
bool tu_os_is_open(int fd);
int tu_os_fd_copy(int fd); /* or -errno */

/*
 * A process' life, seen by others. It holds `held`, which it shows nobody; who has a copy of
 * `shown` and binds itself is killed as soon as the last `held` is closed. -errno.
 */
int tu_os_life_open(int *shown, int *held);
int tu_os_life_bind(int shown); /* takes shown over; one to show instead, or -errno */

/* How many threads the process has besides those in except. names receives some of theirs. */
size_t tu_os_other_threads(const int *except, size_t n, char *names, size_t size);

/* The file that address was loaded from, "" if it is the program; and where it was loaded. */
const void *tu_os_module_of(const void *address, const char **file);

/* The path of the file that this library was loaded from. false: it is the program's, or gone. */
bool tu_os_library_path(char *path, size_t n);

/* Is there a file of that path that can be run? */
bool tu_os_file_is_program(const char *path);

/* Load it for good. 0 or -ENOENT, with a reason. */
int tu_os_module_load(const char *file, char *reason, size_t n);

/* Code in a module, from where that is loaded; and by its name, anywhere. NULL: it is not there. */
void *tu_os_module_code(const char *file, size_t offset);
void *tu_os_symbol(const char *name);

/* Memory by a descriptor: n bytes of data are in it. -errno. */
int tu_os_blob_open(const void *data, size_t n);

/* The same, read; free'd by tu_os_blob_unmap. NULL: no memory, or it has not n bytes. */
const void *tu_os_blob_map(int fd, size_t n);
void tu_os_blob_unmap(const void *data, size_t n);

/*
 * Called before main, but after the program's constructors, where that can be had: it is if
 * tu_os_is_before_main_asked. May not return. Set before main. The library alone is the program's
 * if it was linked as an archive.
 */
extern void (*tu_os_before_main)(void);
bool tu_os_is_before_main_asked(void);
bool tu_os_is_in_program(void);

/* Change the environment. While there is one thread. */
void tu_os_environment_drop(const char *name);
void tu_os_environment_add(const char *name, const char *value); /* unless it is there */

/* -- signals and ends ------------------------------------------------------------------------ */

/*
 * Have decide() asked about each fault at an address before anyone else. It runs on a stack of its
 * own, must be safe in a signal handler, and says a last word with tu_os_write_error if the fault
 * is ours; the fault then goes on to whoever had it before. Nothing happens if a sanitizer is
 * there, which has its own way. Once per process; the second call does nothing.
 */
int tu_os_fault_handler(void (*decide)(const void *address));

/* Give the calling thread the stack that the fault handler runs on. 0 or -ENOMEM. */
int tu_os_fault_stack(void);

/*
 * Have interrupted() called in a signal handler at each SIGINT until tu_os_interrupt_end. After
 * the first one the default action is back in force. Not nested: -EBUSY.
 */
int tu_os_interrupt_begin(void (*interrupted)(void));
void tu_os_interrupt_end(void);

/* Write to the error stream; safe in a signal handler. */
void tu_os_write_error(const char *text, size_t n);

/* Let nobody else write to the program's output streams from now on; waits for whoever does. */
void tu_os_hold_output(void);

/* The three steps around a fork of this process. Once per process. */
int tu_os_at_fork(void (*before)(void), void (*parent)(void), void (*child)(void));

/*
 * Has the program, not its libraries, thread-local variables that are used? Linked statically it
 * has ours or the C library's in one block with its own: then it is not known, and false.
 */
bool tu_os_program_has_locals(void);

/*
 * Where code is, in words: "PROGRAM(function+0x1f)", or with the offset in the file alone where the
 * function has no public name; addr2line takes that. Returns buf.
 */
const char *tu_os_code_place(const void *address, char *buf, size_t n);

/*
 * The variable that address is in, if it is one of the program's or a library's own and its name is
 * there to be found: "red", "accounts+0x18". false: not.
 */
bool tu_os_data_name(const void *address, char *buf, size_t n);

/* The value of an environment variable, NULL if not set. */
const char *tu_os_environment(const char *name);

#endif
