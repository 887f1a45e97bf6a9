/* SPDX-License-Identifier: MIT */
/* thread.c - OS threads: begin, end, name, own stack. */
#include "os/linux/thread.h"
#include "os/linux/forked.h"
#include "os/os.h"
#include "os/port.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static __thread bool ours;

bool tu_os_thread_is_ours(void)
{
	return ours;
}

static void *enter(void *arg)
{
	struct tu_os_thread_start start = *(struct tu_os_thread_start *)arg;

	ours = true;
	free(arg);
	start.entry(start.arg);
	return NULL;
}

/* A copy that lives until the new thread has read it. The name is set from outside: no copy. */
static struct tu_os_thread_start *keep(const struct tu_os_thread_start *start)
{
	struct tu_os_thread_start *copy = malloc(sizeof(*copy));

	if (copy)
		*copy = *start;
	return copy;
}

static int set_attributes(pthread_attr_t *attr, size_t stack_bytes)
{
	size_t least = (size_t)sysconf(_SC_THREAD_STACK_MIN);

	pthread_attr_setdetachstate(attr, PTHREAD_CREATE_DETACHED);
	if (stack_bytes == 0)
		return 0;
	if (stack_bytes < least)
		stack_bytes = least;
	return pthread_attr_setstacksize(attr, stack_bytes);
}

static int create(const struct tu_os_thread_start *start, pthread_attr_t *attr)
{
	struct tu_os_thread_start *copy = keep(start);
	sigset_t all, before;
	pthread_t thread;
	int rc;

	if (!copy)
		return ENOMEM;
	/* Inherited by the new thread: signals go to threads of the program, faults stay ours. */
	sigfillset(&all);
	sigdelset(&all, SIGSEGV);
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGFPE);
	sigdelset(&all, SIGILL);
	sigdelset(&all, SIGTRAP);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&thread, attr, enter, copy);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc != 0)
		free(copy);
	return rc;
}

int tu_real_thread_start(const struct tu_os_thread_start *start)
{
	pthread_attr_t attr;
	int rc = pthread_attr_init(&attr);

	if (rc != 0)
		return -rc;
	rc = set_attributes(&attr, start->stack_bytes);
	if (rc == 0)
		rc = create(start, &attr);
	pthread_attr_destroy(&attr);
	return -rc;
}

void tu_real_thread_name(const char *name)
{
	char cut[16];

	strncpy(cut, name, sizeof(cut) - 1);
	cut[sizeof(cut) - 1] = 0;
	pthread_setname_np(pthread_self(), cut);
}

int tu_real_thread_id(void)
{
	return (int)syscall(SYS_gettid);
}

bool tu_real_is_main_thread(void)
{
	return syscall(SYS_gettid) == getpid();
}

void tu_real_thread_yield(void)
{
	sched_yield();
}

void tu_real_thread_stack(void **low, size_t *bytes)
{
	pthread_attr_t attr;

	*low = NULL;
	*bytes = 0;
	if (pthread_getattr_np(pthread_self(), &attr) != 0)
		return;
	pthread_attr_getstack(&attr, low, bytes);
	pthread_attr_destroy(&attr);
}

/* What is to be called when this thread ends, the last one first. */
struct ending {
	struct ending *next;
	void (*fn)(void *arg);
	void *arg;
};

static pthread_key_t ending_key;
static pthread_once_t ending_once = PTHREAD_ONCE_INIT;
static int ending_error;

/*
 * Whoever waits for the thread is told here: so it comes after the destructors of others, which use
 * what an exit handler takes down once main has returned (libcrypto's do). Not in the last round:
 * there the sanitizers take their leave of the thread.
 */
static void run_endings(void *value)
{
	static __thread int rounds;
	struct ending *ending = value;

	if (++rounds < PTHREAD_DESTRUCTOR_ITERATIONS - 1 &&
		pthread_setspecific(ending_key, value) == 0)
		return;
	while (ending) {
		struct ending *next = ending->next;

		ending->fn(ending->arg);
		free(ending);
		ending = next;
	}
}

static void make_ending_key(void)
{
	ending_error = pthread_key_create(&ending_key, run_endings);
}

int tu_real_at_thread_end(void (*fn)(void *arg), void *arg)
{
	struct ending *ending;

	pthread_once(&ending_once, make_ending_key);
	if (ending_error)
		return -ending_error;
	ending = malloc(sizeof(*ending));
	if (!ending)
		return -ENOMEM;
	*ending = (struct ending){ pthread_getspecific(ending_key), fn, arg };
	if (pthread_setspecific(ending_key, ending) != 0) {
		free(ending);
		return -ENOMEM;
	}
	return 0;
}

_Noreturn void tu_real_thread_stop(void)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
	for (;;)
		pause();
}

static struct {
	void (*before)(void), (*parent)(void), (*child)(void);
} forked;

int tu_os_at_fork(void (*before)(void), void (*parent)(void), void (*child)(void))
{
	forked.before = before;
	forked.parent = parent;
	forked.child = child;
	return -pthread_atfork(before, parent, child);
}

void tu_os_forked_before(void)
{
	if (forked.before)
		forked.before();
}

void tu_os_forked_parent(void)
{
	if (forked.parent)
		forked.parent();
}

void tu_os_forked_child(void)
{
	if (forked.child)
		forked.child();
}

const char *tu_os_environment(const char *name)
{
	return secure_getenv(name);
}
