/* SPDX-License-Identifier: MIT */
/* rows: F1 F14 F15 F16 P15 T27 D14 */
/* fork returns twice. What was printed before is printed once, wherever it goes. */
#include <stdio.h>
#include <sys/wait.h>
#include <tutti/tutti.h>

int main(void)
{
	int pid;

	printf("Process (%d) start...\n", tutti_process_pid(NULL));
	pid = tutti_fork();
	if (pid < 0)
		return fprintf(stderr, "%s\n", tutti_strerror(pid)), 1;
	if (pid == 0) {
		printf("I am child process (%d) and my parent is %d.\n", tutti_process_pid(NULL),
			tutti_process_parent_pid());
		return 0;
	}
	printf("I (%d) just created a child process (%d).\n", tutti_process_pid(NULL), pid);
	return waitpid(pid, NULL, 0) != pid; /* so that the child has a parent to name */
}
