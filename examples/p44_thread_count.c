/* SPDX-License-Identifier: MIT */
/* rows: F4 F62 P44 */
/* A fresh program has one thread, the main one. */
#include <stdio.h>
#include <tutti/tutti.h>

int main(void)
{
	printf("线程数量: %zu\n", tutti_thread_active_count());
	return 0;
}
