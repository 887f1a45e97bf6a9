/* SPDX-License-Identifier: MIT */
/* rows: F151 P40 */
/* How many CPUs the machine has. How many of them this program may use is tutti_cpu_count. */
#include <stdio.h>
#include <tutti/tutti.h>

int main(void)
{
	printf("%d\n", tutti_cpu_count_online());
	return 0;
}
