/* SPDX-License-Identifier: MIT */
/* rows: F1 F15 F16 P10 */
/* A program is a process, which has a number. */
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	printf("我是主进程，PID是%d\n", (int)getpid());
	return 0;
}
