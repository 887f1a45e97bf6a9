/* SPDX-License-Identifier: MIT */
/* other_proc.c - what the kernel's files say of other processes and their threads. */
#include "os/other.h"

#include "base/character.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The file's text, as much as fits. false: it is not there, or not for us. */
static bool read_text(const char *path, char *buf, size_t n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = -1;

	if (fd >= 0) {
		got = read(fd, buf, n - 1);
		close(fd);
	}
	buf[got > 0 ? got : 0] = 0;
	return got > 0;
}

/* "1234 (name) S ...": the name may have such signs of its own. What is behind it, or NULL */
static const char *split_stat(const char *text, char *name, size_t n)
{
	const char *open = strchr(text, '('), *close = strrchr(text, ')');

	if (!open || !close || close < open || close[1] != ' ')
		return NULL;
	snprintf(name, n, "%.*s", (int)(close - open - 1), open + 1);
	tu_character_make_shown(name); /* a program gives itself any */
	return close + 2;
}

int tu_os_other_about(int pid, struct tu_os_about *about)
{
	char path[64], text[1024];
	unsigned long long started;
	const char *rest;
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (pid <= 0 || !read_text(path, text, sizeof(text)))
		return -ESRCH;
	rest = split_stat(text, about->name, sizeof(about->name));
	if (!rest ||
		sscanf(rest,
			"%c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d "
			"%*d %llu",
			&about->state, &about->parent, &started) != 3)
		return -ESRCH;
	snprintf(path, sizeof(path), "/proc/%d", pid);
	if (stat(path, &st) != 0)
		return -ESRCH;
	about->pid = pid;
	about->user = st.st_uid;
	about->started = started;
	return 0;
}

/* "running", or the call's number and arguments, sp and pc; "-1 sp pc" outside of a call. */
static void read_place(int pid, int id, struct tu_os_other_thread *t)
{
	unsigned long long sp, pc;
	char path[80], text[256];

	t->sleeps = false;
	t->call = -1;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/syscall", pid, id);
	if (!read_text(path, text, sizeof(text)))
		return;
	if (sscanf(text, "%ld %*x %*x %*x %*x %*x %*x %llx %llx", &t->call, &sp, &pc) == 3 ||
		sscanf(text, "-1 %llx %llx", &sp, &pc) == 2) {
		t->sleeps = true;
		t->sp = sp;
		t->pc = pc;
	} else {
		t->call = -1;
	}
}

bool tu_os_other_thread(int pid, int id, struct tu_os_other_thread *t)
{
	char path[80], text[512];
	const char *rest;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, id);
	if (!read_text(path, text, sizeof(text)))
		return false;
	rest = split_stat(text, t->name, sizeof(t->name));
	if (!rest)
		return false;
	t->id = id;
	t->state = *rest;
	t->sp = t->pc = 0;
	read_place(pid, id, t);
	return true;
}

/* Call found for each name in a folder that is a number, until it says false. -ESRCH: no folder. */
static int each_number(const char *path, bool (*found)(int number, void *arg), void *arg)
{
	/* The C library's way of doing so takes memory, and that may be what hangs. */
	struct entry {
		uint64_t inode, next;
		unsigned short size;
		unsigned char kind;
		char name[];
	} * entry;
	_Alignas(struct entry) char bytes[4096];
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool more = true;
	long got;

	if (fd < 0)
		return -ESRCH;
	while (more && (got = syscall(SYS_getdents64, fd, bytes, sizeof(bytes))) > 0)
		for (long i = 0; more && i < got; i += entry->size) {
			entry = (struct entry *)(bytes + i);
			if (atoi(entry->name) > 0)
				more = found(atoi(entry->name), arg);
		}
	close(fd);
	return 0;
}

struct listed {
	int pid;
	struct tu_os_other_thread *out;
	size_t n, room;
};

static bool list_thread(int id, void *arg)
{
	struct listed *l = arg;

	if (tu_os_other_thread(l->pid, id, &l->out[l->n]))
		l->n++;
	return l->n < l->room;
}

int tu_os_other_thread_list(int pid, struct tu_os_other_thread *out, size_t n)
{
	struct listed l = { pid, out, 0, n };
	char path[64];
	int rc;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	rc = n > 0 ? each_number(path, list_thread, &l) : 0;
	return rc < 0 ? rc : (int)l.n;
}

struct each {
	void (*found)(const struct tu_os_about *about, void *arg);
	void *arg;
};

static bool tell_process(int pid, void *arg)
{
	const struct each *e = arg;
	struct tu_os_about about;

	if (tu_os_other_about(pid, &about) == 0)
		e->found(&about, e->arg);
	return true;
}

void tu_os_others_each(void (*found)(const struct tu_os_about *about, void *arg), void *arg)
{
	struct each e = { found, arg };

	each_number("/proc", tell_process, &e);
}

int64_t tu_os_other_now(double scale, int64_t origin)
{
	struct timespec ts;
	int64_t now;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	now = (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
	return scale == 1.0 ? now : origin + (int64_t)((double)(now - origin) / scale);
}

/* Of what a thread is in for long. */
const char *tu_os_call_name(long call)
{
	static const struct {
		long call;
		const char *name;
	} names[] = {
		{ SYS_read, "read" },
		{ SYS_write, "write" },
		{ SYS_readv, "readv" },
		{ SYS_writev, "writev" },
		{ SYS_pread64, "pread" },
		{ SYS_pwrite64, "pwrite" },
		{ SYS_futex, "futex" },
		{ SYS_clock_nanosleep, "nanosleep" },
		{ SYS_nanosleep, "nanosleep" },
		{ SYS_ppoll, "poll" },
		{ SYS_pselect6, "select" },
		{ SYS_epoll_pwait, "epoll_wait" },
		{ SYS_accept, "accept" },
		{ SYS_accept4, "accept" },
		{ SYS_connect, "connect" },
		{ SYS_recvfrom, "recv" },
		{ SYS_recvmsg, "recvmsg" },
		{ SYS_sendto, "send" },
		{ SYS_sendmsg, "sendmsg" },
		{ SYS_wait4, "wait" },
		{ SYS_waitid, "waitid" },
		{ SYS_flock, "flock" },
		{ SYS_fcntl, "fcntl" },
		{ SYS_fsync, "fsync" },
		{ SYS_rt_sigtimedwait, "sigwait" },
		{ SYS_rt_sigsuspend, "sigsuspend" },
#ifdef SYS_poll
		{ SYS_poll, "poll" },
		{ SYS_select, "select" },
		{ SYS_epoll_wait, "epoll_wait" },
		{ SYS_pause, "pause" },
#endif
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].call == call)
			return names[i].name;
	return NULL;
}

const char *tu_os_other_forbidden(unsigned user, char *buf, size_t n)
{
	char scope[8];

	if (user != geteuid())
		snprintf(buf, n, "it belongs to user %u: ask as that user, or as root", user);
	else if (read_text("/proc/sys/kernel/yama/ptrace_scope", scope, sizeof(scope)) &&
		 *scope >= '1' && *scope <= '3')
		snprintf(buf, n,
			"kernel.yama.ptrace_scope is %c: ask as root, or set it to 0, or start the "
			"program with TUTTI_DUMP=SIGQUIT and send it that signal",
			*scope);
	else
		snprintf(buf, n,
			"it is kept from others (by prctl PR_SET_DUMPABLE, as a setuid program or "
			"by a sandbox): ask as root, or start the program with TUTTI_DUMP=SIGQUIT");
	return buf;
}
