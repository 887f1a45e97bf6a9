/* SPDX-License-Identifier: MIT */
/*
 * other.h - the part of the port's contract (os.h) that is looking at another process, or at this
 * one as if it were another. It is neither asked nor stopped: what is seen may change meanwhile.
 */
#ifndef TU_OS_OTHER_H
#define TU_OS_OTHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Nothing of it is anybody else's. */
struct tu_os_other {
	int pid;
	int memory; /* a descriptor; -1: not open */
};

/*
 * Begin to look at pid; to be closed. -ESRCH: there is none. No function here takes memory: who
 * dumps what hangs may find that memory is what hangs.
 */
int tu_os_other_open(struct tu_os_other *o, int pid);
void tu_os_other_close(struct tu_os_other *o);

struct tu_os_about {
	int pid, parent;
	char state;       /* 'R', 'S', 'Z', ... as ps(1) has them */
	char name[32];    /* as the kernel shows it, and as it can be shown */
	unsigned user;    /* whose it is */
	uint64_t started; /* in the kernel's own unit: another one, another process */
};

/* -ESRCH: it is gone. */
int tu_os_other_about(int pid, struct tu_os_about *about);

/*
 * Copy n bytes at from. -EPERM: that is not allowed; -EFAULT: nothing is there, or not so much;
 * -ESRCH: the process has ended.
 */
int tu_os_other_read(struct tu_os_other *o, uint64_t from, void *to, size_t n);

/* Many at once, of which some may fail. 0, or -EPERM or -ESRCH for all. */
struct tu_os_piece {
	uint64_t from;
	void *to;
	size_t n;
	bool read;
};
int tu_os_other_read_many(struct tu_os_other *o, struct tu_os_piece *pieces, size_t n);

/*
 * Call found(module, at, arg) for each note of that name and type in what the process has mapped of
 * executable files: at is where its descriptor lies, module a number that is another one for each
 * file. *bits receives 32 if it is a 32-bit program, else 64. 0, -EPERM, -ESRCH.
 */
int tu_os_other_notes(struct tu_os_other *o, const char *name, uint32_t type,
	void (*found)(int module, uint64_t at, void *arg), void *arg, int *bits);

/* A file that the process has mapped, from its beginning on, with its variables. */
struct tu_os_module {
	int pid;
	uint64_t low, high, inode;
	char path[232];
};

/* How many were put into out, at most n. 0 where it is not allowed too. */
size_t tu_os_other_modules(int pid, struct tu_os_module *out, size_t n);

/* The variable at address, as tu_os_data_name. */
bool tu_os_module_data_name(
	const struct tu_os_module *module, uint64_t address, char *buf, size_t n);

/* A thread of a process. */
struct tu_os_other_thread {
	int id;
	char state; /* as above */
	char name[32];
	bool sleeps; /* in the kernel: sp and pc are known */
	uint64_t sp, pc;
	long call; /* the number of the call that it is in; -1: none, or not known */
};

/* The number of threads put into out, at most n; all that there are. Or -ESRCH. */
int tu_os_other_thread_list(int pid, struct tu_os_other_thread *out, size_t n);

/* The same for one thread of it; false: it is gone. */
bool tu_os_other_thread(int pid, int id, struct tu_os_other_thread *out);

/* Call found for each process there is. */
void tu_os_others_each(void (*found)(const struct tu_os_about *about, void *arg), void *arg);

/* The clock of a process whose clock.c has that scale and origin. */
int64_t tu_os_other_now(double scale, int64_t origin);

/* The name of a call into the kernel that can last; NULL: none of those. */
const char *tu_os_call_name(long call);

/* Why may we not look, in words: with what could be done about it. */
const char *tu_os_other_forbidden(unsigned user, char *buf, size_t n);

#endif
