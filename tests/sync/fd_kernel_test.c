/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-asan LABELS no-tsan LABELS no-valgrind LABELS no-qemu */
/*
 * What the kernel is asked: who waits for no descriptor makes no call for descriptors, or the
 * kernel, so told, ends this program; and a call that it does not have yet is done without.
 */
#include "support/child.h"
#include "support/descriptors.h"
#include "support/suite.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define RETURN_AT(number, what) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##number, 0, 1), BPF_STMT(BPF_RET | BPF_K, what)
#define END_AT(number) RETURN_AT(number, SECCOMP_RET_KILL_PROCESS)

static void install(struct sock_filter *filter, size_t n)
{
	struct sock_fprog program = { (unsigned short)n, filter };

	CHECK_EQ(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	CHECK_EQ(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

static void forbid(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		END_AT(epoll_create1),
		END_AT(epoll_ctl),
		END_AT(epoll_pwait),
		END_AT(epoll_pwait2),
		END_AT(eventfd2),
		END_AT(timerfd_create),
		END_AT(ppoll),
#ifdef SYS_poll
		END_AT(poll),
		END_AT(epoll_wait),
#endif
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	install(filter, sizeof filter / sizeof filter[0]);
}

static void everything_else_goes_without(void)
{
	pid_t child = child_fork();

	if (child == 0) {
		forbid();
		child_uses_everything();
		_exit(0);
	}
	child_wait(child);
}

static void it_would_be_noticed(void)
{
	pid_t child = child_fork();
	int status;

	if (child == 0) {
		forbid();
		tutti_fd_wait(0, R, 0);
		_exit(0);
	}
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}

/* An older kernel, or what stands for one: with the same precision. */
static void have_no_pwait2(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		RETURN_AT(epoll_pwait2, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	install(filter, sizeof filter / sizeof filter[0]);
}

static void *write_later(void *arg)
{
	CHECK_EQ(tutti_sleep(TUTTI_MILLISECONDS(1)), 0);
	write_one(far_end);
	return arg;
}

static void older_kernels_do_as_well(void)
{
	pid_t child = child_fork();
	tutti_future *f;

	if (child == 0) {
		have_no_pwait2();
		open_pipe();
		for (int i = 0; i < 3; i++) {
			tutti_time deadline = tutti_after(TUTTI_MILLISECONDS(1));

			CHECK_EQ(tutti_fd_wait(near_end, R, deadline), TUTTI_ETIMEDOUT);
			CHECK(tutti_now() >= deadline);
			f = start_nth(MIXED, i, write_later, NULL);
			CHECK_EQ(tutti_fd_wait(near_end, R, TUTTI_FOREVER), R);
			read_one(near_end);
			finish(f);
		}
		_exit(0);
	}
	child_wait(child);
}

int main(void)
{
	suite_begin();
	RUN(everything_else_goes_without);
	RUN(it_would_be_noticed);
	RUN(older_kernels_do_as_well);
	return suite_end();
}
