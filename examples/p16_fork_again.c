/* SPDX-License-Identifier: MIT */
/* rows: F14 P16 */
/* fork once more: both go on behind it, each with a number of its own. */
#include <stdio.h>
#include <sys/wait.h>
#include <tutti/tutti.h>

int main(void)
{
	int pid;

	printf("PID: %d\n", tutti_process_pid(NULL));
	pid = tutti_fork();
	if (pid < 0)
		return fprintf(stderr, "%s\n", tutti_strerror(pid)), 1;
	if (pid == 0) {
		printf("子进程 - PID: %d\n", tutti_process_pid(NULL));
		printf("Todo: 在子进程中执行的代码\n");
		return 0;
	}
	printf("父进程 - PID: %d\n", tutti_process_pid(NULL));
	printf("Todo: 在父进程中执行的代码\n");
	return waitpid(pid, NULL, 0) != pid;
}
