/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-asan LABELS no-tsan LABELS no-valgrind LABELS no-qemu */
/*
 * Who waits for no descriptor makes no call into the kernel for descriptors: the kernel is told to
 * end this program at the first one.
 */
#include "support/child.h"
#include "support/descriptors.h"
#include "support/suite.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define END_AT(number)                                           \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##number, 0, 1), \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)

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
	struct sock_fprog program = { sizeof filter / sizeof filter[0], filter };

	CHECK_EQ(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	CHECK_EQ(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
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

int main(void)
{
	suite_begin();
	RUN(everything_else_goes_without);
	RUN(it_would_be_noticed);
	return suite_end();
}
